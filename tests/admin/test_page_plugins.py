"""What the pages of plugins and templates change, and what they say when that cannot be."""

from __future__ import annotations

from typing import Any

import pytest
from tests.admin.reading import PageReader
from tests.admin.test_pages import EVIL, SHOWN, Browser
from tests.admin.visiting import MAC, calls, etag_in, send

from ringboot.desk.errors import Refused


@pytest.fixture
def browser(server: Any, desk: Any) -> Browser:
    return Browser(str(server.path))


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


def test_a_new_copy_is_previewed_on_any_device_of_its_plugin(browser: Browser, desk: Any) -> None:
    desk.rows_templates = [template(used_by=[])]
    desk.rows_devices = {
        "d7": {"id": "d7", "mac": MAC, "plugin": "p", "model": "M"},
        "d8": {"id": "d8", "mac": None, "plugin": "q", "model": "M"},
    }
    page = PageReader(browser.get("/templates/p/base.tpl").text)
    assert [each["value"] for each in page.all("option")] == ["", "d7"]


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
