"""How the daemon's messages are written: one line each, machine-readable on request."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog


def start(process: str, *, json: bool = False, verbose: bool = False) -> None:
    """Set up logging to standard error for this process."""
    # Tracebacks are plain: structlog's own choice shows the values of variables, and one may be a password.
    written: tuple[Any, ...] = (
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    )
    if json:
        written = (structlog.processors.format_exc_info, structlog.processors.JSONRenderer())
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *written,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG if verbose else logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(process=process)


def get(**context: object) -> Any:
    """Give a logger that adds this context to every line."""
    return structlog.get_logger(**context)
