"""Messages: what a phone sends is read, whatever anybody sends is survived, what is written is read back."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ringboot.dhcp import message
from ringboot.dhcp.message import BadPacket, Message, decode, encode

# Written by hand after RFC 2131 figure 1; the options are those a desk phone sends.
HEAD = bytes.fromhex("01010600 deadbeef 0003 8000 00000000 00000000 00000000 0a090001 00085d2eecfb") + bytes(10 + 192)
COOKIE = bytes.fromhex("63825363")
DISCOVER = HEAD + COOKIE + bytes.fromhex("350101 3d070100085d2eecfb 37040103062b 390205dc 3c03616263 ff")
QUERY = Message(
    1, 1, 6, 0, b"\xde\xad\xbe\xef", 3, 0x8000, 0, 0, 0, 0x0A090001, bytes.fromhex("00085d2eecfb"), b"", b"",
    {53: b"\x01", 61: bytes.fromhex("0100085d2eecfb"), 55: b"\x01\x03\x06\x2b", 57: b"\x05\xdc", 60: b"abc"},
)  # fmt: skip


def with_options(octets: str, *, end: str = "ff") -> bytes:
    return HEAD + COOKIE + bytes.fromhex(octets + end)


def test_a_discover_is_read() -> None:
    assert decode(DISCOVER) == QUERY
    assert QUERY.kind == message.DISCOVER


def test_a_message_is_written_as_it_was_read() -> None:
    assert encode(QUERY) == DISCOVER.ljust(300, b"\0")


def test_every_type_has_a_name() -> None:
    assert message.NAMES == {
        1: "DISCOVER", 2: "OFFER", 3: "REQUEST", 4: "DECLINE", 5: "ACK", 6: "NAK", 7: "RELEASE", 8: "INFORM",
        9: "FORCERENEW", 10: "LEASEQUERY", 11: "LEASEUNASSIGNED", 12: "LEASEUNKNOWN", 13: "LEASEACTIVE",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("data", "bad"),
    [
        (b"", BadPacket(0, "0 octets, where 240 to 4096 make a message")),
        (DISCOVER[:1], BadPacket(1, "1 octets, where 240 to 4096 make a message")),
        (DISCOVER[:239], BadPacket(239, "239 octets, where 240 to 4096 make a message")),
        (DISCOVER.ljust(4097, b"\0"), BadPacket(4096, "4097 octets, where 240 to 4096 make a message")),
        (HEAD + bytes(64), BadPacket(236, "the magic cookie is missing")),
        (b"\0" + DISCOVER[1:], BadPacket(0, "op is 0, neither a request nor a reply")),
        (b"\3" + DISCOVER[1:], BadPacket(0, "op is 3, neither a request nor a reply")),
        (DISCOVER[:2] + b"\x11" + DISCOVER[3:], BadPacket(2, "a hardware address of 17 octets, where 16 are room")),
        (DISCOVER[:2] + b"\xff" + DISCOVER[3:], BadPacket(2, "a hardware address of 255 octets, where 16 are room")),
        (with_options("350101", end="3d"), BadPacket(243, "option 61 has no length")),
        (with_options("350101", end="3d0701"), BadPacket(243, "option 61 of 7 octets goes 6 past the end")),
        (with_options("350101", end="00003d01"), BadPacket(245, "option 61 of 1 octets goes 1 past the end")),
        (with_options("350101", end="3dff"), BadPacket(243, "option 61 of 255 octets goes 255 past the end")),
    ],
    ids=[
        "nothing", "one octet", "header cut", "too long", "no cookie", "op 0", "op 3", "hlen 17", "hlen 255",
        "code without length", "value cut", "value cut behind padding", "value missing",
    ],
)  # fmt: skip
def test_what_is_no_message_says_where_and_why(data: bytes, bad: BadPacket) -> None:
    assert decode(data) == bad


@pytest.mark.parametrize(
    ("octets", "end", "options"),
    [
        ("350101", "", {53: b"\x01"}),
        ("350101 00 00 00", "", {53: b"\x01"}),
        ("350101", "ff 0c05", {53: b"\x01"}),
        ("00 00 350101 00 0c0161", "ff", {53: b"\x01", 12: b"a"}),
        ("", "ff", {}),
        ("", "", {}),
        ("3d00 3500 0c0161", "ff", {61: b"", 53: b"", 12: b"a"}),
        ("0c0161 350101 0c026263", "ff", {12: b"abc", 53: b"\x01"}),
        ("0c00 0c0161 0c00", "ff", {12: b"a"}),
        ("fe0161 df0162", "ff", {254: b"a", 223: b"b"}),
        ("340100 340104", "ff", {52: b"\x00\x04"}),
        ("3400 340104", "ff", {52: b"\x04"}),
    ],
    ids=[
        "no end", "padding and no end", "rubbish behind the end", "padding between", "nothing but an end", "nothing",
        "empty options are kept", "parts are joined", "empty parts are joined", "unknown codes are kept",
        "an overload too long is none", "an overload of 4 is none",
    ],
)  # fmt: skip
def test_odd_options_are_read(octets: str, end: str, options: dict[int, bytes]) -> None:
    query = decode(with_options(octets, end=end))
    assert isinstance(query, Message)
    assert query.options == options


@pytest.mark.parametrize("value", [None, b"", b"\x01\x01"], ids=["absent", "empty", "too long"])
def test_a_type_that_cannot_be_read_is_none(value: bytes | None) -> None:
    options = {} if value is None else {53: value}
    assert QUERY._replace(options=options).kind == 0


@pytest.mark.parametrize("hlen", range(17))
def test_a_hardware_address_has_as_many_octets_as_it_says(hlen: int) -> None:
    query = decode(DISCOVER[:2] + bytes((hlen,)) + DISCOVER[3:])
    assert isinstance(query, Message)
    assert query.chaddr == bytes.fromhex("00085d2eecfb").ljust(16, b"\0")[:hlen]


def test_names_in_the_header_are_read_without_their_nuls() -> None:
    query = decode(encode(QUERY._replace(sname=b"s" * 64, file=b"boot\0old")))
    assert isinstance(query, Message)
    assert (query.sname, query.file) == (b"s" * 64, b"boot\0old")


def test_the_type_is_written_first_and_the_rest_in_order() -> None:
    data = encode(QUERY._replace(options={60: b"x", 53: b"\x01", 12: b"y"}))
    assert data[240:250] == bytes.fromhex("350101 3c0178 0c0179 ff")


@pytest.mark.parametrize("size", [0, 1, 254, 255, 256, 510, 511])
def test_long_values_are_written_in_parts(size: int) -> None:
    query = QUERY._replace(options={43: bytes(range(1, 256)) * 3})
    query.options[43] = query.options[43][:size]
    data = encode(query)
    assert data[240:].count(b"\x2b" + bytes((min(size, 255),))) >= 1
    assert decode(data) == query


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"chaddr": bytes(17)}, "chaddr has 17 octets, where 16 are room"),
        ({"sname": bytes(65)}, "sname has 65 octets, where 64 are room"),
        ({"file": bytes(129)}, "file has 129 octets, where 128 are room"),
        ({"options": {0: b""}}, "option 0 cannot carry a value"),
        ({"options": {255: b""}}, "option 255 cannot carry a value"),
    ],
)
def test_what_cannot_be_written_is_an_error(change: dict[str, object], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        encode(QUERY._replace(**change))  # type: ignore[arg-type]  # the table holds values of several fields


U32 = st.integers(0, 0xFFFFFFFF)


@st.composite
def messages(draw: st.DrawFn) -> Message:
    chaddr = draw(st.binary(max_size=16))
    return Message(
        op=draw(st.sampled_from([1, 2])),
        htype=draw(st.integers(0, 255)),
        hlen=len(chaddr),
        hops=draw(st.integers(0, 255)),
        xid=draw(st.binary(min_size=4, max_size=4)),
        secs=draw(st.integers(0, 65535)),
        flags=draw(st.integers(0, 65535)),
        ciaddr=draw(U32),
        yiaddr=draw(U32),
        siaddr=draw(U32),
        giaddr=draw(U32),
        chaddr=chaddr,
        sname=draw(st.binary(max_size=64).map(lambda octets: octets.rstrip(b"\0"))),
        file=draw(st.binary(max_size=128).map(lambda octets: octets.rstrip(b"\0"))),
        # Option 52 would make names of the header options, which is for test_overload.py.
        options=draw(st.dictionaries(st.integers(1, 254).filter((52).__ne__), st.binary(max_size=300), max_size=10)),
    )


@given(messages())
def test_any_message_is_read_back(query: Message) -> None:
    assert decode(encode(query)) == query


def check_value(data: bytes) -> None:
    query = decode(data)
    if isinstance(query, BadPacket):
        assert 0 <= query.offset <= len(data)
        assert query.why
    else:
        assert len(query.chaddr) == query.hlen
        assert decode(encode(query)) == query


@given(st.binary(max_size=600))
@example(DISCOVER)
def test_any_octets_are_a_message_or_a_reason(data: bytes) -> None:
    check_value(data)


@given(st.binary(max_size=400))
def test_any_options_are_a_message_or_a_reason(options: bytes) -> None:
    check_value(HEAD + COOKIE + options)


@given(st.integers(0, len(DISCOVER) - 1), st.integers(0, 255), st.integers(0, len(DISCOVER)))
def test_a_message_with_one_octet_changed_or_cut(place: int, octet: int, size: int) -> None:
    changed = bytearray(DISCOVER)
    changed[place] = octet
    check_value(bytes(changed))
    check_value(bytes(changed[:size]))
