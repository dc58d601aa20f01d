"""ringboot reservation: addresses kept for one client each."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from ringboot.cli.command import At, command
from ringboot.cli.exits import USAGE, Failure
from ringboot.cli.lists import LARGEST_PAGE, Filters, Limit, Offset, Sort, Text, list_rows, pages
from ringboot.cli.show import Column, counted
from ringboot.model.whose import BY_NAME

COLUMNS = (
    Column("network", "NETWORK"),
    Column("kind", "KIND"),
    Column("value", "VALUE"),
    Column("address", "ADDRESS"),
    Column("hostname", "HOSTNAME"),
    Column("options", "OPTIONS"),
)

NetworkName = Annotated[str, typer.Option(help="The network, as ringboot.toml names it.", show_default=False)]
Mac = Annotated[str | None, typer.Option(help=BY_NAME["mac"].meaning)]
ClientId = Annotated[str | None, typer.Option(help=BY_NAME["client-id"].meaning)]
CircuitId = Annotated[str | None, typer.Option(help=BY_NAME["circuit-id"].meaning)]
RemoteId = Annotated[str | None, typer.Option(help=BY_NAME["remote-id"].meaning)]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "list", "ringboot reservation list --filter network=phones")(list_reservations)
    command(app, "add", "ringboot reservation add 10.0.0.20 --network phones --mac {mac} --hostname reception")(
        add_reservation
    )
    command(app, "remove", "ringboot reservation remove --network phones --mac {mac}")(remove_reservation)
    command(app, "import", "ringboot reservation import phones.csv --dry-run")(import_reservations)
    command(app, "export", "ringboot reservation export phones.csv")(export_reservations)


def list_reservations(
    at: At, *, text: Text = "", filters: Filters = None, sort: Sort = "", limit: Limit = 100, offset: Offset = 0
) -> None:
    """List reservations."""
    list_rows(
        at, "reservations", COLUMNS, "reservations",
        text=text, filters=filters, sort=sort, limit=limit, offset=offset,
    )  # fmt: skip


def add_reservation(
    at: At,
    *,
    address: Annotated[str, typer.Argument(help="The address to keep.")],
    network: NetworkName,
    mac: Mac = None,
    client_id: ClientId = None,
    circuit_id: CircuitId = None,
    remote_id: RemoteId = None,
    hostname: Annotated[str | None, typer.Option(help="The name that the client is told.")] = None,
    option: Annotated[list[str] | None, typer.Option(help="A DHCP option, as name=value; may be repeated.")] = None,
) -> None:
    """Keep an address for one client."""
    from ringboot.cli.assignments import flat_of

    row: dict[str, Any] = {"network": network, **_client(mac, client_id, circuit_id, remote_id), "address": address}
    if hostname:
        row["hostname"] = hostname
    if option:
        row["options"] = flat_of(option)
    made = at.api.post("reservations", body=row)
    at.tell(made, f"{made['address']} is kept for {made['value']}.")


def remove_reservation(
    at: At,
    *,
    network: NetworkName,
    mac: Mac = None,
    client_id: ClientId = None,
    circuit_id: CircuitId = None,
    remote_id: RemoteId = None,
) -> None:
    """Give a kept address free."""
    which = {"network": network, **_client(mac, client_id, circuit_id, remote_id)}
    at.api.delete("reservations", parameters=which.items())
    at.tell(which, f"The reservation of {which['value']} in network {network} is removed.")


def import_reservations(
    at: At,
    *,
    file: Annotated[Path, typer.Argument(help="A CSV file: network,kind,value,address,hostname,option:<name>...")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
) -> None:
    """Add reservations from a CSV file, all or none."""
    from ringboot.cli.tables import read_rows, refuse_lines

    rows = read_rows(file)
    answer = at.api.post("reservations", "import", body={"rows": rows, "dry_run": dry_run})
    refuse_lines(file, answer.get("errors") or [])
    done = "would be added" if dry_run else "added"
    at.tell(answer, f"{counted(answer['added'], 'reservations')} {done}.")


def export_reservations(
    at: At,
    *,
    file: Annotated[Path | None, typer.Argument(help="The CSV file to write. Default: print it.")] = None,
    filters: Filters = None,
) -> None:
    """Write reservations as CSV."""
    from ringboot.cli.tables import write_rows, write_text

    rows: list[dict[str, Any]] = []
    parameters = [("filter", each) for each in filters or ()]
    for start, size in pages(0, 0):
        more = [("limit", str(size)), ("offset", str(start))]
        page = at.api.get("reservations", parameters=[*parameters, *more])
        rows += page["items"]
        if len(page["items"]) < LARGEST_PAGE:
            break
    text = write_rows(rows)
    if file is None:
        at.tell(rows, text.rstrip("\n"))
        return
    write_text(file, text)
    at.tell({"file": str(file), "reservations": len(rows)}, f"{counted(len(rows), 'reservations')} written to {file}.")


def _client(mac: str | None, client_id: str | None, circuit_id: str | None, remote_id: str | None) -> dict[str, str]:
    named = {"mac": mac, "client-id": client_id, "circuit-id": circuit_id, "remote-id": remote_id}
    given = [(kind, value) for kind, value in named.items() if value is not None]
    if len(given) != 1:
        raise Failure("Say who, once: --mac, --client-id, --circuit-id or --remote-id.", USAGE)
    ((kind, value),) = given
    return {"kind": kind, "value": value}
