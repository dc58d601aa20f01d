"""ringboot import: the configuration, reservations and leases of another DHCP server."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ringboot.cli.command import At, command
from ringboot.cli.exits import BUSY, CONFIGURATION, FAILED, USAGE, Failure

if TYPE_CHECKING:
    from ringboot.compat.importers.imported import Imported, NotCarried

# Name -> title and where its configuration usually lies; ringboot.compat.importers.formats has the readers.
_SERVERS = {
    "kea": ("Kea", "/etc/kea/kea-dhcp4.conf"),
    "isc": ("ISC dhcpd", "/etc/dhcp/dhcpd.conf"),
    "dnsmasq": ("dnsmasq", "/etc/dnsmasq.conf"),
}

File = Annotated[Path, typer.Argument(help="The server's configuration file.")]
Output = Annotated[
    Path | None,
    typer.Option(help="The ringboot.toml to write; it must not be there yet. Default: print it."),
]
Reservations = Annotated[
    Path | None,
    typer.Option(help="The CSV file of reservations to write. Default: reservations.csv beside --output."),
]
Interface = Annotated[
    list[str] | None,
    typer.Option(help="An interface to answer on; may be repeated. Default: those that the file names."),
]
Apply = Annotated[
    bool, typer.Option("--apply", help="Add the reservations to the running daemon; write no file without --output.")
]
Leases = Annotated[
    Path | None,
    typer.Option(help="The server's lease file, to be taken over into the data folder while no daemon runs on it."),
]
Strict = Annotated[bool, typer.Option("--strict", help="End with 1 when something is not carried over.")]


def add_to(app: typer.Typer) -> None:
    """Add a command for each server."""
    command(app, "staticdhcpd", "ringboot import staticdhcpd /etc/staticDHCPd/conf.py --output ringboot.toml")(
        import_staticdhcpd
    )
    for name, (title, usual) in _SERVERS.items():
        example = f"ringboot import {name} {usual} --output ringboot.toml"
        command(app, name, example)(_command_for(name, title))


def _command_for(name: str, title: str) -> Callable[..., None]:
    def import_file(
        at: At,
        *,
        file: File,
        output: Output = None,
        reservations: Reservations = None,
        interface: Interface = None,
        apply: Apply = False,
        leases: Leases = None,
        strict: Strict = False,
    ) -> None:
        _import(
            at, name, str(file), _read(name, file), output=output, reservations=reservations,
            interfaces=interface or [], apply=apply, leases=leases, strict=strict,
        )  # fmt: skip

    import_file.__doc__ = f"""Turn a configuration of {title} into ringboot.toml and reservations.

    What is not carried over is named on standard error, with its place, why, and what to do instead.
    """
    return import_file


def import_staticdhcpd(
    at: At,
    *,
    source: Annotated[str, typer.Argument(help="conf.py, an INI file, an SQLite database, or the URL of a database.")],
    output: Output = None,
    reservations: Reservations = None,
    interface: Interface = None,
    apply: Apply = False,
    strict: Strict = False,
) -> None:
    """Turn a site of staticDHCPd into ringboot.toml and reservations: its settings, groups and clients.

    A conf.py is read and not run; the database that it names is read too. What is not carried over is named on
    standard error, with its place, why, and what to do instead.
    """
    from ringboot.compat.importers.imported import BadSource
    from ringboot.compat.importers.static import read_static
    from ringboot.scripts.sources.sql import split_password

    try:
        found = read_static(source)
    except BadSource as error:
        raise Failure(f"{error}.", FAILED if "://" in source or Path(source).exists() else USAGE) from None
    _import(
        at, "staticdhcpd", split_password(source)[0] if "://" in source else source, found, output=output,
        reservations=reservations, interfaces=interface or [], apply=apply, leases=None, strict=strict,
    )  # fmt: skip


def _import(
    at: At,
    name: str,
    file: str,
    found: Imported,
    *,
    output: Path | None,
    reservations: Path | None,
    interfaces: list[str],
    apply: bool,
    leases: Path | None,
    strict: bool,
) -> None:
    from ringboot.cli.tables import write_rows
    from ringboot.compat.importers.toml_text import reservation_rows, toml_text

    found.interfaces = interfaces or found.interfaces
    text = toml_text(found, file)
    rows = reservation_rows(found)
    if reservations is None and output is not None and rows and not apply:
        reservations = output.with_name("reservations.csv")
    for path in (output, reservations):
        if path is not None and path.exists():
            raise Failure(f"{path} is there already. Choose another place, or move it away.", FAILED)
    applied = _apply(at, file, rows) if apply else None
    if output is not None:
        write_new(output, text)
    if reservations is not None:
        write_new(reservations, write_rows(rows))
    report = _report(found, file, text)
    report |= {
        "written": None if output is None else str(output),
        "configuration": text if output is None else None,
        "reservations_written": None if reservations is None else str(reservations),
        "applied": applied,
        "leases": None,
    }
    if leases is not None:
        _take_leases(name, leases, at.config or output, report)
    is_printed = output is None and not apply and leases is None
    if not at.json:
        print("\n".join(_lines(report)), file=sys.stderr)
    at.tell(report, text.rstrip("\n") if is_printed else "")
    if strict and (report["not_carried"] or report["problems"]):
        raise typer.Exit(FAILED)


def _read(name: str, file: Path) -> Imported:
    from ringboot.compat.importers.formats import FORMATS
    from ringboot.compat.importers.imported import BadSource

    try:
        return FORMATS[name].read(file)
    except BadSource as error:
        raise Failure(f"{error}.", FAILED if file.exists() else USAGE) from None


def _report(found: Imported, file: str, text: str) -> dict[str, Any]:
    from ringboot.setup.load import load_text
    from ringboot.setup.problems import BadConfig

    problems: list[str] = []
    try:
        load_text(Path("ringboot.toml"), text)
    except BadConfig as error:
        problems = [str(each) for each in error.problems]
    return {
        "file": file,
        "networks": len(found.networks),
        "pools": sum(len(each.pools) for each in found.networks),
        "classes": len(found.classes),
        "reservations": len(found.reservations),
        "problems": problems,
        "not_carried": named(found.not_carried),
    }


def named(rows: list[NotCarried]) -> list[dict[str, Any]]:
    """Write what is not carried over as the described shape has it."""
    return [
        {
            "file": place.file,
            "line": place.line,
            "column": place.column,
            "what": construct,
            "why": why,
            "instead": instead,
        }
        for place, construct, why, instead in sorted(rows)
    ]


def _take_leases(name: str, file: Path, config: Path | None, report: dict[str, Any]) -> None:
    """Write the live leases into the journal of a configuration's data folder."""
    import time

    from ringboot.compat.importers.formats import FORMATS
    from ringboot.compat.importers.imported import BadSource
    from ringboot.compat.importers.takeover import take_over
    from ringboot.host.lock import FolderBusy, FolderLock, FolderUnusable
    from ringboot.setup.load import load
    from ringboot.setup.problems import BadConfig
    from ringboot.setup.site import site_of
    from ringboot.setup.where import DEFAULT_FILE
    from ringboot.store.journal import Journal, JournalDamaged, JournalFailed

    path = config or DEFAULT_FILE
    try:
        settings = load(path)
        lock = FolderLock(settings.server.data)
    except BadConfig as error:
        raise Failure(f"{error}\nLeases go where {path} says. Name another with --config.", CONFIGURATION) from None
    except FolderBusy as error:
        raise Failure(f"{error}", BUSY) from None
    except FolderUnusable as error:
        raise Failure(f"{error}", FAILED) from None
    try:
        journal = Journal.open(settings.server.data / "leases")
        try:
            networks = site_of(settings, revision=0).networks
            taken = take_over(FORMATS[name].leases(file), networks, journal, time.time())
        finally:
            journal.close()
    except (BadSource, JournalDamaged, JournalFailed) as error:
        raise Failure(f"{error}.", FAILED) from None
    finally:
        lock.close()
    report["leases"] = {
        "file": str(file),
        "data": str(settings.server.data),
        "read": taken.read,
        "taken": taken.taken,
        "over": taken.over,
        "there": taken.there,
        "not_taken": len(taken.not_carried),
    }
    report["not_carried"] += named(taken.not_carried)


def _lines(report: dict[str, Any]) -> list[str]:
    from ringboot.cli.show import counted

    counts = [counted(report[key], key) for key in ("networks", "pools", "classes", "reservations")]
    lines = [f"{report['file']}: {', '.join(counts)}."]
    for key, what in (("written", "The configuration is"), ("reservations_written", "The reservations are")):
        if report[key]:
            lines.append(f"{what} in {report[key]}.")
    if report["applied"] is not None:
        lines.append(f"{counted(report['applied'], 'reservations')} added to the running daemon.")
    elif report["reservations"] and not report["reservations_written"]:
        lines.append("The reservations are written nowhere yet: name a file with --reservations.")
    if report["leases"] is not None:
        numbers = {key: report["leases"][key] for key in ("taken", "over", "there", "not_taken")}
        told = "{taken} taken over, {over} over already, {there} there before, {not_taken} not taken over"
        lines.append(
            f"{report['leases']['file']}: {counted(report['leases']['read'], 'addresses')}: {told.format(**numbers)}."
        )
    if report["not_carried"]:
        lines.append(f"Not carried over ({len(report['not_carried'])}):")
        lines += [
            f"  {row['file']}:{row['line']}:{row['column']}: {row['what']}: {row['why']}; {row['instead']}"
            for row in report["not_carried"]
        ]
    if report["problems"]:
        lines += ["To be corrected before it can be used:", *(f"  {each}" for each in report["problems"])]
    return lines


def _apply(at: At, file: str, rows: list[dict[str, Any]]) -> int:
    from ringboot.cli.show import counted

    numbered = [{"row": number, **row} for number, row in enumerate(rows, 1)]
    answer = at.api.post("reservations", "import", body={"rows": numbered, "dry_run": False})
    errors = answer.get("errors") or []
    if errors:
        fields = {f"reservation {rows[each['row'] - 1]['address']}": each["error"] for each in errors}
        raise Failure(
            f"{file}: {counted(len(errors), 'errors')}. Nothing was added to the daemon. Does it run with the "
            "networks of this file?", FAILED, fields=fields,
        )  # fmt: skip
    return int(answer["added"])


def write_new(path: Path, text: str) -> None:
    """Write a file whole or not at all, and over none."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_text(text)
        try:
            os.link(draft, path)
        finally:
            draft.unlink()
    except FileExistsError:
        raise Failure(f"{path} is there already. Choose another place, or move it away.", FAILED) from None
    except OSError as error:
        raise Failure(f"{path} cannot be written: {error.strerror}. Choose another place.", FAILED) from None
