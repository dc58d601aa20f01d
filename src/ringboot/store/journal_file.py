"""One generation of the lease journal as a file: its name, its shape, how it is made, opened, checked and read."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from ringboot.model.lease import LeaseChange

VERSION = 1
APPLICATION_ID = 0x52424C4A  # "RBLJ": tells a journal from any other SQLite file
SUFFIX = ".journal"
_MAGIC = b"SQLite format 3\0"
UNFINISHED = ".new"
MODE = 0o640
SMALLEST = 512  # octets; SQLite takes less for a new database

COLUMNS = ("seq", *LeaseChange._fields)
_CREATE = """CREATE TABLE change (
  seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, state TEXT NOT NULL, network TEXT NOT NULL, address INTEGER NOT NULL,
  key BLOB NOT NULL, mac BLOB NOT NULL, start INTEGER NOT NULL, expiry INTEGER NOT NULL, evidence BLOB NOT NULL,
  utc REAL NOT NULL)"""
_CREATE_ABOUT = "CREATE TABLE about (first_seq INTEGER NOT NULL)"  # numbers go on even after a generation without rows
INSERT = f"INSERT INTO change ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"
SELECT = f"SELECT {', '.join(COLUMNS)} FROM change"
UNREADABLE = (sqlite3.Error, UnicodeError)  # what reading a damaged file may raise
_TYPES = (int, str, str, str, int, bytes, bytes, int, int, bytes, float)

_MEND = (
    "Nothing was changed. Move the file away together with its -wal and -shm, then restore all of them from a backup, "
    "or start without the leases in it."
)
_CONDITIONS = {  # what SQLite reports about the machine rather than about the file's content
    "SQLITE_FULL": "the disk is full: make room on it",
    "SQLITE_READONLY": "the file cannot be written: look at its owner, its rights and how the disk is mounted",
    "SQLITE_CANTOPEN": "the file cannot be opened: look at its owner, its rights and the free space",
    "SQLITE_PERM": "the file cannot be opened: look at its owner and its rights",
    "SQLITE_BUSY": "another program holds the file: see that only one daemon uses this data directory",
    "SQLITE_LOCKED": "another program holds the file: see that only one daemon uses this data directory",
    "SQLITE_CONSTRAINT": "another program writes to it: see that only one daemon uses this data directory",
    "SQLITE_IOERR": "the disk reports an error: look at the system's log and at the free space",
}


class JournalDamaged(Exception):
    """A file of the journal that does not hold what it should; it was left as it is."""

    def __init__(self, path: Path, why: str) -> None:
        """Name the file and what is wrong with it."""
        super().__init__(f"{path}: {why}. {_MEND}")
        self.path = path
        self.why = why


class JournalFailed(Exception):
    """The journal could not be opened or written; what was asked did not happen."""

    def __init__(self, path: Path, why: str) -> None:
        """Name the file and what stands in the way."""
        super().__init__(f"{path}: {why}")
        self.path = path
        self.why = why


class JournalLost(Exception):
    """The disk does not say that it has what was written: only reading the journal again tells what is true."""

    def __init__(self, path: Path, why: str) -> None:
        """Name the file and what the system says."""
        super().__init__(f"{path}: {why}: look at the system's log")


class Row(NamedTuple):
    """A change with its place in the journal."""

    seq: int
    change: LeaseChange


def explain(path: Path, error: sqlite3.Error | OSError | UnicodeError) -> JournalDamaged | JournalFailed:
    """Turn an error of SQLite or the system into one of ours: is it the file, or the machine?"""
    if isinstance(error, UnicodeError):  # of a name in the file's own schema
        return JournalDamaged(path, "not a readable lease journal (it holds text that is none)")
    if isinstance(error, OSError):
        return JournalFailed(path, f"{(error.strerror or str(error)).lower()}: look at rights and free space")
    name = getattr(error, "sqlite_errorname", None) or ""
    for prefix, why in _CONDITIONS.items():
        if name == prefix or name.startswith(prefix + "_"):
            return JournalFailed(path, f"{why} ({error})")
    if isinstance(error, sqlite3.DatabaseError) and name != "SQLITE_NOMEM":
        return JournalDamaged(path, f"not a readable lease journal ({error})")
    return JournalFailed(path, str(error))


def path_of(folder: Path, generation: int) -> Path:
    """Name the file of a generation."""
    return folder / f"{generation:08d}{SUFFIX}"


def generations(folder: Path) -> list[int]:
    """List the generations that lie in a folder, oldest first."""
    found = []
    for name in os.listdir(folder):
        stem = name.removesuffix(SUFFIX)
        if stem != name and stem.isdecimal():
            found.append(int(stem))
    return sorted(found)


def create(path: Path, first_seq: int) -> None:
    """Make an empty generation; it gets its name only when it is whole and on the disk."""
    unfinished = path.with_name(path.name + UNFINISHED)
    try:
        unfinished.unlink(missing_ok=True)
        database = sqlite3.connect(unfinished, isolation_level=None)
        try:
            database.execute("PRAGMA journal_mode = OFF")
            database.execute("PRAGMA synchronous = OFF")
            database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            database.execute(f"PRAGMA user_version = {VERSION}")
            database.execute(_CREATE)
            database.execute(_CREATE_ABOUT)
            database.execute("INSERT INTO about VALUES (?)", (first_seq,))
            database.execute("PRAGMA journal_mode = WAL")
        finally:
            database.close()
        os.chmod(unfinished, MODE)
        _sync(unfinished)
        unfinished.rename(path)
        if room_of(path).exists():
            room_of(path).rename(log_of(path))
        _sync(path.parent)
    except (sqlite3.Error, OSError) as error:
        raise explain(path, error) from None


def log_of(path: Path) -> Path:
    """Name the write-ahead log of a generation."""
    return path.with_name(f"{path.name}-wal")


def room_of(path: Path) -> Path:
    """Name the file that becomes the log of a generation which is not there yet."""
    return path.with_name(f"{path.name}{UNFINISHED}-room")


def make_room(log: Path, size: int) -> None:
    """Lengthen a write-ahead log with zeros, which SQLite takes for no frames, and have them on the disk.

    A commit then writes over blocks that the file has.  Where it had to lengthen the file, it would also wait for the
    file system's journal: measured on a busy machine, 3.3 ms (p90) instead of 0.5.
    """
    try:
        handle = os.open(log, os.O_WRONLY | os.O_CREAT, MODE)
    except OSError:
        return  # it grows as it is used
    before = os.fstat(handle).st_size
    try:
        os.fchmod(handle, MODE)
        if before < size:
            if os.pwrite(handle, bytes(size - before), before) < size - before:
                raise OSError("not all of it")  # a disk that is nearly full takes what it can
            os.fsync(handle)
    except OSError:
        with suppress(OSError):
            os.ftruncate(handle, before)  # what is left of the disk is for leases
    finally:
        os.close(handle)


def sweep(folder: Path) -> None:
    """Remove what an interrupted creation or removal left: files that hold no row that counts."""
    newest = max(generations(folder), default=0)
    for name in os.listdir(folder):
        base = name.removesuffix("-wal").removesuffix("-shm").removesuffix("-journal")
        number = base.removesuffix(SUFFIX)
        orphan = base != name and number.isdecimal() and not (folder / base).exists() and int(number) < newest
        if orphan or f"{SUFFIX}{UNFINISHED}" in name:
            (folder / name).unlink(missing_ok=True)


def check_logs(folder: Path) -> None:
    """Refuse to begin anew beside the write-ahead log of a generation that is gone: the newest leases are in it."""
    for name in sorted(os.listdir(folder)):
        base = folder / name.removesuffix("-wal")
        if name.endswith(f"{SUFFIX}-wal") and not base.exists() and (folder / name).stat().st_size:
            raise JournalDamaged(base, f"is gone, but {name}, which belongs to it, is there")


def remove(path: Path) -> None:
    """Remove a generation; a reader that has it open reads on."""
    try:
        for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
            path.with_name(name).unlink(missing_ok=True)
        _sync(path.parent)
    except OSError as error:
        raise explain(path, error) from None


def check_head(path: Path) -> None:
    """Refuse a file that does not begin as a database: SQLite would take its first page from the write-ahead log.

    Not while this process has the file open: closing it would drop the locks of all its connections.
    """
    try:
        with path.open("rb") as file:
            head = file.read(len(_MAGIC))
    except OSError as error:
        raise explain(path, error) from None
    if len(head) == len(_MAGIC) and head != _MAGIC:
        raise JournalDamaged(path, "not a readable lease journal (file is not a database)")


def connect(path: Path, *, write: bool) -> sqlite3.Connection:
    """Open a generation and check that it is one of ours and of our version."""
    try:
        if path.stat().st_size < SMALLEST:
            raise JournalDamaged(path, "the file is empty or cut off, which a lease journal never is")
        if write and not os.access(path, os.W_OK):  # SQLite would open it to read, and say so at the first lease
            raise JournalFailed(path, _CONDITIONS["SQLITE_READONLY"])
        mode = "rw" if write else "ro"
        address = f"{path.absolute().as_uri()}?mode={mode}"
        # A reader may move between threads, one at a time; SQLite itself is built for that.
        database = sqlite3.connect(address, uri=True, isolation_level=None, timeout=5, check_same_thread=write)
    except (sqlite3.Error, OSError) as error:
        raise explain(path, error) from None
    try:
        _check(path, database)
        if write:
            database.execute("PRAGMA synchronous = NORMAL")  # Journal.sync has each commit on the disk
            database.execute("PRAGMA wal_autocheckpoint = 0")
            database.execute("PRAGMA journal_size_limit = 16777216")
            database.execute("PRAGMA busy_timeout = 50")
            database.execute("BEGIN IMMEDIATE")  # finds out now, not at the first lease, that it cannot be written
            database.execute("ROLLBACK")
    except UNREADABLE as error:
        database.close()
        raise explain(path, error) from None
    except JournalDamaged:
        database.close()
        raise
    return database


def _check(path: Path, database: sqlite3.Connection) -> None:
    (kind,) = database.execute("PRAGMA application_id").fetchone()
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if kind != APPLICATION_ID:
        raise JournalDamaged(path, "a database, but not a lease journal")
    if version != VERSION:
        raise JournalDamaged(path, f"written in version {version} of the journal; this program reads version {VERSION}")
    columns = tuple(row[1] for row in database.execute("PRAGMA table_info(change)"))
    if columns != COLUMNS:
        raise JournalDamaged(path, "the table of changes is not there, or has other columns")


def fits(row: tuple[object, ...]) -> bool:
    """Say whether a row has the kinds of values that every row must have: what does not load is never written."""
    return tuple(map(type, row)) == _TYPES


def span(path: Path, database: sqlite3.Connection) -> tuple[int, int]:
    """Give the first and the last sequence number of a generation, which has no gaps; last < first when it is empty."""
    try:
        first, last = database.execute("SELECT (SELECT first_seq FROM about), (SELECT max(seq) FROM change)").fetchone()
    except UNREADABLE as error:
        raise explain(path, error) from None
    if type(first) is not int or first < 1 or (last is not None and (type(last) is not int or last < first)):
        raise JournalDamaged(path, "does not say which number it begins with")
    return first, first - 1 if last is None else last


def rows(path: Path, database: sqlite3.Connection, after: int = 0, limit: int = -1) -> Iterator[Row]:
    """Read rows in order; a row that no writer of ours can have made is damage."""
    same: dict[bytes, bytes] = {}  # one object for an evidence that many rows repeat
    shared, intern, new = same.setdefault, sys.intern, tuple.__new__
    try:
        for row in database.execute(f"{SELECT} WHERE seq > ? ORDER BY seq LIMIT ?", (after, limit)):
            if tuple(map(type, row)) != _TYPES:
                raise JournalDamaged(path, f"row {row[0]} is not a lease change")
            seq, kind, state, network, address, key, mac, start, expiry, evidence, utc = row
            if len(same) > 4096:
                same.clear()
            # A million rows are read at a start: this is a third of what calling the two classes costs.
            change = new(
                LeaseChange,
                (
                    intern(kind), intern(state), intern(network), address, key, mac, start, expiry,
                    shared(evidence, evidence), utc,
                ),
            )  # fmt: skip
            yield new(Row, (seq, change))
    except UNREADABLE as error:
        raise explain(path, error) from None


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
