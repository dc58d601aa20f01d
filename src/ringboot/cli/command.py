"""What every command has: --json, where the daemon is, an example in its help, errors with exit codes."""

from __future__ import annotations

import inspect
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer
from typer.core import TyperCommand

from ringboot.cli import examples
from ringboot.cli.exits import CONFIGURATION, Failure

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", help="The daemon's configuration file.", envvar="RINGBOOT_CONFIG", show_envvar=True),
]
SocketOption = Annotated[
    Path | None,
    typer.Option("--api-socket", help="The daemon's API socket.", envvar="RINGBOOT_API", show_envvar=True),
]
UrlOption = Annotated[
    str | None,
    typer.Option(
        "--url",
        metavar="URL",
        help="A daemon elsewhere, as https://HOST:8666.",
        envvar="RINGBOOT_URL",
        show_envvar=True,
    ),
]
TokenOption = Annotated[
    Path | None,
    typer.Option("--token-file", help="The file with the token for --url; or RINGBOOT_TOKEN holds the token itself."),
]
CaOption = Annotated[
    Path | None,
    typer.Option("--ca-file", help="The CA certificate to believe for --url.", envvar="RINGBOOT_CA", show_envvar=True),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@dataclass
class At:
    """What a command works with: how to print, and the daemon."""

    json: bool = False
    config: Path | None = None
    api_socket: Path | None = None
    patience: float | None = None  # seconds that an answer may take; None: as the client thinks
    url: str | None = None  # of a daemon elsewhere
    token_file: Path | None = None
    ca_file: Path | None = None
    _clients: list[Any] = field(default_factory=list)

    @cached_property
    def api(self) -> Any:
        """Give the daemon's API; Failure once it is asked and cannot be reached."""
        from ringboot.cli.client import Client
        from ringboot.setup.where import socket_candidates

        if self.url:
            from ringboot.cli.remote import Remote, token_of

            remote = Remote(self.url, token_of(self.token_file, os.environ.get("RINGBOOT_TOKEN", "")), self.ca_file)
            self._clients.append(Client((), self.patience, remote))
            return self._clients[-1]
        if self.config is not None and self.api_socket is None and not self.config.exists():
            raise Failure(f"{self.config} does not exist. Correct --config, or leave it out.", CONFIGURATION)
        sockets = [self.api_socket] if self.api_socket else socket_candidates(self.config)
        client = Client(sockets, self.patience)
        self._clients.append(client)
        return client

    def tell(self, value: Any, text: str) -> None:
        """Print the value as JSON, or the text."""
        from ringboot.cli.show import print_json

        if self.json:
            print_json(value)
        elif text:
            print(text)

    def fail(self, failure: Failure) -> None:
        """Print a failure where errors go."""
        if self.json:
            told = {"code": failure.reason, "detail": failure.text, "fields": failure.fields, "exit": failure.code}
            print(json.dumps(told), file=sys.stderr)
            return
        print(f"ringboot: {failure.text}", file=sys.stderr)
        for place, why in failure.fields.items():
            if why not in failure.text:
                print(f"  {place}: {why}", file=sys.stderr)

    def again(self, patience: float) -> At:
        """Give the same with a connection of its own, for another thread."""
        return replace(self, patience=patience, _clients=[])

    def close(self) -> None:
        """Hang up."""
        for client in self._clients:
            client.close()


class ExampleCommand(TyperCommand):
    """A command whose help ends with an example."""

    def format_epilog(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002  the base class says so
        """Write the example, filled from the catalog only now: reading that takes time."""
        with formatter.section("Example"):
            for line in (self.epilog or "").splitlines():
                formatter.write(f"  {examples.fill(line)}\n")


def command(group: typer.Typer, name: str, example: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make a command of a function whose first parameter is an At; the rest are its arguments and options."""

    def made(function: Callable[..., None]) -> Callable[..., None]:
        hints = get_type_hints(function, include_extras=True)
        shared = {
            "json_": JsonOption, "config": ConfigOption, "api_socket": SocketOption,
            "url": UrlOption, "token_file": TokenOption, "ca_file": CaOption,
        }  # fmt: skip
        own = [
            each.replace(annotation=hints[each.name], kind=inspect.Parameter.KEYWORD_ONLY)
            for each in list(inspect.signature(function).parameters.values())[1:]
        ]
        added = [
            inspect.Parameter(
                name, inspect.Parameter.KEYWORD_ONLY, default=False if name == "json_" else None, annotation=kind
            )
            for name, kind in shared.items()
        ]

        def run(json_: bool, **values: Any) -> None:
            at = At(json_, **{name: values.pop(name) for name in shared if name != "json_"})
            try:
                function(at, **values)
                sys.stdout.flush()
            except Failure as failure:
                at.fail(failure)
                raise typer.Exit(failure.code) from None
            except BrokenPipeError:
                # Somebody read enough (head, less); Python must not complain about it at its end.
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            finally:
                at.close()

        run.__doc__ = function.__doc__
        run.__name__ = function.__name__
        run.__annotations__ = {each.name: each.annotation for each in (*own, *added)}
        run.__signature__ = inspect.Signature([*own, *added])  # type: ignore[attr-defined]  # inspect looks for it
        group.command(name, cls=ExampleCommand, epilog=example)(run)
        return function

    return made


def group(name: str, text: str, parent: typer.Typer) -> typer.Typer:
    """Add a group of commands."""
    made = typer.Typer(help=text, no_args_is_help=True, rich_markup_mode=None, add_completion=False)
    parent.add_typer(made, name=name)
    return made
