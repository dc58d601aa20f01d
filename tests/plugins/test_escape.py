"""Values in files of each format: any text comes back from a parser as it went in, and adds nothing."""

from __future__ import annotations

import json
from typing import Any, get_args
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringboot.plugins.escape import ENCODERS, Text, Unfit, as_json, broken, ini, mark, placed, raw, xml
from ringboot.plugins.schema import Format

ANY_TEXT = st.text(st.characters(blacklist_categories=[]), max_size=20)


@given(ANY_TEXT)
def test_ini_is_one_line_or_refused(text: str) -> None:
    try:
        written = ini(text)
    except Unfit:
        assert len(f"x{text}x".splitlines()) > 1 or any(ord(char) < 32 or ord(char) in (0x7F, 0x85) for char in text)
    else:
        assert written == text
        assert f"key: {written}".splitlines() == [f"key: {text}"]


@given(ANY_TEXT)
def test_xml_comes_back_from_element_and_attribute(text: str) -> None:
    try:
        written = xml(text)
    except Unfit:
        with pytest.raises((ET.ParseError, UnicodeEncodeError)):
            ET.fromstring(f"<a>&#{ord(next(char for char in text if refused(char)))};</a>")
    else:
        node = ET.fromstring(f'<a b="{written}">{written}</a>')
        assert (node.text or "", node.attrib, len(node)) == (text, {"b": text}, 0)


def refused(char: str) -> bool:
    try:
        xml(char)
    except Unfit:
        return True
    return False


@given(st.recursive(st.none() | st.booleans() | st.integers() | ANY_TEXT, lambda inner: st.lists(inner, max_size=3)))
def test_json_comes_back(value: Any) -> None:
    assert json.loads(f'{{"a": {as_json(value)}}}') == {"a": value}


@pytest.mark.parametrize("encode", [ini, xml, raw])
@pytest.mark.parametrize(("value", "written"), [("a", "a"), (7, "7"), (1.5, "1.5"), (None, "")])
def test_plain_values(encode: Any, value: Any, written: str) -> None:
    assert encode(value) == written


@pytest.mark.parametrize("encode", [ini, xml, raw])
@pytest.mark.parametrize("value", [True, False, [], {"password": "x"}, object()])
def test_values_without_one_spelling_are_refused_and_not_shown(encode: Any, value: Any) -> None:
    with pytest.raises(Unfit) as caught:
        encode(value)
    assert "password" not in str(caught.value)


def test_a_refused_value_is_named_by_its_place_and_not_shown() -> None:
    full = placed({"sip_lines": {"1": {"display_name": "Bob\nadmin: x"}}, "list": ["a", "b\x00"]}, "")
    with pytest.raises(Unfit, match=r"^sip_lines.1.display_name holds a line end or control character \(U\+000A\)$"):
        ini(full["sip_lines"]["1"]["display_name"])
    with pytest.raises(Unfit, match=r"^list.1 holds a character that XML does not know"):
        xml(full["list"][1])
    with pytest.raises(Unfit, match=r"^this value holds"):
        ini("a\nb")


def test_text_stays_text() -> None:
    text = Text.at("a.b", "value")
    assert text == "value"
    assert str(text) == "value"
    assert hash(text) == hash("value")


def test_every_format_has_an_encoder() -> None:
    assert set(ENCODERS) == set(get_args(Format))


def test_what_is_marked_stays() -> None:
    once = mark("xml", "<&>")
    assert mark("xml", once) is once


@pytest.mark.parametrize(
    ("format_", "data", "where"),
    [
        ("xml", b"<a>\n<b>\n</a>", (3, "mismatched tag")),
        ("xml", b"<a/>\n", None),
        (
            "xml",
            b'<?xml version="1.0" encoding="ISO-8859-1"?><a/>',
            (1, "it declares ISO-8859-1, but every file is written in UTF-8"),
        ),
        ("xml", b'<?xml version="1.0" encoding="utf-8"?><a/>', None),
        ("json", b'{"a":\n1,}', (2, "Expecting property name enclosed in double quotes")),
        ("json", b"[]", None),
        ("ini", b"<<<", None),
        ("raw", b"\xff", None),
    ],
)
def test_broken_results(format_: Format, data: bytes, where: tuple[int, str] | None) -> None:
    assert broken(format_, data) == where
