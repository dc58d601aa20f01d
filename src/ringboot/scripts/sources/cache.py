"""What a source said before: how long it holds, and how long it is better than nothing."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import NamedTuple

from ringboot.scripts.sources.definition import Row

MOST = 50_000  # clients


class _Kept(NamedTuple):
    rows: tuple[Row, ...]
    since: float


class Cache:
    """Answers by what was asked; the one that was put in longest ago leaves first."""

    def __init__(self, *, holds: float, negative: float, stale: float, most: int = MOST) -> None:
        self._holds, self._negative, self._stale, self._most = holds, negative, stale, most
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()

    def fresh(self, key: Hashable, now: float) -> tuple[Row, ...] | None:
        """Give an answer that holds; an empty one says that the client is unknown."""
        kept = self._kept.get(key)
        if kept is None or now - kept.since >= (self._holds if kept.rows else self._negative):
            return None
        return kept.rows

    def stale(self, key: Hashable, now: float) -> tuple[Row, ...]:
        """Give the last answer while it is better than none; nothing where none is."""
        kept = self._kept.get(key)
        return kept.rows if kept is not None and now - kept.since < max(self._stale, self._holds) else ()

    def put(self, key: Hashable, rows: tuple[Row, ...], now: float) -> None:
        """Keep an answer."""
        self._kept[key] = _Kept(rows, now)
        self._kept.move_to_end(key)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def clear(self) -> None:
        """Forget what holds."""
        self._kept.clear()

    def __len__(self) -> int:
        """Count the clients."""
        return len(self._kept)
