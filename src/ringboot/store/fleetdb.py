"""fleet.db while the daemon runs: reads at once, on the caller's thread; writes in turn, on one of their own."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from ringboot import log
from ringboot.fleet.books import Books
from ringboot.model.event import Event
from ringboot.store import opening
from ringboot.store.auditbook import AuditBook
from ringboot.store.configbook import ConfigBook
from ringboot.store.deliverybook import DeliveryBook, ToldBook
from ringboot.store.devicebook import DeviceBook
from ringboot.store.errors import StoreFailed
from ringboot.store.eventbook import EventBook
from ringboot.store.filebook import FileBook
from ringboot.store.historybook import HistoryBook
from ringboot.store.jobbook import JobBook
from ringboot.store.machinebook import MachineBook
from ringboot.store.namebook import NameBook
from ringboot.store.rolloutbook import RolloutBook
from ringboot.store.smallbooks import NumberBook, PluginBook, ReservationBook, SettingBook
from ringboot.store.syncbook import SyncBook
from ringboot.store.urlbook import UrlBook
from ringboot.store.usebook import UseBook
from ringboot.store.userbook import SessionBook, TokenBook, UserBook
from ringboot.store.writer import Job, Writer

T = TypeVar("T")
SOON = 0.02  # seconds that what is noted may wait for more


class Desk:
    """One connection with its books."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.events = EventBook(connection)
        self._history = history = HistoryBook(connection)
        self.devices = DeviceBook(connection, history)
        self.books = Books(
            devices=self.devices,
            configs=ConfigBook(connection, history),
            files=FileBook(connection),
            events=self.events,
            reservations=ReservationBook(connection),
            settings=SettingBook(connection, history),
            plugins=PluginBook(connection),
            numbers=NumberBook(connection),
            urls=UrlBook(connection),
            machines=MachineBook(connection),
            uses=UseBook(connection),
            names=NameBook(connection),
            rollouts=RolloutBook(connection),
            syncs=SyncBook(connection),
            deliveries=DeliveryBook(connection),
            told=ToldBook(connection),
            users=UserBook(connection),
            sessions=SessionBook(connection),
            tokens=TokenBook(connection),
            history=history,
            audit=AuditBook(connection),
            jobs=JobBook(connection),
        )

    def flush(self) -> None:
        """Write what the books collect."""
        self.events.flush()
        self._history.flush()

    def forget(self) -> None:
        """Drop what the books collected: its transaction is undone."""
        self.events.forget()
        self._history.forget()


class FleetDb:
    """The open database; `close` it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._idle: deque[Desk] = deque()
        self._closed = False
        self._noted: list[Event] = []
        self._due: asyncio.TimerHandle | None = None  # when they are written
        desk = Desk(opening.connect(path, write=True))
        self.touched = desk.devices.touched  # ids of devices that were written, the newest of them; take them off
        self._writer = Writer(path, desk.connection, desk.books, desk)
        self._writer.start()

    @classmethod
    def open(cls, path: Path) -> FleetDb:
        """Open it, make it when there is none, bring it to the newest revision; StoreDamaged when it cannot be used."""
        opening.prepare(path)
        return cls(path)

    @property
    def generation(self) -> int:
        """Give a number that is another one after each write, but for events."""
        return self._writer.generation

    @contextmanager
    def reading(self) -> Iterator[Books]:
        """Give the books as they are now, all of one moment, on this thread; nothing may be written."""
        desk = self._idle.pop() if self._idle else self._new()
        try:
            desk.connection.execute("BEGIN")
            try:
                yield desk.books
            finally:
                desk.forget()
                desk.connection.execute("ROLLBACK")
        except sqlite3.Error as error:
            desk.connection.close()
            raise opening.failure(self.path, error) from error
        except BaseException:
            self._put_back(desk)
            raise
        self._put_back(desk)

    def _new(self) -> Desk:
        try:
            return Desk(opening.connect(self.path, write=False))
        except sqlite3.Error as error:
            raise opening.failure(self.path, error) from error

    def _put_back(self, desk: Desk) -> None:
        if self._closed:
            desk.connection.close()
        else:
            self._idle.append(desk)

    async def write(self, fn: Callable[[Books], T], *, is_note: bool = False) -> T:
        """Run `fn` on the writer's thread; returns when its changes are on the disk.

        `is_note`: nothing is decided by what it writes, so that `generation` stays.

        What `fn` raises comes back, and then nothing of it remains.  StoreFull, StoreFailed: it was not written.
        """
        self._write_noted()
        loop = asyncio.get_running_loop()
        result: asyncio.Future[T] = loop.create_future()

        def settle(value: T | None, error: BaseException | None) -> None:
            if result.done():  # the caller was cancelled
                return
            if error is None:
                result.set_result(value)  # type: ignore[arg-type]  # None is a T here
            else:
                result.set_exception(error)

        def settle_soon(value: T | None, error: BaseException | None) -> None:
            with suppress(RuntimeError):  # the loop ended while the disk was slow
                loop.call_soon_threadsafe(settle, value, error)

        self._writer.put(Job(fn, settle_soon, is_note))
        return await result

    def note(self, *events: Event) -> None:
        """Write events soon, many in one go, and before whatever is written after them.

        Call it on the loop's thread.  What cannot be written is logged and lost.
        """
        self._noted += events
        if self._noted and self._due is None:
            self._due = asyncio.get_running_loop().call_later(SOON, self._write_noted)

    def _write_noted(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None
        if not self._noted:
            return
        noted, self._noted = self._noted, []

        def add(books: Books) -> None:
            for event in noted:
                books.events.add(event)

        try:
            self._writer.put(Job(add, _settled_note, is_note=True))
        except StoreFailed as error:
            _settled_note(None, error)

    def write_later(self, fn: Callable[[Books], None]) -> None:
        """Write what nobody waits for, after what is queued; what cannot be written is logged and lost."""
        try:
            self._writer.put(Job(fn, _settled_note, is_note=True))
        except StoreFailed as error:
            _settled_note(None, error)

    def write_sync(self, fn: Callable[[Books], T]) -> T:
        """Do the same, waiting on this thread."""
        return self._writer.wait_for(fn)

    def close(self) -> None:
        """Finish what is queued and close every connection."""
        self._closed = True
        if self._noted:  # the loop has ended, or it does not come to that any more
            self._due = None
            self._write_noted()
        self._writer.stop()
        while self._idle:
            self._idle.pop().connection.close()


def _settled_note(_value: object, error: BaseException | None) -> None:
    if error is not None:
        why = str(error) if isinstance(error, StoreFailed) else repr(error)
        log.get().error("a note was not written", why=why)
