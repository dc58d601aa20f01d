"""key=value on the command line: text, or JSON after :=, with dotted keys for nested tables."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ringboot.cli.exits import USAGE, Failure


def tree_of(assignments: Iterable[str]) -> dict[str, Any]:
    """Turn sip_lines.1.number=101 and ntp_enabled:=true into nested tables."""
    tree: dict[str, Any] = {}
    for each in assignments:
        key, value = _split(each)
        put(tree, key, value)
    return tree


def flat_of(assignments: Iterable[str]) -> dict[str, str]:
    """Turn name=value into a table of texts; dots in names are kept ("43.2=...")."""
    pairs = {}
    for each in assignments:
        key, equals, value = each.partition("=")
        if not equals or not key:
            raise Failure(f"{each!r} says no value. Write it as name=value.", USAGE)
        pairs[key] = value
    return pairs


def put(tree: dict[str, Any], key: str, value: Any) -> None:
    """Set a dotted key."""
    *path, last = key.split(".")
    table = tree
    for step in path:
        table = table.setdefault(step, {})
        if not isinstance(table, dict):
            raise Failure(f"{key!r}: {step!r} has a value already and cannot hold others.", USAGE)
    table[last] = value


def overlaid(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Lay one tree over another."""
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        merged[key] = overlaid(under, value) if isinstance(under, dict) and isinstance(value, dict) else value
    return merged


def read_json(path: Path) -> dict[str, Any]:
    """Read a file that holds one JSON object."""
    try:
        value = json.loads(path.read_text())
    except OSError as error:
        raise Failure(f"{path} cannot be read: {error.strerror}.", USAGE) from None
    except (ValueError, RecursionError) as error:
        raise Failure(f"{path} is not JSON: {error}.", USAGE) from None
    if not isinstance(value, dict):
        raise Failure(f"{path} must hold one JSON object, in {{ }}.", USAGE)
    return value


def _split(text: str) -> tuple[str, Any]:
    key, equals, value = text.partition("=")
    if not equals or not key.strip(":"):
        raise Failure(f"{text!r} says no value. Write it as key=text or key:=JSON.", USAGE)
    if not key.endswith(":"):
        return key, value
    try:
        return key[:-1], json.loads(value)
    except (ValueError, RecursionError) as error:
        raise Failure(f"{text!r}: what stands after := is not JSON: {error}.", USAGE) from None
