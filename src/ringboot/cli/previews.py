"""ringboot device preview, diff, history and rollback: what a device would get, has, and had."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ringboot.cli.command import At, command
from ringboot.cli.devices import Config, Named, Plugin, find_device
from ringboot.cli.exits import NOT_FOUND, USAGE, Failure
from ringboot.cli.show import Column, clean, counted, moment, print_table
from ringboot.cli.templates import unified

COLUMNS = (
    Column("number", "GENERATION"),
    Column("utc", "SINCE", moment),
    Column("changed", "CHANGED"),
    Column("served", "SERVED"),
    Column("held", "PUT BACK"),
    Column("why", "WHY"),
)
Path = Annotated[
    str | None, typer.Option(help="Only this file, as ringboot device files shows it.", show_default=False)
]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "preview", "ringboot device preview {mac} --use-config reception")(preview)
    command(app, "diff", "ringboot device diff {mac}")(diff)
    command(app, "history", "ringboot device history {mac}")(history)
    command(app, "rollback", "ringboot device rollback {mac} 3")(rollback)


def preview(at: At, *, device: Named, use_config: Config = None, plugin: Plugin = None, path: Path = None) -> None:
    """Show what a device would get, as it is or with another config or plugin.

    Its files are made, and nothing of it is served. For administrators.
    """
    found = _asked(at, device, path, config=use_config, plugin=plugin)
    shown = [row for row in found["files"] if row["text"] is not None]
    texts = [str(row["text"]).removesuffix("\n") for row in shown]
    if path is None:
        heads = [f"==> {row['path']} ({row['template']}; {row['state']}) <==\n" for row in shown]
        texts = [f"{head}{text}\n" for head, text in zip(heads, texts, strict=True)]
        texts += [f"{row['path']} would be deleted" for row in found["files"] if row["text"] is None]
        texts += [f"{row['name']} is left out: {clean(row['why'])}" for row in found["left"]]
    at.tell(found, "\n".join(texts))


def diff(
    at: At,
    *,
    device: Named,
    use_config: Config = None,
    plugin: Plugin = None,
    generation: Annotated[int | None, typer.Option(help="Compare with this one of its history.")] = None,
    path: Path = None,
) -> None:
    """Show what would change for a device against what it is served now, line by line.

    Take it with --use-config or --plugin before you give it another one, with --generation before a rollback. For
    administrators.
    """
    if generation is not None and (use_config or plugin):
        raise Failure("Say --generation alone.", USAGE)
    found = _asked(at, device, path, config=use_config, plugin=plugin, generation=generation)
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


def _asked(
    at: At, device: str, path: str | None, *, config: str | None, plugin: str | None, generation: int | None = None
) -> dict[str, Any]:
    place = ("preview",) if generation is None else ("history", str(generation))
    ident = str(find_device(at, device)["id"])
    parameters = [(name, value) for name, value in (("config", config), ("plugin", plugin)) if value]
    found: dict[str, Any] = at.api.get("devices", ident, *place, parameters=parameters)
    if path is not None:
        found["files"] = [row for row in found["files"] if row["path"] == path]
        if not found["files"]:
            raise Failure(f"It would have no file {path}. See: ringboot device preview {device}.", NOT_FOUND)
    return found


def history(at: At, device: Named) -> None:
    """List the generations of a device's files: what it had, since when, and why.

    The newest 20 are there, each to the byte, as far as its plugin made them.
    """
    page = at.api.get("devices", str(find_device(at, device)["id"]), "history")
    if at.json:
        at.tell(page, "")
        return
    print_table(page["items"], COLUMNS)
    print(counted(page["total"], "generations"))


def rollback(
    at: At,
    *,
    device: Named,
    generation: Annotated[int, typer.Argument(help="Its number, as ringboot device history shows it.")],
) -> None:
    """Serve the files of an earlier generation again, to the byte.

    They hold, also over a restart, until somebody makes the device's files again (ringboot device reconfigure), or
    changes the device or a config that it uses.
    """
    ident = str(find_device(at, device)["id"])
    done = at.api.post("devices", ident, "rollback", body={"generation": generation})
    text = f"{counted(done['changed'], 'files')} put back; this is generation {done['number']} now."
    at.tell(done, f"{text} It holds until the next: ringboot device reconfigure {device}")
