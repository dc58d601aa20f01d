"""Leases for hosts that were there before: what is refused, and how their clients take them over."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.servers.dhcp.around import UTC, Hand, Outbox

from ringboot.answer.facts import Facts
from ringboot.dhcp.message import ACK, DECLINE, DISCOVER, NAK, OFFER, REQUEST
from ringboot.leases.change import bind, decline, spoil
from ringboot.leases.table import Table
from ringboot.model.address import ip_number, ip_wire
from ringboot.model.lease import seed_key
from ringboot.model.site import Reservation, Site
from ringboot.servers.dhcp.asked import Asked
from ringboot.servers.dhcp.door import Door
from ringboot.servers.dhcp.interfaces import Interfaces
from ringboot.servers.dhcp.link import Link
from ringboot.servers.dhcp.port import Arrivals
from ringboot.servers.dhcp.survey import Survey
from ringboot.store.journal import Journal

MAC, OTHER = b"\x02\0\0\0\0\1", b"\x02\0\0\0\0\2"
SOFT = b"\xff\0\0\0\1identifier"


class Ground:
    """A door with a real journal, and the survey at it; nobody answers ARP."""

    def __init__(self, site: Site, folder: Path) -> None:
        self.folder = folder
        self.says = Asked.SENT
        self.box = Outbox()
        self.sent: list[dict[str, Any]] = []
        self.clock = Hand()
        facts = Facts(site, Table(), b"k" * 32)
        self.door = Door(facts, Journal.open(folder), {"eth0": self.box}, self, clock=self.clock)
        interfaces = Interfaces((), 67)
        interfaces.links["eth0"] = Link("eth0", b"\x02\0\0\0\0\xfe", True, (ip_number("10.0.0.1"),))
        self.survey = Survey(self, self.door, self, interfaces)

    def ask(self, _interface: str, _address: int) -> Asked:
        return self.says

    def send(self, frame: dict[str, Any]) -> bool:
        self.sent.append(frame)
        return True

    def seed(self, *rows: tuple[str, bytes], seconds: int = 60) -> dict[str, str]:
        frame = {
            "t": "seed", "id": 5,
            "rows": [
                {"network": "phones", "address": address, "mac": mac.hex(":"), "seconds": seconds, "hostname": "pc-1"}
                for address, mac in rows
            ],
        }  # fmt: skip
        answer = self.survey.handlers["seed"](frame)
        assert answer is not None
        assert (answer["t"], answer["id"]) == ("seeded", 5)
        refused: dict[str, str] = answer["refused"]
        return refused

    def hear(self, *queries: Any) -> list[tuple[int, str]]:
        arrivals = Arrivals()
        arrivals.later += queries
        self.door.work(arrivals, more=False)
        self.door.flush()
        return self.box.take()


@pytest.fixture
def ground(site: Site, tmp_path: Path) -> Ground:
    return Ground(replace(site, probe=False), tmp_path)


def test_a_seed_is_a_real_lease_that_outlives_the_process(ground: Ground, site: Site) -> None:
    assert ground.seed(("10.0.0.12", MAC), ("10.0.0.50", OTHER)) == {}
    again = Table()
    ground.door.journal.close()
    with closing(Journal.open(ground.folder)) as other:
        again.load(other.load())
    for lease in (ground.door.facts.table.of_address(ip_number("10.0.0.12")), again.of_address(ip_number("10.0.0.12"))):
        assert lease is not None
        assert (lease.mac, lease.expiry - lease.start, lease.network) == (MAC, 60, "phones")
        assert b"pc-1" in lease.evidence


@pytest.mark.parametrize("identifier", [None, SOFT, b"\1" + MAC])
def test_its_client_takes_it_over_whatever_identifier_it_sends(
    ground: Ground, query: Callable[..., Any], identifier: bytes | None
) -> None:
    more = {61: identifier} if identifier else {}
    ground.seed(("10.0.0.12", MAC))
    assert ground.hear(query(DISCOVER, OTHER)) == [(OFFER, "10.0.0.10")]
    assert ground.hear(query(DISCOVER, MAC, options=more)) == [(OFFER, "10.0.0.12")]
    chosen = {**more, 50: ip_wire(ip_number("10.0.0.12")), 54: ip_wire(ip_number("10.0.0.1"))}
    assert ground.hear(query(REQUEST, MAC, options=chosen)) == [(ACK, "10.0.0.12")]
    lease = ground.door.facts.table.of_address(ip_number("10.0.0.12"))
    assert lease is not None
    assert lease.key != seed_key(MAC)
    assert lease.expiry - lease.start == 600
    assert ground.hear(query(DISCOVER, MAC, options=more)) == [(OFFER, "10.0.0.12")]


def test_a_renewal_takes_it_over_and_a_stranger_does_not_get_it(ground: Ground, query: Callable[..., Any]) -> None:
    ground.seed(("10.0.0.12", MAC))
    held = ip_number("10.0.0.12")
    assert ground.hear(query(REQUEST, OTHER, unicast=True, ciaddr=held)) == [(NAK, "0.0.0.0")]
    assert ground.hear(query(REQUEST, MAC, unicast=True, ciaddr=held, options={61: SOFT})) == [(ACK, "10.0.0.12")]


def test_a_decline_settles_what_no_scan_could_see(ground: Ground, query: Callable[..., Any]) -> None:
    """Without the right to ARP nothing is seeded: whoever gets a used address declines it, and it rests."""
    ground.says = Asked.CANNOT_ASK
    assert ground.hear(query(DISCOVER, OTHER)) == [(OFFER, "10.0.0.10")]
    wanted = {50: ip_wire(ip_number("10.0.0.10")), 54: ip_wire(ip_number("10.0.0.1"))}
    assert ground.hear(query(REQUEST, OTHER, options=wanted)) == [(ACK, "10.0.0.10")]
    ground.hear(query(DECLINE, OTHER, options=wanted))
    assert ground.seed(("10.0.0.10", MAC)) == {"10.0.0.10": "is in quarantine: a client declined it"}
    assert ground.hear(query(DISCOVER, OTHER)) == [(OFFER, "10.0.0.11")]


def test_what_is_somebodys_or_nobodys_is_refused_and_the_rest_is_leased(ground: Ground) -> None:
    table, utc = ground.door.facts.table, UTC + ground.clock.at
    apply = table.apply
    apply(bind("phones", ip_number("10.0.0.11"), b"\0" + SOFT, OTHER, seconds=60, evidence=b"", utc=utc))
    apply(bind("phones", ip_number("10.0.0.13"), b"\1" + MAC, MAC, seconds=60, evidence=b"", utc=utc))
    apply(bind("phones", ip_number("10.0.0.14"), b"\1" + OTHER, OTHER, seconds=60, evidence=b"", utc=utc - 900))
    spoilt = bind("phones", ip_number("10.0.0.15"), b"\1" + OTHER, OTHER, seconds=60, evidence=b"", utc=utc - 900)
    apply(spoilt)
    lease = table.of_address(ip_number("10.0.0.15"))
    assert lease is not None
    apply(decline(lease, utc))
    apply(spoil("phones", ip_number("10.0.0.16"), utc))  # the scan at the start saw it: somebody uses it
    rows = [(f"10.0.0.{n}", MAC) for n in (11, 13, 14, 15, 16, 17, 17)]
    refused = ground.seed(*rows, ("10.0.0.0", MAC), ("10.0.1.5", MAC), ("nowhere", MAC), ("10.0.0.18", b"x"))
    assert {address: why.split()[1] for address, why in refused.items()} == {
        "10.0.0.11": "leased", "10.0.0.15": "in", "10.0.0.17": "named", "10.0.0.0": "in", "10.0.1.5": "in",
        "nowhere": "is", "10.0.0.18": "is",
    }  # fmt: skip
    kept = {n: table.of_address(ip_number(f"10.0.0.{n}")) for n in (13, 14, 16, 17)}
    assert [(n, lease.mac if lease else None, lease.key[:1] if lease else b"") for n, lease in kept.items()] == [
        (13, MAC, b"\1"), (14, MAC, b"\xff"), (16, MAC, b"\xff"), (17, MAC, b"\xff"),
    ]  # fmt: skip
    assert "no time that a lease can have" in ground.seed(("10.0.0.19", MAC), seconds=0)["10.0.0.19"]


def test_an_address_that_is_kept_for_somebody_is_not_seeded(ground: Ground) -> None:
    ground.door.facts.put_reservation(Reservation("phones", "mac", OTHER.hex(":"), "10.0.0.12"))
    assert ground.seed(("10.0.0.12", MAC)) == {"10.0.0.12": "is ours, or a router's, or reserved"}


def test_a_scan_is_told_when_it_is_over_and_what_is_no_scan_ends_the_line(ground: Ground) -> None:
    scan = ground.survey.handlers["scan"]
    assert scan({"t": "scan", "id": 3, "addresses": ["10.0.0.12", "192.0.2.1"], "seconds": 0.5}) is None
    sweep = ground.survey.sweep
    sweep.step(1.0)
    sweep.heard("eth0", {ip_number("10.0.0.12"): {MAC}})
    while (due := sweep.due) is not None:
        sweep.step(due)
    assert ground.sent == [
        {"t": "scanned", "id": 3, "hits": {"10.0.0.12": MAC.hex(":")}, "cannot": "192.0.2.1 lies on no wire of ours"}
    ]
    for wrong in ({"addresses": "10.0.0.1"}, {"addresses": [], "seconds": "1"}, {"addresses": [], "id": "x"}):
        with pytest.raises(ValueError, match="without"):
            scan({"t": "scan", "id": 3, **wrong})
    with pytest.raises(ValueError, match="without rows"):
        ground.survey.handlers["seed"]({"t": "seed", "id": 3, "rows": [1]})
