"""What all lists share: filter, text, sort, page, and the total at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Any

import typer

from ringboot.cli.command import At
from ringboot.cli.exits import USAGE, Failure
from ringboot.cli.show import Column, counted, print_table

LARGEST_PAGE = 1000  # rows that the API gives at once

Text = Annotated[str, typer.Argument(help="Only rows that hold this text.", show_default=False)]
Filters = Annotated[
    list[str] | None, typer.Option("--filter", help="Only rows with this value, as key=value; may be repeated.")
]
Sort = Annotated[str, typer.Option(help="The key to sort by; with - before it downwards.", show_default=False)]
Limit = Annotated[int, typer.Option(help="How many rows at most; 0 means all.", min=0)]
Offset = Annotated[int, typer.Option(help="How many rows to skip.", min=0)]


def list_rows(
    at: At,
    path: str,
    columns: Sequence[Column],
    noun: str,
    *,
    text: str = "",
    filters: Sequence[str] | None = None,
    sort: str = "",
    limit: int = 100,
    offset: int = 0,
    secrets: bool = False,
    more: Sequence[tuple[str, str]] = (),
    also: Callable[[dict[str, Any]], dict[str, Any]] = lambda row: row,
) -> None:
    """Fetch and print one list; `noun` in the plural names what it holds.

    `more` are parameters of the list's own, `also` gives a row as it is printed for a person.
    """
    parameters = [("filter", each) for each in filters or ()]
    parameters += more
    parameters += [(name, value) for name, value in (("text", text), ("sort", sort)) if value]
    if secrets:
        parameters.append(("secrets", "1"))
    items: list[dict[str, Any]] = []
    total = 0
    for start, size in pages(limit, offset):
        page = at.api.get(path, parameters=[*parameters, ("limit", str(size)), ("offset", str(start))])
        items += page["items"]
        total = page["total"]
        if len(page["items"]) < size:
            break
    rows = items if at.json else list(map(also, items))
    show_page(at, rows, total, offset=offset, columns=columns, noun=noun)


def pages(limit: int, offset: int) -> Iterator[tuple[int, int]]:
    """Cut what is wanted into pages that the API gives: (offset, limit)."""
    wanted = limit
    while limit == 0 or wanted > 0:
        size = LARGEST_PAGE if limit == 0 else min(wanted, LARGEST_PAGE)
        yield offset, size
        offset += size
        wanted -= size


def show_page(
    at: At, items: list[dict[str, Any]], total: int, *, offset: int, columns: Sequence[Column], noun: str
) -> None:
    """Print rows and say how many there are in all."""
    if at.json:
        at.tell({"total": total, "offset": offset, "items": items}, "")
        return
    print_table(items, columns)
    end = offset + len(items)
    if end < total:
        print(f"{len(items)} of {counted(total, noun)}; --offset {end} shows more")
    elif len(items) < total:
        print(f"{len(items)} of {counted(total, noun)}")
    else:
        print(counted(total, noun))


def split_filter(text: str) -> tuple[str, str]:
    """Read key=value."""
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise Failure(f"{text!r} is no filter. Write it as key=value.", USAGE)
    return key, value
