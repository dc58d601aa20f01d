"""ringboot top: what the daemon does now."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import typer

from ringboot.cli.command import At, command
from ringboot.cli.exits import USAGE, Failure

Row = dict[str, Any]
# The outcomes that gave somebody an address, or more time for one.
LEASED = ("acknowledged", "acknowledged-short", "renewed", "renewed-short")
SERVED = "served"


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "top", "ringboot top --interval 5s")(top)


def top(
    at: At,
    *,
    interval: Annotated[str, typer.Option(help="The time between two looks; rates are means of it.")] = "2s",
    once: Annotated[bool, typer.Option("--once", help="Look once and end.")] = False,
) -> None:
    """Show what the daemon does now.

    Messages, leases, files and renders a second, the pools, and the slowest answers of the last minute. It goes on
    until it is interrupted; --json prints one object a line.
    """
    from ringboot.setup.kinds import read_duration
    from ringboot.setup.problems import Wrong

    try:
        seconds = read_duration(int(interval) if interval.isdecimal() else interval)
    except Wrong as error:
        raise Failure(f"--interval: {error}.", USAGE) from None
    if not 0.1 <= seconds <= 3600:
        raise Failure("--interval: write 100ms to 1h.", USAGE)
    _show(at, looks(at, seconds), once=once)


def looks(at: At, seconds: float) -> Iterator[Row]:
    """Look again and again; gives what happened between two looks."""
    import time

    before = at.api.get("top")
    while True:
        time.sleep(seconds)
        after = at.api.get("top")
        yield between(before, after)
        before = after


def between(before: Row, after: Row) -> Row:
    """Turn counters of two looks into rates a second; a process that was started again begins at nothing."""
    seconds: float = max(after["seconds"] - before["seconds"], 0.001)

    def rate(old: float, new: float) -> float:
        return round((new - old if new >= old else new) / seconds, 1)

    def rates(key: str) -> dict[str, float]:
        return {name: rate(before[key].get(name, 0), value) for name, value in after[key].items()}

    outcomes = rates("outcomes")
    old, new = _by_door(before), _by_door(after)
    return {
        "seconds": round(seconds, 2),
        "dhcp": after["dhcp"],
        "messages": rates("messages"),
        "questions": rates("questions"),
        "leases": round(sum(outcomes.get(name, 0.0) for name in LEASED), 1),
        "files": [
            {
                "door": door,
                **{key: rate(old.get(door, {}).get(key, 0), count) for key, count in counts.items()},
            }
            for door, counts in new.items()
        ],
        "renders": rates("renders"),
        "addresses": after["leases"],
        **{key: after[key] for key in ("rendering", "journal_behind", "loop_lag_ms", "pools", "slowest")},
    }


def _by_door(look: Row) -> dict[str, dict[str, int]]:
    doors: dict[str, dict[str, int]] = {door: {"served": 0, "refused": 0} for door in ("http", "tftp")}
    for row in look["files"]:
        counts = doors.setdefault(row["door"], {"served": 0, "refused": 0})
        counts["served" if row["reason"] == SERVED else "refused"] += row["count"]
    return doors


def _show(at: At, rows: Iterator[Row], *, once: bool) -> None:
    from rich.console import Console
    from rich.live import Live

    console = Console(highlight=False, markup=False, emoji=False)
    try:
        if at.json or once or not console.is_terminal:
            for row in rows:
                print(json.dumps(row) if at.json else text_of(row), flush=True)
                if once:
                    return
        with Live(console=console, auto_refresh=False, screen=True) as live:
            for row in rows:
                live.update(text_of(row), refresh=True)
    except KeyboardInterrupt:
        return


def text_of(row: Row) -> str:
    """Write one look for a person."""
    from ringboot.cli.show import aligned, clean, moment

    messages = {"leases": row["leases"], **{name: rate for name, rate in row["messages"].items() if rate}}
    parts = ["A second:", *aligned([(name, f"{rate:,.1f}") for name, rate in messages.items()], "  ")]
    files = [
        (f"files by {each['door']}", f"{each['served']:,.1f}", f"{each['refused']:,.1f} refused")
        for each in row["files"]
    ]
    parts += [
        *aligned(files, "  "),
        *aligned([("renders", f"{sum(row['renders'].values()):,.1f}", f"{row['rendering']} wait")], "  "),
    ]
    asked = [f"{rate:,.1f} {name}" for name, rate in row["questions"].items() if rate and name != "asked"]
    if any(row["questions"].values()):
        parts += aligned(
            [("questions to scripts", f"{row['questions'].get('asked', 0.0):,.1f}", ", ".join(asked))], "  "
        )
    if not row["dhcp"]:
        parts.append("The dhcp process does not answer.")
    parts += ["", *aligned([("NETWORK", "POOL", "SIZE", "USED", "FREE"), *map(_pool, row["pools"])])]
    if row["slowest"]:
        cells = [
            (f"{each['ms']:,.1f}", each["door"], clean(each["what"]), clean(each["who"]) or "-", moment(each["utc"]))
            for each in row["slowest"]
        ]
        parts += [
            "",
            "The slowest answers of the last minute:",
            *aligned([("MS", "DOOR", "WHAT", "WHO", "WHEN"), *cells]),
        ]
    return "\n".join(parts)


def _pool(row: Mapping[str, Any]) -> tuple[str, ...]:
    used = f"{row['used']} ({row['used'] * 100 // row['size']} %)"
    return row["network"], row["pool"], str(row["size"]), used, str(row["free"])
