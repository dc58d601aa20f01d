"""How the daemon's messages are written: one line each, machine-readable on request."""

from __future__ import annotations

import contextlib
import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, TextIO

import structlog

from ringboot import reasons

# Until a process calls `start`: a command and a test have no use for every step.
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


_verbose = False


def is_verbose() -> bool:
    """Tell whether what is logged for debugging is written: to put it together may take longer than the work."""
    return _verbose


def start(process: str, *, json: bool = False, level: str = "info", file: TextIO | None = None) -> None:
    """Set up logging to a file, else standard error; `level`, one of LEVELS, is the least that is written."""
    global _verbose  # noqa: PLW0603  as structlog's configuration, it is the process's
    _verbose = level == "debug"
    # Tracebacks are plain: structlog's own choice shows the values of variables, and one may be a password.
    written: tuple[Any, ...] = (
        _on_one_line,
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    )
    if json:
        written = (structlog.processors.format_exc_info, structlog.processors.JSONRenderer())
    structlog.configure(
        processors=[
            _of(process),
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *written,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=lambda *_: _Lines(file or sys.stderr),
        cache_logger_on_first_use=True,
    )


def _of(process: str) -> Any:
    """Add the process; what structlog calls a context would be missing on other threads."""

    def add(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        line.setdefault("process", process)
        return line

    return add


class _Lines:
    """Writes lines; one that cannot be written (the log's disk is full, its reader is gone) must not end a process."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def msg(self, line: str) -> None:
        """Write one."""
        with contextlib.suppress(OSError):
            self._file.write(f"{line}\n")
            self._file.flush()

    debug = info = warning = error = critical = msg


def _on_one_line(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Spell out control characters: a file's name, as a stranger asks for it, must not begin a line of its own."""
    for key, value in line.items():
        if isinstance(value, str):
            line[key] = _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", value)
    return line


def get(**context: object) -> Any:
    """Give a logger that adds this context to every line."""
    return structlog.get_logger(**context)


def tell(level: str, reason_id: str, detail: Mapping[str, object], **more: object) -> None:
    """Log a reason: the event is its id, `text` its words, `detail` what they were filled from."""
    getattr(get(), level)(reason_id, text=reasons.tell(reason_id, detail), **more, detail=dict(detail))
