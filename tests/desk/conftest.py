"""A desk for each test, with a database that was made once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.desk.office import Office

from ringboot.store.fleetdb import FleetDb


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an empty database once."""
    folder = tmp_path_factory.mktemp("empty")
    FleetDb.open(folder / "fleet.db").close()
    return folder / "fleet.db"


@pytest.fixture
def office(tmp_path: Path, empty: Path) -> Iterator[Office]:
    """Give a desk of one's own."""
    shutil.copy(empty, tmp_path)
    made = Office(tmp_path)
    yield made
    made.db.close()
