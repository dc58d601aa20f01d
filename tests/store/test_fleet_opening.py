"""Opening fleet.db: fresh, again, damaged, newer, somebody else's."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from ringboot.model.device import Device
from ringboot.store import opening
from ringboot.store.errors import StoreDamaged, StoreFailed, StoreFull
from ringboot.store.fleetdb import FleetDb
from ringboot.store.tables import METADATA

RESTORE = "Move it away together with its -wal and -shm, then restore a backup, or start with an empty fleet."


@pytest.fixture
def path(fresh: Path) -> Path:
    """Give the path of a database with a device in it."""
    path = fresh
    db = FleetDb.open(path)
    db.write_sync(lambda books: books.devices.put(Device("lobby"), "anna", 1.0))
    db.close()
    return path


def sql(path: Path, text: str) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.executescript(text)
    connection.close()


def test_a_fresh_one_is_private_and_whole(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        db = FleetDb.open(tmp_path / "data" / "fleet.db")
        db.write_sync(lambda books: books.numbers.put("n", 1))
        assert (tmp_path / "data").stat().st_mode & 0o777 == 0o750
        files = {file.name: file.stat().st_mode & 0o777 for file in (tmp_path / "data").iterdir()}
        assert files == {"fleet.db": 0o600, "fleet.db-wal": 0o600, "fleet.db-shm": 0o600}
        db.close()
    finally:
        os.umask(before)


def test_the_steps_make_exactly_the_tables(path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{path}", poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_the_list_of_steps_is_the_folder_of_steps() -> None:
    steps = ScriptDirectory(str(Path(opening.__file__).parent / "revisions"))
    assert tuple(step.revision for step in reversed(list(steps.walk_revisions()))) == opening.REVISIONS


def test_what_a_crash_left_half_made_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "fleet.db.new").write_bytes(b"half")
    (tmp_path / "fleet.db.new-wal").write_bytes(b"half")
    FleetDb.open(tmp_path / "fleet.db").close()
    assert [file.name for file in tmp_path.iterdir()] == ["fleet.db"]


@pytest.fixture
def newer_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the program know one step more; gives the file of that step."""
    steps = tmp_path / "100% steps"
    shutil.copytree(opening.STEPS, steps)
    monkeypatch.setattr(opening, "STEPS", steps)
    last = opening.REVISIONS[-1]
    monkeypatch.setattr(opening, "REVISIONS", (*opening.REVISIONS, "r9000"))
    step = steps / "versions" / "r9000_more.py"
    step.write_text(
        "from alembic import op\n"
        "import sqlalchemy as sa\n"
        f"revision, down_revision = 'r9000', {last!r}\n"
        "def upgrade():\n"
        "    op.add_column('device', sa.Column('floor', sa.Text))\n"
        "    op.execute(\"UPDATE device SET floor = 'third'\")\n"
    )
    return step


def floors(path: Path) -> list[tuple[str, ...]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute("SELECT id, floor FROM device").fetchall()
    finally:
        connection.close()


def test_an_older_one_is_brought_up_with_what_is_in_it(path: Path, newer_program: Path) -> None:
    FleetDb.open(path).close()
    assert floors(path) == [("lobby", "third")]
    FleetDb.open(path).close()


def test_a_step_that_fails_leaves_everything_as_it_was(path: Path, newer_program: Path) -> None:
    newer_program.write_text(newer_program.read_text() + "    op.execute('UPDATE nowhere SET x = 1')\n")
    with pytest.raises(StoreDamaged, match="could not be brought to revision r9000: no such table: nowhere"):
        FleetDb.open(path)
    with pytest.raises(sqlite3.OperationalError, match="no such column: floor"):
        floors(path)
    newer_program.write_text(newer_program.read_text().replace("UPDATE nowhere SET x = 1", "SELECT 1"))
    FleetDb.open(path).close()
    assert floors(path) == [("lobby", "third")]


def overwrite(path: Path) -> None:
    path.write_bytes(b"This is a letter, not a database. " * 100)


def tear_pages(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xa5" * (len(data) - 4096)
    path.write_bytes(data)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: 3 * 4096])


def become_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGES: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "not a database": (overwrite, "is not a database", RESTORE),
    "empty": (lambda path: path.write_bytes(b""), "is empty, although it was in use", RESTORE),
    "torn": (tear_pages, "is damaged: ", RESTORE),
    "cut off": (cut, "is damaged: ", RESTORE),
    "newer": (
        lambda path: sql(path, "UPDATE alembic_version SET version_num = 'r9999'"),
        f"was written by a newer program (revision r9999; this one knows {opening.REVISIONS[-1]})",
        "Start the newer program, or restore a backup that this one wrote.",
    ),
    "another program's": (
        lambda path: sql(path, "DROP TABLE alembic_version"),
        "is the database of another program",
        "Move it away, or name another data directory.",
    ),
    "gone, with its log left": (
        lambda path: path.rename(path.with_name("fleet.db-wal")),
        "is gone, but fleet.db-wal is there",
        RESTORE,
    ),
    "a folder": (
        become_a_folder,
        "cannot be opened: Is a directory",
        "Give the daemon's user the rights to read and write it.",
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_one_that_cannot_be_used_is_left_as_it_is_and_says_what_to_do(path: Path, damage: str) -> None:
    spoil, why, todo = DAMAGES[damage]
    spoil(path)
    before = path.read_bytes() if path.is_file() else None
    for _ in range(2):  # trying again changes nothing
        with pytest.raises(StoreDamaged) as caught:
            FleetDb.open(path)
        assert str(caught.value).startswith(f"{path}: {why}")
        assert str(caught.value).endswith(f". {todo}")
        assert (path.read_bytes() if path.is_file() else None) == before


@pytest.mark.parametrize("damage", ["torn", "cut off"])
def test_what_a_crash_left_in_the_log_is_not_moved_into_a_damaged_one(tmp_path: Path, damage: str) -> None:
    running, crashed = tmp_path / "running", tmp_path / "crashed"
    db = FleetDb.open(running / "fleet.db")
    db.write_sync(lambda books: books.numbers.put("x", 1))
    shutil.copytree(running, crashed)
    db.close()
    path = crashed / "fleet.db"
    # The log holds pages that stand for those of the file: it must not hold those that are spoilt.
    with closing(sqlite3.connect(running / "fleet.db")) as whole:
        whole.execute("PRAGMA journal_mode=DELETE")
    shutil.copy(running / "fleet.db", path)
    DAMAGES[damage][0](path)
    before = {each.name: each.read_bytes() for each in crashed.iterdir() if not each.name.endswith("-shm")}
    assert before.keys() == {"fleet.db", "fleet.db-wal"}
    with pytest.raises(StoreDamaged, match="is damaged: "):
        FleetDb.open(path)
    assert {each.name: each.read_bytes() for each in crashed.iterdir() if not each.name.endswith("-shm")} == before


def test_an_empty_log_that_a_look_at_a_damaged_one_left_does_not_stop_a_new_one(path: Path) -> None:
    tear_pages(path)
    with pytest.raises(StoreDamaged):
        FleetDb.open(path)
    path.unlink()
    assert path.with_name("fleet.db-wal").read_bytes() == b""
    FleetDb.open(path).close()


def test_damage_that_is_met_while_running_is_said(path: Path) -> None:
    db = FleetDb.open(path)
    try:
        tear_pages(path)
        with pytest.raises(StoreDamaged, match="is damaged"), db.reading() as books:
            books.devices.get("lobby")
    finally:
        db.close()


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_FULL, StoreFull),
        (sqlite3.SQLITE_CORRUPT, StoreDamaged),
        (sqlite3.SQLITE_NOTADB, StoreDamaged),
        (sqlite3.SQLITE_IOERR, StoreFailed),
        (sqlite3.SQLITE_IOERR_WRITE, StoreFailed),
        (sqlite3.SQLITE_CORRUPT_VTAB, StoreDamaged),
    ],
)
def test_each_fault_of_the_driver_has_a_meaning(path: Path, code: int, kind: type[Exception]) -> None:
    error = sqlite3.OperationalError("it says")
    error.sqlite_errorcode = code
    assert type(opening.failure(path, error)) is kind
