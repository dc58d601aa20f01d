"""Whom the administrator's hooks concern: their filters, compiled, and remembered by what they read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from ringboot.answer.classes import compiled, holds
from ringboot.dhcp.message import NAMES
from ringboot.model import evidence
from ringboot.model.scripting import ANSWER, CHOSEN, SEEN, SERVE, SILENT, UNKNOWN, Hello, Hook
from ringboot.model.site import Match

_REMEMBERED = 8192
_BOOTP = "BOOTP"  # a message without a type
_AGENT = 82
_MAC, _OUI = -1, -2  # in place of an option
_OUI_OCTETS = 3
_SHARED = frozenset({_OUI, 43, 55, 57, 60, 77, 93, 94, 124, 125})  # what many clients say alike

_Condition = tuple[int, str, re.Pattern[str]]


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
        self._filters = [[_conditions(row.name, each) for each in row.alternatives] for row in self.rows]
        self._waited = [number for number, row in enumerate(self.rows) if row.kind in _PLACES]
        # What many clients say alike is worth remembering; filters on the rest are tried on each message.
        own = [number for number in self._waited if not _is_shared(self.rows[number])]
        self._shared = [number for number in self._waited if _is_shared(self.rows[number])]
        # Those that ask for a MAC in each alternative are passed by as soon as the MAC fits none of them.
        self._by_mac = [number for number in own if all(_mac_patterns(each) for each in self._filters[number])]
        self._macs = [_mac_patterns(each)[0] for number in self._by_mac for each in self._filters[number]]
        self._others = [number for number in own if number not in self._by_mac]
        read = {_code(match) for number in self._shared for each in self.rows[number].alternatives for match in each}
        self._codes = tuple(sorted(read - {_OUI}))
        self._reads_oui = _OUI in read
        matches = [match for row in self.rows for each in row.alternatives for match in each]
        self.reads_relay = any(_code(match) == _AGENT for match in matches)
        self._memory: dict[tuple[object, ...], tuple[int, ...]] = {}
        self._fits: dict[tuple[tuple[int, ...], str], Fit] = {}

    @property
    def concerns_nobody(self) -> bool:
        """Say whether no message is ever asked about."""
        return not (self._waited or self.sources)

    def met(self, kind: int, options: Mapping[int, bytes], mac: bytes) -> tuple[int, ...]:
        """Give the hooks whose filters let a message of this kind (option 53, or 0) through, wherever it comes from."""
        key = (kind, mac[:_OUI_OCTETS] if self._reads_oui else b"", *map(options.get, self._codes))
        found: tuple[int, ...] | None = self._memory.get(key)
        if found is None:
            found = self._remember(key, kind, options, mac)
        if self._macs:
            text = mac.hex(":")
            for pattern in self._macs:
                if pattern.search(text) is not None:
                    found = (*found, *self._meeting(self._by_mac, kind, options, mac))
                    break
        return (*found, *self._meeting(self._others, kind, options, mac)) if self._others else found

    def fit(self, met: tuple[int, ...], network: str) -> Fit:
        """Sort the hooks that a message met by kind, but for those that are for other networks than its link's."""
        found = self._fits.get((met, network))
        if found is None:
            near = [self.rows[number] for number in met]
            here = [at for at, row in zip(met, near, strict=True) if not row.networks or network in row.networks]
            found = Fit(*(tuple(at for at in sorted(here) if self.rows[at].kind == place) for place in _PLACES))
            found = NOBODY if found == NOBODY else found
            if len(self._fits) >= _REMEMBERED:
                self._fits.clear()
            self._fits[met, network] = found
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

    def _remember(
        self, key: tuple[object, ...], kind: int, options: Mapping[int, bytes], mac: bytes
    ) -> tuple[int, ...]:
        if len(self._memory) >= _REMEMBERED:
            self._memory.clear()
        found = self._memory[key] = tuple(self._meeting(self._shared, kind, options, mac))
        return found

    def _meeting(self, numbers: list[int], kind: int, options: Mapping[int, bytes], mac: bytes) -> list[int]:
        name = NAMES.get(kind, _BOOTP)
        near = [number for number in numbers if not self.rows[number].types or name in self.rows[number].types]
        return [number for number in near if _meets(self._filters[number], options, mac)]


def _mac_patterns(conditions: list[_Condition]) -> list[re.Pattern[str]]:
    return [pattern for code, _, pattern in conditions if code == _MAC]


def _meets(filters: list[list[_Condition]], options: Mapping[int, bytes], mac: bytes) -> bool:
    """Say whether any alternative holds; without one, everybody is meant."""
    for each in filters:
        for code, name, pattern in each:
            if code == _MAC:
                if pattern.search(mac.hex(":")) is None:
                    break
            elif (code != _OUI and code not in options) or not any(
                holds(pattern, text) for text in evidence.readings(name, options, mac)
            ):
                break
        else:
            return True
    return not filters


def _code(match: Match) -> int:
    """Give the option that a condition reads."""
    code = match.evidence.split(".")[1]
    return int(code) if code.isdecimal() else _MAC if code == "mac" else _OUI


def _is_shared(row: Hook) -> bool:
    return all(_code(match) in _SHARED for each in row.alternatives for match in each)


def _conditions(name: str, matches: tuple[Match, ...]) -> list[_Condition]:
    return [(_code(match), match.evidence, compiled(name, match.pattern)) for match in matches]
