"""What is particular about the files of Zenitel stations."""

from __future__ import annotations

from typing import Any

from tests.catalog.test_every_brand import made
from tests.catalog.test_files import LINE, manifest, models


def told(raw: dict[str, Any]) -> dict[str, str]:
    """Read a station's file; no name stands twice."""
    (page,) = made("zenitel", "IP station", raw).pages
    assert page.path == "ipst_config_00_08_5d_23_74_29.cfg"
    lines = page.data.decode().splitlines()
    assert [line for line in lines if line.startswith("[")] == ["[sip]", "[call]"]
    pairs = [line.split("=", 1) for line in lines if not line.startswith("[")]
    assert len({pair[0] for pair in pairs}) == len(pairs)
    return {pair[0]: pair[1] for pair in pairs}


def test_there_is_one_model_with_one_account() -> None:
    assert models("zenitel") == ["IP station"]
    line = {**LINE, "auth_username": "a1", "registrar_ip": "10.0.0.7", "backup_proxy_ip": "10.0.0.6"}
    there = told({"sip_lines": {"1": line}})
    account = [there[name] for name in ("nick_name", "sip_id", "sip_domain", "sip_domain2", "auth_user", "auth_pwd")]
    assert account == ["Ann", "u1", "10.0.0.7", "10.0.0.6", "a1", "p1"]
    assert told({"sip_lines": {"1": LINE}})["sip_domain"] == "10.0.0.5"


def test_what_is_not_configured_is_empty() -> None:
    there = told({})
    assert set(there.values()) == {""}
    assert len(there) == 6 + manifest("zenitel").phone("IP station")["keys"]


def test_a_key_calls_its_number() -> None:
    keys = {
        "1": {"type": "speeddial", "value": "100"},
        "2": {"type": "blf", "value": "101"},
        "3": {"type": "park"},
        "10": {"type": "park", "value": "700"},
        "11": {"type": "speeddial", "value": "11"},
    }
    there = told({"funckeys": keys})
    assert [there[f"speeddial_{number}_c1"] for number in (1, 2, 3, 10)] == ["C 100", "C 101", "", "C 700"]
    assert "speeddial_11_c1" not in there
    assert told({"funckeys": keys, "exten_park": "701"})["speeddial_3_c1"] == "C 701"
