"""ringboot webhook: receivers that are told what happens."""

from __future__ import annotations

from typing import Annotated

import typer

from ringboot.cli.command import At, command
from ringboot.cli.completion import names_of
from ringboot.cli.exits import FAILED, Failure
from ringboot.cli.lists import Filters, Limit, Offset, Sort, Text, list_rows
from ringboot.cli.show import Column, moment

COLUMNS = (
    Column("name", "NAME"),
    Column("url", "URL"),
    Column("events", "EVENTS"),
    Column("waiting", "WAITING"),
    Column("taken", "TAKEN"),
    Column("failed", "FAILED"),
    Column("dropped", "DROPPED"),
    Column("last", "LAST TAKEN", moment),
    Column("problem", "PROBLEM"),
)

Name = Annotated[str, typer.Argument(help="Its name.", autocompletion=names_of("webhooks", "name", "url"))]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "list", "ringboot webhook list")(list_webhooks)
    command(app, "test", "ringboot webhook test nms")(test_webhook)


def list_webhooks(
    at: At, *, text: Text = "", filters: Filters = None, sort: Sort = "", limit: Limit = 100, offset: Offset = 0
) -> None:
    """List receivers that are told what happens, and what waits for them."""
    list_rows(at, "webhooks", COLUMNS, "webhooks", text=text, filters=filters, sort=sort, limit=limit, offset=offset)


def test_webhook(at: At, name: Name) -> None:
    """Tell a receiver something now, signed as everything it is told."""
    answer = at.api.post("webhooks", name, "test")
    if not answer["taken"]:
        raise Failure(f"{name} does not take it: {answer['problem']}.", FAILED)
    at.tell(answer, f"{name} took it: {answer['status']}, after {answer['seconds'] * 1000:.0f} ms.")
