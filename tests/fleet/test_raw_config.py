"""The configuration of a phone: types and ranges, what one key demands of another, what is never shown."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringboot.fleet.fields import FieldErrors
from ringboot.fleet.raw_config import (
    CallManager,
    FuncKey,
    RawConfig,
    SipLine,
    check_layer,
    complete,
    effective,
    is_secret,
    without_secrets,
)
from ringboot.plugins import raw as shape

PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"


def faults(raw: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(FieldErrors) as caught:
        check_layer(raw)
    return caught.value.as_dict()


def test_the_schema_has_the_keys_that_templates_see() -> None:
    assert set(RawConfig.model_fields) == shape.NAMES
    assert tuple(SipLine.model_fields) == shape.LINE_KEYS
    assert tuple(FuncKey.model_fields) == shape.FUNCKEY_KEYS
    assert tuple(CallManager.model_fields) == shape.CALL_MANAGER_KEYS


def test_what_holds_credentials_is_secret() -> None:
    for key in shape.SECRETS:
        assert is_secret(key), key
    assert not is_secret("X_key")
    assert not is_secret("admin_username")


@pytest.mark.parametrize(
    ("raw", "place", "why"),
    [
        ({"vlan_id": 4095}, "raw_config.vlan_id", "must be less than or equal to 4094"),
        ({"vlan_id": -1}, "raw_config.vlan_id", "must be greater than or equal to 0"),
        ({"vlan_priority": 8}, "raw_config.vlan_priority", "must be less than or equal to 7"),
        (
            {"vlan_pc_port_id": "x"},
            "raw_config.vlan_pc_port_id",
            "must be an integer, unable to parse string as an integer",
        ),
        ({"sip_proxy_port": 0}, "raw_config.sip_proxy_port", "must be greater than or equal to 1"),
        ({"sip_proxy_port": 65536}, "raw_config.sip_proxy_port", "must be less than or equal to 65535"),
        (
            {"timezone": "Mars/Olympus"},
            "raw_config.timezone",
            "is not a time zone of the tz database, such as Europe/Paris",
        ),
        ({"locale": "french"}, "raw_config.locale", "must be a language and a country, such as fr_CA"),
        ({"protocol": "H323"}, "raw_config.protocol", "must be 'SIP' or 'SCCP'"),
        ({"sip_transport": "TCP"}, "raw_config.sip_transport", "must be 'udp', 'tcp' or 'tls'"),
        ({"sip_lines": {"one": {}}}, "raw_config.sip_lines", "its keys are numbers from 1, not 'one'"),
        ({"sip_lines": {"0": {}}}, "raw_config.sip_lines", "its keys are numbers from 1, not '0'"),
        ({"funckeys": {"1a": {}}}, "raw_config.funckeys", "its keys are numbers from 1, not '1a'"),
        ({"sccp_call_managers": {"x": {}}}, "raw_config.sccp_call_managers", "its keys are numbers from 1, not 'x'"),
        ({"sip_lines": []}, "raw_config.sip_lines", "must hold keys"),
        ({"sip_lines": {"1": 5}}, "raw_config.sip_lines.1", "must hold keys"),
        ({"sip_lines": {"1": {"usrname": "x"}}}, "raw_config.sip_lines.1.usrname", "is not a key that is known"),
        ({"funckeys": {"2": {"type": "dnd"}}}, "raw_config.funckeys.2.type", "must be 'speeddial', 'blf' or 'park'"),
        ({"sip_proxy_ip": "a b"}, "raw_config.sip_proxy_ip", "must be an address or a host name"),
        ({"http_base_url": "ftp://x"}, "raw_config.http_base_url", "must be a URL of http or https"),
        ({"admin_password": "a\nb"}, "raw_config.admin_password", "must be one line without control characters"),
        ({"exten_dnd": True}, "raw_config.exten_dnd", "must be text"),
        ({"sip_local_key": "x"}, "raw_config.sip_local_key", "is not PEM: it lacks its -----BEGIN and -----END lines"),
        ({"colour": 1}, "raw_config.colour", "is not a key that is known; keys of your own begin with X_"),
        ({"XX_server": 1}, "raw_config.XX_server", "is not a key that is known; keys of your own begin with X_"),
        ({"X_": 1}, "raw_config.X_", "is not a key that is known; keys of your own begin with X_"),
    ],
)
def test_a_value_out_of_range_is_refused_at_its_place(raw: dict[str, Any], place: str, why: str) -> None:
    assert faults(raw) == {place: why}


def test_everything_wrong_is_said_at_once() -> None:
    assert set(faults({"vlan_id": 9999, "vlan_priority": 9, "colour": 1, "locale": "x"})) == {
        "raw_config.vlan_id",
        "raw_config.vlan_priority",
        "raw_config.colour",
        "raw_config.locale",
    }


def test_no_complaint_repeats_a_value() -> None:
    raw = {
        "sip_lines": {"1": {"password": ["geheim"], "proxy_port": "geheim"}},
        "admin_password": "geheim\n",
        "dns_ip": "geheim!",
    }
    with pytest.raises(FieldErrors) as caught:
        check_layer(raw)
    assert len(caught.value.errors) == 4
    assert "geheim" not in str(caught.value)
    assert "geheim" not in repr(caught.value.__cause__)


def test_text_as_a_command_line_gives_it_becomes_its_type() -> None:
    raw = {"vlan_enabled": "true", "vlan_id": "12", "sip_lines": {"1": {"number": 100, "proxy_port": "5061"}}}
    assert check_layer(raw) == {
        "vlan_enabled": True,
        "vlan_id": 12,
        "sip_lines": {"1": {"number": "100", "proxy_port": 5061}},
    }


def test_a_layer_keeps_what_was_unset_and_stays_silent_about_the_rest() -> None:
    raw = {"ntp_ip": None, "sip_lines": {"1": {"voicemail": None}, "2": None}, "X_acme": {"deep": [1, None]}}
    assert check_layer(raw) == raw


def test_keys_of_ones_own_hold_anything() -> None:
    assert check_layer({"X_acme_colour": {"a": [1, {"b": None}]}}) == {"X_acme_colour": {"a": [1, {"b": None}]}}


def test_certificates_may_have_many_lines() -> None:
    assert check_layer({"sip_local_certificate": PEM, "sip_servers_root_and_intermediate_certificates": [PEM]})


@pytest.mark.parametrize(
    ("switch", "needed", "value"),
    [
        ("dns_enabled", "dns_ip", "10.0.0.1"),
        ("ntp_enabled", "ntp_ip", "10.0.0.1"),
        ("vlan_enabled", "vlan_id", 0),
        ("syslog_enabled", "syslog_ip", "log.example.org"),
    ],
)
def test_a_switch_demands_its_key_only_of_the_whole(switch: str, needed: str, value: object) -> None:
    assert check_layer({switch: True}) == {switch: True}, "a layer may leave the rest to its parents"
    with pytest.raises(FieldErrors) as caught:
        effective({switch: True, needed: None})
    assert caught.value.as_dict() == {f"raw_config.{needed}": f"is required because {switch} is on"}
    assert effective({switch: True, needed: value})[needed] == value
    assert effective({switch: False}) == {switch: False}


def test_a_function_key_demands_its_value() -> None:
    with pytest.raises(FieldErrors) as caught:
        effective({"funckeys": {"1": {"type": "blf"}, "2": {"label": "x"}, "3": {"type": "park"}}})
    assert caught.value.as_dict() == {
        "raw_config.funckeys.1.value": "is required for a blf key",
        "raw_config.funckeys.2.type": "is required",
    }


def test_templates_see_every_key_and_the_defaults() -> None:
    full = complete(
        {
            "sip_proxy_ip": "10.0.0.9",
            "syslog_enabled": True,
            "syslog_ip": "10.0.0.1",
            "sip_lines": {
                "10": {"username": "u", "proxy_ip": "10.0.0.8"},
                "2": {"username": "v", "auth_username": "w"},
                "3": None,
            },
        }
    )
    assert set(full) == shape.NAMES
    assert (full["syslog_port"], full["syslog_level"]) == (514, "warning")
    assert (full["sip_registrar_ip"], full["sip_transport"], full["sip_srtp_mode"]) == ("10.0.0.9", "udp", "disabled")
    assert list(full["sip_lines"]) == ["2", "10"], "in the order of their numbers, without the one that was unset"
    assert set(full["sip_lines"]["2"]) == set(shape.LINE_KEYS)
    assert full["sip_lines"]["2"]["auth_username"] == "w"
    assert (full["sip_lines"]["10"]["auth_username"], full["sip_lines"]["10"]["registrar_ip"]) == ("u", "10.0.0.8")
    assert full["funckeys"] == {}
    assert full["ntp_ip"] is None


def test_completing_twice_changes_nothing() -> None:
    once = effective({"sip_lines": {"1": {"username": "u"}, "2": None}, "ntp_ip": None})
    assert effective(once) == once


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("no 'geheim' in it", "no '***' in it"),
        ("geheimnis, geheim-line; geheim", "geheimnis, ***; ***"),  # whole words, the longer secret first
        (f"cannot read {PEM.splitlines()[1]!r}", "cannot read '***'"),
        ("number 4711 of u", "number *** of u"),
        ("line 7: no", "line 7: no"),
    ],
)
def test_no_secret_is_repeated(said: str, shown: str) -> None:
    raw = {
        "admin_password": "geheim",
        "user_password": None,
        "sip_local_key": PEM,
        "sip_lines": {"1": {"password": "geheim-line", "username": "u"}, "2": {"password": ""}},
        "X_pin_secret": 4711,
    }
    assert without_secrets(said, raw) == shown


@given(
    st.dictionaries(
        st.sampled_from(sorted(shape.NAMES)) | st.text(max_size=8),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=8),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
            max_leaves=8,
        ),
        max_size=6,
    )
)
def test_any_layer_is_either_refused_in_words_or_checked_for_good(raw: dict[str, Any]) -> None:
    try:
        checked = check_layer(raw)
    except FieldErrors as error:
        refusal = error
    else:
        assert check_layer(checked) == checked
        return
    assert refusal.errors
    assert all(place.startswith("raw_config") and why for place, why in refusal.errors)
