"""Reading pkgs/pkgs.db: provd's description of firmware packages; what is wrong in it takes nothing else along."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, TypeVar

from ringboot.plugins.package import Package, PackageFile, make_file, make_package, make_steps

_LARGEST = 4 << 20  # octets of one file
_KINDS = ("pkg", "file", "install")
_KEYS = {
    "pkg": {"description", "version", "files", "install", "depends"},
    "file": {"url", "size", "sha1sum", "filename", "downloader"},
}
Made = TypeVar("Made")


class Fault(NamedTuple):
    """What is wrong at a place."""

    place: str  # "pkgs/pkgs.db:12"
    what: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"


class Section(NamedTuple):
    """A section of the file: its keys, each with its line."""

    line: int
    keys: dict[str, tuple[int, str]]

    def get(self, key: str) -> str:
        """Give a value; empty when it is not there."""
        return self.keys.get(key, (0, ""))[1]


def read_folder(folder: Path) -> tuple[dict[str, Package], list[Fault]]:
    """Read every file of a plugin's pkgs/ whose name begins with no dot, as one."""
    sections: dict[str, tuple[str, Section]] = {}
    faults: list[Fault] = []
    for path in sorted(folder.glob("[!.]*")):
        name = f"{folder.name}/{path.name}"
        try:
            if not path.is_file() or path.stat().st_size > _LARGEST:
                faults.append(Fault(name, f"is no file of at most {_LARGEST >> 20} MiB"))
                continue
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeError) as error:
            faults.append(Fault(name, f"cannot be read: {error}"))
            continue
        for title, section in _sections(text, name, faults):
            if title in sections:
                faults.append(Fault(f"{name}:{section.line}", f"[{title}] stands twice"))
            else:
                sections[title] = (name, section)
    return _packages(sections, faults), faults


def read_text(text: str, name: str = "pkgs/pkgs.db") -> tuple[dict[str, Package], list[Fault]]:
    """Read one file's text."""
    faults: list[Fault] = []
    sections: dict[str, tuple[str, Section]] = {}
    for title, section in _sections(text, name, faults):
        if title in sections:
            faults.append(Fault(f"{name}:{section.line}", f"[{title}] stands twice"))
        sections.setdefault(title, (name, section))
    return _packages(sections, faults), faults


def _sections(text: str, name: str, faults: list[Fault]) -> Iterator[tuple[str, Section]]:
    """Part an INI text as Python's RawConfigParser does: `key: value` or `key = value`, indented lines go on."""
    title, section, key = "", Section(0, {}), ""
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        if not bare or bare[0] in "#;":
            continue
        if line[0].isspace() and key:
            begun, before = section.keys[key]
            section.keys[key] = (begun, f"{before} {bare}".strip())
        elif found := re.fullmatch(r"\[(.+?)\]", bare):
            if title:
                yield title, section
            title, section, key = found[1], Section(number, {}), ""
        elif title and (found := re.fullmatch(r"([^:=]+?)\s*[:=]\s*(.*)", bare)):
            key = found[1].lower()
            if key in section.keys:
                faults.append(Fault(f"{name}:{number}", f"{key} stands twice in [{title}]"))
            section.keys[key] = (number, found[2])
        else:
            faults.append(Fault(f"{name}:{number}", f"{bare!r} is neither [SECTION] nor key: value"))
    if title:
        yield title, section


def _packages(sections: Mapping[str, tuple[str, Section]], faults: list[Fault]) -> dict[str, Package]:
    kinds: dict[str, dict[str, tuple[str, Section]]] = {kind: {} for kind in _KINDS}
    for title, (name, section) in sections.items():
        kind, _, ident = title.partition("_")
        if kind not in kinds or not ident:
            faults.append(Fault(f"{name}:{section.line}", f"[{title}] is no pkg_, file_ or install_"))
            continue
        kinds[kind][ident] = (name, section)
        for key, (line, _) in section.keys.items():
            if kind in _KEYS and key not in _KEYS[kind] and not key.startswith("description_"):
                faults.append(Fault(f"{name}:{line}", f"unknown key {key}"))
    files = dict(_each(kinds["file"], faults, _file))
    return dict(
        _each(kinds["pkg"], faults, lambda ident, place, section: _package(ident, place, section, files, kinds))
    )


def _each(
    sections: Mapping[str, tuple[str, Section]], faults: list[Fault], make: Callable[[str, str, Section], Made]
) -> Iterator[tuple[str, Made]]:
    """Make a thing of each section; one that cannot be made is a fault."""
    for ident, (name, section) in sections.items():
        place = f"{name}:{section.line}"
        try:
            yield ident, make(ident, place, section)
        except ValueError as error:
            faults.append(Fault(place, str(error)))


def _file(ident: str, _place: str, section: Section) -> PackageFile:
    size = section.get("size")
    if not size.isascii() or not size.isdigit():
        raise ValueError(f"file {ident}: size: {size!r} is no number of octets")
    # Whoever asks for a password gives a file to people only.
    url = "" if section.get("downloader") == "auth" else section.get("url")
    try:
        name = section.get("filename") or make_file("", section.get("url"), 0, "sha1", "0" * 40).name
        return make_file(name, url, int(size), "sha1", section.get("sha1sum"))
    except ValueError as error:
        raise ValueError(f"file {ident}: {error}") from None


def _package(
    ident: str,
    place: str,
    section: Section,
    files: Mapping[str, PackageFile],
    kinds: Mapping[str, Mapping[str, tuple[str, Section]]],
) -> Package:
    named = section.get("files").split()
    for each in named:
        if each not in files:
            known = "is not usable" if each in kinds["file"] else "is not there"
            raise ValueError(f"package {ident}: [file_{each}] {known}")
    install, *given = section.get("install").split() or [""]
    if install and install not in kinds["install"]:
        raise ValueError(f"package {ident}: [install_{install}] is not there")
    own = tuple(files[each] for each in named)
    try:
        written = kinds["install"][install][1].keys if install else {}
        lines = [(edge, line) for edge, (_, line) in written.items()]
        return make_package(
            id=ident, version=section.get("version"), description=section.get("description"), files=own,
            depends=tuple(section.get("depends").split()), place=place,
            steps=make_steps(lines, tuple(file.name for file in own), tuple(given)),
        )  # fmt: skip
    except ValueError as error:
        raise ValueError(f"package {ident}: {error}") from None
