"""How the catalog's phones boot: every model has a row, says who it is, and asks for what is made for it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from ringboot.catalog import FOLDER
from ringboot.dhcp import options
from ringboot.model.address import mac_octets
from ringboot.model.evidence import texts
from ringboot.plugins.identify import Identifier
from ringboot.plugins.job import RenderJob, ServerFacts
from ringboot.plugins.manifest import FILE, load_manifest
from ringboot.plugins.render import Made, make
from ringboot.plugins.schema import ANY_MODEL, Boot
from ringboot.sim.phone import folder_of as below
from ringboot.sim.phone import url_of

MAC = "02:11:22:a0:b0:c0"  # in no brand's range: what tells the model is what the phone says
SERVER = ServerFacts("10.0.0.2", "http://10.0.0.2:8667", "10.0.0.2")
BRANDS = sorted(path for path in FOLDER.iterdir() if (path / FILE).exists())
MANIFESTS = {folder.name: load_manifest(folder) for folder in BRANDS}
IDENTIFIER = Identifier(MANIFESTS.values())
MODELS = {
    brand: models
    for brand, known in MANIFESTS.items()
    if (  # a softphone asks no DHCP server, and how a machine boots, its firmware decides
        models := [m for m in known.models if m != ANY_MODEL and known.phone(m)["type"] not in ("softphone", "machine")]
    )
}
each_brand = pytest.mark.parametrize("brand", MODELS)


def boot_of(brand: str, model: str) -> Boot:
    found = MANIFESTS[brand].boot_of(model)
    assert found is not None, f"{brand} does not tell how a {model} boots"
    return found


def filled(text: str, boot: Boot, model: str) -> str:
    bare = MAC.replace(":", "")
    names = {"mac": bare, "MAC": bare.upper(), "mac_colons": MAC, "mac_dashes": MAC.upper().replace(":", "-")}
    names["mac_underscores"] = MAC.replace(":", "_")
    names["serial"] = f"SN{bare.upper()}"
    return text.format_map({**names, "model": model, "version": boot.version})


def folder_of(brand: str, boot: Boot) -> str:
    """Give the folder below which a phone asks: the path of the URL in the first option that it takes and we send."""
    sent = MANIFESTS[brand].dhcp
    text, shape = next((sent[each[0]], each[2]) for row in boot.url_from if (each := row.partition(" "))[0] in sent)
    if shape:
        text = url_of(shape, text.format(server="10.0.0.2", http_port=8667))
        assert text.startswith(SERVER.http)
    path = urlsplit(
        below(text, boot.asks[0]).replace("{http}", SERVER.http).replace("{server}", "tftp://10.0.0.2")
    ).path.strip("/")
    return path and f"{path}/"


def rendered(brand: str, model: str) -> frozenset[str]:
    """Name the files that stand ready for a phone nobody has configured."""
    return _paths(brand, model) | _paths(brand, None)


@lru_cache
def _paths(brand: str, model: str | None) -> frozenset[str]:
    device = None if model is None else {"id": "d1", "mac": MAC, "model": model, "options": {}}
    made = make(RenderJob(1, str(FOLDER / brand), {}, SERVER, device))
    assert isinstance(made, Made), made
    return frozenset(page.path for page in made.pages)


@each_brand
def test_its_files_are_made(brand: str) -> None:
    for model in MODELS[brand]:
        boot = boot_of(brand, model)
        needed = [filled(ask, boot, model) for ask in boot.asks if not ask.startswith("?")]
        assert needed, model
        assert {folder_of(brand, boot) + name for name in needed} <= rendered(brand, model), model


@each_brand
def test_it_is_recognised_by_what_it_says_to_dhcp(brand: str) -> None:
    tells = any(rule.from_.startswith("dhcp.") and "model" in (rule.match or "") for rule in MANIFESTS[brand].identify)
    for model in MODELS[brand]:
        boot = boot_of(brand, model)
        said = options.build({key: filled(text, boot, model) for key, text in boot.says.items()})
        mac = MAC if said else f"{MANIFESTS[brand].oui[0]}010203"  # who says nothing else is known by its range
        identity = IDENTIFIER.identify(texts(said, mac_octets(mac)))
        assert identity is not None, model
        assert (identity.brand, identity.model) == (brand, model if tells else None)


@each_brand
def test_it_is_recognised_by_its_user_agent(brand: str) -> None:
    for model in MODELS[brand]:
        boot = boot_of(brand, model)
        if not boot.agent:
            if any(
                "{http}" in text for text in MANIFESTS[brand].dhcp.values()
            ):  # what it says is not known: files tell
                paths = [f"/{folder_of(brand, boot)}{filled(ask.removeprefix('?'), boot, model)}" for ask in boot.asks]
                found = [IDENTIFIER.identify({"http.path": path}) for path in paths]
                assert (brand, MAC) in {(each.brand, each.mac) for each in found if each}, model
            continue
        identity = IDENTIFIER.identify({"http.user-agent": filled(boot.agent, boot, model)})
        assert identity is not None, model
        mac = MAC if "{mac" in boot.agent.lower() else None  # some say it in the names of their files only
        assert identity[:5] == (brand, MANIFESTS[brand].title, model, boot.version, mac)
        assert mac or any("{mac" in ask.lower() for ask in boot.asks), model


@each_brand
def test_it_runs_a_firmware_that_the_templates_are_written_for(brand: str) -> None:
    for model in MODELS[brand]:
        assert boot_of(brand, model).version in MANIFESTS[brand].phone(model)["firmware"], model


@pytest.mark.parametrize("folder", BRANDS, ids=lambda folder: folder.name)
def test_no_row_is_for_a_model_that_is_not_there(folder: Path) -> None:
    known = MANIFESTS[folder.name]
    named = [model for row in known.boot for model in row.models]
    assert set(named) <= {*known.models, ANY_MODEL}
    assert len(named) == len(set(named))
    assert all(row.sure for row in known.boot)


def evidence() -> Iterator[tuple[str, str, str, str | None]]:
    for brand, known in MANIFESTS.items():
        for sample in known.sample:
            for name, text in sample.evidence.items():
                yield brand, name, text, sample.is_.model


def test_the_samples_tell_brand_model_version_and_mac_and_no_more() -> None:
    for brand, known in MANIFESTS.items():
        for sample in known.sample:
            identity = IDENTIFIER.identify(sample.evidence)
            assert identity is not None, sample
            told = (identity.brand, identity.model, identity.version, identity.mac, identity.sn, identity.uuid)
            expected = sample.is_
            assert told == (brand, expected.model, expected.version, expected.mac, expected.sn, expected.uuid), sample


def test_octets_after_the_text_of_option_60_do_not_matter() -> None:
    ends = {options.build(row.says)[60][-1] for row in MANIFESTS["cisco-7900"].boot if "{" not in row.says["60"]}
    assert 0 in ends, "one row sends the NUL that real phones send"
    for brand, name, text, model in evidence():
        if name == "dhcp.60" and model:
            identity = IDENTIFIER.identify(texts({60: text.encode() + b"\0"}, mac_octets(MAC)))
            assert identity is not None
            assert (identity.brand, identity.model) == (brand, model)
