"""Whom a hook concerns: the filters of its decorator, as conditions that dhcp looks at itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ringboot.dhcp.message import NAMES
from ringboot.model.matching import Globs, conditions, faults, mac_glob
from ringboot.model.scripting import SERVE, SILENT, Hook

Patterns = str | Sequence[str] | None
_TYPES = (*NAMES.values(), "BOOTP")


@dataclass(frozen=True, slots=True)
class Filters:
    """What a decorator was given; patterns with * and ? as in a class, and of several any one."""

    mac: Globs = None
    vendor_class: Globs = None
    user_class: Globs = None
    hostname: Globs = None
    client_id: Globs = None
    circuit_id: Globs = None
    remote_id: Globs = None
    arch: Globs = None
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    network: Globs = None
    type: Globs = None
    no_answer: str = ""

    def hook(self, kind: str, name: str) -> Hook:
        """Make the hook that dhcp is told of; ValueError says what is wrong with a filter."""
        for option, what, todo in faults(self):
            raise ValueError(f"filter on option {option}: {what}; {todo}")
        types = tuple(each.upper() for each in self.type or ())
        for each in types:
            if each not in _TYPES:
                raise ValueError(f"{each!r} is no type of message: there are {', '.join(_TYPES)}")
        if self.no_answer not in ("", SERVE, SILENT):
            raise ValueError(f'no_answer is "{SERVE}" or "{SILENT}", not {self.no_answer!r}')
        found = conditions(self)
        return Hook(kind, name, (found,) if found else (), types, self.network or (), self.no_answer)


def filters_of(given: Mapping[str, object]) -> Filters:
    """Read the arguments of a decorator; ValueError."""
    read: dict[str, object] = {}
    for name, value in given.items():
        if value is None:
            continue
        if name == "no_answer":
            read[name] = value
        elif name == "options":
            if not isinstance(value, Mapping):
                raise ValueError('options is a table: options={"vendor-class-identifier": "Example*"}')
            read[name] = {str(key): _globs(f"options {key}", each) for key, each in value.items()}
        else:
            globs = _globs(name, value)
            read[name] = tuple(map(mac_glob, globs)) if name == "mac" else globs
    return Filters(**read)  # type: ignore[arg-type]  # the decorator has these very names


def _globs(name: str, value: object) -> tuple[str, ...]:
    if isinstance(value, str | int):
        value = [value]
    if not isinstance(value, Sequence) or not value:
        raise ValueError(f"filter {name}: a pattern, or a list of them, is wanted")
    return tuple(str(each) for each in value)
