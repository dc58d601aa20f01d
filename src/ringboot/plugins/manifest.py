"""Reading plugin.toml: all that is wrong with it at once, each with its line; `like` and option names are resolved."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from ringboot.dhcp import options
from ringboot.plugins import names
from ringboot.plugins.places import line_at, lines_of
from ringboot.plugins.schema import ANY_MODEL, Manifest, Resync, ResyncRule

FILE = "plugin.toml"
_LARGEST = 512 * 1024  # octets
# What stands for a placeholder while an option's text is checked.
_DUMMIES = {
    "server": "192.0.2.1",
    "http": "http://192.0.2.1:8667",
    "http_port": "8667",
    "https": "https://192.0.2.1:8668",
    "tftp": "192.0.2.1",
    "mac": "02:00:5e:00:53:01",
    "token": "0123456789abcdef0123456789abcdef",
}
_HOLE = re.compile(r"\{([^{}]*)\}")

Loc = tuple[str | int, ...]


class Problem(NamedTuple):
    """One thing that is wrong."""

    line: int
    key: str  # "models.57i.lines"
    why: str


class BadManifest(Exception):
    """A manifest that cannot be used; `problems` holds everything that is wrong with it."""

    def __init__(self, path: Path, problems: tuple[Problem, ...]) -> None:
        self.path = path
        self.problems = problems
        self.line = problems[0].line
        self.why = f"{problems[0].key}: {problems[0].why}" if problems[0].key else problems[0].why
        super().__init__("\n".join(self.lines()))

    def lines(self) -> list[str]:
        """Write one line a problem: file, line, key, what is wrong."""
        return [
            f"{self.path}:{line}: {key}: {why}" if key else f"{self.path}:{line}: {why}"
            for line, key, why in self.problems
        ]


def load_manifest(folder: Path) -> Manifest:
    """Read the manifest of a plugin folder; raises BadManifest."""
    path = folder / FILE
    try:
        if path.stat().st_size > _LARGEST:
            raise BadManifest(path, (Problem(1, "", f"larger than {_LARGEST} octets"),))
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadManifest(path, (Problem(1, "", f"cannot be read: {error.strerror}"),)) from None
    except UnicodeDecodeError as error:
        raise BadManifest(path, (Problem(1, "", f"not UTF-8 at octet {error.start}"),)) from None
    return parse_manifest(text, path)


def parse_manifest(text: str, path: Path = Path(FILE)) -> Manifest:
    """Read a manifest from its text; raises BadManifest, which names `path`."""
    try:
        plain = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        raise BadManifest(path, (Problem(line, "", f"not TOML: {error}"),)) from None
    wrong: list[tuple[Loc, str]] = []
    if isinstance(plain.get("models"), dict):
        plain["models"] = _without_like(plain["models"], wrong)
    if isinstance(plain.get("dhcp"), dict):
        plain["dhcp"] = _canonical(plain["dhcp"], wrong)
    manifest = None
    try:
        manifest = Manifest.model_validate(plain)
    except ValidationError as error:
        wrong += [(_tidy(each["loc"]), _in_words(each)) for each in error.errors(include_url=False)]
    if manifest is not None:
        wrong += _contradictions(manifest)
    if manifest is None or wrong:
        lines = lines_of(text)
        problems = [Problem(line_at(lines, loc), ".".join(map(str, loc)), why) for loc, why in wrong]
        raise BadManifest(path, tuple(sorted(set(problems))))
    return manifest


def _without_like(models: dict[str, Any], wrong: list[tuple[Loc, str]]) -> dict[str, Any]:
    """Resolve `like`: a row takes every fact that it does not give itself from the row that it is like."""
    done: dict[str, Any] = {}

    def resolve(model: str, chain: tuple[str, ...]) -> Any:
        if model in done:
            return done[model]
        row = models[model]
        if not isinstance(row, dict) or "like" not in row:
            done[model] = row
            return row
        other = row["like"]
        own = {key: value for key, value in row.items() if key != "like"}
        if not isinstance(other, str) or other not in models or not isinstance(models[other], dict):
            wrong.append((("models", model, "like"), f"there is no model {other!r}"))
        elif other in chain or other == model:
            circle = " -> ".join((*chain[chain.index(other) if other in chain else len(chain) :], model, other))
            wrong.append((("models", model, "like"), f"goes round in a circle: {circle}"))
        else:
            own = {**resolve(other, (*chain, model)), **own}
        done[model] = own
        return own

    return {model: resolve(model, ()) for model in models}


def _canonical(table: dict[str, Any], wrong: list[tuple[Loc, str]]) -> dict[str, Any]:
    """Bring option names to codes ("66", "43.2") and try each text; 43.2 without quotes is a table in a table."""
    texts: dict[str, Any] = {}
    for name, value in table.items():
        inner = value.items() if isinstance(value, dict) else [("", value)]
        for sub, text in inner:
            loc: Loc = ("dhcp", name, sub) if sub else ("dhcp", name)
            try:
                key = options.canonical(f"{name}.{sub}" if sub else name)
                if key in texts:
                    raise ValueError(f"option {key} stands twice")
                if not isinstance(text, str):
                    raise ValueError(f"an option's value is text, in quotes, not {text!r}")
                texts[key] = text
                options.encode_text(key, _filled(text))
            except ValueError as error:
                wrong.append((loc, str(error)))
    return {key: text for key, text in texts.items() if isinstance(text, str)}


def _filled(text: str) -> str:
    def dummy(hole: re.Match[str]) -> str:
        if hole[1] not in _DUMMIES:
            raise ValueError(f"{hole[0]} is no placeholder; there are {' '.join(f'{{{name}}}' for name in _DUMMIES)}")
        return _DUMMIES[hole[1]]

    return _HOLE.sub(dummy, text)


def _contradictions(manifest: Manifest) -> list[tuple[Loc, str]]:
    """Find what each table allows but the manifest as a whole does not."""
    wrong: list[tuple[Loc, str]] = []
    for place, rule in enumerate(manifest.identify):
        if rule.from_ == "dhcp.oui" and rule.match is None and not manifest.oui:
            wrong.append((("identify", place, "from"), "dhcp.oui without `match` needs the manifest's `oui`"))
    for name in manifest.device.files:
        if not set(names.holes(name)) & set(names.OWN):
            wrong.append(
                (
                    ("device", "files", name),
                    f"one device's own file needs one of {' '.join(f'{{{hole}}}' for hole in names.OWN)}",
                )
            )
        if name in manifest.common.files:
            wrong.append((("common", "files", name), "is a device's file too"))
    wrong += _of_resync(manifest)
    if ANY_MODEL in manifest.models and manifest.models[ANY_MODEL].firmware:
        wrong.append((("models", ANY_MODEL, "firmware"), "firmware belongs to a model"))
    ids = [row.id for row in manifest.package]
    wrong += [(("package", place, "id"), "stands twice") for place, each in enumerate(ids) if each in ids[:place]]
    return wrong


def _of_resync(manifest: Manifest) -> list[tuple[Loc, str]]:
    resync = manifest.resync
    wrong: list[tuple[Loc, str]] = []
    rows: list[tuple[Loc, Resync | ResyncRule]] = [(("resync",), resync)]
    rows += [(("resync", "rule", place), each) for place, each in enumerate(resync.rule)]
    for loc, row in rows:
        if row.done is not None and row.done not in manifest.device.files:
            wrong.append(((*loc, "done"), "is none of [device.files]"))
        if row.how == "sip-notify" and not (row.event or resync.event):
            wrong.append(((*loc, "how"), "a NOTIFY needs `event`"))
    return wrong


def _tidy(loc: Loc) -> Loc:
    """Leave out what pydantic adds to a place: names of functions and of alternatives, and the mark of a key."""
    return tuple(part for part in loc if not (isinstance(part, str) and re.search(r"[\[(\]]", part)))


def _in_words(error: Mapping[str, Any]) -> str:
    kind, given = error["type"], error.get("input")
    if kind == "extra_forbidden":
        return "unknown key"
    if kind == "missing":
        return "is missing"
    if kind == "value_error":
        return str(error["ctx"]["error"])
    if kind == "literal_error":
        return f"must be {error['ctx']['expected']}, not {given!r}"
    words = str(error["msg"])
    return f"{words[0].lower()}{words[1:]}, not {given!r}" if isinstance(given, str | int | float) else words
