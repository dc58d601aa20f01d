"""REQUEST in its four states (RFC 2131 4.3.2)."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pytest

from ringboot.answer import address
from ringboot.answer.request import ACTIONS, INIT_REBOOT, REBINDING, RENEWING, SELECTING
from ringboot.leases.offers import Withdraw
from ringboot.model.evidence import unpack
from ringboot.model.lease import LeaseChange

if TYPE_CHECKING:
    from tests.answer.conftest import Heard, Server, World


def row(heard: Heard) -> LeaseChange:
    assert isinstance(heard.change, LeaseChange)
    return heard.change


def test_the_table_says_what_is_done_in_every_state() -> None:
    verdicts = (address.YOURS, address.FREE, address.TAKEN, address.MOVED, address.FOREIGN)
    assert set(ACTIONS) == set(product((SELECTING, INIT_REBOOT, RENEWING, REBINDING), verdicts))


# SELECTING


def test_the_offer_is_acknowledged(server: Server) -> None:
    phone = server.phone()
    ack = phone.take(phone.discover())
    assert ack == "ACK 10.0.1.0"
    assert (ack.reason, ack.lease_time) == ("acknowledged", 28800)
    change = row(ack)
    assert (change.kind, change.start, change.expiry) == ("bound", 1_700_000_000, 1_700_028_800)
    assert change.mac == phone.mac
    assert change.key == b"\x01" + phone.mac


def test_a_repeated_request_is_acknowledged_again_and_makes_one_lease(server: Server) -> None:
    phone = server.phone()
    phone.boot()
    server.sleep(4)
    again = phone.repeat()
    assert again == "ACK 10.0.1.0"
    assert row(again).expiry == 1_700_028_804  # what the client was told holds
    assert len(server.table) == 1


def test_another_server_was_chosen_and_the_offer_is_taken_back(server: Server) -> None:
    phone, other = server.phones(2)
    phone.discover()
    silent = phone.take_other("10.0.0.66")
    assert silent == "silence other-server-chosen"
    assert silent.detail == {"server": "10.0.0.66", "network": "phones"}
    assert silent.change == Withdraw("phones", b"\x01" + phone.mac)
    assert other.discover() == "OFFER 10.0.1.0"


def test_another_server_was_chosen_by_somebody_we_offered_nothing(server: Server) -> None:
    assert server.phone().take_other("10.0.0.66").change is None


def test_a_server_identifier_of_a_wrong_length_is_not_ours(server: Server) -> None:
    phone = server.phone()
    assert phone.say(3, {50: b"\x0a\x00\x01\x00", 54: b"\x0a"}) == "silence other-server-chosen"


def test_any_of_our_addresses_names_us(server: Server) -> None:
    server.ours = (*server.ours, 0x0A000003)
    phone = server.phone()
    assert phone.take(phone.discover(), server=0x0A000003) == "ACK 10.0.1.0"


def test_so_does_an_address_that_we_have_on_another_interface(server: Server) -> None:
    phone = server.phone()
    offer = phone.discover()
    server.ours = (0x0A000003,)
    assert phone.take(offer) == "ACK 10.0.1.0"
    assert phone.release() == "silence released"


@pytest.mark.parametrize("asked", [None, b"", b"\x0a\x00\x01", b"\0\0\0\0"])
def test_without_an_address_it_is_refused(server: Server, asked: bytes | None) -> None:
    phone = server.phone()
    phone.discover()
    ours = {54: bytes((10, 0, 0, 2))}
    assert phone.say(3, ours if asked is None else {**ours, 50: asked}) == "NAK nak-incomplete"
    assert phone.say(3, {} if asked is None else {50: asked}) == "NAK nak-incomplete"


def test_an_offer_forgotten_by_a_restart_is_granted(server: Server) -> None:
    phone = server.phone()
    offer = phone.discover()
    server.restart()
    assert phone.take(offer) == "ACK 10.0.1.0"


def test_an_offer_forgotten_by_a_restart_and_given_to_another_is_refused(server: Server) -> None:
    phone, other = server.phones(2)
    offer = phone.discover()
    server.restart()
    other.boot()
    assert phone.take(offer) == "NAK nak-not-yours"
    other.release()
    server.restart()
    other.discover()
    assert phone.take(offer) == "NAK nak-not-yours"  # offered to another


@pytest.mark.parametrize("asked", ["10.0.2.1", "10.0.0.0", "10.0.255.255", "10.0.0.2"])
def test_an_address_that_no_pool_gives_is_refused(server: Server, asked: str) -> None:
    assert server.phone().take(asked) == "NAK nak-not-yours"


def test_an_address_of_another_subnet_is_refused(server: Server) -> None:
    nak = server.phone().take("192.0.2.7")
    assert nak == "NAK nak-wrong-network"
    assert nak.detail == {"address": "192.0.2.7", "network": "phones"}
    assert nak.options[56].startswith(b"refused 192.0.2.7")
    assert 51 not in nak.options


# INIT-REBOOT


def test_a_known_client_gets_its_address_again(server: Server) -> None:
    phone = server.phone()
    phone.boot()
    server.sleep(60)
    ack = phone.reboot("10.0.1.0")
    assert ack == "ACK 10.0.1.0"
    assert row(ack).kind == "renewed"
    assert row(ack).start == 1_700_000_000


def test_a_known_client_gets_an_address_again_that_ran_out_but_nobody_took(server: Server) -> None:
    phone = server.phone()
    phone.boot()
    server.sleep(86400)
    ack = phone.reboot("10.0.1.0")
    assert ack == "ACK 10.0.1.0"
    assert (row(ack).kind, row(ack).start) == ("bound", 1_700_086_400)


def test_a_known_client_that_names_another_address_is_refused(server: Server) -> None:
    phone = server.phone()
    phone.boot()
    assert phone.reboot("10.0.1.5") == "NAK nak-not-yours"


def test_an_unknown_client_is_left_to_itself(server: Server) -> None:
    silent = server.phone().reboot("10.0.1.5")
    assert silent == "silence unknown-reboot"
    assert silent.detail == {"address": "10.0.1.5", "network": "phones"}


def test_an_unknown_client_that_names_a_taken_address_is_left_to_itself(server: Server) -> None:
    one, two = server.phones(2)
    one.boot()
    assert two.reboot("10.0.1.0") == "silence unknown-reboot"


def test_a_client_with_a_reservation_is_known(server: Server) -> None:
    server.reserve("00:08:5d:00:00:01", "10.0.200.1")
    phone = server.phone()
    assert phone.reboot("10.0.1.5") == "NAK nak-not-yours"
    assert phone.reboot("10.0.200.1") == "ACK 10.0.200.1"


@pytest.mark.parametrize(
    ("authoritative", "answer"), [(True, "NAK nak-wrong-network"), (False, "silence not-authoritative")]
)
def test_an_address_of_another_wire(world: World, authoritative: bool, answer: str) -> None:
    pool = "10.0.1.0-10.0.1.255"
    server = world.server(
        world.network("phones", "10.0.0.0/16", pool, authoritative=authoritative),
        world.network("floor 2", "10.2.0.0/16", "10.2.1.0-10.2.1.255", segment="floor2"),
    )
    assert server.phone().reboot("192.168.1.7") == answer
    assert server.phone().reboot("10.2.1.7") == answer


# RENEWING and REBINDING


def test_a_renewal_goes_to_the_client_and_keeps_the_start(server: Server) -> None:
    phone = server.phone()
    phone.boot()
    server.sleep(14400)
    ack = phone.renew()
    assert ack == "ACK 10.0.1.0"
    assert ack.reason == "renewed"
    assert ack.way == "unicast 10.0.1.0:68"
    change = row(ack)
    assert (change.kind, change.start, change.expiry) == ("renewed", 1_700_000_000, 1_700_000_000 + 14400 + 28800)


def test_unchanged_evidence_is_the_same_object(server: Server) -> None:
    phone = server.phone()
    phone.options = {60: b"AastraIPPhone6731i", 55: bytes((1, 3, 6))}
    first = row(phone.boot())
    assert row(phone.renew()).evidence is first.evidence
    assert unpack(row(phone.renew(o12=b"lobby")).evidence)[12] == b"lobby"


def test_what_the_relay_said_stays_true_when_the_renewal_passes_none(server: Server) -> None:
    phone = server.phone(relay="10.0.0.1")
    phone.options = {82: b"\x01\x05port7", 60: b"AastraIPPhone6731i"}
    first = row(phone.boot())
    del phone.options[82]
    assert row(phone.renew()).evidence is first.evidence
    assert unpack(first.evidence)[82] == b"\x01\x05port7"
    assert unpack(first.evidence)[0] == bytes((10, 0, 0, 1))


def test_rebinding_is_answered_by_whoever_has_the_lease(server: Server) -> None:
    phone = server.phone()
    phone.boot()
    server.sleep(25300)
    ack = phone.rebind()
    assert ack == "ACK 10.0.1.0"
    assert ack.way == "unicast 10.0.1.0:68"


def test_a_lease_that_ran_out_is_renewed_while_nobody_took_the_address(server: Server) -> None:
    phone, other = server.phones(2)
    phone.boot()
    server.sleep(28801)
    assert row(phone.rebind()).kind == "bound"
    server.sleep(28801)
    other.take(other.discover(wish="10.0.1.0"))
    assert phone.rebind() == "NAK nak-not-yours"


@pytest.mark.parametrize("state", ["renew", "rebind"])
@pytest.mark.parametrize(
    ("authoritative", "answer"), [(True, "NAK nak-not-yours"), (False, "silence not-authoritative")]
)
def test_a_binding_that_we_do_not_know(world: World, state: str, authoritative: bool, answer: str) -> None:
    server = world.server(world.network("phones", "10.0.0.0/16", "10.0.1.0-10.0.1.9", authoritative=authoritative))
    phone, other = server.phones(2)
    assert getattr(phone, state)("10.0.1.5") == answer  # free
    other.boot()
    assert getattr(phone, state)("10.0.1.0") == answer  # another's


def test_a_renewal_from_a_subnet_behind_a_router_is_known_by_its_address(world: World) -> None:
    server = world.server(
        world.network("phones", "10.0.0.0/16", "10.0.1.0-10.0.1.255"),
        world.network("branch", "10.5.0.0/16", "10.5.1.0-10.5.1.255", segment="far away", lease_time=600),
    )
    phone = server.phone(relay="10.5.0.1")
    assert phone.boot() == "ACK 10.5.1.0"
    renewed = phone.renew()
    assert renewed == "ACK 10.5.1.0"
    assert (renewed.lease_time, renewed.way) == (600, "unicast 10.5.1.0:68")
    assert phone.rebind().way == "relay 10.5.0.1:67"


def test_an_address_whose_pool_is_gone_is_not_renewed(world: World) -> None:
    server = world.server()
    phone = server.phone()
    phone.boot()
    shrunk = world.network("phones", "10.0.0.0/16", "10.0.7.0-10.0.7.9", authoritative=False)
    server.facts.replace_site(world.site(shrunk))
    assert phone.renew() == "NAK nak-not-yours"
    assert phone.boot() == "ACK 10.0.7.0"


def test_the_holder_of_an_address_under_an_old_network_name_keeps_it(world: World) -> None:
    server = world.server()
    phone, other = server.phones(2)
    phone.boot()
    server.facts.replace_site(world.site(world.network("telephones", "10.0.0.0/16", "10.0.1.0-10.0.1.255")))
    assert other.discover() == "OFFER 10.0.1.1"
    assert phone.renew() == "ACK 10.0.1.0"
    assert row(phone.renew()).network == "telephones"
