"""How full the pools were is written down each minute, and what is older than it is kept goes."""

from __future__ import annotations

from typing import Any

import pytest

from ringboot.desk.errors import NotFound
from ringboot.desk.usage import MINUTE, QUARTER, Usage
from ringboot.model.address import ip_number
from ringboot.model.lease import BOUND, DECLINED, LeaseChange

START = 1_800_000_000  # a quarter of an hour begins


def lease(office: Any, place: int, state: str = BOUND, seconds: int = 3600) -> None:
    mac = place.to_bytes(6, "big")
    number = ip_number("10.0.1.0") + place
    now = int(office.core.utc())
    office.core.world.leases.apply(
        LeaseChange("bound", state, "phones", number, b"\1" + mac, mac, now, now + seconds, b"", now)
    )


def test_each_minute_is_written_and_the_fullest_of_a_quarter_stays(office: Any) -> None:
    clock = [float(START)]
    office.core.utc = lambda: clock[0]

    async def conversation() -> None:
        usage = Usage(office.core)
        lease(office, 1, DECLINED, 86_400)
        for minute in range(16):
            clock[0] = START + 60.0 * minute + 0.5
            if minute == 3:
                lease(office, 2, seconds=60)
                lease(office, 3, seconds=60)
            await usage.look()
        day = await office.desk.pool_history("phones", MINUTE)
        assert [row["utc"] for row in day] == [START + 60 * minute for minute in range(16)]
        assert [row["used"] for row in day] == [0, 0, 0, 2] + [0] * 12
        assert {(row["pool"], row["size"], row["declined"]) for row in day} == {("10.0.1.0-10.0.1.99", 100, 1)}
        month = await office.desk.pool_history("phones", QUARTER)
        assert [(row["utc"], row["used"]) for row in month] == [(START, 2)]
        [phones, voice] = await office.desk.pools()
        assert (phones["used"], phones["declined"], phones["free"], voice["free"]) == (0, 1, 99, 100)

        clock[0] = START + 2 * 86_400.0
        await usage.look()
        assert [row["utc"] for row in await office.desk.pool_history("phones", MINUTE)] == [START + 2 * 86_400]
        assert len(await office.desk.pool_history("phones", QUARTER)) == 2
        clock[0] = START + 33 * 86_400.0
        await usage.look()
        assert await office.desk.pool_history("phones", QUARTER) == []
        with pytest.raises(NotFound):
            await office.desk.pool_history("nowhere", MINUTE)

    office.play(conversation)
