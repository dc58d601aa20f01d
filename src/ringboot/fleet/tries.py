"""Counts sign-ins that failed, so that nobody finds a password by trying; in memory, and never more than it allows."""

from __future__ import annotations

from collections import OrderedDict, deque
from contextlib import suppress

SPAN = 900.0  # seconds that one counts
OF_BOTH = 5  # for one user from one address
OF_ADDRESS = 20  # from one address, for whomever
OF_USER = 50  # for one user, from wherever; who signed in from an address before still may from there
MOST = 10_000  # users and addresses that are remembered

_Key = tuple[str, str]  # user, address; either may be empty


class Tries:
    """What failed lately; `utc` does not run backwards between calls."""

    def __init__(self) -> None:
        self._failed: OrderedDict[_Key, deque[float]] = OrderedDict()
        self._known: OrderedDict[_Key, None] = OrderedDict()

    def wait(self, user: str, address: str, utc: float) -> float:
        """Give the seconds until this user may be tried from this address again; 0: now."""
        limits = [((user, address), OF_BOTH), (("", address), OF_ADDRESS)]
        if (user, address) not in self._known:
            limits.append(((user, ""), OF_USER))
        return max(self._left(key, most, utc) for key, most in limits)

    def _left(self, key: _Key, most: int, utc: float) -> float:
        tried = self._failed.get(key)
        if tried is None:
            return 0.0
        while tried and not 0 <= utc - tried[0] < SPAN:
            tried.popleft()
        return tried[-most] + SPAN - utc if len(tried) >= most else 0.0

    def tried(self, user: str, address: str, utc: float) -> None:
        """Count one as failed, before it is known: many may be tried at once."""
        for key in ((user, address), ("", address), (user, "")):
            times = self._failed.setdefault(key, deque(maxlen=OF_USER))
            self._failed.move_to_end(key)
            times.append(utc)
        while len(self._failed) > MOST:
            self._failed.popitem(last=False)

    def right(self, user: str, address: str, utc: float) -> None:
        """Take back what was counted: the password was right, and those before it were slips."""
        self.undo(user, address, utc)
        self._failed.pop((user, address), None)
        self._known[user, address] = None
        self._known.move_to_end((user, address))
        while len(self._known) > MOST:
            self._known.popitem(last=False)

    def undo(self, user: str, address: str, utc: float) -> None:
        """Take back one that was not tried after all."""
        for key in ((user, address), ("", address), (user, "")):
            with suppress(KeyError, ValueError):
                self._failed[key].remove(utc)

    def __len__(self) -> int:
        return len(self._failed) + len(self._known)
