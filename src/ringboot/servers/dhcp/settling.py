"""Answers that wait until what they promise is on the disk; meanwhile the next messages are decided."""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import NamedTuple, Protocol

from ringboot import log
from ringboot.answer.decision import Reply, Silence
from ringboot.answer.query import Now, Query
from ringboot.store.journal import Journal, JournalLost

MOST = 64  # batches that wait; after that the loop waits for the disk itself

Decided = tuple[Query, Reply | Silence]


class Held(NamedTuple):
    """A batch that is written up to a sequence number, with its answers, and when it was decided."""

    seq: int
    done: list[Decided]
    now: Now


class Syncs(Protocol):
    """Somebody who has a file synced while we do other things."""

    def sync(self, path: Path, /) -> bool:
        """Begin; False when there is nobody to do it."""

    def ended(self) -> OSError | None:
        """Take the answer: nothing when the file is on the disk."""


class Settling:
    """Batches between the journal's log and the disk, oldest first."""

    def __init__(self, journal: Journal, disk: Syncs | None = None) -> None:
        self.disk = disk  # None: the loop waits for the disk itself
        self._journal = journal
        self._held: deque[Held] = deque()
        self._under_way: int | None = None  # the newest number when the sync began that has not ended

    def __len__(self) -> int:
        """Say how many answers wait."""
        return sum(len(each.done) for each in self._held)

    def hold(self, held: Held) -> list[Held]:
        """Keep a batch until it is safe; give those that are.  JournalLost when the disk fails."""
        self._held.append(held)
        return self._go_on()

    def ended(self) -> list[Held]:
        """Take it that a sync has ended, and give the batches that are safe.  JournalLost when the disk fails."""
        began, self._under_way = self._under_way, None
        error = None if self.disk is None else self.disk.ended()
        if error is None:
            self._journal.settle(began or 0)
        elif error.errno is None:
            log.get().warning("leases are written more slowly from now on", why=str(error))
            self.disk = None
        else:
            raise JournalLost(self._journal.log, str(error.strerror).lower())
        return self._go_on()

    def flush(self) -> list[Held]:
        """Wait for the disk, and give all batches.  JournalLost when it fails."""
        if self._held:
            self._journal.sync()
        return self._safe()

    def _go_on(self) -> list[Held]:
        safe = self._safe()
        if not self._held or (self._under_way is not None and len(self._held) < MOST):
            return safe
        if self._under_way is None and self.disk is not None and self.disk.sync(self._journal.log):
            self._under_way = self._journal.seq
            return safe
        return [*safe, *self.flush()]

    def _safe(self) -> list[Held]:
        safe = []
        while self._held and self._held[0].seq <= self._journal.settled:
            safe.append(self._held.popleft())
        return safe
