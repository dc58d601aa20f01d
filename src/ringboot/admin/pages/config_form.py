"""The form of a config: a field for each key that is known, and what somebody wrote there as a merge patch."""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel

from ringboot.fleet import raw_config
from ringboot.fleet.config_keys import PARTS, Part
from ringboot.fleet.raw_config import is_secret
from ringboot.plugins.raw import ROWS

PREFIX = "raw_config."  # of the fields' names, so that what the API says of a key finds its field
_MASK = "***"
_TITLES = {"sip_lines": "Line", "funckeys": "Key", "sccp_call_managers": "Call manager"}
_MOST_OWN = 1000  # rows of a numbered table


class Field(NamedTuple):
    """One key."""

    name: str  # of the form's field
    key: str  # as people write it
    help: str
    kind: str  # text, number, choice, secret, long
    choices: tuple[tuple[str, str], ...]  # value, words
    value: str  # what this config says; empty: nothing
    inherited: str  # what its parents say
    source: str  # which of them
    theirs: str | None = None  # what it says now, when somebody changed it while the form was filled in


class Section(NamedTuple):
    """Fields that stand together."""

    title: str
    words: str
    fields: tuple[Field, ...]
    number: str = ""  # of the row of a table

    @property
    def is_used(self) -> bool:
        """Tell whether this config or a parent says anything here."""
        return any(field.value or field.inherited for field in self.fields)

    @property
    def own(self) -> int:
        """Count what this config says itself."""
        return sum(bool(field.value) for field in self.fields)

    def is_wrong(self, errors: Mapping[str, str]) -> bool:
        """Tell whether something here was not taken."""
        return any(field.name in errors for field in self.fields)


def sections(own: Mapping[str, Any], flat: Mapping[str, Any], layers: Mapping[str, str]) -> list[Section]:
    """Give the form of a config that says `own`; `flat` and `layers` are what it has with all that it inherits."""
    found: list[Section] = []
    above = _Above(own, flat, layers)
    for part in PARTS:
        table = _TABLES.get(part.kind)
        if table is None:
            fields = tuple(above.fields(part, ""))
            if fields:
                found.append(Section(part.title, part.words, fields))
        else:
            found += [
                Section(f"{_TITLES[table]} {number}", "", tuple(above.fields(part, f"{table}.{number}.")), number)
                for number in above.numbers(table)
            ]
    return found


def chosen(
    keys: Iterable[str], own: Mapping[str, Any], flat: Mapping[str, Any], layers: Mapping[str, str]
) -> list[Field]:
    """Give the fields of some dotted keys only, in their order."""
    fields = {field.name: field for section in sections(own, flat, layers) for field in section.fields}
    return [fields[f"{PREFIX}{key}"] for key in keys if f"{PREFIX}{key}" in fields]


def written(found: Iterable[Section], form: Mapping[str, str]) -> list[Section]:
    """Put into the form what somebody wrote there; where it says otherwise by now, the field tells both."""
    return [
        section._replace(
            fields=tuple(
                field._replace(value=form[field.name], theirs=field.value)
                if form.get(field.name, field.value) != field.value
                else field
                for field in section.fields
            )
        )
        for section in found
    ]


def patch(form: Mapping[str, str], own: Mapping[str, Any]) -> dict[str, Any]:
    """Give the merge patch (RFC 7396) of raw_config that makes what a config says into what the form says.

    An empty field takes its key out, so that it is inherited; *** leaves a secret as it is.  What is not of its
    field's kind is sent as it was written: the API says what is wrong with it.
    """
    changes: dict[str, Any] = {}
    for name, written in form.items():
        if not name.startswith(PREFIX):
            continue
        path = name.removeprefix(PREFIX).split(".")
        kind = _kind_at(path)
        text = written.strip() if kind != "long" else written.replace("\r\n", "\n").strip()
        was = _at(own, path)
        if kind is None or text == _MASK or (text == "" and was is None) or (was is not None and text == shown(was)):
            continue
        _put(changes, path, None if text == "" else _read(kind, text))
    return _without_empty_rows(changes, own)


def shown(value: Any) -> str:
    """Write a value as its field shows it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def leaves(tree: Mapping[str, Any], path: str = "") -> list[tuple[str, str]]:
    """Give each dotted key with its value, as it is shown."""
    found: list[tuple[str, str]] = []
    for key, value in tree.items():
        if isinstance(value, Mapping) and value:
            found += leaves(value, f"{path}{key}.")
        else:
            found.append((f"{path}{key}", shown(value)))
    return found


class _Above:
    """What a config says itself, and what is said above it."""

    def __init__(self, own: Mapping[str, Any], flat: Mapping[str, Any], layers: Mapping[str, str]) -> None:
        self._own = own
        self._flat = flat
        self._layers = layers

    def fields(self, part: Part, path: str) -> Iterator[Field]:
        hints = _hints(part.kind)
        for key, meaning in part.meanings.items():
            kind, choices = _kind(hints[key])
            if kind == "table":
                continue
            place = f"{path}{key}"
            steps = place.split(".")
            own = _at(self._own, steps)
            there = None if own is not None else _at(self._flat, steps)
            secret = kind == "text" and is_secret(place)
            yield Field(
                f"{PREFIX}{place}", key, meaning, "secret" if secret else kind, choices,
                shown(own), shown(there), self._layers.get(place, "") if there is not None else "",
            )  # fmt: skip

    def numbers(self, table: str) -> list[str]:
        """Give the numbers of a table's rows, and the next free one for a row to add."""
        rows = {**(self._flat.get(table) or {}), **(self._own.get(table) or {})}
        used = sorted((int(number) for number in rows if str(number).isdecimal()), key=int)[:_MOST_OWN]
        free = next(number for number in range(1, _MOST_OWN + 2) if number not in used)
        return [str(number) for number in sorted({*used, free})]


@cache
def _hints(model: type[BaseModel]) -> Mapping[str, Any]:
    return get_type_hints(model, include_extras=True)


def _kind(hint: Any) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Give the kind of field for a type, and what can be chosen."""
    inside = [each for each in get_args(hint) if each is not type(None)]
    if get_origin(hint) in (Union, types.UnionType):
        hint = inside[0]
    if hint == raw_config.Pem:
        return "long", ()
    if get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    if get_origin(hint) is Literal:
        return "choice", tuple((str(each), str(each)) for each in get_args(hint))
    if hint is bool:
        return "choice", (("true", "yes"), ("false", "no"))
    if hint in (int, str):
        return ("number" if hint is int else "text"), ()
    return "table", ()


_TABLES: Mapping[type[BaseModel], str] = {
    raw_config.SipLine: "sip_lines",
    raw_config.FuncKey: "funckeys",
    raw_config.CallManager: "sccp_call_managers",
}
_MODELS: Mapping[str, type[BaseModel]] = {table: model for model, table in _TABLES.items()}


def _kind_at(path: list[str]) -> str | None:
    """Give the kind of the field at a path; None when there is none."""
    if len(path) == 1:
        model: type[BaseModel] = raw_config.RawConfig
    elif len(path) == 3 and path[0] in ROWS and path[1].isdecimal() and path[1].isascii():
        model = _MODELS[path[0]]
    else:
        return None
    if path[-1] not in model.model_fields:
        return None
    kind, choices = _kind(_hints(model)[path[-1]])
    return None if kind == "table" else "switch" if choices[:1] == (("true", "yes"),) else kind


def _read(kind: str, text: str) -> Any:
    if kind == "switch" and text in ("true", "false"):
        return text == "true"
    if kind == "number" and text.isascii() and text.removeprefix("-").isdecimal() and len(text) < 20:
        return int(text)
    return text


def _at(tree: Any, path: list[str]) -> Any:
    for step in path:
        if not isinstance(tree, Mapping):
            return None
        tree = tree.get(step)
    return tree


def _put(tree: dict[str, Any], path: list[str], value: Any) -> None:
    *steps, last = path
    for step in steps:
        tree = tree.setdefault(step, {})
    tree[last] = value


def _without_empty_rows(changes: dict[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Take out a row of which nothing is left: a line without anything would still be a line."""
    for table in ROWS.keys() & changes.keys():
        for number, row in changes[table].items():
            before = _at(own, [table, number]) or {}
            if all(value is None for value in row.values()) and before.keys() <= row.keys():
                changes[table][number] = None
    return changes
