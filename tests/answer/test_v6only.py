"""IPv6-only preferred (RFC 8925) and the captive portal (RFC 8910): who is told of it, and who is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ringboot.model.address import ip_number
from ringboot.model.site import Pool

if TYPE_CHECKING:
    from tests.answer.conftest import Server, World

WAIT = (1800).to_bytes(4, "big")


@pytest.fixture
def mostly(world: type[World]) -> Server:
    """A network of two pools, of which only the second can do without IPv4."""
    first, second = (
        Pool(ip_number(f"10.0.{third}.0"), ip_number(f"10.0.{third}.1"), options)
        for third, options in ((1, {}), (2, {"108": "1800"}))
    )
    return world.server(world.network("phones", "10.0.0.0/16", pools=(first, second), rapid_commit=True))


@pytest.fixture
def whole(world: type[World]) -> Server:
    return world.server(
        world.network("phones", "10.0.0.0/16", "10.0.1.0-10.0.1.9", rapid_commit=True, options={"108": "0"})
    )


def test_only_a_client_that_asks_for_it_is_told(whole: Server) -> None:
    phone, other = whole.phones(2)
    offer = phone.discover(o55=b"\x01\x6c")
    assert offer == "OFFER 10.0.1.0"  # an address all the same: the client may want it
    assert offer.options[108] == bytes(4)
    assert phone.take(offer, o55=b"\x01\x6c").options[108] == bytes(4)
    assert 108 not in other.discover(o55=b"\x01").options
    assert 108 not in other.discover().options


def test_a_client_that_leaves_its_offer_costs_no_address(whole: Server) -> None:
    for number in range(10):
        phone = whole.phone(f"00:08:5d:00:01:{number:02x}")
        assert phone.discover(o55=b"\x6c").startswith("OFFER")
    whole.sleep(61)
    assert len(whole.table) == 0
    assert [phone.boot()[:3] for phone in whole.phones(10)] == ["ACK"] * 10


def test_the_pool_decides(mostly: Server) -> None:
    told = [phone.boot() for phone in mostly.phones(2)]
    assert told == ["ACK 10.0.1.0", "ACK 10.0.1.1"]
    early, late = mostly.phone("00:08:5d:00:00:01"), mostly.phone("00:08:5d:00:01:00")
    assert 108 not in early.discover(o55=b"\x6c").options
    assert late.discover(o55=b"\x6c").options[108] == WAIT


def test_never_with_rapid_commit(mostly: Server) -> None:
    first = mostly.phone()
    assert first.discover(o80=b"", o55=b"\x6c") == "ACK 10.0.1.0"  # this pool knows nothing of it
    mostly.phone("00:08:5d:00:00:02").boot()
    late = mostly.phone("00:08:5d:00:00:03")
    offer = late.discover(o80=b"", o55=b"\x6c")
    assert offer == "OFFER 10.0.2.0"
    assert (80 in offer.options, offer.options[108]) == (False, WAIT)
    rapid = late.discover(o80=b"", o55=b"\x01")
    assert rapid == "ACK 10.0.2.0"
    assert 108 not in rapid.options


def test_a_reservation_may_say_otherwise(whole: Server) -> None:
    whole.reserve("00:08:5d:00:00:01", "10.0.7.7", **{"108": "600"})
    assert whole.phone().discover(o80=b"", o55=b"\x6c").options[108] == (600).to_bytes(4, "big")


def test_the_captive_portal_may_name_this_server(world: type[World]) -> None:
    server = world.server(
        world.network("phones", "10.0.0.0/16", "10.0.1.0-10.0.1.9", options={"114": "{http}/portal"}), http_port=8667
    )
    assert server.phone().discover(o55=b"\x72").options[114] == b"http://10.0.0.2:8667/portal"
