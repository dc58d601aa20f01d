"""Pools asked through by ARP: each address once, slowly, and again only what is added."""

from __future__ import annotations

from ringboot.servers.dhcp.asked import Asked
from ringboot.servers.dhcp.scan import ANSWERS_WITHIN, EVERY, RATE, Scan, Stretch


class Wire:
    """A wire, and what was asked there."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []
        self.says = Asked.SENT
        self.cannot: list[str] = []

    def ask(self, interface: str, address: int) -> Asked:
        self.asked.append((interface, address))
        return self.says


def walk(scan: Scan, taken: frozenset[int] = frozenset()) -> int:
    """Let time pass until all is asked, and give the number of handfuls."""
    turns = 0
    while scan.due is not None:
        scan.step(scan.due, lambda address: address not in taken)
        turns += 1
    return turns


def test_every_free_address_is_asked_about_once_at_a_steady_rate() -> None:
    wire = Wire()
    scan = Scan(wire.ask, wire.cannot.append)
    assert scan.row()["state"] == "off"
    scan.want([Stretch("eth0", 1, 100), Stretch("eth1", 500, 500)])
    assert scan.row() == {"state": "running", "asked": 0, "left": 101, "found": 0, "not_possible_on": []}
    due = scan.due or 0.0
    scan.step(due - 0.001, lambda _: True)
    assert wire.asked == []

    turns = walk(scan, frozenset({7}))

    assert wire.asked == [("eth0", n) for n in range(1, 101) if n != 7] + [("eth1", 500)]
    assert turns == -(-101 // int(RATE * EVERY))
    assert (scan.row()["state"], scan.row()["asked"]) == ("done", 101)
    scan.want([Stretch("eth1", 500, 500), Stretch("eth0", 1, 100)])
    assert scan.due is None, "the same pools again"


def test_what_is_added_is_asked_about_and_what_is_gone_is_not() -> None:
    wire = Wire()
    scan = Scan(wire.ask, wire.cannot.append)
    scan.want([Stretch("eth0", 10, 20)])
    walk(scan)
    wire.asked.clear()

    scan.want([Stretch("eth0", 8, 22), Stretch("eth1", 10, 20)])
    scan.want([Stretch("eth0", 8, 22)])
    walk(scan)

    assert wire.asked == [("eth0", 8), ("eth0", 9), ("eth0", 21), ("eth0", 22)]


def test_only_who_was_asked_a_moment_ago_has_answered() -> None:
    wire = Wire()
    scan = Scan(wire.ask, wire.cannot.append)
    scan.want([Stretch("eth0", 1, 3)])
    walk(scan)
    assert scan.answered("eth1", {1, 2}) == []
    assert scan.answered("eth0", {2, 9}) == [2]
    assert scan.answered("eth0", {2}) == [], "once"
    scan.step(EVERY + ANSWERS_WITHIN + 1, lambda _: True)
    assert scan.answered("eth0", {1}) == []


def test_without_the_right_to_ask_it_says_so_and_goes_on_elsewhere() -> None:
    wire = Wire()
    wire.says = Asked.CANNOT_ASK
    scan = Scan(wire.ask, wire.cannot.append)
    scan.want([Stretch("eth0", 1, 1_000_000)])
    walk(scan)
    assert scan.row() == {"state": "not-possible", "asked": 0, "left": 0, "found": 0, "not_possible_on": ["eth0"]}
    scan.want([Stretch("eth0", 1, 1_000_000), Stretch("eth0", 2_000_000, 2_000_001)])
    walk(scan)
    assert wire.cannot == ["eth0"], "once"
    wire.says = Asked.SENT
    scan.want([Stretch("eth1", 1, 2)])
    walk(scan)
    assert scan.row()["asked"] == 2
