"""What commands print: tables, single things, times; plain when piped, in colour on a terminal."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ringboot.leases.terms import INFINITE

Row = Mapping[str, Any]


class Column(NamedTuple):
    """One column of a table."""

    key: str
    title: str
    form: Callable[[Any], str] | None = None


def print_table(rows: Sequence[Row], columns: Sequence[Column]) -> None:
    """Print a table; nothing is cut off where a program may read it."""
    cells = [[_cell(row.get(column.key), column) for column in columns] for row in rows]
    if not rows:
        return
    if sys.stdout.isatty():
        _print_rich(cells, columns)
    else:
        print("\n".join(aligned([[column.title for column in columns], *cells])))


def aligned(rows: Sequence[Sequence[str]], indent: str = "") -> list[str]:
    """Pad cells so that columns stand below each other, two blanks apart."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    padded = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return [(indent + line).rstrip() for line in padded]


def _print_rich(cells: Sequence[Sequence[str]], columns: Sequence[Column]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column.title, overflow="fold")
    for row in cells:
        table.add_row(*row)
    Console(markup=False, highlight=False, emoji=False).print(table)


def _cell(value: Any, column: Column) -> str:
    if value is None:
        return "-"
    return clean(column.form(value) if column.form else plain(value)) or "-"


def print_json(value: Any) -> None:
    """Print a value for programs."""
    print(json.dumps(value, indent=2))


def print_thing(thing: Row, leave_out: Iterable[str] = ()) -> None:
    """Print the keys of one thing below each other; what is not set is left out."""
    skipped = set(leave_out)
    rows = [(key, plain(value)) for key, value in flat(thing) if value not in (None, "", [], {}) and key not in skipped]
    if rows:
        print("\n".join(aligned([(key, clean(value)) for key, value in rows])))


def flat(thing: Any, path: str = "") -> Iterable[tuple[str, Any]]:
    """Give the leaves of nested tables with dotted keys."""
    if isinstance(thing, Mapping) and (thing or not path):
        for key, value in thing.items():
            yield from flat(value, f"{path}.{key}" if path else str(key))
    else:
        yield path, thing


def plain(value: Any) -> str:
    """Write a value for a person."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(plain(item) for item in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={plain(item)}" for key, item in value.items())
    return str(value)


def counted(number: int, noun: str) -> str:
    """Write a number and what it counts, a noun in the plural."""
    return f"{number} {noun.removesuffix('s') if number == 1 else noun}"


def clean(text: str) -> str:
    """Make what devices sent harmless to a terminal: control characters become ?."""
    return "".join(char if char.isprintable() else "?" for char in text)


def moment(utc: Any, zone: dt.tzinfo | None = None) -> str:
    """Write an instant (UTC seconds) in the reader's time zone, and name that."""
    if not isinstance(utc, int | float):
        return plain(utc)
    if utc >= INFINITE:
        return "never"  # a lease without an end
    return dt.datetime.fromtimestamp(utc, dt.UTC).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S %Z")
