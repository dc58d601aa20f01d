"""The patterns of manifests: bounded in what they name and in how long they can take."""

from __future__ import annotations

import pytest

from ringboot.plugins.patterns import compiled, evidence_name


@pytest.mark.parametrize(
    "pattern",
    [
        "^(a+)+$",
        "(a*)*b",
        "((a+)b?)+",
        "(?:x|y+)*",
        "(a{2,})+",
        r"(\w+\s*)+$",
        "([a]+){3,}",
        "((a)+)+",
        "(a+|b)*?",
        "((ab+))*",
        "(a{1,3})+",
        "(a|a)*b",
        "(?:ab|a|b)+$",
        "(a?a)+",
        "(a+){50}",
        "(?P<model>a+){4}",
        "((?:a?))+",
    ],
)
def test_a_choice_in_a_repeat_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="can take for ever"):
        compiled(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        "^a+$",
        "(a+)b+",
        r"(\(+)x",
        "([+*)]+)",
        "(?:-[0-9a-f]{2}){5}",
        "(ab)+c*",
        "(a+)?",
        "([]+*]x)+",
        r"(\++)",
        "(?:a|b)?c+",
        "(?:ab){2,}",
        "(?:a+b){2}",
        "(?P<model>a|b)(?P=model)",
        "(?:[a|b?]{2})+",
        r"(?:\|\?)+",
        "(?:a{2,2})+",
    ],
)
def test_what_is_harmless_passes(pattern: str) -> None:
    assert compiled(pattern).pattern == pattern


def test_a_pattern_has_an_end() -> None:
    with pytest.raises(ValueError, match="400 characters"):
        compiled("a" * 401)


@pytest.mark.parametrize(
    ("name", "canonical"),
    [
        ("dhcp.60", "dhcp.60"),
        ("dhcp.43.2", "dhcp.43.2"),
        ("HTTP.User-Agent", "http.user-agent"),
        ("http.header.X-A", "http.header.x-a"),
    ],
)
def test_evidence_has_one_spelling(name: str, canonical: str) -> None:
    assert evidence_name(name) == canonical


@pytest.mark.parametrize("name", ["dhcp.61", "dhcp.43", "http", "http.header.", "sip.user-agent", ""])
def test_unknown_evidence(name: str) -> None:
    with pytest.raises(ValueError, match="is no evidence"):
        evidence_name(name)
