"""Names for the DNS as rows: what waits, what is done, and that it is there after a restart."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ringboot.fleet.books import Books
from ringboot.fleet.dnsnames import name_seen, sweep
from ringboot.leases.change import bind, release
from ringboot.model.address import ip_number
from ringboot.model.dnsname import DnsName
from ringboot.model.evidence import pack
from ringboot.model.lease import BOUND, Lease, LeaseChange
from ringboot.model.site import Network
from ringboot.store.fleetdb import FleetDb

NETWORKS = {
    "phones": Network("phones", ip_number("10.0.0.0"), 16, "floor", ddns_domain="lab.example.org"),
    "guests": Network("guests", ip_number("10.99.0.0"), 16, "floor"),
}
UTC = 1_700_000_000.0
MAC = bytes.fromhex("00085d000001")


def change(name: bytes = b"phone", network: str = "phones", address: str = "10.0.1.7") -> LeaseChange:
    said = pack({12: name} if name else {})
    return bind(network, ip_number(address), b"\x01" + MAC, MAC, seconds=600, evidence=said, utc=UTC)


def see(books: Books, row: LeaseChange, host_name: str = "", utc: float = UTC) -> None:
    name_seen(books, NETWORKS, row, lambda _: host_name, utc)


def done(books: Books, address: str = "10.0.1.7") -> None:
    row = books.names.get(address)
    assert row is not None
    books.names.put(replace(row, there=row.wanted, there_dhcid=row.dhcid))


def test_a_name_waits_until_it_is_there_and_again_when_its_lease_ends(fresh: Path) -> None:
    db = FleetDb.open(fresh)

    def work(books: Books) -> None:
        see(books, change())
        (row,) = books.names.due(UTC, 9)
        assert (row.address, row.wanted, row.mac) == ("10.0.1.7", "phone.lab.example.org", "00:08:5d:00:00:01")
        assert books.names.waiting() == (1, 0)
        done(books)
        assert (books.names.due(UTC, 9), books.names.waiting()) == ([], (0, 0))
        see(books, change())  # a renewal
        assert books.names.due(UTC, 9) == []
        bound = change()
        lease = Lease("phones", bound.address, bound.key, MAC, BOUND, bound.start, bound.expiry, bound.evidence)
        see(books, release(lease, UTC))
        (row,) = books.names.due(UTC, 9)
        assert (row.wanted, row.there) == ("", "phone.lab.example.org")
        books.names.put(replace(row, there="", there_dhcid=""))
        assert books.names.get("10.0.1.7") is None

    db.write_sync(work)
    db.close()


def test_what_waits_is_there_after_a_restart(fresh: Path) -> None:
    db = FleetDb.open(fresh)
    db.write_sync(lambda books: see(books, change()))
    db.close()
    db = FleetDb.open(fresh)
    with db.reading() as books:
        assert [row.wanted for row in books.names.due(UTC, 9)] == ["phone.lab.example.org"]
    db.close()


def test_no_name_no_row(fresh: Path) -> None:
    db = FleetDb.open(fresh)

    def work(books: Books) -> None:
        see(books, change(b""))
        see(books, change(network="guests", address="10.99.0.1"))
        see(books, change(network="gone"))
        see(books, change(), utc=UTC + 700)  # it ran out before it was looked at
        see(books, change()._replace(evidence=pack({81: b"\x0c\0\0\x05phone\0"})))  # its client wants no update
        assert books.names.page("", 9) == []
        see(books, change(b""), host_name="lobby")
        assert [row.wanted for row in books.names.page("", 9)] == ["lobby.lab.example.org"]

    db.write_sync(work)
    db.close()


def test_names_of_leases_that_ran_out_are_let_go(fresh: Path) -> None:
    db = FleetDb.open(fresh)

    def work(books: Books) -> None:
        for number in range(5):
            see(books, change(address=f"10.0.1.{number}"))
            done(books, f"10.0.1.{number}")
        after, steps = "", 0
        while steps == 0 or after:
            after = sweep(books, after, 2, lambda address: address == "10.0.1.3")
            steps += 1
        assert steps == 3
        assert [row.address for row in books.names.due(UTC, 9)] == [f"10.0.1.{number}" for number in (0, 1, 2, 4)]

    db.write_sync(work)
    db.close()


def test_a_failed_one_waits_and_can_be_hurried(fresh: Path) -> None:
    db = FleetDb.open(fresh)

    def work(books: Books) -> None:
        books.names.put(DnsName("10.0.1.7", wanted="a.example.org", dhcid="00", due=UTC + 9, tries=3, problem="x"))
        assert (books.names.due(UTC, 9), books.names.waiting()) == ([], (1, 1))
        assert books.names.retry() == 1
        assert [row.tries for row in books.names.due(UTC, 9)] == [0]

    db.write_sync(work)
    db.close()
