"""The one thread that writes fleet.db: what is queued while the disk is busy shares the next commit."""

from __future__ import annotations

import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeVar

from ringboot.fleet.books import Books
from ringboot.store import opening
from ringboot.store.errors import StoreFailed

T = TypeVar("T")

LONGEST_GROUP = 256  # jobs in one commit
LONGEST_WORK = 0.05  # seconds of work before a commit, so that the first job does not wait for all the others


class Settle(Protocol):
    """Takes what became of a job, on the writer's thread."""

    def __call__(self, value: Any, error: BaseException | None, /) -> None:
        """Pass it on."""


class Job(NamedTuple):
    """Something to do with the books, and whom to tell."""

    fn: Callable[[Books], Any]
    settle: Settle
    is_note: bool = False  # nothing is decided by what it adds, events for instance


class Flushed(Protocol):
    """Rows that are collected and written in one go."""

    def flush(self) -> None:
        """Write them."""

    def forget(self) -> None:
        """Drop them."""


@dataclass(slots=True)
class _Entry:
    """A job of the running group, and what became of it so far."""

    job: Job
    value: Any = None
    error: BaseException | None = None


class Writer:
    """Owns the writing connection."""

    def __init__(self, path: Path, connection: sqlite3.Connection, books: Books, collected: Flushed) -> None:
        self._path = path
        self._connection = connection
        self._books = books
        self._collected = collected
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._gate = threading.Lock()
        self._ended = False
        self.generation = 0  # grows when something was written by which files are served
        self._thread = threading.Thread(target=self._run, name="fleet-writer", daemon=True)

    def start(self) -> None:
        """Begin to take jobs."""
        self._thread.start()

    def put(self, job: Job) -> None:
        """Queue a job; StoreFailed when the database is closed."""
        with self._gate:
            if self._ended:
                raise StoreFailed(self._path, "it is closed", "The daemon is stopping.")
            self._jobs.put(job)

    def wait_for(self, fn: Callable[[Books], T]) -> T:
        """Queue a job and wait for it on this thread."""
        if threading.current_thread() is self._thread:
            raise RuntimeError("a job of the writer cannot wait for another one")
        done = threading.Event()
        box: list[tuple[Any, BaseException | None]] = []

        def settle(value: Any, error: BaseException | None, /) -> None:
            box.append((value, error))
            done.set()

        self.put(Job(fn, settle))
        done.wait()
        value, error = box[0]
        if error is not None:
            raise error
        result: T = value
        return result

    def stop(self) -> None:
        """Finish what is queued, then end."""
        with self._gate:
            if self._ended:
                return
            self._ended = True
            self._jobs.put(None)
        self._thread.join()
        self._connection.close()

    def _run(self) -> None:
        while True:
            job = self._jobs.get()
            if job is None or not self._group(job):
                return

    def _group(self, first: Job) -> bool:
        """Do jobs until none is queued or the group is full, and commit; False when told to end."""
        entries: list[_Entry] = []
        job: Job | None = first
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            end = time.monotonic() + LONGEST_WORK
            while job is not None:
                entries.append(_Entry(job))
                self._do(entries[-1])
                if len(entries) == LONGEST_GROUP or time.monotonic() > end or self._jobs.empty():
                    break
                job = self._jobs.get()
            self._connection.execute("COMMIT")
            self.generation += not all(entry.job.is_note for entry in entries)
        except sqlite3.Error as error:
            self._undo()
            failure = opening.failure(self._path, error)
            entries = entries or [_Entry(first)]
            for entry in entries:
                entry.error = entry.error or failure
        for entry in entries:
            entry.job.settle(entry.value, entry.error)
        return job is not None

    def _do(self, entry: _Entry) -> None:
        """Do one job inside a savepoint; only a fault of the transaction as a whole is raised."""
        self._connection.execute("SAVEPOINT job")
        try:
            entry.value = entry.job.fn(self._books)
            self._collected.flush()
        except BaseException as error:
            self._collected.forget()
            if isinstance(error, sqlite3.Error):
                if not self._connection.in_transaction:  # the driver undid it all, the other jobs too
                    raise
                error = opening.failure(self._path, error)
            entry.error = error
            self._connection.execute("ROLLBACK TO job")
        self._connection.execute("RELEASE job")

    def _undo(self) -> None:
        with suppress(sqlite3.Error):
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
