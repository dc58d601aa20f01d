"""How the daemon's messages are written: one line each, machine-readable on request; secrets print as ***."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog


class Secret(str):
    """Text that must not be seen: prints as ***, `reveal` gives it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"

    def __str__(self) -> str:
        return "***"

    def __format__(self, spec: str) -> str:
        return format("***", spec)

    def reveal(self) -> str:
        """Give the plain text, for the one place that needs it."""
        return "".join(self)


def start(process: str, *, json: bool = False, verbose: bool = False) -> None:
    """Set up logging to standard error for this process."""
    renderer: Any = structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG if verbose else logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(process=process)


def get(**context: object) -> Any:
    """Give a logger that adds this context to every line."""
    return structlog.get_logger(**context)
