"""How much of its time main takes for what nobody waits for: while dhcp is at its limit, leases come first.

A fleet that wakes up at once wants thousands of leases a second, and each of them may mean a new device with files to
be rendered.  Both share the processors of one machine.  A phone waits for its lease now, for its files some seconds
later, and when it asks for a file, that one is rendered at once, whatever is said here.
"""

from __future__ import annotations

import time
from collections.abc import Callable

FULL = 0.7  # the share of its time that dhcp works when it is at its limit
FRESH = 0.25  # seconds that this holds; at its limit it tells many times a second
REST = 9.0  # times as long as the work before it
LONGEST_REST = 1.0  # seconds


class Pace:
    """Work at full speed, or a tenth of it while dhcp has no time left."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._full_at = -FRESH
        self.behind = 0  # rows of the journal that were read, and whose devices were not looked at yet

    def heard(self, busy: float) -> None:
        """Take what dhcp says of itself: the share of the time since it last told that it did not wait."""
        if busy >= FULL:
            self._full_at = self._clock()

    @property
    def is_held_back(self) -> bool:
        """Tell whether dhcp needs the processors."""
        return self._clock() - self._full_at < FRESH

    def rest_after(self, took: float, longest: float = LONGEST_REST) -> float:
        """Give the seconds to rest after this many seconds of work."""
        return min(REST * took, longest) if self.is_held_back else 0.0
