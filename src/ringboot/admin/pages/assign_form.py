"""The form that gives a line: as many lines and keys as the model has, what is in them, and what somebody wrote."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ringboot.admin.pages.forms import Form

LINE_FIELDS = (
    *("username", "password", "display_name", "number"),
    *("auth_username", "proxy_ip", "registrar_ip", "voicemail"),
)
KEY_FIELDS = ("type", "value", "label")
_OF_UNKNOWN = (2, 0)  # lines and keys of a model that nothing is known of
_MOST = 500  # rows that are drawn
_MASK = "***"
Row = dict[str, Any]


class Slot(NamedTuple):
    """One line or key: its number, what it holds, what it inherits, what is wrong, and whether it is shown at first."""

    number: str
    values: Row
    inherited: Row
    wrong: dict[str, str]
    shown: bool

    @property
    def is_set(self) -> bool:
        """Tell whether somebody set something here."""
        return any(self.values.values())


class Room(NamedTuple):
    """How much the model has room for."""

    lines: int
    keys: int
    known: bool
    expansion: int


def room_of(model: Mapping[str, Any] | None) -> Room:
    """Read it from what the API knows of a model."""
    facts = model or {}
    lines, keys = facts.get("lines"), facts.get("keys")
    known = lines is not None and bool(facts.get("known"))
    return Room(
        min(_OF_UNKNOWN[0] if lines is None else lines, _MOST),
        min(_OF_UNKNOWN[1] if keys is None else keys, _MOST),
        known,
        facts.get("expansion") or 0,
    )


class Table(NamedTuple):
    """One of the two tables: its key in a config, its word in the form, its fields, rows shown at first."""

    key: str
    word: str
    fields: tuple[str, ...]
    at_once: int


LINES = Table("sip_lines", "lines", LINE_FIELDS, 4)
KEYS = Table("funckeys", "keys", KEY_FIELDS, 40)


def slots(
    own: Row, flat: Row, room: Room, wrong: Mapping[str, str], form: Form | None
) -> tuple[list[Slot], list[Slot]]:
    """Give the lines and the keys: what was written, else what is kept; `flat` is what holds with all parents."""
    lines = _slots(LINES, room.lines, (own, flat), wrong, form)
    return lines, _slots(KEYS, room.keys, (own, flat), wrong, form)


def _slots(
    table: Table, count: int, layers: tuple[Row, Row], wrong: Mapping[str, str], form: Form | None
) -> list[Slot]:
    key, word, fields, at_once = table
    mine, all_rows = (layer.get(key) or {} for layer in layers)
    beyond = [int(number) for number in mine if str(number).isdecimal()]
    found = []
    for place in range(1, max([count, *beyond], default=0) + 1):
        number = str(place)
        row, whole = mine.get(number) or {}, all_rows.get(number) or {}
        kept = {field: "" if row.get(field) in (None, _MASK) else str(row[field]) for field in fields}
        written = kept if form is None else {field: form.raw(f"{word}.{number}.{field}") for field in fields}
        faults = {
            field: text
            for field in fields
            for text in (wrong.get(f"raw_config.{key}.{number}.{field}"), wrong.get(f"{word}.{number}.{field}"))
            if text
        }
        if f"{word}.{number}" in wrong:
            faults[fields[0]] = wrong[f"{word}.{number}"]
        inherited: Row = {field: str(each) for field, each in whole.items() if each and not row.get(field)}
        inherited["has_password"] = bool(row.get("password"))
        found.append(Slot(number, written, inherited, faults, place <= at_once or any(written.values())))
    return found


def rows_of(form: Form, word: str, fields: tuple[str, ...], before: Mapping[str, Any]) -> Row:
    """Give the rows that a form holds; what it has no field for stays, a password that was left empty too."""
    rows: dict[str, Row] = {}
    for name, value in form.pairs:
        part, _, rest = name.partition(".")
        number, _, field = rest.partition(".")
        if part == word and number.isdecimal() and field in fields:
            rows.setdefault(number, {})[field] = value if field == "password" else value.strip()
    wanted: Row = {}
    for number, row in rows.items():
        given = {field: value for field, value in row.items() if value}
        if not given or (word == "keys" and not given.get("type")):
            continue
        old = before.get(number) or {}
        kept = {field: value for field, value in old.items() if field not in fields and value != _MASK}
        wanted[number] = kept | given
    return wanted
