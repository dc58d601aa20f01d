"""The nonce of RFC 6704: who is told one, when, and that nobody else ever sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ringboot.answer.facts import Facts
from ringboot.model import evidence
from ringboot.model.lease import LeaseChange

if TYPE_CHECKING:
    from tests.answer.conftest import Heard, Phone, Server, World


@pytest.fixture
def secret(world: type[World]) -> Server:
    server = world.server(world.network("phones", "10.0.0.0/16", "10.0.1.0-10.0.1.9", rapid_commit=True))
    server.facts = Facts(server.facts.site, server.table, b"only we know this")
    return server


def capable(server: Server, **more: str) -> Phone:
    phone = server.phone(**more)
    phone.options = {145: b"\x01"}
    return phone


def told(heard: Heard) -> bytes:
    """Give the nonce that an ACK tells; empty when it tells none."""
    value = heard.options.get(90, b"")
    assert not value or (value[:3], value[11:12], len(value)) == (b"\x03\x01\x00", b"\x01", 28)
    return value[12:]


def kept(heard: Heard) -> bytes:
    assert isinstance(heard.change, LeaseChange)
    return evidence.nonce_of(heard.change.evidence)


def test_a_client_that_can_be_asked_is_told_a_nonce_with_its_lease(secret: Server) -> None:
    phone = capable(secret)
    offer = phone.discover()
    assert told(offer) == b""
    ack = phone.take(offer)
    assert len(told(ack)) == 16
    assert kept(ack) == told(ack)


def test_a_repeated_request_gets_the_same_one(secret: Server) -> None:
    phone = capable(secret)
    ack = phone.boot()
    assert told(phone.repeat()) == told(ack)


def test_each_client_and_each_start_has_one_of_its_own(secret: Server) -> None:
    phone, other = capable(secret), capable(secret, mac="00:08:5d:00:00:02")
    nonces = [told(phone.boot()), told(other.boot()), told(phone.reboot("10.0.1.0")), told(phone.discover(o80=b""))]
    assert len(set(nonces)) == 4
    assert b"" not in nonces


def test_one_that_renews_is_not_told_again_and_its_nonce_stays(secret: Server) -> None:
    phone = capable(secret)
    first = told(phone.boot())
    for again in (phone.renew(), phone.rebind()):
        assert told(again) == b""
        assert kept(again) == first
        assert isinstance(again.change, LeaseChange)
        assert evidence.xid_of(again.change.evidence) == again.message.xid  # by which it knows its own
    secret.restart()
    lease = secret.table.of_address(phone.ip)
    assert lease is not None
    assert evidence.nonce_of(lease.evidence) == first


def test_it_stays_when_the_client_says_something_else_of_itself_and_behind_a_relay(secret: Server) -> None:
    phone = capable(secret, relay="10.0.0.9")
    phone.options[82] = b"\x01\x04port"
    first = told(phone.boot())
    del phone.options[82]
    ack = phone.renew(o60=b"new")
    assert kept(ack) == first
    assert isinstance(ack.change, LeaseChange)
    said = evidence.unpack(ack.change.evidence)
    assert (said[60], said[82], said[evidence.GIADDR]) == (b"new", b"\x01\x04port", b"\x0a\0\0\x09")
    del phone.options[145]
    again = phone.renew(o60=b"new")
    assert isinstance(again.change, LeaseChange)
    assert again.change.evidence == ack.change.evidence
    assert kept(phone.renew(o60=b"newer")) == first


def test_one_that_learns_it_later_is_told_when_it_renews(secret: Server) -> None:
    phone = secret.phone()
    assert told(phone.boot()) == b""
    phone.options = {145: b"\x01"}
    ack = phone.renew()
    assert len(told(ack)) == 16
    assert kept(ack) == told(ack)


@pytest.mark.parametrize("said", [None, b"", b"\x02"])
def test_who_does_not_say_so_is_told_nothing(secret: Server, said: bytes | None) -> None:
    phone = secret.phone()
    phone.options = {} if said is None else {145: said}
    ack = phone.boot()
    assert (told(ack), kept(ack)) == (b"", b"")


def test_nor_where_it_is_switched_off_or_there_is_no_seed(world: type[World], server: Server) -> None:
    assert told(capable(server).boot()) == b""
    off = world.server(forcerenew=False)
    off.facts = Facts(off.facts.site, off.table, b"seed")
    assert told(capable(off).boot()) == b""


def test_another_client_does_not_inherit_it(secret: Server) -> None:
    phone = capable(secret)
    phone.boot()
    phone.release()
    other = secret.phone("00:08:5d:00:00:02")
    ack = other.take(other.discover("10.0.1.0"))
    assert ack == "ACK 10.0.1.0"
    assert kept(ack) == b""


def test_what_is_read_of_the_evidence_is_without_it(secret: Server) -> None:
    phone = capable(secret)
    phone.options[60] = b"Phone"
    ack = phone.boot()
    assert isinstance(ack.change, LeaseChange)
    assert evidence.unpack(ack.change.evidence) == {60: b"Phone"}
    assert evidence.bare(ack.change.evidence) == evidence.pack({60: b"Phone"})


def test_a_client_cannot_name_its_own(secret: Server) -> None:
    phone = secret.phone()
    phone.options = {90: b"\x03\x01\x00" + bytes(8) + b"\x01" + bytes(16)}
    assert kept(phone.boot()) == b""
