"""ringboot firmware: packages of firmware that plugins have, fetched, installed and served."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from ringboot.cli.command import At, command
from ringboot.cli.completion import PLUGINS, names_of
from ringboot.cli.exits import FAILED, USAGE, Failure
from ringboot.cli.lists import Filters, Limit, Offset, Sort, Text, list_rows
from ringboot.cli.plugins import PluginId
from ringboot.cli.progress import watched_octets
from ringboot.cli.show import Column, counted, print_thing

PATIENCE = 6 * 3600.0  # seconds; firmware may come from far away


def octets(value: Any) -> str:
    """Write a size for a person."""
    size = float(value)
    for unit in ("B", "KiB", "MiB"):
        if size < 1024:
            return f"{size:.0f} {unit}"
        size /= 1024
    return f"{size:.1f} GiB"


COLUMNS = (
    Column("plugin", "PLUGIN"),
    Column("id", "PACKAGE"),
    Column("version", "VERSION"),
    Column("installed", "INSTALLED"),
    Column("state", "STATE"),
    Column("size", "SIZE", octets),
    Column("description", "DESCRIPTION"),
    Column("problem", "PROBLEM"),
)

PackageId = Annotated[
    str,
    typer.Argument(
        metavar="PACKAGE", help="Its id.", autocompletion=names_of("firmware", "id", "plugin", "version", "description")
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "list", "ringboot firmware list --filter plugin={plugin} --filter state=upgrade")(list_firmware)
    command(app, "show", "ringboot firmware show {plugin} {model}-fw")(show_firmware)
    command(app, "install", "ringboot firmware install {plugin} {model}-fw")(install_firmware)
    command(app, "upgrade", "ringboot firmware upgrade --all")(upgrade_firmware)
    command(app, "uninstall", "ringboot firmware uninstall {plugin} {model}-fw")(uninstall_firmware)
    command(app, "upload", "ringboot firmware upload {plugin} ./{model}.zip")(upload_firmware)


def list_firmware(
    at: At, *, text: Text = "", filters: Filters = None, sort: Sort = "", limit: Limit = 100, offset: Offset = 0
) -> None:
    """List the packages of all installed plugins."""
    list_rows(at, "firmware", COLUMNS, "packages", text=text, filters=filters, sort=sort, limit=limit, offset=offset)


def show_firmware(at: At, plugin: PluginId, package: PackageId) -> None:
    """Show a package: its files, its steps, and what is installed."""
    found = at.api.get("firmware", plugin, "packages", package)
    if at.json:
        at.tell(found, "")
        return
    print_thing(found, leave_out=("files", "steps"))
    for file in found.get("files") or ():
        where = file["url"] or "to be fetched by hand"
        there = ", fetched" if file["cached"] else ""
        print(f"file  {file['name']}  {octets(file['size'])}{there}  {file['kind']} {file['digits']}\n      {where}")
    for step in found.get("steps") or ():
        print(f"step  {step}")


def install_firmware(
    at: At,
    plugin: PluginId,
    packages: Annotated[list[str], typer.Argument(metavar="PACKAGE...", help="Ids, as ringboot firmware list shows.")],
) -> None:
    """Install packages, and those that they need.

    Their files are fetched; what must be fetched by hand is named.
    """
    answer = _work(at, plugin, "install", {"packages": packages})
    names = ", ".join(answer["installed"])
    said = f"{names} installed: {counted(len(answer['files']), 'files')}." if names else "Nothing to do: all is there."
    at.tell(answer, said)


def _work(at: At, plugin: str, what: str, body: dict[str, Any]) -> dict[str, Any]:
    patient = at.again(PATIENCE)
    try:
        answer: dict[str, Any] = watched_octets(
            at, plugin, lambda: patient.api.post("firmware", plugin, what, body=body)
        )
        return answer
    finally:
        patient.close()


def upgrade_firmware(
    at: At,
    plugin: Annotated[str | None, typer.Argument(metavar="[PLUGIN]", autocompletion=PLUGINS)] = None,
    packages: Annotated[
        list[str] | None, typer.Argument(metavar="[PACKAGE]...", help="Only these; without any, all of the plugin.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="All installed packages of all plugins.")] = False,
) -> None:
    """Bring installed packages to the version that their plugin has now."""
    if every == (plugin is not None):
        raise Failure("Say which: a plugin, or --all.", USAGE)
    done, failed = [], {}
    for each in [plugin] if plugin is not None else _plugins_to_upgrade(at):
        try:
            done.append(_work(at, each, "upgrade", {"packages": packages or []}))
        except Failure as failure:
            if plugin is not None:
                raise
            failed[each] = failure.text  # the other plugins are not affected
    names = [f"{row['plugin']} {name}" for row in done for name in row["installed"]]
    at.tell({"items": done}, f"{', '.join(names)} upgraded." if names else "Nothing to do: all is as new as it can be.")
    if failed:
        raise Failure(f"{counted(len(failed), 'plugins')} could not be upgraded.", FAILED, fields=failed)


def _plugins_to_upgrade(at: At) -> list[str]:
    rows: list[dict[str, Any]] = []
    while True:
        asked = [("filter", "state=upgrade"), ("limit", "1000"), ("offset", str(len(rows)))]
        page = at.api.get("firmware", parameters=asked)
        rows += page["items"]
        if not page["items"] or len(rows) >= page["total"]:
            return sorted({str(row["plugin"]) for row in rows})


def uninstall_firmware(at: At, plugin: PluginId, package: PackageId) -> None:
    """Remove a package.

    Files that another package holds, or that were changed, stay.
    """
    answer = at.api.delete("firmware", plugin, "packages", package)
    said = f"Package {package} is uninstalled: {counted(len(answer['removed']), 'files')} removed."
    if answer["kept"]:
        said += f" These stay, another package has them, or they were changed: {', '.join(answer['kept'])}."
    if answer["not_needed"]:
        said += f" Nothing needs these any more: {', '.join(answer['not_needed'])}."
    at.tell(answer, said)


def upload_firmware(
    at: At, plugin: PluginId, file: Annotated[Path, typer.Argument(help="The file, under whatever name.")]
) -> None:
    """Give a plugin a file that its vendor hands to people only.

    It is taken when a package wants a file with this checksum. Then install the package.
    """
    patient = at.again(PATIENCE)
    try:
        answer = patient.api.upload(file, "firmware", plugin, "upload")
    finally:
        patient.close()
    packages = ", ".join(answer["packages"])
    at.tell(
        answer,
        f"It is {', '.join(answer['files'])}, which {packages} wants. "
        f"Now: ringboot firmware install {plugin} {answer['packages'][0]}",
    )
