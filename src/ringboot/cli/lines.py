"""ringboot device assign: a user's line for a device, or for whoever dials a code; and what models have room for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ringboot.cli import completion
from ringboot.cli.command import At, command
from ringboot.cli.devices import CONFIGS, Secrets, find_device
from ringboot.cli.exits import USAGE, Failure
from ringboot.cli.lists import Filters, Limit, Offset, Sort, Text, list_rows
from ringboot.cli.show import Column, clean, flat, plain, print_table

MODELS = (
    Column("plugin", "PLUGIN"),
    Column("model", "MODEL"),
    Column("type", "TYPE"),
    Column("lines", "LINES"),
    Column("keys", "KEYS"),
    Column("expansion", "MODULES"),
)
LAYERS = (Column("key", "KEY"), Column("value", "VALUE"), Column("layer", "SET BY"))

Assigned = Annotated[
    list[str] | None, typer.Option(metavar="N.KEY=VALUE", help="As 1.username=101 or 1.port:=5061; may be repeated.")
]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    command(
        app,
        "assign",
        "ringboot device assign {mac} --line 1.username=101 --line 1.password=s3cret --line 1.proxy_ip=10.0.0.2\n"
        "ringboot device assign --code 417263 --line 1.username=102 --line 1.password=s3cret",
    )(assign)
    command(app, "layers", "ringboot device layers {mac}")(layers)


def add_models_to(app: typer.Typer) -> None:
    """Add the command about models."""
    command(app, "list", "ringboot model list --filter plugin={plugin} --sort -lines")(list_models)


def assign(
    at: At,
    *,
    device: Annotated[
        str | None,
        typer.Argument(metavar="[DEVICE]", help="Its id, MAC or address.", autocompletion=completion.devices),
    ] = None,
    line: Assigned = None,
    key: Assigned = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="Another key of its config, as key=text or key:=JSON.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option(help='A JSON file with {"lines", "keys", "raw_config"}; options are laid over it.')
    ] = None,
    use_config: Annotated[
        str | None,
        typer.Option("--use-config", help="The id of the config that holds the line.", autocompletion=CONFIGS),
    ] = None,
    parent: Annotated[
        list[str] | None, typer.Option(help="A config that a new one inherits from; may be repeated.")
    ] = None,
    label: Annotated[str | None, typer.Option(help="A name of the config for people.")] = None,
    code: Annotated[str | None, typer.Option(help="What its user dials to make a phone theirs.")] = None,
    sync: Annotated[bool, typer.Option("--sync", help="Then let the device read its files again.")] = False,
) -> None:
    """Give a user's line to a device, or with --code alone to whoever dials it.

    A device that has only what all new ones get is given a config of its own. The lines that are named are then all
    that the config has, and so are the keys; what else it holds stays, and so does the password of a line that is
    named without one.
    """
    from ringboot.cli.assignments import overlaid, read_json, tree_of

    if device is None and code is None:
        raise Failure("Say who gets it: a device, or the --code that its user dials.", USAGE)
    given = {"lines": tree_of(line or ()), "keys": tree_of(key or ()), "raw_config": tree_of(set_ or ())}
    body = overlaid(read_json(file) if file is not None else {}, {name: tree for name, tree in given.items() if tree})
    more = {"config": use_config, "parents": parent, "label": label, "code": code}
    body |= {name: value for name, value in more.items() if value}
    if sync:
        body["sync"] = True
    if device is None:
        made = at.api.post("assign", body=body)
    else:
        made = at.api.post("devices", str(find_device(at, device)["id"]), "assign", body=body)
    config = made["config"]["id"]
    if made["device"] is None:
        at.tell(made, f"Config {config} is ready for who dials {code}.")
        return
    trouble = made["device"].get("problem")
    said = f"Device {made['device']['id']} has config {config}."
    said += f" Its files could not be made: {clean(trouble)}" if trouble else ""
    said += f"\nIt is told to read its files. See: ringboot sync show {made['sync']}" if made["sync"] else ""
    at.tell(made, said)


def layers(
    at: At,
    *,
    device: Annotated[
        str, typer.Argument(metavar="DEVICE", help="Its id, MAC or address.", autocompletion=completion.devices)
    ],
    secrets: Secrets = False,
) -> None:
    """Show all that a device's config holds, and which config set each key."""
    ident = str(find_device(at, device)["id"])
    found = at.api.get("devices", ident, "raw", parameters=[("secrets", "1")] if secrets else [])
    if at.json:
        at.tell(found, "")
        return
    rows = [
        {"key": key, "value": plain(value), "layer": found["layers"].get(key)}
        for key, value in sorted(flat(found["raw_config"]))
    ]
    print_table(rows, LAYERS)
    print(f"Config {found['config']}; the last of {', '.join(found['order'])} wins.")


def list_models(
    at: At, *, text: Text = "", filters: Filters = None, sort: Sort = "", limit: Limit = 100, offset: Offset = 0
) -> None:
    """List the models of all plugins, and how many lines and keys each has."""
    list_rows(at, "models", MODELS, "models", text=text, filters=filters, sort=sort, limit=limit, offset=offset)
