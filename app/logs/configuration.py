"""Sets logging up, once in each process."""

import logging
import os
import sys
import time
from collections.abc import Mapping
from typing import Final, Literal, TextIO

from app.logs.formatter import Form, LineFormatter
from app.logs.json_form import JsonForm
from app.logs.output import Output, output_to
from app.logs.text_form import TextForm

LogFormat = Literal["auto", "json", "text"]

_LEVELS: Final = {
    # Sanic tells every step of its workers at INFO; what matters of it we say ourselves.
    "sanic": logging.WARNING,
    "sanic.root": logging.WARNING,
    # Its one warning at start is about its own modes of running.
    "sanic.error": logging.ERROR,
    "sanic.access": logging.CRITICAL,  # `AccessLines` has more to tell
}


class OutputHandler(logging.Handler):
    """Hands lines to an `Output`."""

    def __init__(self, output: Output) -> None:
        super().__init__()
        self._output = output

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = self.format(record)
        except Exception as error:  # noqa: BLE001 -- a library's wrong arguments for its own message end nobody's request
            # The standard library would print the message with its arguments, whatever they hold.
            said = {"event": "a log line could not be made", "of": record.name, "reason": type(error).__name__}
            line = self.format(_record(logging.ERROR, said))
        self._output.put(f"{line}\n".encode("utf-8", "replace"))

    def flush(self) -> None:
        self._output.flush()

    def close(self) -> None:
        """At the end of the process, by `logging.shutdown`, or when another takes its place."""
        self._output.close()
        super().close()


def configure_logs(
    log_format: LogFormat = "auto", *, stream: TextIO | None = None, environ: Mapping[str, str] = os.environ
) -> Output:
    """Sets up logging for this process. Doing it again replaces what was.

    Args:
        log_format: As in the setting `logs.format`.
        stream: None: standard error.
        environ: Where `NO_COLOR` (https://no-color.org) and `TERM` are looked up.
    """
    to: TextIO | None = sys.stderr if stream is None else stream  # None: there is none, as with `2>&-`
    formatter = LineFormatter(form_of(log_format, terminal=to is not None and to.isatty(), environ=environ))
    output = Output(len, _untold) if to is None else output_to(to, lambda lines: _lost_line(formatter, lines))
    handler = OutputHandler(output)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    for former in root.handlers[:]:
        if isinstance(former, OutputHandler):
            root.removeHandler(former)
            former.close()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    for name, level in _LEVELS.items():
        logger = logging.getLogger(name)
        logger.handlers.clear()  # Sanic's own
        logger.propagate = True
        logger.setLevel(level)
    logging.captureWarnings(capture=True)
    return output


def form_of(log_format: LogFormat, *, terminal: bool, environ: Mapping[str, str]) -> Form:
    """Colours on a terminal only."""
    if log_format == "json" or (log_format == "auto" and not terminal):
        return JsonForm()
    return TextForm(colours=terminal and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb")


def _untold(_: int) -> bytes:
    return b""


def _lost_line(formatter: LineFormatter, lines: int) -> bytes:
    said = {"event": "log lines were lost", "lines": lines}
    return f"{formatter.format(_record(logging.WARNING, said))}\n".encode()


def _record(level: int, said: Mapping[str, object]) -> logging.LogRecord:
    made = {
        "name": "app.logs.output",
        "levelno": level,
        "levelname": logging.getLevelName(level),
        "created": time.time(),
    }
    return logging.makeLogRecord({**made, "msg": dict(said), "_logger": None, "_name": ""})
