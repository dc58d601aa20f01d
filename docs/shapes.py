"""JSON Schemas on a page: each under a heading of its own, named with a link to that."""

from __future__ import annotations

import json
from typing import Any


def named(schema: Any) -> str:
    """Write what a schema is called, with a link."""
    if "anyOf" in schema:
        return " or ".join(named(each) for each in schema["anyOf"])
    if schema.get("type") == "array":
        return f"a list of {named(schema['items'])}"
    if "$ref" not in schema:
        return str(schema.get("type", "anything"))
    name = title(schema["$ref"].rpartition("/")[2])
    return f"[{name}](#{name.lower()})"


def shape(schema: Any) -> str:
    """Write a schema as a block."""
    return f"```text\n{_written(_plain(schema))}\n```\n"


def title(name: str) -> str:
    """Write the heading of a schema."""
    return name.replace("_", "")


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


def _plain(schema: Any) -> Any:
    """Leave out the titles that only repeat a key, and name schemas as their headings do."""
    if isinstance(schema, list):
        return [_plain(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: _plain(value) for key, value in schema.items() if key != "title" or not isinstance(value, str)}
    if isinstance(kept.get("$ref"), str):
        kept["$ref"] = f"#/$defs/{title(kept['$ref'].rpartition('/')[2])}"
    return kept
