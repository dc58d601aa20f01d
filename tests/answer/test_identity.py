"""By what a client is known: the identifier that it sends, or its MAC."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ringboot.answer.facts import Facts
from ringboot.model.site import Boot, Match

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


# Without a word in the configuration, where there are boot rules

RULE = Boot("all", (Match("dhcp.93.each", ""),), file="a.efi")


def booting(world: World, *pools: str) -> Server:
    return world.server(world.network("phones", "10.0.0.0/16", *(pools or ("10.0.1.0-10.0.1.9",))), boot=(RULE,))


def on_the_way(server: Server, number: int, mac: str = MAC) -> Phone:
    """Give the machine at a stage; the first two say what they are."""
    machine = stage(server, STAGES[number], mac)
    if number < 2:
        machine.options = {93: b"\0\7", 60: b"PXEClient:Arch:00007"}
    return machine


@pytest.mark.parametrize("order", [(0, 1, 2), (0, 3, 0, 2), (1, 2, 0, 1, 2), (0, 1, 3, 0, 2, 2)])
def test_a_machine_that_boots_has_one_address_from_rom_to_system(world: World, order: tuple[int, ...]) -> None:
    server = booting(world)
    for number in order:
        machine = on_the_way(server, number)
        assert machine.boot() == "ACK 10.0.1.0"
        assert machine.renew() == machine.rebind() == machine.reboot("10.0.1.0") == "ACK 10.0.1.0"
        server.sleep(600)
    assert len(server.table) == 1


def test_so_it_stays_over_a_restart(world: World) -> None:
    server = booting(world)
    on_the_way(server, 0).boot()
    on_the_way(server, 2).boot()
    server.restart()
    assert on_the_way(server, 2).renew("10.0.1.0") == "ACK 10.0.1.0"
    assert on_the_way(server, 1).boot() == "ACK 10.0.1.0"


def test_the_system_gives_it_back(world: World) -> None:
    server = booting(world)
    on_the_way(server, 0).boot()
    assert stage(server, b"\xff" + bytes(12)).release("10.0.1.0") == "silence released"
    on_the_way(server, 0).boot()
    on_the_way(server, 2).boot()
    assert stage(server, b"\xff" + bytes(12)).release("10.0.1.0") == "silence release-mismatch"
    assert on_the_way(server, 2).decline("10.0.1.0") == "silence declined"


def test_systems_that_share_the_mac_get_no_address_twice(world: World) -> None:
    server = booting(world)
    on_the_way(server, 0).boot()
    first, second, third = (stage(server, bytes((255, *range(10), number))) for number in range(3))
    told = [each.boot() for each in (first, second, third)]
    assert told == ["ACK 10.0.1.0", "ACK 10.0.1.1", "ACK 10.0.1.2"]
    assert [each.renew() for each in (first, second, third)] == told
    assert on_the_way(server, 1).boot() == "ACK 10.0.1.0"  # the host starts anew
    assert [each.boot() for each in (second, first, third)] == ["ACK 10.0.1.1", "ACK 10.0.1.0", "ACK 10.0.1.2"]


def test_a_system_that_has_a_lease_of_its_own_keeps_it(world: World) -> None:
    server = booting(world)
    assert on_the_way(server, 2).boot() == "ACK 10.0.1.0"
    assert on_the_way(server, 0).boot() == "ACK 10.0.1.1"
    assert on_the_way(server, 2).renew("10.0.1.0") == on_the_way(server, 2).boot() == "ACK 10.0.1.0"
    server.sleep(30_000)
    assert on_the_way(server, 0).boot() == "ACK 10.0.1.1"
    assert on_the_way(server, 2).boot() == "ACK 10.0.1.1"


def test_another_machine_with_the_same_identifier_is_another(world: World) -> None:
    server = booting(world)
    other = "00:08:5d:00:00:02"
    assert on_the_way(server, 0).boot() == "ACK 10.0.1.0"
    assert on_the_way(server, 0, other).boot() == "ACK 10.0.1.1"
    assert on_the_way(server, 2).boot() == "ACK 10.0.1.0"
    assert on_the_way(server, 2, other).discover().startswith("OFFER")


def test_a_full_pool_has_room_for_each_machine_once(world: World) -> None:
    server = booting(world, "10.0.1.0-10.0.1.1")
    for mac in (MAC, "00:08:5d:00:00:02"):
        for number in (0, 1, 3):
            assert on_the_way(server, number, mac).boot().startswith("ACK")
    assert len(server.table) == 2
