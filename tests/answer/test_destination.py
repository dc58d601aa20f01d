"""Where replies go: RFC 2131 4.1, RFC 8357."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.answer.conftest import Server


def test_a_client_without_an_address_gets_a_frame(server: Server) -> None:
    phone = server.phone()
    offer = phone.discover()
    assert offer.way == "frame 10.0.1.0:68 00:08:5d:00:00:01"
    assert phone.take(offer).way == "frame 10.0.1.0:68 00:08:5d:00:00:01"


def test_a_client_that_cannot_hear_frames_says_so(server: Server) -> None:
    phone = server.phone()
    phone.flags = 0x8000
    assert phone.discover().way == "broadcast 255.255.255.255:68"


@pytest.mark.parametrize(
    ("htype", "mac"),
    [
        pytest.param(32, "", id="InfiniBand (RFC 4390)"),
        pytest.param(1, "", id="no hardware address"),
        pytest.param(1, "00:00:00:00:00:00", id="an empty one"),
        pytest.param(6, "00:08:5d:00:00:01", id="another medium"),
    ],
)
def test_a_hardware_address_that_no_frame_reaches(server: Server, htype: int, mac: str) -> None:
    phone = server.phone(mac, client_id=b"\x00me")
    phone.htype = htype
    assert phone.boot().way == "broadcast 255.255.255.255:68"


def test_a_client_with_an_address_is_sent_to_it_whatever_the_flag(server: Server) -> None:
    phone = server.phone()
    phone.boot()
    phone.flags = 0x8000
    assert phone.renew().way == "unicast 10.0.1.0:68"


def test_a_refusal_is_broadcast(server: Server) -> None:
    phone = server.phone()
    assert phone.take("192.0.2.1").way == "broadcast 255.255.255.255:68"
    assert phone.renew("10.0.1.9").way == "broadcast 255.255.255.255:68"


def test_a_refusal_through_a_relay_tells_it_to_broadcast(server: Server) -> None:
    nak = server.phone(relay="10.0.0.1").take("192.0.2.1")
    assert nak.way == "relay 10.0.0.1:67"
    assert nak.message.flags == 0x8000


def test_relayed_messages_go_to_the_relay_whatever_else_they_say(server: Server) -> None:
    phone = server.phone(relay="10.0.0.1")
    phone.port = 1067
    phone.flags = 0x8000
    phone.options = {82: b"\x01\x04port"}
    ack = phone.boot()
    assert ack.way == "relay 10.0.0.1:67"
    assert ack.options[82] == b"\x01\x04port"
    assert phone.rebind().way == "relay 10.0.0.1:67"


def test_a_relay_may_listen_on_another_port(server: Server) -> None:
    phone = server.phone(relay="10.0.0.1")
    phone.port = 1067
    phone.options = {82: b"\x01\x04port\x13\x00"}
    assert phone.discover().way == "relay 10.0.0.1:1067"
    phone.options = {82: b"\x01\x01\x13"}  # a 19, but not as a code
    assert phone.discover().way == "relay 10.0.0.1:67"
