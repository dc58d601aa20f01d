"""No octets bring a parser down: any, and those of real things with some of them changed, cut or doubled."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fuzz.targets import TARGETS, Target

EXAMPLES = {
    "journal": 40,
    "manifest": 60,
    "import-kea": 25,
    "import-isc": 25,
    "import-dnsmasq": 25,
    "leases-kea": 30,
    "leases-isc": 30,
    "leases-dnsmasq": 30,
}  # those that take longer
BY_NAME = pytest.mark.parametrize("target", TARGETS, ids=lambda each: each.name)


@st.composite
def damaged(draw: st.DrawFn, seeds: tuple[bytes, ...]) -> bytes:
    """Take something real and change a few places of it."""
    octets = bytearray(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(0, 4))):
        place = draw(st.integers(0, len(octets)))
        match draw(st.sampled_from(("set", "cut", "insert", "double"))):
            case "set" if place < len(octets):
                octets[place] = draw(st.integers(0, 255))
            case "cut":
                del octets[place : place + draw(st.integers(1, 64))]
            case "insert":
                octets[place:place] = draw(st.binary(min_size=1, max_size=16))
            case "double":
                octets[place:place] = octets[max(0, place - 32) : place]
            case _:
                pass
    return bytes(octets)


@BY_NAME
def test_what_it_was_made_for_goes_through(target: Target) -> None:
    for seed in target.seeds:
        target.run(seed)


@BY_NAME
def test_any_octets(target: Target) -> None:
    @settings(max_examples=EXAMPLES.get(target.name, 150))
    @given(st.binary(max_size=600))
    def thrown(data: bytes) -> None:
        target.run(data)

    thrown()


@BY_NAME
def test_real_ones_with_damage(target: Target) -> None:
    @settings(max_examples=EXAMPLES.get(target.name, 150))
    @given(damaged(target.seeds))
    def thrown(data: bytes) -> None:
        target.run(data)

    thrown()
