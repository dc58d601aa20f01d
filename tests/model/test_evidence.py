"""What a client said of itself survives packing, and reads as text."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ringboot.model.evidence import KEPT, NONCE, pack, sub_options, text, texts, unpack

MAC = b"\x00\x08\x5d\x2e\xec\xfb"


@given(st.dictionaries(st.sampled_from(KEPT), st.binary(max_size=600)), st.integers(0, 0xFFFFFFFF))
def test_what_is_packed_is_unpacked(options: dict[int, bytes], giaddr: int) -> None:
    relay = {0: giaddr.to_bytes(4, "big")} if giaddr else {}
    assert unpack(pack(options, giaddr)) == {**relay, **options}
    assert pack(dict(reversed(options.items())), giaddr) == pack(options, giaddr)


def test_only_what_is_kept_is_packed() -> None:
    assert pack({53: b"\x01", 50: b"abcd", 60: b"x"}) == b"\x3c\x00\x01x"


@given(st.binary(max_size=60))
@example(bytes((NONCE,)))
def test_any_octets_are_unpacked(octets: bytes) -> None:
    assert len(unpack(octets)) * 3 <= len(octets)


@given(st.binary(max_size=60))
def test_any_octets_are_taken_apart(octets: bytes) -> None:
    assert sum(2 + len(value) for value in sub_options(octets).values()) <= len(octets)


@pytest.mark.parametrize(
    ("octets", "found"),
    [
        (b"", {}),
        (b"\x01\x02ab\x02\x00", {1: b"ab", 2: b""}),
        (b"\x00\x00\x01\x01a\xff\x02\x01b", {1: b"a"}),  # pads are skipped, 255 ends
        (b"\x01\x01a\x02\x09short", {1: b"a"}),
        (b"\x01", {}),
        (b"http://10.0.0.1/", {}),
    ],
)
def test_sub_options(octets: bytes, found: dict[int, bytes]) -> None:
    assert sub_options(octets) == found


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("dhcp.mac", "00:08:5d:2e:ec:fb"),
        ("dhcp.oui", "00085d"),
        ("dhcp.60", "Phone CP-7961G"),
        ("dhcp.43.2", "caf\xe9"),
        ("dhcp.43.9", None),
        ("dhcp.12", None),
        ("dhcp.12.1", None),
        ("http.user-agent", None),
    ],
)
def test_evidence_as_text(name: str, value: str | None) -> None:
    options = {60: b"Phone CP-7961G\0", 43: b"\x02\x04caf\xe9"}
    assert text(name, options, MAC) == value
    assert texts(options, MAC).get(name) == value


def test_a_client_without_a_mac_has_none_in_its_evidence() -> None:
    assert text("dhcp.mac", {}, b"") is text("dhcp.oui", {}, b"\x01") is None
    assert texts({0: b"\x0a\x00\x00\x01", 55: b"\x01"}, b"") == {"dhcp.55": "\x01"}
