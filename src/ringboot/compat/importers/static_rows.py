"""What a site of staticDHCPd keeps, from its INI file or its tables: groups (subnet|serial), and clients in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ringboot.compat.importers.imported import BadSource, Imported, Place, read_source
from ringboot.scripts.sources.ini import KEYS, group_of, mac_of
from ringboot.scripts.sources.ini_text import BadIni, Section, read_ini
from ringboot.scripts.sources.sql import SourceDatabase

Key = tuple[str, int]
COLUMNS = tuple(key.replace("-", "_") for key in KEYS)
_MAPS = ("mac", "ip", "hostname", "subnet", "serial")
_EXTRA = ("extra values are for scripts", "read them in a hook, from a source: [[dhcp.source]], docs/howto/sources.md")


@dataclass(slots=True)
class Group:
    """What clients have in common; `values` by the names of the table's columns."""

    place: Place
    key: Key
    values: dict[str, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """Name it."""
        return f"{self.key[0]}|{self.key[1]}"


@dataclass(slots=True)
class Host:
    """A client; `mac` in any spelling."""

    place: Place
    mac: str
    address: str
    hostname: str
    key: Key


@dataclass(slots=True)
class Rows:
    """All of it."""

    groups: dict[Key, Group] = field(default_factory=dict)
    hosts: list[Host] = field(default_factory=list)


def read_ini_rows(path: Path, found: Imported) -> Rows:
    """Read an INI file; what is only for scripts is noted.  BadSource."""
    try:
        sections = read_ini(read_source(path))
        rows = Rows()
        for section in sections:
            place = Place(str(path), section.line)
            key = group_of(section)
            if key is not None:
                values = {name: section.text(name.replace("_", "-")) for name in COLUMNS}
                rows.groups[key] = Group(place, key, {name: text for name, text in values.items() if text})
            else:
                rows.hosts.append(_host(section, place))
            for (mark, name), entry in section.entries.items():
                if mark or name not in (*KEYS, *_MAPS):
                    found.drop(Place(str(path), entry.line), f"{name} of [{section.name}]", *_EXTRA)
    except BadIni as error:
        raise BadSource(Place(str(path), error.line), error.what, "correct it") from None
    return rows


def _host(section: Section, place: Place) -> Host:
    mac, serial = mac_of(section), section.text("serial")
    for key in ("ip", "subnet", "serial"):
        if not section.text(key):
            raise BadIni(section.line, f"[{section.name}] has no {key}")
    if not serial.lstrip("-").isdecimal() or len(serial) > 18:
        raise BadIni(section.line, f"the serial of [{section.name}] is no number")
    return Host(place, mac, section.text("ip"), section.text("hostname"), (section.text("subnet"), int(serial)))


def read_sql_rows(database: SourceDatabase, label: str, found: Imported) -> Rows:
    """Read the tables `maps` and `subnets`; BadSource."""
    place = Place(label)
    rows = Rows()
    try:
        for row in database.table("subnets"):
            key = (_text(row.get("subnet")), int(_text(row.get("serial")) or 0))
            values = {name: _text(row.get(name)) for name in COLUMNS}
            rows.groups[key] = Group(place, key, {name: text for name, text in values.items() if text})
            _note(found, place, "subnets", row, (*COLUMNS, "subnet", "serial"))
        for row in database.table("maps"):
            texts = {name: _text(row.get(name)) for name in _MAPS}
            key = (texts["subnet"], int(texts["serial"] or 0))
            rows.hosts.append(Host(place, texts["mac"], texts["ip"], texts["hostname"], key))
            _note(found, place, "maps", row, _MAPS)
    except (OSError, ValueError) as error:
        raise BadSource(place, f"cannot be read: {error}", "has it the tables maps and subnets?") from None
    return rows


def _note(found: Imported, place: Place, name: str, row: dict[str, object], known: tuple[str, ...]) -> None:
    """Note a column once that is not of the schema."""
    said = {each.construct for each in found.not_carried}
    for column in _more(row, known):
        if f"column {column} of {name}" not in said:
            found.drop(place, f"column {column} of {name}", *_EXTRA)


def _more(row: dict[str, object], known: tuple[str, ...]) -> Iterator[str]:
    return (column for column in row if column not in known)


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()
