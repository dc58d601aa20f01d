"""ringboot dns: names of clients in the DNS."""

from __future__ import annotations

import typer

from ringboot.cli.command import At, command
from ringboot.cli.lists import Filters, Limit, Offset, Sort, Text, list_rows
from ringboot.cli.show import Column, counted

COLUMNS = (
    Column("address", "ADDRESS"),
    Column("name", "NAME"),
    Column("mac", "MAC"),
    Column("state", "STATE"),
    Column("problem", "PROBLEM"),
)


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "list", "ringboot dns list --filter state=failed")(list_names)
    command(app, "retry", "ringboot dns retry")(retry)


def list_names(
    at: At, *, text: Text = "", filters: Filters = None, sort: Sort = "", limit: Limit = 100, offset: Offset = 0
) -> None:
    """List names that stand in the DNS, or wait to be brought there or removed."""
    list_rows(at, "dns", COLUMNS, "names", text=text, filters=filters, sort=sort, limit=limit, offset=offset)


def retry(at: At) -> None:
    """Try all names again that wait or failed, now."""
    answer = at.api.post("dns", "retry")
    at.tell(answer, f"{counted(answer['retried'], 'names')} will be tried again.")
