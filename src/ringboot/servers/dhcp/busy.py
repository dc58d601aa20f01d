"""How much of its time the dhcp process works: main holds back what can wait while there is none left."""

from __future__ import annotations

WINDOW = 0.1  # seconds, the least that says something: one client alone keeps us busy for a millisecond


class Busy:
    """The share of the time that the loop did not wait for something to do."""

    def __init__(self, steady: float) -> None:
        self._since = steady
        self._share = 0.0
        self.waited = 0.0  # seconds of the present window

    def share(self, steady: float) -> float:
        """Give the share of the last window, from 0 to 1."""
        elapsed = steady - self._since
        if elapsed >= WINDOW:
            self._share = round(min(1.0, max(0.0, 1.0 - self.waited / elapsed)), 2)
            self._since, self.waited = steady, 0.0
        return self._share
