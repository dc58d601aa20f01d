"""Roll-outs batch by batch: groups, failures, the clock, a person who steps in, and a start in the middle of one."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.desk.house import NOW, House, house, phone, until

from ringboot.desk.errors import NotFound, Refused
from ringboot.desk.renders import Renders
from ringboot.desk.rollouts import Rollouts
from ringboot.model.rollout import RUNNING
from ringboot.plugins.job import Outcome, Rendered, RenderFailed, RenderJob

OLD, NEW = "aastra", "aastra-new"
MOVE = {"from": OLD, "to": NEW}


@asynccontextmanager
async def mover(rollouts: Rollouts) -> AsyncIterator[None]:
    """Let it work for a while."""
    at_work = asyncio.create_task(rollouts.run())
    try:
        yield
    finally:
        at_work.cancel()
        await asyncio.wait({at_work})


@pytest.fixture
def folder(tmp_path: Path, empty: Path) -> Path:
    """Give a folder whose database is made already."""
    (tmp_path / "data").mkdir()
    shutil.copy(empty, tmp_path / "data")
    return tmp_path


@asynccontextmanager
async def built(folder: Path, count: int = 6) -> AsyncIterator[House]:
    """Build a house with phones d1, d2 ... of a plugin, and a newer one beside it; the mover is at work."""
    async with house(folder) as made:
        await made.desk.install_plugin(OLD, NEW, "ann")
        await made.put(*(phone(f"d{number}", number) for number in range(1, count + 1)))
        try:
            async with mover(made.desk.rollouts):
                yield made
        finally:
            await made.renders.close()


def failing(*idents: str) -> Any:
    """Let the new plugin fail for these."""

    async def does(job: RenderJob) -> Outcome:
        if job.device is not None and job.device["id"] in idents and job.device["plugin"] == NEW:
            return RenderFailed("no such button")
        return Rendered(job.revision, ())

    return does


async def still(home: House, ident: str = "1") -> dict[str, Any]:
    """Wait until a roll-out does not run any more."""
    async with asyncio.timeout(20):
        while (row := await home.desk.rollout(ident))["state"] == RUNNING:
            await asyncio.sleep(0.005)
    return row


def plugins(home: House, count: int = 6) -> str:
    return "".join("n" if home.device(f"d{each}").plugin == NEW else "o" for each in range(1, count + 1))


def play(folder: Path, conversation: Any) -> None:
    async def whole() -> None:
        async with built(folder) as made:
            await conversation(made)

    asyncio.run(whole())


def test_all_at_once(folder: Path) -> None:
    async def conversation(home: House) -> None:
        begun = await home.desk.move_devices(MOVE, "ann")
        assert (begun["state"], begun["devices"], begun["who"]) == ("running", 6, "ann")
        done = await still(home)
        assert (done["state"], done["moved"], done["failed"], done["waiting"]) == ("done", 6, 0, 0)
        assert done["ended"] == NOW
        assert plugins(home) == "nnnnnn"
        with home.core.db.reading() as books:
            told = [event.detail["state"] for event in books.events.newest(9, "rollout")]
            assert told == ["done"]
            assert books.history.of("device", "d1", 1)[0].who == "roll-out 1 of ann"

    play(folder, conversation)


def test_the_first_group_then_a_pause_until_a_person_resumes(folder: Path) -> None:
    async def conversation(home: House) -> None:
        await home.desk.move_devices({**MOVE, "first": 2}, "ann")
        paused = await still(home)
        assert (paused["state"], paused["reason"], paused["first"]) == ("paused", "rollout-first-done", 2)
        assert plugins(home) == "nnoooo"
        groups = [row["group"] for row in await home.desk.rollout_devices("1")]
        assert groups == ["first"] * 2 + ["rest"] * 4
        await home.desk.resume_rollout("1", again=False, who="ann")
        assert (await still(home))["state"] == "done"
        assert plugins(home) == "nnnnnn"

    play(folder, conversation)


def test_a_first_group_by_a_value_of_filtered_devices(folder: Path) -> None:
    async def conversation(home: House) -> None:
        await home.put(replace(phone("d4", 4), model="6739i"), replace(phone("d6", 6), vendor="Other"))
        await home.desk.move_devices({**MOVE, "first": "model=6739i", "filters": ["vendor="]}, "ann")
        assert (await still(home))["devices"] == 5
        assert plugins(home) == "ooonoo"

    play(folder, conversation)


def test_a_pause_ends_at_its_time(folder: Path) -> None:
    async def conversation(home: House) -> None:
        await home.desk.move_devices({**MOVE, "first": 1, "resume_at": NOW + 60}, "ann")
        assert (await still(home))["state"] == "paused"
        home.core.utc = lambda: NOW + 59
        home.desk.rollouts.wake()
        await until(lambda: not home.desk.rollouts._look.is_set())
        assert (await home.desk.rollout("1"))["state"] == "paused"
        home.core.utc = lambda: NOW + 60
        home.desk.rollouts.wake()
        async with asyncio.timeout(20):
            while (await home.desk.rollout("1"))["state"] != "done":
                await asyncio.sleep(0.005)
        assert plugins(home) == "nnnnnn"

    play(folder, conversation)


def test_it_stops_at_its_second_failure_and_no_more_are_tried(folder: Path) -> None:
    async def conversation(home: House) -> None:
        home.workers.does = failing("d2", "d3", "d4", "d5")
        await home.desk.move_devices({**MOVE, "stop_at": 2}, "ann")
        stopped = await still(home)
        assert (stopped["state"], stopped["why"], stopped["failed"]) == ("stopped", "2 devices failed", 2)
        assert plugins(home) == "nooooo", "those that failed have their old plugin again"
        rows = {row["device"]: (row["state"], row["why"]) for row in await home.desk.rollout_devices("1")}
        assert rows["d2"] == rows["d3"] == ("failed", "no such button")
        assert rows["d4"] == ("waiting", "")

        await home.desk.resume_rollout("1", again=False, who="ann")
        assert (await still(home))["failed"] == 4, "failures are counted anew"
        home.workers.does = home.workers.nothing
        await home.desk.resume_rollout("1", again=True, who="ann")
        done = await still(home)
        assert (done["state"], done["moved"], done["failed"]) == ("done", 6, 0)
        assert plugins(home) == "nnnnnn"

    play(folder, conversation)


def test_a_device_that_does_not_read_its_new_files_counts_as_failed(folder: Path) -> None:
    async def conversation(home: House) -> None:
        telling = asyncio.create_task(home.desk.synchronizer.run())
        await home.desk.move_devices({**MOVE, "sync": True, "stop_at": 2}, "ann")
        stopped = await still(home)  # nobody knows where these phones are
        assert (stopped["state"], stopped["failed"], stopped["waiting"], stopped["sync"]) == ("stopped", 2, 4, True)
        rows = {row["device"]: row["why"] for row in await home.desk.rollout_devices("1")}
        assert rows["d1"] == "nothing tells at which address it is"
        assert plugins(home) == "nnoooo", "its new files stand there for when it asks"
        telling.cancel()
        await asyncio.wait({telling})

    play(folder, conversation)


def test_one_that_waits_for_its_devices_holds_up_no_other(folder: Path) -> None:
    async def conversation(home: House) -> None:
        await home.desk.install_plugin("snom", "snom-new", "ann")
        await home.put(replace(home.device("d6"), plugin="snom"))
        await home.desk.move_devices({**MOVE, "sync": True}, "ann")
        async with asyncio.timeout(20):
            while not await home.desk.syncs():
                await asyncio.sleep(0.005)
        await home.desk.move_devices({"from": "snom", "to": "snom-new"}, "ann")
        assert (await still(home, "2"))["state"] == "done"
        assert home.device("d6").plugin == "snom-new"
        assert (await home.desk.rollout("1"))["state"] == RUNNING, "nobody tells its devices in this test"

    play(folder, conversation)


def test_it_moves_only_in_its_window(folder: Path) -> None:
    async def conversation(home: House) -> None:
        here = time.localtime(NOW)
        before, after = (here.tm_hour + 22) % 24, (here.tm_hour + 23) % 24
        await home.desk.move_devices({**MOVE, "window": f"{before:02d}:00-{after:02d}:00"}, "ann")
        waiting = await still(home)
        assert (waiting["state"], waiting["reason"]) == ("waiting", "rollout-outside")
        assert plugins(home) == "oooooo"
        home.core.utc = lambda: NOW - 2 * 3600
        home.desk.rollouts.wake()
        async with asyncio.timeout(20):
            while (await home.desk.rollout("1"))["state"] != "done":
                await asyncio.sleep(0.005)

    play(folder, conversation)


def test_what_happened_to_a_device_meanwhile_is_left_alone(folder: Path) -> None:
    async def conversation(home: House) -> None:
        await home.desk.move_devices({**MOVE, "first": 1}, "ann")
        await still(home)
        await home.desk.remove_device("d3", "ann")
        await home.put(replace(home.device("d4"), plugin="snom"))
        await home.desk.resume_rollout("1", again=False, who="ann")
        done = await still(home)
        assert (done["moved"], done["skipped"]) == (4, 2)
        rows = {row["device"]: row["why"] for row in await home.desk.rollout_devices("1")}
        assert rows["d3"] == "it was removed meanwhile"
        assert rows["d4"] == "it has plugin snom by now"
        assert home.device("d4").plugin == "snom"

    play(folder, conversation)


def test_abort_leaves_the_rest_and_is_final(folder: Path) -> None:
    async def conversation(home: House) -> None:
        await home.desk.move_devices({**MOVE, "first": 3}, "ann")
        await still(home)
        with pytest.raises(Refused, match="roll-out 1 from aastra to aastra-new is not over"):
            await home.desk.move_devices({"from": NEW, "to": OLD}, "ann")
        ended = await home.desk.abort_rollout("1", "ben")
        assert (ended["state"], ended["waiting"], ended["is_over"]) == ("aborted", 3, True)
        assert "aborted by ben" in ended["why"]
        for step in (home.desk.abort_rollout("1", "ben"), home.desk.resume_rollout("1", again=True, who="ben")):
            with pytest.raises(Refused, match="is aborted"):
                await step
        assert plugins(home) == "nnnooo"
        await home.desk.move_devices({"from": NEW, "to": OLD}, "ann")
        assert (await still(home, "2"))["state"] == "done"
        assert plugins(home) == "oooooo"
        assert [row["id"] for row in await home.desk.list_rollouts()] == ["2", "1"]

    play(folder, conversation)


def test_the_next_start_takes_up_what_a_stop_left_in_the_middle(folder: Path) -> None:
    async def conversation() -> None:
        async with house(folder) as home:
            await home.desk.install_plugin(OLD, NEW, "ann")
            await home.put(*(phone(f"d{number}", number) for number in range(1, 7)))
            stuck = asyncio.Event()

            async def hangs(job: RenderJob) -> Outcome:
                if job.device is not None:
                    stuck.set()
                    await asyncio.Event().wait()
                return Rendered(job.revision, ())

            home.workers.does = hangs
            await home.desk.move_devices({**MOVE, "stop_at": 2}, "ann")
            async with mover(home.desk.rollouts):
                await asyncio.wait_for(stuck.wait(), 20)
            assert plugins(home) == "nnoooo", "two at most, since two failures would stop it"
            await home.renders.close()
            home.workers.does = home.workers.nothing
            renders = Renders(home.core)
            async with mover(Rollouts(home.core, renders, home.desk.synchronizer)):
                assert (await still(home))["moved"] == 6
            assert plugins(home) == "nnnnnn"
            await renders.close()

    asyncio.run(conversation())


@pytest.mark.parametrize(
    ("row", "place", "why"),
    [
        ({"from": OLD, "to": "nowhere"}, "to", "is not installed"),
        ({"from": OLD, "to": OLD}, "to", "is the plugin that they have"),
        ({"from": "nowhere", "to": NEW}, "from", "there is no plugin nowhere"),
        ({"from": "snom", "to": NEW}, "to", "is for Aastra"),
        ({**MOVE, "window": "22-6"}, "window", "two times of the day"),
        ({**MOVE, "filters": ["model=none"]}, "from", "no device has plugin aastra and passes the filters"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(folder: Path, row: Any, place: str, why: str) -> None:
    async def conversation(home: House) -> None:
        await home.core.copy_plugins(["snom"], "ann")
        with pytest.raises(Refused) as caught:
            await home.desk.move_devices(row, "ann")
        assert why in caught.value.fields[place]
        assert await home.desk.list_rollouts() == []
        with pytest.raises(NotFound, match="ringboot rollout list"):
            await home.desk.rollout("1")

    play(folder, conversation)


def test_a_plugin_that_goes_away_stops_it(folder: Path) -> None:
    async def conversation(home: House) -> None:
        await home.desk.move_devices({**MOVE, "first": 1}, "ann")
        await still(home)
        shutil.rmtree(home.core.data / "plugins" / NEW)
        await home.core.db.write(home.core.read_plugins)
        await home.desk.resume_rollout("1", again=False, who="ann")
        stopped = await still(home)
        assert (stopped["state"], stopped["reason"]) == ("stopped", "rollout-cannot")
        assert "there is no plugin aastra-new" in stopped["why"]

    play(folder, conversation)
