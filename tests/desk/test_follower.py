"""Following the journal: what is said of one that is not what it was."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ringboot.desk.follower import Follower
from ringboot.fleet.books import CURSOR
from ringboot.fleet.leaseview import LeaseView
from ringboot.model.lease import BOUND, LeaseChange
from ringboot.store.fleetdb import FleetDb
from ringboot.store.journal import Journal

MAC = bytes((2, 0, 0, 0, 0, 1))
ROWS = [LeaseChange("bound", BOUND, "phones", address, b"\1" + MAC, MAC, 1, 2, b"", 1.0) for address in range(1, 6)]


def told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> str:
    """Start to follow, and give what is said."""
    with closing(FleetDb.open(tmp_path / "fleet.db")) as db:
        db.write_sync(lambda books: books.numbers.put(CURSOR, len(ROWS)))
        core: Any = SimpleNamespace(db=db, world=SimpleNamespace(leases=LeaseView()))
        follower = Follower(core, tmp_path / "leases")
        asyncio.run(follower.load())
        follower.compare()
        follower.close()
    out, errors = capfd.readouterr()
    return out + errors


def write(tmp_path: Path, rows: list[LeaseChange]) -> None:
    with closing(Journal.open(tmp_path / "leases")) as journal:
        journal.append(rows)


def test_the_same_journal_needs_no_word(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, ROWS)
    assert told(tmp_path, capfd) == ""


def test_one_without_leases_that_is_the_same_needs_none_either(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with closing(Journal.open(tmp_path / "leases")) as journal:
        journal.append(ROWS)
        while journal.compact(lambda _: None):
            pass
    assert told(tmp_path, capfd) == ""


@pytest.mark.parametrize("there", [0, 3])
def test_one_that_ends_too_early_is_told(tmp_path: Path, capfd: pytest.CaptureFixture[str], there: int) -> None:
    write(tmp_path, ROWS[:there])
    if not there:
        shutil.rmtree(tmp_path / "leases")
    said = told(tmp_path, capfd)
    assert "leases are missing" in said
    assert f"rows_read_before=5 rows_there={there}" in said
