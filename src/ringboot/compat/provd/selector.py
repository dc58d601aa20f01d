"""Which of many dictionaries are wanted: provd's selectors, order, and cut."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ringboot.compat.provd.notdone import NotDone
from ringboot.desk.listing import natural

Row = Mapping[str, Any]
_MISSING = object()
_DOWN = ("desc", "-1")
_UP = ("asc", "1", "none")


def matches(row: Row, selector: Mapping[str, Any]) -> bool:
    """Tell whether all of a selector holds: {"model": "6731i", "options.switchboard": {"$exists": True}}."""
    return all(_holds(_at(row, key), wanted) for key, wanted in selector.items())


def check(selector: Mapping[str, Any]) -> None:
    """Refuse a selector with an operator that does not exist; NotDone."""
    if not isinstance(selector, Mapping):
        raise NotDone('A selector is a dictionary, such as {"plugin": "..."}.')
    for key, wanted in selector.items():
        unknown = [each for each in wanted if each not in _OPERATORS] if _is_operation(wanted) else []
        if unknown:
            raise NotDone(f"{key}: there is no operator {unknown[0]}. There are {', '.join(_OPERATORS)}.")
        for name in ("$in", "$nin"):
            if _is_operation(wanted) and name in wanted and not isinstance(wanted[name], list | tuple | set):
                raise NotDone(f"{key}: {name} takes a list.")


def ordered(rows: Iterable[Row], order: str | None, direction: object) -> list[Row]:
    """Sort by a dotted key; numbers in texts count as numbers, what is absent comes last."""
    found = list(rows)
    word = str(direction).lower()
    if word not in (*_UP, *_DOWN):
        raise NotDone(f"direction is 1 or -1, ASC or DESC, not {direction!r}.")
    if order is None:
        return found

    def key(row: Row) -> tuple[Any, ...]:
        value = _at(row, order)
        return natural(None if value is _MISSING else value)

    there = [row for row in found if _at(row, order) not in (_MISSING, None)]
    absent = [row for row in found if _at(row, order) in (_MISSING, None)]
    return sorted(there, key=key, reverse=word in _DOWN) + absent


def only(row: Row, fields: Sequence[str]) -> dict[str, Any]:
    """Give these dotted keys of a row, as it holds them, and its id."""
    made: dict[str, Any] = {}
    for field in dict.fromkeys(("id", *fields)):
        value = _at(row, field)
        if value is _MISSING:
            continue
        inner = made
        *path, last = field.split(".")
        for step in path:
            inner = inner.setdefault(step, {})
        inner[last] = value
    return made


def chosen(
    rows: list[dict[str, Any]],
    search: Mapping[str, Any] | None,
    raw: Mapping[str, Any],
    order: str | None,
    direction: object,
) -> list[dict[str, Any]]:
    """Give the rows that a selector and further keys want, in order."""
    wanted = {**(search or {}), **raw}
    check(wanted)
    found = ordered((row for row in rows if matches(row, wanted)), order, direction)
    return [dict(row) for row in found]


def cut(
    rows: list[dict[str, Any]], fields: Sequence[str] | str | None, offset: int, limit: int
) -> list[dict[str, Any]]:
    """Give some of the rows, and of these some keys; a limit of 0 is none."""
    names = [each.strip() for each in fields.split(",")] if isinstance(fields, str) else fields
    part = rows[offset : offset + limit if limit else None]
    return part if names is None else [only(row, names) for row in part]


def _at(row: Any, key: str) -> Any:
    for step in key.split("."):
        if not isinstance(row, Mapping) or step not in row:
            return _MISSING
        row = row[step]
    return row


def _is_operation(wanted: Any) -> bool:
    return isinstance(wanted, Mapping) and any(str(each).startswith("$") for each in wanted)


def _holds(value: Any, wanted: Any) -> bool:
    if _is_operation(wanted):
        return all(_OPERATORS[name](value, operand) for name, operand in wanted.items())
    return _equal(value, wanted)


def _equal(value: Any, wanted: Any) -> bool:
    """Compare; a list also holds each of its items, and what is not there is None."""
    if value is _MISSING:
        return wanted is None
    return bool(value == wanted) or (isinstance(value, list | tuple) and wanted in value)


def _compared(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def test(value: Any, operand: Any) -> bool:
        try:
            return compare(value, operand)
        except TypeError:  # a text is neither above nor below a number
            return False

    return test


_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "$in": lambda value, operand: any(_equal(value, each) for each in operand),
    "$nin": lambda value, operand: not any(_equal(value, each) for each in operand),
    "$contains": lambda value, operand: isinstance(value, str | list | tuple) and _contains(value, operand),
    "$gt": _compared(lambda value, operand: value > operand),
    "$ge": _compared(lambda value, operand: value >= operand),
    "$lt": _compared(lambda value, operand: value < operand),
    "$le": _compared(lambda value, operand: value <= operand),
    "$ne": lambda value, operand: not _equal(value, operand),
    "$exists": lambda value, operand: (value not in (_MISSING, None)) is bool(operand),
}


def _contains(value: Any, operand: Any) -> bool:
    return operand in value if not isinstance(value, str) else isinstance(operand, str) and operand in value
