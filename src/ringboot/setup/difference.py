"""What differs between two configurations, or two sets of reservations: things added, removed, changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ringboot.setup.outline import Outline, Value

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
ORDER = "order"  # a key of things whose place in the file means something
_ORDERED = ("network", "class", "boot")


class Change(NamedTuple):
    """A key with what it was and is, for people; None: it is not there."""

    key: str
    before: str | None
    after: str | None
    restart: bool = False


class Difference(NamedTuple):
    """A thing that differs; of one that was added or removed the keys that say more than the default."""

    change: str
    what: str
    name: str
    keys: tuple[Change, ...]

    @property
    def restart(self) -> list[str]:
        """Name the keys whose change waits for the next start."""
        return [each.key for each in self.keys if each.restart]


def differences(before: Outline, after: Outline) -> list[Difference]:
    """Compare; in the order of the second one, what is gone at the end."""
    found: list[Difference] = []
    for thing, values in after.items():
        old = before.get(thing)
        if old is None:
            found.append(Difference(ADDED, *thing, tuple(_stated(values, added=True))))
        elif keys := tuple(_changed(old, values)):
            found.append(Difference(CHANGED, *thing, keys))
    found += [
        Difference(REMOVED, *thing, tuple(_stated(values, added=False)))
        for thing, values in before.items()
        if thing not in after
    ]
    return [*found, *_moved(before, after)]


def _stated(values: dict[str, Value], *, added: bool) -> Iterator[Change]:
    for key, value in values.items():
        if not value.is_default:
            text = value.shown(key)
            yield Change(key, None, text, value.restart) if added else Change(key, text, None, value.restart)


def _changed(old: dict[str, Value], new: dict[str, Value]) -> Iterator[Change]:
    for key in {**old, **new}:
        before, after = old.get(key), new.get(key)
        if (before is None and after and after.is_default) or (after is None and before and before.is_default):
            continue  # a pool that is written as a table has keys that a plain range lacks
        if before is None or after is None or before.text != after.text:
            value = after or before
            assert value is not None  # one of them has the key
            yield Change(key, before and before.shown(key), after and after.shown(key), value.restart)


def _moved(before: Outline, after: Outline) -> Iterator[Difference]:
    """Tell of lists in which what both have stands in another order."""
    for what in _ORDERED:
        old, new = ([name for kind, name in each if kind == what] for each in (before, after))
        both = set(old) & set(new)
        one, other = ([name for name in names if name in both] for names in (old, new))
        if one != other:
            yield Difference(
                CHANGED, "settings", "[dhcp]", (Change(f"{what} {ORDER}", ", ".join(one), ", ".join(other)),)
            )
