"""Lets devices read their files again: told at a gentle pace, done when they have fetched what stands there now.

A job is a row for each device; each step of a device is written before it is taken, so that a start takes up what was
under way.  A device has at most one row that is not done with: a later job takes it over.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import repeat
from typing import Any, Protocol

from ringboot import log, reasons
from ringboot.desk.core import Core
from ringboot.desk.paced import Paced, Rates
from ringboot.desk.renders import Renders
from ringboot.fleet.books import Books
from ringboot.fleet.settings import BY_ENDPOINT, DIRECT
from ringboot.fleet.synchronise import Line, Plan, Unfit, address_of, plan
from ringboot.model.event import Event
from ringboot.model.sync import DONE, ENDED, RUNNING, STOPPED, TOLD, WAITING, SyncJob, SyncRow
from ringboot.reasons import Reason
from ringboot.sip.ami import Packet, Place
from ringboot.sip.notify import Answered, NotAnswered, Notify, Outcome
from ringboot.store.errors import StoreFailed

AT_ONCE = 500  # devices that we wait for an answer of
LONGEST_PAUSE = 3600.0  # seconds
LOOK = 1.0  # seconds between two looks at who should have fetched its file
FETCHES = (reasons.SERVED.id, reasons.NOT_MODIFIED.id)
SEARCHED = 200  # events of a device that a start looks through

Verdict = tuple[Reason, dict[str, Any], bool]  # why not, what fills it, whether another try may help


_AS_CONFIGURED: Mapping[str, Line] = {}


class Direct(Protocol):
    """Sends NOTIFYs."""

    async def notify(self, notify: Notify) -> Outcome:
        """Send one and give what the phone says."""
        ...


class Manager(Protocol):
    """Lets Asterisk send them."""

    async def notify(self, place: Place, event: str, *, endpoint: str = "", uri: str = "") -> Packet | NotAnswered:
        """Let it send one and give what it says."""
        ...


class Synchronizer:
    """Carries out the jobs."""

    def __init__(
        self,
        core: Core,
        renders: Renders,
        direct: Direct,
        manager: Manager,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._core = core
        self._renders = renders
        self._direct = direct
        self._manager = manager
        self._steady = steady
        self._queue: Paced[SyncRow] = Paced()
        self._open: dict[str, SyncRow] = {}  # by device
        self._lines: dict[str, Line] = {}  # by device
        self._going: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()

    async def run(self) -> None:
        """Work until cancelled."""
        try:
            await self._take_up()
            while True:
                self._wake.clear()
                wait = LOOK
                try:
                    await self._look()
                    wait = self._start()
                except StoreFailed as error:
                    log.get().error("a synchronisation cannot be kept", why=str(error))
                try:
                    async with asyncio.timeout(wait):
                        await self._wake.wait()
                except TimeoutError:
                    pass
        finally:
            for task in self._going:
                task.cancel()
            await asyncio.gather(*self._going, return_exceptions=True)

    async def begin(self, idents: Iterable[str], who: str, lines: Mapping[str, Line] = _AS_CONFIGURED) -> SyncJob:
        """Begin a job for devices, and give it; a job for none is done at once.

        `lines`: what devices register by until they read their files, where that is not what their configs say now;
        kept in memory only, since passwords are among it.
        """
        utc = self._core.utc()
        chosen = list(dict.fromkeys(idents))
        before = [row for row in map(self._open.pop, chosen, repeat(None)) if row is not None]

        def add(books: Books) -> tuple[SyncJob, list[tuple[SyncRow, str]]]:
            job = books.syncs.add(utc, who)
            found = [each for each in map(books.devices.get, chosen) if each is not None]
            rows = [SyncRow(job.id, each.id, each.mac, due=utc) for each in found]
            books.syncs.put(rows)
            _take_over(books, before, job.id, utc)
            _close(books, job.id, utc)
            addresses = (address_of(self._core.world, each, utc) or "" for each in found)
            return books.syncs.job(job.id) or job, list(zip(rows, addresses, strict=True))

        try:
            job, rows = await self._core.db.write(add)
        except BaseException:
            self._open = {**{row.device: row for row in before}, **self._open}
            raise
        for row, address in rows:
            self._open[row.device] = row
            self._queue.put(address, row, self._steady())
        self._lines = {device: line for device, line in self._lines.items() if device in self._open} | {
            row.device: lines[row.device] for row, _ in rows if row.device in lines
        }
        self._wake.set()
        return job

    async def stop(self, job: int, who: str) -> None:
        """End a job: devices that are not done with are left alone."""
        rows = [row for row in self._open.values() if row.job == job]
        utc = self._core.utc()
        for row in rows:
            self._open.pop(row.device, None)
            self._lines.pop(row.device, None)

        def end(books: Books) -> None:
            books.syncs.put(_over(row, reasons.SYNC_STOPPED, {"who": who}, utc) for row in rows)
            found = books.syncs.job(job)
            if found is not None and found.state == RUNNING:
                books.syncs.put_job(replace(found, state=STOPPED, ended=utc))

        await self._core.db.write(end)

    def saw(self, event: Event) -> None:
        """Take notice of a file that was sent to a device."""
        row = self._open.get(event.device or "")
        if row is None or row.state != TOLD or event.reason not in FETCHES:
            return
        after = self._fetched(row, event)
        if after is not row:
            self._open[row.device] = after
            self._core.background.start(self._settle(after), "a synchronisation")

    def _fetched(self, row: SyncRow, event: Event) -> SyncRow:
        """Give how a device stands after it has fetched a file."""
        path, wanted = str(event.detail.get("path")), row.detail.get("path")
        if row.told is None or event.utc < row.told or (wanted is not None and path != wanted):
            return row
        with self._core.db.reading() as books:
            record = books.files.of_path(str(event.detail.get("plugin")), path)
        if record is None or record.device != row.device:
            return row
        if record.sha256 != event.detail.get("sha256"):
            return replace(row, detail={**row.detail, "path": path, "old": True})
        return _over(row, reasons.SYNC_DONE, {**row.detail, "path": path}, self._core.utc())

    async def _settle(self, row: SyncRow) -> None:
        """Write how a device stands; one that ended is open no more."""
        if row.state == ENDED and self._open.get(row.device) is row:
            del self._open[row.device]
            self._lines.pop(row.device, None)
        await self._keep(row)

    async def _keep(self, row: SyncRow, sent: bool = False) -> None:
        """Write a row, what its job makes of it, and what its timeline shall know."""
        utc = self._core.utc()

        def keep(books: Books) -> None:
            books.syncs.put((row,))
            job = books.syncs.job(row.job)
            if job is not None and sent:
                job = replace(job, sent=job.sent + 1, first=job.first or utc, last=utc)
                books.syncs.put_job(job)
            if row.state == ENDED:
                _close(books, row.job, utc)
            if sent or (row.state == ENDED and row.reason not in _SILENT):
                reason = reasons.SYNC_TOLD.id if sent else row.reason
                books.events.add(Event(utc, reason, row.mac, row.device, _address(row.detail) or None, row.detail))

        await self._core.db.write(keep)

    async def _take_up(self) -> None:
        """Go on with what was under way when the process ended."""
        utc = self._core.utc()

        def read() -> list[tuple[SyncRow, str, list[Event]]]:
            with self._core.db.reading() as books:
                found = []
                for row in books.syncs.open():
                    device = books.devices.get(row.device)
                    seen = books.events.timeline(row.device, None, SEARCHED) if row.state == TOLD else []
                    address = "" if device is None else address_of(self._core.world, device, utc) or ""
                    found.append((row, address, [each for each in reversed(seen) if each.reason in FETCHES]))
                return found

        for row, address, fetches in await asyncio.to_thread(read):
            if (newer := self._open.get(row.device)) is not None:
                await self._core.db.write(lambda books, old=row, job=newer.job: _take_over(books, [old], job, utc))  # type: ignore[misc]  # mypy cannot infer a default of a lambda
                continue
            self._open[row.device] = row
            for event in fetches:
                self.saw(event)
            if row.state == WAITING:
                self._queue.put(address, row, self._steady() + max(0.0, row.due - utc))

    async def _look(self) -> None:
        """See who should have fetched its file by now."""
        utc = self._core.utc()
        late = [row for row in self._open.values() if row.state == TOLD and row.due <= utc]
        for row in late:
            if self._open.get(row.device) is row:
                old = bool(row.detail.get("old"))
                reason = reasons.SYNC_FETCHED_OLD if old else reasons.SYNC_FETCHED_NOTHING
                await self._failed(row, (reason, {"seconds": self._core.world.settings.sync_wait}, True))

    def _start(self) -> float:
        """Let those go whose turn it is; gives the seconds until the next look."""
        settings = self._core.world.settings
        rates = Rates(settings.sync_rate, settings.sync_rate_per_address)
        while len(self._going) < AT_ONCE and not self._core.pace.is_held_back:
            row = self._queue.take(self._steady(), rates, lambda row: self._open.get(row.device) is row)
            if row is None:
                wait = self._queue.wait(self._steady())
                return LOOK if wait is None else min(wait, LOOK)
            task = asyncio.create_task(self._tell(row))
            self._going.add(task)
            task.add_done_callback(self._told)
        return LOOK

    def _told(self, task: asyncio.Task[None]) -> None:
        self._going.discard(task)
        if len(self._going) == AT_ONCE - 1:
            self._wake.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.get().error("telling a device broke off", why=repr(error))

    async def _tell(self, row: SyncRow) -> None:
        """Tell one device, and see what it says."""
        core = self._core
        await self._renders.settled(row.device)
        utc = core.utc()
        with core.db.reading() as books:
            device = books.devices.get(row.device)
            line = self._lines.get(row.device)
            way = Unfit(reasons.SYNC_GONE, {}) if device is None else plan(books, core.world, device, utc, line)
        if self._open.get(row.device) is not row:
            return
        if isinstance(way, Unfit):
            await self._failed(row, (way.reason, way.detail, False))
            return
        detail = {
            "mac": row.mac or row.device,
            "target": str(way.notify.contact),
            "event": way.notify.event,
            "path": way.path,
        }
        told = replace(
            row,
            state=TOLD,
            tries=row.tries + 1,
            told=utc,
            due=utc + core.world.settings.sync_wait,
            detail=detail,
            reason="",
        )
        self._open[row.device] = told
        await self._keep(told, sent=True)
        verdict = await self._send(way)
        now = self._open.get(row.device)
        if verdict is not None and now is not None and (now.job, now.told, now.state) == (told.job, told.told, TOLD):
            await self._failed(now, verdict)

    async def _send(self, way: Plan) -> Verdict | None:
        """Send it by whom the settings name; None when it was taken."""
        settings, notify = self._core.world.settings, way.notify
        if settings.sync_through == DIRECT:
            return _judged(await self._direct.notify(notify))
        place = Place(settings.ami_host, settings.ami_port, settings.ami_user, settings.ami_secret)
        endpoint = notify.contact.user if settings.sync_through == BY_ENDPOINT else ""
        uri = "" if endpoint else notify.contact.uri
        said = await self._manager.notify(place, notify.event, endpoint=endpoint, uri=uri)
        detail = {"asterisk": f"{place.host}:{place.port}", "target": endpoint or uri}
        if isinstance(said, NotAnswered):
            return reasons.SYNC_ASTERISK_SILENT, {**detail, "why": said.why}, True
        return None if said.is_success else (reasons.SYNC_ASTERISK_REFUSED, {**detail, "why": said.message}, False)

    async def _failed(self, row: SyncRow, verdict: Verdict) -> None:
        """End a device's row, or let it wait for its next try."""
        reason, more, again = verdict
        settings, utc = self._core.world.settings, self._core.utc()
        detail = {**row.detail, **more}
        if not again or row.tries >= settings.sync_tries:
            await self._end(row, reason, detail)
            return
        pause = min(settings.sync_pause * 2.0 ** (row.tries - 1), LONGEST_PAUSE)
        waits = replace(row, state=WAITING, reason=reason.id, detail=detail, due=utc + pause)
        self._open[row.device] = waits
        self._queue.put(_address(detail), waits, self._steady() + pause)
        await self._keep(waits)
        self._wake.set()

    async def _end(self, row: SyncRow, reason: Reason, detail: dict[str, Any]) -> None:
        over = _over(row, reason, detail, self._core.utc())
        self._open[row.device] = over
        await self._settle(over)


_SILENT = (reasons.SYNC_STOPPED.id, reasons.SYNC_SUPERSEDED.id, reasons.SYNC_GONE.id)


def _judged(outcome: Outcome) -> Verdict | None:
    if isinstance(outcome, Answered):
        if outcome.is_good:
            return None
        reason = reasons.SYNC_BUSY if outcome.may_change else reasons.SYNC_REJECTED
        return reason, {"code": outcome.code, "phrase": outcome.phrase}, outcome.may_change
    return reasons.SYNC_NO_ANSWER, {"why": outcome.why}, True


def _address(detail: Mapping[str, Any]) -> str:
    """Give the address that was told; empty where Asterisk knows it."""
    return str(detail.get("target", "")).removeprefix("sip:").rpartition("@")[2].rpartition(":")[0]


def _take_over(books: Books, rows: Iterable[SyncRow], job: int, utc: float) -> None:
    """End rows of earlier jobs, because a later one does what they were to do."""
    for row in rows:
        if row.job != job:
            books.syncs.put((_over(row, reasons.SYNC_SUPERSEDED, {"job": job}, utc),))
            _close(books, row.job, utc)


def _close(books: Books, ident: int, utc: float) -> None:
    """End a job when all of its devices ended."""
    job = books.syncs.job(ident)
    if job is not None and job.state == RUNNING and not books.syncs.is_open(ident):
        books.syncs.put_job(replace(job, state=DONE, ended=utc))


def _over(row: SyncRow, reason: Reason, detail: dict[str, Any], utc: float) -> SyncRow:
    return replace(row, state=ENDED, reason=reason.id, detail=detail, ended=utc)
