"""ringboot boot: machines that boot from the network."""

from __future__ import annotations

from typing import Annotated

import typer

from ringboot.cli.boot_trial import try_boot
from ringboot.cli.command import At, command
from ringboot.cli.completion import names_of
from ringboot.cli.lists import Filters, Limit, Offset, Sort, Text, list_rows
from ringboot.cli.show import Column, moment

COLUMNS = (
    Column("mac", "MAC"),
    Column("ip", "ADDRESS"),
    Column("model", "FIRMWARE"),
    Column("state", "STATE"),
    Column("since", "SINCE", lambda value: moment(value) if value else ""),
    Column("asked", "LAST ASKED", moment),
    Column("config", "CONFIG"),
    Column("description", "DESCRIPTION"),
)

Device = Annotated[
    str, typer.Argument(help="Its id, MAC or address.", autocompletion=names_of("machines", "mac", "state"))
]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "list", "ringboot boot list --filter state=waiting")(list_machines)
    command(app, "approve", "ringboot boot approve 52:54:00:12:34:56")(approve)
    command(app, "test", "ringboot boot test --arch x86-uefi --ipxe")(try_boot)
    command(app, "again", "ringboot boot again 52:54:00:12:34:56")(again)


def list_machines(
    at: At, *, text: Text = "", filters: Filters = None, sort: Sort = "", limit: Limit = 100, offset: Offset = 0
) -> None:
    """List machines that boot from the network, and how far each is."""
    list_rows(at, "machines", COLUMNS, "machines", text=text, filters=filters, sort=sort, limit=limit, offset=offset)


def approve(at: At, device: Device) -> None:
    """Let a machine be installed."""
    answer = at.api.post("machines", device, "approve")
    at.tell(answer, f"{answer['mac']} is {answer['state']}: it fetches its script the next time it asks.")


def again(at: At, device: Device) -> None:
    """Let a machine be installed once more, also one whose installation failed."""
    answer = at.api.post("machines", device, "again")
    at.tell(answer, f"{answer['mac']} is {answer['state']}: start it from the network.")
