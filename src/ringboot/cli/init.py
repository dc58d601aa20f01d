"""ringboot init: looks at the machine and writes a first ringboot.toml."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ringboot.cli.command import At, command
from ringboot.cli.exits import FAILED, USAGE, Failure

if TYPE_CHECKING:
    from ringboot.setup.kinds import Subnet
    from ringboot.setup.machine import Machine


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "init", "ringboot init --interface eth0 --output ringboot.toml")(init)


def init(
    at: At,
    interface: Annotated[
        list[str] | None,
        typer.Option(help="An interface to answer on; may be repeated. Default: the first with an address."),
    ] = None,
    subnet: Annotated[str | None, typer.Option(help="The subnet. Default: that of the interface.")] = None,
    output: Annotated[
        Path | None, typer.Option(help="The file to write. Default: --config, else the usual one.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
) -> None:
    """Write a first configuration for this machine.

    Looks at interfaces, ports in use, and whether another DHCP server answers.
    """
    from ringboot.setup.firstfile import PORTS, choose, plan, write
    from ringboot.setup.machine import look, ports_taken
    from ringboot.setup.problems import Wrong
    from ringboot.setup.where import DEFAULT_FILE

    path = output or at.config or DEFAULT_FILE
    if path.exists() and not force:
        raise Failure(f"{path} is there already. Choose another --output, or write over it with --force.", FAILED)
    machine = look()
    try:
        chosen = choose(machine, interface or [])
        given = _subnet(subnet, len(chosen))
        foreign, trouble = _look_around(machine, [each.name for each in chosen])
        plans = [plan(machine, each, given, foreign.get(each.name, ())) for each in chosen]
    except Wrong as error:
        raise Failure(f"{error}.", USAGE) from None
    taken = ports_taken(PORTS)
    _write(path, write(machine, plans, taken, looked=not trouble), force)
    lines = [f"{path} is written, for {', '.join(each.name for each in chosen)}."]
    lines += [f"Another DHCP server answers on {name}: {', '.join(found)}." for name, found in foreign.items()]
    lines += [f"{each}." for each in taken]
    lines += [f"{text}." for text in trouble]
    lines.append(f"Look through it, then: ringboot check --config {path}")
    report: dict[str, Any] = {
        "file": str(path),
        "interfaces": [each.name for each in chosen],
        "foreign": foreign,
        "ports_taken": [str(each) for each in taken],
        "not_looked": trouble,
    }
    at.tell(report, "\n".join(lines))


def _subnet(text: str | None, interfaces: int) -> Subnet | None:
    from ringboot.setup.kinds import read_subnet
    from ringboot.setup.problems import Wrong

    if text is None:
        return None
    if interfaces != 1:
        raise Wrong("--subnet is for one interface", "name one with --interface")
    return read_subnet(text)


def _look_around(machine: Machine, names: list[str]) -> tuple[dict[str, list[str]], list[str]]:
    """Ask on every interface at once whether another DHCP server answers; also say where that was not possible."""
    import asyncio

    from ringboot.servers.foreign import CannotLook, Foreign, find_foreign

    async def ask() -> list[list[Foreign] | BaseException]:
        own = set(machine.all_addresses)
        return await asyncio.gather(*(find_foreign(name, own) for name in names), return_exceptions=True)

    found: dict[str, list[str]] = {}
    trouble = []
    for name, answer in zip(names, asyncio.run(ask()), strict=True):
        if isinstance(answer, CannotLook):
            trouble.append(str(answer))
        elif isinstance(answer, BaseException):
            raise answer
        elif answer:
            found[name] = [each.server for each in answer]
    return found, trouble


def _write(path: Path, text: str, force: bool) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if force else os.O_EXCL), 0o644)
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
    except OSError as error:
        raise Failure(
            f"{path} cannot be written: {error.strerror}. Run as root, or write elsewhere: --output ringboot.toml",
            FAILED,
        ) from None
