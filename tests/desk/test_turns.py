"""Render jobs in a crowd: none is lost, none is hidden, and who waits goes first."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from tests.desk.house import House, house, phone, until

from ringboot.desk.doorway import Doorway
from ringboot.desk.follower import Follower
from ringboot.desk.renders import AT_ONCE, FEW
from ringboot.desk.turns import ROUND, Rounds
from ringboot.fleet import rendered
from ringboot.fleet.books import Books
from ringboot.fleet.networks import Networks
from ringboot.fleet.world import World
from ringboot.model.device import Device, DeviceFile
from ringboot.model.file import FileRequest, Refuse, Serve
from ringboot.plugins.job import Outcome, Rendered, RenderedFile, RenderJob, TemplateFault


class Gate:
    """Holds jobs back until it is opened."""

    def __init__(self, made: House) -> None:
        self.open = asyncio.Event()
        made.workers.does = self.wait

    async def wait(self, job: RenderJob) -> Outcome:
        await self.open.wait()
        return Rendered(job.revision, ())


def test_a_change_at_the_very_end_of_a_render_is_rendered(tmp_path: Path) -> None:
    async def play() -> None:
        async with house(tmp_path) as made:
            await made.put(phone("hall"))
            made.renders.need(["hall"])
            running = next(task for task in asyncio.all_tasks() if "_render_until_still" in repr(task))
            await until(running.done)  # and nobody was told yet
            assert made.renders.waiting == 1
            await made.renders.done(["hall"])
            assert made.workers.devices == ["hall", "hall"]
            assert made.renders.waiting == 0

    asyncio.run(play())


def test_a_change_in_the_middle_is_rendered_once_more(tmp_path: Path) -> None:
    async def play() -> None:
        async with house(tmp_path) as made:
            await made.put(phone("hall"))
            gate = Gate(made)
            made.renders.need(["hall"])
            await until(lambda: made.workers.jobs)
            made.renders.need(["hall", "hall"])
            gate.open.set()
            await made.renders.settled("hall")
            assert made.workers.devices == ["hall", "hall"]

    asyncio.run(play())


def test_every_device_that_could_not_be_rendered_is_told(tmp_path: Path) -> None:
    async def play() -> None:
        async with house(tmp_path) as made:
            names = [f"p{number}" for number in range(30)]
            await made.put(*(phone(name, number) for number, name in enumerate(names)))

            async def broken(job: RenderJob) -> Outcome:
                return TemplateFault("templates/base.tpl", 3, f"broken in {job.revision}")

            made.workers.does = broken
            assert sorted(await made.renders.done(names)) == sorted(names)

    asyncio.run(play())


def test_who_waits_for_a_file_goes_before_a_whole_fleet(tmp_path: Path) -> None:
    async def play() -> None:
        async with house(tmp_path) as made:
            names = [f"p{number:02}" for number in range(AT_ONCE + 30)]
            await made.put(*(phone(name, number) for number, name in enumerate(names)))
            gate = Gate(made)
            made.renders.need(names)
            await until(lambda: made.workers.jobs)
            waiting = asyncio.create_task(made.renders.settled(names[-1]))
            asked = asyncio.create_task(made.renders.done([names[-2]]))
            await asyncio.sleep(0)
            gate.open.set()
            await waiting
            await asked
            await asyncio.gather(*(made.renders.settled(name) for name in names))
            assert set(made.workers.devices[AT_ONCE : AT_ONCE + 2]) == set(names[-2:])
            assert sorted(made.workers.devices) == names

    asyncio.run(play())


def test_what_all_phones_share_does_not_wait_for_the_file_of_one(tmp_path: Path) -> None:
    async def play() -> None:
        async with house(tmp_path) as made:
            made.core.world.networks = Networks([])
            await made.put(phone("hall"))
            gate = Gate(made)
            doorway = Doorway(made.core, Follower(made.core, made.core.data / "leases"), made.renders, there)
            agent = (("user-agent", "Aastra6731i MAC:00-08-5D-00-00-01 V:2.6.0.2010-SIP"),)

            def asks(path: str) -> asyncio.Task[Serve | Refuse]:
                request = FileRequest("http", path, "10.0.0.9", 4711, "10.0.0.2", headers=agent)
                return asyncio.create_task(doorway.answer(request))

            shared, missing = asks("/Aastra/aastra.cfg"), asks("/Aastra/none.tuz")
            own = asks("/Aastra/00085D000001.cfg")
            answers = [await each for each in (shared, missing)]
            assert [type(each) for each in answers] == [Serve, Refuse]
            await until(lambda: made.workers.jobs)
            assert not own.done()
            gate.open.set()
            await own

    asyncio.run(play())


def test_what_stands_is_served_while_a_whole_fleet_is_made_anew(tmp_path: Path) -> None:
    async def play() -> None:
        async with house(tmp_path) as made:
            made.core.world.networks = Networks([])
            names = [f"p{number:02}" for number in range(FEW + 1)]
            await made.put(*(phone(name, number) for number, name in enumerate(names)))
            door = Doorway(made.core, Follower(made.core, made.core.data / "leases"), made.renders, there)

            def asks(number: int) -> asyncio.Task[Serve | Refuse]:
                agent = (("user-agent", f"Aastra6731i MAC:00-08-5D-00-00-{number:02X} V:2.6.0.2010-SIP"),)
                path = f"/Aastra/00085D0000{number:02X}.cfg"
                return asyncio.create_task(
                    door.answer(FileRequest("http", path, f"10.0.0.{number + 1}", 4711, "10.0.0.2", headers=agent))
                )

            await made.renders.done(names)
            for number in range(3):
                await asks(number)  # its firmware becomes known
            await until(lambda: not made.renders.waiting)
            gate = Gate(made)
            reached = len(made.workers.jobs)
            await made.desk.set_config("default", {"raw_config": {"exten_dnd": "*25"}}, "ann", wait=False)
            await until(lambda: len(made.workers.jobs) == reached + len(names))
            assert made.renders.waiting == len(names)
            await asks(0)
            made.renders.need(["p01"], "a person changed this one")
            own = asks(1)
            await asks(2)
            assert made.renders.waiting == len(names)
            assert not own.done()
            gate.open.set()
            await own
            await until(lambda: not made.renders.waiting)
            assert made.workers.devices[reached:].count("p01") == 2
            gate.open.clear()
            made.renders.need(["p02"])
            late = asks(2)
            await until(lambda: made.workers.devices[-1] == "p02")
            assert not late.done(), "the fleet is through: this is a change of its own again"
            gate.open.set()
            await late

    asyncio.run(play())


def there(_root: str, name: str) -> str | None:
    """Say which files lie in the folder."""
    return name if name.endswith("aastra.cfg") else None


def test_a_device_that_gets_another_plugin_gets_no_file_of_the_first(tmp_path: Path) -> None:
    async def play() -> None:
        async with house(tmp_path) as made:
            await made.core.copy_plugins(["cisco-7900"], "test")
            await made.put(phone("hall"))
            record = DeviceFile("aastra", "Aastra/00085D000001.cfg", "hall", "", True, "", "")
            await made.core.db.write(lambda books: books.files.put([record]))
            forgotten: list[tuple[str, str]] = []

            async def forget(folder: str, device: str) -> None:
                forgotten.append((folder, device))

            made.workers.forget = forget  # type: ignore[method-assign]  # to look
            await made.desk.set_device("hall", {"plugin": "cisco-7900"}, "test")
            assert forgotten == [(str(made.core.shelf.folders["aastra"].path), "hall")]
            with made.core.db.reading() as books:
                assert books.files.of_plugin("aastra") == []

    asyncio.run(play())


def test_the_path_of_a_file_that_is_left_out_is_reserved_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reserve, reserved = rendered.reserve, []

    def noted(books: Books, world: World, device: Device, raw: Mapping[str, Any]) -> None:
        reserved.append(device.id)
        reserve(books, world, device, raw)

    monkeypatch.setattr(rendered, "reserve", noted)

    async def play() -> None:
        async with house(tmp_path) as made:

            async def without_certificates(job: RenderJob) -> Outcome:
                file = RenderedFile("Aastra/00085D000001.cfg", "", True, "templates/base.tpl", "a", 1, True)
                return Rendered(job.revision, (file,))

            made.workers.does = without_certificates
            await made.put(phone("hall"))
            for _ in range(3):
                await made.renders.done(["hall"])
            assert reserved == ["hall"]
            assert [row["path"] for row in await made.desk.device_files("hall")] == ["Aastra/00085D000001.cfg"]

    asyncio.run(play())


def test_a_device_that_a_person_configured_stays_known_when_a_template_breaks(tmp_path: Path) -> None:
    async def play() -> None:
        async with house(tmp_path) as made:

            async def broken(_: RenderJob) -> Outcome:
                return TemplateFault("templates/base.tpl", 3, "broken")

            await made.put(phone("hall"), replace(phone("visitor", 2), config=None))
            await made.renders.done(["hall", "visitor"])
            made.workers.does = broken
            await made.renders.done(["hall", "visitor"])
            assert not made.device("hall").configured
            assert made.core.feed.known == {"00:08:5d:00:00:01"}

    asyncio.run(play())


def test_a_stop_breaks_off_what_is_being_rendered(tmp_path: Path) -> None:
    async def play() -> None:
        async with house(tmp_path) as made:
            names = [f"p{number:02}" for number in range(AT_ONCE + 12)]
            await made.put(*(phone(name, number) for number, name in enumerate(names)))
            Gate(made)  # which nobody opens
            made.renders.need(names)
            refreshing = asyncio.create_task(made.renders.refresh(names))
            asked = asyncio.create_task(made.renders.done(names))
            await until(lambda: len(made.workers.jobs) == AT_ONCE)
            await made.renders.close()
            await refreshing
            assert await asked == dict.fromkeys(names, "the daemon stopped before it was rendered")
            made.renders.need(names)
            assert await made.renders.done(names) == {}
            assert len(made.workers.jobs) == AT_ONCE
            assert [made.device(name).problem for name in names] == [None] * len(names)

    asyncio.run(play())


def test_a_refresh_goes_through_them_one_by_one(tmp_path: Path) -> None:
    async def play() -> None:
        async with house(tmp_path) as made:
            names = [f"p{number:02}" for number in range(20)]
            await made.put(*(phone(name, number) for number, name in enumerate(names)))
            refreshing = asyncio.create_task(made.renders.refresh(names))
            most = 0
            while not refreshing.done():
                most = max(most, made.renders.waiting)
                await asyncio.sleep(0)
            assert (most, made.workers.devices) == (1, names)

    asyncio.run(play())


def test_common_files_in_a_devices_place_are_a_problem_and_end_nothing(tmp_path: Path) -> None:
    async def play() -> None:
        async with house(tmp_path) as made:
            record = DeviceFile("aastra", "Aastra/00085D000001.cfg", "hall", "", True, "", "")
            await made.core.db.write(lambda books: books.files.put([record]))

            async def shared(job: RenderJob) -> Outcome:
                return Rendered(job.revision, (RenderedFile(record.path, "", False, "t", "0", 1, False),))

            made.workers.does = shared
            failed = await made.renders.common(["aastra", "nobody"])
            assert failed.keys() == {"aastra"}
            assert "hall" in failed["aastra"]

    asyncio.run(play())


def test_work_that_comes_in_a_crowd_leaves_room_in_each_round_of_the_loop() -> None:
    now = 0.0
    done: list[float] = []
    looks: list[int] = []

    async def play() -> None:
        nonlocal now
        rounds = Rounds(lambda: now)

        async def work() -> None:
            nonlocal now
            await rounds.room()
            now += ROUND / 4
            done.append(now)

        async def look() -> None:
            while len(done) < 20:
                looks.append(len(done))
                await asyncio.sleep(0)  # what a file request has to wait for

        await asyncio.gather(look(), *(work() for _ in range(20)))

    asyncio.run(play())
    assert done == sorted(done)
    assert all(after - before <= 4 for before, after in pairwise(looks)), looks


def test_a_piece_of_work_that_is_longer_than_a_round_is_done_all_the_same() -> None:
    now = 0.0

    async def play() -> None:
        nonlocal now
        rounds = Rounds(lambda: now)
        for _ in range(3):
            async with asyncio.timeout(10):
                await rounds.room()
            now += 5 * ROUND

    asyncio.run(play())
