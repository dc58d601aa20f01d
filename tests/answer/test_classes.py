"""Which classes a client is in."""

from __future__ import annotations

from pathlib import Path

import pytest

from ringboot.answer.classes import Classes
from ringboot.model.site import Class, Match
from ringboot.setup.load import load_text
from ringboot.setup.site import site_of

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


# What a class of the configuration may ask for, from its text to its clients

ALIKE = """
[dhcp]
interfaces = ["eth0"]
[[dhcp.network]]
subnet = "10.0.0.0/24"
[[dhcp.class]]
name = "it"
match = {}
"""
RELAYED = b"\x01\x05ge-01\x02\x06\x00\x08\x5d\x00\x00\x09"


@pytest.mark.parametrize(
    ("match", "said", "fits"),
    [
        ('vendor-class = "Phone*"', {60: b"Phone 57"}, True),
        ('vendor-class = ["Desk*", "Phone*"]', {60: b"Phone 57"}, True),
        ('vendor-class = ["Desk*", "Door*"]', {60: b"Phone 57"}, False),
        ('vendor-class = ["Desk*", "?oor*"]', {60: b"A Door"}, False),
        ('user-class = "iPXE"', {77: b"iPXE"}, True),
        ('user-class = "iPXE"', {77: b"\x03one\x04iPXE"}, True),
        ('user-class = "i*"', {77: b"\x03one\x04iPXE"}, True),
        ('user-class = "iPXE"', {77: b"\x03one\x05iPXE2"}, False),
        ('user-class = "iPXE"', {77: b"\x09iPXE"}, False),  # neither a list nor that text
        ('user-class = "iPXE"', {}, False),
        ('client-id = "01:00:08:*"', {61: b"\x01\x00\x08\x5d"}, True),
        ('client-id = ["rack-*", "01:00:09:*"]', {61: b"\x01\x00\x08\x5d"}, False),
        ('circuit-id = "ge-0?"', {82: RELAYED}, True),
        ('circuit-id = "ge-1?"', {82: RELAYED}, False),
        ('circuit-id = "67:65:*"', {82: RELAYED}, True),
        ('remote-id = "00:08:5d:00:00:09"', {82: RELAYED}, True),
        ('remote-id = "00:08:5d:00:00:0a"', {82: RELAYED}, False),
        ('remote-id = "*"', {82: b"\x01\x01a"}, False),
        ('remote-id = "*"', {}, False),
        ('hostname = ["a*", "Lobby-*"]', {12: b"lobby-7"}, True),
        ('mac = ["00:08:5e:*", "00-08-5D-*"]', {}, True),
        ("arch = 7", {93: b"\x00\x07"}, True),
        ("arch = [0, 9]", {93: b"\x00\x06\x00\x09"}, True),
        ("arch = 0", {93: b"\x00\x00"}, True),
        ("arch = 0", {93: b"\x00\x07"}, False),
        ("arch = 7", {93: b"\x07\x00"}, False),
        ('arch = "7"', {93: b"\x00\x07\x01"}, True),  # an octet too many is left out
        ("arch = 7", {}, False),
        ('options = { pxe-client-id = "00:01:*" }', {97: b"\x00\x01\x02"}, True),
        ('options = { domain-name = ["a.*", "*.b"] }', {15: b"x.b"}, True),
        ('options = { dhcp-max-message-size = "1500" }', {57: b"\x05\xdc"}, True),
        ("options = { dhcp-max-message-size = [576, 1500] }", {57: b"\x05\xdc"}, True),
        ('options = { 57 = "1280" }', {57: b"\x05\x00"}, True),  # a NUL at its end is part of a number
        ('options = { 57 = "1500" }', {57: b"\x05\xdd"}, False),
        ('options = { 57 = "*" }', {57: b"\x05\xdd"}, True),
        ('options = { 57 = "*" }', {}, False),
        ('options = { "43.2" = "x*" }', {43: b"\x01\x01y\x02\x02xy"}, True),
        ('options = { "82.9" = "de:ad" }', {82: b"\x09\x02\xde\xad"}, True),
        ('options = { 224 = "site-?" }', {224: b"site-1"}, True),
        ('vendor-class = "P*", hostname = "b"', {60: b"Phone", 12: b"b"}, True),
        ('vendor-class = "P*", hostname = "b"', {60: b"Phone"}, False),
        ('vendor-class = "P*", options = { 57 = 576 }', {60: b"Phone"}, False),
    ],
)
def test_a_class_of_the_configuration(match: str, said: dict[int, bytes], fits: bool) -> None:
    text = ALIKE.replace("match = {}", f"match = {{ {match} }}")
    classes = Classes(site_of(load_text(Path("/r.toml"), text), revision=1).classes)
    assert classes.of(said, MAC) == ((0,) if fits else ())
