"""Facts change one by one or all at once, and answers follow on the next packet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ringboot.model.address import ip_number
from ringboot.model.site import Class, Match, Reservation, Site, Snapshot

if TYPE_CHECKING:
    from tests.answer.conftest import Server, World

MAC = "00:08:5d:00:00:01"


def snapshot(site: Site, *reservations: Reservation, known: tuple[str, ...] = ()) -> Snapshot:
    return Snapshot(1, 7, site, reservations, known)


def test_a_snapshot_replaces_everything(world: World) -> None:
    server = world.server(world.network("phones", "10.0.0.0/16", "10.0.1.0-10.0.1.9", unknown="ignore"))
    server.reserve(MAC, "10.0.1.3")
    server.facts.put_known("00:08:5d:00:00:02")
    site = server.facts.site
    server.facts.replace(
        snapshot(site, Reservation("phones", "mac", "00:08:5d:00:00:03", "10.0.1.0"), known=("00:08:5d:00:00:04",))
    )
    heard = [phone.discover() for phone in server.phones(5)]
    assert heard == [
        "silence unknown-ignored", "silence unknown-ignored", "silence unknown-ignored", "OFFER 10.0.1.0",
        "OFFER 10.0.1.1",
    ]  # fmt: skip
    assert server.phone("00:08:5d:00:00:04").discover(wish="10.0.1.3") == "OFFER 10.0.1.1"
    server.sleep(61)
    assert server.phone("00:08:5d:00:00:04").discover(wish="10.0.1.3") == "OFFER 10.0.1.3"  # no longer reserved


@pytest.mark.parametrize(
    "bad",
    [
        lambda site: snapshot(site, Reservation("phones", "mac", "nonsense", "10.0.1.0")),
        lambda site: snapshot(site, Reservation("phones", "client-id", "xyz", "10.0.1.0")),
        lambda site: snapshot(site, Reservation("phones", "mac", MAC, "10.0.1.x")),
        lambda site: snapshot(site, known=("nonsense",)),
        lambda site: snapshot(Site(2, site.networks, server="nonsense")),
        lambda site: snapshot(Site(2, site.networks, (Class("c", "class", ((Match("dhcp.60", "("),),)),))),
    ],
)
def test_a_snapshot_that_cannot_be_used_changes_nothing(server: Server, bad: object) -> None:
    server.reserve(MAC, "10.0.200.1")
    server.facts.put_known("00:08:5d:00:00:02")
    assert callable(bad)
    with pytest.raises(ValueError, match=r"nonsense|xyz|regular|non-hexadecimal|address"):
        server.facts.replace(bad(server.facts.site))
    assert server.facts.site.revision == 1
    assert server.facts.is_known(b"\x00\x08\x5d\x00\x00\x02", None)
    assert server.phone().boot() == "ACK 10.0.200.1"


def test_a_reservation_may_come_before_its_network(world: World, server: Server) -> None:
    server.reserve(MAC, "10.1.0.7", "later")
    assert server.phone().discover() == "OFFER 10.0.1.0"
    server.sleep(61)
    server.facts.replace_site(world.site(world.network("later", "10.1.0.0/16"), world.network("phones", "10.0.0.0/16")))
    assert server.phone().discover() == "OFFER 10.1.0.7"


def test_a_reservation_that_changes_frees_the_old_address(world: World) -> None:
    server = world.server(world.network("phones", "10.0.0.0/16", "10.0.1.0-10.0.1.1"))
    server.reserve(MAC, "10.0.1.0")
    server.reserve(MAC, "10.0.1.1")
    assert server.phone("00:08:5d:00:00:02").boot() == "ACK 10.0.1.0"
    assert server.phone().boot() == "ACK 10.0.1.1"


def test_a_reservation_that_is_gone_already_may_be_dropped(server: Server) -> None:
    server.facts.drop_reservation("phones", "mac", MAC)
    assert server.phone().boot() == "ACK 10.0.1.0"


def test_dropping_a_reservation_of_an_address_that_is_ours_does_not_give_it_away(world: World) -> None:
    server = world.server(world.network("phones", "10.0.0.0/30", "10.0.0.0-10.0.0.3"))
    assert server.phone().boot() == "ACK 10.0.0.1"
    for address in ("10.0.0.2", "10.0.0.3"):
        server.reserve("00:08:5d:00:00:77", address)
        server.facts.drop_reservation("phones", "mac", "00:08:5d:00:00:77")
    assert server.phone("00:08:5d:00:00:02").discover() == "silence pool-full"


def test_our_address_is_never_given_wherever_it_was_learned(world: World) -> None:
    server = world.server(world.network("phones", "10.0.0.0/16", "10.0.1.0-10.0.1.1"), server="10.0.1.0")
    server.ours = (ip_number("10.0.0.2"), ip_number("10.0.1.1"))
    assert server.phone().discover() == "silence pool-full"


def test_a_new_site_counts_on_the_next_packet(world: World, server: Server) -> None:
    assert 66 not in server.phone().discover().options
    server.facts.replace_site(world.site(options={"66": "new"}))
    assert server.phone().discover().options[66] == b"new"


def test_known_devices_come_and_go(server: Server) -> None:
    octets = b"\x00\x08\x5d\x00\x00\x01"
    assert not server.facts.is_known(octets, b"\x01id")
    server.facts.put_known("0008.5D00.0001")
    assert server.facts.is_known(octets, None)
    server.facts.drop_known(MAC)
    assert not server.facts.is_known(octets, None)
    server.reserve("0169", "10.0.1.1", kind="client-id")
    assert server.facts.is_known(octets, b"\x01\x69")
    assert not server.facts.is_known(octets, b"\x01\x70")
    with pytest.raises(ValueError, match="is not a MAC address"):
        server.facts.put_known("nonsense")
