"""A request that came before is decided at once, and anew as soon as anything that decided about it is another."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from tests.desk.house import NOW, House, house, phone, until

from ringboot.desk import doorway, repeats
from ringboot.desk.doorway import Doorway
from ringboot.desk.follower import Follower
from ringboot.fleet.books import Books
from ringboot.fleet.networks import Networks
from ringboot.fleet.settings import Settings
from ringboot.fleet.way import request_seen
from ringboot.model.address import ip_number, mac_octets
from ringboot.model.device import DeviceFile
from ringboot.model.file import FileRequest, Refuse, Sent, Serve
from ringboot.model.lease import BOUND, LeaseChange
from ringboot.plugins.identify import Identifier
from ringboot.servers.files import find_below

PATH, OTHER = "Aastra/00085D000001.cfg", "Aastra/00085D000002.cfg"
ADDRESS = "10.0.0.9"


def request(path: str = PATH, agent: str = "Aastra6731i MAC:00-08-5D-00-00-01 V:2.6.0.2010-SIP") -> FileRequest:
    return FileRequest("http", f"/{path}", ADDRESS, 4711, "10.0.0.2", headers=(("user-agent", agent),))


def leased(number: int, expiry: float = NOW + 600) -> LeaseChange:
    mac = mac_octets(phone("x", number).mac or "")
    return LeaseChange("bound", BOUND, "n", ip_number(ADDRESS), b"\1" + mac, mac, int(NOW), int(expiry), b"", NOW)


@dataclass
class Scene:
    """A phone whose file lies ready, and how often anybody looked who it is."""

    made: House
    door: Doorway
    looks: list[FileRequest]

    @property
    def root(self) -> Path:
        return self.made.core.shelf.tftpboot("aastra") or Path()


async def scene(made: House, monkeypatch: pytest.MonkeyPatch) -> Scene:
    looks: list[FileRequest] = []
    real = request_seen

    def counted(*given: object) -> object:
        looks.append(given[2])  # type: ignore[arg-type]
        return real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(doorway, "request_seen", counted)
    core = made.core
    set_up = Scene(made, Doorway(core, Follower(core, core.data / "leases"), made.renders, find_below), looks)
    core.world.leases.apply(leased(1))
    await made.put(*(replace(phone(name, number), configured=True) for name, number in (("one", 1), ("two", 2))))
    await set_up.door.answer(request())  # its address and firmware become known, and so does that its files stand
    await until(lambda: not made.renders.waiting)
    await core.db.write(lambda books: books.devices.put(replace(made.device("one"), configured=True), "test", NOW))
    for path, owner in ((PATH, "one"), (OTHER, "two")):
        row = DeviceFile("aastra", path, owner, "", True, "ab", "base.tpl")
        await core.db.write(lambda books, row=row: books.files.put([row]))  # type: ignore[misc]
        (set_up.root / path).parent.mkdir(exist_ok=True)
        (set_up.root / path).write_text(owner)
    assert isinstance(await set_up.door.answer(request()), Serve)
    looks.clear()
    return set_up


def test_a_repetition_is_served_without_a_look_and_is_told_like_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def play() -> None:
        async with house(tmp_path) as made:
            here = await scene(made, monkeypatch)
            answers = [await here.door.answer(request()._replace(port=port)) for port in (1, 2)]
            assert here.looks == []
            assert [(type(each), each.ticket) for each in answers] == [
                (Serve, answers[0].ticket), (Serve, answers[0].ticket + 1),
            ]  # fmt: skip
            for each in answers:
                here.door.report(Sent(each.ticket, 3, True, "ab"))
            await made.core.db.write(lambda _: None)
            with made.core.db.reading() as books:
                rows = books.events.timeline("one", None, 9)
                told = [event.detail["path"] for event in rows if event.reason == "served"]
            assert told == [PATH, PATH]

    asyncio.run(play())


def test_what_needs_no_wait_is_answered_at_once_and_told_like_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def play() -> None:
        async with house(tmp_path) as made:
            here = await scene(made, monkeypatch)
            answer = here.door.at_once(request())
            assert isinstance(answer, Serve)
            assert await here.door.answer(request()) == answer._replace(ticket=answer.ticket + 1)
            here.door.report(Sent(answer.ticket, 3, True, "ab"))
            await made.core.db.write(lambda _: None)
            with made.core.db.reading() as books:
                assert [event.reason for event in books.events.timeline("one", None, 1)] == ["served"]
            made.renders.need(["one"])
            assert here.door.at_once(request()) is None, "its files are made"
            await made.renders.settled("one")
            assert isinstance(here.door.at_once(request(OTHER)), Refuse), "another's"

    asyncio.run(play())


def own(here: Scene, device: str) -> None:
    other = {"one": "two", "two": "one"}[device]

    def give(books: Books) -> None:
        books.files.remove([DeviceFile("aastra", PATH, other, "", True, "", "")])
        books.files.put([DeviceFile("aastra", PATH, device, "", True, "ab", "base.tpl")])

    here.made.core.db.write_sync(give)


def reread(here: Scene) -> None:
    here.made.core.world.identifier = Identifier(here.made.core.shelf.enabled())


def gone(here: Scene) -> None:
    (here.root / PATH).unlink(missing_ok=True)


def linked(here: Scene) -> None:
    gone(here)
    (here.root / PATH).symlink_to(Path(OTHER).name)


def back(here: Scene) -> None:
    gone(here)
    (here.root / PATH).write_text("one")
    own(here, "one")
    here.made.core.world.leases.apply(leased(1))
    here.made.core.world.plugins = here.made.core.shelf.plugins


CHANGES: tuple[tuple[str, Callable[[Scene], object], type], ...] = (
    ("the lease was renewed", lambda here: here.made.core.world.leases.apply(leased(1, NOW + 900)), Serve),
    ("settings", lambda here: setattr(here.made.core.world, "settings", Settings()), Serve),
    ("networks", lambda here: setattr(here.made.core.world, "networks", Networks()), Serve),
    ("rules", reread, Serve),
    ("a write", lambda here: here.made.core.db.write_sync(lambda books: books.numbers.put("n", 1)), Serve),
    ("the file is another's now", lambda here: own(here, "two"), Refuse),
    ("the address is another's now", lambda here: here.made.core.world.leases.apply(leased(2)), Refuse),
    ("the file is gone", gone, Refuse),
    ("it leads to another's file", linked, Refuse),
    ("the plugin is gone", lambda here: setattr(here.made.core.world, "plugins", {}), Refuse),
    ("the lease ran out", lambda here: here.made.core.world.leases.apply(leased(1, NOW)), Refuse),
)  # fmt: skip


def test_whatever_decided_about_it_and_is_another_has_it_decided_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def play() -> None:
        async with house(tmp_path) as made:
            here = await scene(made, monkeypatch)
            for what, change, outcome in CHANGES:
                here.looks.clear()
                change(here)
                assert type(await here.door.answer(request())) is outcome, what
                assert here.looks, f"nobody looked: {what}"
                back(here)
                await here.door.answer(request())
                here.looks.clear()
                assert isinstance(await here.door.answer(request()), Serve)
                assert here.looks == [], f"it was not remembered again: {what}"

    asyncio.run(play())


def test_what_says_anything_else_is_another_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def play() -> None:
        async with house(tmp_path) as made:
            here = await scene(made, monkeypatch)
            own = request()
            others = [
                request(OTHER), request(agent="Aastra6731i MAC:00-08-5D-00-00-02 V:2.6.0.2010-SIP"),
                own._replace(secret="ab"), own._replace(peer="10.0.0.8"), own._replace(tls="TLSv1"),
            ]  # fmt: skip
            for each in others:
                here.looks.clear()
                await here.door.answer(each)
                assert here.looks, each

    asyncio.run(play())


def test_what_is_remembered_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeats, "MOST", 3)

    async def play() -> None:
        async with house(tmp_path) as made:
            here = await scene(made, monkeypatch)
            for number in range(5):
                await here.door.answer(request()._replace(local=f"10.0.1.{number}"))
            assert len(here.door._repeats) == 3
            await here.door.answer(request(agent="x" * repeats.MOST_TEXT)._replace(local="10.0.2.1"))
            assert len(here.door._repeats) == 3
            here.looks.clear()
            await here.door.answer(request()._replace(local="10.0.1.4"))
            assert here.looks == [], "the youngest are kept"

    asyncio.run(play())
