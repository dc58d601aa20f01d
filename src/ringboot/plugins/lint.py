"""Faults of a plugin's templates, found without rendering: names that nobody gives, filters and templates that are not
there, and templates of which no file is made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import TemplateSyntaxError

from ringboot.plugins import names
from ringboot.plugins.context import DEVICE_FIELDS, shared_keys
from ringboot.plugins.inspection import Finding, Findings, Inspection
from ringboot.plugins.manifest import FILE, BadManifest, load_manifest
from ringboot.plugins.raw import KEYS, NAMES, ROWS
from ringboot.plugins.schema import ANY_MODEL, Manifest
from ringboot.plugins.sheet import EXTENDS, IMPORT, INCLUDE, Reference, Sheet, read, row_of
from ringboot.plugins.templates import FOLDERS, TemplateEnvironment

_ALWAYS = frozenset(("server", "http", "tftp", "zone", "tables", "models", "path"))
_DEVICE = frozenset(("mac", "MAC", "phone", "device"))
_LINE = frozenset(("line", "line_number"))
_ZONE = ("name", "offset", "posix", "dst")
_BOOT = ("state", "once", "home")
_METHODS = frozenset(dir(dict))
CUSTOM, SHIPPED = FOLDERS


class Sight(NamedTuple):
    """What a template sees that makes one kind of file."""

    of: str  # in words
    names: frozenset[str]


_ALONE = Sight("a template that is imported without `with context`", frozenset())


def lint(inspection: Inspection) -> Findings:
    """Read every template of a plugin, shipped and custom."""
    folder = Path(inspection.folder)
    try:
        manifest = load_manifest(folder)
    except BadManifest as error:
        return Findings(0, (Finding(FILE, error.line, "syntax", error.why),))
    environment = TemplateEnvironment(folder, manifest.format)
    sheets: dict[str, Sheet] = {}
    found: list[Finding] = []
    paths = [path for name in FOLDERS for path in sorted((folder / name).rglob("*.tpl")) if path.is_file()]
    for path in paths:
        name = str(path.relative_to(folder))
        try:
            sheets[name] = read(environment, path.read_text(encoding="utf-8"))
        except TemplateSyntaxError as error:
            found.append(Finding(name, error.lineno, "syntax", error.message or "cannot be read"))
        except (UnicodeDecodeError, OSError) as error:
            found.append(Finding(name, 0, "syntax", str(error)))
        except RecursionError:
            found.append(Finding(name, 0, "syntax", "is nested too deep"))
    found += _Family(manifest, inspection, sheets, {str(path.relative_to(folder)) for path in paths}).findings()
    return Findings(len(paths), tuple(sorted(set(found))))


class _Family:
    """The templates of a plugin, and what each lends another."""

    def __init__(
        self, manifest: Manifest, inspection: Inspection, sheets: Mapping[str, Sheet], there: set[str]
    ) -> None:
        self.manifest = manifest
        self.models = {*manifest.models, *inspection.models} - {ANY_MODEL}
        self.sheets = sheets
        self.there = there  # also those that could not be read
        self.own = frozenset(inspection.own)
        self.known = {
            "device": frozenset(DEVICE_FIELDS),
            "zone": frozenset(_ZONE),
            "boot": frozenset(_BOOT),
            "tables": frozenset(manifest.tables),
            "phone": frozenset(key for model in (*manifest.models, None) for key in manifest.phone(model)),
            **{row_of(table): frozenset(fields) | _METHODS for table, fields in ROWS.items()},
        }
        self.sights: dict[str, set[Sight]] = {
            name: set(_sights(manifest, _stem(name), self.models, self.own)) for name in sheets
        }
        self.roots = {name for name, sights in self.sights.items() if sights}
        self.lent: dict[str, set[str]] = {name: set(sheet.exported) for name, sheet in sheets.items()}
        self.needed: set[str] = set()
        self._spread()

    def findings(self) -> Iterator[Finding]:
        """Give everything that is wrong, some of it more than once."""
        for name, sheet in self.sheets.items():
            for missing in sheet.missing:
                yield Finding(name, missing.line, missing.kind, f"there is no {missing.kind} {missing.name}")
            for reference in sheet.references:
                if reference.names and not reference.optional and self._meant(name, reference) is None:
                    what = f"there is no template {' or '.join(reference.names)}"
                    yield Finding(name, reference.line, "include", what)
            for sight in self.sights[name]:
                yield from self._names(name, sheet, sight)
            if name not in self.roots and name not in self.needed:
                yield Finding(name, 0, "unused", _why_unused(self.manifest))

    def _names(self, name: str, sheet: Sheet, sight: Sight) -> Iterator[Finding]:
        seen = sight.names | self.lent[name]
        for use in sheet.uses:
            if use.attribute is not None:
                known = self.known.get(use.name)
                lent = use.name in self.lent[name]
                if known is not None and not lent and use.attribute not in known and not use.guarded:
                    what = f"{use.name} has no {use.attribute}{_nearest(use.attribute, known - _METHODS)}"
                    yield Finding(name, use.line, "attribute", what)
            elif use.name not in seen and not (use.guarded and self._settable(use.name)):
                yield Finding(name, use.line, "name", self._why_not(use.name, seen, sight))

    def _settable(self, name: str) -> bool:
        """Tell whether this name can be there in some file."""
        return name.startswith("X_") or name in NAMES | _ALWAYS | _DEVICE | _LINE

    def _why_not(self, name: str, seen: Iterable[str], sight: Sight) -> str:
        if name.startswith("X_") and (name not in self.own or sight is _ALONE):
            return f"no config sets {name}: give it a default, or set it"
        if name in NAMES or name in self.own:
            return f"{name} is withheld in {sight.of}, because others than the device may read it"
        if name in _DEVICE | _LINE:
            return f"there is no {name} in {sight.of}"
        return f"there is nothing named {name}{_nearest(name, seen)}; keys of your own begin with X_"

    def _meant(self, name: str, reference: Reference) -> str | None:
        """Give the template that a reference means, as it is looked up."""
        for wanted in reference.names:
            own = name.removeprefix(f"{CUSTOM}/") if name.startswith(f"{CUSTOM}/") else name.removeprefix(f"{SHIPPED}/")
            for folder in FOLDERS[1:] if wanted == own else FOLDERS:
                if f"{folder}/{wanted}" in self.there:
                    return f"{folder}/{wanted}"
        return None

    def _spread(self) -> None:
        """Let each template have what those lend it that refer to it, until nothing is added."""
        edges = [
            (name, meant, reference)
            for name, sheet in self.sheets.items()
            for reference in sheet.references
            if (meant := self._meant(name, reference)) is not None
        ]
        self.needed = {meant for _, meant, _ in edges}
        # A custom template that stands before a shipped one is meant by whoever means that; both are read in its place.
        edges += [(name, shipped, each) for name, meant, each in edges if (shipped := _shadowed(meant)) in self.there]
        self.needed |= {meant for _, meant, _ in edges}
        before = -1
        while before != (size := self._size()):
            before = size
            for name, meant, reference in edges:
                if meant in self.sheets:
                    self._lend(name, meant, reference)

    def _size(self) -> int:
        return sum(len(self.sights[name]) + len(self.lent[name]) for name in self.sheets)

    def _lend(self, name: str, meant: str, reference: Reference) -> None:
        if reference.how == IMPORT and not reference.sees:
            self.sights[meant].add(_ALONE)
            return
        if reference.sees:
            self.sights[meant] |= self.sights[name]
            self.lent[meant] |= self.sheets[name].assigned | self.lent[name]
        elif reference.how == INCLUDE:
            self.sights[meant].add(_ALONE)
        if reference.how == EXTENDS:
            self.lent[name] |= self.sheets[meant].exported


def _shadowed(name: str) -> str:
    return f"{SHIPPED}/{name.removeprefix(f'{CUSTOM}/')}" if name.startswith(f"{CUSTOM}/") else ""


def _stem(name: str) -> str:
    return name.removeprefix("var/").removeprefix("templates/").removesuffix(".tpl")


def _sights(manifest: Manifest, stem: str, models: Iterable[str], own: frozenset[str]) -> Iterator[Sight]:
    """Give what a template of this name sees, for each kind of file that is made of it."""
    raw: dict[str, Any] = dict.fromkeys((*(key.name for key in KEYS), *own))
    whole = frozenset(raw) | _ALWAYS
    shared = frozenset(shared_keys(manifest, raw)) | _ALWAYS
    if any(entry.template == stem for entry in manifest.common.files.values()):
        yield Sight("a file that all devices share", shared)
    for name, entry in manifest.device.files.items():
        part = f".{entry.part}" if entry.part else ""
        wanted = {f"base{part}", *(f"{model}{part}" for model in models)}
        if stem in wanted or names.shape(names.last(name)).fullmatch(stem):
            line = _LINE if "line" in names.holes(name) else frozenset()
            boot = frozenset(("boot",)) if entry.secret and manifest.machine is not None else frozenset()
            seen = (whole if entry.secret else shared) | _DEVICE | line | boot
            yield Sight(f"the file {name}", seen)


def _why_unused(manifest: Manifest) -> str:
    parts = sorted({f"{entry.part}." for entry in manifest.device.files.values() if entry.part})
    files = " or ".join(f"{names.last(name)}.tpl" for name in manifest.device.files)
    part = f" (parts: {' '.join(parts)})" if parts else ""
    return f"no file is made of it: a template is named base.tpl, after a model, or {files}{part}"


def _nearest(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, sorted(known), 1, 0.75)
    return f"; did you mean {near[0]}?" if near else ""
