"""Where log lines go: standard error, one line each."""

import logging.config

ACCESS_FORMAT = "%(asctime)s access %(host)s %(request)s %(status)s %(byte)s bytes %(duration)s"
FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


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
            "handlers": {
                "plain": {"class": "logging.StreamHandler", "formatter": "plain"},
                "access": {"class": "logging.StreamHandler", "formatter": "access"},
            },
            "root": {"level": "INFO", "handlers": ["plain"]},
            "loggers": {
                # Sanic tells every step of its workers at INFO; what matters of it we say ourselves.
                "sanic": {"level": "WARNING"},
                "sanic.root": {"level": "WARNING"},
                "sanic.access": {
                    "level": "INFO" if access else "CRITICAL",
                    "handlers": ["access"],
                    "propagate": False,
                },
            },
        }
    )
