"""ringboot device bulk, import and export: many devices at once, chosen by a question or named in a table."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from ringboot.cli import completion, jobs
from ringboot.cli.command import At, command
from ringboot.cli.devices import Every, Several
from ringboot.cli.exits import FAILED, USAGE, Failure
from ringboot.cli.lists import LARGEST_PAGE, Filters, pages, split_filter
from ringboot.cli.show import Column, counted, print_table

CHOSEN = (
    Column("mac", "MAC"),
    Column("vendor", "VENDOR"),
    Column("model", "MODEL"),
    Column("plugin", "PLUGIN"),
    Column("config", "CONFIG"),
    Column("id", "ID"),
)
LINES = (
    Column("row", "LINE"),
    Column("does", "DOES"),
    Column("mac", "MAC"),
    Column("plugin", "PLUGIN"),
    Column("config", "CONFIG"),
    Column("id", "ID"),
)


class Action(StrEnum):
    """What is done with each."""

    RECONFIGURE = "reconfigure"
    SYNCHRONIZE = "synchronize"
    MOVE = "move"
    SET = "set"
    DELETE = "delete"


DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    command(
        app,
        "bulk",
        "ringboot device bulk move --to {plugin}-new --filter state=stuck --dry-run\n"
        "ringboot device bulk set --set config=reception --filter model={model} --sync",
    )(bulk)
    command(app, "import", "ringboot device import phones.csv --dry-run")(import_devices)
    command(app, "export", "ringboot device export phones.csv --filter plugin={plugin}")(export_devices)


def bulk(
    at: At,
    *,
    action: Annotated[Action, typer.Argument(help="What is done with each of them.")],
    devices: Several = None,
    filters: Filters = None,
    text: Annotated[str, typer.Option(help="All devices that hold this text.")] = "",
    every: Every = False,
    to: Annotated[
        str | None, typer.Option(help="For move: the plugin that they get.", autocompletion=completion.PLUGINS)
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="For set: what is changed of each, as key=text or key:=JSON; may be repeated."),
    ] = None,
    sync: Annotated[bool, typer.Option("--sync", help="Then let them read their files again.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count them, and show the first.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before devices are deleted.")] = False,
    wait: jobs.Wait = True,
) -> None:
    """Do one thing with many devices.

    They are named, or found by --filter (also state=stuck) and --text, or all. For a roll-out group by group with a
    pause and a way back: ringboot device move.
    """
    from ringboot.cli.assignments import tree_of

    body: dict[str, Any] = {"action": action.value, **_choice(devices, filters, text, every)}
    body |= {key: value for key, value in (("to", to), ("changes", tree_of(set_ or ())), ("sync", sync)) if value}
    if dry_run or (action is Action.DELETE and not yes):
        seen = at.api.post("devices", "bulk", body=body | {"dry_run": True})
        if dry_run:
            _show_chosen(at, seen)
            return
        _ask(seen["devices"])
    job = at.api.post("devices", "bulk", body=body, parameters=jobs.NOBODY_WAITS)
    if not wait:
        at.tell(job, f"It is done by job {job['id']}. See: ringboot job show {job['id']}")
        return
    told = jobs.result_of(at, job, f"{action.value}: {job['what']}")
    said = f"{action.value}: {told['done']} of {counted(told['devices'], 'devices')} done."
    if told.get("sync") is not None:
        said += f"\nThey are told to read their files. See: ringboot sync show {told['sync']}"
    at.tell(told, said)
    if told["failed"]:
        raise Failure(
            f"{counted(len(told['failed']), 'devices')} failed. Mend what is named, then try again with those.",
            FAILED,
            fields={str(each["mac"] or each["id"]): str(each["problem"]) for each in told["failed"]},
        )


def _choice(devices: list[str] | None, filters: list[str] | None, text: str, every: bool) -> dict[str, Any]:
    if sum((bool(devices), bool(filters or text), every)) != 1:
        raise Failure("Say which: devices, --filter and --text, or --all.", USAGE)
    if devices:
        return {"ids": devices}
    return {"all": True} if every else {"filters": dict(map(split_filter, filters or ())), "text": text}


def _show_chosen(at: At, seen: dict[str, Any]) -> None:
    if at.json:
        at.tell(seen, "")
        return
    print_table(seen["items"], CHOSEN)
    first = f"; these are the first {len(seen['items'])}" if len(seen["items"]) < seen["devices"] else ""
    print(f"{seen['action']} would be done with {counted(seen['devices'], 'devices')}{first}.")


def _ask(count: int) -> None:
    if not count:
        return  # the daemon says so
    if not sys.stdin.isatty():
        raise Failure(f"{counted(count, 'devices')} would be deleted. Say --yes if that is meant.", FAILED)
    if not typer.confirm(f"Delete {counted(count, 'devices')} with their files?", err=True):
        raise Failure("Nothing was deleted.", FAILED)


def import_devices(
    at: At,
    *,
    file: Annotated[
        Path, typer.Argument(help="A CSV file: mac,plugin,model,config,description,raw_config.KEY,options.KEY ...")
    ],
    dry_run: DryRun = False,
    wait: jobs.Wait = True,
) -> None:
    """Add or change devices from a CSV file, all or none.

    A line with the id or the MAC of a device changes that one, any other line adds one. Columns raw_config.KEY make a
    config of the device's own, below the one in the column config.
    """
    from ringboot.cli.tables import refuse_lines, text_of

    body = {"csv": text_of(file), "dry_run": dry_run}
    answer = at.api.post("devices", "import", body=body, parameters=() if dry_run else jobs.NOBODY_WAITS)
    if not dry_run and "ended" in answer:  # a file that is no table is refused before anything is begun
        if not wait:
            at.tell(answer, f"It is done by job {answer['id']}. See: ringboot job show {answer['id']}")
            return
        answer = jobs.result_of(at, answer, "Devices are imported")
    refuse_lines(file, answer["errors"])
    if at.json:
        at.tell(answer, "")
        return
    if dry_run:
        print_table(answer["items"], LINES)
    would = "would be " if dry_run else ""
    devices = counted(answer["added"], "devices")
    print(f"{devices} {would}added, {answer['changed']} {would}changed, {answer['same']} as they are.")


def export_devices(
    at: At,
    *,
    file: Annotated[Path | None, typer.Argument(help="The CSV file to write. Default: print it.")] = None,
    filters: Filters = None,
) -> None:
    """Write devices as CSV, which ringboot device import reads.

    A cell that a spreadsheet would compute has an apostrophe in front; it is taken away when it is read back.
    """
    from ringboot.cli.tables import write_text
    from ringboot.desk.sheet import flat, write_sheet

    rows: list[dict[str, Any]] = []
    parameters = [("filter", each) for each in filters or ()]
    for start, size in pages(0, 0):
        page = at.api.get("devices", parameters=[*parameters, ("limit", str(size)), ("offset", str(start))])
        rows += page["items"]
        if len(page["items"]) < LARGEST_PAGE:
            break
    text = write_sheet(map(flat, rows))
    if file is None:
        at.tell(rows, text.rstrip("\n"))
        return
    write_text(file, text)
    at.tell({"file": str(file), "devices": len(rows)}, f"{counted(len(rows), 'devices')} written to {file}.")
