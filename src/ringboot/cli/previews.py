"""ringboot device preview and diff: what a device would get."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ringboot.cli.command import At, command
from ringboot.cli.devices import Config, Named, Plugin, find_device
from ringboot.cli.exits import NOT_FOUND, Failure
from ringboot.cli.show import clean, counted
from ringboot.cli.templates import unified

Path = Annotated[
    str | None, typer.Option(help="Only this file, as ringboot device files shows it.", show_default=False)
]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "preview", "ringboot device preview {mac} --use-config reception")(preview)
    command(app, "diff", "ringboot device diff {mac}")(diff)


def preview(at: At, *, device: Named, use_config: Config = None, plugin: Plugin = None, path: Path = None) -> None:
    """Show what a device would get, as it is or with another config or plugin.

    Its files are made, and nothing of it is served. For administrators.
    """
    found = _asked(at, device, use_config, plugin, path)
    shown = [row for row in found["files"] if row["text"] is not None]
    texts = [str(row["text"]).removesuffix("\n") for row in shown]
    if path is None:
        heads = [f"==> {row['path']} ({row['template']}; {row['state']}) <==\n" for row in shown]
        texts = [f"{head}{text}\n" for head, text in zip(heads, texts, strict=True)]
        texts += [f"{row['path']} would be deleted" for row in found["files"] if row["text"] is None]
        texts += [f"{row['name']} is left out: {clean(row['why'])}" for row in found["left"]]
    at.tell(found, "\n".join(texts))


def diff(at: At, *, device: Named, use_config: Config = None, plugin: Plugin = None, path: Path = None) -> None:
    """Show what would change for a device against what it is served now, line by line.

    Take it with --use-config or --plugin before you give it another one. For administrators.
    """
    found = _asked(at, device, use_config, plugin, path)
    changed = [row for row in found["files"] if row["state"] != "same"]
    for row in found["files"]:
        row["diff"] = _diff(row)
    same = len(found["files"]) - len(changed)
    summary = f"{counted(len(changed), 'files')} would change, {same} would stay as they are."
    at.tell(found, "".join([*(row["diff"] for row in changed), summary]))


def _diff(row: dict[str, Any]) -> str:
    before = "/dev/null" if row["served"] is None else f"served/{row['path']}"
    after = "/dev/null" if row["text"] is None else f"new/{row['path']}"
    return unified(row["served"] or "", row["text"] or "", before, after)


def _asked(at: At, device: str, config: str | None, plugin: str | None, path: str | None) -> dict[str, Any]:
    ident = str(find_device(at, device)["id"])
    parameters = [(name, value) for name, value in (("config", config), ("plugin", plugin)) if value]
    found: dict[str, Any] = at.api.get("devices", ident, "preview", parameters=parameters)
    if path is not None:
        found["files"] = [row for row in found["files"] if row["path"] == path]
        if not found["files"]:
            raise Failure(f"It would have no file {path}. See: ringboot device preview {device}.", NOT_FOUND)
    return found
