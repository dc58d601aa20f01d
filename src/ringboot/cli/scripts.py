"""ringboot script: the administrator's Python, what hooks it brings and how they do."""

from __future__ import annotations

from typing import Any

import typer

from ringboot.cli.command import At, command
from ringboot.cli.exits import CONFIGURATION, FAILED, Failure
from ringboot.cli.show import Column, moment

HOOKS = (
    Column("hook", "HOOK"),
    Column("kind", "KIND"),
    Column("calls", "CALLS"),
    Column("failures", "FAILURES"),
    Column("late", "LATE"),
    Column("average_ms", "AVERAGE MS"),
    Column("slowest_ms", "SLOWEST MS"),
    Column("problem", "LAST PROBLEM"),
    Column("failed_at", "AT", moment),
)
BROUGHT = (Column("name", "HOOK"), Column("kind", "KIND"), Column("filters", "FILTERS"), Column("place", "PLACE"))
SOURCES = (Column("name", "SOURCE"), Column("state", "STATE"), Column("asked", "ASKED"), Column("problem", "PROBLEM"))


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "status", "ringboot script status")(script_status)
    command(app, "list", "ringboot script list")(list_hooks)


def script_status(at: At) -> None:
    """Show how the scripts do: their process, their hooks, and the last traceback of each that failed.

    Ends with 1 when their process does not answer.
    """
    from ringboot.cli.show import print_table

    found = at.api.get("scripts")
    if not found["configured"]:
        at.tell(found, "No scripts are configured. Name them: scripts = [...] in [dhcp] (docs/howto/scripts.md).")
        return
    if at.json or not found["connected"]:
        at.tell(found, f"The process of scripts does not answer: {found['problem']}")
    else:
        at.tell(found, "\n".join(_summary(found)))
        print_table(found["hooks"], HOOKS)
        print_table(found["sources"], SOURCES)
        for row in found["hooks"]:
            if row["traceback"]:
                at.tell({}, f"\n{row['hook']} ({row['place']}):\n{row['traceback']}")
    if not found["connected"]:
        raise typer.Exit(FAILED)


def _summary(found: dict[str, Any]) -> list[str]:
    notices = found["notices"]
    rows = [
        ("scripts", ", ".join(found["scripts"])),
        ("since", moment(found["started"])),
        ("running", found["running"] or "nothing"),
        ("asked", f"{found['asked']}, {found['waiting']} wait"),
        ("told", f"{found['told']} changes of {found['leases']} leases"),
        ("memory", f"{found['memory'] >> 20} MB; address space {found['memory_limit'] >> 20} MB"),
        ("web services", f"{notices['taken']} taken, {notices['waiting']} wait {notices['problem']}".rstrip()),
    ]
    return [f"{name + ':':<14}{text}" for name, text in rows]


def list_hooks(at: At) -> None:
    """List the hooks of the configuration's scripts, and whom they concern.

    No daemon is needed: the files are read as they are now, in a process of their own.
    """
    from ringboot.cli.show import print_json, print_table
    from ringboot.host.trial import attempt
    from ringboot.setup.where import DEFAULT_FILE

    faults, hooks = attempt(at.config or DEFAULT_FILE)
    if faults:
        raise Failure("\n".join(map(str, faults)), CONFIGURATION)
    if at.json:
        print_json({"items": hooks, "total": len(hooks)})
    elif hooks:
        print_table(hooks, BROUGHT)
    else:
        print("There is no hook.")
