"""ringboot sync, and the wait of ringboot device synchronize: jobs that let devices read their files again."""

from __future__ import annotations

import sys
import time
from typing import Annotated, Any

import typer

from ringboot.cli.command import At, command
from ringboot.cli.exits import FAILED, Failure
from ringboot.cli.lists import Filters, Limit, Offset, Sort, Text, list_rows, pages
from ringboot.cli.show import Column, counted, moment, print_table

EVERY = 0.25  # seconds between two looks
SHOWN = 20  # devices that a failure names
COLUMNS = (
    Column("id", "JOB"),
    Column("state", "STATE"),
    Column("began", "BEGAN", moment),
    Column("who", "BY"),
    Column("devices", "DEVICES"),
    Column("waiting", "WAITING"),
    Column("told", "TOLD"),
    Column("done", "DONE"),
    Column("failed", "FAILED"),
    Column("rate", "A MINUTE"),
)
DEVICE_COLUMNS = (
    Column("mac", "MAC"),
    Column("device", "DEVICE"),
    Column("state", "STATE"),
    Column("tries", "TOLD"),
    Column("reason", "REASON"),
    Column("text", "WHAT HAPPENED"),
)

Job = Annotated[int, typer.Argument(help="Its number, as ringboot sync list shows it.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "list", "ringboot sync list --filter state=running")(list_syncs)
    command(app, "show", "ringboot sync show 1")(show_sync)
    command(app, "stop", "ringboot sync stop 1")(stop_sync)


def list_syncs(
    at: At, *, text: Text = "", filters: Filters = None, sort: Sort = "", limit: Limit = 100, offset: Offset = 0
) -> None:
    """List jobs that let devices read their files again, the newest first."""
    list_rows(at, "syncs", COLUMNS, "jobs", text=text, filters=filters, sort=sort, limit=limit, offset=offset)


def show_sync(at: At, job: Job) -> None:
    """Show a job, and how it stands with each device."""
    found = at.api.get("syncs", str(job))
    found["items"] = _devices(at, job)
    if at.json:
        at.tell(found, "")
        return
    print_table([found], COLUMNS)
    print()
    print_table(found["items"], DEVICE_COLUMNS)


def stop_sync(at: At, job: Job) -> None:
    """Stop a job: devices that are not done with are left alone."""
    found = at.api.post("syncs", str(job), "stop")
    at.tell(found, f"Job {job} is {found['state']}: {summary(found)}")


def _devices(at: At, job: int, *filters: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    for start, size in pages(0, 0):
        asked = [*(("filter", each) for each in filters), ("limit", str(size)), ("offset", str(start))]
        page = at.api.get("syncs", str(job), "devices", parameters=asked)
        items += page["items"]
        if len(page["items"]) < size:
            break
    return items


def followed(at: At, job: dict[str, Any], wait: bool) -> dict[str, Any]:
    """Give a job that was begun, with those of its devices that failed; with `wait` once it ended."""
    if not wait:
        return {**job, "problems": []}
    job = _ended(at, job)
    rows = _devices(at, job["id"], "state=ended")
    return {**job, "problems": [row for row in rows if row["reason"] != "sync-done"]}


def complain(job: dict[str, Any]) -> None:
    """Fail when devices of a job failed."""
    problems = job["problems"]
    if problems:
        more = f" The first {SHOWN} of them:" if len(problems) > SHOWN else ""
        raise Failure(
            f"{counted(len(problems), 'devices')} did not fetch what stands there now. "
            f"See: ringboot sync show {job['id']}.{more}",
            FAILED,
            fields={str(row["mac"] or row["device"]): f"{row['text']}. {row['help']}" for row in problems[:SHOWN]},
        )


def summary(job: dict[str, Any]) -> str:
    """Say how a job stands."""
    if job["state"] == "running":
        return f"Job {job['id']} is begun. See: ringboot sync show {job['id']}"
    rate = "" if job["rate"] is None else f", {job['rate']:g} told a minute"
    return f"{counted(job['devices'], 'devices')}: {job['done']} done, {job['failed']} failed{rate}."


def _ended(at: At, job: dict[str, Any]) -> dict[str, Any]:
    """Wait until a job has ended, and show how far it is when somebody sits at a terminal."""
    if at.json or not sys.stderr.isatty():
        while job["state"] == "running":
            time.sleep(EVERY)
            job = at.api.get("syncs", str(job["id"]))
        return job
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task("Devices read their files", total=job["devices"] or None)
        while job["state"] == "running":
            rate = "" if job["rate"] is None else f", {job['rate']:g} a minute"
            text = f"{job['told'] + job['done'] + job['failed']} told{rate}"
            progress.update(bar, completed=job["done"] + job["failed"], description=text)
            time.sleep(EVERY)
            job = at.api.get("syncs", str(job["id"]))
    return job
