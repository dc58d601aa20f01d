"""The short way is taken by ordinary clients and by no others; that it says the same is checked in every conversation.

That check stands in `Server.hear`, so it also runs through the life that test_life.py makes up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringboot.dhcp.message import ACK, DISCOVER, OFFER, REQUEST, Message
from ringboot.dhcp.reply import leased, reply

if TYPE_CHECKING:
    from tests.answer.conftest import Server, World

SAID = {55: bytes((1, 3, 6, 66)), 60: b"AastraIPPhone6731i"}


def test_an_ordinary_phone_goes_the_short_way(server: Server) -> None:
    for phone in server.phones(20):
        phone.options = dict(SAID)
        offer = phone.discover()
        assert offer.startswith("OFFER")
        assert phone.take(offer).startswith("ACK")
        assert phone.renew().startswith("ACK")
        assert phone.rebind().startswith("ACK")
        assert phone.discover().startswith("OFFER")
    assert server.short_ways == 20 * 5


def test_a_relayed_phone_goes_it_too_also_with_option_82(world: type[World]) -> None:
    server = world.server(
        world.network("phones", "10.0.0.0/16", "10.0.1.0-10.0.1.255"), probe=True, probe_relayed=False
    )
    phone = server.phone(relay="10.0.0.1")
    phone.boot()
    before = server.short_ways
    phone.options = {82: b"\x01\x03abc"}
    assert phone.discover().startswith("OFFER")
    assert phone.take(phone.discover()).way == "relay 10.0.0.1:67"
    assert server.short_ways == before + 3


def test_one_with_an_identifier_and_a_wish_for_a_short_lease_too(server: Server) -> None:
    server.phone().boot()
    phone = server.phone("00:08:5d:00:00:02", client_id=b"\x01\x00\x08\x5d\x00\x00\x02")
    phone.options = {51: (600).to_bytes(4, "big")}
    before = server.short_ways
    assert phone.boot().lease_time == 600
    assert server.short_ways == before + 2


@pytest.mark.parametrize(
    "case",
    ["reserved", "wish", "other hardware", "second network", "expired", "released", "probed", "far", "waiting offer"],
)
def test_whoever_is_not_ordinary_goes_the_long_way(world: type[World], case: str) -> None:
    more = [world.network("more", "10.1.0.0/16", "10.1.1.0-10.1.1.9")] if case == "second network" else []
    pool = world.network("phones", "10.0.0.0/16", "10.0.1.0-10.0.1.255")
    server = world.server(pool, *more, probe=case in ("probed", "far"))
    server.phone("00:08:5d:00:00:77", relay="10.0.0.1").boot()
    phone = server.phone(relay="10.0.0.1") if case == "far" else server.phone()
    if case == "reserved":
        server.reserve("00:08:5d:00:00:01", "10.0.1.9")
    if case in ("expired", "released"):
        phone.boot()
    if case == "expired":
        server.sleep(30_000)
    if case == "released":
        phone.release()
    if case == "other hardware":
        phone.htype = 6
    if case == "waiting offer":
        phone.discover()
    before = server.short_ways

    phone.discover(wish="10.0.1.77" if case == "wish" else "")

    assert server.short_ways == before


octets = st.binary(max_size=255)


@given(
    kind=st.sampled_from([OFFER, ACK]),
    options=st.dictionaries(st.sampled_from([12, 55, 57, 60, 61, 82, 93]), octets, max_size=5),
    block=st.lists(st.tuples(st.integers(1, 250), octets), max_size=6),
    ciaddr=st.integers(0, 2**32 - 1),
    giaddr=st.integers(0, 2**32 - 1),
)
def test_the_short_writing_gives_the_same_octets(
    kind: int, options: dict[int, bytes], block: list[tuple[int, bytes]], ciaddr: int, giaddr: int
) -> None:
    asked = {53: bytes((DISCOVER if kind == OFFER else REQUEST,)), **options}
    query = Message(1, 1, 6, 0, b"xidx", 3, 0x8000, ciaddr, 0, 0, giaddr, b"\0\x08\x5d\0\0\1", b"", b"", asked)
    written = b"".join(bytes((code, len(value))) + value for code, value in block)

    at_length = reply(query, kind, 7, yiaddr=9, lease_time=600, block=written)

    assert leased(query, kind, 7, 9, 600, written) == at_length
