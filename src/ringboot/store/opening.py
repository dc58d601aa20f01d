"""Opening fleet.db: made whole or not at all, brought to the newest revision, never replaced when it is damaged."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from ringboot.store.errors import StoreDamaged, StoreFailed, StoreFull

# In order; one file in revisions/versions each.
REVISIONS = (
    *("r0001", "r0002", "r0003", "r0004", "r0005", "r0006", "r0007", "r0008", "r0009", "r0010", "r0011", "r0012"),
    "r0013",
)
STEPS = Path(__file__).parent / "revisions"

PATIENCE = 5.0  # seconds that a connection waits for another one's lock
_MAGIC = b"SQLite format 3\0"
_RESTORE = "Move it away together with its -wal and -shm, then restore a backup, or start with an empty fleet."


def prepare(path: Path) -> None:
    """Make the database when there is none, else check it and bring it to the newest revision; StoreDamaged."""
    try:
        if path.exists():
            _check(path)
        else:
            _make(path)
    except OSError as error:
        why = f"cannot be opened: {error.strerror}"
        raise StoreDamaged(path, why, "Give the daemon's user the rights to read and write it.") from None
    except sqlite3.Error as error:
        raise _said(path, error) from None


def connect(path: Path, *, write: bool) -> sqlite3.Connection:
    """Open one connection to a prepared database; transactions are begun and ended by the caller's own words.

    synchronous=FULL: what was promised to a person survives a power cut, and the journal cursor never runs ahead of
    what was done with the rows; commits are shared, so that it costs one fsync for many changes.
    """
    connection = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA synchronous=FULL")  # the first to read the schema, which may be damaged
        connection.execute("PRAGMA cache_size=-16000")
        if not write:
            connection.execute("PRAGMA query_only=ON")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def failure(path: Path, error: sqlite3.Error) -> StoreDamaged | StoreFailed:
    """Say what an error of the driver means for the caller."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return StoreFull(path)
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return StoreDamaged(path, f"is damaged: {error}", _RESTORE)
    return StoreFailed(path, str(error))


def _said(path: Path, error: sqlite3.Error) -> StoreDamaged:
    known = failure(path, error)
    if isinstance(known, StoreDamaged):
        return known
    return StoreDamaged(path, f"cannot be opened: {error}", "Look at the disk and the rights of the data directory.")


def _check(path: Path) -> None:
    with path.open("rb") as file:
        head = file.read(len(_MAGIC))
    if not head:
        raise StoreDamaged(path, "is empty, although it was in use", _RESTORE)
    if head != _MAGIC:
        raise StoreDamaged(path, "is not a database", _RESTORE)
    # Read only: a writer that is closed moves the write-ahead log into the file, and a damaged one stays as it is.
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=PATIENCE)) as connection:
        verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if verdict != "ok":
            raise StoreDamaged(path, f"is damaged: {str(verdict).splitlines()[-1]}", _RESTORE)
        revision = _revision(connection)
    if revision is None:
        raise StoreDamaged(path, "is the database of another program", "Move it away, or name another data directory.")
    if revision not in REVISIONS:
        todo = "Start the newer program, or restore a backup that this one wrote."
        why = f"was written by a newer program (revision {revision}; this one knows {REVISIONS[-1]})"
        raise StoreDamaged(path, why, todo)
    if revision != REVISIONS[-1]:
        _upgrade(path)


def _revision(connection: sqlite3.Connection) -> str | None:
    there = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone() if there else None
    return None if row is None else str(row[0])


def _make(path: Path) -> None:
    """Build it beside its place and move it there, so that a half-made one is never met."""
    for tail in ("-wal", "-journal"):
        left = path.with_name(path.name + tail)
        if left.exists() and left.stat().st_size:
            raise StoreDamaged(path, f"is gone, but {path.name}{tail} is there", _RESTORE)
    path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    for tail in ("", "-wal", "-shm", "-journal"):
        with suppress(FileNotFoundError):
            fresh.with_name(fresh.name + tail).unlink()
    os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with closing(connect(fresh, write=True)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    _upgrade(fresh)
    fresh.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _upgrade(path: Path) -> None:
    """Run the steps that are missing, in one transaction."""
    # These two take 0.6 s to import, and are needed once in the life of a database.
    import sqlalchemy as sa  # noqa: PLC0415
    from alembic import command, config  # noqa: PLC0415

    engine = sa.create_engine("sqlite://", creator=lambda: connect(path, write=True), poolclass=sa.pool.NullPool)
    settings = config.Config()
    settings.set_main_option("script_location", str(STEPS).replace("%", "%%"))
    try:
        with engine.connect() as connection:
            # pysqlite would commit before each CREATE TABLE; the driver's own BEGIN makes the steps one whole.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            settings.attributes["connection"] = connection
            command.upgrade(settings, "head")
            connection.commit()
    except sa.exc.DBAPIError as error:
        if not isinstance(error.orig, sqlite3.Error):
            raise
        if getattr(error.orig, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_ERROR:  # the disk, not the step
            raise error.orig from None
        why = f"could not be brought to revision {REVISIONS[-1]}: {error.orig}"
        raise StoreDamaged(path, why, "It is as it was: start the program that wrote it, and report this.") from None
    finally:
        engine.dispose()
