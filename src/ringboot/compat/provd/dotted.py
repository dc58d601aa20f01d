"""Dotted dictionaries, as people write configs: {"raw_config.sip_lines.1.username": "ann"}."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ringboot.compat.provd.notdone import NotDone


def expand(written: Mapping[Any, Any]) -> dict[str, Any]:
    """Give the nested dictionary that dotted keys mean, at every depth; NotDone where two keys contradict each other.

    The order of the keys does not matter: {"a.b": 1, "a": {"c": 2}} is {"a": {"b": 1, "c": 2}}.  Numbers are keys too,
    as in sip_lines.
    """
    made: dict[str, Any] = {}
    for key, value in written.items():
        _lay(made, _path(key), expand(value) if isinstance(value, Mapping) else value, ())
    return made


def nothings(keys: Iterable[str]) -> dict[str, Any]:
    """Give the merge patch (RFC 7396) that takes dotted keys out."""
    return expand(dict.fromkeys(keys))


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Give the merge patch (RFC 7396) that makes one nested dictionary of another; empty when nothing differs."""
    patch: dict[str, Any] = {key: None for key, value in before.items() if key not in after and value is not None}
    for key, value in after.items():
        old = before.get(key)
        if isinstance(value, Mapping) and isinstance(old, Mapping):
            if inner := changes(old, value):
                patch[key] = inner
        elif value != old or isinstance(value, bool) is not isinstance(old, bool):
            patch[key] = value
    return patch


def _path(key: Any) -> list[str]:
    if isinstance(key, bool) or not isinstance(key, str | int):
        raise NotDone(f"{key!r} is no key: keys are text, dotted or not.")
    path = str(key).split(".")
    if not all(path):
        raise NotDone(f"{key!r} is no key: between its dots something is missing.")
    return path


def _lay(into: dict[str, Any], path: list[str], value: Any, place: tuple[str, ...]) -> None:
    first, *rest = path
    here = (*place, first)
    if rest:
        value = expand({".".join(rest): value})
    if first not in into:
        into[first] = value
    elif isinstance(into[first], dict) and isinstance(value, dict):
        for key, inner in value.items():
            _lay(into[first], [key], inner, here)
    elif into[first] != value:
        raise NotDone(f"{'.'.join(here)} is written twice, and not alike. Write it once.")
