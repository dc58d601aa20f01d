"""What makes a lease safe and the journal fast: rows are only added, no index is kept up, a commit is on the disk."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ringboot.model.lease import BOUND, LeaseChange
from ringboot.store import journal as journal_module
from ringboot.store.journal import Journal

FULL = 2  # PRAGMA synchronous: each commit is written through to the disk


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


def test_a_commit_is_on_the_disk_and_nothing_else_is_written_meanwhile(journal: Journal) -> None:
    assert setting(journal, "synchronous") == FULL
    assert setting(journal, "journal_mode") == "wal"
    assert setting(journal, "wal_autocheckpoint") == 0, "the log is moved into the file between batches"


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
