"""Asking clients to renew: who can be asked, how often, and how it ends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.servers.dhcp.around import UTC, Hand, Outbox

from ringboot.answer.facts import Facts
from ringboot.leases import change
from ringboot.leases.table import Table
from ringboot.model import evidence
from ringboot.model.address import ip_number, ip_text
from ringboot.model.site import Site
from ringboot.servers.dhcp import summons as module
from ringboot.servers.dhcp.asked import Asked
from ringboot.servers.dhcp.door import Door
from ringboot.servers.dhcp.summons import FORGOTTEN_AFTER, MOST, WAITS, Summons
from ringboot.store.journal import Journal

FIRST = ip_number("10.0.0.10")


class Nobody:
    """Stands for a prober that is not allowed to ask."""

    def ask(self, *_: object) -> Asked:
        return Asked.CANNOT_ASK


class Bench:
    def __init__(self, folder: Path, site: Site) -> None:
        self.clock = Hand()
        self.table = Table()
        self.out = Outbox()
        self.journal = Journal.open(folder)
        door = Door(Facts(site, self.table), self.journal, {"eth0": self.out}, Nobody(), clock=self.clock)
        self.leads = True
        self.summons = Summons(door, lambda _: (self.out, ip_number("10.0.0.1")) if self.leads else None)

    def lease(self, number: int, nonce: bytes = b"n" * 16) -> int:
        address, mac = FIRST + number, number.to_bytes(6, "big")
        said = evidence.with_nonce(evidence.pack({61: b"\xff" + mac}), nonce, b"last")
        utc = self.clock.now().utc
        self.table.apply(change.bind("phones", address, b"\0\xff" + mac, mac, seconds=600, evidence=said, utc=utc))
        return address

    def renew(self, address: int) -> None:
        lease = self.table.of_address(address)
        assert lease is not None
        self.table.apply(change.renew(lease, lease.mac, seconds=600, evidence=lease.evidence, utc=self.clock.now().utc))

    def wait(self, seconds: float) -> None:
        for _ in range(int(seconds * 2)):
            self.clock.at += 0.5
            self.summons.tend(self.clock.at)

    def begin(self, *addresses: int) -> list[str]:
        return reasons_of(self.summons.begin(list(addresses)))

    def look(self, *addresses: int) -> list[str]:
        return reasons_of(self.summons.look(list(addresses)))


def reasons_of(rows: list[dict[str, Any]]) -> list[str]:
    return [row["reason"] for row in rows]


@pytest.fixture
def bench(tmp_path: Path, site: Site) -> Any:
    made = Bench(tmp_path, site)
    yield made
    made.journal.close()


def test_a_client_is_asked_at_its_address_and_renews(bench: Bench) -> None:
    address = bench.lease(1)
    assert bench.begin(address) == ["being-asked"]
    ((message, to),) = bench.out.sent
    assert (message.kind, message.ciaddr, message.options[54]) == (9, address, b"\x0a\0\0\x01")
    assert message.xid == b"last"
    assert message.options[61] == b"\xff" + (1).to_bytes(6, "big")
    assert (to.kind, to.address, to.port) == ("unicast", address, 68)
    assert bench.look(address) == ["being-asked"]
    bench.renew(address)
    assert bench.look(address) == ["asked-and-renewed"]
    assert len(bench.summons) == 0
    bench.wait(60)
    assert len(bench.out.sent) == 1


def test_it_is_asked_again_with_longer_pauses_and_not_for_ever(bench: Bench) -> None:
    address = bench.lease(1)
    bench.begin(address)
    asked_at = []
    for _ in range(200):
        before = len(bench.out.sent)
        bench.wait(0.5)
        if len(bench.out.sent) > before:
            asked_at.append(bench.clock.at - 1000)
    assert asked_at == [1, 3, 7]
    bench.begin(address)
    bench.wait(sum(WAITS))
    (row,) = bench.summons.look([address])
    assert (row["reason"], row["address"]) == ("not-renewed", ip_text(address))
    assert "was asked 4 times to renew" in row["text"]


def test_each_time_the_replay_field_is_larger_whatever_the_clock_does(bench: Bench) -> None:
    address = bench.lease(1)
    bench.begin(address)
    bench.clock.at += 1.5
    bench.summons.tend(bench.clock.at)
    steady = bench.clock.at
    bench.clock.at -= 1000
    bench.summons.tend(steady + 10)
    replays = [message.options[90][3:11] for message, _ in bench.out.sent]
    assert len(replays) == 3
    assert sorted(set(replays)) == replays
    assert int.from_bytes(replays[0], "big") >= int((UTC + 1000) * 1_000_000)


def test_who_was_told_no_nonce_cannot_be_asked(bench: Bench) -> None:
    address = bench.lease(1, nonce=b"")
    assert bench.begin(address) == ["cannot-be-asked"]
    assert bench.out.sent == []


def test_an_address_that_nobody_has_or_that_no_interface_leads_to(bench: Bench) -> None:
    address = bench.lease(1)
    assert bench.begin(FIRST + 5) == ["not-leased"]
    bench.leads = False
    assert bench.begin(address) == ["out-of-reach"]
    bench.leads = True
    bench.out.works = False
    assert bench.begin(address) == ["out-of-reach"]
    bench.clock.at += 700
    assert bench.begin(address) == ["not-leased"]
    assert len(bench.summons) == 0


def test_a_lease_that_ends_meanwhile_is_nobodys(bench: Bench) -> None:
    address = bench.lease(1)
    bench.begin(address)
    lease = bench.table.of_address(address)
    assert lease is not None
    bench.table.apply(change.release(lease, bench.clock.now().utc))
    assert bench.look(address) == ["not-leased"]


def test_what_nobody_asks_about_is_forgotten(bench: Bench) -> None:
    bench.begin(bench.lease(1))
    bench.wait(sum(WAITS) + FORGOTTEN_AFTER + 1)
    assert len(bench.summons) == 0


def test_there_is_a_limit(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST == 4096
    monkeypatch.setattr(module, "MOST", 2)
    addresses = [bench.lease(number) for number in range(3)]
    with pytest.raises(ValueError, match="0 clients are being asked already, and 2 can be at a time"):
        bench.summons.begin(addresses)
    assert bench.out.sent == []
    assert bench.begin(*addresses[:2]) == ["being-asked"] * 2
