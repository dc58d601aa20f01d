"""How a value is written into a file of each format, so that no value can add a line, a tag or a key."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from xml.parsers import expat

from markupsafe import Markup

from ringboot.plugins.schema import Format

# Whatever some parser takes for the end of a line, and what no text file should hold; a tab is a blank.
_INI_REFUSED = re.compile("[\x00-\x08\x0a-\x1f\x7f\x85\u2028\u2029]")
# RFC: XML 1.0 2.2 allows the rest.
_XML_REFUSED = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_XML = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
)


class Unfit(ValueError):
    """A value that cannot stand in a file of this format; the text never holds the value."""


class Text(str):
    """A value of the configuration that knows its place there."""

    place = "this value"

    @classmethod
    def at(cls, place: str, value: str) -> Text:
        """Make a text that remembers where it is from."""
        text = cls(value)
        text.place = place
        return text


def placed(value: Any, place: str) -> Any:
    """Give every text inside a value its place, such as sip_lines.1.display_name."""
    if isinstance(value, str):
        return Text.at(place, value)
    if isinstance(value, Mapping):
        return {
            key: item if item is None else placed(item, f"{place}.{key}" if place else str(key))  # most are absent
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [placed(item, f"{place}.{number}") for number, item in enumerate(value)]
    return value


def _name(value: Any) -> str:
    return value.place if isinstance(value, Text) else Text.place


def _scalar(value: Any) -> str:
    """Write what has one obvious spelling: text and numbers; None is nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        raise Unfit("yes or no has no spelling of its own here; write {{ 1 if x else 0 }} or the like")
    if isinstance(value, str | int | float):
        return str.__str__(value) if isinstance(value, str) else str(value)
    raise Unfit(f"a {type(value).__name__} cannot be written as one value")


def ini(value: Any) -> str:
    """Refuse what would end the line."""
    text = _scalar(value)
    bad = _INI_REFUSED.search(text)
    if bad:
        raise Unfit(f"{_name(value)} holds a line end or control character (U+{ord(bad[0]):04X})")
    return text


def xml(value: Any) -> str:
    """Write text so that it is the same in an element and in an attribute."""
    text = _scalar(value)
    bad = _XML_REFUSED.search(text)
    if bad:
        raise Unfit(f"{_name(value)} holds a character that XML does not know (U+{ord(bad[0]):04X})")
    return text.translate(_XML)


def as_json(value: Any) -> str:
    """Write any value as JSON, text with its quotes."""
    try:
        return json.dumps(value, ensure_ascii=False).replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    except (TypeError, ValueError):
        raise Unfit(f"a {type(value).__name__} cannot be written as JSON") from None


def raw(value: Any) -> str:
    """Write text as it is."""
    return _scalar(value)


ENCODERS: dict[Format, Callable[[Any], str]] = {"ini": ini, "xml": xml, "json": as_json, "commands": ini, "raw": raw}


def mark(format_: Format, value: Any) -> Markup:
    """Write a value into a file of this format; what a template wrote itself stays as it is."""
    return value if isinstance(value, Markup) else Markup(ENCODERS[format_](value))


def broken(format_: Format, data: bytes) -> tuple[int, str] | None:
    """Say on which line of a finished file its format is broken, and how; None when it is sound or cannot be told."""
    if format_ == "xml":
        return _broken_xml(data)
    if format_ == "json":
        try:
            json.loads(data)
        except json.JSONDecodeError as error:
            return error.lineno, error.msg
    return None


def _broken_xml(data: bytes) -> tuple[int, str] | None:
    declared: list[str] = []
    parser = expat.ParserCreate()
    parser.XmlDeclHandler = lambda _version, encoding, _standalone: declared.append(encoding or "UTF-8")
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        return error.lineno, expat.ErrorString(error.code)
    if declared and declared[0].upper() not in ("UTF-8", "US-ASCII"):
        return 1, f"it declares {declared[0]}, but every file is written in UTF-8"
    return None
