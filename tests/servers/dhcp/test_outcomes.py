from __future__ import annotations

import tracemalloc

from ringboot.answer.query import Now
from ringboot.dhcp.message import DISCOVER, REQUEST
from ringboot.model.address import ip_number
from ringboot.servers.dhcp import outcomes as module
from ringboot.servers.dhcp.outcomes import Outcomes

MAC = bytes.fromhex("00085d2eecfb")
ADDRESS = ip_number("10.0.0.9")


def mac(number: int) -> bytes:
    return number.to_bytes(6, "big")


def note(outcomes: Outcomes, who: bytes, utc: float, kind: int, reason: str, address: int, rest: str) -> None:
    outcomes.note(who, Now(utc, 0.0), bytes((kind,)), reason, address, rest)


def test_the_last_eight_are_kept_newest_first() -> None:
    outcomes = Outcomes()
    for second in range(12):
        note(outcomes, MAC, 1000 + second, DISCOVER, "offered", ADDRESS, '{"network": "phones"}')

    rows = outcomes.of(MAC)

    assert [row["utc"] for row in rows] == [1011.0 - n for n in range(8)]
    assert rows[0] == {
        "utc": 1011.0,
        "message": "DISCOVER",
        "reason": "offered",
        "detail": {"address": "10.0.0.9", "network": "phones"},
    }


def test_a_client_never_seen_has_none() -> None:
    assert Outcomes().of(MAC) == []


def test_each_outcome_keeps_its_own_detail() -> None:
    outcomes = Outcomes()
    note(outcomes, MAC, 1, REQUEST, "other-server-chosen", 0, '{"server": "10.0.0.66"}')
    note(outcomes, MAC, 2, DISCOVER, "no-network", 0, "")

    assert [(row["reason"], row["detail"]) for row in outcomes.of(MAC)] == [
        ("no-network", {}),
        ("other-server-chosen", {"server": "10.0.0.66"}),
    ]


def test_clients_are_bounded_and_the_recent_ones_stay() -> None:
    outcomes = Outcomes(clients=100)
    for number in range(1000):
        note(outcomes, mac(number), 1, DISCOVER, "offered", number, "")
        assert len(outcomes) <= 101

    assert all(outcomes.of(mac(number)) for number in range(950, 1000))
    assert outcomes.of(mac(1)) == []


def test_a_client_that_keeps_asking_keeps_its_outcomes_among_many_others() -> None:
    outcomes = Outcomes(clients=100)
    for number in range(1000):
        note(outcomes, mac(number), 1, DISCOVER, "offered", number, "")
        note(outcomes, MAC, number, DISCOVER, "pool-full", 0, "")

    assert [row["utc"] for row in outcomes.of(MAC)] == [float(999 - n) for n in range(8)]


def test_details_are_bounded_too() -> None:
    outcomes = Outcomes()
    for number in range(2 * module.DETAILS):
        note(outcomes, MAC, number, DISCOVER, "no-network", 0, f'{{"where": "{number}"}}')

    assert outcomes.of(MAC)[0]["detail"] == {}


def test_a_client_takes_less_than_three_hundred_octets() -> None:
    tracemalloc.start()
    try:
        outcomes = Outcomes()
        for number in range(5_000):
            for kind in (DISCOVER, REQUEST):
                note(outcomes, mac(number), 1, kind, "offered", number, '{"network": "phones"}')
        size = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert size < 5_000 * 300
