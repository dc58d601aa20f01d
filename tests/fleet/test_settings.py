"""Settings: their defaults, what may be written, and who wrote it."""

from __future__ import annotations

import pytest
from tests.fleet.conftest import Site

from ringboot.fleet import settings
from ringboot.fleet.fields import FieldErrors, Unknown
from ringboot.fleet.settings import Settings


def test_what_nobody_set_has_its_default(site: Site) -> None:
    assert settings.read(site.books.settings) == Settings(nat=False, dhcp_integration=True)
    assert settings.values(site.books.settings) == {row.name: row.default for row in settings.TABLE.values()}


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
        ("sync_through", "Asterisk-URI", "asterisk-uri"),
        ("sync_rate", " 6000 ", 6000),
        ("sync_pause", 0, 0),
        ("ami_secret", " Big Secret ", "Big Secret"),
        ("ami_user", "", ""),
        ("plugin_server", " http://plugins.example/Stable/ ", "http://plugins.example/Stable/"),
        ("plugin_server", "/srv/plugins", "/srv/plugins"),
        ("plugin_server", "", ""),
    ],
)
def test_a_setting_takes_what_a_person_writes(site: Site, name: str, written: object, value: object) -> None:
    assert settings.set_value(site.books.settings, name, written, "anna", 5.0) == value
    assert settings.values(site.books.settings)[name] == value


@pytest.mark.parametrize(
    ("name", "written", "words"),
    [
        ("NAT", "2", "0 1"),
        ("NAT", True, "0 1"),
        ("dhcp_integration", "maybe", "true on yes 1 false off no 0"),
        ("sync_rate", "0", "must be a whole number from 1 to 600000"),
        ("sync_rate", "-1", "must be a whole number from 1 to 600000"),
        ("sync_rate", "9" * 99, "must be a whole number from 1 to 600000"),
        ("ami_host", 5, "must be one line of text, of at most 200 characters"),
        ("ami_user", "a\r\nb", "must be one line of text, of at most 200 characters"),
        ("ami_secret", "***", "cannot be ***, which is how it is shown"),
    ],
)
def test_anything_else_is_refused_with_what_there_is(site: Site, name: str, written: object, words: str) -> None:
    with pytest.raises(FieldErrors) as caught:
        settings.set_value(site.books.settings, name, written, "anna", 5.0)
    assert caught.value.as_dict() == {
        name: words if words.startswith(("must", "cannot")) else f"must be one of {words}"
    }
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


@pytest.mark.parametrize("text", ["ftp://x/", "plugins", "5", "http:///x", "http://x/?y", "http://me:word@x/", "//x@["])
def test_a_repository_is_a_url_or_a_folder(site: Site, text: str) -> None:
    with pytest.raises(FieldErrors) as caught:
        settings.set_value(site.books.settings, "plugin_server", text, "anna", 5.0)
    assert ("password" if "me:word" in text else "must be a URL") in caught.value.as_dict()["plugin_server"]


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
        assert row.read(row.default) == row.default


def test_a_secret_is_not_shown(site: Site) -> None:
    settings.set_value(site.books.settings, "ami_secret", "big", "anna", 5.0)
    row = settings.TABLE["ami_secret"]
    assert row.shown("big") == "***"
    assert row.shown("") == ""
    assert "big" not in repr(settings.read(site.books.settings))


def test_a_secret_does_not_stand_in_the_history(site: Site) -> None:
    for who, value in (("anna", "big"), ("bert", "bigger"), ("bert", "bigger"), ("carl", "")):
        settings.set_value(site.books.settings, "ami_secret", value, who, 5.0)
    changes = site.books.history.of("setting", "ami_secret", 10)
    assert [(each.who, each.before, each.after) for each in changes] == [
        ("carl", {"value": "***"}, {"value": ""}),
        ("bert", None, {"value": "***"}),
        ("anna", None, {"value": "***"}),
    ]
    assert settings.read(site.books.settings).ami_secret == ""
