"""From the text of ringboot.toml to checked values: every error of the file at once, each with its line."""

from __future__ import annotations

import copy
import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from ringboot.plugins.places import line_at, lines_of
from ringboot.setup.admin import Admin
from ringboot.setup.boot import BootItemTable, BootTable
from ringboot.setup.calls import Agi, Sip
from ringboot.setup.daemon import Log, Server
from ringboot.setup.kinds import Meaning, shown
from ringboot.setup.match import BootMatch, ClassMatch
from ringboot.setup.problems import ERROR, WARNING, BadConfig, Problem, Wrong, whole_file
from ringboot.setup.register import Register
from ringboot.setup.scripting import Scripts
from ringboot.setup.settings import (
    ClassTable,
    ClientCa,
    Dhcp,
    Dns,
    Http,
    Https,
    Metrics,
    Network,
    OldTls,
    OptionTable,
    PoolTable,
    Settings,
    Tftp,
)
from ringboot.setup.sources import SourceTable
from ringboot.setup.webhooks import Webhook

T = TypeVar("T")
Place = tuple[str | int, ...]

MOST = 4 << 20  # octets; no site writes that much by hand
_SECTIONS: dict[str, type] = {
    "server": Server,
    "dhcp": Dhcp,
    "tftp": Tftp,
    "http": Http,
    "https": Https,
    "metrics": Metrics,
    "admin": Admin,
    "agi": Agi,
    "sip": Sip,
    "dns": Dns,
    "register": Register,
    "scripts": Scripts,
    "log": Log,
}
_LISTS: dict[str, type] = {"webhook": Webhook, "boot": BootTable}  # sections that may stand in the file several times
_NESTED: dict[tuple[str, ...], type] = {
    ("dhcp", "network"): Network,
    ("dhcp", "network", "pool"): PoolTable,
    ("dhcp", "option"): OptionTable,
    ("dhcp", "class"): ClassTable,
    ("dhcp", "class", "match"): ClassMatch,
    ("dhcp", "source"): SourceTable,
    ("boot", "match"): BootMatch,
    ("boot", "menu"): BootItemTable,
    ("https", "legacy"): OldTls,
    ("https", "client_ca"): ClientCa,
    **{(name,): kind for name, kind in (_SECTIONS | _LISTS).items()},
}
_SYNTAX_PLACE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)$")


@dataclass(slots=True)
class Draft:
    """What could be read of a file, part by part, and what is wrong with it."""

    path: Path
    lines: dict[Place, int]
    problems: list[Problem] = field(default_factory=list)
    parts: dict[str, Any] = field(default_factory=dict)  # section -> checked value
    networks: list[tuple[Place, Network]] = field(default_factory=list)
    classes: list[tuple[Place, ClassTable]] = field(default_factory=list)
    options: list[tuple[Place, OptionTable]] = field(default_factory=list)
    named: set[str] = field(default_factory=set)  # networks, also those that could not be read
    sources: list[tuple[Place, SourceTable]] = field(default_factory=list)
    classed: set[str] = field(default_factory=set)  # classes, likewise
    faults: list[Place] = field(default_factory=list)

    def add(self, place: Place, what: str, todo: str, *, severity: str = ERROR) -> None:
        """Note one problem at a place of the file."""
        line = line_at(self.lines, place) if place[:1] in self.lines else None
        key = ".".join(str(step) for step in place if isinstance(step, str))
        self.problems.append(Problem(str(self.path), line, key, what, todo, severity))
        self.faults.append(place)

    def faulty(self, place: Place) -> bool:
        """Tell whether something at or below a place is wrong already."""
        return any(fault[: len(place)] == place for fault in self.faults)

    def warn(self, place: Place, what: str, todo: str) -> None:
        """Note what looks wrong but can be run."""
        self.add(place, what, todo, severity=WARNING)


def read_text(path: Path) -> str:
    """Read the file; BadConfig when that cannot be done."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise whole_file(path, "does not exist", f"write a first one with: ringboot init --output {path}") from None
    except OSError as error:
        raise whole_file(path, f"cannot be read: {error.strerror}", "see to its rights") from None
    if len(data) > MOST:
        raise whole_file(path, f"is {len(data)} octets long", f"no configuration has more than {MOST}")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise whole_file(path, "is not UTF-8", "save it as UTF-8", line) from None


def read_draft(path: Path, text: str) -> Draft:
    """Read all that can be read; BadConfig when the text is no TOML."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _SYNTAX_PLACE.search(str(error))
        line = int(found[1]) if found and found[1] else text.count("\n") + 1
        what = f"is no TOML: {_SYNTAX_PLACE.sub('', str(error))}"
        raise whole_file(path, what, "mend that line; text stands in quotes, lists in [ ]", line) from None
    except RecursionError:
        raise whole_file(path, "is nested too deeply", "no key of ours is deeper than four levels") from None
    draft = Draft(path, lines_of(text))
    for key in raw:
        if key not in _SECTIONS and key not in _LISTS:
            _unknown(draft, (key,), [*_SECTIONS, *_LISTS], "sections are")
    for name, kind in _LISTS.items():
        rows = [_read(draft, kind, table, place) for place, table in _tables(draft, raw, (name,))]
        draft.parts[name] = tuple(row for row in rows if row is not None)
    for name, kind in _SECTIONS.items():
        section = raw.get(name, {})
        if name == "dhcp" and isinstance(section, dict):
            section = _read_dhcp_lists(draft, section)
        draft.parts[name] = _read(draft, kind, section, (name,)) or kind()
    return draft


def settings_of(draft: Draft) -> Settings:
    """Put the parts together; they are only good to use when no error was noted."""
    return Settings(**draft.parts)


def refuse(draft: Draft) -> None:
    """Raise BadConfig when there is an error among the problems."""
    draft.problems.sort(key=lambda problem: (problem.line or 0, problem.key))
    if any(problem.severity == ERROR for problem in draft.problems):
        raise BadConfig(draft.problems)


def _read_dhcp_lists(draft: Draft, section: dict[str, Any]) -> dict[str, Any]:
    """Read networks, classes and options one by one, so that a bad one hides no fault of the others."""
    rest = dict(section)
    networks = _tables(draft, rest, ("dhcp", "network"))
    classes = _tables(draft, rest, ("dhcp", "class"))
    for place, table in _tables(draft, rest, ("dhcp", "option")):
        option = _read(draft, OptionTable, table, place)
        if option is not None:
            draft.options.append((place, option))
    for place, table in _tables(draft, rest, ("dhcp", "source")):
        source = _read(draft, SourceTable, table, place)
        if source is not None:
            draft.sources.append((place, source))
    for place, table in networks:
        if isinstance(table.get("name"), str):
            draft.named.add(table["name"])
        network = _read(draft, Network, table, place)
        if network is not None:
            draft.networks.append((place, network))
            draft.named.add(network.called)
    for place, table in classes:
        if isinstance(table.get("name"), str):
            draft.classed.add(table["name"])
        found = _read(draft, ClassTable, table, place)
        if found is not None:
            draft.classes.append((place, found))
    rest["network"] = [network for _, network in draft.networks]
    rest["class"] = [each for _, each in draft.classes]
    rest["source"] = [each for _, each in draft.sources]
    rest["option"] = [each for _, each in draft.options]
    return rest


def _tables(draft: Draft, section: dict[str, Any], where: tuple[str, ...]) -> list[tuple[Place, dict[str, Any]]]:
    rows = section.pop(where[-1], [])
    if isinstance(rows, list) and all(isinstance(row, dict) for row in rows):
        return [((*where, index), row) for index, row in enumerate(rows)]
    draft.add(where, "is not a list of tables", f"begin each with [[{'.'.join(where)}]], in double brackets")
    return []


def _read(draft: Draft, kind: type[T], raw: Any, place: Place) -> T | None:
    """Check one table; what is wrong is noted and left out, so that the rest can still be judged."""
    adapter = TypeAdapter(kind)
    context = {"folder": draft.path.absolute().parent}
    try:
        return adapter.validate_python(raw, context=context)
    except ValidationError as error:
        faults = error.errors(include_url=False)
    for fault in faults:
        _translate(draft, (*place, *fault["loc"]), fault)
    if not isinstance(raw, dict):
        return None
    rest = copy.deepcopy(raw)
    for fault in faults:
        _leave_out(rest, fault["loc"])
    try:
        return adapter.validate_python(rest, context=context)
    except ValidationError:
        return None


def _leave_out(table: dict[str, Any], path: Place) -> None:
    """Remove what lies at a path; a list goes as a whole, so that the places of its items stay true."""
    for key in path[:-1]:
        inner = table.get(str(key))
        if not isinstance(inner, dict):
            table.pop(str(key), None)
            return
        table = inner
    if path:
        table.pop(str(path[-1]), None)


def _translate(draft: Draft, place: Place, fault: Any) -> None:
    """Say pydantic's finding as what is wrong and what to do."""
    kind, value, context = fault["type"], fault["input"], fault.get("ctx", {})
    key = place[-1]
    if kind == "value_error" and isinstance(context["error"], Wrong):
        draft.add(place, context["error"].what, context["error"].todo)
    elif kind == "unexpected_keyword_argument":
        _unknown(draft, place, _keys_at(place[:-1]), "keys here are")
    elif kind == "missing":
        draft.add(place, "is missing", f"add it, such as {key} = {_example(place)}")
    elif kind == "literal_error":
        options = [shown(each) for each in re.findall(r"'([^']*)'", context["expected"])]
        draft.add(place, f"{shown(value)} is not possible", f"write {_either(options)}")
    elif kind in ("greater_than_equal", "less_than_equal", "int_type"):
        draft.add(place, f"{shown(value)} is not a number from 1 to 65535", "write a port without quotes")
    elif kind == "bool_type":
        draft.add(place, f"{shown(value)} is neither true nor false", "write true or false, without quotes")
    elif kind == "tuple_type":
        draft.add(place, f"{shown(value)} is not a list", f"put it in brackets: {key} = [{_example(place)}]")
    else:  # dataclass_type, dict_type
        name = ".".join(step for step in place if isinstance(step, str))
        table = f"[[{name}]]" if isinstance(key, int) else f"[{name}]"
        draft.add(place, f"{shown(value)} is not a table", f"write {table} and its keys below")


def _unknown(draft: Draft, place: Place, known: list[str], introduction: str) -> None:
    key = str(place[-1])
    close = difflib.get_close_matches(key.replace("-", "_").lower(), [name.replace("-", "_") for name in known], 1, 0.6)
    names = [name for name in known if close and name.replace("-", "_") == close[0]]
    todo = f"did you mean {names[0]}?" if names else f"remove it; {introduction} {', '.join(known)}"
    draft.add(place, "unknown key", todo)


def _table_at(place: Place) -> type | None:
    return _NESTED.get(tuple(step for step in place if isinstance(step, str)))


def _keys_at(place: Place) -> list[str]:
    return key_names(_table_at(place))


def key_names(kind: type | None) -> list[str]:
    """Give the keys of a table as they are written in the file."""
    fields: Mapping[str, Any] = getattr(kind, "__pydantic_fields__", {})
    return [entry.alias or name for name, entry in fields.items()]


def _example(place: Place) -> str:
    fields: Mapping[str, Any] = getattr(_table_at(place[:-1]), "__pydantic_fields__", {})
    for name, entry in fields.items():
        if (entry.alias or name) == place[-1]:
            found = inner_meaning(entry)
            return found.example if found else '{ mac = "00:00:5e:*" }'
    return '"..."'


def inner_meaning(entry: Any) -> Meaning | None:
    """Find how a field's kind is called; lists and optional values are called as what they hold."""
    marks = [entry.metadata]
    marks += [getattr(inner, "__metadata__", ()) for inner in getattr(entry.annotation, "__args__", ())]
    return next((each for row in marks for each in row if isinstance(each, Meaning)), None)


def _either(options: list[str]) -> str:
    return options[0] if len(options) == 1 else f"{', '.join(options[:-1])} or {options[-1]}"
