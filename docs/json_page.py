"""docs/reference/json.md: what each command prints with --json, as JSON Schema, from ringboot.cli.shapes."""

from __future__ import annotations

import json
from typing import Any

from pydantic import TypeAdapter

from ringboot.cli.describe import walk
from ringboot.cli.shapes import TABLE, Failure

_HEAD = """\
# What commands print with --json

Every command takes `--json` and then prints one JSON document on standard output, and nothing else; `ringboot top`
without `--once` prints one a line, `ringboot serve` logs one a line, on standard error. A command that fails prints a
`Failure` on standard error and ends with [the code](cli.md) that is in it.

The shapes are JSON Schema (draft 2020-12). Later versions may add keys: ignore those that you do not know.

"""


def json_page() -> str:
    """Name the shape of every command, then write every shape."""
    commands = [name.removeprefix("ringboot ") for name, _ in walk()]
    adapters = [(name, "serialization", TypeAdapter(TABLE[name])) for name in commands]
    adapters.append(("", "serialization", TypeAdapter(Failure)))
    found, shared = TypeAdapter.json_schemas(adapters)  # type: ignore[arg-type]  # the tuples are as it wants them
    rows = [f"| `ringboot {name}` | {_named(found[name, 'serialization'])} |" for name in commands]
    rows.append(f"| any that fails | {_named(found['', 'serialization'])} |")
    parts = [_HEAD, "| command | shape |\n| --- | --- |\n", "\n".join(rows), "\n"]
    for name, schema in sorted(shared["$defs"].items()):
        parts.append(f"\n## {_title(name)}\n\n```text\n{_written(_plain(schema))}\n```\n")
    return "".join(parts)


def _named(schema: Any) -> str:
    """Write what a command's shape is called, with a link."""
    if "anyOf" in schema:
        return " or ".join(_named(each) for each in schema["anyOf"])
    if schema.get("type") == "array":
        return f"a list of {_named(schema['items'])}"
    title = _title(schema["$ref"].rpartition("/")[2])
    return f"[{title}](#{title.lower()})"


def _written(schema: dict[str, Any]) -> str:
    """Write a schema with one line a key."""
    lines = []
    for key, value in schema.items():
        if key == "properties":
            inner = ",\n".join(f"    {json.dumps(name)}: {json.dumps(each)}" for name, each in value.items())
            lines.append(f'  "properties": {{\n{inner}\n  }}')
        else:
            lines.append(f"  {json.dumps(key)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(lines) + "\n}"


def _title(name: str) -> str:
    return name.replace("_", "")


def _plain(schema: Any) -> Any:
    """Leave out the titles that only repeat a key, and name shapes as their headings do."""
    if isinstance(schema, list):
        return [_plain(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: _plain(value) for key, value in schema.items() if key != "title" or not isinstance(value, str)}
    if isinstance(kept.get("$ref"), str):
        kept["$ref"] = f"#/$defs/{_title(kept['$ref'].rpartition('/')[2])}"
    return kept
