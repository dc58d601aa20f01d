"""A damaged journal or database: the daemon names the file and what to do, ends with 1, and leaves every octet."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.whole.bad_input.site import make_site, serve, written

from ringboot.model.lease import BOUND, LeaseChange
from ringboot.store.fleetdb import FleetDb
from ringboot.store.journal import Journal

FAILED = 1
MOVE_JOURNAL = (
    "Nothing was changed. Move the file away together with its -wal and -shm, "
    "then restore all of them from a backup, or start without the leases in it."
)
MOVE_DATABASE = "Move it away together with its -wal and -shm, then restore a backup, or start with an empty fleet."
LETTER = b"Dear daemon, these are no leases. " * 1000


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Give the data folder of a daemon that was killed: a part of the leases is only in the write-ahead log."""
    data = tmp_path / "data"
    mac = bytes((2, 0, 0, 0, 0, 1))
    with closing(Journal.open(tmp_path / "leases")) as journal:
        journal.append([LeaseChange("bound", BOUND, "phones", 5, b"\1" + mac, mac, 1, 2, b"", 1.0)])
        shutil.copytree(tmp_path / "leases", data / "leases")
    return data


def octets(folder: Path) -> dict[str, bytes]:
    """Give what lies there, without the index that SQLite makes of a log."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.endswith("-shm")}


def tear(path: Path) -> None:
    FleetDb.open(path).close()
    path.write_bytes(path.read_bytes()[:4096] + bytes(4096) + path.read_bytes()[8192:])


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def lines_of(said: str) -> list[dict[str, Any]]:
    """Read what a daemon logged."""
    return [json.loads(line) for line in said.splitlines()]


JOURNAL: dict[str, tuple[Callable[[Path], object], str]] = {
    "overwritten": (lambda path: path.write_bytes(LETTER), "not a readable lease journal (file is not a database)"),
    "cut off": (cut, "not a readable lease journal (database disk image is malformed)"),
    "taken away from its log": (Path.unlink, "is gone, but 00000001.journal-wal, which belongs to it, is there"),
}


@pytest.mark.parametrize("damage", JOURNAL)
def test_a_damaged_journal(tmp_path: Path, data: Path, damage: str) -> None:
    spoil, why = JOURNAL[damage]
    path = data / "leases" / "00000001.journal"
    spoil(path)
    before = octets(path.parent)
    assert "00000001.journal-wal" in before
    code, said = serve(written(tmp_path, make_site().config))
    told = {"event": "the lease journal is damaged", "process": "dhcp", "why": f"{path}: {why}. {MOVE_JOURNAL}"}
    assert any(told.items() <= line.items() for line in lines_of(said))
    assert code == FAILED
    assert "Traceback" not in said
    assert octets(path.parent) == before


DATABASE: dict[str, tuple[Callable[[Path], object], str]] = {
    "overwritten": (lambda path: path.write_bytes(LETTER), "is not a database"),
    "torn": (tear, "is damaged: "),
}


@pytest.mark.parametrize("damage", DATABASE)
def test_a_damaged_database(tmp_path: Path, data: Path, damage: str) -> None:
    spoil, why = DATABASE[damage]
    path = data / "fleet.db"
    spoil(path)
    before = path.read_bytes()
    code, said = serve(written(tmp_path, make_site().config))
    (line,) = [line for line in lines_of(said) if line["event"] == "the database cannot be used"]
    assert line["process"] == "main"
    assert line["why"].startswith(f"{path}: {why}")
    assert line["why"].endswith(f". {MOVE_DATABASE}")
    assert code == FAILED
    assert "Traceback" not in said
    assert path.read_bytes() == before
