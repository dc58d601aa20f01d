"""By what a client is known: the identifier that it sends, or its MAC."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ringboot.answer.facts import Facts

if TYPE_CHECKING:
    from tests.answer.conftest import Phone, Server, World

MAC = "00:08:5d:00:00:01"
# One machine on its way: the UUID of its boot ROM, what its loader makes of its MAC, the DUID of its system
STAGES = (b"\x00" + bytes(range(16)), b"\x01\x00\x08\x5d\x00\x00\x01", b"\xff\x00\x00\x00\x01\x00\x01\x2a\x2b", None)


def served(world: World, identity: str) -> Server:
    return world.server(world.network("phones", "10.0.0.0/16", "10.0.1.0-10.0.1.9", identity=identity))


def stage(server: Server, client_id: bytes | None, mac: str = MAC) -> Phone:
    return server.phone(mac, client_id=client_id)


def test_by_its_identifier_one_machine_has_as_many_leases_as_identifiers(world: World) -> None:
    server = served(world, "client-id")
    assert [stage(server, client_id).boot() for client_id in STAGES] == [f"ACK 10.0.1.{n}" for n in range(4)]


def test_an_identifier_keeps_its_lease_under_another_mac(world: World) -> None:
    server = served(world, "client-id")
    assert stage(server, STAGES[2]).boot() == "ACK 10.0.1.0"
    moved = stage(server, STAGES[2], "00:08:5d:00:00:02")
    assert moved.boot() == moved.renew() == "ACK 10.0.1.0"
    assert len(server.table) == 1


def test_by_its_mac_it_keeps_one_address_from_rom_to_system(world: World) -> None:
    server = served(world, "mac")
    for client_id in STAGES:
        phone = stage(server, client_id)
        assert phone.boot() == "ACK 10.0.1.0"
        assert phone.renew() == phone.rebind() == phone.reboot("10.0.1.0") == "ACK 10.0.1.0"
    assert len(server.table) == 1


def test_by_its_mac_two_machines_with_one_identifier_are_two(world: World) -> None:
    server = served(world, "mac")
    assert stage(server, STAGES[0]).boot() == "ACK 10.0.1.0"
    assert stage(server, STAGES[0], "00:08:5d:00:00:02").boot() == "ACK 10.0.1.1"
    assert stage(served(world, "client-id"), STAGES[0]).boot() == "ACK 10.0.1.0"


def test_the_identifier_comes_back_all_the_same(world: World) -> None:
    for client_id in STAGES[:3]:
        ack = stage(served(world, "mac"), client_id).boot()
        assert ack.options[61] == client_id


@pytest.mark.parametrize("ending", ["release", "decline"])
def test_by_its_mac_another_stage_may_end_the_lease_and_another_machine_may_not(world: World, ending: str) -> None:
    server = served(world, "mac")
    stage(server, STAGES[0]).boot()
    stranger = stage(server, STAGES[0], "00:08:5d:00:00:02")
    assert getattr(stranger, ending)("10.0.1.0") == f"silence {ending}-mismatch"
    assert getattr(stage(server, STAGES[2]), ending)("10.0.1.0") == f"silence {ending}d"


def test_leases_from_before_the_change_are_kept_by_whoever_renews_them(world: World) -> None:
    server = served(world, "client-id")
    phone = stage(server, STAGES[2])
    phone.boot()
    server.facts = Facts(served(world, "mac").facts.site, server.table)
    assert phone.renew() == "ACK 10.0.1.0"
    assert stage(server, STAGES[1]).discover() == "OFFER 10.0.1.0"


def test_a_reservation_for_an_identifier_stays_one(world: World) -> None:
    server = served(world, "mac")
    server.reserve(STAGES[0].hex(), "10.0.7.7", kind="client-id")
    assert stage(server, STAGES[0]).boot() == "ACK 10.0.7.7"


def test_a_client_without_a_mac_is_known_by_its_identifier(world: World) -> None:
    server = served(world, "mac")
    assert [stage(server, client_id, "").boot() for client_id in STAGES[:2]] == ["ACK 10.0.1.0", "ACK 10.0.1.1"]


def test_clients_known_by_their_mac_go_the_short_way(world: World) -> None:
    server = served(world, "mac")
    stage(server, STAGES[0], "00:08:5d:00:00:09").boot()
    before = server.short_ways
    assert stage(server, STAGES[0]).boot() == "ACK 10.0.1.1"
    assert stage(server, STAGES[1]).boot() == "ACK 10.0.1.1"
    assert server.short_ways == before + 4
