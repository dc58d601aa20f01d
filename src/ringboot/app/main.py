"""The main process: files for devices, the fleet, the API; composed here, run until told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
import time
from collections import Counter
from pathlib import Path

from ringboot import log, reasons
from ringboot.admin.access import Gate, access_here
from ringboot.admin.api import build_site
from ringboot.admin.server import ApiServer
from ringboot.app.admindoor import AdminDoor
from ringboot.app.https import Https
from ringboot.app.others import OtherServers
from ringboot.desk.core import Core
from ringboot.desk.desk import Desk
from ringboot.desk.dhcplink import DhcpLink, Frame
from ringboot.desk.doorway import Doorway
from ringboot.desk.feed import Feed, key_of
from ringboot.desk.firmware import settle_firmware
from ringboot.desk.follower import Follower
from ringboot.desk.guests import Guests
from ringboot.desk.lookout import Lookout
from ringboot.desk.names import Names
from ringboot.desk.renders import Renders
from ringboot.desk.scripting import ScriptLine
from ringboot.desk.shelf import Shelf
from ringboot.desk.synchronize import Synchronizer
from ringboot.desk.usage import Usage
from ringboot.fleet import configs, devices
from ringboot.fleet.books import Books
from ringboot.fleet.codes import Outcome
from ringboot.fleet.files import Resolved
from ringboot.fleet.world import World
from ringboot.host import rights
from ringboot.host.beat import beat
from ringboot.host.render import RenderPool
from ringboot.host.start import READY, Start
from ringboot.model.event import Event
from ringboot.model.file import FileRequest, masked
from ringboot.model.lease import LeaseChange
from ringboot.plugins import staging
from ringboot.servers.agi import AgiServer, Call
from ringboot.servers.ami import AmiClient
from ringboot.servers.files import find_below
from ringboot.servers.files_coded import coded_answer, coded_report
from ringboot.servers.files_line import FilesLine
from ringboot.servers.foreign import Foreign
from ringboot.servers.http import HttpServer
from ringboot.servers.register import RegisterServer
from ringboot.servers.scraped import MetricsServer
from ringboot.servers.sip import SipSender
from ringboot.servers.sip_door import SipDoor
from ringboot.servers.tls import Tls
from ringboot.setup import load, machine
from ringboot.setup.problems import BadConfig
from ringboot.setup.settings import Settings
from ringboot.sip.door import Dial
from ringboot.store.errors import StoreDamaged, StoreFailed
from ringboot.store.fleetdb import FleetDb
from ringboot.store.journal_file import JournalDamaged

DAMAGED, CONFIGURATION = 7, 3  # exit codes that tell the supervisor not to start us again
ADDRESSES_EVERY = 10.0
SLICE = 1000
TFTP = "tftp"  # the door that is a process of its own


def run(start: Start) -> int:
    """Run the main process; gives its exit code."""
    log.start("main", json=start.json_log, level=start.log_level)
    rights.keep_to_oneself()
    sys.setswitchinterval(0.001)  # the writer's thread must not hold up a file request
    try:
        settings = load.load(Path(start.config or ""))
        db = FleetDb.open(Path(start.data) / "fleet.db")
    except BadConfig as error:
        log.get().error("configuration cannot be used", why=str(error))
        return CONFIGURATION
    except (StoreDamaged, StoreFailed) as error:
        log.get().error("the database cannot be used", why=str(error))
        return DAMAGED
    code = DAMAGED
    try:
        addresses = _Addresses()
        core = _core(start, settings, db, addresses)
        code = asyncio.run(_Main(core, start, addresses).run())
    except* (JournalDamaged, StoreDamaged) as damages:  # from the start, or from a task of a group
        log.get().error("data is damaged", why="; ".join(map(str, damages.exceptions)))
    finally:
        db.close()
    return code


def _core(start: Start, settings: Settings, db: FleetDb, addresses: _Addresses) -> Core:
    data = Path(start.data)
    shelf = Shelf(data / "plugins")
    world = World(identifier=shelf.identifier)
    link = DhcpLink(data / "run" / "dhcp.sock", lambda _: None)
    feed = Feed(data / "run" / "site.json", link, revision=int(time.time() * 1000))
    return Core(
        data=data, config=Path(start.config or ""), settings=settings, began_with=settings, db=db, shelf=shelf,
        world=world, link=link, feed=feed, pool=RenderPool(), addresses=lambda: addresses.now,
    )  # fmt: skip


class _Addresses:
    """The addresses of this machine's interfaces, looked up now and then: it takes milliseconds."""

    def __init__(self) -> None:
        self.now: dict[str, tuple[str, ...]] = {}
        self.look()

    def look(self) -> None:
        """Look again; not on the thread of a running loop."""
        here = machine.look()
        self.now = {name: here.addresses_of(name) for name in here.names}

    async def follow(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await asyncio.sleep(ADDRESSES_EVERY)
            try:
                await asyncio.to_thread(self.look)
            except Exception as error:  # of the kernel or of what asks it; the addresses known so far serve
                log.get().error("the addresses of this machine cannot be looked up", why=repr(error))


class _Main:
    def __init__(self, core: Core, start: Start, addresses: _Addresses) -> None:
        self.core = core
        self.addresses = addresses
        self.start = start
        self.files: Counter[tuple[str, str]] = Counter()
        self.renders = Renders(core)
        self.follower = Follower(core, core.data / "leases")
        self.doorway = Doorway(core, self.follower, self.renders, find_below)
        self.follower.on_seen = self.doorway.saw
        self.names = Names(core)
        self.lookout = Lookout(core)
        self.follower.on_change = self._changed
        self.sip, self.asterisk = SipSender(), AmiClient()
        self.synchronizer = Synchronizer(core, self.renders, self.sip, self.asterisk)
        self.doorway.on_sent = self.synchronizer.saw
        self.desk = Desk(
            core, self.renders, self.files, self.doorway.slowest, self.names, synchronizer=self.synchronizer
        )
        self.stopping = asyncio.Event()
        self.restarts: dict[str, int] = {}
        self.others = OtherServers(core)
        self.admin: AdminDoor | None = None
        self.scripts: ScriptLine | None = None
        if core.began_with.dhcp.is_scripted:
            self.scripts = ScriptLine(core)
            self.scripts.on_again = self._note_restarts
            core.scripts = self.scripts.link
            self.doorway.on_asked = self._asked
        core.link.on_frame = self._heard

    async def run(self) -> int:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stopping.set)
        loop.add_signal_handler(signal.SIGHUP, lambda: self.core.background.start(self._reload(), "reload"))
        async with contextlib.AsyncExitStack() as stack:
            # At once: to read a long journal may take longer than the supervisor waits for a sign of life.
            beating = asyncio.create_task(beat(self.start.fds["beat"], self.stopping))
            stack.callback(beating.cancel)
            starting = asyncio.create_task(self.core.pool.start())  # a job that comes first waits for its worker
            stack.push_async_callback(self.core.pool.close)
            stack.push_async_callback(asyncio.wait, {starting})
            await self._fill()
            await self._listen(stack)
            stack.callback(self.sip.close)
            stack.callback(self.asterisk.close)
            stack.push_async_callback(self.renders.close)  # first of all, because requests wait for it
            async with asyncio.TaskGroup() as tasks:
                running = [
                    tasks.create_task(self.core.lag.run()),
                    tasks.create_task(self.core.link.run()),
                    tasks.create_task(self.follower.run()),
                    tasks.create_task(self.others.run()),
                    tasks.create_task(self.addresses.follow()),
                    tasks.create_task(self.https.follow()),
                    *([tasks.create_task(self.admin.follow())] if self.admin is not None else []),
                    tasks.create_task(Usage(self.core).run()),
                    tasks.create_task(self.names.run()),
                    tasks.create_task(self.desk.rollouts.run()),
                    tasks.create_task(self.synchronizer.run()),
                    tasks.create_task(self.lookout.run()),
                    tasks.create_task(self.desk.hooks.run()),
                    *([tasks.create_task(self.scripts.run())] if self.scripts is not None else []),
                ]
                os.write(self.start.fds["beat"], READY)
                log.get().info("ready", devices=len(self.core.feed.known), plugins=len(self.core.shelf.plugins))
                await self.stopping.wait()
                for task in running:
                    task.cancel()
        self.follower.close()
        return 0

    async def _fill(self) -> None:
        """Bring everything in memory to what the database and the journal say."""
        core = self.core
        for told in core.shelf.recover():
            log.get().warning("brought to an end what was interrupted", text=told)

        def first(books: Books) -> None:
            configs.add_stock(books, core.world.chance, core.utc())
            core.read_settings(books)
            core.read_plugins(books)

        await core.db.write(first)
        with core.db.reading() as books:
            core.feed.reservations = {key_of(row): row for row in books.reservations.all()}
            after = ""
            stale: list[str] = []
            others: list[str] = []
            while page := books.devices.page(after, SLICE):
                after = page[-1].id
                core.feed.known |= {
                    device.mac for device in page
                    if device.mac is not None and devices.is_known(books, device)
                }  # fmt: skip
                for device in page:
                    if device.plugin is not None:
                        is_stale = not device.configured or device.plugin in core.shelf.blocked
                        (stale if is_stale else others).append(device.id)
        for folder in core.shelf.folders.values():
            staging.sweep(str(folder.path))
            await asyncio.to_thread(settle_firmware, folder.path)
        core.install_site()
        await self.follower.load()
        self.follower.compare()
        await self.renders.tidy()
        await self.renders.common(core.shelf.plugins)
        self.renders.need(stale)
        # The address that devices are told, a template, or a change that a crash overtook: their files may be outdated.
        core.background.start(self.renders.refresh(others), "the refresh of all files")

    async def _listen(self, stack: contextlib.AsyncExitStack) -> None:
        fds = self.start.fds
        if "files" in fds:
            line = FilesLine(
                _socket(fds["files"]), coded_answer(self.doorway.answer), coded_report(self.doorway.report), self.files,
                came=self._note_restarts, went=lambda: self.doorway.broken_off(TFTP),
            )  # fmt: skip
            line.start()
            stack.push_async_callback(line.close)
        if "http" in fds:
            http = HttpServer(
                _socket(fds["http"]), self.doorway.answer, self.doorway.report, self.files,
                at_once=self.doorway.at_once,
            )  # fmt: skip
            await http.start()
            stack.push_async_callback(http.close)
        self.https = Https(self.core, self._sockets("https", "old-https"), self._https)
        stack.push_async_callback(self.https.close)
        await self.https.look()
        self.core.look_at_tls = self._look_at_tls
        if "metrics" in fds:
            numbers = MetricsServer(_socket(fds["metrics"]), self.desk.metrics)
            await numbers.start()
            stack.push_async_callback(numbers.close)
        if "agi" in fds:
            agi = AgiServer(_socket(fds["agi"]), self._dialled)
            await agi.start()
            stack.push_async_callback(agi.close)
        if "sip" in fds:
            door = SipDoor(_socket(fds["sip"]), _socket(fds["sip-tcp"]), self.desk.passwords, self._called)
            self.desk.sip_door = door.counts
            await door.start()
            stack.push_async_callback(door.close)
        if "register" in fds:
            page = RegisterServer(_socket(fds["register"]), Guests(self.desk, self.follower))
            await page.start()
            stack.push_async_callback(page.close)
        front = build_site(self.desk)
        api = ApiServer(Gate(front, access_here()), _socket(fds["api"]))
        await api.start()
        stack.push_async_callback(api.stop)
        if "admin" in fds:
            self.admin = AdminDoor(self.core, _socket(fds["admin"]), front, self.desk.signins)
            await self.admin.look()
            stack.push_async_callback(self.admin.close)
        stack.callback(self.desk.live.close)  # before: it would wait for those who watch

    def _changed(self, books: Books, change: LeaseChange, utc: float) -> None:
        """Do what a change of a lease means beside devices; on the writer's thread."""
        self.names.saw(books, change, utc)
        self.lookout.saw(books, change)

    def _asked(self, request: FileRequest, resolved: Resolved) -> None:
        """Let hooks hear of a file that was asked for."""
        assert self.scripts is not None
        self.scripts.file_asked(resolved.answer, masked(request.path), request.peer, resolved.seen.device, resolved.mac)

    async def _look_at_tls(self) -> None:
        await self.https.look()
        if self.admin is not None:
            await self.admin.look()

    async def _dialled(self, call: Call) -> Outcome:
        return await self.desk.use_code(call.code, call.contact, call.address, "FastAGI", call.sync)

    async def _called(self, dial: Dial) -> str:
        contact = f"<sip:{dial.user}@{dial.address}>"
        return (await self.desk.use_code(dial.code, contact, dial.address, "the SIP door")).reason_id

    def _sockets(self, *names: str) -> dict[str, socket.socket]:
        return {name: _socket(self.start.fds[name]) for name in names if name in self.start.fds}

    def _https(self, opened: socket.socket, tls: Tls, name: str) -> HttpServer:
        return HttpServer(
            opened, self.doorway.answer, self.doorway.report, self.files, tls=tls, name=name,
            at_once=self.doorway.at_once,
        )  # fmt: skip

    def _heard(self, frame: Frame) -> None:
        if frame["t"] == "journal":
            self.core.pace.heard(frame["busy"])
            self.follower.wake()
        elif frame["t"] == "hints":
            self._hints(frame["rows"])
        else:
            self.core.feed.heard(frame)
            if frame["t"] == "hello":
                self._note_restarts()

    def _note_restarts(self) -> None:
        """Write down that the supervisor had to start a process again, when it is there again."""
        for row in self.desk.processes():
            before = self.restarts.get(row["name"], row["restarts"])
            self.restarts[row["name"]] = row["restarts"]
            if row["restarts"] > before:
                detail = {"process": row["name"], "why": row["last_end"]}
                self.core.note(Event(self.core.utc(), reasons.PROCESS_RESTARTED.id, detail=detail))

    def _hints(self, rows: list[Frame]) -> None:
        """Keep what dhcp said of messages that changed no lease, where it is more than a repetition."""
        for row in rows:
            where = {key: row[key] for key in ("message", "mac", "interface")}
            log.tell("debug", row["reason"], row["detail"], **where)
            if row["reason"] == reasons.OTHER_SERVER_CHOSEN.id and not row.get("giaddr"):
                self.others.met(Foreign(row["detail"]["server"], row["interface"]))
        told = [
            Event(row["utc"], row["reason"], row["mac"] or None, None, row["detail"].get("address"), row["detail"])
            for row in rows
            if row["reason"] in _WORTH_KEEPING
        ]
        self.core.note(*told)

    async def _reload(self) -> None:
        await self.desk.reload(dry_run=False)


_WORTH_KEEPING = {row.id for row in reasons.TABLE.values() if row.stage == "daemon"} | {
    row.id
    for row in (
        reasons.NO_NETWORK, reasons.NO_POOL, reasons.POOL_FULL, reasons.OTHER_SERVER_CHOSEN, reasons.NAK_WRONG_NETWORK,
        reasons.NAK_NOT_YOURS, reasons.ADDRESS_IN_USE, reasons.ADDRESS_ANSWERS, reasons.DECLINE_DOUBTED,
        reasons.JOURNAL_FAILED,
    )
}  # fmt: skip


def _socket(fd: int) -> socket.socket:
    opened = socket.socket(fileno=os.dup(fd))
    opened.setblocking(False)
    return opened
