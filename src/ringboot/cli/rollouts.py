"""ringboot device move, and ringboot rollout: devices that go from one plugin to another, group by group."""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from typing import Annotated, Any

import typer

from ringboot.cli import completion
from ringboot.cli.command import At, command
from ringboot.cli.exits import FAILED, USAGE, Failure
from ringboot.cli.lists import Filters, Limit, Offset, Sort, Text, list_rows
from ringboot.cli.show import Column, counted, moment, print_table, print_thing

COLUMNS = (
    Column("id", "ID"),
    Column("from", "FROM"),
    Column("to", "TO"),
    Column("state", "STATE"),
    Column("devices", "DEVICES"),
    Column("moved", "MOVED"),
    Column("failed", "FAILED"),
    Column("began", "BEGAN", moment),
    Column("why", "WHY"),
)
DEVICE_COLUMNS = (
    Column("mac", "MAC"),
    Column("model", "MODEL"),
    Column("group", "GROUP"),
    Column("state", "STATE"),
    Column("why", "WHY"),
    Column("device", "ID"),
)
FILE_COLUMNS = (Column("mac", "MAC"), Column("model", "MODEL"), Column("change", "CHANGE"), Column("path", "PATH"))
LOOK_EVERY = 0.25  # seconds

ROLLOUTS = completion.names_of("rollouts", "id", "from", "to", "state")
Named = Annotated[str, typer.Argument(metavar="ID", help="Its number.", autocompletion=ROLLOUTS)]
Wait = Annotated[bool, typer.Option("--wait/--no-wait", help="Return when it is over or pauses, or at once.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "list", "ringboot rollout list --filter state=paused")(list_rollouts)
    command(app, "show", "ringboot rollout show 1")(show_rollout)
    command(app, "devices", "ringboot rollout devices 1 --filter state=failed")(rollout_devices)
    command(app, "resume", "ringboot rollout resume 1 --again")(resume)
    command(app, "abort", "ringboot rollout abort 1")(abort)


def add_move_to(app: typer.Typer) -> None:
    """Add the command that begins one."""
    command(app, "move", "ringboot device move --from {plugin} --to {plugin}-new --first 10 --stop-at 2")(move)


def move(
    at: At,
    *,
    text: Text = "",
    from_: Annotated[str, typer.Option("--from", help="The plugin that they have.", autocompletion=completion.PLUGINS)],
    to: Annotated[str, typer.Option("--to", help="The plugin that they get.", autocompletion=completion.PLUGINS)],
    filters: Filters = None,
    first: Annotated[
        str | None, typer.Option(help="The first group: how many, or key=value. Then it pauses until resumed.")
    ] = None,
    resume_at: Annotated[
        str | None, typer.Option(help="When the pause ends by itself, local time: 06:00 or 2026-03-02 06:00.")
    ] = None,
    stop_at: Annotated[int | None, typer.Option(help="Stop at so many failures.", min=1)] = None,
    window: Annotated[
        str | None, typer.Option(help="Only in this time of the day, as the daemon's clock shows it: 22:00-06:00.")
    ] = None,
    sync: Annotated[
        bool, typer.Option("--sync", help="Let each read its new files at once; one that does not counts as failed.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show which devices and which files change.")] = False,
    wait: Wait = True,
) -> None:
    """Move devices from one plugin to another.

    Their files are made by the new plugin; a device whose files it cannot make keeps the old one.
    """
    body: dict[str, Any] = {
        "from": from_,
        "to": to,
        "filters": filters or [],
        "text": text,
        "sync": sync,
        "dry_run": dry_run,
    }
    given = {"window": window, "stop_at": stop_at, "resume_at": None if resume_at is None else instant(resume_at)}
    body |= {key: value for key, value in given.items() if value is not None}
    if first is not None:
        body["first"] = int(first) if first.isascii() and first.isdecimal() else first
    answer = at.api.post("rollouts", body=body)
    if dry_run:
        _show_preview(at, answer)
    else:
        _follow(at, answer, wait)


def _show_preview(at: At, answer: dict[str, Any]) -> None:
    items = answer["items"]
    if at.json:
        at.tell(answer, "")
    else:
        changes = [
            {"mac": item["mac"] or item["id"], "model": item["model"], **file}
            for item in items
            for file in item["files"]
            if file["change"] != "same"
        ]
        print_table(changes, FILE_COLUMNS)
        print(f"{counted(answer['devices'], 'devices')} would be moved, {counted(len(changes), 'files')} change.")
    if answer["failed"]:
        raise Failure(
            f"{answer['to']} cannot make the files of {counted(answer['failed'], 'devices')}.",
            FAILED,
            fields={str(item["mac"] or item["id"]): item["problem"] for item in items if item["problem"]},
        )


def _follow(at: At, rollout: dict[str, Any], wait: bool) -> None:
    """Show how far it is until it is over, or cannot go on by itself now; fails when a device failed."""
    import sys

    def now() -> dict[str, Any]:
        found: dict[str, Any] = at.api.get("rollouts", str(rollout["id"]))
        return found

    latest = rollout
    if wait and not at.json and sys.stderr.isatty():
        latest = _shown(now)
    while wait and latest["state"] == "running":
        time.sleep(LOOK_EVERY)
        latest = now()
    figures = f"{latest['moved']} of {counted(latest['devices'], 'devices')} moved"
    if latest["failed"]:
        figures += f", {latest['failed']} failed"
    at.tell(latest, f"Roll-out {latest['id']} is {latest['state']}: {latest['why']}. {figures}.")
    if wait and latest["failed"]:
        raise _failure(at, latest)


def _failure(at: At, rollout: dict[str, Any]) -> Failure:
    ident = str(rollout["id"])
    page = at.api.get("rollouts", ident, "devices", parameters=[("filter", "state=failed")])
    return Failure(
        f"{counted(rollout['failed'], 'devices')} failed. Mend what is named, then: "
        f"ringboot rollout resume {ident} --again.",
        FAILED,
        fields={str(row["mac"] or row["device"]): str(row["why"]) for row in page["items"]},
    )


def _shown(now: Any) -> dict[str, Any]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task("Devices are moved")
        while True:
            latest: dict[str, Any] = now()
            progress.update(bar, total=latest["devices"], completed=latest["devices"] - latest["waiting"])
            if latest["state"] != "running":
                return latest
            time.sleep(LOOK_EVERY)


def instant(text: str, now: dt.datetime | None = None) -> float:
    """Read a local time: of the day, then the next one; or with a date."""
    now = now or dt.datetime.now().astimezone()
    with contextlib.suppress(ValueError):
        clock = dt.time.fromisoformat(text.strip())
        today = dt.datetime.combine(now.date(), clock).astimezone()
        return (today if today > now else dt.datetime.combine(now + dt.timedelta(days=1), clock)).timestamp()
    with contextlib.suppress(ValueError):
        return dt.datetime.fromisoformat(text.strip()).timestamp()
    raise Failure(f"{text!r} is no time. Write it as 06:00 or 2026-03-02 06:00.", USAGE)


def list_rollouts(
    at: At, *, text: Text = "", filters: Filters = None, sort: Sort = "", limit: Limit = 100, offset: Offset = 0
) -> None:
    """List roll-outs, the newest first."""
    list_rows(at, "rollouts", COLUMNS, "roll-outs", text=text, filters=filters, sort=sort, limit=limit, offset=offset)


def show_rollout(at: At, rollout: Named) -> None:
    """Show how far one is, and which devices failed."""
    found = at.api.get("rollouts", rollout)
    if at.json:
        at.tell(found, "")
        return
    times = {key: moment(found[key]) for key in ("began", "ended", "resume_at") if found[key] is not None}
    print_thing({**found, **times})
    if found["failed"]:
        page = at.api.get("rollouts", rollout, "devices", parameters=[("filter", "state=failed")])
        print()
        print_table(page["items"], DEVICE_COLUMNS)


def rollout_devices(
    at: At,
    rollout: Named,
    *,
    text: Text = "",
    filters: Filters = None,
    sort: Sort = "",
    limit: Limit = 100,
    offset: Offset = 0,
) -> None:
    """List its devices, and what became of each."""
    list_rows(
        at, f"rollouts/{rollout}/devices", DEVICE_COLUMNS, "devices",
        text=text, filters=filters, sort=sort, limit=limit, offset=offset,
    )  # fmt: skip


def resume(
    at: At,
    rollout: Named,
    again: Annotated[bool, typer.Option("--again", help="With the devices that failed, too.")] = False,
    wait: Wait = True,
) -> None:
    """Let one go on that pauses or was stopped.

    Failures are counted anew.
    """
    _follow(at, at.api.post("rollouts", rollout, "resume", body={"again": again}), wait)


def abort(at: At, rollout: Named) -> None:
    """End one.

    Devices that were not moved yet stay as they are.
    """
    ended = at.api.post("rollouts", rollout, "abort")
    at.tell(ended, f"Roll-out {ended['id']} is aborted; {counted(ended['waiting'], 'devices')} were not moved.")
