"""What scripts and foreign sources gave each client last: it keeps that while they cannot be asked."""

from __future__ import annotations

from ringboot.model.scripting import Given

CLIENTS = 65_536

Whose = tuple[str, bytes]  # the link's network, the client's key


class Recalled:
    """The last answers, bounded: two dictionaries take turns, the old one is forgotten when the young one is full."""

    def __init__(self, clients: int = CLIENTS) -> None:
        self._half = max(1, clients // 2)
        self._young: dict[Whose, Given] = {}
        self._old: dict[Whose, Given] = {}

    def note(self, whose: Whose, given: Given | None) -> None:
        """Remember what a client was given; None: nothing, which ends what was before."""
        self._old.pop(whose, None)
        if given is None:
            self._young.pop(whose, None)
            return
        if len(self._young) >= self._half and whose not in self._young:
            self._old, self._young = self._young, {}
        self._young[whose] = given

    def of(self, whose: Whose) -> Given | None:
        """Give it back."""
        return self._young.get(whose) or self._old.get(whose)

    def __len__(self) -> int:
        return len(self._young) + len(self._old)
