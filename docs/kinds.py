"""What a value of a type is, in words."""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Union, get_args, get_origin

_PLAIN: Mapping[Any, str] = {str: "text", bool: "true or false", int: "number", Any: "anything"}


def kind_of(hint: Any, named: Mapping[Any, str]) -> str:
    """Say what a value of this type is; `named` holds the words for types that are more than their base."""
    for known in (named, _PLAIN):
        if hint in known:
            return known[hint]
    origin, inside = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return kind_of(inside[0], named)
    if origin in (Union, types.UnionType):
        return " or ".join(kind_of(each, named) for each in inside if each is not type(None))
    if origin is Literal:
        return " or ".join(f'`"{each}"`' for each in inside)
    if origin is tuple:
        row = kind_of(inside[0], named)
        return "tables" if row == "table" else f"list: {row}"
    if origin is list:
        return f"list: {kind_of(inside[0], named)}" if inside else "list"
    if origin is dict:
        return f"table: {kind_of(inside[0], named)} = {kind_of(inside[1], named)}"
    return "table"
