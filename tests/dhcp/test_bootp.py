"""What a BOOTP client is sent, octet by octet."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringboot.dhcp.bootp import bootp_reply
from ringboot.dhcp.message import BadPacket, Message, decode
from ringboot.dhcp.reply import block

MAC = bytes.fromhex("00085d2eecfb")
ASKED = Message(1, 1, 6, 3, b"\xde\xad\xbe\xef", 9, 0x8000, 0, 0, 0, 0x0A090001, MAC, b"", b"", {82: b"\x01\x01p"})


def test_octet_by_octet() -> None:
    options = block({1: b"\xff\xff\0\0", 3: b"\x0a\0\0\x01", 51: b"\0\0\0\1", 60: b"x", 66: b"tftp", 67: b"boot.img"})
    data = bootp_reply(ASKED, yiaddr=0x0A000014, siaddr=0x0A000002, block=options)
    assert data == (
        bytes.fromhex("02 01 06 00 deadbeef 0000 8000 00000000 0a000014 0a000002 0a090001 00085d2eecfb") + bytes(10)
        + b"tftp" + bytes(60) + b"boot.img" + bytes(120)
        + bytes.fromhex("63825363 01 04 ffff0000 03 04 0a000001 52 03 010170 ff") + bytes(42)
    )  # fmt: skip
    assert len(data) == 300


@pytest.mark.parametrize(("code", "room"), [(66, 64), (67, 128)])
def test_a_name_that_does_not_fit_with_its_nul_is_left_out(code: int, room: int) -> None:
    for length, there in ((room - 1, True), (room, False), (300, False)):
        read = decode(bootp_reply(ASKED, yiaddr=1, siaddr=2, block=block({code: b"n" * length})))
        assert not isinstance(read, BadPacket)
        assert ((read.sname if code == 66 else read.file) != b"") is there
        assert code not in read.options


@given(st.dictionaries(st.integers(1, 254), st.binary(min_size=1, max_size=400)), st.binary(max_size=80))
def test_it_never_has_more_than_300_octets_beside_what_the_relay_takes_away(
    options: dict[int, bytes], relay: bytes
) -> None:
    data = bootp_reply(ASKED._replace(options={82: relay}), yiaddr=1, siaddr=2, block=block(options))
    assert 300 <= len(data) <= 300 + 2 + len(relay)
    read = decode(data)
    assert not isinstance(read, BadPacket)
    assert read.options.pop(82) == relay
    assert read.options.keys().isdisjoint({*range(50, 62), 66, 67})
    assert all(options[code] == value for code, value in read.options.items())
    assert all(code in read.options for code in (1, 3) if options.keys() == {code} and len(options[code]) <= 57)
