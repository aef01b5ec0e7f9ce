"""Where log lines go: standard error, one line each."""

import logging.config

ACCESS_FORMAT = "%(asctime)s access %(host)s %(request)s %(status)s %(byte)s bytes %(duration)s"
FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


class PathOnly(logging.Filter):
    """Takes the query string off an access line: callers have been seen to put credentials into it."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request = str(getattr(record, "request", "-")).partition("?")[0]
        return True


def configure_logs(*, access: bool) -> None:
    """Sets up logging for this process.

    Args:
        access: Whether each request gets a line.
    """
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"plain": {"format": FORMAT}, "access": {"format": ACCESS_FORMAT}},
            "filters": {"path only": {"()": PathOnly}},
            "handlers": {
                "plain": {"class": "logging.StreamHandler", "formatter": "plain"},
                "access": {"class": "logging.StreamHandler", "formatter": "access", "filters": ["path only"]},
            },
            "root": {"level": "INFO", "handlers": ["plain"]},
            "loggers": {
                # Sanic tells every step of its workers at INFO; what matters of it we say ourselves.
                "sanic": {"level": "WARNING"},
                "sanic.root": {"level": "WARNING"},
                # Its one warning at start is about its own modes of running.
                "sanic.error": {"level": "ERROR"},
                "sanic.access": {
                    "level": "INFO" if access else "CRITICAL",
                    "handlers": ["access"],
                    "propagate": False,
                },
            },
        }
    )
