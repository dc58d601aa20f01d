"""The lease journal: every acknowledged change of a lease, appended and on disk before its ACK leaves.

It is only ever appended to; the lease table in memory is its index.  A generation is one SQLite file.  When most of its
rows are history, a new generation is begun, new changes go there, the live leases are copied after them in slices, and
then the old file is dropped.  Until that moment both files together are the journal, read in order, so that a crash at
any point loses nothing.  Sequence numbers grow through all generations and never repeat.

A commit moves rows into the write-ahead log; `sync` has the log on the disk, or somebody else does who has been told
which file that is.  Only then are the rows `settled`, and readers are shown no others: what a power failure takes away,
nobody has seen.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from ringboot.model.lease import Lease, LeaseChange
from ringboot.store import journal_file
from ringboot.store.journal_file import INSERT, JournalDamaged, JournalFailed, JournalLost
from ringboot.store.settled import Mark

__all__ = ["KEPT", "Journal", "JournalDamaged", "JournalFailed", "JournalLost"]

KEPT = "kept"  # the kind of a row that compaction copied

COMPACT_ROWS = 50_000  # compaction begins above this many rows beyond twice the live ones
SLICE_SCAN = 1_000  # old rows looked at in a slice
SLICE_COPY = 250  # live leases copied in a slice
CHECKPOINT_FRAMES = 1_000  # pages in the write-ahead log that are moved into the file even under load
CHECKPOINT_IDLE = 64  # and when nothing else is to be done
ROWS_A_PAGE = 24
LOG_ROOM = 5 << 20  # octets: the pages between two checkpoints, and some
LOG_SLICE = 256 << 10

LeaseOf = Callable[[int], Lease | None]


class Journal:
    """The journal for its one writer."""

    def __init__(self, folder: Path) -> None:
        """Prepare; `Journal.open` is how to get one."""
        self._folder = folder
        self._old: _Generation | None = None  # being compacted away
        self._now: _Generation
        self._mark: Mark
        self._seq = 0
        self._settled = -1  # on the disk up to here
        self._frames = 0  # a guess at the pages in the write-ahead log
        self.rows = 0  # in all files
        self._copied: set[int] = set()  # addresses whose truth is in the new generation already
        self._below = 0  # compaction has seen the old rows from here up
        self._room = 0  # octets made for the log of the next generation
        self._damaged = False

    @classmethod
    def open(cls, folder: Path | str) -> Journal:
        """Open the journal in a folder, or begin one; JournalDamaged or JournalFailed says what is wrong where."""
        journal = cls(Path(folder))
        try:
            journal._folder.mkdir(parents=True, exist_ok=True)
            journal_file.sweep(journal._folder)
            journal_file.check_logs(journal._folder)
            found = journal_file.generations(journal._folder)
        except OSError as error:
            raise journal_file.explain(journal._folder, error) from None
        if len(found) > 2:
            names = ", ".join(journal_file.path_of(journal._folder, each).name for each in found)
            raise JournalDamaged(journal._folder, f"holds {names}, of which at most two can be right")
        if not found:
            found = [1]
            journal_file.create(journal_file.path_of(journal._folder, 1), 1)
        opened: list[_Generation] = []
        try:
            opened.extend(_Generation(journal._folder, number) for number in found)
            journal._now = opened[-1]
            journal._old = opened[0] if len(opened) == 2 else None
            journal._seq = max(each.last for each in opened)
            journal.rows = sum(each.last - each.first + 1 for each in opened)
        except BaseException:
            for each in opened:
                each.close(damaged=True)
            raise
        journal._below = journal._seq + 1
        journal_file.make_room(journal.log, LOG_ROOM)
        journal._mark = Mark(journal._folder)
        try:
            journal.sync()
        except BaseException:
            journal.close()
            raise
        return journal

    @property
    def seq(self) -> int:
        """Give the newest sequence number."""
        return self._seq

    @property
    def settled(self) -> int:
        """Give the newest sequence number whose row is known to be on the disk."""
        return self._settled

    @property
    def log(self) -> Path:
        """Name the file that must be on the disk for what was written to be safe."""
        return self._now.log

    @property
    def compacting(self) -> bool:
        """Say whether an old generation is still being copied."""
        return self._old is not None

    def load(self) -> Iterator[LeaseChange]:
        """Read all changes, oldest first; JournalDamaged names the row or file that cannot be read."""
        try:
            yield from self._load()
        except JournalDamaged:
            self._damaged = True
            raise

    def _load(self) -> Iterator[LeaseChange]:
        if self._old is None:
            for _, change in self._now.rows():
                yield change
            return
        for _, change in self._old.rows():
            yield change
        copied = self._copied
        for _, change in self._now.rows():
            copied.add(change.address)
            yield change

    def append(self, changes: Sequence[LeaseChange]) -> int:
        """Write changes in one transaction and give the last sequence number; they are on the disk when it returns.

        JournalFailed: none of them is written.  JournalLost: nobody knows.
        """
        self.write(changes)
        self.sync()
        return self._seq

    def write(self, changes: Sequence[LeaseChange]) -> int:
        """Write changes in one transaction and give the last sequence number; a sync makes them safe.

        JournalFailed: none of them is written.
        """
        rows = _numbered(changes, self._seq + 1)
        self._write(rows)
        self._seq += len(rows)
        if self._old is not None:
            self._copied.update(change.address for change in changes)
        return self._seq

    def sync(self) -> None:
        """Have everything on the disk that was written; JournalLost when the disk does not say so."""
        seq = self._seq
        self._now.sync()
        self.settle(seq)

    def settle(self, seq: int) -> None:
        """Take it that `log` is on the disk as it was when this number was the newest."""
        if seq > self._settled:
            self._settled = seq
            self._mark.put(seq)

    def _write(self, rows: Sequence[tuple[object, ...]]) -> None:
        for row in rows:
            if not journal_file.fits(row):
                raise JournalFailed(self._now.path, f"refused a row that could not be read back: {row!r:.200}")
        database = self._now.database
        try:
            database.execute("BEGIN IMMEDIATE")
            database.executemany(INSERT, rows)
            database.execute("COMMIT")
        except sqlite3.Error as error:
            self._roll_back()
            raise JournalFailed(self._now.path, journal_file.explain(self._now.path, error).why) from None
        except (OverflowError, UnicodeError) as error:
            self._roll_back()
            raise JournalFailed(self._now.path, f"refused a row that cannot be stored: {error}") from None
        self.rows += len(rows)
        self._frames += 2 + len(rows) // ROWS_A_PAGE

    def _roll_back(self) -> None:
        if self._now.database.in_transaction:
            try:
                self._now.database.execute("ROLLBACK")
            except sqlite3.Error:
                return  # SQLite has rolled back by itself; the next BEGIN tells if not

    def wants_compaction(self, live: int) -> bool:
        """Say whether most rows are history, or a compaction was left unfinished."""
        return self._old is not None or self.rows > 2 * live + COMPACT_ROWS

    def compact(self, lease_of: LeaseOf) -> bool:
        """Do one slice of compaction between two batches; True while there is more to do.

        `lease_of` gives what the table holds for an address.  JournalFailed: this slice did not happen.
        """
        if self._old is None:
            if self._room < LOG_ROOM:
                self._prepare_log()
            else:
                self._begin_generation()
            return True
        kept, seen, lowest = self._slice(self._old, lease_of)
        if kept:
            self._write(kept)
            self._seq += len(kept)
            self.sync()
        self._copied |= seen
        self._below = lowest
        if lowest > 0:
            return True
        self._drop_old()
        return False

    def _prepare_log(self) -> None:
        """Make a slice of the next generation's write-ahead log, before anything is written there."""
        self._room += LOG_SLICE
        next_path = journal_file.path_of(self._folder, self._now.number + 1)
        journal_file.make_room(journal_file.room_of(next_path), self._room)

    def _begin_generation(self) -> None:
        self.sync()  # from now on it is another file that is synced
        self._checkpoint()  # so that closing the old file later has nothing left to write
        number = self._now.number + 1
        journal_file.create(journal_file.path_of(self._folder, number), self._seq + 1)
        fresh = _Generation(self._folder, number)
        self._old, self._now = self._now, fresh
        self._copied = set()
        self._below = self._seq + 1
        self._frames = self._room = 0

    def _slice(self, old: _Generation, lease_of: LeaseOf) -> tuple[list[tuple[object, ...]], set[int], int]:
        """Pick leases to keep among the next old rows, newest first: an address is met at its last row first."""
        kept: list[tuple[object, ...]] = []
        seen: set[int] = set()
        rows = old.newest(self._below, SLICE_SCAN)
        for seq, address, utc in rows:
            if address in self._copied or address in seen:
                continue
            seen.add(address)
            lease = lease_of(address)
            if lease is not None:
                kept.append((self._seq + len(kept) + 1, *_kept(lease, utc)))
                if len(kept) == SLICE_COPY:
                    return kept, seen, seq
        return kept, seen, rows[-1][0] if len(rows) == SLICE_SCAN else 0

    def _drop_old(self) -> None:
        if self._old is None:
            return
        journal_file.remove(self._old.path)  # while it is open: closing it would write to it once more
        self._old.close()
        self._old = None
        self._copied = set()
        self.rows = self._seq - self._now.first + 1

    def tidy(self, *, idle: bool) -> None:
        """Move the write-ahead log into the file when it has grown; between batches only."""
        if self._frames > (CHECKPOINT_IDLE if idle else CHECKPOINT_FRAMES):
            self._checkpoint()

    def _checkpoint(self) -> None:
        try:
            _, _, _ = self._now.database.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        except sqlite3.Error as error:
            raise journal_file.explain(self._now.path, error) from None
        finally:
            self._frames = 0  # what a reader held back is moved the next time

    def close(self) -> None:
        """Close the files; everything acknowledged is on the disk already."""
        self._mark.close()
        self._now.close(damaged=self._damaged)
        if self._old is not None:
            self._old.close(damaged=self._damaged)


def _kept(lease: Lease, utc: float) -> LeaseChange:
    return LeaseChange(
        KEPT, lease.state, lease.network, lease.address, lease.key, lease.mac, lease.start, lease.expiry,
        lease.evidence, utc,
    )  # fmt: skip


def _numbered(changes: Sequence[tuple[object, ...]], first: int) -> list[tuple[object, ...]]:
    """Put numbers before changes; what kinds of values they hold is looked at later."""
    return [(seq,) + change for seq, change in enumerate(changes, first)]  # noqa: RUF005  half the cost


class _Generation:
    """One open file of the journal."""

    def __init__(self, folder: Path, number: int) -> None:
        self.number = number
        self._log = -1
        self.path = journal_file.path_of(folder, number)
        self.log = journal_file.log_of(self.path)
        journal_file.check_head(self.path)
        # The last connection that is closed moves the write-ahead log into the file, unless it only reads.  That must
        # not happen to a file that proves to be damaged: then this reader is closed last.
        self._reader = journal_file.connect(self.path, write=False)
        try:
            self.database = journal_file.connect(self.path, write=True)
        except BaseException:
            self._reader.close()
            raise
        try:
            self._log = os.open(self.log, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, journal_file.MODE)
            self.first, self.last = journal_file.span(self.path, self.database)  # as it was opened
        except BaseException:
            self.close(damaged=True)
            raise

    def sync(self) -> None:
        """Have the write-ahead log on the disk."""
        try:
            os.fdatasync(self._log)
        except OSError as error:
            raise JournalLost(self.path, str(error.strerror).lower()) from None

    def rows(self) -> Iterator[journal_file.Row]:
        return journal_file.rows(self.path, self.database)

    def newest(self, below: int, limit: int) -> list[tuple[int, int, float]]:
        """Read sequence number, address and time of the newest rows below a number."""
        try:
            return self.database.execute(
                "SELECT seq, address, utc FROM change WHERE seq < ? ORDER BY seq DESC LIMIT ?", (below, limit)
            ).fetchall()
        except journal_file.UNREADABLE as error:
            raise journal_file.explain(self.path, error) from None

    def close(self, *, damaged: bool = False) -> None:
        for each in (self.database, self._reader) if damaged else (self._reader, self.database):
            each.close()
        if self._log >= 0:
            os.close(self._log)
            self._log = -1
