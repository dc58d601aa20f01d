"""Every kind: what its text form is, what it refuses in text, what it refuses in octets."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ringboot.wire import kinds, tlv
from ringboot.wire.kind import Kind, hex_octets
from ringboot.wire.kinds import IP, IPS, OPAQUE, TEXT, U8, U16, U32
from ringboot.wire.reader import Malformed

BOOL = kinds.Bool()
ROUTES = kinds.Routes()
PAIRS = kinds.Many(IP, "ip pairs", "", step=2)
SIGNED = kinds.Number(4, "", signed=True)
OCTETS = kinds.Opaque(shown=False)
RECORD = kinds.Record("u8 text", U8, kinds.Text(least=0))
SPACE = tlv.Space()
LOOSE = tlv.LooseSpace(tlv.Space(ends=True))
CLASSES = tlv.VendorClass()
VENDORS = tlv.VendorOptions()


@pytest.mark.parametrize(
    ("kind", "text", "octets"),
    [
        (IP, "10.0.0.1", "0a000001"),
        (IP, "255.255.255.255", "ffffffff"),
        (IPS, "10.0.0.1, 10.0.0.2", "0a0000010a000002"),
        (PAIRS, "10.1.0.0 10.0.0.1, 10.2.0.0 10.0.0.2", "0a0100000a0000010a0200000a000002"),
        (kinds.Ip6(), "2001:db8::1", "20010db8000000000000000000000001"),
        (U8, "255", "ff"),
        (U16, "1500", "05dc"),
        (U32, "4294967295", "ffffffff"),
        (SIGNED, "-18000", "ffffb9b0"),
        (BOOL, "true", "01"),
        (BOOL, "false", "00"),
        (TEXT, "héllo wörld", "68c3a96c6c6f2077c3b6726c64"),
        (OPAQUE, "VLAN-A=42;", "564c414e2d413d34323b"),
        (OPAQUE, "hex:00ff", "00ff"),
        (OPAQUE, "hex:2061", "2061"),
        (OPAQUE, "text:ip:here", "69703a68657265"),
        (OCTETS, "hex:0161", "0161"),
        (kinds.Nothing(), "true", ""),
        (RECORD, "1 not allowed", "016e6f7420616c6c6f776564"),
        (RECORD, "1", "01"),
        (ROUTES, "default via 10.0.0.1", "000a000001"),
        (ROUTES, "10.0.0.0/8 via 10.0.0.1, 10.17.0.0/16 via 10.0.0.2", "080a0a000001100a110a000002"),
        (ROUTES, "10.27.129.0/25 via 10.0.0.1, 10.0.0.7/32 via 10.0.0.2", "190a1b81000a000001200a0000070a000002"),
        (SPACE, "1=ab; 255=hex:00", "01026162ff0100"),
        (SPACE, "0=; 7=; 7=x", "0000070007 0178"),
        (SPACE, "3=a;b; 4=c", "0303613b62 040163"),
        (SPACE, "3=hex:613b20353d62", "0306613b20353d62"),
        (SPACE, "3=hex:2061", "03022061"),
        (LOOSE, "2=http://10.0.0.1/; 3=false", "0210687474703a2f2f31302e302e302e312f030566616c7365"),
        (LOOSE, "http://10.0.0.1/", "687474703a2f2f31302e302e302e312f"),
        (LOOSE, "text:1=one", "313d6f6e65"),
        (LOOSE, "", ""),
        (CLASSES, "3561=ab; 9=", "00000de9026162 0000000900"),
        (VENDORS, "3561.1=ab; 3561.2=hex:00; 9.1=", "00000de907010261620201 00 00000009020100"),
        (VENDORS, "9=", "0000000900"),
    ],
)
def test_text_and_octets_are_each_others_image(kind: Kind[Any], text: str, octets: str) -> None:
    wire = bytes.fromhex(octets)
    assert kind.encode(kind.parse(text)) == wire
    assert kind.format(kind.decode(wire)) == text


@pytest.mark.parametrize(
    ("kind", "text", "same"),
    [
        (IPS, "10.0.0.1 10.0.0.2", "10.0.0.1, 10.0.0.2"),
        (IPS, " 10.0.0.1,10.0.0.2 ", "10.0.0.1, 10.0.0.2"),
        (U16, "0x05DC", "1500"),
        (BOOL, "Yes", "true"),
        (BOOL, "off", "false"),
        (kinds.Nothing(), "", "true"),
        (ROUTES, "0.0.0.0/0 10.0.0.1", "default via 10.0.0.1"),
        (OPAQUE, "hex:00:FF", "hex:00ff"),
        (OPAQUE, "u32:7", "hex:00000007"),
        (OPAQUE, "ip:10.0.0.1, 10.0.0.2", "hex:0a0000010a000002"),
        (SPACE, "1=ip:10.0.0.1", "1=hex:0a000001"),
    ],
)
def test_other_spellings_are_read(kind: Kind[Any], text: str, same: str) -> None:
    assert kind.format(kind.parse(text)) == same


@pytest.mark.parametrize(
    ("kind", "text", "why"),
    [
        (IP, "10.0.0", "'10.0.0' is not an IPv4 address"),
        (IP, "10.0.0.256", "'10.0.0.256' is not an IPv4 address"),
        (IP, "10.0.0.١", "is not an IPv4 address"),
        (IPS, "", "the list is empty"),
        (IPS, "10.0.0.1,,10.0.0.2", "'' is not an IPv4 address"),
        (PAIRS, "10.0.0.1", "1 values, where groups of 2 are needed"),
        (kinds.Ip6(), "10.0.0.1", "'10.0.0.1' is not an IPv6 address"),
        (U8, "256", "256 is not in the range 0 to 255"),
        (U8, "-1", "-1 is not in the range 0 to 255"),
        (U8, "1_0", "'1_0' is not a number"),
        (SIGNED, "2147483648", "2147483648 is not in the range -2147483648 to 2147483647"),
        (BOOL, "maybe", "'maybe' is neither true nor false"),
        (TEXT, "", "the text is empty"),
        (TEXT, "a\nb", "control characters"),
        (kinds.Uri(), "portal.example.org", "'portal.example.org' is not a URI"),
        (kinds.Uri(), "https://a b", "is not a URI"),
        (OPAQUE, "hex:0", "'0' is not made of pairs of hexadecimal digits"),
        (OPAQUE, "ip:phone", "'phone' is not an IPv4 address"),
        (kinds.Nothing(), "no", "'no': it is switched on by true"),
        (RECORD, "", "'' is not a number"),
        (ROUTES, "10.1.0.0/16", "'10.1.0.0/16' is not a route"),
        (ROUTES, "10.1.0.0 via 10.0.0.1", "'10.1.0.0' is not a network"),
        (ROUTES, "10.1.0.0/33 via 10.0.0.1", "'10.1.0.0/33' is not a network"),
        (ROUTES, "10.1.2.0/16 via 10.0.0.1", "'10.1.2.0/16' has bits set behind its prefix"),
        (SPACE, "text", "'text' is not a sub-option"),
        (SPACE, "256=a", "256 is not the code of a sub-option"),
        (SPACE, "1=" + "a" * 256, "sub-option 1 of 256 octets"),
        (LOOSE, "255=a", "255 is not the code of a sub-option"),
        (CLASSES, "ab", "'ab' is not an enterprise number with a value"),
        (CLASSES, "4294967296=a", "enterprise 4294967296"),
        (VENDORS, "9=a", "'9=a' is not an enterprise number, a code and a value"),
        (VENDORS, "9.300=a", "sub-option 300"),
    ],
)
def test_text_that_does_not_fit_is_refused_with_the_reason(kind: Kind[Any], text: str, why: str) -> None:
    with pytest.raises(ValueError, match=re.escape(why)):
        kind.encode(kind.parse(text))


@pytest.mark.parametrize(
    ("kind", "octets", "offset"),
    [
        (IP, "0a0000", 0),
        (IP, "0a00000100", 4),
        (IPS, "", 0),
        (IPS, "0a0000010a", 4),
        (PAIRS, "0a000001", 0),
        (kinds.Ip6(), "00", 0),
        (U16, "00", 0),
        (BOOL, "02", 0),
        (TEXT, "", 0),
        (TEXT, "0000", 0),
        (TEXT, "61ff", 1),
        (TEXT, "6107", 0),
        (kinds.Nothing(), "00", 0),
        (RECORD, "", 0),
        (RECORD, "0161 20", 2),
        (ROUTES, "", 0),
        (ROUTES, "210a0000010a000001", 0),
        (ROUTES, "180a0000", 4),
        (SPACE, "", 0),
        (SPACE, "01", 1),
        (SPACE, "0102ff", 2),
        (CLASSES, "", 0),
        (CLASSES, "0000", 0),
        (CLASSES, "0000000905", 5),
        (VENDORS, "", 0),
        (VENDORS, "00000009020105", 7),
        (VENDORS, "000000090501", 5),
    ],
)
def test_octets_that_do_not_fit_are_malformed(kind: Kind[Any], octets: str, offset: int) -> None:
    with pytest.raises(Malformed) as caught:
        kind.decode(bytes.fromhex(octets))
    assert caught.value.offset == offset


@pytest.mark.parametrize(("kind", "value"), [(IP, 1 << 32), (U8, 256), (U8, -1), (SIGNED, 1 << 31)])
def test_a_number_too_large_is_not_written(kind: Kind[int], value: int) -> None:
    with pytest.raises(ValueError, match="does not fit into"):
        kind.encode(value)


def test_nuls_at_the_end_of_a_text_are_dropped() -> None:
    assert TEXT.decode(b"Cisco Systems, Inc. IP Phone CP-7941G\0") == "Cisco Systems, Inc. IP Phone CP-7941G"


def test_routes_forget_the_bits_behind_the_prefix() -> None:
    assert ROUTES.decode(bytes.fromhex("090aff0a000001")) == (kinds.Route(0x0A800000, 9, 0x0A000001),)


def test_padding_and_end_close_a_vendor_space() -> None:
    assert LOOSE.decode(bytes.fromhex("0006010800ff0102")) == ((6, b"\x08"),)


def test_a_url_is_not_taken_for_a_sub_option() -> None:
    url = b"http://" + b"a" * 111  # "h" and "t" would be sub-option 104 of 116 octets, which fits exactly
    assert tlv.split(url) == ((104, url[2:]),)
    assert LOOSE.decode(url) == url


def test_a_url_in_a_sub_option_is_not_taken_for_a_bare_one() -> None:
    assert LOOSE.decode(b"\x02\x0eftp://10.0.0.1") == ((2, b"ftp://10.0.0.1"),)


def test_the_same_vendor_twice_in_a_row_is_one() -> None:
    assert VENDORS.parse("9.1=a; 9.2=b") == ((9, ((1, b"a"), (2, b"b"))),)


@pytest.mark.parametrize("text", ["00ff", "00:ff", "00-FF", "00 ff", "00.ff"])
def test_hexadecimal_may_be_grouped(text: str) -> None:
    assert hex_octets(text) == b"\x00\xff"
