from __future__ import annotations

from collections.abc import Callable

from ringboot.answer.query import Now, Query
from ringboot.dhcp.message import DISCOVER, INFORM
from ringboot.model import evidence
from ringboot.servers.dhcp import hints as module
from ringboot.servers.dhcp.hints import Hints

MakeQuery = Callable[..., Query]
MAC = bytes.fromhex("00085d2eecfb")


def test_a_hint_says_who_what_why_and_where(query: MakeQuery) -> None:
    hints = Hints()
    said = query(DISCOVER, MAC, giaddr="10.9.0.1", options={60: b"AastraIPPhone6731i", 12: b"phone"})
    hints.note(MAC, said, "pool-full", {"network": "phones"}, Now(1000.5, 50.0))

    assert hints.take(50.5) == [], "it waits: the client may have its lease in a moment"
    (row,) = hints.take(51.0)

    packed = row.pop("evidence")
    assert evidence.unpack(bytes.fromhex(packed))[60] == b"AastraIPPhone6731i"
    assert row == {
        "mac": "00:08:5d:2e:ec:fb",
        "message": "DISCOVER",
        "reason": "pool-full",
        "detail": {"network": "phones"},
        "network": "phones",
        "interface": "eth0",
        "giaddr": "10.9.0.1",
        "utc": 1000.5,
        "count": 1,
    }
    assert hints.take(60.0) == []


def test_several_of_one_client_become_one_row_with_a_count(query: MakeQuery) -> None:
    hints = Hints()
    for second in range(4):
        hints.note(MAC, query(DISCOVER, MAC), "no-network", {}, Now(1000.0 + second, 50.0 + second / 10))
    hints.note(MAC, query(INFORM, MAC), "informed", {"address": "10.0.0.9"}, Now(1009.0, 50.9))

    (row,) = hints.take(51.0)

    assert (row["message"], row["reason"], row["utc"], row["count"]) == ("INFORM", "informed", 1009.0, 5)


def test_a_client_whose_lease_changed_needs_no_hint(query: MakeQuery) -> None:
    hints = Hints()
    hints.note(MAC, query(DISCOVER, MAC), "offered", {}, Now(1000.0, 50.0))
    hints.settle(MAC)

    assert hints.due is None
    assert hints.take(99.0) == []


def test_the_same_again_is_only_counted_for_a_minute(query: MakeQuery) -> None:
    hints = Hints()
    told = []
    for steady in range(0, 100, 2):
        hints.note(MAC, query(DISCOVER, MAC), "no-network", {}, Now(1000.0 + steady, float(steady)))
        told += hints.take(steady + 1.0)

    assert [row["count"] for row in told] == [1, 30]


def test_another_reason_is_told_at_once(query: MakeQuery) -> None:
    hints = Hints()
    told = []
    for steady, reason in enumerate(["no-network", "no-network", "pool-full"]):
        hints.note(MAC, query(DISCOVER, MAC), reason, {}, Now(1000.0, steady * 2.0))
        told += hints.take(steady * 2.0 + 1)

    assert [row["reason"] for row in told] == ["no-network", "pool-full"]


def test_what_is_too_much_is_lost_and_counted(query: MakeQuery) -> None:
    hints = Hints()
    for number in range(module.PENDING + 5):
        hints.note(
            number.to_bytes(6, "big"), query(DISCOVER, number.to_bytes(6, "big")), "offered", {}, Now(1000.0, 50.0)
        )

    assert hints.lost == 5
    frames = []
    while rows := hints.take(60.0):
        frames.append(len(rows))
    assert sum(frames) == module.PENDING
    assert max(frames) == module.A_FRAME


def test_what_is_about_no_client_is_told_at_once() -> None:
    hints = Hints()
    hints.say("clock-jumped", {"seconds": 3600}, 1000.0)

    assert hints.due == 0.0
    (row,) = hints.take(0.1)
    assert (row["mac"], row["reason"], row["detail"]) == ("", "clock-jumped", {"seconds": 3600})
