"""A change of a config renders exactly those devices whose input differs by it."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from tests.desk.house import House, house, phone, until

from ringboot.plugins.job import Outcome, RenderFailed, RenderJob

ALL = {"heir", "deaf", "grandchild", "stranger"}


async def fill(home: House) -> None:
    """Four phones: one inherits, one says it otherwise, one inherits by two steps, one has nothing to do with it."""
    await home.desk.add_config({"id": "office", "parent_ids": ["base"]}, "ann")
    await home.desk.add_config({"id": "own", "parent_ids": ["base"], "raw_config": {"ntp_ip": "10.0.0.1"}}, "ann")
    await home.desk.add_config({"id": "desk", "parent_ids": ["office"]}, "ann")
    for number, (ident, config) in enumerate(
        (("heir", "office"), ("deaf", "own"), ("grandchild", "desk"), ("stranger", "default")), start=1
    ):
        await home.put(replace(phone(ident, number), config=config))
    assert await home.renders.done(ALL) == {}
    assert set(home.workers.devices) == ALL
    home.workers.jobs.clear()


async def set_ntp(home: House, value: str, config: str = "base") -> set[str]:
    home.workers.jobs.clear()
    await home.desk.set_config(config, {"raw_config": {"ntp_ip": value}}, "ann")
    assert len(home.workers.devices) == len(set(home.workers.devices)), "each once"
    return set(home.workers.devices)


@pytest.fixture
def data(tmp_path: Path, empty: Path) -> Path:
    """Give a folder whose database is made already."""
    (tmp_path / "data").mkdir()
    shutil.copy(empty, tmp_path / "data")
    return tmp_path


def test_exactly_the_heirs_whose_input_differs(data: Path) -> None:
    async def conversation() -> None:
        async with house(data) as home:
            await fill(home)
            assert await set_ntp(home, "10.0.0.7") == {"heir", "grandchild"}
            assert home.core.pool.outcomes["unchanged"] == 1, "of the one that says it otherwise"
            assert await set_ntp(home, "10.0.0.7") == set(), "it says that already"
            assert await set_ntp(home, "10.0.0.7", "office") == set(), "they have that value already"
            assert await set_ntp(home, "10.0.0.8", "office") == {"heir", "grandchild"}
            assert await set_ntp(home, "10.0.0.9") == set(), "all that it reaches say it otherwise now"

    asyncio.run(conversation())


def test_what_a_person_asks_for_is_rendered_even_if_nothing_differs(data: Path) -> None:
    async def conversation() -> None:
        async with house(data) as home:
            await fill(home)
            await home.desk.reconfigure(["heir"], None, "ann")
            assert home.workers.devices == ["heir"], "a template may be another one"

    asyncio.run(conversation())


def test_one_that_failed_is_tried_again_whatever_changes(data: Path) -> None:
    async def conversation() -> None:
        async with house(data) as home:
            await fill(home)

            async def breaks(job: RenderJob) -> Outcome:
                return RenderFailed("no such button")

            home.workers.does = breaks
            assert await set_ntp(home, "10.0.0.7") == {"heir", "grandchild"}
            home.workers.does = home.workers.nothing
            assert await set_ntp(home, "10.0.0.8") == {"heir", "grandchild"}
            assert home.device("heir").configured
            home.workers.jobs.clear()
            await home.renders.inherited("base")
            assert home.workers.devices == []

    asyncio.run(conversation())


def test_a_change_that_nobody_waits_for_returns_before_the_files_are_made(data: Path) -> None:
    async def conversation() -> None:
        async with house(data) as home:
            await fill(home)
            go = asyncio.Event()

            async def waits(job: RenderJob) -> Outcome:
                await go.wait()
                return await home.workers.nothing(job)

            home.workers.does = waits
            row = await home.desk.set_config("base", {"raw_config": {"ntp_ip": "10.0.0.7"}}, "ann", wait=False)
            assert row["raw_config"]["ntp_ip"] == "10.0.0.7"
            go.set()
            await until(lambda: [job["state"] for job in home.core.jobs.all()] == ["done"] and not home.renders.waiting)
            assert {"heir", "grandchild"} <= set(home.workers.devices)

    asyncio.run(conversation())
