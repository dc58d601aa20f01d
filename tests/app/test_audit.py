"""`ringboot check` looks at reservations and leases too: what does not go together is told at once, with its place."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from ringboot.app.audit import audit
from ringboot.fleet.books import Books
from ringboot.leases.change import bind
from ringboot.model.address import ip_number, mac_octets
from ringboot.model.evidence import pack
from ringboot.model.site import Reservation
from ringboot.setup.load import load_text
from ringboot.store.fleetdb import FleetDb
from ringboot.store.journal import Journal

NOW = 1_700_000_000.0
MAC, OTHER = "00:08:5d:00:00:01", "00:08:5d:00:00:02"
CONFIG = """
[dhcp]
interfaces = ["eth0"]
[server]
data = "data"
address = "10.0.0.2"
[[dhcp.network]]
name = "phones"
subnet = "10.0.0.0/24"
pools = ["10.0.0.100-10.0.0.199"]
options = { routers = "10.0.0.1" }
[[dhcp.network]]
name = "guests"
subnet = "10.9.0.0/24"
"""
Row = dict[str, object]


def row(value: str = MAC, address: str = "10.0.0.20", network: str = "phones", kind: str = "mac", line: int = 2) -> Row:
    return {"row": line, "network": network, "kind": kind, "value": value, "address": address}


def told(folder: Path, *rows: Row) -> list[str]:
    settings = load_text(folder / "ringboot.toml", CONFIG)
    found = audit(settings, ["10.0.0.3"], [(Path("new.csv"), rows)] if rows else [], NOW)
    return [str(each).removeprefix(f"{folder}/data/") for each in found]


def keep(folder: Path, *rows: Reservation) -> None:
    """Write reservations as a daemon did, perhaps under another configuration."""
    (folder / "data").mkdir()
    db = FleetDb.open(folder / "data" / "fleet.db")

    def put(books: Books) -> None:
        for each in rows:
            books.reservations.put(each)

    async def write() -> None:
        await db.write(put)

    asyncio.run(write())
    db.close()


def lease(folder: Path, address: str, mac: str, port: bytes = b"", seconds: int = 3600) -> None:
    octets = mac_octets(mac)
    said = pack({82: port} if port else {}, 7)
    change = bind("phones", ip_number(address), b"\1" + octets, octets, seconds=seconds, evidence=said, utc=NOW - 60)
    (folder / "data" / "leases").mkdir(parents=True, exist_ok=True)
    journal = Journal.open(folder / "data" / "leases")
    journal.append([change])
    journal.close()


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ([row(network="phone")],
         f"reservation mac {MAC} in phone: no network is called \"phone\"; the networks are phones, guests"),
        ([row("nonsense")], (
            "reservation mac nonsense in phones: 'nonsense' is not a MAC address "
            "(six octets, such as 00:08:5d:2e:ec:fb); correct it")),
        ([row(address="10.0.0")],
         f"reservation mac {MAC} in phones: '10.0.0' is not an IPv4 address; correct it"),
        ([row(address="10.9.0.7")],
         (f"reservation mac {MAC} in phones: "
          '10.9.0.7 lies in network "guests", not in 10.0.0.0/24; choose another address')),
        ([row(address="192.0.2.7")],
         f"reservation mac {MAC} in phones: 192.0.2.7 lies in no network, not in 10.0.0.0/24; choose another address"),
        ([row(address="10.0.0.255")], (
            f"reservation mac {MAC} in phones: 10.0.0.255 is the address of the subnet or its broadcast address; "
            "choose another address")),
        ([row(address="10.0.0.1")],
         f"reservation mac {MAC} in phones: 10.0.0.1 is a router of network \"phones\"; choose another address"),
        ([row(address="10.0.0.2")],
         f"reservation mac {MAC} in phones: 10.0.0.2 is our own address; choose another address"),
        ([row(address="10.0.0.3")],
         f"reservation mac {MAC} in phones: 10.0.0.3 is our own address; choose another address"),
        ([row(line=1), row(OTHER)], (
            f"reservation mac {OTHER} in phones: 10.0.0.20 is kept for mac {MAC} already (new.csv, line 1); "
            "give each client an address of its own")),
        ([row(line=1), row("00-08-5D-00-00-01", "10.0.0.21")], (
            "reservation mac 00-08-5D-00-00-01 in phones: the same client has a reservation in new.csv, line 1; "
            "remove one of them, or the 10.0.0.20 of new.csv, line 1")),
    ],
)  # fmt: skip
def test_a_table_is_held_against_networks_and_itself(tmp_path: Path, rows: list[Row], problem: str) -> None:
    assert told(tmp_path, *rows) == [f"new.csv, line 2, {problem}"]


def test_a_table_without_fault_has_none_and_an_empty_folder_neither(tmp_path: Path) -> None:
    rows = [row(), row("ge-0/0/7", "10.0.0.21", kind="circuit-id"), row(address="10.9.0.7", network="guests")]
    assert told(tmp_path, *rows) == told(tmp_path) == []


def test_what_is_kept_is_looked_at_as_well_and_all_is_told_at_once(tmp_path: Path) -> None:
    keep(
        tmp_path, Reservation("phones", "mac", MAC, "10.0.0.20"), Reservation("gone", "mac", MAC, "10.7.0.1"),
        Reservation("guests", "circuit-id", "p", "10.0.0.30"),
    )  # fmt: skip
    found = told(tmp_path, row(), row(OTHER, line=3), row(address="10.0.0.22", line=4))
    assert [each.partition("; ")[0] for each in found] == [
        f'fleet.db, reservation mac {MAC} in gone: warning: no network is called "gone"',
        'fleet.db, reservation circuit-id p in guests: warning: 10.0.0.30 lies in network "phones", not in 10.9.0.0/24',
        (
            f"new.csv, line 3, reservation mac {OTHER} in phones: "
            f"10.0.0.20 is kept for mac {MAC} already ({tmp_path}/data/fleet.db)"
        ),
        (
            f"new.csv, line 4, reservation mac {MAC} in phones: the same client has a reservation in "
            f"{tmp_path}/data/fleet.db"
        ),
    ]


def test_a_lease_that_another_client_has_is_told(tmp_path: Path) -> None:
    keep(
        tmp_path, Reservation("phones", "mac", MAC, "10.0.0.120"), Reservation("phones", "mac", OTHER, "10.0.0.121"),
        Reservation("phones", "circuit-id", "p", "10.0.0.122"), Reservation("phones", "remote-id", "x", "10.0.0.123"),
        Reservation("phones", "remote-id", "y", "10.0.0.124"),
    )  # fmt: skip
    lease(tmp_path, "10.0.0.120", "00:08:5d:00:00:09")
    lease(tmp_path, "10.0.0.121", OTHER)
    lease(tmp_path, "10.0.0.122", "00:08:5d:00:00:0a", b"\x01\x01p")
    lease(tmp_path, "10.0.0.123", "00:08:5d:00:00:0b", seconds=30)  # over
    assert told(tmp_path) == [
        (
            f"fleet.db, reservation mac {MAC} in phones: warning: 10.0.0.120 is leased to another client "
            "(mac 00:08:5d:00:00:09); it gets it when that lease ends: ringboot lease release 10.0.0.120"
        )
    ]


@pytest.mark.parametrize("name", ["fleet.db", "leases/0000000001.journal"])
def test_what_cannot_be_read_is_said_and_the_rest_looked_at(tmp_path: Path, name: str) -> None:
    keep(tmp_path, Reservation("gone", "mac", MAC, "10.0.0.20"))
    lease(tmp_path, "10.0.0.20", OTHER)
    for file in [tmp_path / "data" / "fleet.db"] if name == "fleet.db" else (tmp_path / "data" / "leases").iterdir():
        file.write_bytes(b"no database at all, but long enough to be looked at as one" * 99)
    found = told(tmp_path, row(network="nowhere"))
    assert sum("was not looked at" in each for each in found) == 1
    assert any('"nowhere"' in each for each in found)
