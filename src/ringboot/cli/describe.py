"""The reference page of the commands, made from the tree that runs them."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import typer.main

from ringboot.cli.examples import fill
from ringboot.cli.exits import MEANING

_SHARED = ("--json", "--config", "--api-socket", "--url", "--token-file", "--ca-file", "--help")
_START = """\
# Commands

Every command takes these:

| option | meaning |
| --- | --- |
| `--json` | Print JSON, in [this shape](json.md); errors too, on standard error. |
| `--config` | The daemon's configuration file, also as `RINGBOOT_CONFIG`. |
| `--api-socket` | The daemon's API socket, also as `RINGBOOT_API`. Default: as the configuration file says. |
| `--url` | A daemon elsewhere, as `https://HOST:8666`, also as `RINGBOOT_URL`; [how](../howto/users.md). |
| `--token-file` | The file with the token for `--url`; or `RINGBOOT_TOKEN` holds the token itself. |
| `--ca-file` | The CA certificate to believe for `--url`, also as `RINGBOOT_CA`. |
| `--help` | Explain the command, with an example. |

Lists take a text to look for, `--filter key=value` (repeated: all must hold), `--sort key` or `--sort -key`, `--limit`
and `--offset`, and say how many rows there are. Errors go to standard error and say what to do next.

| exit code | meaning |
| --- | --- |
"""


def cli_page() -> str:
    """Write docs/reference/cli.md."""
    codes = "".join(f"| {code} | {text} |\n" for code, text in MEANING.items())
    return _START + codes + "".join(_section(name, each) for name, each in walk())


def walk() -> Iterator[tuple[str, Any]]:
    """Give every command with its full name, in the order of the help."""
    from ringboot.cli.main import app

    yield from _walk("ringboot", typer.main.get_command(app))


def _walk(name: str, node: Any) -> Iterator[tuple[str, Any]]:
    children = getattr(node, "commands", None)
    if children is None:
        yield name, node
        return
    for child, each in children.items():
        yield from _walk(f"{name} {child}", each)


def _section(name: str, command: Any) -> str:
    context = command.context_class(command, info_name=name, terminal_width=200)
    usage = command.get_usage(context).removeprefix("Usage: ")
    lines = [f"\n## {name}\n", inspect.cleandoc(command.help or ""), "", f"```text\n{usage}\n```"]
    rows = [row for each in command.params if (row := _row(each))]
    if rows:
        lines += ["", "| argument or option | meaning |", "| --- | --- |", *rows]
    lines += ["", f"```console\n{_prompted(fill(command.epilog))}\n```", ""]
    return "\n".join(lines)


def _row(parameter: Any) -> str:
    names = [name for name in parameter.opts if name.startswith("-")]
    if any(name in _SHARED for name in names):
        return ""
    shown = f"`{', '.join(names)}`" if names else f"`{parameter.metavar or parameter.name.upper()}`"
    more = ""
    if parameter.required and names:
        more = " Required."
    elif parameter.default not in (None, "", 0, False, ()):
        more = f" Default: {parameter.default}."
    return f"| {shown} | {parameter.help or ''}{more} |"


def _prompted(text: str) -> str:
    return "\n".join(f"$ {line}" for line in text.splitlines())
