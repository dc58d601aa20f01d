"""Reading the lease journal from another process than the one that writes it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from ringboot.model.lease import LeaseChange
from ringboot.store import journal_file
from ringboot.store.journal_file import JournalDamaged, JournalFailed
from ringboot.store.settled import settled

__all__ = ["JournalDamaged", "JournalFailed", "JournalReader"]


class JournalReader:
    """A cursor's view of the journal over all its generations; it opens files for reading only."""

    def __init__(self, folder: Path | str) -> None:
        """Name the folder; it may still be empty, or not be there yet."""
        self._folder = Path(folder)
        self._number = 0
        self._inode = 0
        self._database: sqlite3.Connection | None = None

    def read(self, after: int, limit: int) -> list[tuple[int, LeaseChange]]:
        """Read up to `limit` changes with a sequence number above `after`, oldest first.

        A row that is not known to be on the disk yet is not shown: it could be gone after a power failure, and another
        one have its number.  What was compacted away in the meantime comes as rows of kind "kept".  A cursor beyond the
        end belongs to a journal that is no more: reading starts over.  JournalDamaged, JournalFailed.
        """
        found: list[tuple[int, LeaseChange]] = []
        last = 0
        bound = settled(self._folder)
        # The list is taken before anything is read: a generation that has a successor then gets no more rows.
        for number in self._numbers():
            if not self._turn_to(number):
                continue
            rows = self._rows(max(after, last), limit - len(found))
            found.extend(each for each in rows if bound is None or each[0] <= bound)
            if len(found) >= limit:
                return found
            last = max(last, self._last())
        if not found and 0 < last < after:
            return self.read(0, limit)
        return found

    def last(self) -> int:
        """Give the newest sequence number that is shown, 0 when there is none."""
        newest = self._numbers()[-1:]
        last = self._last() if newest and self._turn_to(newest[0]) else 0
        bound = settled(self._folder)
        return last if bound is None else min(last, bound)

    def close(self) -> None:
        """Close the file that is open."""
        if self._database is not None:
            self._database.close()
            self._database = None

    def _numbers(self) -> list[int]:
        """List the generations to read: the one that is open, even when it was dropped meanwhile, and what follows."""
        try:
            found = journal_file.generations(self._folder)
        except FileNotFoundError:
            found = []
        except OSError as error:
            raise journal_file.explain(self._folder, error) from None
        if self._database is None:
            return found
        following = [number for number in found if number > self._number]
        if following or (self._number in found and self._same_file()):
            return [self._number, *following]
        self.close()  # the journal was taken away, perhaps replaced
        return found

    def _same_file(self) -> bool:
        try:
            return journal_file.path_of(self._folder, self._number).stat().st_ino == self._inode
        except FileNotFoundError:
            return False

    def _turn_to(self, number: int) -> bool:
        """Open a generation; False when it was dropped in between."""
        if self._database is not None and self._number == number:
            return True
        path = journal_file.path_of(self._folder, number)
        try:
            inode = path.stat().st_ino
            database = journal_file.connect(path, write=False)
        except (FileNotFoundError, JournalFailed):
            if not path.exists():
                return False
            raise
        self.close()
        self._database, self._number, self._inode = database, number, inode
        return True

    def _rows(self, after: int, limit: int) -> list[tuple[int, LeaseChange]]:
        if self._database is None:
            return []
        path = journal_file.path_of(self._folder, self._number)
        return [(seq, change) for seq, change in journal_file.rows(path, self._database, after, limit)]

    def _last(self) -> int:
        if self._database is None:
            return 0
        return journal_file.span(journal_file.path_of(self._folder, self._number), self._database)[1]
