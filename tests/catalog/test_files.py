"""What the catalog's templates promise for every model, every time zone and every value."""

from __future__ import annotations

import zoneinfo
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from ringboot.catalog import FOLDER as CATALOG
from ringboot.plugins.job import RenderJob, ServerFacts, TemplateFault
from ringboot.plugins.manifest import load_manifest
from ringboot.plugins.render import Made, make
from ringboot.plugins.schema import ANY_MODEL, Manifest
from ringboot.plugins.zones import zone_of

FACTS = ServerFacts("10.0.0.2", "http://10.0.0.2:8667", "10.0.0.2")
MAC = "00:08:5d:23:74:29"
BRANDS = tuple(sorted(path.name for path in CATALOG.iterdir() if (path / "plugin.toml").exists()))
ZONES = sorted(zoneinfo.available_timezones() - {"localtime"})
LINE = {"username": "u1", "password": "p1", "display_name": "Ann", "number": "1", "proxy_ip": "10.0.0.5"}


@lru_cache
def manifest(brand: str) -> Manifest:
    """Read a brand's manifest once."""
    return load_manifest(CATALOG / brand)


def outcome(brand: str, model: str | None, raw: dict[str, Any]) -> Made | TemplateFault:
    """Make the files of one phone, or of all."""
    device = None if model is None else {"id": "d1", "mac": MAC, "model": model}
    return make(RenderJob(1, str(CATALOG / brand), raw, FACTS, device))


def file(brand: str, model: str, raw: dict[str, Any]) -> str:
    """Give a phone's main file."""
    made = outcome(brand, model, raw)
    assert isinstance(made, Made), made
    return next(page.data.decode() for page in made.pages if page.part == "")


def settings(model: str, raw: dict[str, Any]) -> dict[str, str]:
    """Read a file of `name: value` lines; no name may stand twice."""
    pairs = [line.partition(":") for line in file("aastra", model, raw).splitlines()]
    twice = [name for name, count in Counter(name for name, _, _ in pairs).items() if count > 1]
    assert not twice
    return {name: value.removeprefix(" ") for name, _, value in pairs}


def tree(model: str, raw: dict[str, Any]) -> ET.Element:
    """Read a file of XML."""
    return ET.fromstring(file("cisco-7900", model, raw))


def models(brand: str) -> list[str]:
    return [model for model in manifest(brand).models if model != ANY_MODEL]


# --- time zones ---


@pytest.mark.parametrize(
    ("name", "start", "end", "save"),
    [
        ("Europe/Paris", "3 -1 1 2", "10 -1 1 3", "60"),
        ("America/Montreal", "3 2 1 2", "11 1 1 2", "60"),
        ("Europe/Dublin", "3 -1 1 1", "10 -1 1 2", "60"),  # the law has it the other way round
        ("Australia/Lord_Howe", "10 1 1 2", "4 1 1 2", "30"),
        ("America/Santiago", "9 1 7 23", "4 1 7 23", "60"),  # midnight that ends the day: the last hour it can name
        ("Asia/Gaza", "3 4 5 23", "10 4 5 23", "60"),  # fifty hours into Thursday: the same
        ("America/Nuuk", "3 -1 1 0", "10 -1 1 0", "60"),  # an hour before Sunday: its first
    ],
)
def test_summer_time_as_month_week_day_and_hour(name: str, start: str, end: str, save: str) -> None:
    there = settings("6731i", {"timezone": name})
    for when, expected in (("start", start), ("end", end)):
        assert " ".join(there[f"dst {when} {part}"] for part in ("month", "week", "day", "hour")) == expected
    assert there["dst minutes"] == save


@pytest.mark.parametrize(
    ("zone", "name"),
    [
        ("Europe/Paris", "Romance Standard/Daylight Time"),
        ("America/Montreal", "Eastern Standard/Daylight Time"),
        ("Europe/Andorra", "W. Europe Standard/Daylight Time"),  # by rule
        ("America/Indiana/Marengo", "Eastern Standard/Daylight Time"),
        ("America/Punta_Arenas", "SA Eastern Standard Time"),
        ("Asia/Kathmandu", "India Standard Time"),  # a quarter of an hour off: the nearest
        ("Pacific/Kiritimati", "Fiji Standard Time"),  # two hours off
        ("Africa/Lagos", "W. Europe Standard/Daylight Time"),  # right in winter only: the offset has no other name
    ],
)
def test_zones_by_table_by_rule_and_by_nearness(zone: str, name: str) -> None:
    assert tree("7961G", {"timezone": zone}).findtext(".//timeZone") == name


def test_the_zone_table_agrees_with_the_tz_database() -> None:
    tables = manifest("cisco-7900").tables
    offsets: dict[str, set[int]] = {}
    for zone_name, name in dict(tables["zones"]).items():
        zone = zone_of(zone_name)
        assert zone is not None, zone_name
        assert (zone.dst is not None) == ("Daylight" in name), zone_name
        offsets.setdefault(name, set()).add(zone.offset // 60)
    for minutes, row in dict(tables["rules"]).items():
        for name in row.values():
            offsets.setdefault(name, set()).add(int(minutes))
    assert not {name: found for name, found in offsets.items() if len(found) > 1}


# --- models ---


@pytest.mark.parametrize("brand", BRANDS)
def test_a_model_that_nobody_knows_renders_with_nothing_configured(brand: str) -> None:
    """The known ones: see test_every_brand.py."""
    assert isinstance(outcome(brand, "unheard-of", {}), Made)


@pytest.mark.parametrize("model", models("aastra"))
def test_every_key_of_a_model_is_set_once_and_every_line(model: str) -> None:
    facts = manifest("aastra").phone(model)
    assert facts["keys"] == facts["program_keys"] + facts["top_softkeys"] + facts["softkeys"]
    there = settings(model, {"sip_lines": {"1": LINE}, "funckeys": {"1": {"type": "blf", "value": "2"}}})
    types = {name.removesuffix(" type"): value for name, value in there.items() if name.endswith(" type")}
    assert len(types) == facts["keys"] + facts["expansion"] * facts["expansion_keys"]
    users = [there[f"sip line{number} user name"] for number in range(1, facts["lines"] + 1)]
    assert users == ["u1"] + [""] * (facts["lines"] - 1)


@pytest.mark.parametrize(
    ("model", "place", "name", "kind"),
    [
        ("6730i", 8, "prgkey8", "blf"),
        ("6739i", 55, "softkey55", "blf"),
        ("6739i", 56, "expmod1 key1", "blf"),
        ("6755i", 7, "softkey1", "blf"),
        ("6757i", 10, "topsoftkey10", "blf"),
        ("6757i", 11, "softkey1", "blf"),
        ("6753i", 6 + 36 + 1, "expmod2 key1", "blf"),
        ("6867i", 20, "topsoftkey20", "blf"),
        ("6867i", 21, "softkey1", "speeddial"),  # has no lamp
        ("6867i", 38 + 3 * 84, "expmod3 key84", "blf"),
    ],
)
def test_function_keys_go_through_the_kinds_of_keys(model: str, place: int, name: str, kind: str) -> None:
    there = settings(model, {"funckeys": {str(place): {"type": "blf", "value": "4711", "line": 3}}})
    assert (there[f"{name} type"], there[f"{name} value"], there[f"{name} line"]) == (kind, "4711", "3")


def test_keys_that_nobody_set_do_what_the_model_suggests_when_there_is_a_number_for_it() -> None:
    there = settings("6753i", {"exten_voicemail": "*98", "exten_dnd": "*25"})
    keys = [there[f"prgkey{number} type"] for number in range(1, 7)]
    assert keys == ["speeddial", "none", "callers", "directory", "conf", "xfer"]
    assert there["prgkey1 value"] == "*98"


@pytest.mark.parametrize(
    ("model", "raw", "speaks"),
    [
        ("7961G", {}, "SCCP"),
        ("7961G", {"sip_lines": {"1": LINE}}, "SIP"),
        ("7961G", {"sip_lines": {"1": LINE}, "sccp_call_managers": {"1": {"ip": "10.0.0.5"}}}, "SCCP"),
        ("7961G", {"protocol": "SIP", "sccp_call_managers": {"1": {"ip": "10.0.0.5"}}}, "SIP"),
        ("7961G", {"protocol": "SCCP", "sip_lines": {"1": LINE}}, "SCCP"),
        ("7940", {"sip_lines": {"1": LINE}}, "SCCP"),  # what it reads on SIP firmware is another file
        ("unheard-of", {"sip_lines": {"1": LINE}}, "SCCP"),
    ],
)
def test_the_protocol_a_phone_is_told_to_speak(model: str, raw: dict[str, Any], speaks: str) -> None:
    there = tree(model, raw)
    assert there.findtext("deviceProtocol") == speaks
    assert (there.find("sipProfile") is not None) == (speaks == "SIP")


# --- values ---


def test_a_number_sign_is_quoted_because_it_would_begin_a_comment() -> None:
    there = settings("6731i", {"sip_lines": {"1": {**LINE, "password": "a#b", "display_name": 'Tom "T" Ode'}}})
    assert there["sip line1 password"] == '"a#b"'
    assert there["sip line1 display name"] == 'Tom "T" Ode'


@pytest.mark.parametrize("brand", BRANDS)
def test_a_line_end_never_becomes_a_line(brand: str) -> None:
    made = outcome(brand, models(brand)[:2][-1], {"sip_lines": {"1": {**LINE, "display_name": "x\nadmin password: 1"}}})
    if isinstance(made, TemplateFault):
        assert "sip_lines.1.display_name" in made.why
    else:
        assert not [page for page in made.pages if b"\nadmin password: 1" in page.data]


@pytest.mark.parametrize("model", [model for model in models("cisco-7900") if not model.startswith(("7940", "7960"))])
def test_xml_gives_every_value_back(model: str) -> None:
    odd = "<&>\"' é \U0001f4de ]]>"
    line = {**LINE, "password": odd, "display_name": odd}
    there = tree(
        model, {"sip_lines": {"1": line}, "admin_password": odd, "protocol": "SIP", "ntp_enabled": True, "ntp_ip": odd}
    )
    assert there.findtext("commonProfile/phonePassword") == odd
    assert there.findtext(".//ntp/name") == odd
    if there.findtext("deviceProtocol") == "SIP":
        assert there.findtext(".//line/authPassword") == odd


@pytest.mark.parametrize("brand", BRANDS)
def test_what_all_phones_share_holds_no_secret(brand: str) -> None:
    canaries = {name: f"canary-{name}" for name in ("admin_password", "user_password", "sip_local_key")}
    raw = {**canaries, "sip_lines": {"1": {**LINE, "password": "canary-line"}}}
    made = outcome(brand, None, raw)
    assert isinstance(made, Made)
    assert {page.path for page in made.pages} == {
        path for path, entry in manifest(brand).common.files.items() if not entry.optional
    }
    assert not [page.path for page in made.pages if b"canary" in page.data]


def test_old_and_new_firmware_share_one_common_content() -> None:
    made = outcome("aastra", None, {})
    assert isinstance(made, Made)
    old, new = (page.data for page in made.pages)
    assert old == new
    assert b"http server: 10.0.0.2\nhttp port: 8667\n" in old


# --- the templates themselves ---


@pytest.mark.parametrize("brand", BRANDS)
def test_templates_do_not_repeat_each_other(brand: str) -> None:
    lines = [
        line.strip()
        for path in sorted(Path(CATALOG, brand, "templates").glob("*.tpl"))
        for line in set(path.read_text().splitlines())
        if len(line.strip()) > 12
    ]
    again = sum(count - 1 for count in Counter(lines).values())
    assert again / len(lines) < 0.25


@pytest.mark.parametrize("brand", BRANDS)
def test_a_brand_says_where_it_knows_things_from(brand: str) -> None:
    known = manifest(brand)
    assert known.sources
    assert all(rule.sure for rule in known.identify)
    assert all(sample.sure for sample in known.sample)
    readme = (CATALOG / brand / "README").read_text()
    assert all(path in readme for path in known.common.files)
