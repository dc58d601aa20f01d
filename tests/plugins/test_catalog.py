"""Every built-in brand: its manifest, its samples against all brands, every model with little and with everything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from ringboot.catalog import FOLDER
from ringboot.plugins.job import TemplateFault
from ringboot.plugins.manifest import FILE, load_manifest
from ringboot.plugins.raw import KEYS, LINE_KEYS, SECRETS
from ringboot.plugins.render import Made, make
from ringboot.plugins.trial import everything, faults, job, protocols
from ringboot.plugins.trial import models as models_of

EVERYTHING = everything()
BRANDS = sorted(path for path in FOLDER.iterdir() if (path / FILE).exists())
MANIFESTS = {folder.name: load_manifest(folder) for folder in BRANDS}


def models() -> Iterator[tuple[Path, str, str]]:
    """List every model of every brand, and one that it does not know, with each protocol that it speaks."""
    for folder in BRANDS:
        manifest = MANIFESTS[folder.name]
        for model in models_of(manifest):
            for protocol in protocols(manifest, model):
                yield folder, model, protocol


MODELS = list(models())
each_brand = pytest.mark.parametrize("folder", BRANDS, ids=lambda folder: folder.name)


def rendered(folder: Path, raw: dict[str, Any], model: str | None) -> Made:
    """Render the files of a device, or without a model the common ones; a fault fails the test."""
    outcome = make(job(folder, raw, model))
    assert not isinstance(outcome, TemplateFault), f"{outcome.template}:{outcome.line}: {outcome.why}"
    return outcome


def full(protocol: str) -> dict[str, Any]:
    return {**EVERYTHING, "protocol": protocol}


@lru_cache(maxsize=8)
def fully(folder: Path, model: str | None, protocol: str) -> Made:
    """Render with everything, once for the tests that only look: those of one model follow each other."""
    return rendered(folder, full(protocol), model)


@lru_cache(maxsize=64)
def shape(format_: str, data: bytes) -> list[str]:
    """Give the skeleton of a file that others are compared with."""
    return skeleton(format_, data)


def skeleton(format_: str, data: bytes) -> list[str]:
    """Give the names in a file, without the values: what no value may change."""
    text = data.decode()
    if format_ == "xml":
        return [f"{node.tag} {sorted(node.attrib)}" for node in ET.fromstring(text).iter()]
    if format_ == "commands":  # a line each; how deep it stands, and its command
        return [re.match(r"\s*\S*", line)[0] for line in data.decode().split("\n")]  # type: ignore[index]  # always fits
    if format_ == "raw":
        text = re.sub(r'"[^"\n]*"|<[^>\n]*>', "", text)
    commands = [re.match(r"(?:SET |GET )?[A-Z][A-Z0-9_]+(?= |$)", each) for each in text.splitlines()]
    names = [re.split(r"[:=]", each, maxsplit=1)[0].strip() for each in text.splitlines()]
    return [command[0] if command else name for command, name in zip(commands, names, strict=True)]


def format_of(folder: Path, part: str) -> str:
    manifest = MANIFESTS[folder.name]
    entry = next(entry for entry in manifest.device.files.values() if entry.part == part)
    return entry.format or manifest.format


def texts(raw: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Walk over the places of free text in a configuration."""
    free = {"password", "display_name", "number", "username", "auth_username", "label", "value", "admin_password"}
    for key, value in raw.items():
        if isinstance(value, dict):
            yield from texts(value, (*path, key))
        elif isinstance(value, str) and (key in free or key.startswith("exten_")):
            yield (*path, key)


def changed(raw: dict[str, Any], path: tuple[str, ...], value: str) -> dict[str, Any]:
    key, *rest = path
    return {**raw, key: changed(raw[key], tuple(rest), value) if rest else value}


def test_there_are_brands() -> None:
    assert BRANDS


def test_everything_has_every_key() -> None:
    assert set(EVERYTHING) == {key.name for key in KEYS}
    assert set(EVERYTHING["sip_lines"]["1"]) == set(LINE_KEYS)
    assert all("CANARY" in EVERYTHING[key] for key in SECRETS if "." not in key)


@each_brand
def test_a_built_in_plugin_has_no_fault(folder: Path) -> None:
    """Each of what this finds has a test in test_trial.py."""
    assert faults(folder, MANIFESTS.values()) == ()


@each_brand
def test_with_everything_and_without_a_secret_where_others_may_read(folder: Path) -> None:
    for _, model, protocol in (each for each in MODELS if each[0] == folder):
        made = rendered(folder, full(protocol), model)
        for page in made.pages:
            assert b"None" not in page.data, model
        if protocol == "SIP" and MANIFESTS[folder.name].machine is None:
            assert any(b"CANARY-line1" in page.data for page in made.pages if page.secret), model
        pages = (*made.pages, *fully(folder, None, protocol).pages)
        assert [page.path for page in pages if not page.secret and b"CANARY" in page.data] == [], model


@each_brand
@pytest.mark.parametrize("raw", [{}, EVERYTHING], ids=["little", "everything"])
def test_common_files(folder: Path, raw: dict[str, Any]) -> None:
    made = rendered(folder, raw, None)
    assert {page.path for page in made.pages} | {left.name for left in made.left} == set(
        MANIFESTS[folder.name].common.files
    )


FIRST = {(folder, protocol): model for folder, model, protocol in reversed(MODELS)}  # one model of each is enough here
each_kind = pytest.mark.parametrize(
    ("folder", "model", "protocol"),
    [(folder, model, protocol) for (folder, protocol), model in FIRST.items()],
    ids=[f"{folder.name} {protocol}" for folder, protocol in FIRST],
)


@each_kind
def test_the_same_configuration_makes_the_same_files(folder: Path, model: str, protocol: str) -> None:
    assert rendered(folder, full(protocol), model) == rendered(folder, full(protocol), model)


@each_kind
@pytest.mark.parametrize("probe", ["a&b", 'a"b', "a'b", "a]]>b", "a<b/>", "<!--a", "a\u2066b", "#b", "a;b", "{{ 1 }}"])
def test_no_value_changes_the_shape_of_a_file(folder: Path, model: str, protocol: str, probe: str) -> None:
    raw = plain = full(protocol)
    for path in texts(plain):
        raw = changed(raw, path, probe)
    outcome = make(job(folder, raw, model))
    if isinstance(outcome, TemplateFault) and MANIFESTS[folder.name].format == "raw":
        assert re.search(r"^sip_lines\.1\.\w+ holds a character that cannot be written here", outcome.why)
        return  # nothing can be quoted there
    for old, new in zip(fully(folder, model, protocol).pages, rendered(folder, raw, model).pages, strict=True):
        format_ = format_of(folder, new.part)
        assert skeleton(format_, new.data) == shape(format_, old.data)
        if format_ == "xml" and old.data != new.data:
            nodes = list(ET.fromstring(new.data).iter())
            values = [node.text or "" for node in nodes] + [text for node in nodes for text in node.attrib.values()]
            assert any(probe in value for value in values)


@each_kind
@pytest.mark.parametrize("end", ["\n", "\r", "\x00", "\x0b", "\u2028"], ids=ascii)
def test_a_line_end_in_a_value_never_makes_a_line(folder: Path, model: str, protocol: str, end: str) -> None:
    plain = full(protocol)
    before = fully(folder, model, protocol)
    for path in texts(plain):
        outcome = make(job(folder, changed(plain, path, f"a{end}evil: 1"), model))
        if isinstance(outcome, TemplateFault):
            assert "U+" in outcome.why
        else:
            for old, new in zip(before.pages, outcome.pages, strict=True):
                if new.data != old.data:  # else the value is in another file
                    format_ = format_of(folder, new.part)
                    assert skeleton(format_, new.data) == shape(format_, old.data)
