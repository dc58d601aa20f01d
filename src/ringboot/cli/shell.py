"""ringboot shell, and provd_pycli: provd's namespace over a running daemon, to be typed at or given a command."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from ringboot.cli.command import At, command
from ringboot.cli.exits import FAILED, USAGE, Failure

HERE = ("localhost", "127.0.0.1", "::1")
EXAMPLE = 'devices.using_plugin("{plugin}").reconfigure()'

Command = Annotated[str | None, typer.Option("-c", "--command", help="Do this and end, with exit code 0 or 1.")]
Yes = Annotated[bool, typer.Option("--yes", help="Answer questions by yes.")]
Quiet = Annotated[bool, typer.Option("--no-progress", help="Do not show how far long work is.")]
User = Annotated[
    str | None,
    typer.Option(
        "-u", "--user", help="Not needed any more: the daemon sees who you are on this machine, or by --token-file."
    ),
]
Password = Annotated[str | None, typer.Option("-p", "--password", help="Not needed any more, as --user.")]
Port = Annotated[
    int | None, typer.Option("--port", help="Not needed any more: the daemon is reached by its socket, or by --url.")
]
Host = Annotated[str, typer.Argument(metavar="[HOST]", help="The machine of the daemon: this one; others by --url.")]


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "shell", f"ringboot shell\nringboot shell -c '{EXAMPLE}'")(shell)


def alone() -> typer.Typer:
    """Make the command provd_pycli, which is the same."""
    made = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    command(made, "provd_pycli", f"provd_pycli\nprovd_pycli -c '{EXAMPLE}'")(shell)
    return made


def shell(
    at: At,
    *,
    host: Host = "localhost",
    command_: Command = None,
    yes: Yes = False,
    no_progress: Quiet = False,
    user: User = None,
    password: Password = None,
    port: Port = None,
) -> None:
    """Work with the daemon in Python, by the names that provd's shell has: provd_pycli is the same.

    Names: configs, devices, plugins, parameters, helpers, options; help() explains them. What an expression gives is
    printed. Without --command, lines are typed, with completion and history; or read from standard input.
    """
    from ringboot.cli.shell_api import ShellApi, ShellTerminal, told
    from ringboot.cli.shell_code import Code
    from ringboot.compat.provd.namespace import namespace

    if host not in HERE:
        raise Failure(f"Say how {host} is reached: --url https://{host}:8666 --token-file FILE", USAGE)
    for name, value in (("--user", user), ("--password", password), ("--port", port)):
        if value is not None:
            print(f"{name} is not needed any more, and does nothing.", file=sys.stderr)
    names = namespace(ShellApi(at), ShellTerminal(at, yes))
    names["options"].op_progress = not no_progress
    code = Code(names, as_json=at.json)
    typed = command_ is None and sys.stdin.isatty()
    if typed:
        from ringboot.cli.shell_prompt import converse

        at.api.get("status")  # who cannot reach the daemon learns it now
        converse(code, at)
        return
    failure = code.run(sys.stdin.read() if command_ is None else command_)
    if failure is not None:
        raise told(failure, FAILED)
