"""Frozen dataclasses and NamedTuples as JSON and back, checked by their type hints: what crosses a process boundary."""

from __future__ import annotations

import dataclasses
import json
import types
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")

_PLAIN: frozenset[type] = frozenset({str, int, bool, float, type(None)})


class BadMessage(ValueError):
    """A message from another process that does not have the agreed shape; says where."""


def to_plain(value: Any) -> Any:
    """Turn a model value into what json can write; bytes become hex."""
    kind: Any = type(value)
    if kind in _PLAIN:
        return value
    if isinstance(value, bytes):
        return value.hex()
    names = _names(kind)
    if names is not None:
        return {
            name: item if type(item := getattr(value, name)) in _PLAIN else to_plain(item) for name in names
        }  # fmt: skip
    if isinstance(value, tuple | list):
        return [to_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: to_plain(item) for key, item in value.items()}
    return value


@cache
def _names(kind: type) -> tuple[str, ...] | None:
    """Name the fields of a record; None for any other kind of value."""
    if dataclasses.is_dataclass(kind):
        return tuple(field.name for field in dataclasses.fields(kind))
    names: tuple[str, ...] | None = getattr(kind, "_fields", None)
    return names


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
def _hints(kind: type) -> dict[str, tuple[Any, frozenset[type]]]:
    """Give the hint of each field, and which types of plain values fit it as they stand."""
    return {name: (hint, _as_they_stand(hint)) for name, hint in get_type_hints(kind).items()}


def _as_they_stand(hint: Any) -> frozenset[type]:
    options = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
    return frozenset(each for each in _PLAIN if each in options)


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
        if inner is Any:
            return plain
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
        fits = _as_they_stand(inner[0])
        return tuple(
            item if type(item) in fits else from_plain(inner[0], item, f"{where}[{place}]")
            for place, item in enumerate(plain)
        )
    _expect(len(plain) == len(inner), where, f"{len(inner)} items", plain)
    return tuple(
        item if type(item) is each else from_plain(each, item, where) for each, item in zip(inner, plain, strict=True)
    )


def _from_record(kind: Any, plain: Any, where: str) -> Any:
    _expect(isinstance(plain, dict), where, "an object", plain)
    hints = _hints(kind)
    if not plain.keys() <= hints.keys():
        _expect(False, where, "only known keys", sorted(plain.keys() - hints.keys()))
    # Most fields are text and numbers as they stand: this crosses between processes several times a request.
    values = {
        key: item if type(item) in hints[key][1] else from_plain(hints[key][0], item, f"{where}.{key}")
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
