"""ringboot plugin: what makes the files of a brand's devices."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from ringboot.cli.command import At, command
from ringboot.cli.completion import names_of
from ringboot.cli.exits import FAILED, Failure
from ringboot.cli.lists import Filters, Limit, Offset, Sort, Text, list_rows
from ringboot.cli.show import Column, plain, print_thing

COLUMNS = (
    Column("id", "ID"),
    Column("name", "BRAND"),
    Column("title", "TITLE"),
    Column("version", "VERSION"),
    Column("installed", "INSTALLED"),
    Column("enabled", "ENABLED"),
    Column("problem", "PROBLEM"),
)

PluginId = Annotated[
    str, typer.Argument(metavar="PLUGIN", help="Its id.", autocompletion=names_of("plugins", "id", "title", "version"))
]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "list", "ringboot plugin list --filter installed=true")(list_plugins)
    command(app, "show", "ringboot plugin show {plugin}")(show_plugin)
    command(app, "install", "ringboot plugin install {plugin} --id {plugin}-trial")(install_plugin)
    command(app, "uninstall", "ringboot plugin uninstall {plugin}-trial")(uninstall_plugin)


def list_plugins(
    at: At, *, text: Text = "", filters: Filters = None, sort: Sort = "", limit: Limit = 100, offset: Offset = 0
) -> None:
    """List plugins, of the catalog and installed."""
    list_rows(at, "plugins", COLUMNS, "plugins", text=text, filters=filters, sort=sort, limit=limit, offset=offset)


def show_plugin(at: At, plugin: PluginId) -> None:
    """Show one plugin."""
    found = at.api.get("plugins", plugin)
    if at.json:
        at.tell(found, "")
    else:
        print_thing(found)


def install_plugin(
    at: At,
    *,
    source: Annotated[str, typer.Argument(help="A name of the catalog, or a folder.")],
    plugin_id: Annotated[str | None, typer.Option("--id", help="The id to install it as. Default: its name.")] = None,
) -> None:
    """Install a plugin."""
    # The daemon has another working folder: it is told the whole path.
    place = str(Path(source).absolute()) if "/" in source or Path(source).is_dir() else source
    made = at.api.post("plugins", body={"source": place} | ({"id": plugin_id} if plugin_id else {}))
    at.tell(made, f"Plugin {made['id']} {plain(made.get('version', ''))} is installed.")


def uninstall_plugin(
    at: At,
    *,
    plugin: PluginId,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask when templates of your own go with it.")] = False,
) -> None:
    """Remove a plugin.

    It is not used until it is installed again. Templates of your own are kept in a backup.
    """
    custom = at.api.get("plugins", plugin).get("custom_templates") or []
    if custom and not yes:
        _ask(plugin, custom)
    answer = at.api.delete("plugins", plugin) or {}
    kept = f" Your templates are kept in {answer['backup']}." if answer.get("backup") else ""
    at.tell(answer, f"Plugin {plugin} is uninstalled.{kept}")


def _ask(plugin: str, custom: list[str]) -> None:
    names = ", ".join(custom)
    if not sys.stdin.isatty():
        raise Failure(f"Templates of your own go with {plugin}: {names}. Say --yes if that is meant.", FAILED)
    typer.echo(f"Templates of your own go with {plugin} (a backup is kept): {names}", err=True)
    if not typer.confirm("Uninstall it?", err=True):
        raise Failure(f"Plugin {plugin} stays.", FAILED)
