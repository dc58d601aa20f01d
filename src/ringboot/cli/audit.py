"""ringboot audit: who asked for which change."""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from ringboot.cli.command import At, command
from ringboot.cli.exits import USAGE, Failure
from ringboot.cli.lists import Filters, Limit, Offset, Sort, Text, list_rows
from ringboot.cli.show import Column, flat, moment, plain

COLUMNS = (
    Column("utc", "WHEN", moment),
    Column("who", "WHO"),
    Column("role", "AS"),
    Column("via", "BY"),
    Column("method", "METHOD"),
    Column("path", "PATH"),
    Column("status", "STATUS"),
    Column("change", "WHAT"),
)
_LONG = 60  # characters of a value that is shown; what is longer is only named
_WHEN = "a duration before now (24h, 7d), or a local time: 2026-03-02, 2026-03-02 06:00"

Since = Annotated[str | None, typer.Option(help=f"Only from then on: {_WHEN}.", show_default=False)]
Until = Annotated[str | None, typer.Option(help="Only what was before: written in the same way.", show_default=False)]


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "audit", "ringboot audit --since 24h --filter method=DELETE")(audit)


def audit(
    at: At,
    *,
    text: Text = "",
    since: Since = None,
    until: Until = None,
    filters: Filters = None,
    sort: Sort = "",
    limit: Limit = 100,
    offset: Offset = 0,
) -> None:
    """Show who asked for which change, the newest first, also what was refused; for administrators.

    Each is a request to the API (GET excepted), as `--json` shows it: a thing before and after, or what was asked and
    answered. Secrets are ***.
    """
    times = {"since": since, "until": until}
    given = [(name, f"{instant(value):.6f}") for name, value in times.items() if value is not None]
    list_rows(
        at, "audit", COLUMNS, "requests", text=text, filters=filters, sort=sort, limit=limit, offset=offset,
        more=given, also=lambda row: {**row, "change": change_of(row)},
    )  # fmt: skip


def change_of(row: Mapping[str, Any]) -> str:
    """Say what became of a thing, or what was asked."""
    before, after = row["before"], row["after"]
    if row["status"] >= 400:
        return str(after.get("detail", "")) if isinstance(after, dict) else ""
    if row["request"] is not None or before is None:
        return _told(dict(flat(row["request"])) if row["request"] else {})
    if after is None:
        return "removed"
    old, new = (dict(flat(each)) if isinstance(each, dict) else {"": each} for each in (before, after))
    changed = [key for key in {**old, **new} if old.get(key) != new.get(key)]
    return ", ".join(
        f"{key}: {plain(old.get(key))} -> {plain(new.get(key))}" if _is_short(old.get(key), new.get(key)) else key
        for key in changed
    )


def _told(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{key}: {plain(value)}" if _is_short(value) else key for key, value in values.items())


def _is_short(*values: Any) -> bool:
    return all(len(plain(value)) <= _LONG and "\n" not in plain(value) for value in values)


def instant(text: str) -> float:
    """Read a duration before now, or a local time."""
    from ringboot.setup.kinds import read_duration

    with contextlib.suppress(ValueError):
        return time.time() - read_duration(text)
    with contextlib.suppress(ValueError):
        return dt.datetime.fromisoformat(text.strip()).timestamp()
    raise Failure(f"{text!r} is neither a duration nor a time. Write {_WHEN}.", USAGE)
