"""ringboot token: what programs, and commands on other machines, show to come in over the network."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ringboot.cli.command import At, command
from ringboot.cli.completion import names_of
from ringboot.cli.lists import Filters, Limit, Offset, Sort, Text, list_rows
from ringboot.cli.show import Column, moment

COLUMNS = (
    Column("id", "ID"),
    Column("name", "NAME"),
    Column("role", "ROLE"),
    Column("scope", "OPENS", lambda scope: ", ".join(scope) or "all"),
    Column("user", "USER"),
    Column("expires", "EXPIRES", moment),
    Column("last_used", "LAST USED", moment),
)


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "list", "ringboot token list")(list_tokens)
    command(app, "add", "ringboot token add monitoring --role viewer --scope /status --days 365")(add_token)
    command(app, "remove", "ringboot token remove 3f2a91c0")(remove_token)


def list_tokens(
    at: At, *, text: Text = "", filters: Filters = None, sort: Sort = "", limit: Limit = 100, offset: Offset = 0
) -> None:
    """List tokens; what they open with is not kept."""
    list_rows(at, "tokens", COLUMNS, "tokens", text=text, filters=filters, sort=sort, limit=limit, offset=offset)


def add_token(
    at: At,
    *,
    name: Annotated[str, typer.Argument(help="What it is for.")],
    role: Annotated[str | None, typer.Option(help="viewer, operator or administrator. Default: your own.")] = None,
    scope: Annotated[
        list[str] | None,
        typer.Option(help="A part of the API that it opens, such as /devices; may be repeated. Default: all."),
    ] = None,
    days: Annotated[float, typer.Option(help="How many days it is good.")] = 90,
) -> None:
    """Make a token, which gives no more than you may yourself.

    It is printed once: keep it where only the program reads it.
    """
    body: dict[str, Any] = {"name": name, "days": days}
    if role is not None:
        body["role"] = role
    if scope:
        body["scope"] = scope
    made = at.api.post("tokens", body=body)
    at.tell(made, made["secret"])


def remove_token(
    at: At,
    token: Annotated[str, typer.Argument(help="Its id.", autocompletion=names_of("tokens", "id", "name"))],
) -> None:
    """Remove a token: whoever shows it is not let in any more."""
    at.api.delete("tokens", token)
    at.tell({"removed": token}, f"Token {token} is removed.")
