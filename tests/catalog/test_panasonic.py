"""What is particular about the files of Panasonic phones."""

from __future__ import annotations

from typing import Any

import pytest
from tests.catalog.test_files import LINE, file, manifest, models, outcome

from ringboot.plugins.render import Made

MODELS = models("panasonic")


def told(model: str, raw: dict[str, Any]) -> dict[str, str]:
    """Read a file as the guide has it: CR LF, a quoted value, no name twice, an empty line last."""
    text = file("panasonic", model, raw)
    first, *lines, empty, end = text.split("\r\n")
    assert (empty, end) == ("", "")
    assert first == f"# {manifest('panasonic').phone(model)['header']} # DO NOT CHANGE THIS LINE!"
    assert "\n" not in "".join([first, *lines])
    pairs = [line.split("=", 1) for line in lines]
    assert all(len(line) < 535 and value[0] == value[-1] == '"' for line, (_, value) in zip(lines, pairs, strict=True))
    assert len({name for name, _ in pairs}) == len(pairs)
    assert all(len(name) <= 32 for name, _ in pairs)
    return {name: value[1:-1] for name, value in pairs}


@pytest.mark.parametrize("model", MODELS)
def test_every_line_and_every_key_of_a_model_is_set_or_emptied(model: str) -> None:
    phone = manifest("panasonic").phone(model)
    there = told(model, {"sip_lines": {"1": LINE}, "funckeys": {"1": {"type": "blf", "value": "2"}}})
    enabled = [there[f"LINE_ENABLE_{number}"] for number in range(1, phone["lines"] + 1)]
    assert enabled == ["Enabled"] + ["Disabled"] * (phone["lines"] - 1)
    assert {there[f"SIP_PASS_{number}"] for number in range(2, phone["lines"] + 1)} <= {""}
    assert f"LINE_ENABLE_{phone['lines'] + 1}" not in there
    kinds = [value for name, value in there.items() if "_FACILITY_ACT" in name]
    assert len(kinds) == phone["keys"] + phone["expansion"] * phone["expansion_keys"]
    assert kinds[1:] == [""] * (len(kinds) - 1)
    assert ("SRTP_CONNECT_MODE_1" in there) == (phone["series"] != "UT")


@pytest.mark.parametrize(
    ("model", "place", "name"),
    [
        ("KX-UT136", 24, "FLEX_BUTTON_FACILITY_{}24"),
        ("KX-HDV130", 2, "FLEX_BUTTON_FACILITY_{}2"),
        ("KX-HDV230", 25, "DSS_BUTTON_FACILITY_{}1"),
        ("KX-HDV230", 24 + 5 * 40, "DSS_BUTTON_FACILITY_{}200"),
    ],
)
def test_function_keys_go_on_in_the_modules(model: str, place: int, name: str) -> None:
    there = told(model, {"funckeys": {str(place): {"type": "speeddial", "value": "4711", "label": "Köln"}}})
    assert [there[name.format(part)] for part in ("ACT", "ARG")] == ["X_PANASONIC_IPTEL_ONETOUCH", "4711"]


def test_kinds_of_keys() -> None:
    keys = {"2": {"type": "blf", "value": "2", "label": "Bob"}, "3": {"type": "park", "value": "700"}}
    there = told("KX-UT133", {"sip_lines": {"1": LINE, "4": LINE}, "funckeys": keys})
    kinds = [there[f"FLEX_BUTTON_FACILITY_ACT{number}"].removeprefix("X_PANASONIC_IPTEL_") for number in range(1, 6)]
    assert kinds == ["DN", "CONTACT", "ONETOUCH", "DN", ""]
    assert [there[f"FLEX_BUTTON_FACILITY_ARG{number}"] for number in range(1, 6)] == ["1", "2", "700", "4", ""]
    assert there["FLEX_BUTTON_LABEL2"] == "Bob"


def test_a_quotation_mark_cannot_end_a_value() -> None:
    assert (
        told("KX-HDV130", {"sip_lines": {"1": {**LINE, "display_name": 'Ann "Boss"'}}})["DISPLAY_NAME_1"]
        == "Ann 'Boss'"
    )


@pytest.mark.parametrize(
    ("zone", "rule"),
    [
        ("Europe/Paris", "STD-1:00:00DST-2:00:00,M3.5.0/2:00:00,M10.5.0/3:00:00"),
        ("America/St_Johns", "STD3:30:00DST2:30:00,M3.2.0/2:00:00,M11.1.0/2:00:00"),
        ("Asia/Kathmandu", "STD-5:45:00"),
        ("Europe/London", "STD0:00:00DST-1:00:00,M3.5.0/1:00:00,M10.5.0/2:00:00"),
        ("America/Santiago", "STD4:00:00DST3:00:00,M9.1.6/24:00:00,M4.1.6/24:00:00"),
    ],
)
def test_zones_are_rules_of_posix(zone: str, rule: str) -> None:
    assert told("KX-UT113", {"timezone": zone})["LOCAL_TIME_ZONE_POSIX"] == rule


def test_the_file_of_a_model_only_says_where_the_phones_own_is() -> None:
    made = outcome("panasonic", None, {})
    assert isinstance(made, Made)
    assert {page.path for page in made.pages} == {f"Panasonic/{model}.cfg" for model in MODELS}
    for page in made.pages:
        first, second, *rest = page.data.decode().split("\r\n")
        assert ("PCC" in first) == ("TGP5" in page.path)
        assert second == 'CFG_STANDARD_FILE_PATH="http://10.0.0.2:8667/Panasonic/Config{MAC}.cfg"'
        assert rest == ["", ""]


def test_the_file_names_itself_and_the_event_that_is_sent() -> None:
    there = told("KX-TGP600", {})
    assert there["CFG_STANDARD_FILE_PATH"] == "http://10.0.0.2:8667/Panasonic/Config{MAC}.cfg"
    assert there["CFG_RESYNC_FROM_SIP"] == manifest("panasonic").resync.event


NAMED = """
KX-UT113 KX-UT123 KX-UT133 KX-UT136 KX-UT248 KX-UT670 KX-HDV100 KX-HDV130 KX-HDV230 KX-HDV330 KX-HDV340 KX-HDV430
KX-HDV800 KX-TGP500 KX-TGP550 KX-TGP600 KX-UTG200 KX-UTG300
"""


def test_every_model_that_a_source_names_is_there() -> None:
    assert sorted(MODELS) == sorted(NAMED.split())
