"""ringboot template: what files are made of."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Annotated, Any

import typer

from ringboot.cli import completion
from ringboot.cli.command import At, command
from ringboot.cli.exits import FAILED, USAGE, Failure
from ringboot.cli.lists import Filters, Limit, Offset, Sort, Text, list_rows
from ringboot.cli.show import Column, clean, counted

COLUMNS = (
    Column("plugin", "PLUGIN"),
    Column("template", "TEMPLATE"),
    Column("path", "PATH"),
    Column("state", "STATE"),
    Column("origin", "COPIED FROM"),
    Column("version", "VERSION"),
    Column("devices", "DEVICES"),
    Column("shared", "SHARED"),
)
WORDS = {  # what became of a custom template
    "merged": "what changed is merged in",
    "conflict": "both changed the same lines. Resolve them in {path}, "
    "then: ringboot template migrate {plugin} {template} --resolved",
    "resolved": "is in use",
    "current": "nothing changed in its original",
    "gone": "its original is not shipped any more",
    "own": "has no original",
    "unrecorded": "was not copied by ringboot template copy: name its original with --base",
}

TEMPLATES = completion.names_of("templates", "template", "plugin", "state")
PluginId = Annotated[str, typer.Argument(metavar="PLUGIN", help="The plugin's id.", autocompletion=completion.PLUGINS)]
Name = Annotated[str, typer.Argument(metavar="TEMPLATE", help="Its name.", autocompletion=TEMPLATES)]
Shipped = Annotated[bool, typer.Option("--shipped", help="The shipped one, where there is also one of your own.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "list", "ringboot template list --filter plugin={plugin}")(list_templates)
    command(app, "show", "ringboot template show {plugin} base.tpl")(show_template)
    command(app, "copy", "ringboot template copy {plugin} base.tpl --to {model}.tpl")(copy_template)
    command(app, "check", "ringboot template check {plugin}")(check_templates)
    command(app, "diff", "ringboot template diff {plugin} base.tpl")(diff_template)
    command(app, "migrate", "ringboot template migrate {plugin} --dry-run")(migrate_templates)


def list_templates(
    at: At, *, text: Text = "", filters: Filters = None, sort: Sort = "", limit: Limit = 100, offset: Offset = 0
) -> None:
    """List templates, shipped and your own, and how many devices have a file made of each.

    States of your own: current (as it was copied, its original is the same today), changed (the original is another
    today: see migrate), conflict (a merge waits for you), gone (the original is not shipped any more), unrecorded (has
    the name of a shipped one, but was not copied by ringboot template copy), own (no shipped one has its name).
    """
    list_rows(at, "templates", COLUMNS, "templates", text=text, filters=filters, sort=sort, limit=limit, offset=offset)


def show_template(at: At, *, plugin: PluginId, template: Name, shipped: Shipped = False) -> None:
    """Print a template, your own before the shipped one.

    With --json also where it came from, and which devices have a file made of it.
    """
    found = _template(at, plugin, template, shipped)
    at.tell(found, str(found["text"]).removesuffix("\n"))


def _template(at: At, plugin: str, template: str, shipped: bool = False) -> dict[str, Any]:
    parameters = [("shipped", "1")] if shipped else []
    found: dict[str, Any] = at.api.get("templates", "of", plugin, _named(template), parameters=parameters)
    return found


def _named(template: str) -> str:
    return template if template.endswith(".tpl") else f"{template}.tpl"


def copy_template(
    at: At,
    *,
    plugin: PluginId,
    template: Name,
    to: Annotated[
        str | None,
        typer.Option(help="The name of the copy: MODEL.tpl, or that of one device's file and .tpl. Default: the same."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a copy that is there; it is kept beside.")] = False,
) -> None:
    """Copy a shipped template into your own.

    The original is kept, so that what changes in it later can be merged in.
    """
    body = {"plugin": plugin, "template": _named(template), "to": _named(to) if to else None, "force": force}
    made = at.api.post("templates", "copy", body=body)
    then = f"Edit it, then: ringboot device reconfigure --plugin {plugin}"
    at.tell(made, f"{made['file']} is a copy of {made['origin']}. {then}")


def check_templates(
    at: At,
    *,
    plugin: Annotated[
        str | None, typer.Argument(help="The plugin's id. Default: all.", autocompletion=completion.PLUGINS)
    ] = None,
) -> None:
    """Find faults in templates without making a file.

    Wrong syntax, names that no config and nothing else gives, filters and templates that there are not, templates of
    which no file is made. Ends with 1 when there is a fault.
    """
    answer = at.api.get("templates", "check", parameters=[("plugin", plugin)] if plugin else [])
    found = answer["items"]
    lines = [f"{each['plugin']}/{each['template']}, line {each['line']}: {each['what']}" for each in found]
    told = [line.replace(", line 0:", ":") for line in lines]
    summary = f"{counted(answer['read'], 'templates')} read, {counted(len(found), 'faults')}"
    at.tell(answer, "\n".join([*map(clean, told), summary]))
    if found:
        raise Failure(f"{counted(len(found), 'faults')} in templates.", FAILED)


def diff_template(
    at: At,
    *,
    plugin: PluginId,
    template: Name,
    now: Annotated[bool, typer.Option("--now", help="Compare with what is shipped now.")] = False,
    original: Annotated[
        bool, typer.Option("--original", help="Show what changed in the original since it was copied.")
    ] = False,
) -> None:
    """Show how a template of yours differs from the shipped one that it was copied from."""
    if now and original:
        raise Failure("Say --now or --original, not both.", USAGE)
    found = _template(at, plugin, template)
    if not found["custom"]:
        raise Failure(f"{plugin} has no {found['template']} of yours. See: ringboot template copy --help", FAILED)
    first = found["original"] if found["original"] is not None and not now else found["now"]
    second = found["now"] if original else found["text"]
    if first is None or second is None:
        raise Failure(f"Nothing is shipped that {found['template']} can be compared with.", FAILED)
    source = f"templates/{found['origin'] or found['template']}"
    before = source if first is not found["original"] else f"{source} {found['version']}"
    after = f"{source} now" if original else str(found["path"])
    text = unified(first, second, before, after)
    row = {"plugin": plugin, "template": found["template"], "before": before, "after": after, "diff": text}
    at.tell(row, text.removesuffix("\n"))


def unified(before: str, after: str, of: str, to: str) -> str:
    """Write how two texts differ, as patch reads it."""
    pieces = difflib.unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), of, to)
    return "".join(each if each.endswith("\n") else f"{each}\n\\ No newline at end of file\n" for each in pieces)


def migrate_templates(
    at: At,
    *,
    plugin: PluginId,
    templates: Annotated[
        list[str] | None,
        typer.Argument(metavar="[TEMPLATE]...", help="Which. Default: all whose original changed."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")] = False,
    base: Annotated[
        Path | None, typer.Option(help="The original of one that was not copied by ringboot template copy.")
    ] = None,
    resolved: Annotated[
        bool, typer.Option("--resolved", help="Take one whose conflicts you resolved in its file .conflict.")
    ] = False,
) -> None:
    """Merge what changed in shipped templates into your copies.

    Where both changed the same lines, your template stays in use as it is, and both stand marked in a file beside it,
    TEMPLATE.conflict: edit that, then say --resolved. What is replaced is kept in var/replaced. Ends with 1 while a
    conflict is left.
    """
    names = [_named(each) for each in templates or ()]
    if (base or resolved) and len(names) != 1:
        raise Failure("Name one template with --base or --resolved.", USAGE)
    body: dict[str, Any] = {"plugin": plugin, "templates": names, "dry_run": dry_run, "resolved": resolved}
    if base is not None:
        body["base"] = _read(base)
    answer = at.api.post("templates", "migrate", body=body)
    if at.json:
        at.tell(answer, "")
    else:
        _tell(at, answer["items"])
    left = [row for row in answer["items"] if row["result"] == "conflict"]
    if left:
        fields = {row["path"]: f"lines {', '.join(map(str, row['conflicts']))}" for row in left if row["conflicts"]}
        raise Failure(f"Conflicts in {', '.join(row['template'] for row in left)}.", FAILED, fields=fields)


def _tell(at: At, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        kept = f"; the one before is kept in {row['kept']}" if row["kept"] else ""
        print(f"{row['template']}: {WORDS[row['result']].format_map(row)}{kept}")
        if row["text"] is not None:
            mine = _template(at, row["plugin"], row["template"])
            print(unified(mine["text"], row["text"], str(mine["path"]), "merged"), end="")
    if not rows:
        print("No original of yours has changed.")


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except (OSError, ValueError) as error:
        raise Failure(f"{path} cannot be read: {error}.", USAGE) from None
