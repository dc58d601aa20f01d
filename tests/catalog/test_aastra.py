"""What stands in the files of every Aastra and Mitel model, with nothing and with everything configured."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from ringboot.catalog import FOLDER
from ringboot.plugins.job import RenderJob, ServerFacts, TemplateFault
from ringboot.plugins.manifest import load_manifest
from ringboot.plugins.render import Made, make
from ringboot.plugins.schema import ANY_MODEL

BRAND = load_manifest(FOLDER / "aastra")
MODELS = [model for model in BRAND.models if model != ANY_MODEL]
SERVER = ServerFacts("10.0.0.2", "http://10.0.0.2:8667", "10.0.0.2")
CONFIGS: dict[str, dict[str, Any]] = tomllib.loads(Path(__file__).with_name("configs.toml").read_text())
SETTING = re.compile(r"[a-z][a-z0-9 |\[\]-]*:(?: .*)?")
each_model = pytest.mark.parametrize("model", MODELS)


def made(model: str, raw: dict[str, Any]) -> Made | TemplateFault:
    device = {"id": "d1", "mac": "00:08:5d:23:74:29", "model": model, "options": {}}
    return make(RenderJob(1, str(FOLDER / "aastra"), raw, SERVER, device))


def settings(model: str, raw: dict[str, Any]) -> dict[str, str]:
    """Read the phone's file as the phone does: a setting a line, none of them twice."""
    result = made(model, raw)
    assert isinstance(result, Made), result
    lines = next(page.data.decode() for page in result.pages if page.part == "").splitlines()
    assert [line for line in lines if not SETTING.fullmatch(line)] == []
    pairs = [line.partition(":") for line in lines]
    assert [name for name, count in Counter(name for name, _, _ in pairs).items() if count > 1] == []
    return {name: value.removeprefix(" ") for name, _, value in pairs}


def test_every_model_is_there_that_is_sold_under_either_name() -> None:
    old = "6730i 6731i 6735i 6737i 6739i 6751i 6753i 6755i 6757i 9143i 9480i"
    new = "6863i 6865i 6867i 6869i 6873i 6905 6910 6915 6920 6920w 6930 6930w 6940 6940w 6970"
    assert sorted(MODELS) == sorted(f"{old} {new}".split())


@each_model
def test_the_largest_module_that_fits_counts(model: str) -> None:
    facts, keys = BRAND.phone(model), BRAND.tables["modules"]
    assert isinstance(keys, dict)
    assert facts["expansion_keys"] == max((keys[module] for module in facts["modules"] or ()), default=0)
    assert (facts["expansion"] > 0) == bool(facts["modules"])


@each_model
@pytest.mark.parametrize("config", ["paris", "montreal"])
def test_a_full_configuration_fills_what_there_is_and_resets_the_rest(model: str, config: str) -> None:
    facts, raw = BRAND.phone(model), CONFIGS[config]
    there = settings(model, raw)
    for number in range(1, facts["lines"] + 1):
        line = raw["sip_lines"].get(str(number))
        assert there[f"sip line{number} user name"] == (line["username"] if line else "")
        assert there[f"sip line{number} password"].strip('"') == (line["password"] if line else "")
    assert f"sip line{facts['lines'] + 1} user name" not in there
    kinds = [
        *(("prgkey", n) for n in range(facts["program_keys"])),
        *(("topsoftkey", n) for n in range(facts["top_softkeys"])),
    ]
    kinds += [("softkey", n) for n in range(facts["softkeys"])]
    for place, (kind, number) in enumerate(kinds, 1):
        told = there[f"{kind}{number + 1} type"]
        key = raw.get("funckeys", {}).get(str(place))
        if key is None:
            assert told in ("none", "speeddial", "directory", "callers", "services", "conf", "xfer")
        else:
            assert told in (key["type"], "speeddial" if key["type"] == "blf" else "")
    assert all(f"{kind}{number + 1} type" in there for kind, number in kinds)


@each_model
def test_presets_fit_on_the_keys_of_the_model(model: str) -> None:
    preset = BRAND.phone(model)["preset"]
    assert len(preset) <= BRAND.phone(model)["keys"]
    assert set(preset) <= set(dict(BRAND.tables["words"])["en"])
    numbers = {
        "exten_voicemail": "*98",
        "exten_fwd_unconditional": "*21",
        "exten_dnd": "*25",
        "exten_pickup_group": "*8",
    }
    there = settings(model, numbers)
    if preset:
        first = next(name for name in ("prgkey1", "topsoftkey1", "softkey1") if f"{name} type" in there)
        assert (there[f"{first} type"], there[f"{first} value"]) == ("speeddial", "*98")


@pytest.mark.parametrize("model", ["6731i", "6739i", "6757i", "9480i", "6863i", "6920"])  # one a kind of keys
def test_a_hostile_name_adds_no_setting(model: str) -> None:
    plain = {"username": "u", "password": "p", "display_name": "Ann", "proxy_ip": "10.0.0.5"}
    names = settings(model, {"sip_lines": {"1": plain}}).keys()
    for odd in ('" admin password: 1', "#x", "]]>&<é\U0001f4de", "': \\"):
        raw = {
            "sip_lines": {"1": {**plain, "display_name": odd}},
            "funckeys": {"1": {"type": "blf", "value": "1", "label": odd}},
        }
        added = settings(model, raw).keys() - names
        assert all(re.fullmatch(r"(prgkey|topsoftkey|softkey)1 (value|label|line)", name) for name in added)
    refused = made(model, {"sip_lines": {"1": {**plain, "display_name": "x\nadmin password: 1"}}})
    assert isinstance(refused, TemplateFault)
    assert "sip_lines.1.display_name" in refused.why


def test_the_directory_key_runs_a_script_when_there_is_one() -> None:
    assert settings("6867i", {})["directory script"] == ""
    phonebook = {"X_xivo_phonebook_ip": "10.0.0.7", "X_xivo_phonebook_profile": "p1", "X_xivo_user_uuid": "u1"}
    address = "http://10.0.0.7:9498/0.1/directories/input/p1/aastra?xivo_user_uuid=u1"
    assert settings("6867i", phonebook)["directory script"] == address
    own = {**phonebook, "X_directory_url": "http://intranet/d.xml"}
    assert settings("6731i", own)["directory script"] == "http://intranet/d.xml"


@pytest.mark.parametrize(
    ("locale", "file", "keyboard"),
    [
        ("de_DE", "lang_de.txt", "German"),
        ("fr_CA", "lang_fr_ca.txt", "French"),
        ("pt_BR", "lang_pt_br.txt", "Portuguese"),
    ],
)
def test_a_language_is_a_file_beside_the_firmware(locale: str, file: str, keyboard: str) -> None:
    there = settings("6873i", {"locale": locale})
    assert (there["language 1"], there["language"], there["input language"]) == (f"i18n/{file}", "1", keyboard)


@each_model
def test_each_generation_asks_for_the_name_it_knows(model: str) -> None:
    boot = BRAND.boot_of(model)
    assert boot is not None
    first = "aastra.cfg" if boot.version.startswith(("2.", "3.")) else "startup.cfg"
    assert boot.asks == (first, "?{model}.cfg", "{MAC}.cfg")
    assert boot.says["60"].startswith("Mitel" if model.startswith("69") else "Aastra")


@each_model
def test_firmware_is_known_by_its_name(model: str) -> None:
    exact = BRAND.firmware_version(f"Aastra/{model}.st")
    assert exact in (None, *BRAND.models[model].versions)
    assert exact is not None or model.endswith("w") or model == "6751i"
