"""Which classes a client is in, remembered by just those fields that the classes read."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ringboot.model import evidence
from ringboot.model.site import Class

_REMEMBERED = 8192
_LONGEST = 512  # characters of one field that a pattern is tried on

ClassIds = tuple[int, ...]  # places in the site's list, in order


class Classes:
    """The classes of a site, compiled; ValueError for a pattern that is no regular expression."""

    def __init__(self, rows: tuple[Class, ...]) -> None:
        self.rows = rows
        self._alternatives = [
            [
                [(match.evidence, compiled(f"class {row.name}", match.pattern)) for match in each]
                for each in row.alternatives
            ]
            for row in rows
        ]
        names = {match.evidence for row in rows for each in row.alternatives for match in each}
        codes = {name.split(".")[1] for name in names} - {"mac", "oui"}
        self._codes = tuple(sorted(int(code) for code in codes if code.isdecimal()))
        self.reads_relay = 82 in self._codes
        self._mac_octets = 16 if "dhcp.mac" in names else 3 if "dhcp.oui" in names else 0
        self.timed = any(row.lease_time is not None for row in rows)
        self._memory: dict[tuple[bytes | None, ...], ClassIds] = {}

    def numbers(self) -> dict[str, int]:
        """Give the places of the site's own classes in its list; brands are no classes that it can name."""
        return {row.name: number for number, row in enumerate(self.rows) if row.layer != "brand"}

    def of(self, options: Mapping[int, bytes], mac: bytes) -> ClassIds:
        """Give the classes that a client with this evidence is in."""
        fields = tuple(map(options.get, self._codes))
        if self._mac_octets:
            fields += (mac[: self._mac_octets],)
        ids = self._memory.get(fields)
        if ids is None:
            ids = tuple(number for number in range(len(self.rows)) if self._is_in(number, options, mac))
            if len(self._memory) >= _REMEMBERED:
                self._memory.clear()
            self._memory[fields] = ids
        return ids

    def lease_time(self, ids: ClassIds) -> int | None:
        """Give the lease time of the last of these classes that has one."""
        return next((row.lease_time for row in map(self.rows.__getitem__, reversed(ids)) if row.lease_time), None)

    def _is_in(self, number: int, options: Mapping[int, bytes], mac: bytes) -> bool:
        return any(
            all(any(holds(pattern, text) for text in evidence.readings(name, options, mac)) for name, pattern in each)
            for each in self._alternatives[number]
        )


def compiled(whose: str, pattern: str) -> re.Pattern[str]:
    """Compile a pattern; ValueError says whose it is."""
    try:
        return re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{whose}: {pattern!r} is not a regular expression: {error}") from None


def holds(pattern: re.Pattern[str], text: str) -> bool:
    """Say whether a pattern fits what a client says, as far as that is looked at."""
    return pattern.search(text[:_LONGEST]) is not None
