"""Jobs that let devices read their files again: phones on real sockets, a clock that we move, every way to end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sipmessage import Message
from tests.desk.house import NOW, House, house, phone, until

from ringboot import reasons
from ringboot.desk.errors import NotFound
from ringboot.desk.listing import Query
from ringboot.desk.synchronize import Synchronizer
from ringboot.fleet.books import Books
from ringboot.model.device import Config, Device, DeviceFile
from ringboot.model.event import Event
from ringboot.servers.ami import AmiClient
from ringboot.servers.sip import SipSender
from ringboot.sip.ami import Packet, Place
from ringboot.sip.notify import NotAnswered
from ringboot.sip.transaction import Timers

PATIENT = Timers(t1=2.0, t4=0.0)  # nothing is sent again while a test runs
QUICK = Timers(t1=0.005, t2=0.02, t4=0.0)
NEW, OLD = "a" * 64, "b" * 64


class Ears(asyncio.DatagramProtocol):
    """Answers each NOTIFY with the next line, the last one for ever; nothing to answer with is silence."""

    def __init__(self, *lines: str) -> None:
        self.lines = list(lines)
        self.heard = 0
        self.transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.heard += 1
        if self.lines:
            line = self.lines.pop(0) if len(self.lines) > 1 else self.lines[0]
            request = Message.parse(data)
            kept = [f"{name}: {request.headers[name]}" for name in ("Via", "From", "To", "Call-ID", "CSeq")]
            self.transport.sendto("\r\n".join([f"SIP/2.0 {line}", *kept, "", ""]).encode(), addr)


class Scene:
    """A house in which jobs are carried out, and its phones."""

    def __init__(self, made: House) -> None:
        self.house = made
        self.core = made.core
        self.utc = NOW
        self.core.utc = lambda: self.utc
        self.sip = SipSender(PATIENT)
        self.asterisk: Any = AmiClient()
        self.transports: list[asyncio.DatagramTransport] = []
        self.task: asyncio.Task[None] | None = None
        self.begin_work()

    def begin_work(self) -> None:
        """Start as the main process does."""
        made = self.house
        self.synchronizer = Synchronizer(self.core, made.renders, self.sip, self.asterisk)
        made.desk.synchronizer = self.synchronizer
        self.task = asyncio.create_task(self.synchronizer.run())

    async def end_work(self) -> None:
        assert self.task is not None
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)

    async def set(self, **values: object) -> None:
        for name, value in values.items():
            await self.core.db.write(
                lambda books, name=name, value=value: books.settings.put(name, value, "test", NOW)  # type: ignore[misc]  # mypy cannot infer a default of a lambda
            )
        await self.core.db.write(self.core.read_settings)

    async def ears(self, *lines: str, address: str = "127.0.0.1") -> tuple[Ears, str]:
        """Let a phone hear; gives it, and where it hears."""
        ears = Ears(*lines)
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(lambda: ears, local_addr=(address, 0))
        self.transports.append(transport)
        return ears, f"{address}:{transport.get_extra_info('sockname')[1]}"

    async def device(self, ident: str = "d1", contact: str = "", **more: Any) -> Device:
        """Let a device be there, whose file was made."""
        number = int(ident[1:])
        device = replace(phone(ident, number), configured=True, **more)
        if contact:
            device = replace(device, options={"sip_contact": contact})
        await self.house.put(device)
        path = self.path(device)
        await self.core.db.write(
            lambda books: books.files.put([DeviceFile("aastra", path, ident, "", True, NEW, "base.tpl")])
        )
        return device

    @staticmethod
    def path(device: Device) -> str:
        return f"Aastra/{(device.mac or '').replace(':', '').upper()}.cfg"

    def fetch(self, device: Device, sha256: str = NEW, path: str = "") -> None:
        """Let a device have fetched a file."""
        detail = {"path": path or self.path(device), "plugin": "aastra", "sha256": sha256}
        self.synchronizer.saw(Event(self.utc, reasons.SERVED.id, device.mac, device.id, "127.0.0.1", detail))

    def row(self, job: int, ident: str = "d1") -> Any:
        with self.core.db.reading() as books:
            return next(row for row in books.syncs.rows(job) if row.device == ident)

    async def state(self, job: int, state: str, ident: str = "d1", tries: int = 0) -> Any:
        found: list[Any] = []

        def is_there() -> bool:
            found[:] = [self.row(job, ident)]
            return bool(found[0].state == state and found[0].tries >= tries)

        await until(is_there)
        return found[0]

    async def go(self, *idents: str) -> int:
        row = await self.house.desk.synchronize(list(idents) or ["d1"], Query(), "anna")
        return int(row["id"])


@asynccontextmanager
async def scene(folder: Path) -> AsyncIterator[Scene]:
    async with house(folder) as made:
        here = Scene(made)
        await here.set(sync_tries=2, sync_pause=0, sync_rate=60_000, sync_rate_per_address=60_000)
        try:
            yield here
        finally:
            await here.end_work()
            here.sip.close()
            here.asterisk.close()
            for transport in here.transports:
                transport.close()
            await asyncio.sleep(0)


def play(folder: Path, conversation: Callable[[Scene], Any]) -> None:
    async def whole() -> None:
        async with scene(folder) as here:
            await conversation(here)

    asyncio.run(whole())


def test_a_device_is_done_when_it_fetched_its_file_as_it_stands_now(tmp_path: Path) -> None:
    async def talk(here: Scene) -> None:
        ears, contact = await here.ears("200 OK")
        device = await here.device(contact=contact)
        job = await here.go()
        await until(lambda: ears.heard)
        await here.state(job, "told")
        here.fetch(device, path="Aastra/aastra.cfg")  # what all share proves nothing
        here.fetch(device, sha256=OLD)
        assert (await here.state(job, "told")).reason == ""
        here.fetch(device)
        row = await here.state(job, "ended")
        assert (row.reason, row.tries, ears.heard) == ("sync-done", 1, 1)
        shown = await here.house.desk.sync(job)
        assert (shown["state"], shown["done"], shown["failed"], shown["sent"]) == ("done", 1, 0, 1)
        with here.core.db.reading() as books:
            told = {event.reason for event in books.events.timeline("d1", None, 10)}
        assert told == {"sync-told", "sync-done"}
        here.fetch(device)  # nobody waits for it any more

    play(tmp_path, talk)


@pytest.mark.parametrize(("sha256", "reason"), [("", "sync-fetched-nothing"), (OLD, "sync-fetched-old")])
def test_who_fetches_nothing_or_old_bytes_is_told_again_and_then_fails(
    tmp_path: Path, sha256: str, reason: str
) -> None:
    async def talk(here: Scene) -> None:
        ears, contact = await here.ears("200 OK")
        device = await here.device(contact=contact)
        job = await here.go()
        for tries in (1, 2):
            row = await here.state(job, "told", tries=tries)
            await until(lambda tries=tries: ears.heard == tries)  # type: ignore[misc]  # mypy cannot infer a default of a lambda
            if sha256:
                here.fetch(device, sha256=sha256)
            here.utc = row.due
            here.synchronizer._wake.set()
        row = await here.state(job, "ended")
        assert (row.reason, row.tries, ears.heard) == (reason, 2, 2)
        (shown,) = await here.house.desk.sync_devices(job)
        assert contact in shown["text"]
        assert here.path(device) in shown["text"]

    play(tmp_path, talk)


REFUSALS = {
    "d1": ("403 Forbidden", "sync-rejected", 1),
    "d2": ("489 Bad Event", "sync-rejected", 1),
    "d3": ("480 Away", "sync-busy", 2),
}


def test_who_refuses_is_told_again_only_where_that_may_help(tmp_path: Path) -> None:
    async def talk(here: Scene) -> None:
        ears = {}
        for ident, (line, _, _) in REFUSALS.items():
            ears[ident], contact = await here.ears(line)
            await here.device(ident, contact)
        job = await here.go(*REFUSALS)
        for ident, (line, reason, heard) in REFUSALS.items():
            row = await here.state(job, "ended", ident)
            assert (row.reason, row.tries, ears[ident].heard) == (reason, heard, heard)
            assert f"{row.detail['code']} {row.detail['phrase']}" == line

    play(tmp_path, talk)


def test_who_does_not_answer_fails_with_why_and_a_pause_doubles_between(tmp_path: Path) -> None:
    async def talk(here: Scene) -> None:
        await here.end_work()
        here.sip = SipSender(QUICK)
        here.begin_work()
        _, contact = await here.ears()
        await here.device("d1", contact)
        await here.device("d2", "127.0.0.77:9")
        await here.set(sync_tries=3, sync_pause=0)
        job = await here.go("d1", "d2")
        silent, nobody = await here.state(job, "ended", "d1"), await here.state(job, "ended", "d2")
        assert (silent.reason, silent.detail["why"], silent.tries) == ("sync-no-answer", "nothing came back", 3)
        assert (nobody.reason, nobody.detail["why"], nobody.tries) == ("sync-no-answer", "Connection refused", 3)
        await here.set(sync_pause=100)
        job = await here.go("d2")
        row = await here.state(job, "waiting", "d2", tries=1)
        assert (row.reason, row.due - here.utc) == ("sync-no-answer", 100.0)

    play(tmp_path, talk)


UNFIT: dict[str, tuple[dict[str, Any], str, str]] = {
    "d1": ({}, "sync-no-address", "at which address"),
    "d2": ({"options": {"sip_contact": "nobody at home"}}, "sync-bad-contact", "nobody at home"),
    "d3": ({"options": {"sip_contact": "10.0.0.1;transport=ws"}}, "sync-bad-contact", "transport=ws"),
    "d4": ({"plugin": None}, "sync-no-plugin", "no plugin"),
    "d5": ({"configured": False, "problem": "base.tpl, line 3"}, "sync-not-configured", "base.tpl, line 3"),
    "d6": ({"plugin": "cisco-7900", "model": "7961G", "ip": "127.0.0.1"}, "sync-not-supported", "7961G"),
}


def test_who_cannot_be_told_fails_at_once_with_a_reason(tmp_path: Path) -> None:
    async def talk(here: Scene) -> None:
        await here.core.copy_plugins(["cisco-7900"], "test")
        for ident, (more, _, _) in UNFIT.items():
            await here.device(ident)
            await here.house.put(replace(here.house.device(ident), **more))
        job = await here.go(*UNFIT)
        for ident, (_, reason, words) in UNFIT.items():
            row = await here.state(job, "ended", ident)
            assert (row.reason, row.tries) == (reason, 0)
            assert words in reasons.tell(row.reason, row.detail)
            assert "?" not in reasons.advise(row.reason, row.detail)

    play(tmp_path, talk)


def test_after_a_restart_it_goes_on_and_knows_what_was_fetched_meanwhile(tmp_path: Path) -> None:
    async def talk(here: Scene) -> None:
        _, contact = await here.ears("200 OK")
        first, second = await here.device("d1", contact), await here.device("d2", contact)
        await here.set(sync_rate=1)  # the second one waits for a minute
        job = await here.go("d1", "d2")
        await until(lambda: "told" in (here.row(job, "d1").state, here.row(job, "d2").state))
        told, waits = (first, second) if here.row(job, "d1").state == "told" else (second, first)
        await here.end_work()
        assert here.row(job, waits.id).state == "waiting"
        detail = {"path": here.path(told), "plugin": "aastra", "sha256": NEW}
        await here.core.tell(Event(here.utc, reasons.SERVED.id, told.mac, told.id, None, detail))
        await here.set(sync_rate=60_000)
        here.begin_work()
        assert (await here.state(job, "ended", told.id)).reason == "sync-done"
        await here.state(job, "told", waits.id)
        here.fetch(waits)
        assert (await here.state(job, "ended", waits.id)).reason == "sync-done"
        assert (await here.house.desk.sync(job))["state"] == "done"

    play(tmp_path, talk)


def test_a_later_job_takes_over_and_a_stopped_one_leaves_alone(tmp_path: Path) -> None:
    async def talk(here: Scene) -> None:
        _, contact = await here.ears("200 OK")
        device = await here.device(contact=contact)
        one = await here.go()
        await here.state(one, "told")
        two = await here.go()
        assert here.row(one).reason == "sync-superseded"
        assert (await here.house.desk.sync(one))["state"] == "done"
        await here.state(two, "told")
        stopped = await here.house.desk.stop_sync(two, "bert")
        assert (stopped["state"], stopped["reasons"]) == ("stopped", {"sync-stopped": 1})
        here.fetch(device)
        assert here.row(two).reason == "sync-stopped"
        await here.core.db.write(lambda books: books.devices.remove("d1", "anna", NOW))
        assert (await here.house.desk.synchronize(None, Query(), "anna"))["state"] == "done"
        with pytest.raises(NotFound, match="There is no job 99"):
            await here.house.desk.sync(99)

    play(tmp_path, talk)


class Asterisk:
    """Says what it was told to say."""

    def __init__(self, *answers: Packet | NotAnswered) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[Any, ...]] = []

    async def notify(self, place: Place, event: str, *, endpoint: str = "", uri: str = "") -> Packet | NotAnswered:
        self.asked.append((place, event, endpoint, uri))
        return self.answers.pop(0)

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    ("through", "username", "whom"),
    [("asterisk-endpoint", "101", ("101", "")), ("asterisk-endpoint", None, ("", "sip:anonymous@127.0.0.9:5060")),
     ("asterisk-uri", "101", ("", "sip:101@127.0.0.9:5060"))],
)  # fmt: skip
def test_asterisk_tells_where_the_settings_say_so(
    tmp_path: Path, through: str, username: str | None, whom: tuple[str, str]
) -> None:
    async def talk(here: Scene) -> None:
        await here.end_work()
        sent = Packet({"response": "Success"})
        silent = NotAnswered("it does not answer")
        here.asterisk = Asterisk(silent, sent, Packet({"response": "Error", "message": "Unable to retrieve endpoint"}))
        here.begin_work()
        await here.set(sync_through=through, ami_host="10.0.0.5", ami_user="ring", ami_secret="s3cret")

        def account(books: Books) -> None:
            line = {"sip_lines": {"1": {"username": username}}} if username else {}
            books.configs.put(Config("desk", ("base",), line), "test", NOW)

        await here.core.db.write(account)
        device = await here.device(ip="127.0.0.9", config="desk")
        job = await here.go()
        await here.state(job, "told", tries=2)
        here.fetch(device)
        assert (await here.state(job, "ended")).reason == "sync-done"
        assert here.asterisk.asked == [(Place("10.0.0.5", 5038, "ring", "s3cret"), "check-sync", *whom)] * 2
        row = await here.state(await here.go(), "ended")
        assert (row.reason, row.detail["why"]) == ("sync-asterisk-refused", "Unable to retrieve endpoint")
        assert "s3cret" not in str(row)

    play(tmp_path, talk)
