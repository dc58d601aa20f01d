"""ringboot plugin: what makes the files of a brand's devices."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from ringboot.cli.command import At, command
from ringboot.cli.completion import PLUGINS
from ringboot.cli.exits import FAILED, USAGE, Failure
from ringboot.cli.lists import Filters, Limit, Offset, Sort, Text, list_rows
from ringboot.cli.progress import watched
from ringboot.cli.show import Column, counted, plain, print_thing

NAMED = 10  # files that a question names before it only counts them
COLUMNS = (
    Column("id", "ID"),
    Column("name", "BRAND"),
    Column("title", "TITLE"),
    Column("version", "VERSION"),
    Column("installed", "INSTALLED"),
    Column("available", "AVAILABLE"),
    Column("end_of_life", "END OF LIFE"),
    Column("enabled", "ENABLED"),
    Column("problem", "PROBLEM"),
)

PluginId = Annotated[str, typer.Argument(metavar="PLUGIN", help="Its id.", autocompletion=PLUGINS)]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "list", "ringboot plugin list --filter installed=true")(list_plugins)
    command(app, "show", "ringboot plugin show {plugin}")(show_plugin)
    command(app, "install", "ringboot plugin install {plugin} --id {plugin}-trial")(install_plugin)
    command(app, "update", "ringboot plugin update")(update_repository)
    command(app, "upgrade", "ringboot plugin upgrade {plugin}")(upgrade_plugin)
    command(app, "uninstall", "ringboot plugin uninstall {plugin}-trial")(uninstall_plugin)
    command(app, "pack", "ringboot plugin pack . --output /srv/plugins --id acme")(pack_plugin)
    command(app, "index", "ringboot plugin index /srv/plugins")(index_plugins)


def list_plugins(
    at: At, *, text: Text = "", filters: Filters = None, sort: Sort = "", limit: Limit = 100, offset: Offset = 0
) -> None:
    """List plugins: built in, of the repository, and installed."""
    list_rows(at, "plugins", COLUMNS, "plugins", text=text, filters=filters, sort=sort, limit=limit, offset=offset)


def show_plugin(at: At, plugin: PluginId) -> None:
    """Show one plugin."""
    found = at.api.get("plugins", plugin)
    if at.json:
        at.tell(found, "")
    else:
        print_thing(found)


def update_repository(at: At) -> None:
    """Read anew what the repository has.

    Which one that is says the setting plugin_server; without it there are the built-in plugins.
    """
    told = watched(at, "The index is read", lambda: at.api.post("repository", "update"), fetches=True)
    newer = ", ".join(told["upgradable"])
    hint = f" Newer versions of: {newer}. See: ringboot plugin upgrade." if newer else ""
    at.tell(told, f"{told['server']} has {counted(told['plugins'], 'plugins')}.{hint}")


def _place(source: str) -> str:
    """Give the whole path of a folder or archive, since the daemon has another working folder; else the name."""
    return str(Path(source).absolute()) if "/" in source or Path(source).exists() else source


def install_plugin(
    at: At,
    *,
    source: Annotated[str, typer.Argument(help="A name of the repository or the catalog, a folder, or an archive.")],
    plugin_id: Annotated[str | None, typer.Option("--id", help="The id to install it as. Default: its name.")] = None,
) -> None:
    """Install a plugin."""
    body = {"source": _place(source)} | ({"id": plugin_id} if plugin_id else {})
    made = watched(at, f"{source} is fetched", lambda: at.api.post("plugins", body=body), fetches=True)
    at.tell(made, f"Plugin {made['id']} {plain(made.get('version', ''))} is installed.")


def upgrade_plugin(
    at: At,
    *,
    plugin: Annotated[str | None, typer.Argument(help="Its id.", autocompletion=PLUGINS)] = None,
    every: Annotated[bool, typer.Option("--all", help="All of which there is a newer version.")] = False,
    source: Annotated[str | None, typer.Option("--from", help="A folder or an archive with another version.")] = None,
) -> None:
    """Replace an installed plugin by its newest version.

    Templates of your own stay. A shipped file that was changed by hand is replaced, and kept as a copy beside it.
    When it fails, all is as it was. The files of its devices are made again.
    """
    if (plugin is None) != every or (every and source is not None):
        raise Failure("Say which: a plugin, or --all.", USAGE)
    idents = [plugin] if plugin is not None else _upgradable(at)
    told: list[dict[str, Any]] = []
    problems: dict[str, str] = {}
    for ident in idents:
        try:
            told.append(_upgraded(at, ident, source))
        except Failure as failure:
            if not every:
                raise
            problems[ident] = failure.text
    at.tell({"items": told}, "\n".join(map(_story, told)) or "No plugin has a newer version.")
    for row in told:
        problems |= {str(each["mac"] or each["id"]): str(each["problem"]) for each in row["failed"]}
    if problems:
        raise Failure("Not everything could be upgraded or configured.", FAILED, fields=problems)


def _upgradable(at: At) -> list[str]:
    rows = at.api.get("plugins", parameters=[("filter", "installed=true"), ("limit", "1000")])["items"]
    return [str(row["id"]) for row in rows if row.get("available")]


def _upgraded(at: At, ident: str, source: str | None) -> dict[str, Any]:
    body = {"source": _place(source)} if source is not None else {}
    row: dict[str, Any] = watched(
        at, f"{ident} is upgraded", lambda: at.api.post("plugins", ident, "upgrade", body=body), fetches=True
    )
    return row


def _story(row: dict[str, Any]) -> str:
    done = counted(row["configured"], "devices")
    first = f"Plugin {row['id']} is upgraded from {row['before']} to {row['version']}; {done} configured."
    kept = [f"  warning: it was changed by hand; your file is kept as {path}" for path in row["kept"]]
    return "\n".join((first, *kept))


def uninstall_plugin(
    at: At,
    *,
    plugin: PluginId,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask when something of your own goes with it.")] = False,
) -> None:
    """Remove a plugin.

    It is not used until it is installed again. What is your own in it is kept in a backup: templates, files that you
    changed, firmware.
    """
    goes = _goes(at.api.get("plugins", plugin))
    if goes and not yes:
        _ask(plugin, goes)
    answer = at.api.delete("plugins", plugin) or {}
    kept = f" What was yours is kept in {answer['backup']}." if answer.get("backup") else ""
    at.tell(answer, f"Plugin {plugin} is uninstalled.{kept}")


def _goes(row: dict[str, Any]) -> str:
    """Say what of the administrator's goes with a plugin; empty when nothing does."""
    kinds = {"templates": "custom_templates", "changed files": "changed_files", "firmware": "firmware"}
    parts: list[str] = []
    for word, key in kinds.items():
        names = row.get(key) or []
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        if names:
            parts.append(f"{word} {', '.join(names[:NAMED])}{more}")
    return "; ".join(parts)


def _ask(plugin: str, goes: str) -> None:
    if not sys.stdin.isatty():
        raise Failure(f"With {plugin} goes what is yours: {goes}. Say --yes if that is meant.", FAILED)
    typer.echo(f"With {plugin} goes what is yours (a backup is kept): {goes}", err=True)
    if not typer.confirm("Uninstall it?", err=True):
        raise Failure(f"Plugin {plugin} stays.", FAILED)


def pack_plugin(
    at: At,
    *,
    folder: Annotated[Path, typer.Argument(help="The plugin's folder.")],
    output: Annotated[Path, typer.Option("--output", help="The repository's folder.")],
    plugin_id: Annotated[str | None, typer.Option("--id", help="Its id there. Default: the folder's name.")] = None,
) -> None:
    """Pack a plugin for a repository.

    Writes an archive and names it in the folder's index.json. The same files always make the same archive. Any web
    server can give the folder to others.
    """
    from ringboot.plugins.folder import NotInstalled
    from ringboot.plugins.index import BadIndex
    from ringboot.plugins.manifest import BadManifest
    from ringboot.plugins.pack import pack
    from ringboot.plugins.unpack import BadArchive

    try:
        entry = pack(folder, output, plugin_id or "")
    except (NotInstalled, BadManifest, BadIndex, BadArchive) as error:
        raise Failure(f"{folder} was not packed: {error}", FAILED) from None
    except OSError as error:
        raise Failure(f"{folder} was not packed: {error.filename}: {error.strerror}", FAILED) from None
    at.tell(entry.model_dump(), f"{output / entry.file} is written: {entry.id} {entry.version}, {entry.size} octets.")


def index_plugins(
    at: At, *, folder: Annotated[Path, typer.Argument(help="The repository's folder, with archives of plugins.")]
) -> None:
    """Write a repository's index anew.

    From the archives that lie in the folder: of each plugin the newest version. `plugin pack` keeps the index itself;
    this is for archives that were copied there, removed, or that others packed.
    """
    from ringboot.plugins.pack import index_folder
    from ringboot.plugins.unpack import BadArchive

    kept = f"The index of {folder} is as it was"
    try:
        entries = index_folder(folder)
    except BadArchive as error:
        raise Failure(f"{kept}: {error}. Take that archive away, or mend it.", FAILED) from None
    except OSError as error:
        raise Failure(f"{kept}: {error.filename}: {error.strerror}", FAILED) from None
    lines = [f"{entry.id} {entry.version}: {entry.file}" for entry in entries]
    rows = [entry.model_dump() for entry in entries]
    at.tell({"items": rows}, "\n".join([*lines, f"{folder / 'index.json'} names {counted(len(entries), 'plugins')}."]))
