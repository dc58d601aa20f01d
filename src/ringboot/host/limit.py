"""A time limit for others' Python code: a signal raises in it; what cannot be broken off is the supervisor's."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

AGAIN = 0.05  # seconds after which code is broken off once more that caught the first time


class TookTooLong(BaseException):
    """Raised in code whose time is over; no `except Exception` catches it."""


class TimeLimit:
    """For the main thread alone, as Python has it with signals."""

    def __init__(self) -> None:
        self._running = False
        self._kept = 0  # times that our own code asked not to be broken off
        self._due = False
        signal.signal(signal.SIGALRM, self._ring)

    def _ring(self, _number: int, _frame: FrameType | None) -> None:
        if not self._running:
            return
        if self._kept:
            self._due = True
            return
        raise TookTooLong

    def begin(self, seconds: float) -> None:
        """Raise TookTooLong in whatever runs then, until `end` is called."""
        self._due = False
        self._running = True
        signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)

    def end(self) -> None:
        """Break off nothing any more; who catches TookTooLong calls it once more, as it may have come up in here."""
        self._running = False
        signal.setitimer(signal.ITIMER_REAL, 0)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Let our own code end first that others' code called: it may hold a lock, or half a file."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        self._kept += 1
        try:
            yield
        finally:
            self._kept -= 1
            if self._due and not self._kept and self._running:
                self._due = False
                raise TookTooLong
