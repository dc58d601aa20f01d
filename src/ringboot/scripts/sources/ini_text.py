"""staticDHCPd's INI file: sections of subnets and of MACs, read with the line of everything."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

_SECTION = re.compile(r"\[(.*)\]\s*")
_KEY = re.compile(r"(?:(?P<mark>option|[sifbSIFB]):)?(?P<name>[^\s:=][^:=]*?)\s*[:=]\s*(?P<value>.*)")
_TRUE, _FALSE = ("1", "yes", "true", "on", "y", "t"), ("0", "no", "false", "off", "n", "f")
Value = str | int | float | bool | None


class BadIni(ValueError):
    """A file that cannot be read; the text says in which line and why."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(f"line {line}: {what}")
        self.line = line
        self.what = what


class Entry(NamedTuple):
    """A key of a section with its value as text, without quotes around it."""

    mark: str  # s i f b S I F B: the kind of an extra value; option: a DHCP option; empty: an ordinary key
    name: str
    text: str
    line: int

    @property
    def value(self) -> Value:
        """Give the value of an extra as its mark says; ValueError, or None where the mark is a capital."""
        try:
            return _typed(self.mark.lower(), self.text)
        except ValueError:
            if self.mark.isupper():
                return None
            raise


def _typed(mark: str, text: str) -> Value:
    if mark == "i":
        return int(text)
    if mark == "f":
        return float(text)
    if mark == "b":
        if text.lower() not in _TRUE + _FALSE:
            raise ValueError(f"{text!r:.60} is neither true nor false")
        return text.lower() in _TRUE
    return text


@dataclass(slots=True)
class Section:
    """What stands below one [name]."""

    name: str
    line: int
    entries: dict[tuple[str, str], Entry] = field(default_factory=dict)  # by mark and name

    def text(self, name: str) -> str:
        """Give the value of an ordinary key, empty where it is missing."""
        entry = self.entries.get(("", name))
        return entry.text if entry else ""


def read_ini(text: str) -> list[Section]:
    """Read sections and keys; BadIni."""
    sections: dict[str, Section] = {}
    section: Section | None = None
    last: Entry | None = None
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        if not bare or bare[0] in "#;":
            continue
        found = _SECTION.fullmatch(bare)
        if found:
            name = found[1].strip()
            if name in sections:
                raise BadIni(number, f"section [{name}] stands here twice, first in line {sections[name].line}")
            section = sections[name] = Section(name, number)
            last = None
        elif section is None:
            raise BadIni(number, "stands before the first [section]")
        elif last is not None and line[0].isspace():  # goes on
            last = section.entries[last.mark, last.name] = last._replace(text=f"{last.text} {bare}".strip())
        else:
            last = _entry(section, bare, number)
    return list(sections.values())


def _entry(section: Section, bare: str, number: int) -> Entry:
    found = _KEY.fullmatch(bare)
    if found is None:
        raise BadIni(number, f"{bare:.60} is neither [section] nor key = value")
    mark = found["mark"] or ""
    name = found["name"] if mark else found["name"].lower()
    if (mark, name) in section.entries:
        raise BadIni(number, f"{name} stands in [{section.name}] twice")
    entry = section.entries[mark, name] = Entry(mark, name, _unquoted(found["value"].strip()), number)
    return entry


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text
