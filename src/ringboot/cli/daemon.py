"""ringboot serve, check, init, status, demo, explain: the daemon itself."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from ringboot.cli.command import At, command
from ringboot.cli.exits import BUSY, CONFIGURATION, DONE, FAILED, Failure


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "serve", "ringboot serve --config /etc/ringboot/ringboot.toml")(serve)
    command(app, "check", "ringboot check --config new.toml")(check)
    command(app, "metrics", "ringboot metrics")(metrics)
    command(app, "status", "ringboot status")(status)
    command(app, "demo", "ringboot demo --keep")(demo)
    command(app, "explain", "ringboot explain --mac {mac}")(explain)


def serve(
    at: At,
    verbose: Annotated[bool, typer.Option("--verbose", help="Log every step, also those that went well.")] = False,
) -> None:
    """Run the daemon until it is told to stop.

    It logs to standard error: as text on a terminal, else as JSON; see [log] of ringboot.toml.
    """
    from ringboot.app.serve import serve as run
    from ringboot.host.lock import FolderBusy, FolderUnusable
    from ringboot.host.rights import NoRights
    from ringboot.servers.listen import CannotListen
    from ringboot.setup.load import load
    from ringboot.setup.problems import BadConfig
    from ringboot.setup.where import DEFAULT_FILE

    path = at.config or DEFAULT_FILE
    try:
        code = run(load(path), path, verbose=verbose, json_log=at.json)
    except BadConfig as error:
        several = "The configuration cannot be used:\n" if len(error.problems) > 1 else ""
        raise Failure(f"{several}{error}", CONFIGURATION) from None
    except FolderBusy as error:
        raise Failure(str(error), BUSY) from None
    except (FolderUnusable, NoRights) as error:
        raise Failure(str(error), FAILED) from None
    except CannotListen as error:
        raise Failure(str(error), error.code) from None
    if code:
        raise typer.Exit(code)


def check(
    at: At,
    *,
    reservations: Annotated[
        list[Path] | None,
        typer.Option("--reservations", help="A CSV file that is to be imported; may be repeated."),
    ] = None,
) -> None:
    """Say all that is wrong with a configuration, and with reservations in it.

    It reads the database and the lease journal of the data folder, if they are there.
    """
    from ringboot.app.audit import audit
    from ringboot.cli.show import counted
    from ringboot.cli.tables import read_rows
    from ringboot.compat.staticdhcpd import describe
    from ringboot.host.trial import attempt
    from ringboot.setup.load import look as find
    from ringboot.setup.machine import look
    from ringboot.setup.problems import ERROR, Problem
    from ringboot.setup.where import DEFAULT_FILE

    path = at.config or DEFAULT_FILE
    machine = look()
    problems, settings = find(path, machine)
    tables = [(each, read_rows(each)) for each in reservations or ()]
    if settings is not None:
        problems += audit(settings, machine.all_addresses, tables, time.time())
        if settings.dhcp.conf is not None:
            problems += describe.look(settings.dhcp.conf)
        if settings.dhcp.is_scripted and not any(problem.severity == ERROR for problem in problems):
            faults, _ = attempt(path)
            problems += [Problem(each.path, each.line, "", each.why, "mend it there") for each in faults]
    errors = sum(problem.severity == ERROR for problem in problems)
    rows = [
        {key: getattr(each, key) for key in ("severity", "file", "line", "key", "what", "todo")} for each in problems
    ]
    lines = [str(problem) for problem in problems]
    warnings = len(problems) - errors
    counts = [counted(errors, "errors") if errors else "good", *([counted(warnings, "warnings")] if warnings else [])]
    lines.append(f"{path}: {', '.join(counts)}")
    at.tell({"file": str(path), "errors": errors, "problems": rows}, "\n".join(lines))
    if errors:
        raise typer.Exit(CONFIGURATION)


def metrics(at: At) -> None:
    """Print every number of the daemon as Prometheus reads it.

    Prometheus itself reads them at the address that `listen` of [metrics] names.
    """
    from ringboot.metrics import exposition

    found = at.api.get("numbers")
    at.tell(found, exposition(found["items"]).rstrip("\n"))


def status(at: At) -> None:
    """Show how the daemon is doing."""
    found = at.api.get("status")
    at.tell(found, _sections(found))


def _sections(found: Mapping[str, Any]) -> str:
    """Write values first, then each table under its name."""
    from ringboot.cli.show import aligned, clean, plain

    values = {key: value for key, value in found.items() if not isinstance(value, dict | list)}
    parts = (
        ["\n".join(aligned([(_title(key), clean(plain(value))) for key, value in values.items()]))] if values else []
    )
    for key, value in found.items():
        if isinstance(value, dict) and value:
            rows = [(str(name), clean(plain(inner))) for name, inner in value.items()]
            parts.append("\n".join((_title(key), *aligned(rows, "  "))))
        elif isinstance(value, list) and value and all(isinstance(row, dict) for row in value):
            names = list(dict.fromkeys(name for row in value for name in row))
            cells = [[clean(plain(row.get(name, ""))) or "-" for name in names] for row in value]
            parts.append("\n".join((_title(key), *aligned([[name.upper() for name in names], *cells], "  "))))
        elif isinstance(value, list):
            parts.append("\n".join((_title(key), f"  {clean(plain(value)) or 'none'}")))
    return "\n\n".join(parts)


def _title(key: str) -> str:
    return key.replace("_", " ").capitalize()


def demo(
    at: At,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the daemon running at the end.")] = False,
) -> None:
    """Show the way of a few simulated phones.

    It runs on this machine alone, as any user, and leaves nothing behind.
    """
    from ringboot.sim.demo import run

    code = run(keep=keep, json=at.json)
    if code != DONE:
        raise typer.Exit(code)


def explain(at: At, mac: Annotated[str, typer.Option(help="The device's MAC, in any spelling.")]) -> None:
    """Tell the way of a device and where it stopped.

    Network, lease, options, plugin, files, and what happened when.
    """
    from ringboot.cli.exits import USAGE
    from ringboot.cli.explanation import explanation_text
    from ringboot.model.address import norm_mac

    try:
        told = at.api.get("explain", norm_mac(mac))
    except ValueError as error:
        raise Failure(f"{error}.", USAGE) from None
    if at.json:
        at.tell(told, "")
    else:
        at.tell(told, explanation_text(told))
