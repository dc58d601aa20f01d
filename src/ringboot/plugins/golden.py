"""Golden files: what a plugin makes for chosen models and configurations, byte for byte as a person approved it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ringboot.plugins.job import TemplateFault
from ringboot.plugins.render import make
from ringboot.plugins.trial import job

FOLDER = "golden"  # of a plugin; it is not installed
CASES = "cases.toml"
SHARED = "all"  # the folder of the files that all devices share


class BadCases(Exception):
    """Cases that cannot be made; the text names the file, and the line or key."""


class Cases(BaseModel):
    """golden/cases.toml: of what golden files are made."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mac: str = "00:00:5e:00:53:01"  # the device's
    shared: str  # the config that shared files are made from
    configs: dict[str, dict[str, Any]]  # flattened raw_configs by name
    models: dict[str, tuple[str, ...]] = Field(default_factory=dict)  # model -> names of configs


class Difference(NamedTuple):
    """A golden file that is not as it is made now."""

    path: str  # below the folder of golden files
    was: bytes | None  # None: it is new
    now: bytes | None  # None: it is not made any more


def load_cases(folder: Path) -> Cases:
    """Read the cases of a plugin's folder; raises BadCases."""
    path = folder / FOLDER / CASES
    try:
        cases = Cases.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise BadCases(
            f"{path}: {error.strerror}. Say in it of what to make files: docs/howto/write-a-plugin.md"
        ) from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise BadCases(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    except ValueError as error:
        raise BadCases(f"{path}: not TOML: {error}") from None
    for name in (cases.shared, *(name for names in cases.models.values() for name in names)):
        if name not in cases.configs:
            raise BadCases(f"{path}: there is no [configs.{name}]")
    return cases


def expected(folder: Path, cases: Cases) -> dict[str, bytes]:
    """Make every golden file: its path, all/PATH or MODEL-CONFIG/PATH, and its octets; BadCases."""
    made = _files(folder, SHARED, None, cases.configs[cases.shared], cases.mac)
    for model, names in cases.models.items():
        for name in names:
            made |= _files(folder, f"{model}-{name}", model, cases.configs[name], cases.mac)
    return made


def _files(folder: Path, place: str, model: str | None, raw: dict[str, Any], mac: str) -> dict[str, bytes]:
    made = make(job(folder, raw, model, mac))
    if isinstance(made, TemplateFault):
        raise BadCases(f"{folder / made.template}:{made.line}: {made.why} ({place})")
    return {f"{place}/{page.path}": page.data for page in made.pages}


def differences(golden: Path, wanted: Mapping[str, bytes]) -> list[Difference]:
    """Compare what lies in a folder of golden files with what is made."""
    there = {
        str(path.relative_to(golden)): path.read_bytes()
        for path in golden.rglob("*")
        if path.is_file() and path != golden / CASES
    }
    return [
        Difference(path, there.get(path), wanted.get(path))
        for path in sorted(there.keys() | wanted.keys())
        if there.get(path) != wanted.get(path)
    ]


def update(golden: Path, found: list[Difference]) -> None:
    """Write what differs, and take away what is not made any more."""
    for path, _, now in found:
        if now is None:
            (golden / path).unlink()
        else:
            (golden / path).parent.mkdir(parents=True, exist_ok=True)
            (golden / path).write_bytes(now)
