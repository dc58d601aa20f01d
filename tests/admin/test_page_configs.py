"""What the pages of settings and configs change, and what they say when that cannot be."""

from __future__ import annotations

from typing import Any

import pytest
from tests.admin.reading import PageReader
from tests.admin.rest_of_pages import OFFERED, fill
from tests.admin.test_pages import EVIL, SHOWN, AnyRole, Browser
from tests.admin.visiting import MAC, calls, etag_in, send

from ringboot.admin.access import ROLES
from ringboot.desk.errors import Refused


@pytest.fixture
def browser(server: Any, desk: Any) -> Browser:
    return Browser(str(server.path))


def config(ident: str = "one", **raw: Any) -> dict[str, Any]:
    return {
        "id": ident, "parent_ids": ["base"], "role": None, "label": None, "code": None, "transient": False,
        "deletable": True, "raw_config": raw,
    }  # fmt: skip


@pytest.mark.parametrize("row", OFFERED, ids=[row[0] for row in OFFERED])
def test_what_one_may_not_do_is_not_offered(
    row: tuple[str, list[str], str], server: Any, browser: Browser, desk: Any
) -> None:
    target, offered, least = row
    fill(desk, EVIL)
    for role in ROLES:
        server.access.rule = AnyRole(role)
        page = browser.get(target).text
        may = ROLES.index(role) >= ROLES.index(least)
        assert [f'="{each}"' in page for each in offered] == [may] * len(offered)
        assert may or "hx-post" not in page or role != ROLES[0]


# General settings


def test_a_setting_is_saved_on_its_own(browser: Browser, desk: Any) -> None:
    told = send(browser, "PUT", "/settings/NAT", NAT="1", was="0", etag="")
    page = PageReader(told.text)
    assert (told.status, page.wrong) == (200, [])
    assert "Saved." in page.text
    assert calls(desk, "set_setting")[0][1:3] == ("NAT", "1")


def test_a_setting_that_is_left_as_it_is_is_not_written(browser: Browser, desk: Any) -> None:
    assert "Nothing was changed." in send(browser, "PUT", "/settings/NAT", NAT="0", was="0").text
    assert not calls(desk, "set_setting")


def test_a_setting_that_is_refused_says_why_beside_what_was_written(browser: Browser, desk: Any) -> None:
    async def refuse(name: str, value: Any, who: str) -> dict[str, Any]:
        raise Refused("NAT must be one of 0 1.", {"NAT": "must be one of 0 1"})

    desk.rows_settings["NAT"] |= {"kind": "text"}
    desk.set_setting = refuse
    page = PageReader(send(browser, "PUT", "/settings/NAT", NAT=EVIL, was="0").text)
    assert "must be one of 0 1" in page.text
    assert SHOWN in page.text
    assert page.wrong == []


def test_two_who_change_a_setting_see_each_other(browser: Browser, desk: Any) -> None:
    form = PageReader(browser.get("/settings").text).all("input")
    fields = {str(attrs["name"]): str(attrs.get("value")) for attrs in form if attrs.get("name") in ("etag", "was")}
    desk.rows_settings["NAT"]["value"] = 7
    page = PageReader(send(browser, "PUT", "/settings/NAT", NAT="1", **fields).text)
    assert "Somebody set it to 7 meanwhile." in page.text
    assert {attrs["name"]: attrs.get("value") for attrs in page.all("input")}["was"] == "7"
    assert not calls(desk, "set_setting")


def test_a_panel_of_config_keys_is_saved_into_its_config(browser: Browser, desk: Any) -> None:
    desk.rows_configs = {"base": config("base", locale="fr_FR", ntp_ip="10.0.0.1")}
    page = PageReader(browser.get("/settings").text)
    assert {"raw_config.timezone", "raw_config.http_base_url"} <= {attrs.get("name") for attrs in page.all("input")}
    told = send(browser, "PUT", "/settings/panels/0", **{"raw_config.locale": "de_DE", "raw_config.ntp_ip": ""})
    assert "Saved" in told.text
    assert calls(desk, "set_config")[0][1:3] == ("base", {"raw_config": {"locale": "de_DE", "ntp_ip": None}})
    assert "at once" in calls(desk, "set_config")[0]  # nobody waits for a fleet's files
    assert send(browser, "PUT", "/settings/panels/99").status == 404


# Configs


def test_a_config_is_added(browser: Browser, desk: Any) -> None:
    told = send(browser, "POST", "/configs", id="new", label=" Hall ", parent_ids="base, floor")
    assert told.headers["hx-redirect"] == "/configs/new"
    assert calls(desk, "add_config")[0][1] == {
        "id": "new", "label": "Hall", "parent_ids": ["base", "floor"], "raw_config": {}
    }  # fmt: skip
    desk.fail = Refused("Not so.", {"id": "there is a config new already"})
    page = PageReader(send(browser, "POST", "/configs", id="new", label=EVIL).text, whole=False)
    assert "there is a config new already" in page.text
    assert SHOWN in page.text


def test_a_config_says_what_it_sets_and_what_it_inherits(browser: Browser, desk: Any) -> None:
    desk.rows_configs = {"one": config(locale="fr_FR", admin_password="7")}
    page = PageReader(browser.get("/configs/one").text)
    fields = {attrs["name"]: attrs.get("value") for attrs in page.all("input") if attrs.get("name")}
    assert fields["raw_config.locale"] == "fr_FR"
    assert fields["raw_config.admin_password"] == "***"
    assert fields["parent_ids"] == "base"


def test_only_what_differs_is_saved(browser: Browser, desk: Any) -> None:
    desk.rows_configs = {"one": config(locale="fr_FR", ntp_enabled=True)}
    fields = {"raw_config.locale": "de_DE", "raw_config.ntp_enabled": "true", "label": "Hall", "parent_ids": "base"}
    told = send(browser, "PATCH", "/configs/one", **fields, role="", code="")
    assert "Saved." in told.text
    assert calls(desk, "set_config")[0][1:3] == ("one", {"raw_config": {"locale": "de_DE"}, "label": "Hall"})
    desk.rows_configs, desk.calls = {"one": config(ntp_enabled=True)}, []
    assert "Nothing was changed." in send(browser, "PATCH", "/configs/one", **{"raw_config.ntp_enabled": "true"}).text
    assert not calls(desk, "set_config")


def test_the_json_of_a_config_is_saved_as_a_patch(browser: Browser, desk: Any) -> None:
    desk.rows_configs = {"one": config(locale="fr_FR", admin_password="7", X_old=1)}
    told = send(browser, "PATCH", "/configs/one", json='{"locale": "fr_FR", "admin_password": "***", "X_new": [1]}')
    assert "Saved." in told.text
    assert calls(desk, "set_config")[0][2] == {"raw_config": {"X_old": None, "X_new": [1]}}


@pytest.mark.parametrize(
    ("text", "why"),
    [("{", "The body is not JSON"), ("[]", "It must be one JSON object"), ('{"a": NaN}', "The body is not JSON")],
)
def test_what_is_no_json_is_said_and_kept(text: str, why: str, browser: Browser, desk: Any) -> None:
    desk.rows_configs = {"one": config()}
    page = PageReader(send(browser, "PATCH", "/configs/one", json=text).text)
    assert why in page.text
    assert text in page.text
    assert not calls(desk, "set_config")


def test_a_refused_config_says_so_at_its_field(browser: Browser, desk: Any) -> None:
    async def refuse(*_: Any) -> dict[str, Any]:
        raise Refused("The config is not acceptable.", {"raw_config.http_port": "must be a number"})

    desk.rows_configs = {"one": config(locale="fr_FR")}
    desk.set_config = refuse
    page = PageReader(send(browser, "PATCH", "/configs/one", **{"raw_config.http_port": EVIL}).text)
    assert page.wrong == []
    wrong = next(attrs for attrs in page.all("input") if attrs.get("name") == "raw_config.http_port")
    assert (wrong["aria-invalid"], wrong["value"]) == ("true", SHOWN)


def test_two_who_change_a_config_see_each_others_version(browser: Browser, desk: Any) -> None:
    desk.rows_configs = {"one": config(locale="fr_FR", ntp_ip="10.0.0.1")}
    etag = etag_in(browser.get("/configs/one"))
    desk.rows_configs["one"] = config(locale="it_IT", ntp_ip="10.0.0.1")
    fields = {"raw_config.locale": "de_DE", "raw_config.ntp_ip": "10.0.0.1", "parent_ids": "base"}
    told = send(browser, "PATCH", "/configs/one", **fields, etag=etag)
    page = PageReader(told.text)
    assert "Somebody else changed this meanwhile." in page.text
    assert " ".join(page.texts).count("Saved meanwhile:") == 1
    assert all(words in page.text for words in ("it_IT", "de_DE"))
    assert not calls(desk, "set_config")
    assert "Saved." in send(browser, "PATCH", "/configs/one", **fields, etag=etag_in(told)).text
    assert calls(desk, "set_config")[0][2] == {"raw_config": {"locale": "de_DE"}}


def test_whom_a_change_would_reach_is_said_before_it(browser: Browser, desk: Any) -> None:
    desk.rows_configs = {"one": config(locale="fr_FR")}
    desk.foreseen_devices = [{"id": "d1", "mac": MAC, "before": {"locale": "fr_FR"}, "after": {"locale": "de_DE"}}]
    file = {"path": "a.cfg", "state": "changed", "text": "new words", "served": "old words"}
    desk.previewed = {"id": "d1", "mac": MAC, "files": [file]}
    fields = {"raw_config.locale": "de_DE", "preview_device": "d1"}
    page = PageReader(send(browser, "POST", "/configs/one/preview", **fields).text, whole=False)
    assert page.wrong == []
    assert "1 of 2 devices would change" in page.text
    assert all(words in page.text for words in (MAC, "fr_FR", "de_DE", "new words", "old words"))
    assert calls(desk, "foresee_config") == [("foresee_config", "one", {"raw_config": {"locale": "de_DE"}}, "d1")]
    assert not calls(desk, "set_config")


def test_a_config_is_removed_unless_something_uses_it(browser: Browser, desk: Any) -> None:
    desk.rows_configs = {"one": config(), "kept": {**config("kept"), "deletable": False}}
    assert send(browser, "POST", "/configs/one/remove").headers["hx-redirect"] == "/configs"
    assert "one" not in desk.rows_configs
    told = send(browser, "POST", "/configs/kept/remove")
    assert (told.status, told.headers["hx-retarget"]) == (409, "#said")
