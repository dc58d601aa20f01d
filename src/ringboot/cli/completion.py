"""Completion in shells: the script that a shell reads, and the names that a running daemon knows."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Annotated, Any

import typer

from ringboot.cli.command import At, command
from ringboot.cli.exits import USAGE, Failure

VARIABLE = "_RINGBOOT_COMPLETE"  # set by the script when it asks
PATIENCE = 1.0  # seconds; somebody waits with a finger on the key
MOST = 1000  # names that are looked through
SHELLS = {
    "bash": "put it into ~/.local/share/bash-completion/completions/ringboot",
    "zsh": "put it as _ringboot into a folder of $fpath",
    "fish": "put it into ~/.config/fish/completions/ringboot.fish",
}

Complete = Callable[[typer.Context, str], list[tuple[str, str]]]


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "completion", "ringboot completion bash")(completion)


def completion(
    at: At, *, shell: Annotated[str, typer.Argument(help="bash, zsh or fish.", autocompletion=lambda: list(SHELLS))]
) -> None:
    """Print what makes a shell complete our commands.

    Commands and options, and with a running daemon that you may ask also devices, configs, plugins and addresses.
    For bash put it into ~/.local/share/bash-completion/completions/ringboot, for fish into
    ~/.config/fish/completions/ringboot.fish, for zsh as _ringboot into a folder of $fpath.
    """
    from typer.completion import get_completion_script  # type: ignore[attr-defined]  # it is Typer's, by another file

    if shell not in SHELLS:
        raise Failure(f"There is no completion for {shell}. There is for: {', '.join(SHELLS)}.", USAGE)
    script = get_completion_script(prog_name="ringboot", complete_var=VARIABLE, shell=shell)
    at.tell({"shell": shell, "install": SHELLS[shell], "script": script}, script)


def when_asked() -> None:
    """Be ready for a shell's question, when this process was started for one."""
    if VARIABLE in os.environ:
        from typer.completion import completion_init  # type: ignore[attr-defined]  # as above

        completion_init()


def names_of(path: str, key: str, *described_by: str) -> Complete:
    """Complete with the names in one of the API's lists; nothing when the daemon cannot be asked."""

    def complete(context: typer.Context, incomplete: str) -> list[tuple[str, str]]:
        return [(name, said) for name, said in _names(context, path, key, described_by) if name.startswith(incomplete)]

    return complete


PLUGINS = names_of("plugins", "id", "title", "version")


def devices(context: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Complete with MACs, in the spelling that was begun; with dashes at first, because bash parts words at colons."""
    mark = ":" if ":" in incomplete else "-"
    found = _names(context, "devices", "mac", ("vendor", "model", "ip"))
    spelled = ((mac.replace(":", mark), said) for mac, said in found)
    return [(mac, said) for mac, said in spelled if mac.startswith(incomplete.lower())]


def _names(context: typer.Context, path: str, key: str, described_by: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    said = context.params.get
    at = At(
        config=said("config"), api_socket=said("api_socket"), patience=PATIENCE,
        url=said("url"), token_file=said("token_file"), ca_file=said("ca_file"),
    )  # fmt: skip
    try:
        rows: list[dict[str, Any]] = at.api.get(path, parameters=[("limit", str(MOST))])["items"]
    except Failure:
        return
    finally:
        at.close()
    for row in rows:
        if row.get(key):
            yield str(row[key]), " ".join(str(row[each]) for each in described_by if row.get(each))
