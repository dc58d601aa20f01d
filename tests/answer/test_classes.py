"""Which classes a client is in."""

from __future__ import annotations

import pytest

from ringboot.answer.classes import Classes
from ringboot.model.site import Class, Match

MAC = b"\x00\x08\x5d\x2e\xec\xfb"


def one(*conditions: tuple[str, str]) -> Class:
    return Class("it", "class", (tuple(Match(name, pattern) for name, pattern in conditions),))


@pytest.mark.parametrize(
    ("name", "pattern", "options"),
    [
        ("dhcp.60", "^Phone 57$", {60: b"Phone 57"}),
        ("dhcp.60", "^Phone 57$", {60: b"Phone 57\0"}),  # a trailing NUL is not part of the text
        ("dhcp.60", "57", {60: b"Phone 57"}),  # anywhere, unless the pattern says where
        ("dhcp.60", "\xe9", {60: b"caf\xe9"}),
        ("dhcp.12", "^lobby", {12: b"lobby-1"}),
        ("dhcp.43.2", "^x$", {43: b"\x01\x01y\x02\x01x\xff"}),
        ("dhcp.oui", "^00085d$", {}),
        ("dhcp.mac", "^00:08:5d:2e:", {}),
    ],
)
def test_evidence_matches(name: str, pattern: str, options: dict[int, bytes]) -> None:
    assert Classes((one((name, pattern)),)).of(options, MAC) == (0,)


@pytest.mark.parametrize(
    ("name", "pattern", "options"),
    [
        ("dhcp.60", "^57", {60: b"Phone 57"}),
        ("dhcp.60", "", {}),  # absent evidence matches nothing
        ("dhcp.43.3", "", {43: b"\x01\x01y"}),
        ("dhcp.43.2", "", {43: b"\x02\x09short"}),
        ("dhcp.oui", "^2eecfb", {}),
        ("http.user-agent", "", {60: b"x"}),  # not a thing of DHCP
        ("dhcp.99999", "", {60: b"x"}),
    ],
)
def test_evidence_does_not_match(name: str, pattern: str, options: dict[int, bytes]) -> None:
    assert Classes((one((name, pattern)),)).of(options, MAC) == ()


def test_all_conditions_of_any_alternative() -> None:
    both = (Match("dhcp.60", "^a"), Match("dhcp.12", "^b"))
    classes = Classes((Class("it", "class", (both, (Match("dhcp.12", "^c"),))),))
    assert classes.of({60: b"a", 12: b"b"}, MAC) == (0,)
    assert classes.of({60: b"a"}, MAC) == ()
    assert classes.of({12: b"c"}, MAC) == (0,)


def test_a_client_may_be_in_several_and_they_keep_their_order() -> None:
    classes = Classes((one(("dhcp.60", "x")), one(("dhcp.60", "y")), one(("dhcp.60", "xyz"))))
    assert classes.of({60: b"xyz"}, MAC) == (0, 1, 2)
    assert classes.of({60: b"x"}, MAC) == (0,)


def test_what_is_remembered_never_confuses_two_clients() -> None:
    classes = Classes((one(("dhcp.oui", "^00085d")), one(("dhcp.60", "x")), one(("dhcp.12", "x"))))
    assert classes.of({60: b"x"}, MAC) == (0, 1)
    assert classes.of({12: b"x"}, MAC) == (0, 2)
    assert classes.of({60: b"x"}, b"\x02" * 6) == (1,)
    assert classes.of({60: b"x"}, MAC) == (0, 1)


def test_a_flood_of_different_clients_does_not_grow_the_memory() -> None:
    classes = Classes((one(("dhcp.mac", "^00:08")),))
    for number in range(20_000):
        classes.of({}, number.to_bytes(6, "big"))
    assert len(classes._memory) <= 8192
    assert classes.of({}, MAC) == (0,)


def test_a_broken_pattern_is_named() -> None:
    with pytest.raises(ValueError, match=r"class it: '\(' is not a regular expression"):
        Classes((one(("dhcp.60", "(")),))
