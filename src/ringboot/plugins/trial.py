"""Trying a plugin before anybody installs it: all that is wrong with its folder, each with file and line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from ringboot.plugins.identify import Identifier
from ringboot.plugins.inspection import Inspection
from ringboot.plugins.job import RenderJob, ServerFacts, TemplateFault
from ringboot.plugins.lint import lint
from ringboot.plugins.manifest import FILE, BadManifest, load_manifest
from ringboot.plugins.places import Path as Place
from ringboot.plugins.places import line_at, lines_of
from ringboot.plugins.render import Made, make
from ringboot.plugins.schema import ANY_MODEL, Manifest, Sample

UNKNOWN = "unheard-of"  # stands for a model that the manifest does not know
SERVER = ServerFacts("10.0.0.2", "http://10.0.0.2:8667", "10.0.0.2")
_NAMED = 3  # models that a fault names before it only counts them


class Fault(NamedTuple):
    """One thing that is wrong with a plugin."""

    file: str  # relative to its folder
    line: int  # 0: not known
    what: str


class Trial(NamedTuple):
    """One way in which a plugin's files are made: for a model, or (None) those that all share, with a config."""

    model: str | None
    protocol: str
    config: str  # in words

    def raw(self) -> dict[str, Any]:
        """Give its flattened raw_config."""
        least = {"protocol": self.protocol}
        return {**everything(), **least} if self.config == "everything" else least


@cache
def everything() -> dict[str, Any]:
    """Give a raw_config that uses every key; what is secret in it begins with CANARY."""
    return tomllib.loads(Path(__file__).with_name("everything.toml").read_text(encoding="utf-8"))


def protocols(manifest: Manifest, model: str) -> tuple[str, ...]:
    """Name what a model speaks; SIP where nothing is said."""
    given = manifest.phone(model)["protocol"] or "SIP"
    return (given,) if isinstance(given, str) else tuple(given)


def models(manifest: Manifest) -> list[str]:
    """Name every model that files are tried for, the last one is unknown."""
    return [*(model for model in manifest.models if model != ANY_MODEL), UNKNOWN]


def trials(manifest: Manifest) -> Iterator[Trial]:
    """List every way: each model with each of its protocols, with as little and as much configured as can be."""
    for config in ("nothing", "everything"):
        for model in models(manifest):
            for protocol in protocols(manifest, model):
                yield Trial(model, protocol, config)
        yield Trial(None, "SIP", config)


def job(folder: Path, raw: dict[str, Any], model: str | None, mac: str = "00:08:5d:2e:ec:fb") -> RenderJob:
    """Ask for the files of a phone of which everything is known, or (model None) for those that all share."""
    device = {
        "id": "one",
        "mac": mac,
        "ip": "10.0.1.7",
        "sn": "FCH2443D9R4",
        "uuid": "5f7c1c52-6f4d-4c0e-9a8f-7f7a3a1f0a11",
        "model": model,
    }
    return RenderJob(1, str(folder), raw, SERVER, None if model is None else device)


def faults(folder: Path, others: Iterable[Manifest] = ()) -> tuple[Fault, ...]:
    """Find all that is wrong with a plugin's folder.

    Manifest; the folder's name; samples, against the other brands' rules; templates; and the files that are made for
    each model.
    """
    try:
        manifest = load_manifest(folder)
    except BadManifest as error:
        return tuple(Fault(FILE, line, f"{key}: {why}" if key else why) for line, key, why in error.problems)
    lines = lines_of((folder / FILE).read_text(encoding="utf-8"))
    found = [Fault(FILE, line_at(lines, place), what) for place, what in _of_manifest(folder, manifest, others)]
    faulty = [Fault(each.template, each.line, each.what) for each in lint(Inspection(str(folder))).items]
    said = {(each.file, each.line) for each in faulty}
    made = [each for each in _of_files(folder, manifest) if (each.file, each.line) not in said]
    return tuple(sorted((*found, *faulty, *made)))


def _of_manifest(folder: Path, manifest: Manifest, others: Iterable[Manifest]) -> Iterator[tuple[Place, str]]:
    here = folder.resolve().name
    if manifest.name != here:
        yield ("name",), f"is {manifest.name}, but the folder is {here}: give both one name"
    seen = {name for sample in manifest.sample for name in sample.evidence}
    in_dhcp = False
    for place, rule in enumerate(manifest.identify):
        in_dhcp = in_dhcp or rule.from_.startswith("dhcp.")
        if rule.from_ not in seen:
            yield ("identify", place), f"no [[sample]] has {rule.from_}: add what a real device sent"
    if manifest.dhcp and not in_dhcp:
        yield ("dhcp",), "nobody is given these options: no [[identify]] has a rule for dhcp.*"
    if not manifest.device.files and not manifest.common.files:
        yield ("name",), "no file is made: name some in [device.files]"
    identifier = Identifier([manifest, *(other for other in others if other.name != manifest.name)])
    for place, sample in enumerate(manifest.sample):
        for what in _of_sample(identifier, manifest, sample):
            yield ("sample", place), what


def _of_sample(identifier: Identifier, manifest: Manifest, sample: Sample) -> Iterator[str]:
    identity = identifier.identify(sample.evidence)
    if identity is None:
        alone = Identifier([manifest]).identify(sample.evidence)
        yield "no rule matches it" if alone is None else "another brand's rules know it as well as these"
    elif identity.brand != manifest.name:
        yield f"is taken for {identity.brand}, whose rules know more of it"
    else:
        expected = sample.is_.model_dump()
        expected["vendor"] = expected["vendor"] or manifest.title
        for key, value in expected.items():
            if (got := getattr(identity, key)) != value:
                yield f"{key} is recognised as {_word(got)}, not as {_word(value)}"


def _word(value: str | None) -> str:
    return "nothing" if value is None else repr(value)


def _of_files(folder: Path, manifest: Manifest) -> Iterator[Fault]:
    """Make every file; one fault for all models that have it."""
    whose: dict[Fault, list[str]] = {}
    for trial in trials(manifest):
        for fault in _of_trial(folder, manifest, trial):
            whose.setdefault(fault, []).append(_told(trial))
    for fault, names in whose.items():
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        yield fault._replace(what=f"{fault.what} ({', '.join(names[:_NAMED])}{more})")


def _told(trial: Trial) -> str:
    who = "shared files" if trial.model is None else f"model {trial.model}"
    return f"{who} with {trial.config} configured"


def _of_trial(folder: Path, manifest: Manifest, trial: Trial) -> Iterator[Fault]:
    made = make(job(folder, trial.raw(), trial.model))
    if isinstance(made, TemplateFault):
        yield Fault(made.template, made.line, made.why)
    elif trial.model is not None:
        yield from _of_lines(manifest, made)


def _of_lines(manifest: Manifest, made: Made) -> Iterator[Fault]:
    """Find lines that are no settings in files of settings."""
    formats = {entry.part: entry.format or manifest.format for entry in manifest.device.files.values()}
    for page in made.pages:
        if formats[page.part] == "ini":
            for number, line in enumerate(page.data.decode().splitlines(), 1):
                if not fits_ini(line):
                    yield Fault(page.template, 0, f"line {number} of {page.path} is no setting: {line[:60]!r}")


def fits_ini(line: str) -> bool:
    """Say whether a line is a key with a value, a command such as SET NAME value, a section, a comment, or blank."""
    return not line.strip() or re.match(r"[#;\[<!]|[^:=]+[:=]|(?:SET |GET )?[$A-Z][A-Z0-9_]+\b", line) is not None
