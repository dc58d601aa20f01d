"""Domain names: labels, pointers and their traps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringboot.wire.names import NAME, NAMES, SEARCH, ClientFqdn, Fqdn, SipServers, read_name, write_name
from ringboot.wire.reader import Malformed, Reader

FQDN = ClientFqdn()
SIP = SipServers()


def test_search_list_shares_the_ends_of_names() -> None:
    wire = SEARCH.encode(("eng.apple.com", "marketing.apple.com"))  # the example of RFC 3397 2
    assert wire == b"\x03eng\x05apple\x03com\x00\x09marketing\xc0\x04"
    assert SEARCH.decode(wire) == ("eng.apple.com", "marketing.apple.com")


def test_other_lists_are_written_out() -> None:
    assert NAMES.encode(("a.b", "c.b")) == b"\x01a\x01b\x00\x01c\x01b\x00"


@pytest.mark.parametrize(
    ("wire", "offset"),
    [
        (b"\xc0\x00", 0),
        (b"\x01a\xc0\x00", 2),
        (b"\x01a\xc0\x02", 2),
        (b"\x01a\xc0\x04\x00", 2),
        (b"\x01a\x00\xc0\x03", 3),
        (b"\xc0\x02\xc0\x00", 0),
        (b"\x01a\x00\x01b\xc0\x05", 5),
        (b"\x01a\x00\xc0", 3),
        (b"\x01a\x00\x01b\xff\xff", 5),
        (b"\x01a\x01b", 4),
        (b"\x05ab", 0),
        (b"\x40a", 0),
        (b"\x80a", 0),
        (b"\x03a.b\x00", 1),
        (b"\x01\x00\x00", 1),
        (b"\x3f" + b"a" * 63 + b"\x3f" + b"b" * 63 + b"\x3f" + b"c" * 63 + b"\x3f" + b"d" * 63 + b"\x00", 192),
        (b"", 0),
    ],
    ids=[
        "to itself", "to its own beginning", "to the pointer", "forwards", "to its own place",
        "two that lead to each other", "to its own place after a label", "half a pointer", "past the end", "no end",
        "a label past the end", "type 1", "type 2", "a dot in a label", "a NUL in a label", "too long", "nothing",
    ],
)  # fmt: skip
def test_traps_are_malformed(wire: bytes, offset: int) -> None:
    with pytest.raises(Malformed) as caught:
        SEARCH.decode(wire)
    assert caught.value.offset == offset


def test_many_pointers_to_one_long_name_do_not_blow_up() -> None:
    long = write_name(".".join(["a" * 60] * 4))
    with pytest.raises(Malformed, match="unfold to more than 4096 octets"):
        SEARCH.decode(long + b"\xc0\x00" * 1900)


@given(st.binary(max_size=300))
def test_any_octets_are_names_or_malformed(wire: bytes) -> None:
    try:
        names = SEARCH.decode(wire)
    except Malformed:
        return
    assert SEARCH.decode(SEARCH.encode(names)) == names


def test_the_root_is_a_name() -> None:
    assert read_name(Reader(b"\0")) == "."
    assert write_name(".") == b"\0"
    assert NAMES.parse("., a.") == (".", "a")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "'' is not a domain name"),
        ("a..b", "a label of 0 characters"),
        ("a" * 64, "a label of 64 characters"),
        (".".join(["a" * 60] * 5), "longer than 255 octets"),
        ("bücher.example", "write it in its ASCII form"),
        ('a"b', "characters that no name has"),
    ],
)
def test_names_that_cannot_be_written(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        NAMES.parse(text)


def test_one_name_is_one() -> None:
    assert NAME.parse("lost.example.org") == ("lost.example.org",)
    with pytest.raises(ValueError, match="2 names, where 1 is the most"):
        NAME.parse("a, b")
    with pytest.raises(Malformed, match="2 names"):
        NAME.decode(b"\x01a\x00\x01b\x00")


@pytest.mark.parametrize(
    ("text", "wire"),
    [
        ("10.0.0.1, 10.0.0.2", b"\x01\x0a\x00\x00\x01\x0a\x00\x00\x02"),
        ("sip.example.org", b"\x00\x03sip\x07example\x03org\x00"),
    ],
)
def test_sip_servers_are_names_or_addresses(text: str, wire: bytes) -> None:
    assert SIP.encode(SIP.parse(text)) == wire
    assert SIP.format(SIP.decode(wire)) == text


@pytest.mark.parametrize(
    "wire", [b"", b"\x00", b"\x01", b"\x01\x0a", b"\x02\x0a\x00\x00\x01", b"\x00\x0210\x010\x010\x011\x00"]
)
def test_sip_servers_of_another_kind_are_malformed(wire: bytes) -> None:
    with pytest.raises(Malformed):
        SIP.decode(wire)


@pytest.mark.parametrize(
    ("wire", "value", "text"),
    [
        (
            b"\x05\x00\x00\x05phone\x07example\x03org\x00",
            Fqdn(5, 0, 0, "phone.example.org."),
            "5 0 0 phone.example.org.",
        ),
        (b"\x04\x00\x00\x05phone", Fqdn(4, 0, 0, "phone"), "4 0 0 phone"),
        (b"\x01\xff\xffphone.example.org", Fqdn(1, 255, 255, "phone.example.org"), "1 255 255 phone.example.org"),
        (b"\x00\x00\x00", Fqdn(0, 0, 0, ""), "0 0 0"),
        (b"\x04\x00\x00", Fqdn(4, 0, 0, ""), "4 0 0"),
        (b"\x04\x00\x00\x00", Fqdn(4, 0, 0, "."), "4 0 0 ."),
    ],
)
def test_client_fqdn(wire: bytes, value: Fqdn, text: str) -> None:
    assert FQDN.decode(wire) == value
    assert FQDN.encode(value) == wire
    assert FQDN.format(value) == text
    assert FQDN.parse(text) == value


@pytest.mark.parametrize("text", ["", "phone", "5 0", "256 0 0 a", "4 0 0 a..b"])
def test_client_fqdn_in_another_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"begin with flags|a label of 0"):
        FQDN.parse(text)
