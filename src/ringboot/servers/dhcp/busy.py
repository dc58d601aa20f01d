"""How much of its time the dhcp process works: main holds back what can wait while there is none left."""

from __future__ import annotations

WINDOW = 0.1  # seconds, the least that says something: one client alone keeps us busy for a millisecond


class Busy:
    """The share of the time that the loop worked, or waited for the disk."""

    def __init__(self, steady: float) -> None:
        self._since = steady
        self._share = 0.0
        self._rested = 0.0  # seconds of the present window

    def rest(self, seconds: float, *, owing: bool) -> None:
        """Count a wait; one for the disk, while answers are owed, is no rest: others would use the same disk."""
        if not owing:
            self._rested += seconds

    def share(self, steady: float) -> float:
        """Give the share of the last window, from 0 to 1."""
        elapsed = steady - self._since
        if elapsed >= WINDOW:
            self._share = round(min(1.0, max(0.0, 1.0 - self._rested / elapsed)), 2)
            self._since, self._rested = steady, 0.0
        return self._share
