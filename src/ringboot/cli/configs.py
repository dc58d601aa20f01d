"""ringboot config: layers of configuration that devices use."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from ringboot.cli.command import At, command
from ringboot.cli.completion import names_of
from ringboot.cli.exits import USAGE, Failure
from ringboot.cli.lists import Filters, Limit, Offset, Sort, Text, list_rows
from ringboot.cli.progress import watched
from ringboot.cli.show import Column, counted, print_table, print_thing

COLUMNS = (
    Column("id", "ID"),
    Column("parent_ids", "PARENTS"),
    Column("role", "ROLE"),
    Column("transient", "TRANSIENT"),
    Column("label", "LABEL"),
)
USERS = (
    Column("mac", "MAC"),
    Column("model", "MODEL"),
    Column("plugin", "PLUGIN"),
    Column("config", "CONFIG"),
    Column("description", "DESCRIPTION"),
    Column("id", "ID"),
)
FORESEEN = (
    Column("mac", "MAC"),
    Column("model", "MODEL"),
    Column("config", "CONFIG"),
    Column("key", "KEY"),
    Column("before", "IS"),
    Column("after", "WOULD BE"),
)

ConfigId = Annotated[
    str, typer.Argument(metavar="CONFIG", help="Its id.", autocompletion=names_of("configs", "id", "label"))
]
Secrets = Annotated[bool, typer.Option("--secrets", help="Show passwords instead of ***.")]
Values = Annotated[
    list[str] | None,
    typer.Argument(metavar="[KEY=VALUE]...", help="Keys of raw_config: sip_lines.1.number=101, ntp_enabled:=true"),
]
Parents = Annotated[
    list[str] | None, typer.Option("--parent", help="A config to inherit from; may be repeated, the later wins.")
]
Role = Annotated[str | None, typer.Option(help="autocreate or default.")]
Code = Annotated[str | None, typer.Option(help="Six digits that give it to the phone which dials them.")]
Label = Annotated[str | None, typer.Option(help="A name for people.")]
File = Annotated[Path | None, typer.Option("--file", help="A JSON file with keys of raw_config.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "list", "ringboot config list --filter role=autocreate")(list_configs)
    command(app, "show", "ringboot config show base --secrets")(show_config)
    command(
        app, "add",
        "ringboot config add reception --parent base sip_lines.1.number=101 sip_lines.1.username=101\n"
        "ringboot device set {mac} --use-config reception",
    )(add_config)  # fmt: skip
    command(
        app, "set",
        "ringboot config set base timezone=Europe/Paris ntp_enabled:=true ntp_ip=10.0.0.1\n"
        "ringboot config set base ntp_ip=10.0.0.1 --dry-run",
    )(set_config)  # fmt: skip
    command(app, "devices", "ringboot config devices base")(list_devices)
    command(app, "remove", "ringboot config remove reception")(remove_config)


def list_configs(
    at: At,
    *,
    text: Text = "",
    filters: Filters = None,
    sort: Sort = "",
    limit: Limit = 100,
    offset: Offset = 0,
    secrets: Secrets = False,
) -> None:
    """List configs."""
    list_rows(
        at, "configs", COLUMNS, "configs",
        text=text, filters=filters, sort=sort, limit=limit, offset=offset, secrets=secrets,
    )  # fmt: skip


def show_config(at: At, config_id: ConfigId, secrets: Secrets = False) -> None:
    """Show one config."""
    found = at.api.get("configs", config_id, parameters=[("secrets", "1")] if secrets else [])
    if at.json:
        at.tell(found, "")
    else:
        print_thing(found)


def add_config(
    at: At,
    *,
    config_id: ConfigId,
    values: Values = None,
    parent: Parents = None,
    role: Role = None,
    label: Label = None,
    code: Code = None,
    file: File = None,
) -> None:
    """Add a config."""
    row: dict[str, Any] = {"id": config_id, "parent_ids": list(parent or ()), "raw_config": _raw(values, file)}
    row.update({key: value for key, value in (("role", role), ("label", label), ("code", code)) if value is not None})
    made = at.api.post("configs", body=row)
    at.tell(made, f"Config {made['id']} is added.")


def set_config(
    at: At,
    *,
    config_id: ConfigId,
    values: Values = None,
    parent: Parents = None,
    role: Role = None,
    label: Label = None,
    code: Code = None,
    file: File = None,
    unset: Annotated[
        list[str] | None, typer.Option(help="A key of raw_config to remove, so that it is inherited again.")
    ] = None,
    clear: Annotated[list[str] | None, typer.Option(help="role, label or code, to empty it.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say which devices would have other values.")] = False,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Return when the files stand, or at once.")] = True,
) -> None:
    """Change a config.

    The files of those devices are made again that get another value by it.
    """
    from ringboot.cli.assignments import put

    changes: dict[str, Any] = {}
    raw = _raw(values, file)
    for key in unset or ():
        put(raw, key, None)
    if raw:
        changes["raw_config"] = raw
    if parent is not None:
        changes["parent_ids"] = list(parent)
    changes.update(
        {key: value for key, value in (("role", role), ("label", label), ("code", code)) if value is not None}
    )
    changes.update(dict.fromkeys(clear or ()))
    if not changes:
        raise Failure("Say what to change: see ringboot config set --help.", USAGE)
    if dry_run:
        _show_foreseen(at, at.api.post("configs", config_id, "preview", body={"changes": changes}))
        return
    waits = [("wait", "true" if wait else "false")]
    changed = watched(at, "Files are made", lambda: at.api.patch("configs", config_id, body=changes, parameters=waits))
    at.tell(changed, f"Config {changed['id']} is changed.")


def _show_foreseen(at: At, found: dict[str, Any]) -> None:
    if at.json:
        at.tell(found, "")
        return
    rows = [
        {**device, "key": key, "before": device["before"].get(key), "after": device["after"].get(key)}
        for device in found["items"]
        for key in sorted(device["before"].keys() | device["after"].keys())
    ]
    print_table(rows, FORESEEN)
    print(f"{found['changed']} of {counted(found['reached'], 'devices')} would have other values.")


def list_devices(
    at: At,
    config_id: ConfigId,
    *,
    text: Text = "",
    filters: Filters = None,
    sort: Sort = "",
    limit: Limit = 100,
    offset: Offset = 0,
) -> None:
    """List the devices that a config reaches, by itself or by what inherits from it."""
    list_rows(
        at, f"configs/{config_id}/devices", USERS, "devices",
        text=text, filters=filters, sort=sort, limit=limit, offset=offset,
    )  # fmt: skip


def _raw(values: list[str] | None, file: Path | None) -> dict[str, Any]:
    from ringboot.cli.assignments import overlaid, read_json, tree_of

    return overlaid(read_json(file) if file is not None else {}, tree_of(values or ()))


def remove_config(at: At, config_id: ConfigId) -> None:
    """Remove a config."""
    at.api.delete("configs", config_id)
    at.tell({"removed": config_id}, f"Config {config_id} is removed.")
