"""Reading the journal behind dhcp."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest
from tests.desk.house import House, house

from ringboot.desk import pace
from ringboot.desk.doorway import Doorway
from ringboot.desk.follower import GAP, Follower
from ringboot.fleet.networks import Networks
from ringboot.model.file import FileRequest
from ringboot.model.lease import BOUND, LeaseChange
from ringboot.model.site import Network, Pool
from ringboot.store.journal import Journal

LEASES = 2_000
FEW = 500  # rows, at the most, that the loop may take at once
NETWORK = Network("phones", 0x0A000000, 16, "phones", pools=(Pool(0x0A000000, 0x0A00FFFF),))


def bound(number: int) -> LeaseChange:
    mac = number.to_bytes(6, "big")
    return LeaseChange("bound", BOUND, "phones", 0x0A000000 + number, b"\x01" + mac, mac, 0, 60, b"", 0.0)


async def steps_of(made: House, work: Coroutine[Any, Any, object]) -> list[int]:
    """Give how many leases became known between two turns of the others."""
    running = asyncio.create_task(work)
    steps, before = [], len(made.core.world.leases)
    while not running.done():
        await asyncio.sleep(0)
        after = len(made.core.world.leases)
        steps.append(after - before)
        before = after
    await running
    return steps


def test_a_long_journal_is_read_without_holding_up_the_others(tmp_path: Path) -> None:
    async def play() -> None:
        async with house(tmp_path) as made:
            made.core.world.networks = Networks([NETWORK])
            journal = Journal.open(made.core.data / "leases")
            follower = Follower(made.core, made.core.data / "leases")
            doorway = Doorway(made.core, follower, made.renders, lambda _root, _name: None)
            request = FileRequest("tftp", "startup.cfg", "10.0.255.1", 4711, "10.0.0.2")
            journal.append([bound(number) for number in range(LEASES)])
            assert max(await steps_of(made, follower.load())) <= FEW
            journal.append([bound(number) for number in range(LEASES, 2 * LEASES)])
            assert max(await steps_of(made, doorway.answer(request))) <= FEW
            assert len(made.core.world.leases) == 2 * LEASES
            follower.close()
            journal.close()

    asyncio.run(play())


def test_while_dhcp_needs_the_processors_the_mirror_is_read_with_rests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "FRESH", 1e9)

    async def play() -> None:
        async with house(tmp_path) as made:
            journal = Journal.open(made.core.data / "leases")
            follower = Follower(made.core, made.core.data / "leases")
            for busy, rests in ((0.0, False), (1.0, True)):
                made.core.pace.heard(busy)
                before = len(made.core.world.leases)
                journal.append([bound(before + number) for number in range(LEASES)])
                steps = await steps_of(made, follower.load(GAP))
                assert sum(steps) == LEASES
                others = [after for step, after in itertools.pairwise(steps) if step]  # their next turn after a slice
                assert (max(others[:-1]) == 0) is rests
            follower.close()
            journal.close()

    asyncio.run(play())
