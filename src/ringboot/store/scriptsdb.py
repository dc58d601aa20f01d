"""scripts.db: how far the scripts have read the journal, what they keep, and what waits for web services.

One connection, several threads: each statement and each transaction has the lock.  Commits wait for no disk: what is
written survives the death of the process, and after a power failure the journal is read from a little earlier.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ringboot import log
from ringboot.store.errors import StoreFailed
from ringboot.store.opening import failure

MODE = 0o600
_TABLES = """
CREATE TABLE IF NOT EXISTS kept (key TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS notice (
    id TEXT PRIMARY KEY, url TEXT NOT NULL, headers TEXT NOT NULL, body TEXT NOT NULL, utc REAL NOT NULL,
    due REAL NOT NULL, tries INTEGER NOT NULL DEFAULT 0, why TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS notice_due ON notice (due);
"""


class Notice(NamedTuple):
    """A message that waits for a web service."""

    id: str
    url: str
    headers: dict[str, str]
    body: str
    utc: float  # when it was said
    tries: int
    why: str  # the last one failed


class ScriptsDb:
    """The database; StoreFailed from everything that writes."""

    def __init__(self, path: Path) -> None:
        """Open it; one that is damaged is put aside, and scripts begin with an empty one."""
        self.path = path
        self._lock = threading.RLock()
        self._depth = 0
        try:
            self._database = _open(path)
        except sqlite3.DatabaseError as error:
            aside = path.with_suffix(".damaged")
            log.get().error("what scripts have kept cannot be read, and was put aside", path=str(aside), why=str(error))
            with contextlib.suppress(FileNotFoundError):
                path.replace(aside)
            for name in ("-wal", "-shm"):
                Path(f"{path}{name}").unlink(missing_ok=True)
            self._database = _open(path)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Write all that is done in here, or nothing; transactions may lie in each other."""
        with self._lock:
            if self._depth:
                yield
                return
            self._run("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
                self._run("COMMIT")
            except BaseException:
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise
            finally:
                self._depth -= 1

    def _run(self, statement: str, *values: object) -> sqlite3.Cursor:
        with self._lock:
            try:
                return self._database.execute(statement, values)
            except sqlite3.Error as error:
                found = failure(self.path, error)
                raise found if isinstance(found, StoreFailed) else StoreFailed(self.path, str(error)) from None

    # Texts

    def get(self, key: str) -> str | None:
        """Give a text."""
        row = self._run("SELECT text FROM kept WHERE key = ?", key).fetchone()
        return None if row is None else str(row[0])

    def put(self, key: str, text: str) -> None:
        """Keep a text."""
        self._run("INSERT OR REPLACE INTO kept VALUES (?, ?)", key, text)

    def drop(self, key: str) -> None:
        """Forget a text; it may be gone already."""
        self._run("DELETE FROM kept WHERE key = ?", key)

    def under(self, prefix: str) -> dict[str, str]:
        """Give all texts whose key begins like this."""
        last = prefix + "\U0010ffff"
        rows = self._run("SELECT key, text FROM kept WHERE key >= ? AND key <= ?", prefix, last)
        return {str(key): str(text) for key, text in rows.fetchall()}

    # Messages

    def add_notice(self, notice: Notice, most: int) -> int:
        """Queue a message, and give how many of the oldest had to go for it."""
        with self.transaction():
            self._run(
                "INSERT INTO notice (id, url, headers, body, utc, due) VALUES (?, ?, ?, ?, ?, ?)",
                *(notice.id, notice.url, json.dumps(notice.headers), notice.body, notice.utc, notice.utc),
            )
            return self._run(
                "DELETE FROM notice WHERE id IN (SELECT id FROM notice ORDER BY utc DESC LIMIT -1 OFFSET ?)", most
            ).rowcount

    def due(self, utc: float, most: int) -> list[Notice]:
        """Give the oldest messages that are to be sent now."""
        rows = self._run(
            "SELECT id, url, headers, body, utc, tries, why FROM notice WHERE due <= ? ORDER BY utc LIMIT ?", utc, most
        ).fetchall()
        return [Notice(row[0], row[1], json.loads(row[2]), *row[3:]) for row in rows]

    def settle(self, ident: str) -> None:
        """Forget a message: it was taken, or nobody wants to hear of it any more."""
        self._run("DELETE FROM notice WHERE id = ?", ident)

    def postpone(self, notice: Notice, due: float, why: str) -> None:
        """Try a message later, and all others for the same place."""
        with self.transaction():
            self._run("UPDATE notice SET tries = tries + 1, why = ? WHERE id = ?", why, notice.id)
            self._run("UPDATE notice SET due = max(due, ?) WHERE url = ?", due, notice.url)

    def waiting(self) -> tuple[int, str]:
        """Tell how many messages wait, and why the oldest does."""
        count = int(self._run("SELECT count(*) FROM notice").fetchone()[0])
        row = self._run("SELECT why FROM notice ORDER BY utc LIMIT 1").fetchone()
        return count, "" if row is None else str(row[0])

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()


def _open(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=5, isolation_level=None, check_same_thread=False)
    try:
        path.chmod(MODE)
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=NORMAL")
        database.executescript(_TABLES)
    except sqlite3.Error:
        database.close()
        raise
    return database
