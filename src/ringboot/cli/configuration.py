"""ringboot reload, diff: the configuration of a running daemon."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from ringboot.cli.command import At, command
from ringboot.cli.exits import CONFIGURATION, FAILED, Failure

_SIGNS = {"added": "+", "removed": "-", "changed": "~"}


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "reload", "ringboot reload --dry-run && ringboot reload")(reload)
    command(app, "diff", "ringboot diff new.toml")(diff)


def reload(
    at: At,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
) -> None:
    """Let the daemon read its configuration again.

    A faulty one is refused, and the old one stays. No packet and no lease is lost; leases that no longer fit are named.
    """
    from ringboot.cli.leases import misfit_line
    from ringboot.cli.show import clean

    answer = at.api.post("reload", body={"dry_run": dry_run})
    later = answer.get("restart_needed")
    done = "The configuration is good, and would be loaded." if dry_run else "The configuration is loaded."
    lines = [done + (f" Restart needed: {later}." if later else ""), *_lines(answer["differences"])]
    misfits = answer["misfits"]
    if misfits["total"]:
        lines.append(misfit_line(misfits) + ". At their next renewal:")
        lines += [clean(f"  {each['address']}  {each['at_renewal']}: {each['text']}") for each in misfits["items"]]
        if misfits["total"] > len(misfits["items"]):
            lines.append("  All of them: ringboot lease misfits --limit 0")
    lines += [f"A plugin cannot be used: {each}" for each in answer.get("broken_plugins") or ()]
    at.tell(answer, "\n".join(lines))


def diff(
    at: At,
    file: Annotated[
        Path | None,
        typer.Argument(
            help="A configuration, or a CSV file of reservations. Default: the daemon's configuration file."
        ),
    ] = None,
) -> None:
    """Say how a file differs from what runs.

    Ends with 0 when nothing differs, with 1 when something does.
    """
    answer = at.api.post("diff", body=_asked(file))
    items = answer["items"]
    at.tell(answer, "\n".join(_lines(items)) or "Nothing differs.")
    if items:
        raise typer.Exit(FAILED)


def _asked(file: Path | None) -> dict[str, Any]:
    if file is None:
        return {}
    if file.suffix == ".csv":
        from ringboot.cli.tables import read_rows

        return {"reservations": read_rows(file)}
    try:
        return {"path": str(file.absolute()), "text": file.read_text()}
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or error
        raise Failure(f"{file} cannot be read: {why}. Name another file.", CONFIGURATION) from None


def _lines(differences: Sequence[Mapping[str, Any]]) -> list[str]:
    """Write one line for each thing that differs."""
    from ringboot.cli.show import clean

    lines: list[str] = []
    for each in differences:
        keys = ", ".join(_key(each["change"], key) for key in each["keys"])
        name = each["name"] if each["what"] == "settings" else f"{each['what']} {each['name']}"
        lines.append(clean(f"{_SIGNS[each['change']]} {name}" + (f": {keys}" if keys else "")))
    return lines


def _key(change: str, key: Mapping[str, Any]) -> str:
    later = " (after a restart)" if key["restart"] else ""
    if change != "changed":
        return f"{key['key']} {key['after'] if change == 'added' else key['before']}{later}"
    return f"{key['key']} {_value(key['before'])} -> {_value(key['after'])}{later}"


def _value(text: str | None) -> str:
    return "(none)" if text in (None, "") else str(text)
