"""The two faces of now, and noticing that they moved apart."""

from __future__ import annotations

import time

from ringboot.answer.query import Now

JUMP = 2.0  # seconds between the faces that no slow adjustment makes within a second


class Clock:
    """Read both clocks; the steady one also runs while the machine sleeps."""

    def __init__(self) -> None:
        self._apart = self._difference()

    def now(self) -> Now:
        """Give the time."""
        return Now(time.time(), time.clock_gettime(time.CLOCK_BOOTTIME))

    def jumped(self) -> float | None:
        """Give the seconds that the wall clock was set forward (or back) since the last call, None when it was not."""
        apart = self._difference()
        jump, self._apart = apart - self._apart, apart
        return jump if abs(jump) > JUMP else None

    def _difference(self) -> float:
        return time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)
