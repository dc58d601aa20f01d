"""ringboot export: the configuration for another DHCP server."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ringboot.cli.command import At, command
from ringboot.cli.exits import CONFIGURATION, FAILED, Failure

if TYPE_CHECKING:
    from ringboot.model.site import Reservation


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    example = "ringboot export kea --config /etc/ringboot/ringboot.toml --output kea-dhcp4.conf"
    command(app, "kea", example)(export_to_kea)


def export_to_kea(
    at: At,
    *,
    output: Annotated[Path | None, typer.Option(help="The file to write. Default: print it.")] = None,
    reservations: Annotated[
        Path | None, typer.Option(help="A CSV file of reservations, as ringboot reservation export writes it.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="End with 1 when something cannot be said.")] = False,
) -> None:
    """Write the configuration as Kea's DHCPv4 server reads it.

    What Kea cannot say is named on standard error, with the reason, and what to do instead.
    """
    from ringboot.cli.importing import named, write_new
    from ringboot.cli.show import counted
    from ringboot.compat.importers.kea_export import export_kea
    from ringboot.setup.load import load
    from ringboot.setup.problems import BadConfig
    from ringboot.setup.where import DEFAULT_FILE

    path = at.config or DEFAULT_FILE
    try:
        settings = load(path)
    except BadConfig as error:
        raise Failure(f"{error}", CONFIGURATION) from None
    text, left = export_kea(settings, _reservations(reservations), str(path))
    if output is not None:
        write_new(output, text)
    report: dict[str, Any] = {
        "file": str(path),
        "written": None if output is None else str(output),
        "configuration": text if output is None else None,
        "not_carried": named(left),
    }
    if not at.json:
        lines = [f"{path}: {counted(len(settings.dhcp.networks), 'networks')}."]
        lines += [f"Not carried over ({len(left)}):"] if left else []
        lines += [f"  {each.construct}: {each.why}; {each.instead}" for each in left]
        print("\n".join(lines), file=sys.stderr)
    at.tell(report, text.rstrip("\n") if output is None else "")
    if strict and left:
        raise typer.Exit(FAILED)


def _reservations(file: Path | None) -> list[Reservation]:
    from ringboot.cli.tables import read_rows
    from ringboot.dhcp.options import canonical
    from ringboot.model import whose
    from ringboot.model.site import Reservation

    found = []
    for row in read_rows(file) if file is not None else ():
        try:
            options = {canonical(name): text for name, text in (row.get("options") or {}).items()}
            value = whose.norm(row["kind"], row["value"])
        except ValueError as error:
            raise Failure(f"{file}, line {row['row']}: {error}.", FAILED) from None
        found.append(Reservation(row["network"], row["kind"], value, row["address"], row.get("hostname"), options))
    return found
