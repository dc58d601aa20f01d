"""Every row of the option table is a test because it is in the table; then names, text forms and sub-options."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringboot.dhcp.options import (
    BY_CODE,
    BY_NAME,
    TABLE,
    Option,
    build,
    canonical,
    encode_text,
    format_value,
    name_of,
    row_of,
)
from ringboot.wire import kinds, names, tlv
from ringboot.wire.kind import Kind
from ringboot.wire.reader import Malformed

WORD = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=20)
LABEL = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_", min_size=1, max_size=12)
DOMAIN = st.lists(LABEL, min_size=1, max_size=4).map(".".join).filter(lambda name: not name.replace(".", "").isdigit())
PAIRS = st.lists(st.tuples(st.integers(1, 254), st.binary(max_size=20)), min_size=1, max_size=4).map(tuple)
IP = st.integers(0, 0xFFFFFFFF)


def routes() -> st.SearchStrategy[tuple[kinds.Route, ...]]:
    def route(network: int, prefix: int, router: int) -> kinds.Route:
        return kinds.Route(network & (0xFFFFFFFF << 32 - prefix & 0xFFFFFFFF), prefix, router)

    return st.lists(st.builds(route, IP, st.integers(0, 32), IP), min_size=1, max_size=4).map(tuple)


def many(kind: kinds.Many[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    def whole(values: list[Any]) -> tuple[Any, ...]:
        return tuple(values[: len(values) // kind.step * kind.step])

    return st.lists(values_of(kind.item), min_size=kind.least * kind.step, max_size=8).map(whole)


def values_of(kind: Kind[Any]) -> st.SearchStrategy[Any]:
    """Give values that the kind can hold: one strategy a kind, so that a new row needs none."""
    match kind:
        case kinds.Ip():
            return IP
        case kinds.Ip6():
            return st.binary(min_size=16, max_size=16)
        case kinds.Number():
            return st.integers(kind.least, kind.most)
        case kinds.Bool():
            return st.booleans()
        case kinds.Uri():
            return st.from_regex(r"\A[a-z][a-z0-9+.-]{0,8}:[!-~]{1,40}\Z")
        case kinds.Text():
            text = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40)
            return text if kind.least else st.just("") | text
        case kinds.Opaque():
            return st.binary(max_size=40) | WORD.map(str.encode)
        case kinds.Nothing():
            return st.just(b"")
        case kinds.Many():
            return many(kind)
        case kinds.Record():
            return st.tuples(*map(values_of, kind.fields))
        case kinds.Routes():
            return routes()
        case names.Names():
            return st.lists(DOMAIN, min_size=1, max_size=kind.most or 4).map(tuple)
        case names.SipServers():
            return st.lists(DOMAIN, min_size=1, max_size=3).map(tuple) | st.lists(IP, min_size=1, max_size=4).map(tuple)
        case names.ClientFqdn():
            full = DOMAIN.map("{}.".format)
            return st.builds(names.Fqdn, st.integers(0, 15), *[st.integers(0, 255)] * 2, DOMAIN | full | st.just(""))
        case tlv.Space():
            return PAIRS
        case tlv.LooseSpace():
            return PAIRS | st.just(b"http://10.0.0.1:8667/") | st.just(b"hex:no") | st.just(b"1=1")
        case tlv.VendorClass():
            return st.lists(st.tuples(IP, st.binary(max_size=20)), min_size=1, max_size=4).map(tuple)
        case tlv.VendorOptions():
            one = st.tuples(IP, PAIRS | st.just(()))
            return st.lists(one, min_size=1, max_size=2, unique_by=lambda vendor: vendor[0]).map(tuple)
    raise AssertionError(f"no strategy for {kind.name}")


# Most kinds serve many rows, so few examples a row are many a kind.
few = settings(max_examples=12)
every_row = pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.code}-{row.name}")


@every_row
def test_the_example_is_read_and_written_as_it_stands(row: Option) -> None:
    octets = encode_text(str(row.code), row.kind.example)
    assert format_value(row.code, octets) == row.kind.example


@every_row
def test_round_trip(row: Option) -> None:
    @few
    @given(values_of(row.kind))
    def text_and_octets_agree(value: object) -> None:
        octets = row.kind.encode(value)
        assert row.kind.decode(octets) == value
        text = format_value(row.code, octets)
        assert text.isprintable()
        if len(octets) <= 1200:
            assert encode_text(str(row.code), text) == octets

    text_and_octets_agree()


@every_row
def test_any_octets_have_a_text_form(row: Option) -> None:
    @few
    @given(st.binary(max_size=60))
    def any_octets(octets: bytes) -> None:
        text = format_value(row.code, octets)
        assert text.isprintable()
        again = encode_text(str(row.code), text)
        try:
            value = row.kind.decode(octets)
        except Malformed:
            assert again == octets
        else:
            assert row.kind.decode(again) == value

    any_octets()


@every_row
def test_a_row_is_found_by_each_of_its_names(row: Option) -> None:
    key = str(row.code)
    spellings = {row.name, row.name.upper(), row.name.replace("-", "_"), key, f"option-{key}", f" {row.name} "}
    spellings |= set(row.alias.split())
    assert {canonical(name) for name in spellings} == {key}
    assert name_of(key) == row.name


@every_row
def test_a_row_is_well_written(row: Option) -> None:
    assert 0 < row.code < 255
    assert row.name == row.name.lower().strip("-")
    assert not set(row.name) - set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert row.name not in row.alias.replace("_", "-").split()
    assert row.rfc.split()[0].isdigit()


def test_codes_and_names_stand_once_and_in_order() -> None:
    codes = [row.code for row in TABLE]
    assert codes == sorted(set(codes))
    assert len(BY_CODE) == len(BY_NAME) == len(TABLE)


# The registry's assigned codes, written out by hand; pad (0) and end (255) carry no value and have no row.
ASSIGNED = {*range(1, 84), *range(85, 96), *range(97, 102), 108, 109, 112, 113, 114, *range(116, 126), *range(128, 149)}
ASSIGNED |= {*range(150, 160), 161, 162, 175, 176, 177, *range(208, 214), 220, 221}
PRIVATE = {249, 252}


def test_the_table_holds_the_registry() -> None:
    assert set(BY_CODE) == ASSIGNED | PRIVATE


@pytest.mark.parametrize("code", sorted(set(range(1, 255)) - ASSIGNED - PRIVATE))
def test_a_code_without_a_row_is_kept_by_its_number(code: int) -> None:
    assert canonical(str(code)) == canonical(f"option-{code}") == str(code)
    assert name_of(str(code)) == row_of(code).name == f"option-{code}"
    assert encode_text(str(code), "http://10.0.0.1/") == b"http://10.0.0.1/"
    for octets in (b"", b"\0", b"\xff" * 255, b"text"):
        assert encode_text(str(code), format_value(code, octets)) == octets


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("routers", "3"), ("router", "3"), ("3", "3"), ("option-3", "3"), ("43.2", "43.2"), ("tftp-server-name", "66"),
        ("vendor-encapsulated-options.2", "43.2"), ("vendor_specific_information.254", "43.254"),
        ("option-43.02", "43.2"),
        ("nis+_domain", "64"), ("option-6rd", "212"), ("242", "242"), ("242.1", "242.1"), ("082", "82"),
    ],
)  # fmt: skip
def test_names_become_keys(name: str, key: str) -> None:
    assert canonical(name) == key


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("routrs", "no DHCP option is called 'routrs'; did you mean routers?"),
        ("quux", "no DHCP option is called 'quux'"),
        ("", "no DHCP option is called ''"),
        ("0", "0 is not the code of an option"),
        ("255", "255 is not the code of an option"),
        ("option-256", "256 is not the code of an option"),
        ("-1", "no DHCP option is called '-1'"),
        ("٣", "no DHCP option is called '٣'"),
        ("43.0", "0 is not the code of a sub-option"),
        ("43.255", "255 is not the code of a sub-option"),
        ("66.1", r"option 66 \(tftp-server-name\) has no sub-options"),
        ("43.2.1", "'43.2.1' is not written as 43.CODE"),
        ("43.circuit-id", "no sub-option is called 'circuit-id'"),
        ("82.circuit", "no sub-option is called 'circuit'; did you mean circuit-id?"),
        ("82.", "no sub-option is called ''"),
        ("125.3561", "'125.3561' is not written as 125.ENTERPRISE.CODE"),
        ("125.4294967296.1", "'4294967296' is not an enterprise number"),
        ("125.circuit-id.1", "'circuit-id' is not an enterprise number"),
        ("125.3561.0", "0 is not the code of a sub-option"),
        ("125.1.device-oui", "no sub-option is called 'device-oui'"),
        ("124.3561.1", "'124.3561.1' is not written as 124.ENTERPRISE"),
    ],
)
def test_what_is_no_name_is_refused(name: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        canonical(name)


def test_the_name_of_a_sub_option() -> None:
    assert name_of("43.2") == "vendor-encapsulated-options.2"


@pytest.mark.parametrize(
    ("key", "text", "octets"),
    [
        ("66", "http://10.0.0.1:8667", b"http://10.0.0.1:8667"),
        ("66", "text:hex:tra", b"hex:tra"),
        ("66", "hex:00", b"\0"),
        ("150", "10.0.0.1", b"\x0a\0\0\x01"),
        ("150", "text:10.0.0.1", b"10.0.0.1"),
        ("132", "42", b"42"),
        ("132", "u16:42", b"\0\x2a"),
        ("43", "http://10.0.0.1/", b"http://10.0.0.1/"),
        ("43", "2=a; 3=hex:00", b"\x02\x01a\x03\x01\x00"),
        ("43.2", "http://10.0.0.1/", b"http://10.0.0.1/"),
        ("43.2", "", b""),
        ("43.2", "1=2", b"1=2"),
        ("43.2", "hex:00:64", b"\0\x64"),
        ("43.2", "ip:10.0.0.1", b"\x0a\0\0\x01"),
        ("43.2", "u32:100", b"\0\0\0\x64"),
        ("57", "1500", b"\x05\xdc"),
    ],
)
def test_text_forms(key: str, text: str, octets: bytes) -> None:
    assert encode_text(key, text) == octets


def test_a_name_that_begins_as_a_prefix_does_is_told_in_octets() -> None:
    octets = encode_text("119", "hex.example.org").replace(b"\x03hex\x07example", b"\x06hex:07\x04name")
    text = format_value(119, octets)
    assert text == f"hex:{octets.hex()}"
    assert encode_text("119", text) == octets


@pytest.mark.parametrize(
    ("key", "text", "why"),
    [
        ("3", "phone", "'phone' is not an IPv4 address"),
        ("66", "", "the text is empty"),
        ("66", "a" * 1201, "the value has 1201 octets, where 1200 is the most"),
        ("43.1", "a" * 256, "the value has 256 octets, where 255 is the most"),
        ("43.1", "ip:phone", "'phone' is not an IPv4 address"),
        ("43.1", "hex:0", "'0' is not made of pairs"),
    ],
)
def test_what_is_wrong_with_a_text_is_said(key: str, text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        encode_text(key, text)


@pytest.mark.parametrize(
    ("texts", "options"),
    [
        ({}, {}),
        ({"66": "a", "43.3": "y", "43.2": "x"}, {66: b"a", 43: b"\x02\x01x\x03\x01y"}),
        ({"43": "2=old; 4=z", "43.2": "x"}, {43: b"\x02\x01x\x04\x01z"}),
        ({"43.2": "x", "43": "2=old; 4=z"}, {43: b"\x02\x01x\x04\x01z"}),
        ({"43": "http://10.0.0.1/", "43.2": "x"}, {43: b"http://10.0.0.1/"}),
        ({"242.1": "x"}, {242: b"\x01\x01x"}),
    ],
    ids=["nothing", "by code", "replaces one", "whatever the order", "a bare text stands alone", "a private code"],
)
def test_sub_options_are_put_together(texts: dict[str, str], options: dict[int, bytes]) -> None:
    assert build(texts) == options


def test_build_names_the_option_that_is_wrong() -> None:
    with pytest.raises(ValueError, match=r"option 3 \(routers\): 'phone' is not an IPv4 address"):
        build({"66": "a", "3": "phone"})
