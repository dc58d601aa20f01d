"""Which rows of a list are wanted, in which order, and which page of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

Row = dict[str, Any]
T = TypeVar("T")

_DIGITS = re.compile(r"(\d+)")


class Query(NamedTuple):
    """What a caller wants of a list."""

    filters: tuple[tuple[str, str], ...] = ()  # key, value: equal as text, without regard to case
    text: str = ""  # stands somewhere in some value
    sort: str = ""  # a key; empty: as they come
    descending: bool = False
    limit: int = 100
    offset: int = 0


class Page(NamedTuple):
    """One page, and how many rows there are on all pages."""

    total: int
    items: list[Row]


def select(rows: Iterable[Row], query: Query, texts: Sequence[str] | None = None) -> Page:
    """Filter, sort and cut a list that is in memory; `texts`: the keys that text is looked for in, all if None."""
    return Page(*chosen(rows, query, texts, _item))


def chosen(
    rows: Iterable[T], query: Query, texts: Sequence[str] | None, get: Callable[[T, str], Any]
) -> tuple[int, list[T]]:
    """Do so with anything that `get` gives the values of: how many there are, and those of the page."""
    wanted: Iterable[T] = (row for row in rows if _passes(row, query, texts, get))
    if query.sort:
        wanted = sorted(wanted, key=lambda row: natural(get(row, query.sort)), reverse=query.descending)
    items, total = [], 0
    for total, row in enumerate(wanted, start=1):
        if query.offset < total <= query.offset + query.limit:
            items.append(row)
    return total, items


def matches(row: Row, query: Query, texts: Sequence[str] | None = None) -> bool:
    """Tell whether a row passes the filters and holds the text."""
    return _passes(row, query, texts, _item)


def _item(row: Row, key: str) -> Any:
    return row.get(key)


def _passes(row: T, query: Query, texts: Sequence[str] | None, get: Callable[[T, str], Any]) -> bool:
    if not all(as_text(get(row, key)).casefold() == value.casefold() for key, value in query.filters):
        return False
    if not query.text:
        return True
    return query.text.casefold() in _all_text(row if texts is None else [get(row, key) for key in texts]).casefold()


def as_text(value: Any) -> str:
    """Write a value as a person would filter by it; absent is empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def natural(value: Any) -> tuple[Any, ...]:
    """Give a sort key that puts 10.0.0.9 before 10.0.0.10, and what is absent last."""
    if value is None:
        return (1,)
    if isinstance(value, str) and value[2::3] == ":::::":  # a MAC: its digits are no numbers
        return (0, (1, value.casefold()))
    parts = _DIGITS.split(as_text(value).casefold())
    return (0, *((0, int(part)) if part.isdecimal() else (1, part) for part in parts if part))


def _all_text(value: Any) -> str:
    if isinstance(value, Mapping):
        return "\n".join(_all_text(item) for item in value.values())
    if isinstance(value, list | tuple):
        return "\n".join(_all_text(item) for item in value)
    return as_text(value)
