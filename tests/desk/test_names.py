"""Names for the DNS at the desk: whose reservation names a client, and that they go on while dhcp is busy."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from tests.desk.house import until
from tests.desk.office import CONFIG

from ringboot.desk import names as names_module
from ringboot.desk import pace as pace_module
from ringboot.desk.dnsupdate import REGISTERED
from ringboot.desk.names import AT_ONCE, Names
from ringboot.fleet.books import Books
from ringboot.model import evidence
from ringboot.model.dnsname import DnsName
from ringboot.model.lease import BOUND, LeaseChange
from ringboot.setup.load import load_text

MAC = bytes.fromhex("00085d2eecfb")
NAMED = CONFIG.replace(
    'pools = ["10.0.1.0-10.0.1.99"]', 'pools = ["10.0.1.0-10.0.1.99"]\nddns_domain = "lab.example.org"'
) + """
[dns]
server = "192.0.2.53"
zones = ["lab.example.org", "0.10.in-addr.arpa"]
"""  # fmt: skip
PORT = {82: b"\x01\x03p/7\x02\x05box-1"}


@pytest.fixture
def naming(office: Any) -> Any:
    office.core.settings = load_text(office.core.config, NAMED)
    return office


def lease(address: int, said: dict[int, bytes], key: bytes = b"\1" + MAC) -> LeaseChange:
    return LeaseChange(
        "bound", BOUND, "phones", 0x0A000000 + address, key, MAC, 0, 4_000_000_000, evidence.pack(said), 1_800_000_000.0
    )


@pytest.mark.parametrize(
    ("kind", "value", "said", "key"),
    [
        ("mac", MAC.hex(":"), {}, b"\1" + MAC),
        ("client-id", "01aabb", {61: b"\1\xaa\xbb"}, b"\0\1\xaa\xbb"),
        ("client-id", "01aabb", {61: b"\1\xaa\xbb"}, b"\1" + MAC),  # where leases are kept by MAC
        ("client-id", "01aabb", {}, b"\0\1\xaa\xbb"),  # a lease that was imported
        ("circuit-id", "p/7", PORT, b"\1" + MAC),
        ("remote-id", "hex:626f782d31", PORT, b"\1" + MAC),
    ],
)
def test_whoever_holds_a_reserved_address_has_its_name(
    naming: Any, kind: str, value: str, said: dict[int, bytes], key: bytes
) -> None:
    async def conversation() -> None:
        row = {"network": "phones", "kind": kind, "value": value, "address": "10.0.0.20", "hostname": "lobby"}
        await naming.desk.add_reservation(row)
        names = Names(naming.core)
        change = lease(20, {**said, 12: b"what-it-says"}, key)
        await naming.core.db.write(lambda books: names.saw(books, change, 1_800_000_000.0))
        with naming.core.db.reading() as books:
            assert books.names.get("10.0.0.20").wanted == "lobby.lab.example.org"

    naming.play(conversation)


def test_who_is_at_a_place_without_its_address_has_a_name_of_its_own(naming: Any) -> None:
    async def conversation() -> None:
        row = {"network": "phones", "kind": "circuit-id", "value": "p/7", "address": "10.0.0.20", "hostname": "lobby"}
        await naming.desk.add_reservation(row)
        names = Names(naming.core)

        def seen(books: Books) -> None:
            names.saw(books, lease(256, {**PORT, 12: b"visitor"}), 1_800_000_000.0)
            names.saw(books, lease(257, PORT), 1_800_000_000.0)

        await naming.core.db.write(seen)
        with naming.core.db.reading() as books:
            assert books.names.get("10.0.1.0").wanted == "visitor.lab.example.org"
            assert books.names.get("10.0.1.1") is None

    naming.play(conversation)


def test_a_host_name_among_the_options_of_a_reservation_counts_as_what_it_is_told(naming: Any) -> None:
    async def conversation() -> None:
        row = {"network": "phones", "kind": "circuit-id", "value": "p/7", "address": "10.0.0.20", "hostname": "lobby",
               "options": {"host-name": "hall"}}  # fmt: skip
        await naming.desk.add_reservation(row)
        (kept,) = naming.core.feed.reservations.values()
        assert kept.name_at("10.0.0.20") == "hall"
        assert replace(kept, options={}).name_at("10.0.0.20") == "lobby"

    naming.play(conversation)


class Server:
    """A DNS server that takes every name, and counts how many come at once."""

    def __init__(self) -> None:
        self.now = self.most = 0
        self.names: list[str] = []

    def __call__(self, _: object) -> Server:
        return self

    async def register(self, name: str, _address: str, _dhcid: bytes) -> str:
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0)
        self.now -= 1
        self.names.append(name)
        return REGISTERED


@pytest.mark.parametrize(("busy", "at_once"), [(1.0, 1), (0.0, AT_ONCE)])
def test_while_dhcp_is_busy_names_go_on_one_by_one(
    naming: Any, monkeypatch: pytest.MonkeyPatch, busy: float, at_once: int
) -> None:
    server = Server()
    monkeypatch.setattr(names_module, "Updater", server)
    if busy:
        monkeypatch.setattr(pace_module, "FRESH", 1e9)  # for good
    wanted = [f"p{number}.lab.example.org" for number in range(AT_ONCE + 1)]

    def put(books: Books) -> None:
        for number, name in enumerate(wanted):
            books.names.put(DnsName(f"10.0.1.{number}", wanted=name, dhcid="00"))

    async def conversation() -> None:
        await naming.core.db.write(put)
        naming.core.pace.heard(busy)
        assert naming.core.pace.is_held_back == bool(busy)
        names = Names(naming.core)
        monkeypatch.setattr(names, "_swept", float("inf"))  # no lease holds these
        running = asyncio.create_task(names.run())
        await until(lambda: len(server.names) == len(wanted))
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert (server.names, server.most) == (wanted, at_once)

    naming.play(conversation)
