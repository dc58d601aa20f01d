"""Whom the administrator's hooks concern: their filters, compiled, and remembered by what they read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ringboot.answer.classes import Classes, ClassIds
from ringboot.dhcp.message import NAMES
from ringboot.model.scripting import ANSWER, CHOSEN, SEEN, SERVE, SILENT, UNKNOWN, Hello, Hook
from ringboot.model.site import Class

_REMEMBERED = 8192
_BOOTP = "BOOTP"  # a message without a type


class Fit(NamedTuple):
    """The hooks whose filters let a message through, by kind: places in the list of all."""

    seen: tuple[int, ...] = ()
    unknown: tuple[int, ...] = ()
    chosen: tuple[int, ...] = ()
    answer: tuple[int, ...] = ()


NOBODY = Fit()
_PLACES = (SEEN, UNKNOWN, CHOSEN, ANSWER)  # as in Fit


class Hooks:
    """What the scripts process said of itself; ValueError for a filter that is no regular expression."""

    def __init__(self, hello: Hello) -> None:
        self.rows = hello.hooks
        self.sources = hello.sources
        everybody = ((),)
        self._classes = Classes(tuple(Class(row.name, "class", row.alternatives or everybody) for row in self.rows))
        self.reads_relay = self._classes.reads_relay
        self._waited = [number for number, row in enumerate(self.rows) if row.kind in _PLACES]
        self._near: dict[tuple[int, str], tuple[int, ...]] = {}
        self._fits: dict[tuple[tuple[int, ...], ClassIds], Fit] = {}

    @property
    def concerns_nobody(self) -> bool:
        """Say whether no message is ever asked about."""
        return not (self._waited or self.sources)

    def fit(self, kind: int, network: str, options: Mapping[int, bytes], mac: bytes) -> Fit:
        """Give the hooks that a message of this kind (option 53, or 0) meets on this network's link."""
        near = self._near.get((kind, network))
        if near is None:
            near = self._nearby(kind, network)
        if not near:
            return NOBODY
        ids = self._classes.of(options, mac)
        found = self._fits.get((near, ids))
        if found is None:
            found = self._fitting(near, ids)
        return found

    def policy(self, numbers: tuple[int, ...], failed: str, otherwise: str) -> str:
        """Say what becomes of a client whose hooks gave no answer: serve when all that had a say in it would serve.

        `failed` begins with the name of the hook that failed, if it was one of them.
        """
        rows = [self.rows[number] for number in numbers]
        blamed = [row for row in rows if failed.startswith(f"{row.name}:") or failed == row.name]
        said = {row.no_answer or otherwise for row in blamed or rows} or {otherwise}
        return SERVE if said == {SERVE} else SILENT

    def names(self, numbers: tuple[int, ...]) -> str:
        """Name hooks for people."""
        return ", ".join(self.rows[number].name for number in numbers)

    def _nearby(self, kind: int, network: str) -> tuple[int, ...]:
        name = NAMES.get(kind, _BOOTP)
        if len(self._near) >= _REMEMBERED:
            self._near.clear()
        near = self._near[kind, network] = tuple(
            number for number in self._waited if _may_meet(self.rows[number], name, network)
        )
        return near

    def _fitting(self, near: tuple[int, ...], ids: ClassIds) -> Fit:
        if len(self._fits) >= _REMEMBERED:
            self._fits.clear()
        both = [number for number in near if number in ids]
        found = Fit(*(tuple(number for number in both if self.rows[number].kind == place) for place in _PLACES))
        found = self._fits[near, ids] = NOBODY if found == NOBODY else found
        return found


def _may_meet(row: Hook, message: str, network: str) -> bool:
    return (not row.types or message in row.types) and (not row.networks or network in row.networks)
