"""ringboot settings: what can be switched at run time."""

from __future__ import annotations

from typing import Annotated

import typer

from ringboot.cli.command import At, command
from ringboot.cli.completion import names_of
from ringboot.cli.lists import Filters, Limit, Offset, Sort, Text, list_rows
from ringboot.cli.show import Column, plain, print_thing

COLUMNS = (Column("name", "NAME"), Column("value", "VALUE"), Column("default", "DEFAULT"), Column("help", "MEANING"))

Name = Annotated[str, typer.Argument(help="Its name.", autocompletion=names_of("settings", "name", "help"))]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "list", "ringboot settings list")(list_settings)
    command(app, "get", "ringboot settings get dhcp_integration")(get_setting)
    command(app, "set", "ringboot settings set dhcp_integration false")(set_setting)


def list_settings(
    at: At, *, text: Text = "", filters: Filters = None, sort: Sort = "", limit: Limit = 100, offset: Offset = 0
) -> None:
    """List settings."""
    list_rows(at, "settings", COLUMNS, "settings", text=text, filters=filters, sort=sort, limit=limit, offset=offset)


def get_setting(at: At, name: Name) -> None:
    """Show one setting."""
    found = at.api.get("settings", name)
    if at.json:
        at.tell(found, "")
    else:
        print_thing(found)


def set_setting(at: At, name: Name, value: Annotated[str, typer.Argument(help="Its new value.")]) -> None:
    """Change one setting."""
    changed = at.api.put("settings", name, body={"value": value})
    at.tell(changed, f"{changed['name']} is {plain(changed['value'])}.")
