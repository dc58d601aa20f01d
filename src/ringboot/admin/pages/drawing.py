"""Draws the pages from their templates; every value is text in them, whatever it holds."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ringboot.admin.pages.changes import changes
from ringboot.admin.pages.standing import state_of

_FOLDER = Path(__file__).parent / "templates"
_KEPT = "\n\t"
_UNITS = ("octets", "KiB", "MiB", "GiB", "TiB")


def clean(value: Any) -> Any:
    """Make visible what would not be seen, or would turn the text around it: names come from the network."""
    if value is None:
        return ""
    if not isinstance(value, str) or hasattr(value, "__html__") or value.isprintable():
        return value
    return "".join(
        each if each.isprintable() or each in _KEPT else "�" if 0xD800 <= ord(each) < 0xE000 else _escaped(each)
        for each in value
        if each != "\r"
    )


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def moment(utc: float | None) -> str:
    """Write an instant for machines: 2026-11-22T13:05:11Z."""
    try:
        return "" if utc is None else datetime.fromtimestamp(utc, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, OSError, ValueError):
        return ""  # a year that no calendar holds, such as the end of a lease that never ends


def moment_text(utc: float | None) -> str:
    """Write it for people: 2026-11-22 13:05:11 UTC; what a browser shows is the reader's own time."""
    text = moment(utc)
    return f"{text[:10]} {text[11:19]} UTC" if text else "never"


def span(seconds: float | None) -> str:
    """Write a span of time with its two largest units: 3 d 4 h."""
    left = 0 if seconds is None else int(abs(seconds))
    parts = []
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        if left >= size:
            parts.append(f"{left // size} {unit}")
            left %= size
        elif parts:
            break
        if len(parts) == 2:
            break
    return " ".join(parts) or "0 s"


def size(octets: float | None) -> str:
    """Write how large something is: 12.3 MiB."""
    left, unit = float(octets or 0), 0
    while left >= 1024 and unit < len(_UNITS) - 1:
        left, unit = left / 1024, unit + 1
    return f"{left:.0f} {_UNITS[unit]}" if unit == 0 else f"{left:.1f} {_UNITS[unit]}"


def number(value: float | None) -> str:
    """Write a number with narrow blanks between thousands."""
    return "" if value is None else f"{value:,}".replace(",", " ") if isinstance(value, int) else f"{value:,.1f}"


def segment(text: Any) -> str:
    """Quote what names a thing for one part of a path."""
    return quote(str(text), safe="")


def target(path: str, query: Mapping[str, Any] | list[tuple[str, Any]]) -> str:
    """Write a path with a query; what is empty is left out."""
    pairs = query.items() if isinstance(query, Mapping) else query
    text = urlencode([(key, value) for key, value in pairs if value not in (None, "")])
    return f"{path}?{text}" if text else path


def pretty(value: Any) -> str:
    """Write a value as JSON on several lines."""
    return json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True)


def plain(value: Any) -> str:
    """Write a value as a person reads it in a table."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def sentence(text: str) -> str:
    """Make a sentence of what a reason says."""
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?')) else '.'}" if text else ""


class Drawing:
    """The templates, read once."""

    def __init__(self, **shared: Any) -> None:
        """`shared`: what every template sees beside its own values."""
        self._environment = Environment(
            loader=FileSystemLoader(_FOLDER),
            autoescape=True,
            undefined=StrictUndefined,
            finalize=clean,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        written = (moment, moment_text, span, size, number, segment, pretty, plain, sentence)
        self._environment.filters |= {each.__name__: each for each in written} | {"state": state_of}
        self._environment.globals |= {"target": target, "changes": changes, **shared}

    async def draw(self, template: str, values: Mapping[str, Any]) -> str:
        """Draw a page; in a thread, because a long list takes longer than the loop may stand still."""
        return await asyncio.to_thread(self._environment.get_template(template).render, dict(values))
