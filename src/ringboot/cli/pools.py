"""ringboot pool: how full pools are, and were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from ringboot.cli.command import At, command
from ringboot.cli.completion import names_of
from ringboot.cli.show import Column, moment, print_table

COLUMNS = (
    Column("network", "NETWORK"),
    Column("pool", "POOL"),
    Column("size", "SIZE"),
    Column("used", "USED"),
    Column("declined", "DECLINED"),
    Column("free", "FREE"),
)
_BARS = " ▁▂▃▄▅▆▇█"
_WIDE = 96  # bars in a line: a day by quarters of an hour

Name = Annotated[str, typer.Argument(help="The network.", autocompletion=names_of("pools", "network", "pool"))]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "list", "ringboot pool list")(list_pools)
    command(app, "history", "ringboot pool history phones --month")(history)


def list_pools(at: At) -> None:
    """List pools and how full they are."""
    found = at.api.get("pools")
    if at.json:
        at.tell(found, "")
    else:
        print_table(found["items"], COLUMNS)


def history(
    at: At,
    name: Name,
    *,
    month: Annotated[
        bool,
        typer.Option("--month", help="The fullest of each quarter of an hour for 30 days, not each minute of one."),
    ] = False,
) -> None:
    """Show how full a network's pools were.

    Each minute of the last day; a bar is the fullest of some minutes beside each other.
    """
    found = at.api.get("pools", "history", parameters=[("network", name), ("step", "15m" if month else "1m")])
    at.tell(found, "\n".join(_lines(found["items"])) or "Nothing was written down yet; look again in a minute.")


def _lines(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    lines: list[str] = []
    for pool in dict.fromkeys(row["pool"] for row in rows):
        mine = [row for row in rows if row["pool"] == pool]
        parts = [_part(row) for row in mine]
        fullest = max(mine, key=_part)
        lines += [
            f"{pool}: now {_percent(mine[-1])}, fullest {_percent(fullest)} at {moment(fullest['utc'])}",
            f"  {bars(parts)}",
            f"  from {moment(mine[0]['utc'])} to {moment(mine[-1]['utc'])}",
        ]
    return lines


def bars(parts: Sequence[float]) -> str:
    """Draw parts of 1 as bars, at most so many that they stand in a line; each the highest of those it stands for."""
    each = -(-len(parts) // _WIDE)
    highest = [max(parts[start : start + each]) for start in range(0, len(parts), each or 1)]
    return "".join(_BARS[min(8, -(-int(part * 800) // 100))] for part in highest)


def _part(row: Mapping[str, Any]) -> float:
    return float((row["used"] + row["declined"]) / row["size"]) if row["size"] else 0.0


def _percent(row: Mapping[str, Any]) -> str:
    return f"{_part(row):.0%} ({row['used'] + row['declined']} of {row['size']})"
