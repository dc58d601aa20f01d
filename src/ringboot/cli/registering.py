"""ringboot register: unknown machines are made known."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ringboot.cli.command import At, command
from ringboot.cli.reservations import NetworkName


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "register", "ringboot register {mac} --name lobby")(register)


def register(
    at: At,
    *,
    macs: Annotated[list[str], typer.Argument(help="The machines, by MAC.")],
    network: NetworkName = "",
    address: Annotated[str, typer.Option(help="The address to keep, for one machine. Default: the next free.")] = "",
    name: Annotated[str, typer.Option(help="Whose it is, or what; of one machine also the hostname.")] = "",
) -> None:
    """Make unknown machines known, all or none.

    In the network named, or that of [register], each gets a reservation at the next free address; without a network
    each becomes a known device, and gets an address of the pools. Those in quarantine move when they renew.
    """
    body: dict[str, Any] = {"macs": macs}
    body |= {key: value for key, value in (("network", network), ("address", address), ("name", name)) if value}
    rows = at.api.post("registrations", body=body)["items"]
    at.tell(rows, "\n".join(_told(row) for row in rows))


def _told(row: dict[str, Any]) -> str:
    if not row["fresh"]:
        return f"{row['mac']} was known already" + (f": {row['address']}." if row["address"] else ".")
    return f"{row['mac']} is known now" + (f", and gets {row['address']}." if row["address"] else ".")
