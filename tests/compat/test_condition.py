"""Tests on what clients send become patterns of classes."""

from __future__ import annotations

import pytest

from ringboot.compat.importers import condition
from ringboot.compat.importers.condition import begins, both, either, equals, exists
from ringboot.compat.importers.kea_test import read_test
from ringboot.compat.importers.values import CannotSay

ROWS = [
    ("option[60].hex == 'PXEClient'", [({"vendor-class": ("PXEClient",)}, {})]),
    ("option[vendor-class-identifier].text == 'a*b'", [({"vendor-class": ("a[*]b",)}, {})]),
    ("substring(option[60].hex, 0, 9) == 'PXEClient'", [({"vendor-class": ("PXEClient*",)}, {})]),
    ("substring(option[60].hex,0,20) == 'PXEClient'", [({"vendor-class": ("PXEClient",)}, {})]),
    ("substring(option[60].hex,0,all) == 'x y'", [({"vendor-class": ("x y",)}, {})]),
    ("0x00085d010203 == pkt4.mac", [({"mac": ("00:08:5d:01:02:03",)}, {})]),
    ("substring(pkt4.mac,0,3) == 0x00085D", [({"mac": ("00:08:5d:*",)}, {})]),
    ("relay4[1].hex == 'port7'", [({"circuit-id": ("port7",)}, {})]),
    ("relay4[2].hex == 0x00040001", [({"remote-id": ("00:04:00:01",)}, {})]),
    ("option[61].hex == 0x01aabbccddeeff", [({"client-id": ("01:aa:bb:cc:dd:ee:ff",)}, {})]),
    ("option[93].hex == 0x0007", [({"arch": ("7",)}, {})]),
    ("option[93].hex == 0x0007 or option[93].hex == 0x0009", [({"arch": ("7", "9")}, {})]),
    ("option[43].exists", [({}, {"vendor-encapsulated-options": ("*",)})]),
    ("option[77].exists", [({"user-class": ("*",)}, {})]),
    ("option[57].hex == 0x0240", [({}, {"dhcp-max-message-size": ("576",)})]),
    ("(option[60].hex == 'a') and (option[12].hex == 'b')", [({"vendor-class": ("a",), "hostname": ("b",)}, {})]),
    ("option[60].hex == 'a' or option[12].hex == 'b'", [({"vendor-class": ("a",)}, {}), ({"hostname": ("b",)}, {})]),
    ("member('phones') and option[12].hex == 'b'", [({"vendor-class": ("P*",), "hostname": ("b",)}, {})]),
]
REFUSED = [
    ("not option[60].exists", '"not"'),
    ("substring(option[60].hex,2,3) == 'abc'", "only the beginning"),
    ("substring(option[60].hex,0,2) == 'abc'", "never equal"),
    ("substring(option[57].hex,0,1) == 0x02", "a part of option"),
    ("member('KNOWN')", "membership of KNOWN"),
    ("pkt4.iface == 'eth0'", "pkt4.iface"),
    ("option[60].hex == option[12].hex", "no constant"),
    ("option[60].hex == 'a' and option[60].hex == 'b'", "asked for twice"),
    ("option[nobody].hex == 'a'", "nobody"),
    ("option[60].hex ==", "ends too early"),
    ("option[60].hex == 'a' 'b'", "not understood"),
    ("%", "not understood"),
    ("(" * 100, "too many brackets"),
]
PHONES = {"phones": begins("60", b"P")}


def code_of(name: str) -> int:
    if name == "vendor-class-identifier":
        return 60
    raise CannotSay(f"no option is called {name}", "correct it")


@pytest.mark.parametrize(("text", "expected"), ROWS)
def test_a_test_of_kea_becomes_patterns(text: str, expected: list[object]) -> None:
    assert read_test(text, PHONES, code_of) == expected


@pytest.mark.parametrize(("text", "why"), REFUSED)
def test_what_patterns_cannot_say_is_told(text: str, why: str) -> None:
    with pytest.raises(CannotSay) as caught:
        read_test(text, PHONES, code_of)
    assert why in caught.value.why
    assert caught.value.instead


def test_octets_that_look_like_text_are_kept_apart() -> None:
    assert equals("61", b"00:01") == [({"client-id": ("30:30:3a:30:31",)}, {})]
    assert begins("60", b"") == exists("60")
    with pytest.raises(CannotSay):
        equals("61", b"\x01")


def test_alternatives_multiply_up_to_a_bound() -> None:
    many = [condition.Alternative({"hostname": (str(number),)}, {}) for number in range(5)]
    assert len(both(many, either(equals("60", b"a"), equals("77", b"b")))) == 10
    with pytest.raises(CannotSay, match="more than 16"):
        both(many, [condition.Alternative({}, {str(number): ("*",)}) for number in range(4)])
