"""What the pages beside devices change, and what they say when that cannot be: over a real socket, behind the gate."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from tests.admin.reading import PageReader
from tests.admin.rest_of_pages import OFFERED, fill
from tests.admin.test_pages import EVIL, SHOWN, AnyRole, Browser, Told

from ringboot.admin.access import ROLES
from ringboot.desk.errors import Refused

MAC = "00:00:5e:00:53:0a"


@pytest.fixture
def browser(server: Any, desk: Any) -> Browser:
    return Browser(str(server.path))


def send(browser: Browser, method: str, target: str, **fields: str) -> Told:
    kind = {"Content-Type": "application/x-www-form-urlencoded", "HX-Request": "true"}
    return browser.ask(method, target, urlencode(fields).encode(), **kind)


def etag_in(told: Told) -> str:
    """Give the version that the first form of a page is for."""
    return next(str(attrs["value"]) for attrs in PageReader(told.text).all("input") if attrs.get("name") == "etag")


def calls(desk: Any, name: str) -> list[tuple[Any, ...]]:
    return [call for call in desk.calls if call[0] == name]


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


# Plugins


def test_a_plugin_is_installed_from_the_list_or_under_another_id(browser: Browser, desk: Any) -> None:
    assert send(browser, "POST", "/plugins", source="snom").headers["hx-redirect"] == "/plugins/snom"
    told = send(browser, "POST", "/plugins", source="/srv/own", id="own")
    assert told.headers["hx-redirect"] == "/plugins/own"
    assert [call[1:3] for call in calls(desk, "install_plugin")] == [("snom", None), ("/srv/own", "own")]
    desk.fail = Refused("There is no plugin there.")
    assert send(browser, "POST", "/plugins", source="x").headers["hx-retarget"] == "#said"
    page = PageReader(send(browser, "POST", "/plugins", source=EVIL, id="y").text, whole=False)
    assert "There is no plugin there." in page.text
    assert SHOWN in page.text


def test_an_upgrade_says_what_became_of_the_files(browser: Browser, desk: Any) -> None:
    desk.rows_plugins = {"spoilt": {"id": "spoilt", "version": "1", "available": "2", "kept": ["a.tpl.old"]}}
    told = send(browser, "POST", "/plugins/spoilt/upgrade")
    assert "Version 2 is in use; it was 1." in told.text
    assert "base.tpl, line 3" in told.text
    assert "a.tpl.old" in told.text
    assert "live-plugin" in told.headers["hx-trigger"]


def test_what_goes_with_a_plugin_is_said_before_it_goes(browser: Browser, desk: Any) -> None:
    desk.rows_plugins = {
        "p": {
            "id": "p",
            "title": "P",
            "devices": 3,
            "custom_templates": ["own.tpl"],
            "firmware": ["a.rom"],
            "folder": "/d/p",
        }
    }
    page = PageReader(browser.get("/plugins/p/uninstall").text, whole=False).text
    assert all(words in page for words in ("3 devices", "own.tpl", "a.rom", "/d/p"))
    assert not calls(desk, "uninstall_plugin")
    assert send(browser, "POST", "/plugins/p/uninstall").headers["hx-redirect"] == "/plugins"
    assert calls(desk, "uninstall_plugin")


def test_firmware_is_installed_with_its_progress(browser: Browser, desk: Any) -> None:
    desk.rows_firmware = [{"plugin": "p", "id": "fw", "version": "2", "installed": "1", "state": "upgrade", "size": 9,
                           "description": "", "problem": None}]  # fmt: skip
    page = PageReader(browser.get("/plugins/p/firmware").text, whole=False)
    assert "fetches D10.zip" in page.text
    assert page.all("progress")[0]["value"] == "512"
    assert "fw installed: 2 files." in send(browser, "POST", "/plugins/p/firmware/fw/install").text
    assert "fw installed: 1 files." in send(browser, "POST", "/plugins/p/firmware/fw/upgrade").text
    gone = send(browser, "POST", "/plugins/p/firmware/fw/uninstall").text
    assert all(words in gone for words in ("1 files are gone", "b.rom", "lang"))


def test_the_repository_is_read_anew(browser: Browser, desk: Any) -> None:
    desk.rows_plugins = {"p": {"id": "p", "available": "2"}}
    told = send(browser, "POST", "/plugins-update")
    assert "The repository has 2 plugins. There are newer versions of p." in told.text


# Leases and reservations


def test_a_lease_is_ended_kept_and_renewed(browser: Browser, desk: Any) -> None:
    row = {
        "address": "10.0.0.9", "network": "lan", "mac": MAC, "client_id": None, "state": "bound", "start": 1.0,
        "expiry": 2.0, "hostname": None, "vendor_class": None, "relay_information": None,
    }  # fmt: skip
    desk.rows_leases = [row]
    told = send(browser, "POST", "/leases/10.0.0.9/reserve", kind="mac", hostname="hall")
    assert f"10.0.0.9 is kept for mac {MAC}." in told.text
    assert calls(desk, "reserve_lease")[0][1:] == ("10.0.0.9", "mac", {"hostname": "hall"})
    assert "was renewed" in send(browser, "POST", "/leases/10.0.0.9/renew").text
    told = send(browser, "POST", "/leases/10.0.0.9/release")
    assert f"10.0.0.9 is free; it was {MAC}" in PageReader(told.text, whole=False).text
    assert desk.rows_leases == []
    assert send(browser, "POST", "/leases/10.0.0.9/renew").headers["hx-retarget"] == "#said"


def test_leases_are_read_on_by_a_cursor(browser: Browser, desk: Any) -> None:
    fill(desk, EVIL)
    desk.rows_leases = [{**desk.rows_leases[0], "address": f"10.0.0.{place}"} for place in range(150)]
    page = browser.get("/leases?text=x").text
    assert 'href="/leases?text=x&amp;after=100"' in page
    assert "10.0.0.99<" in page
    assert "10.0.0.100<" not in page


def test_leases_while_dhcp_is_down(browser: Browser, desk: Any) -> None:
    desk.fail = Refused("The dhcp process does not answer.")
    told = browser.get("/leases")
    assert told.status == 200
    assert "The dhcp process does not answer." in told.text


def test_a_reservation_is_added_and_removed(browser: Browser, desk: Any) -> None:
    fields = {
        "network": "lan",
        "kind": "mac",
        "value": MAC,
        "address": "10.0.0.9",
        "hostname": "",
        "options": "66 = x=y\n\n",
    }
    assert f"10.0.0.9 is kept for {MAC}." in send(browser, "POST", "/reservations", **fields).text
    assert desk.rows_reservations[0]["options"] == {"66": "x=y"}
    page = PageReader(
        send(browser, "POST", "/reservations", **{**fields, "address": "192.0.2.1", "hostname": EVIL}).text, whole=False
    )
    assert "does not lie in 10.0.0.0/8" in page.text
    assert SHOWN in page.text
    assert "is removed" in send(browser, "POST", "/reservations/remove", network="lan", kind="mac", value=MAC).text
    assert desk.rows_reservations == []


def test_names_are_tried_again(browser: Browser, desk: Any) -> None:
    desk.rows_names = [{"name": "a"}]
    assert "1 names are tried again now." in send(browser, "POST", "/names/retry").text


# Audit


def test_a_change_is_seen_in_the_audit_with_before_and_after(browser: Browser, desk: Any) -> None:
    send(browser, "PUT", "/settings/NAT", NAT="1", was="0")
    page = PageReader(browser.get("/audit").text)
    assert page.wrong == []
    [row] = [row for row in desk.audited if row["path"] == "/settings/NAT"]
    assert (row["before"]["value"], row["after"]["value"]) == (0, "1")
    words = " ".join("".join(page.texts).split())
    assert "PUT /settings/NAT" in words
    assert all(line in words for line in ('"value": 0', '"value": "1"'))


# Templates


def template(name: str = "base.tpl", **more: Any) -> dict[str, Any]:
    return {
        "plugin": "p", "template": name, "custom": True, "path": f"var/templates/{name}", "state": "current",
        "origin": name, "version": "1", "devices": 1, "shared": False, "file": f"/d/{name}", "text": "old words\n",
        "original": "", "now": "shipped words\n", "used_by": [{"id": "d1", "mac": MAC, "model": "M"}], **more,
    }  # fmt: skip


def test_a_template_is_shown_beside_what_is_shipped(browser: Browser, desk: Any) -> None:
    desk.rows_templates = [template()]
    page = PageReader(browser.get("/templates/p/base.tpl").text)
    assert all(words in page.text for words in ("old words", "shipped words", MAC))


def test_a_draft_is_checked_and_tried_before_anything_is_kept(browser: Browser, desk: Any) -> None:
    async def check(plugin: str, name: str, text: str) -> dict[str, Any]:
        items = [{"template": name, "line": 3, "kind": "syntax", "what": f"what is {text.strip()}?"}]
        return {"plugin": plugin, "template": name, "items": items}

    async def attempt(device: str, config: Any, plugin: Any, drafts: dict[str, str]) -> dict[str, Any]:
        file = {
            "path": "a.cfg",
            "template": "base.tpl",
            "state": "changed",
            "text": drafts["sub/base.tpl"],
            "served": "b\n",
        }
        return {"id": device, "mac": MAC, "plugin": "p", "config": "c", "files": [file], "left": []}

    desk.check_draft, desk.try_templates = check, attempt
    faults = PageReader(send(browser, "POST", "/template-check/p/sub/base.tpl", text="draft").text, whole=False)
    assert "what is draft?" in faults.text
    assert faults.all("button")[0]["data-line"] == "3"
    told = send(browser, "POST", "/template-preview/p/sub/base.tpl", text="draft\r\nwords", device="d1")
    page = PageReader(told.text, whole=False)
    assert page.wrong == []
    assert all(words in page.text for words in (MAC, "a.cfg", "draft", "words"))
    assert "Choose a device first." in send(browser, "POST", "/template-preview/p/base.tpl", text="x").text
    assert not calls(desk, "put_template")


def test_a_template_is_saved_with_line_ends_of_files(browser: Browser, desk: Any) -> None:
    desk.rows_templates = [template()]
    assert "Saved." in send(browser, "PUT", "/templates/p/base.tpl", text="a\r\nb").text
    assert calls(desk, "put_template")[0][1:4] == ("p", "base.tpl", "a\nb\n")


def test_a_template_with_a_fault_is_not_lost(browser: Browser, desk: Any) -> None:
    async def refuse(*_: Any) -> dict[str, Any]:
        raise Refused("base.tpl was not written: line 2: unexpected end.", {"text": "line 2: unexpected end"})

    desk.rows_templates, desk.put_template = [template()], refuse
    page = PageReader(send(browser, "PUT", "/templates/p/base.tpl", text="{% if %}").text)
    assert page.wrong == []
    assert "line 2: unexpected end" in page.text
    assert "{% if %}" in page.text


def test_two_who_write_a_template_see_each_others(browser: Browser, desk: Any) -> None:
    desk.rows_templates = [template()]
    etag = etag_in(browser.get("/templates/p/base.tpl"))
    desk.rows_templates = [template(text="their words\n")]
    told = send(browser, "PUT", "/templates/p/base.tpl", text="my words\n", etag=etag)
    page = PageReader(told.text)
    assert "Somebody else changed this meanwhile." in page.text
    assert all(words in page.text for words in ("their words", "my words"))
    assert not calls(desk, "put_template")
    assert "Saved." in send(browser, "PUT", "/templates/p/base.tpl", text="my words\n", etag=etag_in(told)).text


def test_a_template_is_copied_merged_and_removed(browser: Browser, desk: Any) -> None:
    desk.rows_templates = [template()]
    told = send(browser, "POST", "/template-copy/p/base.tpl")
    assert told.headers["hx-redirect"] == "/templates/p/base.tpl"
    desk.migrated = [{"plugin": "p", "template": "base.tpl", "result": "merged", "conflicts": [], "kept": None,
                      "text": "merged words\n", "path": "x"}]  # fmt: skip
    assert "merged words" in send(browser, "POST", "/template-migrate/p/base.tpl", trial="1").text
    assert calls(desk, "migrate_templates")[0][3] is True
    assert send(browser, "POST", "/template-migrate/p/base.tpl").headers["hx-redirect"] == "/templates/p/base.tpl"
    assert send(browser, "POST", "/template-remove/p/base.tpl").headers["hx-redirect"] == "/templates"
    assert calls(desk, "remove_template")[0][1:3] == ("p", "base.tpl")


# Networks, events, jobs


def test_the_addresses_of_a_network_are_drawn_and_told_in_words(browser: Browser, desk: Any) -> None:
    async def addresses(name: str, first: str, limit: int) -> dict[str, Any]:
        pages = {
            "10.0.0.0": ([("10.0.0.0", "10.0.0.8", "free"), ("10.0.0.9", "10.0.0.9", "leased")], "10.0.0.10"),
            "10.0.0.10": ([("10.0.0.10", "10.0.0.255", "excluded")], None),
        }
        runs, following = pages[first]
        items = [{"first": start, "last": end, "count": 1, "state": state} for start, end, state in runs]
        return {"network": name, "first": first, "last": "10.0.0.255", "items": items, "next": following}

    fill(desk, "words")
    desk.network_addresses = addresses
    page = PageReader(browser.get("/networks/lan").text)
    states = [attrs["class"] for attrs in page.all("rect") if attrs.get("x")]
    assert (len(states), states[9], states[10]) == (256, "at leased", "at excluded")
    assert "10.0.0.9: leased" in page.text
    drawing = next(attrs for attrs in page.all("svg") if attrs.get("role") == "img")
    assert drawing["aria-label"] == "246 addresses in no pool, 9 addresses free, 1 addresses leased"


def test_events_are_asked_for_as_the_address_says(browser: Browser, desk: Any) -> None:
    fill(desk, "words")
    browser.get(f"/events?stage=dhcp&mac={MAC}&since=2026-01-01T00:00&before=9")
    wanted, before = calls(desk, "events")[0][1:3]
    assert (wanted.stage, wanted.mac, wanted.since, before) == ("dhcp", MAC, 1767225600.0, 9)
    told = browser.get("/events?reason=of-nothing")
    assert told.status == 200


def test_reservations_come_from_a_table_after_a_look_at_it(browser: Browser, desk: Any) -> None:
    lines = f"network,kind,value,address,option:66\nlan,mac,{MAC},10.0.0.9,x\n"
    page = PageReader(send(browser, "POST", "/reservations/import", csv=lines).text, whole=False)
    assert "1 reservation would be added" in page.text
    assert desk.rows_reservations == []
    told = send(browser, "POST", "/reservations/import", csv=lines, sure="1")
    assert "1 reservations were added." in told.text
    assert desk.rows_reservations[0]["options"] == {"66": "x"}
    bad = send(browser, "POST", "/reservations/import", csv=lines.replace("10.0.0.9", "192.0.2.1"), sure="1")
    page = PageReader(bad.text, whole=False)
    assert "nothing was imported" in page.text
    assert "192.0.2.1 does not lie in 10.0.0.0/8" in page.text
    assert lines.splitlines()[0] in page.text


def test_a_rollout_goes_on_or_ends(browser: Browser, desk: Any) -> None:
    send(browser, "POST", "/rollouts/1/resume", again="1")
    send(browser, "POST", "/rollouts/1/abort")
    assert calls(desk, "resume_rollout")[0][1:3] == ("1", True)
    assert calls(desk, "abort_rollout")
    fill(desk, "words")
    assert "live-jobs" in send(browser, "POST", "/syncs/1/stop").headers["hx-trigger"]
