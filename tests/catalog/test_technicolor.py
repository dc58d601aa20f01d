"""What is particular about the files of Technicolor phones."""

from __future__ import annotations

from typing import Any

import pytest
from tests.catalog.test_every_brand import made
from tests.catalog.test_files import LINE, models


def told(raw: dict[str, Any], model: str = "ST2030") -> dict[str, str]:
    """Read a phone's file as section.name; no name stands twice."""
    (page,) = made("technicolor", model, raw).pages
    assert page.path == f"{model}S_00085D237429.txt"
    section, found = "", {}
    for line in page.data.decode().splitlines():
        if line.startswith("["):
            section = line.strip("[]")
            continue
        name, _, value = line.partition("=")
        assert f"{section}.{name}" not in found
        found[f"{section}.{name}"] = value
    return found


def test_a_file_has_the_sections_of_the_phone() -> None:
    assert models("technicolor") == ["ST2022", "ST2030", "TB30"]
    assert {name.partition(".")[0] for name in told({})} == {"ipp", "net", "qos", "ntp", "sip", "sys"}


def test_the_number_changes_with_the_file_and_only_then() -> None:
    one, same, other = (told({"sip_lines": {"1": {**LINE, "display_name": name}}}) for name in ("Ann", "Ann", "Bea"))
    assert one == same
    assert one["sys.config_sn"] != other["sys.config_sn"]
    assert len(one["sys.config_sn"]) == 12
    assert one["sys.config_sn"].isdecimal()
    assert list(one)[-1] == "sys.config_sn", "made of all that stands before it"


def test_an_account() -> None:
    line = {**LINE, "auth_username": "a1", "registrar_ip": "10.0.0.7", "backup_proxy_ip": "10.0.0.6"}
    there = told({"sip_lines": {"2": line}, "sip_transport": "tcp", "sip_proxy_port": 5070})
    names = ("TEL02Use", "TEL2Number", "regid2", "regpwd2", "DisplayName2", "DisplayNum2", "ProxyServerMP2")
    assert [there[f"sip.{name}"] for name in names] == ["1", "u1", "a1", "p1", "Ann", "1", "10.0.0.5"]
    others = ("RegisterServerMP2", "RegisterServerBK2", "sip_pxy_srv_portMP2", "TransportFlgMP2", "TransportFlgBK2")
    assert [there[f"sip.{name}"] for name in others] == ["10.0.0.7", "10.0.0.6", "5070", "1", "1"]
    assert [there[f"sip.{name}"] for name in ("TEL01Use", "TEL1Number", "regpwd1")] == ["0", "", ""]


def test_lines_are_as_many_as_the_model_has() -> None:
    assert "sip.TEL02Use" in told({}, "ST2022")
    assert "sip.TEL03Use" not in told({}, "ST2022")
    assert "sip.TEL04Use" in told({}, "TB30")


def test_tls_is_by_its_own_port() -> None:
    raw = {"sip_transport": "tls", "sip_proxy_port": 5071, "sip_srtp_mode": "required"}
    there = told({"sip_lines": {"1": LINE}, **raw})
    names = ("sip.TransportFlgMP1", "sip.sip_pxy_tls_srv_portMP1", "sys.SRTPFlag")
    assert [there[name] for name in names] == ["2", "5071", "1"]


@pytest.mark.parametrize(
    ("zone", "number"),
    [
        ("Europe/Paris", "22"),
        ("America/Montreal", "11"),
        ("Asia/Kathmandu", "42"),
        ("Africa/Lagos", "22"),  # the offset has no other
        ("Australia/Eucla", "48"),  # the hour below
        ("Pacific/Kiritimati", "22"),  # none is near: as if nobody had said
    ],
)
def test_zones_are_numbers(zone: str, number: str) -> None:
    assert told({"timezone": zone})["ntp.NtpZoneNum"] == number


def test_keys() -> None:
    keys = {
        "1": {"type": "speeddial", "value": "100"},
        "2": {"type": "blf", "value": "101"},
        "3": {"type": "park"},
        "66": {"type": "park", "value": "700"},
    }
    there = told({"funckeys": keys, "exten_park": "701"})
    assert [there[f"sys.FeatureKeyExt{number}"] for number in ("01", "02", "03", "04", "66")] == [
        "L/<sip:100>", "S/<sip:101>", "L/<sip:701>", "L/<sip:>", "L/<sip:700>",
    ]  # fmt: skip


def test_codes_are_told_to_the_server_when_there_are_any() -> None:
    codes = {"pickup_call": "*8", "dnd": "*25", "fwd_busy": "*22", "fwd_disable_all": "*20"}
    there = told({f"exten_{name}": code for name, code in codes.items()})
    names = ("CallPkupSC", "DNDOnSC", "CallFwdBusySC", "CallFwdAlwaysSC", "CallFwdOffSC")
    assert [there[f"sip.{name}"] for name in names] == ["*8X", "*25", "*22X", "", "*20"]
    flags = ("sip.CallPkupFlg", "sip.DNDFlg", "sip.CallFwdFlg")
    assert ([there[name] for name in flags], [told({})[name] for name in flags]) == (["sc"] * 3, ["local"] * 3)
