"""Names of clients: what is made of what they say, and what they are told (RFC 4702)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringboot.dhcp.fqdn import fqdn_option, label_of, name_of, read_fqdn, wants_no_update
from ringboot.wire.names import ClientFqdn

DOMAIN = "lab.example.org"
LABELS = b"\x05phone\x07example\x03org\x00"


def said(flags: int, name: bytes = LABELS) -> dict[int, bytes]:
    return {81: bytes((flags, 0, 0)) + name}


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("phone", "phone"), ("Phone-2.example.org", "phone-2"), ("Annas Laptop", "annas-laptop"), ("-_-x-_-", "x"),
        ("b\u00fcro", "b-ro"), ("\u96fb\u8a71", ""), ("___", ""), ("", ""), (".org", ""), ("a" * 80, "a" * 63),
        ("a" * 62 + "-b", "a" * 62),
    ],
)  # fmt: skip
def test_of_a_name_its_first_label_is_taken_as_far_as_it_is_allowed(name: str, label: str) -> None:
    assert label_of(name) == label


@given(st.text())
def test_whatever_a_client_is_called_its_label_is_one(name: str) -> None:
    label = label_of(name)
    assert len(label) <= 63
    assert label.strip("-") == label
    assert not set(label) - set("abcdefghijklmnopqrstuvwxyz0123456789-")


@pytest.mark.parametrize(
    ("reserved", "options", "name"),
    [
        ("lobby", {**said(5), 12: b"other"}, "lobby.lab.example.org"),
        ("", {**said(5), 12: b"other"}, "phone.lab.example.org"),
        ("", {**said(1, b"phone"), 12: b"other"}, "phone.lab.example.org"),
        ("", {**said(5, b""), 12: b"other"}, "other.lab.example.org"),
        ("", {12: b"other\0"}, "other.lab.example.org"),
        ("", {12: b"\xff\xfe"}, ""),
        ("", {}, ""),
    ],
)
def test_whose_word_counts(reserved: str, options: dict[int, bytes], name: str) -> None:
    assert name_of(DOMAIN, reserved, options) == name
    assert name_of("", reserved, options) == ""


@pytest.mark.parametrize(
    "value",
    [
        b"", b"\x05\0", b"\x05\0\0\xc0\x00", b"\x05\0\0\x40" + b"a" * 64, b"\x05\0\0\x05ph", b"\x01\0\0\xff\xfe",
        b"\x05\0\0" + b"\x3f" + b"a" * 63 + (b"\x3f" + b"b" * 63) * 4 + b"\0", bytes((5 | 8, 0, 0)) + LABELS,
    ],
    ids=["nothing", "cut off", "a pointer", "a label of 64", "a label cut off", "no text", "too long", "N and S"],
)  # fmt: skip
def test_what_cannot_be_used_is_as_if_it_had_not_been_said(value: bytes) -> None:
    assert read_fqdn({81: value}) is None
    assert fqdn_option({81: value}, "phone.lab.example.org", updates=True) == b""
    assert name_of(DOMAIN, "", {81: value, 12: b"other"}) == "other.lab.example.org"


# Flags: 1 S (the server writes A), 2 O (not as the client wished), 4 E (labels), 8 N (no updates).
@pytest.mark.parametrize(
    ("asked", "updates", "told"),
    [
        (5, True, 5), (4, True, 7), (0, True, 3), (1, True, 1), (8, True, 8), (12, True, 12),
        (5, False, 14), (4, False, 12), (0, False, 8), (1, False, 10), (12, False, 12),
    ],
)  # fmt: skip
def test_who_writes_the_name_is_told_in_flags(asked: int, updates: bool, told: int) -> None:
    written = fqdn_option(said(asked, LABELS if asked & 4 else b"phone"), "phone.lab.example.org", updates=updates)
    answer = ClientFqdn().decode(written[2:])
    assert (written[0], written[1]) == (81, len(written) - 2)
    assert answer[:3] == (told, 255, 255)
    assert answer.name.rstrip(".") == "phone.lab.example.org"
    assert answer.name.endswith(".") is bool(asked & 4)


def test_without_a_name_nothing_is_told() -> None:
    assert fqdn_option(said(5), "", updates=True) == b""
    assert fqdn_option({}, "phone.lab.example.org", updates=True) == b""


def test_a_client_may_want_no_update() -> None:
    assert wants_no_update(said(12))
    assert not wants_no_update(said(5))
    assert not wants_no_update({})


@given(st.binary(max_size=300))
def test_any_octets_are_read(value: bytes) -> None:
    name = name_of(DOMAIN, "", {81: value, 12: value})
    assert name == "" or name.endswith(".lab.example.org")
    fqdn_option({81: value}, name, updates=True)
