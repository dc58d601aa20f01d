"""Reading the journal behind dhcp."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.desk.house import house

from ringboot.desk.follower import SLICE, Follower
from ringboot.model.lease import BOUND, LeaseChange
from ringboot.store.journal import Journal


def bound(number: int) -> LeaseChange:
    mac = number.to_bytes(6, "big")
    return LeaseChange("bound", BOUND, "n", 0x0A000000 + number, b"\x01" + mac, mac, 0, 60, b"", 0.0)


def test_a_long_journal_is_read_without_holding_up_the_others(tmp_path: Path) -> None:
    async def play() -> None:
        async with house(tmp_path) as made:
            with_rows = Journal.open(made.core.data / "leases")
            with_rows.append([bound(number) for number in range(5 * SLICE)])
            follower = Follower(made.core, made.core.data / "leases")
            loading = asyncio.create_task(follower.load())
            seen = []
            while not loading.done():
                await asyncio.sleep(0)
                seen.append(len(made.core.world.leases))
            steps = [after - before for before, after in zip([0, *seen], seen, strict=False)]
            assert max(steps) == SLICE
            assert seen[-1] == 5 * SLICE
            with_rows.append([bound(5 * SLICE)])
            await follower.load()
            assert len(made.core.world.leases) == 5 * SLICE + 1
            follower.close()
            with_rows.close()

    asyncio.run(play())
