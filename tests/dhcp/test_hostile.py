"""Packets that brought other servers down, by the name of the report; here each is a message, a reply or a reason."""

from __future__ import annotations

from typing import Any

import pytest

from ringboot.dhcp.message import ACK, NAK, OFFER, BadPacket, Message, decode, encode
from ringboot.dhcp.options import TABLE, Option, format_value
from ringboot.dhcp.reply import block, reply
from ringboot.wire.kind import Kind
from ringboot.wire.kinds import Ip, Ip6, Many, Number, Record

HEAD = Message(1, 1, 6, 0, b"\0\0\0\1", 0, 0, 0, 0, 0, 0, bytes.fromhex("00085d2eecfb"), b"", b"", {53: b"\x03"})


def survive(options: dict[int, bytes]) -> Message:
    """Send the options, answer in every way, show every value; give the query as it was understood."""
    query = decode(encode(HEAD._replace(options=HEAD.options | options)))
    assert isinstance(query, Message)
    for code, value in options.items():
        assert query.options[code] == value
        assert format_value(code, value).isprintable()
    for kind in (OFFER, ACK, NAK):
        data = reply(query, kind, 1, yiaddr=2, lease_time=60, block=block({1: b"\xff\xff\xff\0"}))
        answer = decode(data)
        assert isinstance(answer, Message)
        assert len(data) <= 1472
    return query


@pytest.mark.parametrize("size", [0, 1, 2, 127, 128, 254, 255, 256])
def test_cve_2019_6472_client_identifiers_of_any_length(size: int) -> None:
    """Kea asserted on long identifiers; dhcpd fell over empty ones (CVE-2009-1892)."""
    query = survive({61: bytes(range(256))[:size]})
    answer = decode(reply(query, ACK, 1, lease_time=60))
    assert isinstance(answer, Message)
    assert answer.options[61] == query.options[61]


HOST_NAMES = {
    "empty": b"",
    "NULs": b"\0\0\0",
    "NUL inside": b"a\0b",
    "label above 63": b"a" * 64,
    "above 255": b"a" * 300,
    "shell": b"$(reboot);`id`|x",  # CVE-2011-2716
    "empty labels": b"aaa..bbb",  # Kea 3.1.9
    "only what no name has": b"!!!",  # CVE-2025-11232
    "control characters": b"\x1b[2J\r\n",
    "not UTF-8": b"\xff\xfe",
}


@pytest.mark.parametrize("name", HOST_NAMES.values(), ids=HOST_NAMES.keys())
def test_cve_2019_6473_odd_host_names(name: bytes) -> None:
    survive({12: name, 15: name, 60: name, 66: name, 77: name})


FQDNS = {
    "empty": b"",
    "flags alone": b"\x05",
    "no name": b"\x05\0\0",
    "label cut": b"\x05\0\0\x07abc",
    "label above 63": b"\x05\0\0\x40" + b"a" * 64,  # CVE-2022-2929
    "above 255": b"\x05\0\0" + (b"\x3f" + b"a" * 63) * 5,
    "pointer": b"\x05\0\0\xc0\x00",
    "pointer to itself": b"\x05\0\0\xc0\x03",
    "rubbish behind the end": b"\x05\0\0\x01a\0\xff\xff",
    "NULs as ASCII": b"\x01\0\0a\0b\0",
    "DUID-like": b"\0\0\0",
}


@pytest.mark.parametrize("fqdn", FQDNS.values(), ids=FQDNS.keys())
def test_cve_2019_6473_odd_client_fqdns(fqdn: bytes) -> None:
    survive({81: fqdn})


def least(kind: Kind[Any]) -> int:
    """Tell how many octets the fixed parts of a kind need."""
    match kind:
        case Number():
            return kind.size
        case Ip():
            return 4
        case Ip6():
            return 16
        case Many():
            return kind.least * kind.step * least(kind.item)
        case Record():
            return sum(map(least, kind.fields))
    return {"bool": 1, "routes": 5}.get(kind.name, 0)


SHORT = [(row, size) for row in TABLE if row.code != 53 for size in range(least(row.kind))]


@pytest.mark.parametrize(("row", "size"), SHORT, ids=[f"{row.code}-{size}" for row, size in SHORT])
def test_cve_2018_20679_values_shorter_than_their_type(row: Option, size: int) -> None:
    """busybox read past the end of such options."""
    value = b"\xa5" * size
    survive({row.code: value})
    assert format_value(row.code, value) == "hex:" + value.hex()


@pytest.mark.parametrize("size", range(1, 5))
def test_scalars_longer_than_their_type(size: int) -> None:
    """Kea 3.1.8 drops such packets; we keep the octets and show them as such."""
    for row in TABLE:
        if isinstance(row.kind, Number) and row.code != 53:
            value = bytes(row.kind.size + size)
            survive({row.code: value})
            assert format_value(row.code, value) == "hex:" + value.hex()


POINTERS = {
    "to itself": b"\xc0\x00",
    "in a ring": b"\x01a\xc0\x04\x01b\xc0\x00",
    "forwards": b"\xc0\x04\0\0\x01a\0",
    "past the end": b"\x01a\xff\xff",
    "half": b"\x01a\xc0",
    "chain": b"\x01a\0" + b"".join((0xC000 | at).to_bytes(2, "big") for at in range(0, 240, 2)),
    "many": b"\x3f" + b"a" * 63 + b"\0" + b"\xc0\0" * 300,
}


@pytest.mark.parametrize("search", POINTERS.values(), ids=POINTERS.keys())
def test_cve_2016_2147_pointers_in_search_lists(search: bytes) -> None:
    survive({119: search, 141: search, 120: b"\0" + search, 137: search, 146: bytes(9) + search})


RELAY_INFORMATION = {
    "empty": b"",
    "code alone": b"\x01",
    "longer than the option": b"\x01\xff\x61",
    "longer than 77": b"\x01\x50" + b"a" * 80,  # CVE-2017-14493
    "255 octets": b"\x02\xfd" + b"a" * 253,
    "in two options": b"\x01\xff" + b"a" * 255 + b"\x02\x10" + b"b" * 16,
    "link selection cut": b"\x05\x02\x0a\x00",
    "empty sub-options": b"\x01\x00\x02\x00\x00\x00\xff\x00",
    "twice the same": b"\x01\x01a\x01\x01b",
}


@pytest.mark.parametrize("value", RELAY_INFORMATION.values(), ids=RELAY_INFORMATION.keys())
def test_cve_2017_14493_relay_information_out_of_bounds(value: bytes) -> None:
    query = survive({82: value})
    answer = decode(reply(query, ACK, 1, lease_time=60))
    assert isinstance(answer, Message)
    assert answer.options[82] == value


SUB_OPTIONS = {
    "empty": b"\x01\x00",
    "many empty": b"\x01\x00" * 100,
    "empty at the end": b"\x01\x01a\x02\x00",
    "zeros": bytes(200),
    "length 255": b"\x01\xff",
    "nested": b"\x2b\xfd" + b"\x2b\xfb" + b"\x2b\xf9" * 100,
    "enterprise without length": b"\0\0\0\x09",
    "enterprise empty": b"\0\0\0\x09\0" * 20,
    "enterprise with an empty sub-option": b"\0\0\0\x09\x02\x01\0",
    "enterprise with a sub-option cut": b"\0\0\0\x09\x01\x01",
}


@pytest.mark.parametrize("code", [43, 63, 82, 122, 124, 125, 139, 140, 175])
@pytest.mark.parametrize("value", SUB_OPTIONS.values(), ids=SUB_OPTIONS.keys())
def test_cve_2017_10985_empty_and_cut_sub_options(code: int, value: bytes) -> None:
    """FreeRADIUS looped for ever, or read without end (CVE-2017-10986)."""
    survive({code: value})
    survive({code: value * 3})


BOMBS = {
    "empty options of every code": bytes(octet for code in range(1, 255) for octet in (code, 0)) * 4,
    "one code over and over": b"\x2b\x00" * 1928,
    "one octet each": b"\x2b\x01\x2b" * 1285,
    "padding": bytes(3856),
    "lengths of 255": (b"\x2b\xff" + b"\x2b" * 255) * 15,
    "lengths that lie": b"\x2b\xfe" * 1928,
}


@pytest.mark.parametrize("options", BOMBS.values(), ids=BOMBS.keys())
def test_option_bombs(options: bytes) -> None:
    data = encode(HEAD._replace(options={}))[:240] + options
    query = decode(data)
    if isinstance(query, BadPacket):
        assert query.why.startswith("option 43 of 254 octets goes")
        return
    assert sum(map(len, query.options.values())) <= len(options)
    assert len(reply(query, OFFER, 1, lease_time=60, block=block(query.options))) <= 548


def in_fields(overload: bytes, *, file: bytes = b"", sname: bytes = b"") -> bytes:
    data = encode(HEAD._replace(options=HEAD.options | {52: overload}))
    return data[:44] + sname.ljust(64, b"\0") + file.ljust(128, b"\0") + data[236:]


OVERLOADS = {
    "cut in file": in_fields(b"\x01", file=bytes(126) + b"\x0c\x01"),
    "code alone at the end of file": in_fields(b"\x01", file=bytes(127) + b"\x0c"),
    "cut in sname": in_fields(b"\x02", sname=bytes(61) + b"\x0c\x02a"),
    "length 255 in sname": in_fields(b"\x03", sname=b"\x0c\xff" + b"a" * 62),
}


@pytest.mark.parametrize("data", OVERLOADS.values(), ids=OVERLOADS.keys())
def test_overloaded_fields_are_not_left(data: bytes) -> None:
    """perl-Net-DHCP and others read on in the next field."""
    bad = decode(data)
    assert isinstance(bad, BadPacket)
    assert 44 <= bad.offset < 236
    assert bad.why == "option 12 leaves the field that option 52 says it stands in"


def test_a_packet_above_the_limit_is_not_even_looked_at() -> None:
    assert decode(bytes(65507)) == BadPacket(4096, "65507 octets, where 240 to 4096 make a message")


@pytest.mark.parametrize("hlen", [0, 1, 5, 7, 16])
def test_cve_2011_2748_odd_hardware_addresses(hlen: int) -> None:
    query = decode(encode(HEAD._replace(hlen=hlen, chaddr=bytes(range(1, 17))[:hlen])))
    assert isinstance(query, Message)
    answer = decode(reply(query, ACK, 1, lease_time=60))
    assert isinstance(answer, Message)
    assert (answer.hlen, answer.chaddr) == (hlen, query.chaddr)


def test_nothing_of_the_query_leaks_into_a_reply() -> None:
    """dnsmasq sent what lay in its memory (CVE-2017-14494)."""
    query = HEAD._replace(sname=b"s" * 64, file=b"f" * 128, options=HEAD.options | {12: b"name", 43: b"x", 60: b"y"})
    answer = decode(reply(query, ACK, 1, lease_time=60))
    assert isinstance(answer, Message)
    assert (answer.sname, answer.file) == (b"", b"")
    assert answer.options.keys() == {53, 54, 51}
