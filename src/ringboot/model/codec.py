"""Frozen dataclasses and NamedTuples as JSON and back, checked by their type hints: what crosses a process boundary."""

from __future__ import annotations

import dataclasses
import json
import types
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")

_PLAIN = frozenset({str, int, bool, float, type(None)})


class BadMessage(ValueError):
    """A message from another process that does not have the agreed shape; says where."""


def to_plain(value: Any) -> Any:
    """Turn a model value into what json can write; bytes become hex."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, bytes):
        return value.hex()
    if dataclasses.is_dataclass(value):
        return {field.name: to_plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return {name: to_plain(item) for name, item in zip(value._fields, value, strict=True)}
    if isinstance(value, tuple | list):
        return [to_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: to_plain(item) for key, item in value.items()}
    return value


def encode(value: Any) -> bytes:
    """Write a model value as one JSON document."""
    return json.dumps(to_plain(value), separators=(",", ":")).encode()


def decode(kind: type[T], data: bytes) -> T:
    """Read a model value of this kind; BadMessage names the place that does not fit."""
    try:
        plain = json.loads(data)
    except ValueError as error:
        raise BadMessage(f"{kind.__name__}: not JSON: {error}") from None
    value: T = from_plain(kind, plain, kind.__name__)
    return value


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def from_plain(kind: Any, plain: Any, where: str = "") -> Any:
    """Rebuild a value of the hinted kind from plain JSON values."""
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _from_union(kind, plain, where)
    if origin is tuple:
        return _from_tuple(kind, plain, where)
    if origin in (dict, Mapping):
        _expect(isinstance(plain, dict), where, "an object", plain)
        inner = get_args(kind)[1]
        return {key: from_plain(inner, item, f"{where}.{key}") for key, item in plain.items()}
    if kind is Any:
        return plain
    if kind is bytes:
        _expect(isinstance(plain, str), where, "hex text", plain)
        return bytes.fromhex(plain)
    if dataclasses.is_dataclass(kind) or hasattr(kind, "_fields"):
        return _from_record(kind, plain, where)
    if kind is float and isinstance(plain, int) and not isinstance(plain, bool):
        return float(plain)
    _expect(type(plain) is kind, where, getattr(kind, "__name__", str(kind)), plain)
    return plain


def _from_union(kind: Any, plain: Any, where: str) -> Any:
    options = get_args(kind)
    if plain is None and type(None) in options:
        return None
    return from_plain(next(option for option in options if option is not type(None)), plain, where)


def _from_tuple(kind: Any, plain: Any, where: str) -> Any:
    _expect(isinstance(plain, list), where, "a list", plain)
    inner = get_args(kind)
    if len(inner) == 2 and inner[1] is Ellipsis:
        return tuple(from_plain(inner[0], item, f"{where}[{place}]") for place, item in enumerate(plain))
    _expect(len(plain) == len(inner), where, f"{len(inner)} items", plain)
    return tuple(
        item if type(item) is each else from_plain(each, item, where) for each, item in zip(inner, plain, strict=True)
    )


def _from_record(kind: Any, plain: Any, where: str) -> Any:
    _expect(isinstance(plain, dict), where, "an object", plain)
    hints = _hints(kind)
    unknown = set(plain) - set(hints)
    _expect(not unknown, where, "only known keys", sorted(unknown))
    # Most fields are text and numbers as they stand: this crosses between processes several times a request.
    values = {
        key: item if type(item) is hints[key] else from_plain(hints[key], item, f"{where}.{key}")
        for key, item in plain.items()
    }
    try:
        return kind(**values)
    except TypeError:
        missing = sorted(set(hints) - set(plain))
        if not missing:
            raise
        raise BadMessage(f"{where}: a key is missing, one of {missing}") from None


def _expect(fits: bool, where: str, what: str, plain: Any) -> None:
    if not fits:
        raise BadMessage(f"{where}: expected {what}, got {plain!r:.80}")
