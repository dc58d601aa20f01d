"""What is particular about the files of Algo speakers and intercoms."""

from __future__ import annotations

from typing import Any

import pytest
from tests.catalog.test_files import LINE, file, manifest, models, outcome

from ringboot.plugins.render import Made

MODELS = models("algo")


def told(model: str, raw: dict[str, Any]) -> dict[str, str]:
    """Read a device's file; no name stands twice."""
    pairs = [line.split(" =", 1) for line in file("algo", model, raw).splitlines()]
    assert len({name for name, _ in pairs}) == len(pairs)
    assert not [value for _, value in pairs if value.endswith(" ")]
    return {name: value.removeprefix(" ") for name, value in pairs}


@pytest.mark.parametrize("model", MODELS)
def test_every_account_of_a_model_is_set_or_emptied(model: str) -> None:
    phone = manifest("algo").phone(model)
    there = told(model, {"sip_lines": {"1": LINE}})
    assert (there["sip.u1.user"], there["sip.u1.auth"], there["sip.u1.pwd"]) == ("u1", "u1", "p1")
    alerts = {name: value for name, value in there.items() if name.startswith("sip.alert")}
    assert len(alerts) == 4 * (phone["lines"] - 1)
    assert set(alerts.values()) <= {"", "0"}
    assert ("dp.dest" in there) == bool(phone["keys"])
    assert told(model, {})["sip.u1.pwd"] == ""


def test_a_line_after_the_first_rings() -> None:
    there = told("8180", {"sip_lines": {"2": LINE, "12": LINE}})
    assert (there["sip.page.use"], there["sip.u1.user"]) == ("0", "")
    assert (there["sip.alert1.use"], there["sip.alert1.user"], there["sip.alert1.pwd"]) == ("1", "u1", "p1")
    assert "sip.alert11.user" not in there


def test_the_button_of_an_intercom_dials_the_first_key() -> None:
    keys = {"1": {"type": "speeddial", "value": "100"}, "2": {"type": "speeddial", "value": "200"}}
    assert told("8201", {"funckeys": keys})["dp.dest"] == "100"
    assert told("8201", {})["dp.dest"] == ""


@pytest.mark.parametrize(
    ("line", "proxy", "registrar", "outbound"),
    [
        ({}, "10.0.0.5", "", "0"),
        (
            {"proxy_port": 5070, "registrar_ip": "10.0.0.7", "registrar_port": 5071},
            "10.0.0.5:5070",
            "10.0.0.7:5071",
            "0",
        ),
        ({"outbound_proxy_ip": "10.0.0.8"}, "10.0.0.5", "", "1"),
    ],
)
def test_where_it_registers(line: dict[str, Any], proxy: str, registrar: str, outbound: str) -> None:
    there = told("8301", {"sip_lines": {"1": {**LINE, **line}}})
    assert [there[f"sip.{name}"] for name in ("proxy", "registrar", "outbound")] == [proxy, registrar, outbound]


def test_a_number_sign_in_a_value_is_no_comment() -> None:
    assert told("8301", {"sip_lines": {"1": {**LINE, "password": "#a#b"}}})["sip.u1.pwd"] == "#a#b"


def test_zone_is_written_by_name_and_what_is_switched_off_is_taken_back() -> None:
    off = told("8301", {"timezone": "Asia/Kathmandu", "vlan_enabled": False, "syslog_enabled": False})
    assert off["admin.timezone"] == "Asia/Kathmandu"
    assert [off[name] for name in ("net.vlan.use", "net.vlan.id", "log.method", "log.server")] == [
        "0",
        "0",
        "local",
        "",
    ]


def test_the_files_of_all_products_are_one() -> None:
    made = outcome("algo", None, {})
    assert isinstance(made, Made)
    assert {page.path for page in made.pages} == {f"algop{model}.conf" for model in MODELS}
    assert len({page.data for page in made.pages}) == 1
