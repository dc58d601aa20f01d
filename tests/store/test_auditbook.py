"""The audit as rows: what is asked for is found, and the oldest are let go."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ringboot.fleet.books import Books
from ringboot.model.audit import AuditEntry
from ringboot.store import auditbook
from ringboot.store.fleetdb import FleetDb

ENTRIES = [
    AuditEntry(10.0, "anna", "administrator", "session", "PATCH", "/devices/d1", 200, None, {"a": 1}, {"a": [None]}),
    AuditEntry(20.0, "bert", "operator", "unix", "POST", "/devices", 201, {"mac": "x"}, None, {"text": "Zürich 100%"}),
    AuditEntry(30.0, "Anna", "administrator", "unix", "DELETE", "/devices/d2", 404, None, None, {"detail": "no d2"}),
]


@pytest.fixture
def db(fresh: Path) -> Iterator[FleetDb]:
    opened = FleetDb.open(fresh)
    yield opened
    opened.close()


@pytest.fixture
def filled(db: FleetDb) -> FleetDb:
    def fill(books: Books) -> None:
        for entry in ENTRIES:
            books.audit.add(entry)

    db.write_sync(fill)
    return db


def found(db: FleetDb, **wanted: Any) -> tuple[int, list[int]]:
    with db.reading() as books:
        total, entries = books.audit.page(**wanted)
    return total, [int(entry.utc) for entry in entries]


def test_an_entry_comes_back_as_it_was_with_a_number(filled: FleetDb) -> None:
    with filled.reading() as books:
        _, entries = books.audit.page()
    assert [entry.id for entry in entries] == [3, 2, 1]
    assert [AuditEntry(*(getattr(entry, key) for key in AuditEntry.__slots__[:-1])) for entry in entries] == [
        *reversed(ENTRIES)
    ]


@pytest.mark.parametrize(
    ("wanted", "total", "utcs"),
    [
        ({}, 3, [30, 20, 10]),
        ({"limit": 1, "offset": 1}, 3, [20]),
        ({"filters": [("who", "ANNA")]}, 2, [30, 10]),
        ({"filters": [("who", "anna"), ("method", "patch")]}, 1, [10]),
        ({"filters": [("status", "404")]}, 1, [30]),
        ({"filters": [("path", "/devices")]}, 1, [20]),
        ({"text": "zürich"}, 1, [20]),
        ({"text": "100%"}, 1, [20]),
        ({"text": "10%0"}, 0, []),
        ({"text": "/DEVICES/"}, 2, [30, 10]),
        ({"since": 20.0}, 2, [30, 20]),
        ({"until": 20.0}, 1, [10]),
        ({"since": 15.0, "until": 25.0, "text": "mac"}, 1, [20]),
        ({"sort": "path"}, 3, [20, 10, 30]),
        ({"sort": "utc"}, 3, [10, 20, 30]),
        ({"sort": "utc", "descending": True}, 3, [30, 20, 10]),
        ({"sort": "role"}, 3, [30, 10, 20]),
    ],
    ids=str,
)
def test_what_is_wanted_is_found(filled: FleetDb, wanted: dict[str, Any], total: int, utcs: list[int]) -> None:
    assert found(filled, **wanted) == (total, utcs)


def test_only_the_newest_are_kept(db: FleetDb, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auditbook, "KEPT", 2)
    for entry in (*ENTRIES, *ENTRIES):
        db.write_sync(lambda books, entry=entry: books.audit.add(entry))  # type: ignore[misc]  # the default is bound
    assert found(db) == (2, [30, 20])
    with db.reading() as books:
        _, entries = books.audit.page()
    assert [entry.id for entry in entries] == [6, 5]
