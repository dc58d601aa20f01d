"""The lines of dnsmasq.conf with their places, and those of the files that it names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ringboot.compat.importers.imported import BadSource, Place, read_source

FILES = 32  # files within files
_VALUES_OF = {"dhcp-hostsfile": "dhcp-host", "dhcp-optsfile": "dhcp-option"}  # files that hold values of a word
_FIELD = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^,"]*))\s*')


class Field(NamedTuple):
    """One of the parts between commas."""

    text: str
    is_quoted: bool


class Line(NamedTuple):
    """A word, and the fields that follow it."""

    word: str
    fields: tuple[Field, ...]
    place: Place
    raw: str

    def __str__(self) -> str:
        """Write it shortened, as it stood."""
        return f"{self.raw:.60}"

    @property
    def texts(self) -> tuple[str, ...]:
        """Give the fields as texts."""
        return tuple(each.text for each in self.fields)


def read_dnsmasq_lines(path: Path, above: int = 0) -> Iterator[Line]:
    """Read a file and all that it names; BadSource."""
    if above > FILES:
        raise BadSource(Place(str(path)), f"more than {FILES} files name each other", "does one name itself?")
    for number, text in enumerate(read_source(path).split("\n"), 1):
        line = _line(text, Place(str(path), number))
        if line is None:
            continue
        for each in _others(line, path.parent):
            yield from read_dnsmasq_lines(each, above + 1)
        if line.word in _VALUES_OF and line.texts:
            yield from _values(path.parent / line.texts[0], _VALUES_OF[line.word])
        elif line.word not in ("conf-file", "conf-dir"):
            yield line


def _line(text: str, place: Place, word: str = "") -> Line | None:
    bare = _without_comment(text)
    if not bare.strip():
        return None
    column = len(bare) - len(bare.lstrip()) + 1
    place = place._replace(column=column)
    raw = bare.strip()
    if word:
        return Line(word, _fields(raw, place), place, f"{word}={raw}")
    name, equals, value = raw.partition("=")
    return Line(name.strip().lower(), _fields(value, place) if equals else (), place, raw)


def _without_comment(text: str) -> str:
    """Cut off what follows a # that begins a line or follows a blank, outside of quotes."""
    quoted = False
    for at, char in enumerate(text):
        if char == '"':
            quoted = not quoted
        elif char == "#" and not quoted and (at == 0 or text[at - 1].isspace()):
            return text[:at]
    return text


def _fields(text: str, place: Place) -> tuple[Field, ...]:
    found: list[Field] = []
    at = 0
    while True:
        match = _FIELD.match(text, at)
        assert match is not None  # it may be empty
        found.append(Field(match[2].strip() if match[1] is None else match[1], match[1] is not None))
        at = match.end()
        if at >= len(text):
            return tuple(found)
        if text[at] != ",":
            raise BadSource(place, "a quote stands where a comma should", "put the whole value in quotes")
        at += 1


def _others(line: Line, folder: Path) -> list[Path]:
    """Name the files that a line takes in."""
    if not line.texts or line.word not in ("conf-file", "conf-dir"):
        return []
    path = folder / line.texts[0]
    if line.word == "conf-file":
        return [path]
    endings = [text for text in line.texts[1:] if text]
    wanted = tuple(text[1:] for text in endings if text.startswith("*"))
    unwanted = tuple(text for text in endings if not text.startswith("*"))
    try:
        files = sorted(each for each in path.iterdir() if each.is_file())
    except (OSError, ValueError) as error:  # ValueError: a null character in the name
        why = error.strerror if isinstance(error, OSError) else error
        raise BadSource(line.place, f"{path} cannot be read: {why}", "correct the name") from None
    return [
        each
        for each in files
        if not each.name.startswith((".", "#")) and not each.name.endswith("~")
        and (not wanted or each.name.endswith(wanted)) and not (unwanted and each.name.endswith(unwanted))
    ]  # fmt: skip


def _values(path: Path, word: str) -> Iterator[Line]:
    files = sorted(each for each in path.iterdir() if each.is_file()) if path.is_dir() else [path]
    for file in files:
        for number, text in enumerate(read_source(file).split("\n"), 1):
            found = _line(text, Place(str(file), number), word)
            if found is not None:
                yield found
