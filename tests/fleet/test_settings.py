"""Settings: their defaults, what may be written, and who wrote it."""

from __future__ import annotations

import pytest
from tests.fleet.conftest import Site

from ringboot.fleet import settings
from ringboot.fleet.fields import FieldErrors, Unknown
from ringboot.fleet.settings import Settings


def test_what_nobody_set_has_its_default(site: Site) -> None:
    assert settings.read(site.books.settings) == Settings(nat=False, dhcp_integration=True)
    assert settings.values(site.books.settings) == {
        "NAT": 0, "dhcp_integration": True, "http_proxy": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "written", "value"),
    [
        ("NAT", "1", 1),
        ("NAT", 0, 0),
        ("dhcp_integration", "off", False),
        ("dhcp_integration", True, True),
        ("dhcp_integration", " FALSE ", False),
        ("http_proxy", "http://Proxy.example.org:3128", "http://Proxy.example.org:3128"),
        ("http_proxy", "", ""),
    ],
)
def test_a_setting_takes_what_a_person_writes(site: Site, name: str, written: object, value: object) -> None:
    assert settings.set_value(site.books.settings, name, written, "anna", 5.0) == value
    assert settings.values(site.books.settings)[name] == value


@pytest.mark.parametrize(
    ("name", "written", "words"),
    [("NAT", "2", "0 1"), ("NAT", True, "0 1"), ("dhcp_integration", "maybe", "true on yes 1 false off no 0")],
)
def test_anything_else_is_refused_with_what_there_is(site: Site, name: str, written: object, words: str) -> None:
    with pytest.raises(FieldErrors) as caught:
        settings.set_value(site.books.settings, name, written, "anna", 5.0)
    assert caught.value.as_dict() == {name: f"must be one of {words}"}
    with pytest.raises(Unknown):
        settings.set_value(site.books.settings, "colour", "x", "anna", 5.0)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("proxy:3128", "must be http://HOST:PORT, or empty"),
        ("http://proxy", "must be http://HOST:PORT, or empty"),
        ("http://proxy:99999", "must be http://HOST:PORT, or empty"),
        ("http://proxy:3128/path", "must be http://HOST:PORT, or empty"),
        ("http://anna:s3cret@proxy:3128", "must not hold a password: everybody who may look at settings would see it"),
    ],
)
def test_a_proxy_is_an_address_without_a_password(site: Site, text: str, why: str) -> None:
    with pytest.raises(FieldErrors) as caught:
        settings.set_value(site.books.settings, "http_proxy", text, "anna", 5.0)
    assert caught.value.as_dict() == {"http_proxy": why}
    settings.set_value(site.books.settings, "http_proxy", "http://proxy:3128", "anna", 5.0)
    assert settings.read(site.books.settings).http_proxy == "http://proxy:3128"


def test_who_changed_it_is_kept(site: Site) -> None:
    settings.set_value(site.books.settings, "NAT", "1", "anna", 5.0)
    settings.set_value(site.books.settings, "NAT", "0", "bert", 6.0)
    changes = site.books.history.of("setting", "NAT", 10)
    assert [(each.who, each.utc, each.before, each.after) for each in changes] == [
        ("bert", 6.0, {"value": 1}, {"value": 0}),
        ("anna", 5.0, None, {"value": 1}),
    ]


def test_every_setting_says_what_it_does() -> None:
    for row in settings.TABLE.values():
        assert len(row.help) > 40
        assert row.default in row.values.values()
