"""Databases that each earlier revision wrote (tests/store/old) are brought up to date, and nothing is lost."""

from __future__ import annotations

import gzip
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from tests.store.old import write
from tests.store.old.write import CONFIGS, DEVICES, EVENTS, FILES, HERE, MACS, RESERVATIONS, STRANGER, UTC

from ringboot.fleet.books import Books, PluginState
from ringboot.leases.table import Table
from ringboot.model.device import Config
from ringboot.model.job import JobRecord
from ringboot.model.rollout import RolloutDevice
from ringboot.model.user import Session, Token, User
from ringboot.store import opening
from ringboot.store.fleetdb import FleetDb
from ringboot.store.journal import Journal
from ringboot.store.offline import reservations_in

OLD = sorted(path.name.partition(".")[0] for path in HERE.glob("*.fleet.sql.gz"))


def text(revision: str, kind: str) -> str:
    return gzip.decompress((HERE / f"{revision}.{kind}.sql.gz").read_bytes()).decode()


@pytest.fixture(params=OLD)
def revision(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def data(revision: str, tmp_path: Path) -> Path:
    """Give a data folder as it was left then."""
    write.restored(text(revision, "fleet"), tmp_path / "fleet.db")
    write.restored(text(revision, "leases"), tmp_path / "leases" / "00000001.journal")
    return tmp_path


@pytest.fixture
def db(data: Path) -> Iterator[FleetDb]:
    opened = FleetDb.open(data / "fleet.db")
    yield opened
    opened.close()


def test_there_is_one_of_every_revision_up_to_when_the_last_was_written() -> None:
    assert list(opening.REVISIONS[: len(OLD)]) == OLD
    assert len(OLD) >= 12


def test_it_is_of_that_revision(data: Path, revision: str) -> None:
    with closing(sqlite3.connect(data / "fleet.db")) as database:
        assert database.execute("SELECT version_num FROM alembic_version").fetchall() == [(revision,)]


def test_the_fleet_is_there_as_it_was(db: FleetDb, data: Path, revision: str) -> None:
    with db.reading() as books:
        assert books.devices.page("", 9) == list(DEVICES)
        configs = {config.id: config for config in books.configs.page("", 9)}
        assert [configs.pop(config.id) for config in CONFIGS] == list(CONFIGS)
        assert all(config == Config("cleo", ("base",), code="123456") for config in configs.values())
        assert books.devices.find("mac", MACS[1]) == [DEVICES[1]]
        assert books.configs.children("base")[:2] == ["ann", "autoprov-1"]
        assert books.reservations.all() == list(RESERVATIONS)
        assert books.files.of_plugin("aastra") == list(FILES)
        assert books.settings.all() == {"NAT": 1}
        assert books.plugins.all() == {"aastra": PluginState("aastra", "installed", "aastra")}
        assert books.numbers.get("journal") == 7
        assert [replace(each, id=None) for each in books.events.timeline("d1", MACS[0], 9)] == list(EVENTS[::-1])
        assert replace(books.events.newest(1)[0], id=None) == STRANGER
        told = books.history.of("device", "d1", 9)
        assert [(each.who, each.utc, each.before is None) for each in told] == [
            ("anna", UTC + 1, False), ("auto", UTC, True),
        ]  # fmt: skip
        assert told[0].after is not None
        assert told[0].after["model"] == "6731i"
        _look_at_what_came_later(books, opening.REVISIONS.index(revision))
    assert reservations_in(data / "fleet.db") == list(RESERVATIONS)


def _look_at_what_came_later(books: Books, place: int) -> None:
    """Look at what revisions from r0002 on added: as it was written, or empty."""
    assert books.urls.of_device("d1") == (write.WORD if place >= 1 else None)
    assert books.urls.owner(write.DIGEST) == ("d1" if place >= 1 else None)
    assert [each.used for each in books.uses.of("phones", 60, 0)] == ([7] if place >= 2 else [])
    name = books.names.get("10.0.1.7")
    assert (name and name.there) == ("lobby.lab.example.org" if place >= 3 else None)
    assert [(each.id, each.state, each.sync) for each in books.rollouts.all()] == (
        [("r1", "paused", False)] if place >= 4 else []
    )
    assert (RolloutDevice("r1", "d2", 2, "waiting") in books.rollouts.devices("r1")) == (place >= 4)
    assert [row.device for row in books.syncs.open()] == (["d1"] if place >= 5 else [])
    assert (books.configs.of_code("123456") is not None) == (place >= 6)
    assert books.deliveries.waiting() == ({"nms": (1, "it answers 500")} if place >= 9 else {})
    assert books.told.all("stuck") == ({"d2"} if place >= 9 else set())
    machine = books.machines.get("d2")
    assert (machine and machine.state, books.machines.is_used("d2", "preseed.cfg")) == (
        ("approved", True) if place >= 11 else (None, False)
    )
    people = [User(**write.USER)], [Session(**write.SESSION)], [Token(**write.TOKEN)]
    assert (books.users.all(), books.sessions.all(), books.tokens.all()) == (people if place >= 10 else ([], [], []))


def test_it_can_be_written_to_and_opened_again(db: FleetDb, data: Path) -> None:
    db.write_sync(lambda books: books.devices.put(replace(DEVICES[2], description="new"), "anna", UTC + 2))
    db.write_sync(lambda books: books.jobs.put(JobRecord("j", "move", "all", "anna", UTC, again={"ids": ["d1"]})))
    db.write_sync(lambda books: books.told.put("pool-low", "d3", UTC))
    db.close()
    again = FleetDb.open(data / "fleet.db")
    with again.reading() as books:
        found = books.devices.get("d3")
        assert found is not None
        assert found.description == "new"
        assert books.told.all("pool-low") == {"d3"}
        assert books.jobs.all() == [JobRecord("j", "move", "all", "anna", UTC, again={"ids": ["d1"]})]
    again.close()


def test_the_leases_are_there_as_they_were(data: Path) -> None:
    journal = Journal.open(data / "leases")
    rows = list(journal.load())
    assert [(row.kind, row.state, row.address & 255) for row in rows] == [
        ("bound", "bound", 7), ("renewed", "bound", 7), ("bound", "bound", 8), ("released", "released", 8),
        ("bound", "bound", 9), ("declined", "declined", 9), ("bound", "bound", 10),
    ]  # fmt: skip
    table = Table()
    table.load(iter(rows))
    held = table.of_address(0x0A00010A)
    assert held is not None
    assert (held.mac.hex(":"), held.expiry, held.evidence) == (MACS[1], int(UTC) + 3603, write.EVIDENCE)
    assert journal.append(rows[:1]) == len(rows) + 1
    journal.close()
