"""Replies: RFC 2131 table 3 cell by cell, the echoes, the room that a client has, and one OFFER octet by octet."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringboot.dhcp.message import ACK, BROADCAST, DISCOVER, INFORM, NAK, OFFER, REQUEST, Message, decode
from ringboot.dhcp.reply import block, reply
from ringboot.dhcp.rules import RESERVED, RULES, Rule, allows

SERVER = 0x0A000002
CLIENT_ID = bytes.fromhex("0100085d2eecfb")
RELAY = bytes.fromhex("010400010203 0206") + b"switch"


def query(kind: int = DISCOVER, options: dict[int, bytes] | None = None, **change: object) -> Message:
    base = Message(
        1, 1, 6, 3, b"\xde\xad\xbe\xef", 9, 0, 0, 0, 0, 0, bytes.fromhex("00085d2eecfb"), b"old", b"older",
        {53: bytes((kind,))} | (options or {}),
    )  # fmt: skip
    return base._replace(**change)  # type: ignore[arg-type]  # the fields have several types


def answer(asked: Message, kind: int = OFFER, lease_time: int | None = 3600, **change: object) -> Message:
    fields = {"yiaddr": 0x0A000014} | change
    message = decode(reply(asked, kind, SERVER, lease_time=lease_time, **fields))  # type: ignore[arg-type]  # as above
    assert isinstance(message, Message)
    return message


def codes(data: bytes) -> list[int]:
    """List the options of a packet in the order in which they stand."""
    found, at = [], 240
    while data[at] != 255:
        found.append(data[at])
        at += 2 + data[at + 1]
    assert not data[at + 1 :].strip(b"\0")
    return found


def test_an_offer_octet_by_octet() -> None:
    asked = query(options={61: CLIENT_ID, 55: b"\x03\x01\x42", 82: RELAY}, flags=BROADCAST, giaddr=0x0A090001)
    options = block({66: b"10.0.0.2", 1: b"\xff\xff\0\0", 3: b"\x0a\0\0\x01", 15: b"lab"}, asked.options[55])
    data = reply(asked, OFFER, SERVER, yiaddr=0x0A000014, siaddr=SERVER, lease_time=28800, block=options, file=b"boot")
    assert data.hex(" ") == (
        bytes.fromhex(
            "02 01 06 00 deadbeef 0000 8000"  # a reply over Ethernet; hops and secs are not copied, xid and flags are
            "00000000 0a000014 0a000002 0a090001"  # ciaddr, yiaddr, siaddr, giaddr
            "00085d2eecfb 00000000000000000000"
        )
        + bytes(64)
        + b"boot"
        + bytes(124)
        + bytes.fromhex(
            "63825363"
            "35 01 02"
            "36 04 0a000002"
            "33 04 00007080"
            "01 04 ffff0000"  # the mask stands before the router, although the client asked otherwise (RFC 2132 3.3)
            "03 04 0a000001"
            "42 08 31302e302e302e32"
            "0f 03 6c6162"
            "3d 07 0100085d2eecfb"
            "52 0e 010400010203 0206737769746368"
            "ff"
        )
    ).hex(" ")


# RFC 2131 table 3 with RFC 6842 for 61 and RFC 3046 for 82: OFFER, ACK, ACK to INFORM, NAK.
# 58 and 59 without 51 would have no meaning.  "echo": as the client sent it.
# "self": the server writes it when it needs it, and no configuration can.
# "asked": only a client that asks for it is sent it.
MUST, NOT, MAY, ECHO, SELF, ASKED = "must", "must not", "may", "echo", "self", "asked"
TABLE_3 = {
    50: (NOT, NOT, NOT, NOT),
    51: (MUST, MUST, NOT, NOT),
    52: (SELF, SELF, SELF, NOT),
    53: (MUST, MUST, MUST, MUST),
    54: (MUST, MUST, MUST, MUST),
    55: (NOT, NOT, NOT, NOT),
    56: (MAY, MAY, MAY, MAY),
    57: (NOT, NOT, NOT, NOT),
    58: (MAY, MAY, NOT, NOT),
    59: (MAY, MAY, NOT, NOT),
    60: (MAY, MAY, MAY, NOT),
    61: (ECHO, ECHO, ECHO, ECHO),
    80: (SELF, SELF, SELF, NOT),
    81: (SELF, SELF, SELF, NOT),
    82: (ECHO, ECHO, ECHO, ECHO),
    108: (ASKED, ASKED, ASKED, NOT),
    118: (SELF, SELF, SELF, NOT),
}
OTHERS = (MAY, MAY, MAY, NOT)
COLUMNS = [(OFFER, DISCOVER), (ACK, REQUEST), (ACK, INFORM), (NAK, REQUEST)]
COLUMN_NAMES = ["OFFER", "ACK", "ACK to INFORM", "NAK"]


@pytest.mark.parametrize("column", range(4), ids=COLUMN_NAMES)
@pytest.mark.parametrize("code", TABLE_3)
def test_table_3(code: int, column: int) -> None:
    check_cell(code, column)


@pytest.mark.parametrize("column", range(4), ids=COLUMN_NAMES)
def test_table_3_all_others(column: int) -> None:
    for code in set(range(1, 255)) - TABLE_3.keys():
        check_cell(code, column)


def check_cell(code: int, column: int) -> None:
    kind, asked = COLUMNS[column]
    want = TABLE_3.get(code, OTHERS)[column]
    lease = 3600 if asked != INFORM and kind != NAK else None
    plain = reply(query(asked), kind, SERVER, lease_time=lease, block=block({code: b"\x09\x09"}))
    echoing = reply(query(asked, {code: b"\x01\x01"} if code != 53 else {}), kind, SERVER, lease_time=lease)
    assert (code in codes(plain)) == (want in (MUST, MAY))
    assert (code in codes(echoing)) == (want in (MUST, ECHO))
    assert allows(RULES[column], code) == (want != NOT)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_what_a_caller_may_not_set_covers_the_rules_that_are_not_narrow(rule: Rule) -> None:
    assert rule.must | rule.echo <= RESERVED
    assert rule.narrow or rule.must_not <= RESERVED
    assert not rule.must & rule.must_not


@pytest.mark.parametrize(("column", "name"), list(enumerate(COLUMN_NAMES)), ids=COLUMN_NAMES)
def test_the_header_is_built_afresh(column: int, name: str) -> None:
    kind, asked = COLUMNS[column]
    sent = query(asked, ciaddr=0x0A000014, yiaddr=7, siaddr=8, giaddr=0x0A090001, flags=BROADCAST, htype=6)
    made = answer(sent, kind, 3600, siaddr=SERVER, file=b"boot", sname=b"host")
    assert made[:7] == (2, 6, 6, 0, sent.xid, 0, BROADCAST), name
    assert made.giaddr == sent.giaddr
    assert made.chaddr == sent.chaddr
    assert made.ciaddr == (sent.ciaddr if kind == ACK else 0)
    assert made.yiaddr == (0x0A000014 if name in ("OFFER", "ACK") else 0)
    assert (made.siaddr, made.file, made.sname) == ((0, b"", b"") if kind == NAK else (SERVER, b"boot", b"host"))


@pytest.mark.parametrize("kind", [OFFER, ACK])
def test_a_lease_without_a_time_is_no_reply(kind: int) -> None:
    with pytest.raises(ValueError, match="must carry a lease time"):
        reply(query(REQUEST), kind, SERVER)


@pytest.mark.parametrize(("field", "size"), [("file", 129), ("sname", 65)])
def test_what_does_not_fit_its_field_is_no_reply(field: str, size: int) -> None:
    with pytest.raises(ValueError, match="where 128 and 64 are room"):
        reply(query(), OFFER, SERVER, lease_time=60, **{field: bytes(size)})  # type: ignore[arg-type]  # as above


@pytest.mark.parametrize("value", [b"", b"\0", CLIENT_ID, b"\xff" * 255], ids=len)
def test_the_client_identifier_is_given_back_as_it_came(value: bytes) -> None:
    for kind, asked in COLUMNS:
        assert answer(query(asked, {61: value}), kind).options[61] == value


@pytest.mark.parametrize("value", [b"", RELAY, b"\x05" * 255, b"\x06" * 300], ids=len)
def test_the_relay_information_is_given_back_last(value: bytes) -> None:
    for kind, asked in COLUMNS:
        data = reply(query(asked, {61: CLIENT_ID, 82: value}), kind, SERVER, lease_time=60, block=block({12: b"a"}))
        message = decode(data)
        assert isinstance(message, Message)
        assert message.options[82] == value
        assert codes(data)[-1] == 82


def test_the_relay_information_is_not_made_up() -> None:
    assert 82 not in answer(query()).options


@pytest.mark.parametrize(
    ("kind", "flags", "giaddr", "broadcast", "expected"),
    [
        (OFFER, 0, 0, None, 0),
        (OFFER, BROADCAST, 0, None, BROADCAST),
        (OFFER, BROADCAST, 0, False, 0),
        (OFFER, 0, 0, True, BROADCAST),
        (ACK, 0, 1, None, 0),
        (NAK, 0, 0, None, 0),
        (NAK, 0, 1, None, BROADCAST),
        (NAK, 0, 1, False, BROADCAST),
        (NAK, 0, 0, True, BROADCAST),
        (OFFER, 0x7FFF, 0, None, 0x7FFF),
    ],
)
def test_the_broadcast_flag(kind: int, flags: int, giaddr: int, broadcast: bool | None, expected: int) -> None:
    assert answer(query(REQUEST, flags=flags, giaddr=giaddr), kind, broadcast=broadcast).flags == expected


def test_a_small_reply_is_padded() -> None:
    assert len(reply(query(), OFFER, SERVER, lease_time=60)) == 300


# The payload of UDP: 57 counts the IP and UDP headers, 28 octets.
@pytest.mark.parametrize(
    ("asked", "most"),
    [
        (None, 548), (b"\x00\x00", 548), (b"\x02\x3f", 548), (b"\x02\x40", 548), (b"\x02\x41", 549),
        (b"\x04\xb0", 1172), (b"\x05\xdc", 1472), (b"\x05\xdd", 1472), (b"\xff\xff", 1472),
        (b"\x05", 548), (b"\x00\x05\xdc", 548),
    ],
)  # fmt: skip
def test_whole_options_are_left_out_from_the_end_when_the_client_has_no_room(asked: bytes | None, most: int) -> None:
    sent = query(options={61: CLIENT_ID, 82: RELAY} | ({57: asked} if asked is not None else {}))
    values = {code: bytes((code,)) * 20 for code in range(128, 228)}
    data = reply(sent, OFFER, SERVER, lease_time=60, block=block(values))
    message = decode(data)
    assert isinstance(message, Message)
    assert most - 22 < len(data) <= most
    kept = [code for code in codes(data) if code in values]
    assert kept == sorted(values)[: len(kept)]
    assert all(message.options[code] == values[code] for code in kept)
    assert {53, 54, 51, 61, 82} <= message.options.keys()


def test_the_last_octet_of_room_is_used() -> None:
    room = 548 - 240 - 3 - 6 - 6 - 1
    fits = {224: bytes(200), 225: bytes(room - 202 - 2)}
    assert len(reply(query(), OFFER, SERVER, lease_time=60, block=block(fits))) == 548
    more = fits | {225: bytes(room - 202 - 1)}
    names = {"file": b"boot", "sname": b"host"}
    assert codes(reply(query(), OFFER, SERVER, lease_time=60, block=block(more), **names))[3:] == [224]  # type: ignore[arg-type]  # as above


@given(
    st.dictionaries(st.integers(1, 254), st.binary(max_size=300), max_size=12),
    st.dictionaries(st.integers(1, 254), st.binary(max_size=300), max_size=8),
    st.binary(max_size=20),
    st.sampled_from(COLUMNS),
)
def test_every_reply_can_be_read_and_keeps_its_bounds(
    sent: dict[int, bytes], options: dict[int, bytes], wanted: bytes, column: tuple[int, int]
) -> None:
    kind, asked = column
    query_ = query(asked, {code: value for code, value in sent.items() if code != 53})
    data = reply(query_, kind, SERVER, yiaddr=5, lease_time=60, block=block(options, wanted))
    message = decode(data)
    assert isinstance(message, Message)
    assert 300 <= len(data) <= 1472
    assert message.kind == kind
    assert all(code in RESERVED or value == options[code] for code, value in message.options.items())


def test_a_client_that_fills_its_packet_gets_no_more_than_a_frame() -> None:
    data = reply(query(options={61: bytes(2000), 82: bytes(1500)}), OFFER, SERVER, lease_time=60)
    assert codes(data) == [53, 54, 51]


@pytest.mark.parametrize(
    ("codes_given", "wanted", "order"),
    [
        ([6, 3, 1], b"", [1, 3, 6]),
        ([1, 3, 6, 15, 66], b"\x42\x06", [66, 6, 1, 3, 15]),
        ([1, 3, 6], b"\x03\x06\x01", [1, 3, 6]),
        ([1, 3, 6], b"\x06\x03", [6, 1, 3]),
        ([3, 6], b"\x03", [3, 6]),
        ([1, 6], b"\x06\x06\x63\x01", [6, 1]),
        ([1, 3, 33, 121], b"\x79\x03", [121, 1]),
        ([1, 3, 33, 121], b"\x03", [1, 3, 33, 121]),
        ([1, 3, 33], b"\x79\x03\x21", [1, 3, 33]),
        ([50, 51, 52, 53, 54, 55, 57, 61, 82, 12], b"\x33\x52", [12]),
        ([0, 255, 254], b"\xff\x00", [254]),
    ],
    ids=[
        "by code", "as wanted, then by code", "mask before router", "mask moves up to the router", "router alone",
        "twice and unknown", "routes make routers superfluous", "unless routes were not asked for",
        "unless there are none", "what a reply writes itself", "no options at all",
    ],
)  # fmt: skip
def test_the_order_of_a_block(codes_given: list[int], wanted: bytes, order: list[int]) -> None:
    made = block({code: bytes((code,)) for code in codes_given}, wanted)
    assert made == b"".join(bytes((code, 1, code)) for code in order)


def test_a_long_value_stands_in_a_block_in_pieces() -> None:
    whole = block({12: bytes(256), 15: bytes(255), 66: b""})
    assert whole == b"\x0c\xff" + bytes(255) + b"\x0c\x01\0" + b"\x0f\xff" + bytes(255) + b"\x42\x00"
