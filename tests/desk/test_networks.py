"""Networks and classes as an administrator sees them, and the map of a network's addresses."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.desk.office import Office

from ringboot.desk.addressmap import Map, Run, runs
from ringboot.desk.errors import NotFound, Refused
from ringboot.model.address import ip_number
from ringboot.model.evidence import pack
from ringboot.model.lease import BOUND, DECLINED, LeaseChange

NOW = 1_800_000_000


def lease(office: Office, address: str, state: str = BOUND, evidence: bytes = b"") -> None:
    number = ip_number(address)
    mac = number.to_bytes(6, "big")
    change = LeaseChange("bound", state, "phones", number, b"\1" + mac, mac, NOW, NOW + 3600, evidence, NOW)
    office.core.world.leases.apply(change)


async def stocked(office: Office) -> None:
    office.core.utc = lambda: float(NOW)
    lease(office, "10.0.1.3")
    lease(office, "10.0.1.4")
    lease(office, "10.0.1.9", DECLINED)
    for address, mac in (("10.0.1.4", "00:00:5e:00:53:04"), ("10.0.7.7", "00:00:5e:00:53:07")):
        await office.desk.add_reservation({"network": "phones", "kind": "mac", "value": mac, "address": address})


def test_a_network_tells_who_has_how_much_of_it(office: Office) -> None:
    async def conversation() -> None:
        await stocked(office)
        [phones, voice] = await office.desk.networks()
        assert (phones["name"], phones["subnet"], phones["interfaces"]) == ("phones", "10.0.0.0/16", ["eth0"])
        assert (phones["size"], phones["used"], phones["declined"], phones["free"]) == (100, 2, 1, 97)
        assert (phones["leases"], phones["reservations"]) == (2, 2)
        assert (voice["interfaces"], voice["leases"], voice["reservations"]) == (["eth1"], 0, 0)
        one = await office.desk.network("phones")
        assert {key: one[key] for key in phones if key != "pools"} == {
            key: value for key, value in phones.items() if key != "pools"
        }
        # 10.0.1.4 is kept for another one by now.
        assert [(row["address"], row["network"]) for row in one["misfits"]["items"]] == [("10.0.1.4", "phones")]
        assert one["misfits"]["total"] == sum(one["misfits"]["reasons"].values()) == 1
        [pool] = one["pools"]
        assert (pool["pool"], pool["free"], pool["classes"], pool["options"]) == ("10.0.1.0-10.0.1.99", 97, [], {})
        with pytest.raises(NotFound):
            await office.desk.network("nowhere")

    office.play(conversation)


def test_the_map_of_a_network_is_read_in_pages(office: Office) -> None:
    async def conversation() -> None:
        await stocked(office)
        whole = await office.desk.network_addresses("phones", None, 1000)
        assert [(row["first"], row["last"], row["state"]) for row in whole["items"]] == [
            ("10.0.0.0", "10.0.0.1", "excluded"),
            ("10.0.0.2", "10.0.0.2", "ours"),
            ("10.0.0.3", "10.0.0.255", "excluded"),
            ("10.0.1.0", "10.0.1.2", "free"),
            ("10.0.1.3", "10.0.1.4", "leased"),
            ("10.0.1.5", "10.0.1.8", "free"),
            ("10.0.1.9", "10.0.1.9", "declined"),
            ("10.0.1.10", "10.0.1.99", "free"),
            ("10.0.1.100", "10.0.7.6", "excluded"),
            ("10.0.7.7", "10.0.7.7", "reserved"),
            ("10.0.7.8", "10.0.255.255", "excluded"),
        ]
        assert (whole["next"], sum(row["count"] for row in whole["items"])) == (None, 1 << 16)
        pages: list[Any] = []
        first: str | None = None
        while True:
            page = await office.desk.network_addresses("phones", first, 2)
            pages += page["items"]
            first = page["next"]
            if first is None:
                break
        assert pages == whole["items"]
        with pytest.raises(Refused, match="does not lie in"):
            await office.desk.network_addresses("phones", "10.1.0.0", 1)

    office.play(conversation)


SMALL = st.sets(st.integers(0, 63), max_size=12).map(frozenset)


@given(SMALL, SMALL, SMALL, SMALL, st.integers(0, 40), st.integers(0, 20), st.integers(0, 63), st.integers(1, 5))
def test_runs_say_what_is_said_of_each_address(
    leased: frozenset[int], declined: frozenset[int], reserved: frozenset[int], ours: frozenset[int],
    pool: int, size: int, begin: int, limit: int,
) -> None:  # fmt: skip
    here = Map(0, 63, pools=((pool, pool + size),), leased=leased, declined=declined, reserved=reserved, ours=ours)
    every = runs(here, 0, 1000)
    told = [run.state for run in every for _ in range(run.first, run.last + 1)]
    assert told == [here.state(address) for address in range(64)]
    assert all(before.state != after.state for before, after in pairwise(every))
    part = runs(here, begin, limit)
    assert (
        part
        == [run if run.first >= begin else Run(begin, run.last, run.state) for run in every if run.last >= begin][
            :limit
        ]
    )


def test_a_whole_8_is_a_short_list() -> None:
    first = ip_number("10.0.0.0")
    here = Map(first, first + (1 << 24) - 1, pools=((first + 256, first + (1 << 24) - 257),))
    assert [run.state for run in runs(here, first, 1000)] == ["excluded", "free", "excluded"]


def test_a_class_tells_whom_it_matches_and_how_many_there_are(office: Office) -> None:
    async def conversation() -> None:
        office.core.utc = lambda: float(NOW)
        classes = {row["name"]: row for row in await office.desk.classes()}
        assert classes
        assert {row["source"] for row in classes.values()} == {"brand"}
        assert all(row["match"] and row["options"] for row in classes.values())
        name = next(name for name, row in classes.items() if any(
            each[0]["evidence"] == "dhcp.60" and len(each) == 1 for each in row["match"]))  # fmt: skip
        assert classes[name]["leases"] == 0
        lease(office, "10.0.1.3", evidence=pack({60: b"AastraIPPhone6731i"}))
        lease(office, "10.0.1.4", evidence=pack({60: b"nothing of the kind"}))
        counted = {row["name"]: row["leases"] for row in await office.desk.classes()}
        assert {name for name, count in counted.items() if count} == {"aastra"}
        assert counted["aastra"] == 1

    office.play(conversation)
