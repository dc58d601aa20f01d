"""The form of a config: every key has its field, and what is written there becomes a merge patch."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringboot.admin.pages.config_form import PREFIX, Section, chosen, leaves, patch, sections, written
from ringboot.fleet.raw_config import RawConfig, SipLine


def fields_of(found: list[Section]) -> dict[str, Any]:
    return {field.name.removeprefix(PREFIX): field for section in found for field in section.fields}


def test_every_plain_key_has_a_field_with_its_meaning() -> None:
    found = fields_of(sections({}, {}, {}))
    tables = {"sip_lines", "funckeys", "sccp_call_managers"}
    lists = {"sip_servers_root_and_intermediate_certificates", "sip_local_root_and_intermediate_certificates"}
    assert {key for key in found if "." not in key} == RawConfig.model_fields.keys() - tables - lists
    assert {key.removeprefix("sip_lines.1.") for key in found if key.startswith("sip_lines.1.")} == set(
        SipLine.model_fields
    )
    assert all(field.help for field in found.values())
    kinds = {key: found[key].kind for key in ("locale", "ntp_enabled", "http_port", "admin_password", "sip_local_key")}
    assert list(kinds.values()) == ["text", "choice", "number", "secret", "long"]
    assert [key for key, _ in found["sip_transport"].choices] == ["udp", "tcp", "tls"]


def test_a_field_tells_what_it_says_itself_and_what_it_has_from_above() -> None:
    own = {"ntp_ip": "10.0.0.9", "ntp_enabled": False, "sip_lines": {"3": {"username": "ann"}}}
    flat = {**own, "locale": "fr_FR"}
    found = fields_of(sections(own, flat, {"ntp_ip": "one", "locale": "base"}))
    assert (found["ntp_ip"].value, found["ntp_ip"].inherited) == ("10.0.0.9", "")
    assert found["ntp_enabled"].value == "false"
    assert (found["locale"].value, found["locale"].inherited, found["locale"].source) == ("", "fr_FR", "base")
    assert found["sip_lines.3.username"].value == "ann"
    assert {key.split(".")[1] for key in found if key.startswith("sip_lines.")} == {"1", "3"}  # and one to add


@pytest.mark.parametrize(
    ("own", "form", "expected"),
    [
        ({}, {"locale": ""}, {}),
        ({"locale": "fr_FR"}, {"locale": "fr_FR"}, {}),
        ({"locale": "fr_FR"}, {"locale": " de_DE "}, {"locale": "de_DE"}),
        ({"locale": "fr_FR"}, {"locale": ""}, {"locale": None}),
        ({}, {"http_port": "8667"}, {"http_port": 8667}),
        ({}, {"http_port": "many"}, {"http_port": "many"}),
        ({"ntp_enabled": True}, {"ntp_enabled": "false"}, {"ntp_enabled": False}),
        ({"ntp_enabled": True}, {"ntp_enabled": "true"}, {}),
        ({"admin_password": "***"}, {"admin_password": "***"}, {}),
        ({}, {"admin_password": "x"}, {"admin_password": "x"}),
        ({}, {"sip_lines.2.username": "ann"}, {"sip_lines": {"2": {"username": "ann"}}}),
        (
            {"sip_lines": {"2": {"username": "ann", "number": "7"}}},
            {"sip_lines.2.username": "", "sip_lines.2.number": "7"},
            {"sip_lines": {"2": {"username": None}}},
        ),
        (
            {"sip_lines": {"2": {"username": "ann"}}},
            {"sip_lines.2.username": ""},
            {"sip_lines": {"2": None}},
        ),
        ({}, {"nothing": "x", "sip_lines": "x", "sip_lines.x.username": "x", "a.b.c.d": "x"}, {}),
    ],
)
def test_what_is_written_becomes_a_patch(own: dict[str, Any], form: dict[str, str], expected: dict[str, Any]) -> None:
    assert patch({f"{PREFIX}{key}": value for key, value in form.items()}, own) == expected


@given(st.dictionaries(st.text(max_size=20).map(lambda key: f"{PREFIX}{key}"), st.text(max_size=20)))
def test_no_form_breaks_it(form: dict[str, str]) -> None:
    assert isinstance(patch(form, {"sip_lines": {"1": None}, "locale": "fr_FR"}), dict)


def test_the_form_that_is_sent_back_as_it_was_changes_nothing() -> None:
    own = {
        "ntp_enabled": True, "http_port": 80, "admin_password": "***",
        "sip_lines": {"1": {"username": "ann", "proxy_port": 5060}}, "funckeys": {"2": {"type": "park"}},
    }  # fmt: skip
    form = {field.name: field.value for section in sections(own, own, {}) for field in section.fields}
    assert patch(form, own) == {}


def test_what_others_saved_meanwhile_stands_beside_what_was_written() -> None:
    found = sections({"locale": "de_DE", "ntp_ip": "10.0.0.1"}, {"locale": "de_DE", "ntp_ip": "10.0.0.1"}, {})
    after = fields_of(written(found, {f"{PREFIX}locale": "fr_FR", f"{PREFIX}ntp_ip": "10.0.0.1"}))
    assert (after["locale"].value, after["locale"].theirs) == ("fr_FR", "de_DE")
    assert after["ntp_ip"].theirs is None


def test_some_keys_are_chosen_in_their_order() -> None:
    names = ["tftp_port", "sip_lines.1.username", "nothing", "ip"]
    assert [field.key for field in chosen(names, {}, {}, {})] == ["tftp_port", "username", "ip"]
    assert leaves({"a": {"b": True}, "c": None, "d": {}}) == [("a.b", "true"), ("c", ""), ("d", "{}")]
