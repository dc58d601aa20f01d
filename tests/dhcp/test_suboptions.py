"""Sub-options: every row is a test because it is in a table; then what relay agents and vendors send, and keys."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ringboot.dhcp.options import build, canonical, encode_text, format_value, name_of, row_of
from ringboot.dhcp.suboptions import SPACES
from ringboot.wire.reader import Malformed
from ringboot.wire.subs import Sub, Subs

ROWS = [(space, row) for space, subs in SPACES.items() for row in subs.rows]
every_row = pytest.mark.parametrize(("space", "row"), ROWS, ids=[f"{space}-{row.name}" for space, row in ROWS])


@every_row
def test_a_row_is_found_by_name_and_number_and_keeps_its_example(space: str, row: Sub) -> None:
    key = f"{space}.{row.code}"
    assert canonical(key) == canonical(f"{space}.{row.name}") == canonical(name_of(key)) == key
    assert canonical(f"{space}.{row.name.replace('-', '_').upper()}") == key
    assert name_of(key).endswith(f".{row.name}")
    octets = encode_text(key, row.kind.example)
    assert row.kind.format(row.kind.decode(octets)) == row.kind.example
    whole = build({key: row.kind.example})
    code = int(space.partition(".")[0])
    assert build({str(code): format_value(code, whole[code])}) == whole


@pytest.mark.parametrize("subs", SPACES.values(), ids=SPACES.keys())
def test_codes_and_names_stand_once_and_in_order(subs: Subs) -> None:
    assert [row.code for row in subs.rows] == sorted({row.code for row in subs.rows})
    assert len({row.name for row in subs.rows}) == len(subs.rows)
    for row in subs.rows:
        assert 0 < row.code < 255
        assert not set(row.name) - set("abcdefghijklmnopqrstuvwxyz0123456789-")
        assert row.name[0].isalpha()


# What is sent in the field, as octets and as a person reads and writes it.
@pytest.mark.parametrize(
    ("code", "octets", "text"),
    [
        (82, "0106 000400640003 0208 0006001122334455", "circuit-id=hex:000400640003; remote-id=hex:0006001122334455"),
        (82, "0108 67652d302f302f31 0504 0a010000", "circuit-id=ge-0/0/1; link-selection=10.1.0.0"),
        (82, "0504 0a010000 0b04 0a010001 0a01 80", "link-selection=10.1.0.0; server-id-override=10.1.0.1; flags=128"),
        (82, "0606 6c6f6f703137 1300", "subscriber-id=loop17; relay-source-port=true"),
        (82, "0503 0a0100 0a02 8000", "link-selection=hex:0a0100; flags=hex:8000"),
        (82, "0603 613b20 0107 613b20313d623b", "subscriber-id=hex:613b20; circuit-id=hex:613b20313d623b"),
        (82, "0602 6100", "subscriber-id=hex:6100"),
        (82, "c80161", "200=a"),
        (43, "0204 0a000001 ff", "2=hex:0a000001"),
        (43, "00 02 01 61 00 03 01 62 ff 00 00", "2=a; 3=b"),
        (43, "0201 61 ff 05", "2=a"),
        (43, "687474703a2f2f3130", "http://10"),
        (43, "05", "hex:05"),
        (125, "00000de9 08 0106 303038354438", "3561.device-oui=0085D8"),
        (125, "00000de9 03 010161 0000118b 04 02020001", "3561.device-oui=a; 4491.2=hex:0001"),
        (125, "00000de9 00", "3561="),
        (124, "00000de9 03 616263 0000118b 01 00", "3561=abc; 4491=hex:00"),
        (122, "0104 0a000001 040c 000001f4 00000fa0 00000004", "primary-dhcp-server=10.0.0.1; as-backoff=500 4000 4"),
    ],
)  # fmt: skip
def test_what_is_sent_has_a_text_form(code: int, octets: str, text: str) -> None:
    sent = bytes.fromhex(octets)
    assert format_value(code, sent) == text
    kind = row_of(code).kind
    again = encode_text(str(code), text)
    try:
        assert kind.decode(again) == kind.decode(sent)
    except Malformed:
        assert again == sent


@pytest.mark.parametrize(
    ("code", "text", "why"),
    [
        ("82", "circuit-id=a; remote-it=b", "no sub-option is called 'remote-it'; did you mean remote-id?"),
        ("82", "link-selection=phone", "'phone' is not an IPv4 address"),
        ("82", "circuit id", "'circuit id' is not a sub-option"),
        ("43", "2=a; 255=b", "255 is not the code of a sub-option"),
        ("125", "3561.device=a", "no sub-option is called 'device'; did you mean device-oui?"),
        ("125", "3561.1=" + "a" * 254, "sub-option 1|enterprise 3561 with 256 octets"),
        ("125.3561.1", "a" * 254, "the value has 254 octets, where 253 is the most"),
        ("122.1", "phone", "'phone' is not an IPv4 address"),
        ("122.8", "256", "256 is not in the range 0 to 255"),
    ],
)
def test_what_is_wrong_with_a_text_is_said(code: str, text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        encode_text(code, text)


@pytest.mark.parametrize(
    ("texts", "options"),
    [
        ({"125.3561.1": "00085D", "125.3561.2": "42"}, {125: "00000de9 0c 0106 303030383544 0202 3432"}),
        ({"125.4491.2": "b", "125.3561.1": "a"}, {125: "00000de9 03 010161 0000118b 03 020162"}),
        ({"125": "3561.1=old; 4491.9=x", "125.3561.1": "a"}, {125: "00000de9 03 010161 0000118b 03 090178"}),
        ({"125": "hex:0102", "125.3561.1": "a"}, {125: "0102"}),
        ({"124.3561": "abc"}, {124: "00000de9 03 616263"}),
        ({"124": "3561=old; 9=x", "124.3561": "a"}, {124: "00000009 01 78 00000de9 01 61"}),
        ({"122.2": "10.0.0.2", "122.1": "10.0.0.1"}, {122: "0104 0a000001 0204 0a000002"}),
    ],
    ids=["one enterprise", "two", "replaces one", "a whole that cannot be read stands alone", "a class",
         "replaces a class", "by code"],
)  # fmt: skip
def test_inner_values_are_put_together(texts: dict[str, str], options: dict[int, str]) -> None:
    assert build(texts) == {code: bytes.fromhex(octets) for code, octets in options.items()}


def test_an_enterprise_holds_what_fits() -> None:
    built = build({f"125.3561.{code}": "a" * 100 for code in (7, 8, 9)})
    assert [sub for sub, _ in row_of(125).kind.decode(built[125])[0][1]] == [7, 8]


def test_sub_options_above_255_octets_in_all_are_one_value() -> None:
    built = build({f"43.{code}": "a" * 200 for code in (1, 2)})
    assert len(built[43]) == 404


OCTETS = st.binary(max_size=80)


@given(st.sampled_from([43, 63, 82, 122, 124, 125, 139, 140, 175]), OCTETS)
@example(82, b"\x06\x02a\0")
@example(125, b"\0\0\x0d\xe9\x04\x01\x02; ")
def test_any_octets_have_a_text_form_that_means_the_same(code: int, octets: bytes) -> None:
    kind = row_of(code).kind
    text = format_value(code, octets)
    assert text.isprintable()
    again = encode_text(str(code), text)
    try:
        assert kind.decode(again) == kind.decode(octets)
    except Malformed:
        assert again == octets


@given(st.text(max_size=60))
def test_any_text_is_a_value_or_an_error(text: str) -> None:
    for key in ("43", "82", "122", "124", "125", "82.5", "122.4", "125.3561.1"):
        with suppress(ValueError):
            assert len(encode_text(key, text)) <= 1200


@given(st.text("0123456789.-abcdefovis", max_size=24))
def test_any_name_is_a_key_or_an_error(name: str) -> None:
    try:
        key = canonical(name)
    except ValueError:
        return
    assert canonical(name_of(key)) == key
