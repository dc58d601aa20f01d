"""What clients must have sent, as patterns of a class: tests that are joined by "and" and "or"."""

from __future__ import annotations

from glob import escape
from typing import NamedTuple

from ringboot.compat.importers.values import CannotSay
from ringboot.dhcp import options as table
from ringboot.wire import kinds

MOST = 16  # classes that one condition may become

# What a class can ask for under a name of its own: option, or sub-option of 82.
FIELDS = {
    "mac": "mac",
    "12": "hostname",
    "60": "vendor-class",
    "61": "client-id",
    "77": "user-class",
    "82.1": "circuit-id",
    "82.2": "remote-id",
    "93": "arch",
}
_HEX_TOO = {"61", "82.1", "82.2"}  # where hex pairs mean octets


class Alternative(NamedTuple):
    """Patterns by field, all of which must fit; of the patterns of one field any will do."""

    match: dict[str, tuple[str, ...]]
    options: dict[str, tuple[str, ...]]


Condition = list[Alternative]  # any of them


def equals(source: str, octets: bytes) -> Condition:
    """Ask for a whole value; `source` is "mac" or the key of an option; CannotSay."""
    if source == "93" and len(octets) == 2:
        return [Alternative({"arch": (str(int.from_bytes(octets, "big")),)}, {})]
    if source == "mac":
        return [Alternative({"mac": (octets.hex(":"),)}, {})]
    if not _is_pattern(source):
        return [Alternative({}, {_name(source): (table.format_value(int(source), octets),)})]
    return _patterns(source, octets, "")


def begins(source: str, octets: bytes) -> Condition:
    """Ask for the beginning of a value; CannotSay."""
    if not octets:
        return exists(source)
    if source == "mac":
        return [Alternative({"mac": (octets.hex(":") + ("" if len(octets) == 6 else ":*"),)}, {})]
    if not _is_pattern(source):
        raise CannotSay(
            f"a part of option {_name(source)} cannot be asked for", 'match its whole value, or "*" for any'
        )
    return _patterns(source, octets, "*")


def exists(source: str) -> Condition:
    """Ask for any value at all."""
    field = FIELDS.get(source)
    if field is not None and field != "arch":
        return [Alternative({field: ("*",)}, {})]
    return [Alternative({}, {_name(source): ("*",)})]


def both(one: Condition, other: Condition) -> Condition:
    """Join by "and"; CannotSay when a field is asked for twice, or it becomes too much."""
    found = []
    for left in one:
        for right in other:
            if _clash(left.match, right.match) or _clash(left.options, right.options):
                raise CannotSay("one field is asked for twice", "write one pattern that says both")
            found.append(Alternative(left.match | right.match, left.options | right.options))
    return _bounded(found)


def either(one: Condition, other: Condition) -> Condition:
    """Join by "or": patterns of the same field become a list, others are alternatives; CannotSay."""
    if len(one) == len(other) == 1:
        left, right = one[0], other[0]
        for mine, theirs, rest in (
            (left.match, right.match, left.options or right.options),
            (left.options, right.options, left.match or right.match),
        ):
            if not rest and len(mine) == 1 and mine.keys() == theirs.keys():
                (name,) = mine
                joined = {name: tuple(dict.fromkeys(mine[name] + theirs[name]))}
                return [Alternative(joined, {}) if mine is left.match else Alternative({}, joined)]
    return _bounded([*one, *other])


def _clash(one: dict[str, tuple[str, ...]], other: dict[str, tuple[str, ...]]) -> bool:
    return any(one[name] != other[name] for name in one.keys() & other.keys())


def _bounded(found: Condition) -> Condition:
    if len(found) > MOST:
        raise CannotSay(f"it would become more than {MOST} classes", "write it with lists of patterns")
    return found


def _is_pattern(source: str) -> bool:
    return "." in source or isinstance(table.row_of(int(source)).kind, kinds.Text | kinds.Opaque)


def _name(source: str) -> str:
    return table.name_of(source)


def _patterns(source: str, octets: bytes, end: str) -> Condition:
    text = octets.decode("latin-1")
    field = FIELDS.get(source)
    if text.isascii() and text.isprintable() and not _like_octets(text):
        glob = escape(text) + end
        return [Alternative({field: (glob,)}, {}) if field else Alternative({}, {_name(source): (glob,)})]
    if len(octets) < 2 and not end:
        raise CannotSay("a single octet that is no text cannot be asked for", 'match "*"')
    glob = octets.hex(":") + (f":{end}" if end else "")
    if field and source in _HEX_TOO:
        return [Alternative({field: (glob,)}, {})]
    return [Alternative({}, {_name(source): (glob,)})]


def _like_octets(text: str) -> bool:
    return len(text) > 2 and all(len(part) == 2 for part in text.split(":")) and ":" in text
