"""Who stops asking a source that fails, and tries it again now and then."""

from __future__ import annotations

AFTER = 5  # failures in a row
SHORTEST, LONGEST = 2.0, 60.0  # seconds of rest; each time twice as many

CLOSED, OPEN, HALF_OPEN = "closed", "open", "half-open"


class Breaker:
    """Closed while all is well; open after failures in a row; half open while one lookup tries again."""

    def __init__(self) -> None:
        self.state = CLOSED
        self.why = ""  # the last failure
        self._failures = 0
        self._rest = SHORTEST
        self._until = 0.0

    def may_ask(self, now: float) -> bool:
        """Say whether the source is asked; after the rest, one lookup is let through."""
        if self.state == OPEN and now >= self._until:
            self.state, self._until = HALF_OPEN, now + self._rest
            return True
        if self.state == HALF_OPEN and now >= self._until:  # nobody heard of that one
            self._until = now + self._rest
            return True
        return self.state == CLOSED

    def succeeded(self) -> None:
        """Hear of an answer."""
        self.state, self.why, self._failures, self._rest = CLOSED, "", 0, SHORTEST

    def failed(self, now: float, why: str) -> None:
        """Hear of a failure."""
        self.why = why
        self._failures += 1
        if self.state == HALF_OPEN:
            self._rest = min(self._rest * 2, LONGEST)
        if self.state == HALF_OPEN or (self.state == CLOSED and self._failures >= AFTER):
            self.state, self._until = OPEN, now + self._rest
