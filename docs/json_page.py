"""docs/reference/json.md: what each command prints with --json, as JSON Schema, from ringboot.cli.shapes."""

from __future__ import annotations

from docs.shapes import named, shape, title
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
    rows = [f"| `ringboot {name}` | {named(found[name, 'serialization'])} |" for name in commands]
    rows.append(f"| any that fails | {named(found['', 'serialization'])} |")
    parts = [_HEAD, "| command | shape |\n| --- | --- |\n", "\n".join(rows), "\n"]
    for name, schema in sorted(shared["$defs"].items()):
        parts.append(f"\n## {title(name)}\n\n{shape(schema)}")
    return "".join(parts)
