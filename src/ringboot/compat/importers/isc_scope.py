"""What holds inside a block of dhcpd.conf: what surrounds it, and what it says itself."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from ringboot.compat.importers.imported import Imported
from ringboot.compat.importers.isc_options import TOP, IscOptions
from ringboot.compat.importers.isc_text import Statement
from ringboot.compat.importers.isc_words import HARMLESS, why_not
from ringboot.compat.importers.values import CannotSay, is_number
from ringboot.leases.terms import INFINITE
from ringboot.model.site import OptionTexts

LEASE_TIME, LONGEST, SHORTEST = 43200, 86400, 300  # dhcpd's own defaults, in seconds

_TIMES = {"default-lease-time": "lease_time", "max-lease-time": "max_lease_time", "min-lease-time": "min_lease_time"}
_FLAGS = {"ignore-client-uids": "ignores_ids", "use-host-decl-names": "names_hosts"}
_ON, _OFF = ("true", "on"), ("false", "off")


@dataclass(slots=True)
class Scope:
    """Options by key and settings; those of the spaces wait until it is known which option holds them."""

    where: str
    options: OptionTexts = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    spaces: dict[str, dict[str, str]] = field(default_factory=dict)
    vendor: str | None = None
    own: set[str] = field(default_factory=set)  # settings that it says itself

    def inner(self, where: str, *, options: bool = True) -> Scope:
        """Give the scope of a block inside, with or without the options of this one."""
        return replace(
            self, where=where, options=dict(self.options) if options else {}, settings=dict(self.settings),
            spaces={space: dict(rows) for space, rows in self.spaces.items()}, own=set(),
        )  # fmt: skip


class Sayings:
    """Reads the statements that any block may hold."""

    def __init__(self, found: Imported, options: IscOptions) -> None:
        self._found, self._options = found, options

    def read(self, rows: list[Statement], scope: Scope) -> None:
        """Take statements without blocks into a scope; what cannot be said is noted."""
        before = {space: dict(texts) for space, texts in scope.spaces.items()}
        vendor = scope.vendor
        for row in rows:
            if row.begins("vendor-option-space"):
                scope.vendor = row.texts[-1]
        for row in rows:
            try:
                self._one(row, scope)
            except CannotSay as error:
                self.drop(row, scope, error.why, error.instead)
        self._hold(rows, scope, before, changed=scope.vendor != vendor)

    def drop(self, row: Statement, scope: Scope, why: str, instead: str) -> None:
        """Note a statement."""
        inside = f" in {scope.where}" if scope.where else ""
        self._found.drop(row.place, f"{row}{inside}", why, instead)

    def _one(self, row: Statement, scope: Scope) -> None:
        texts = [text.lower() for text in row.texts]
        if row.begins("option") and len(row.words) > 1:
            if not self._options.is_definition(row):
                space, key, value = self._options.value(row)
                if space == TOP:
                    scope.options[key] = self._options.written(key, value)
                elif isinstance(value, bytes):
                    scope.spaces.setdefault(space, {})[key] = value.hex()
        elif texts[0] in _TIMES and len(texts) == 2:
            if not is_number(texts[1].removeprefix("-")):
                raise CannotSay(f"{texts[1]:.20} is no number of seconds", "correct it")
            self._set(scope, _TIMES[texts[0]], _seconds(texts[1]))
        elif texts in (["authoritative"], ["not", "authoritative"]):
            self._set(scope, "authoritative", texts[0] == "authoritative")
        elif texts[0] in _FLAGS and texts[1:] and texts[1] in (*_ON, *_OFF):
            self._set(scope, _FLAGS[texts[0]], texts[1] in _ON)
        elif texts in (["deny", "unknown-clients"], ["ignore", "unknown-clients"], ["allow", "known-clients"]):
            self._set(scope, "only_known", True)
        elif " ".join(texts) not in HARMLESS and texts[0] not in HARMLESS and texts[0] != "vendor-option-space":
            raise CannotSay(*why_not(" ".join(texts)))

    @staticmethod
    def _set(scope: Scope, key: str, value: Any) -> None:
        scope.settings[key] = value
        scope.own.add(key)

    def _hold(self, rows: list[Statement], scope: Scope, before: dict[str, dict[str, str]], *, changed: bool) -> None:
        """Put the options of spaces into the options that hold them."""
        for space, texts in scope.spaces.items():
            if texts == before.get(space) and not (changed and space == scope.vendor):
                continue
            holder = self._options.holder(space, scope.vendor)
            named = (row for row in rows if row.begins("option") and f"{space}." in "".join(row.texts[1:2]))
            said = next(named, rows[0])
            if holder is None:
                if not self._is_held(space):
                    self.drop(
                        said, scope, f"no option holds the space {space} here",
                        f"write vendor-option-space {space} beside it",
                    )  # fmt: skip
                continue
            for code, octets in texts.items():
                key = f"{holder}.{code}"
                self._options.declare_inner(key, space, code)
                try:
                    scope.options[key] = self._options.written(key, bytes.fromhex(octets))
                except CannotSay as error:
                    self.drop(said, scope, error.why, error.instead)

    def _is_held(self, space: str) -> bool:
        """Tell whether a block further inside may hold the space."""
        return space in self.vendors

    vendors: frozenset[str] = frozenset()  # all that vendor-option-space names anywhere


def _seconds(text: str) -> int:
    return INFINITE if text.startswith("-") else max(1, min(int(text), INFINITE))
