"""How long the main process's loop was held up by one step: what a device may have to wait for a file."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable

EVERY = 0.05  # seconds between two looks
KEPT = 60  # seconds


class Lag:
    """The longest step of each second of the last minute, measured by how late a short sleep ends."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seconds: deque[tuple[int, float]] = deque()

    @property
    def longest_ms(self) -> float:
        """Give the longest step of the last minute in milliseconds."""
        self._forget()
        return round(max((late for _, late in self._seconds), default=0.0) * 1000, 1)

    async def run(self) -> None:
        """Measure until cancelled."""
        while True:
            due = self._clock() + EVERY
            await asyncio.sleep(EVERY)
            self.note(max(0.0, self._clock() - due))

    def note(self, late: float) -> None:
        """Take one measurement, in seconds."""
        second = int(self._clock())
        if self._seconds and self._seconds[-1][0] == second:
            late = max(late, self._seconds.pop()[1])
        self._seconds.append((second, late))
        self._forget()

    def _forget(self) -> None:
        while self._seconds and self._seconds[0][0] <= self._clock() - KEPT:
            self._seconds.popleft()
