"""Options that do not fit, both ways: option 52 (RFC 2132 9.3), long values (RFC 3396), a client's room (option 57)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringboot.dhcp.message import ACK, DISCOVER, INFORM, NAK, OFFER, REQUEST, Message, decode, encode
from ringboot.dhcp.options import encode_text, format_value
from ringboot.dhcp.overload import lay
from ringboot.dhcp.reply import block, leased, reply

SERVER = 0x0A000002
RELAY = bytes.fromhex("0104000102030206") + b"switch"
ASKED = Message(1, 1, 6, 0, b"\0\0\0\1", 0, 0, 0, 0, 0, 0, bytes.fromhex("00085d2eecfb"), b"", b"", {53: b"\1"})


def asked(kind: int = DISCOVER, **options: bytes) -> Message:
    return ASKED._replace(options={53: bytes((kind,))} | {int(code[1:]): value for code, value in options.items()})


def pieces(field: bytes) -> list[tuple[int, bytes]]:
    """Take the options of a field apart, strictly: an end must be there, and nothing but NULs behind it."""
    found, at = [], 0
    while field[at] != 255:
        found.append((field[at], field[at + 2 : at + 2 + field[at + 1]]))
        at += 2 + field[at + 1]
    assert not field[at + 1 :].strip(b"\0")
    return found


def codes(field: bytes) -> list[int]:
    return [code for code, _ in pieces(field)]


def received(overload: bytes, options: bytes = b"", *, file: bytes = b"", sname: bytes = b"") -> Message:
    data = encode(ASKED)[:240] + bytes((52, len(overload))) + overload + options + b"\xff"
    message = decode(data[:44] + sname.ljust(64, b"\0") + file.ljust(128, b"\0") + data[236:])
    assert isinstance(message, Message)
    return message


# RFC 2132 9.3 and RFC 3396 5: what is received.
@pytest.mark.parametrize(
    ("overload", "options", "file", "sname", "read"),
    [
        (b"\1", b"\x0c\1a", b"\x0f\1b\xff", b"host", ({12: b"a", 15: b"b"}, b"", b"host")),
        (b"\2", b"\x0c\1a", b"boot", b"\x0f\1b\xff", ({12: b"a", 15: b"b"}, b"boot", b"")),
        (b"\3", b"\x0c\1a", b"\x0f\1b\xff", b"\x42\1c\xff", ({12: b"a", 15: b"b", 66: b"c"}, b"", b"")),
        (b"\3", b"\x2b\1a", b"\x2b\1b\xff", b"\x2b\1c\xff", ({43: b"abc"}, b"", b"")),
        (b"\1", b"", b"\0\0\x0f\1b\0\xff\x0c\1z", b"", ({15: b"b"}, b"", b"")),
        (b"\1", b"", b"\x0f\x7e" + b"b" * 126, b"", ({15: b"b" * 126}, b"", b"")),
        (b"\1", b"", b"\x34\1\2\xff", b"\x0c\1a\xff", ({}, b"", b"\x0c\1a\xff")),
        (b"\3", b"", b"", b"", ({}, b"", b"")),
        (b"\0", b"", b"boot", b"host", ({52: b"\0"}, b"boot", b"host")),
        (b"\4", b"", b"boot", b"host", ({52: b"\4"}, b"boot", b"host")),
        (b"\1\1", b"", b"boot", b"host", ({52: b"\1\1"}, b"boot", b"host")),
        (b"", b"", b"boot", b"host", ({52: b""}, b"boot", b"host")),
    ],
    ids=[
        "file", "sname", "both", "joined over options, file, sname", "padding, and rubbish behind the end",
        "a full field without an end", "an overload in a field says nothing", "empty fields", "value 0", "value 4",
        "too long", "empty",
    ],
)  # fmt: skip
def test_an_overloaded_message_is_read_as_if_there_were_one_place(
    overload: bytes, options: bytes, file: bytes, sname: bytes, read: tuple[dict[int, bytes], bytes, bytes]
) -> None:
    message = received(overload, options, file=file, sname=sname)
    assert (message.options, message.file, message.sname) == read
    assert decode(encode(message)) == message


FIELDS = st.binary(max_size=64)


@given(st.sampled_from([b"\1", b"\2", b"\3"]) | st.binary(max_size=3), FIELDS, FIELDS)
def test_any_fields_are_a_message_or_a_reason(overload: bytes, file: bytes, sname: bytes) -> None:
    data = encode(ASKED._replace(options={53: b"\1", 52: overload}))
    message = decode(data[:44] + sname.ljust(64, b"\0") + file.ljust(128, b"\0") + data[236:])
    if isinstance(message, Message):
        assert decode(encode(message)) == message
    else:
        assert 44 <= message.offset < 236


ROOM = 548 - 240 - 3 - 6 - 6 - 1  # octets for options in the smallest message, beside 53, 54, 51 and the end


# What is sent: where options stand in a message of 576 octets (548 without IP and UDP), by their sizes in order.
@pytest.mark.parametrize(
    ("sizes", "names", "overload", "stand"),
    [
        ([100, 188], "", b"", ([224, 225], [], [])),
        ([100, 189], "", b"", ([224], [], [])),
        ([200, 88, 1], "", b"\1", ([224, 226], [225], [])),
        ([200, 83, 4], "", b"\1", ([224, 225], [226], [])),
        ([200, 80, 60, 60], "", b"\1", ([224, 225], [226, 227], [])),
        ([200, 80, 100, 60], "", b"\3", ([224, 225], [226], [227])),
        ([200, 80, 125, 61], "", b"\3", ([224, 225], [226], [227])),
        ([200, 80, 126, 61], "", b"\1", ([224, 225], [227], [])),
        ([200, 80, 125, 62], "", b"\1", ([224, 225], [226], [])),
        ([230, 61], "file", b"\2", ([224], [], [225])),
        ([200, 100, 61], "sname", b"\1", ([224, 226], [225], [])),
        ([200, 100, 61], "file sname", b"", ([224, 226], [], [])),
        ([200, 200, 10], "", b"", ([224, 226], [], [])),
    ],
    ids=[
        "to the last octet of room", "one octet too many for any field", "what is too much goes into file",
        "option 52 takes room itself", "file holds several", "then sname", "full fields keep their end",
        "too big for file, the next is tried", "too big for sname", "file is in use", "sname is in use",
        "both are in use", "what fits nowhere is left out",
    ],
)  # fmt: skip
def test_what_does_not_fit_goes_into_the_fields_that_are_free(
    sizes: list[int], names: str, overload: bytes, stand: tuple[list[int], list[int], list[int]]
) -> None:
    values = {224 + place: bytes((65 + place,)) * size for place, size in enumerate(sizes)}
    said = {name: name.encode() for name in names.split()}
    data = reply(asked(), OFFER, SERVER, yiaddr=5, lease_time=60, block=block(values), **said)  # type: ignore[arg-type]  # the fields have several types
    assert len(data) <= 548
    options = dict(pieces(data[240:]))
    assert options.get(52, b"") == overload
    assert [code for code in codes(data[240:]) if code > 223] == stand[0]
    file, sname = data[108:236], data[44:108]
    assert (codes(file) if stand[1] else file.rstrip(b"\0")) == (stand[1] or said.get("file", b""))
    assert (codes(sname) if stand[2] else sname.rstrip(b"\0")) == (stand[2] or said.get("sname", b""))
    message = decode(data)
    assert isinstance(message, Message)
    assert {code for code in message.options if code > 223} == {code for field in stand for code in field}
    assert all(message.options[code] == value for code, value in values.items() if code in message.options)


def test_option_52_stands_before_the_options_and_the_relay_information_last_and_never_in_a_field() -> None:
    query = asked(_82=RELAY, _61=b"\1abcdef")._replace(giaddr=0x0A090001)
    data = reply(query, OFFER, SERVER, lease_time=60, block=block({224: bytes(200), 225: bytes(100)}))
    assert codes(data[240:]) == [53, 54, 51, 52, 224, 61, 82]
    assert codes(data[108:236]) == [225]
    assert dict(pieces(data[240:]))[82] == RELAY


def test_the_mask_stands_before_the_routers_wherever_they_stand() -> None:
    options = {
        224: bytes(270),
        1: b"\xff\xff\xff\0" + bytes(20),
        3: b"\x0a\0\0\1",
    }  # a mask that only file has room for
    data = reply(asked(), OFFER, SERVER, lease_time=60, block=block(options, b"\xe0\x01\x03"))
    assert codes(data[240:])[3:] == [52, 224, 224]
    assert codes(data[108:236]) == [1, 3]


def test_what_is_asked_for_has_the_first_choice_of_the_room() -> None:
    values = {code: bytes(90) for code in range(224, 236)}
    wanted = bytes((235, 230, 226, 228))
    data = reply(asked(_55=wanted), OFFER, SERVER, lease_time=60, block=block(values, wanted))
    assert codes(data[240:])[4:] == [235, 230, 226]
    assert codes(data[108:236]) == [228]
    assert not data[44:108].strip(b"\0")


def test_a_refusal_has_no_fields() -> None:
    query = asked(REQUEST, _61=bytes(200))
    data = reply(query, NAK, SERVER, block=block({56: b"a" * 250}))
    assert codes(data[240:]) == [53, 54, 61]
    assert not data[44:236].strip(b"\0")


@pytest.mark.parametrize(("kind", "query"), [(OFFER, DISCOVER), (ACK, REQUEST), (ACK, INFORM)])
def test_every_reply_that_may_carry_names_may_carry_options_there(kind: int, query: int) -> None:
    data = reply(
        asked(query),
        kind,
        SERVER,
        lease_time=60 if query != INFORM else None,
        block=block({224: bytes(250), 225: bytes(90)}),
    )
    assert (codes(data[240:])[-1], codes(data[108:236])) == (224, [225])


# RFC 3396 6: a value above 255 octets in pieces, in order, over options, file and sname.
@pytest.mark.parametrize(
    ("size", "room", "sent"),
    [
        (256, None, [255, 1]),
        (288, None, [255, 33]),
        (289, None, [255, 30, 4]),
        (411, None, [255, 30, 125, 1]),
        (471, None, [255, 30, 125, 61]),
        (472, None, []),
        (472, 1500, [255, 217]),
        (1200, 1500, [255, 255, 255, 255, 180]),
    ],
)  # fmt: skip
def test_a_long_value_is_sent_in_pieces_and_read_as_one(size: int, room: int | None, sent: list[int]) -> None:
    value = bytes(place % 251 for place in range(size))
    query = asked() if room is None else asked(_57=room.to_bytes(2, "big"))
    data = reply(query, OFFER, SERVER, lease_time=60, block=block({224: value}))
    fields = [data[240:]] + [field for field in (data[108:236], data[44:108]) if field.strip(b"\0")]
    found = [piece for field in fields for code, piece in pieces(field) if code == 224]
    assert [len(piece) for piece in found] == sent
    message = decode(data)
    assert isinstance(message, Message)
    assert message.options.get(224, b"") == (value if sent else b"")


# Names of the lengths that a campus has, after RFC 1035's compression; routes of 8 octets.
SEARCH = ", ".join(f"building{number:02}.campus{number % 3}.example.org" for number in range(30))
ROUTES = ", ".join(f"10.{number}.7.0/24 via 10.0.0.{number}" for number in range(1, 41))


@pytest.mark.parametrize(
    ("code", "text", "room", "sent"),
    [
        (119, SEARCH, None, [255, 30, 125, 15]),
        (119, SEARCH, 1500, [255, 170]),
        (121, ROUTES, None, [255, 30, 35]),
        (121, ROUTES, 1500, [255, 65]),
    ],
    ids=["119 over options, file and sname", "119 in one field", "121 over options and file", "121 in one field"],
)
def test_long_search_lists_and_routes_are_read_back_as_they_were_written(
    code: int, text: str, room: int | None, sent: list[int]
) -> None:
    value = encode_text(str(code), text)
    assert len(value) > 255
    query = asked() if room is None else asked(_57=room.to_bytes(2, "big"))
    data = reply(query, OFFER, SERVER, lease_time=60, block=block({code: value}))
    fields = [data[240:]] + [field for field in (data[108:236], data[44:108]) if field.strip(b"\0")]
    assert [len(piece) for field in fields for said, piece in pieces(field) if said == code] == sent
    message = decode(data)
    assert isinstance(message, Message)
    assert format_value(code, message.options[code]) == text


@pytest.mark.parametrize("size", [255, 256, 280])
def test_a_client_identifier_in_pieces_is_given_back(size: int) -> None:
    for kind in (OFFER, ACK, NAK):
        message = decode(reply(asked(REQUEST, _61=b"\0" * size), kind, SERVER, lease_time=60))
        assert isinstance(message, Message)
        assert message.options[61] == b"\0" * size


# RFC 2132 9.10: the client says how much it takes, IP and UDP headers included; nothing below 576 is believed.
@pytest.mark.parametrize("said", [None, 0, 300, 575, 576, 577, 590, 1000, 1500, 9000, 65535])
def test_no_reply_is_bigger_than_the_client_takes(said: int | None) -> None:
    query = asked(_61=b"\1abcdef") if said is None else asked(_61=b"\1abcdef", _57=said.to_bytes(2, "big"))
    most = min(max(said or 0, 576), 1500) - 28
    values = {code: bytes((code,)) * (code % 29) for code in range(128, 255)}
    data = reply(query, OFFER, SERVER, lease_time=60, block=block(values))
    assert most - 3 <= len(data) <= most
    message = decode(data)
    assert isinstance(message, Message)
    assert {53, 54, 51, 61} <= message.options.keys()
    assert all(message.options[code] == value for code, value in values.items() if code in message.options)


OPTIONS = st.dictionaries(st.integers(62, 254).filter((82).__ne__), st.binary(max_size=400), max_size=12)


@given(OPTIONS, st.integers(0, 1600) | st.none(), st.binary(max_size=120), st.binary(max_size=290) | st.none())
def test_what_was_sent_is_read_back_whole_and_the_short_way_says_the_same(
    values: dict[int, bytes], said: int | None, relay: bytes, client: bytes | None
) -> None:
    query = ASKED._replace(options=ASKED.options | {82: relay})
    if said is not None:
        query.options[57] = said.to_bytes(2, "big")
    if client is not None:
        query.options[61] = client
    made = block(values)
    data = reply(query, OFFER, SERVER, yiaddr=5, lease_time=60, block=made)
    assert leased(query, OFFER, SERVER, 5, 60, made) == data
    message = decode(data)
    assert isinstance(message, Message)
    assert message.options[82] == relay
    assert pieces(data[240:])[-1][0] == 82
    assert all(values[code] == value for code, value in message.options.items() if code in values)


@given(OPTIONS, st.integers(-20, 600), st.sampled_from([0, 128]), st.sampled_from([0, 64]))
def test_every_field_keeps_its_bounds(values: dict[int, bytes], room: int, file: int, sname: int) -> None:
    laid = lay(block(values), room, file, sname)
    assert len(laid.options) <= max(room, 0)
    assert len(laid.file) in (0, file)
    assert len(laid.sname) in (0, sname)
    for field in filter(None, (laid.file, laid.sname)):
        assert pieces(field)
