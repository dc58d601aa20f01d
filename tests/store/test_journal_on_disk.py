"""What makes a lease safe and the journal fast: rows are only added, no index is kept up, a commit is on the disk."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ringboot.model.lease import BOUND, LeaseChange
from ringboot.store import journal as journal_module
from ringboot.store.journal import Journal, JournalLost
from ringboot.store.journal_reader import JournalReader

NORMAL = 1  # PRAGMA synchronous: SQLite syncs when it moves the log into the file; each commit is synced by us


def bound(address: int, start: int = 1_700_000_000, kind: str = "bound") -> LeaseChange:
    mac = address.to_bytes(6, "big")
    return LeaseChange(kind, BOUND, "phones", address, b"\x01" + mac, mac, start, start + 3600, b"", start + 0.5)


@pytest.fixture(params=["fresh", "opened again", "of the next generation"])
def journal(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Journal]:
    monkeypatch.setattr(journal_module, "LOG_ROOM", 0)
    made = Journal.open(tmp_path)
    if request.param != "fresh":
        made.append([bound(1)])
        made.close()
        made = Journal.open(tmp_path)
    if request.param == "of the next generation":
        monkeypatch.setattr(journal_module, "COMPACT_ROWS", 0)
        made.append([bound(1, start) for start in range(1_700_000_000, 1_700_000_100)])
        while made.wants_compaction(1) or made.compacting:
            made.compact(lambda _: None)
        assert "00000002" in made._now.path.name
    yield made
    made.close()


def setting(journal: Journal, name: str) -> object:
    return journal._now.database.execute(f"PRAGMA {name}").fetchone()[0]


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """The files that were synced, as device and inode."""
    really, found = os.fdatasync, []

    def note(handle: int) -> None:
        really(handle)
        found.append((os.fstat(handle).st_dev, os.fstat(handle).st_ino))

    monkeypatch.setattr(os, "fdatasync", note)
    return found


def test_a_commit_is_on_the_disk_and_nothing_else_is_written_meanwhile(
    journal: Journal, synced: list[tuple[int, int]]
) -> None:
    journal.append([bound(2)])
    log = journal.log.stat()
    assert synced == [(log.st_dev, log.st_ino)]
    assert setting(journal, "synchronous") == NORMAL
    assert setting(journal, "journal_mode") == "wal"
    assert setting(journal, "wal_autocheckpoint") == 0, "the log is moved into the file between batches"


def test_what_is_not_on_the_disk_yet_is_shown_to_nobody(journal: Journal) -> None:
    with closing(JournalReader(journal.log.parent)) as reader:
        shown = reader.last()
        seq = journal.write([bound(3), bound(4)])
        assert (journal.seq, journal.settled, reader.last()) == (seq, shown, shown)
        assert reader.read(shown, 10) == []
        journal.settle(seq - 1)  # somebody else has synced, before the second row was written
        assert [change.address for _, change in reader.read(shown, 10)] == [3]
        journal.sync()
        assert (journal.settled, reader.last()) == (seq, seq)
        assert [change.address for _, change in reader.read(shown, 10)] == [3, 4]


def test_what_a_killed_writer_had_not_synced_is_safe_before_anybody_sees_it(tmp_path: Path) -> None:
    died = os.fork()
    if not died:
        Journal.open(tmp_path).write([bound(5)])
        os._exit(0)
    assert os.waitpid(died, 0)[1] == 0
    with closing(JournalReader(tmp_path)) as reader:
        assert reader.read(0, 10) == []
        with closing(Journal.open(tmp_path)) as journal:
            assert journal.settled == journal.seq == 1
            assert [change.address for _, change in reader.read(0, 10)] == [5]


def test_a_disk_that_fails_is_told(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_handle: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fdatasync", fail)
    before = journal.settled
    with pytest.raises(JournalLost, match=r"00000\d+\.journal: input/output error"):
        journal.append([bound(6)])
    assert journal.settled == before


def test_nothing_is_kept_up_beside_the_rows(journal: Journal) -> None:
    kinds = {row[0] for row in journal._now.database.execute("SELECT type FROM sqlite_master")}
    assert kinds == {"table"}, "an index would be written in random order: the table in memory is the index"
    columns = {row[1]: row[5] for row in journal._now.database.execute("PRAGMA table_info(change)")}
    assert [name for name, key in columns.items() if key] == ["seq"]


def test_a_row_that_was_written_is_never_written_again(tmp_path: Path) -> None:
    with closing(Journal.open(tmp_path)) as journal:
        journal.append([bound(7)])
        with closing(sqlite3.connect(tmp_path / "00000001.journal")) as other:
            first = other.execute("SELECT * FROM change").fetchall()
            changes = journal._now.database.total_changes
            journal.append([bound(7, 1_700_001_800, "renewed")])
            journal.append([bound(7, 1_700_003_600, "renewed")])
            rows = other.execute("SELECT * FROM change ORDER BY seq").fetchall()
            assert journal._now.database.total_changes == changes + 2
    assert rows[:1] == first
    assert [row[0] for row in rows] == [1, 2, 3]
