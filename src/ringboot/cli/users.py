"""ringboot user: who may sign in to pages and API."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ringboot.cli.command import At, command
from ringboot.cli.completion import names_of
from ringboot.cli.exits import FAILED, Failure
from ringboot.cli.lists import Filters, Limit, Offset, Sort, Text, list_rows
from ringboot.cli.show import Column, moment

COLUMNS = (
    Column("name", "NAME"),
    Column("role", "ROLE"),
    Column("created", "CREATED", moment),
    Column("last_seen", "LAST SEEN", moment),
    Column("must_change", "MUST SET A PASSWORD"),
)
SESSIONS = (
    Column("id", "ID"),
    Column("user", "USER"),
    Column("created", "SINCE", moment),
    Column("last_seen", "LAST SEEN", moment),
    Column("address", "ADDRESS"),
    Column("agent", "BROWSER"),
)

Name = Annotated[str, typer.Argument(help="The user's name.", autocompletion=names_of("users", "name", "role"))]
Role = Annotated[str, typer.Option(help="viewer, operator or administrator.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "list", "ringboot user list --filter role=administrator")(list_users)
    command(app, "add", "ringboot user add anna --role operator")(add_user)
    command(app, "set", "ringboot user set anna --role administrator")(set_user)
    command(app, "remove", "ringboot user remove anna")(remove_user)
    command(app, "reset", "ringboot user reset admin")(reset_user)
    command(app, "sessions", "ringboot user sessions --filter user=anna")(list_sessions)
    command(app, "sign-out", "ringboot user sign-out 3f2a91c0")(sign_out)


def list_users(
    at: At, *, text: Text = "", filters: Filters = None, sort: Sort = "", limit: Limit = 100, offset: Offset = 0
) -> None:
    """List users."""
    list_rows(at, "users", COLUMNS, "users", text=text, filters=filters, sort=sort, limit=limit, offset=offset)


def add_user(
    at: At,
    *,
    name: Annotated[str, typer.Argument(help="The user's name.")],
    role: Role = "viewer",
    password_file: Annotated[
        Path | None,
        typer.Option(help="A file with a password, which stays good. Default: one that is good for setting another."),
    ] = None,
) -> None:
    """Let somebody sign in.

    A viewer reads, an operator works with devices, an administrator does everything.
    """
    body: dict[str, object] = {"name": name, "role": role}
    if password_file is not None:
        body |= {"password": _read(password_file), "must_change": False}
    made = at.api.post("users", body=body)
    text = f"{made['name']} is {made['role']}."
    if made.get("password"):
        text += f"\nPassword, good for setting another: {made['password']}"
    at.tell(made, text)


def set_user(at: At, name: Name, role: Role) -> None:
    """Give a user another role."""
    changed = at.api.patch("users", name, body={"role": role})
    at.tell(changed, f"{changed['name']} is {changed['role']}.")


def remove_user(at: At, name: Name) -> None:
    """Remove a user, with sessions and tokens."""
    at.api.delete("users", name)
    at.tell({"removed": name}, f"{name} is removed.")


def reset_user(at: At, name: Name) -> None:
    """Make a password for a user who lost theirs: it is good for setting another.

    It ends the user's sessions; tokens stay (ringboot token list).
    """
    made = at.api.post("users", name, "reset")
    at.tell(made, f"Password of {made['name']}, good for setting another: {made['password']}")


def list_sessions(
    at: At, *, text: Text = "", filters: Filters = None, sort: Sort = "", limit: Limit = 100, offset: Offset = 0
) -> None:
    """List the browsers that are signed in."""
    list_rows(at, "sessions", SESSIONS, "sessions", text=text, filters=filters, sort=sort, limit=limit, offset=offset)


def sign_out(at: At, session: Annotated[str, typer.Argument(help="Its id, see: ringboot user sessions.")]) -> None:
    """Sign a browser out."""
    at.api.delete("sessions", session)
    at.tell({"removed": session}, f"Session {session} is ended.")


def _read(file: Path) -> str:
    try:
        return file.read_text().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise Failure(f"{file} cannot be read: {why}.", FAILED) from None
