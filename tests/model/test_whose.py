"""By what a reservation knows its client: spellings, and the order of the names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringboot.model.whose import BY_NAME, KINDS, names_of, norm, octets_of

MAC = b"\x00\x08\x5d\x00\x00\x01"


@pytest.mark.parametrize(
    ("kind", "text", "octets", "kept"),
    [
        ("mac", "00-08-5D-00-00-01", MAC, "00:08:5d:00:00:01"),
        ("client-id", "01:00:08:5D:00:00:01", b"\x01" + MAC, "0100085d000001"),
        ("circuit-id", "ge-0/0/7", b"ge-0/0/7", "ge-0/0/7"),
        ("circuit-id", "00:04:00:0A", b"\0\x04\0\n", "hex:0004000a"),
        ("circuit-id", "hex:6162", b"ab", "ab"),
        ("remote-id", "B\u00fcro", "B\u00fcro".encode(), "hex:42c3bc726f"),
        ("remote-id", "hex:30303a3031", b"00:01", "hex:30303a3031"),  # a text that would be read as octets
        ("remote-id", "7", b"7", "7"),
    ],
)
def test_any_spelling_is_kept_as_one(kind: str, text: str, octets: bytes, kept: str) -> None:
    assert octets_of(kind, text) == octets
    assert norm(kind, text) == norm(kind, kept) == kept


@pytest.mark.parametrize(
    ("kind", "text", "why"),
    [
        ("mac", "nonsense", "not a MAC address"),
        ("client-id", "01", "two octets or more"),
        ("circuit-id", "hex:0", "pairs of hex digits"),
        ("circuit-id", "", "1 to 255 octets"),
        ("remote-id", "x" * 256, "1 to 255 octets"),
        ("flex-id", "x", "kinds are client-id, mac, circuit-id, remote-id"),
    ],
)
def test_what_is_no_name_is_refused_with_what_to_write(kind: str, text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        norm(kind, text)


@given(kind=st.sampled_from([row.name for row in KINDS if row.is_place]), octets=st.binary(min_size=1, max_size=255))
def test_whatever_a_relay_says_can_be_kept_and_read_again(kind: str, octets: bytes) -> None:
    assert octets_of(kind, BY_NAME[kind].write(octets)) == octets


@given(st.text(max_size=40))
def test_whatever_is_taken_is_kept_in_one_spelling(text: str) -> None:
    try:
        kept = norm("circuit-id", text)
    except ValueError:
        return
    assert norm("circuit-id", kept) == kept


def test_names_come_the_most_exact_first_whatever_the_relay_says() -> None:
    said = {61: b"\x01" + MAC, 82: b"\x02\x03box\x01\x04port"}
    assert names_of(MAC, said) == (
        ("client-id", b"\x01" + MAC), ("mac", MAC), ("circuit-id", b"port"), ("remote-id", b"box"),
    )  # fmt: skip
    assert [name for name, _ in names_of(MAC, said)] == [kind.name for kind in KINDS]
    assert names_of(MAC, {82: b"\x02\x03box\x01\x09por"}) == (("mac", MAC), ("remote-id", b"box"))
    assert names_of(MAC, {}) == (("mac", MAC),)
