"""Work that takes a while: how far it is, what came of it, and that nobody has to wait."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.desk.office import Office

from ringboot.desk import jobs as module
from ringboot.desk.errors import NotFound, Refused
from ringboot.desk.jobs import Jobs, tell, tell_again
from ringboot.desk.listing import Query


def test_a_job_tells_how_far_it_is_and_what_came_of_it() -> None:
    async def conversation() -> None:
        jobs = Jobs(utc=lambda: 7.0)
        go = asyncio.Event()

        async def work() -> dict[str, int]:
            tell(1, 3, doing="renders")
            await jobs.run("inner", "a part", "ann", asyncio.sleep(0))
            await go.wait()
            return {"made": 3}

        begun = jobs.start("reconfigure", "3 devices", "ann", work())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        [row] = jobs.all()  # what belongs to it is no job of its own
        assert (row["id"], row["state"], row["done"], row["total"], row["doing"]) == (
            begun["id"], "running", 1, 3, "renders",
        )  # fmt: skip
        go.set()
        async with asyncio.timeout(20):
            while (row := jobs.all()[0])["state"] == "running":
                await asyncio.sleep(0)
        assert (row["state"], row["result"], row["ended"], row["problem"]) == ("done", {"made": 3}, 7.0, None)

    asyncio.run(conversation())


async def refused() -> None:
    raise Refused("It is not acceptable.")


async def broken() -> None:
    raise KeyError("secret word")


@pytest.mark.parametrize(
    ("work", "problem", "code"),
    [
        (refused, "It is not acceptable.", "refused"),
        (broken, "The daemon failed at this. Its log says where.", "failed"),
    ],
)
def test_a_job_that_fails_says_why_and_not_more(work: Any, problem: str, code: str) -> None:
    async def conversation() -> None:
        jobs = Jobs()
        with pytest.raises((Refused, KeyError)):
            await jobs.run("move", "all", "ann", work())
        jobs.start("move", "all", "ann", work())
        async with asyncio.timeout(20):
            while any(row["state"] == "running" for row in jobs.all()):
                await asyncio.sleep(0)
        assert {(row["state"], row["problem"], row["code"]) for row in jobs.all()} == {("failed", problem, code)}

    asyncio.run(conversation())


def test_the_newest_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT", 2)

    async def conversation() -> None:
        jobs = Jobs()
        for number in range(5):
            await jobs.run("move", str(number), "ann", asyncio.sleep(0))
        assert [row["what"] for row in jobs.all()] == ["4", "3", "2"]

    asyncio.run(conversation())


def test_a_change_of_a_config_and_a_synchronisation_are_jobs(office: Office) -> None:
    async def conversation() -> None:
        desk = office.desk
        await desk.add_device({"id": "d1", "mac": "00:08:5d:00:00:01", "config": "default"}, "ann")
        await desk.set_config("default", {"raw_config": {"ntp_ip": "10.0.0.1"}}, "ann", wait=False)
        [render] = [row for row in await desk.jobs() if row["kind"] == "render"]
        last = None
        async with asyncio.timeout(60):
            async for kind, row in desk.follow_job(render["id"]):
                last = row if kind == "job" else last
        assert last is not None
        assert (last["state"], last["done"], last["total"], last["who"]) == ("done", 1, 1, "ann")
        sync = await desk.synchronize(None, Query(), "ann")
        row = await desk.job(f"sync-{sync['id']}")
        assert (row["kind"], row["total"], row["link"]) == ("synchronize", 1, f"/syncs/{sync['id']}")
        assert {each["id"] for each in await desk.jobs()} >= {row["id"], render["id"]}
        for unknown in ("sync-99", "sync-x", "rollout-x", "job-x"):
            with pytest.raises(NotFound):
                await desk.job(unknown)

    office.play(conversation)


async def _restart(office: Office) -> None:
    """Forget the jobs of this run and read what was written down of them."""
    core = office.core
    await core.db.write(lambda _: None)  # what is noted stands before
    core.jobs = Jobs(core.utc, core.db.write_later)
    with core.db.reading() as books:
        core.jobs.restore(books.jobs.all())


def test_what_a_restart_cut_off_is_shown_and_taken_up_again(office: Office) -> None:
    async def conversation() -> None:
        desk = office.desk
        for number in range(3):
            await desk.add_device({"id": f"d{number}", "mac": f"00:08:5d:00:00:0{number}", "config": "default"}, "ann")
        begun, forever = asyncio.Event(), asyncio.Event()

        async def work() -> None:
            tell_again("set", ["d0", "d1", "d2"], {"description": "hall"})
            tell(1, 3)
            begun.set()
            await forever.wait()

        cut = await desk.begin_job("bulk-set", "3 devices", "ann", work())
        other = await desk.begin_job("repository-update", "the index", "ann", forever.wait())
        await begun.wait()
        ended = await desk.begin_job("bulk-set", "none", "ann", asyncio.sleep(0, {"done": 7, "items": ["x"]}))
        async with asyncio.timeout(60):
            while (await desk.job(ended["id"]))["state"] == "running":
                await asyncio.sleep(0)
        await desk.remove_device("d1", "ann")
        await _restart(office)
        row = await desk.job(cut["id"])
        assert (row["state"], row["resumable"], row["done"], row["total"]) == ("interrupted", True, 1, 3)
        assert row["problem"] == "The daemon ended while this was done: 1 of 3 devices were done."
        assert (await desk.job(other["id"]))["problem"] == (
            "The daemon ended while this was done: nothing tells how far."
        )
        row = await desk.job(ended["id"])
        assert (row["state"], row["result"]) == ("done", {"done": 7})  # a line for each device is not kept
        again = await desk.resume_job(cut["id"], "ben")
        async with asyncio.timeout(60):
            while (row := await desk.job(again["id"]))["state"] == "running":
                await asyncio.sleep(0)
        assert (row["state"], row["result"]["done"], row["who"]) == ("done", 2, "ben")
        assert {each["description"] for each in (await desk.devices(Query())).items} == {"hall"}
        for ident in (cut["id"], other["id"], ended["id"]):
            with pytest.raises(Refused, match="cannot be taken up"):
                await desk.resume_job(ident, "ben")
        await _restart(office)
        assert (await desk.job(cut["id"]))["resumable"] is False

    office.play(conversation)
