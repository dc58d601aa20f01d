"""Who owns which path, before a file lies there and until it is gone."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import pytest
from tests.fleet.conftest import CATALOG, Site

from ringboot.catalog import FOLDER
from ringboot.fleet import configs, devices, rendered
from ringboot.fleet.books import Taken
from ringboot.fleet.raw_config import effective
from ringboot.model.device import Device, DeviceFile
from ringboot.plugins.job import Rendered, RenderedFile, RenderFailed, RenderJob, ServerFacts, TemplateFault
from ringboot.plugins.render import Made, render_device
from ringboot.plugins.schema import ANY_MODEL

PHONE = "00:08:5d:2e:ec:fb"
OTHER = "00:08:5d:aa:bb:cc"
OWN = "Aastra/00085D2EECFB.cfg"
CERTS = "Aastra/00085D2EECFB-trusted_certs.crt"


def made(*paths: str, changed: bool = True) -> Rendered:
    files = (RenderedFile(path, "", True, "templates/base.tpl", f"sha of {path}", 9, changed) for path in paths)
    return Rendered(1, tuple(files))


@pytest.fixture
def phone(site: Site) -> Site:
    devices.add(site.books, site.world, {"id": "lobby", "mac": PHONE}, "anna", site.utc)
    return site


def lobby(site: Site) -> Device:
    found = site.books.devices.get("lobby")
    assert found is not None
    return found


def paths(site: Site, device: str = "lobby") -> list[str]:
    return [row.path for row in site.books.files.of_device(device)]


@pytest.mark.parametrize("name", sorted(CATALOG))
def test_every_file_that_is_rendered_was_expected(site: Site, name: str) -> None:
    raw: dict[str, Any] = effective(configs.flatten(site.books.configs.get, "autoprov").raw)
    for model in CATALOG[name].models:
        called = "unheard-of" if model == ANY_MODEL else model
        device = Device("lobby", mac=PHONE, plugin=name, vendor=CATALOG[name].title, model=called)
        job = RenderJob(
            1, str(FOLDER / name), raw, ServerFacts("10.0.0.2", "http://10.0.0.2:8667", "10.0.0.2"), asdict(device)
        )
        outcome = render_device(FOLDER / name, job)
        assert isinstance(outcome, Made), outcome
        expected = {row.path: row for row in rendered.expected(CATALOG[name], name, device, raw)}
        for page in outcome.pages:
            assert (expected[page.path].part, expected[page.path].secret) == (page.part, page.secret)


def test_paths_are_kept_before_the_files_are_made(phone: Site) -> None:
    rendered.reserve(phone.books, phone.world, lobby(phone), {})
    assert paths(phone) == [CERTS, OWN]
    assert all(row.sha256 == "" and row.secret for row in phone.books.files.of_device("lobby"))


def test_what_stands_ready_is_written_down(phone: Site) -> None:
    rendered.reserve(phone.books, phone.world, lobby(phone), {})
    stale = rendered.keep(phone.books, "lobby", "aastra", made(OWN), 5.0)
    assert [row.path for row in stale] == [CERTS], "kept, and not made"
    assert (lobby(phone).configured, lobby(phone).problem) == (True, None)
    record = phone.books.files.of_path("aastra", OWN)
    assert record == DeviceFile("aastra", OWN, "lobby", "", True, f"sha of {OWN}", "templates/base.tpl")
    event = phone.books.events.timeline("lobby", None, 1)[0]
    assert (event.reason, event.detail) == ("configured", {"count": 1, "changed": 1})
    rendered.keep(phone.books, "lobby", "aastra", made(OWN, changed=False), 6.0)
    assert phone.books.events.timeline("lobby", None, 1)[0].utc == 5.0, "the same again is no news"


def test_reserving_again_leaves_what_stands_ready(phone: Site) -> None:
    rendered.reserve(phone.books, phone.world, lobby(phone), {})
    rendered.keep(phone.books, "lobby", "aastra", made(OWN), 5.0)
    rendered.reserve(phone.books, phone.world, lobby(phone), {})
    record = phone.books.files.of_path("aastra", OWN)
    assert record is not None
    assert record.sha256 == f"sha of {OWN}"


def test_a_file_that_is_left_out_keeps_its_path(phone: Site) -> None:
    rendered.reserve(phone.books, phone.world, lobby(phone), {})
    assert rendered.keep(phone.books, "lobby", "aastra", made(OWN), 5.0, reserved=[OWN, CERTS]) == []
    assert (paths(phone), [row.path for row in phone.books.files.made_for("lobby")]) == ([CERTS, OWN], [OWN])
    rendered.keep(phone.books, "lobby", "aastra", made(OWN, CERTS), 6.0, reserved=[OWN, CERTS])
    gone = rendered.keep(phone.books, "lobby", "aastra", made(OWN), 7.0, reserved=[OWN, CERTS])
    assert [row.path for row in gone] == [CERTS], "a file lies there, which is deleted before its record"
    rendered.reserve(phone.books, phone.world, lobby(phone), {})
    assert rendered.keep(phone.books, "lobby", "aastra", made(OWN), 8.0, reserved=[OWN]) != [], "not its path any more"


def test_a_fault_says_where(phone: Site) -> None:
    rendered.reserve(phone.books, phone.world, lobby(phone), {})
    empty = rendered.keep_fault(phone.books, "lobby", TemplateFault("templates/base.tpl", 3, "no such key"), 5.0)
    assert [row.path for row in empty] == [CERTS, OWN]
    assert (lobby(phone).configured, lobby(phone).problem) == (False, "templates/base.tpl, line 3: no such key")
    assert phone.books.events.timeline("lobby", None, 1)[0].reason == "template-error"
    rendered.keep_fault(phone.books, "lobby", RenderFailed("out of memory"), 6.0)
    assert lobby(phone).problem == "out of memory"
    rendered.keep_fault(phone.books, "lobby", "it has no config", 7.0)
    rendered.keep_fault(phone.books, "lobby", "it has no config", 8.0)
    assert phone.books.events.timeline("lobby", None, 1)[0].utc == 7.0


def test_what_was_kept_for_a_device_that_went_meanwhile_is_to_go(phone: Site) -> None:
    assert rendered.keep_fault(phone.books, "nobody", "x", 9.0) == []
    rendered.reserve(phone.books, phone.world, replace(lobby(phone), id="gone"), {})
    assert [row.path for row in rendered.keep_fault(phone.books, "gone", "x", 9.0)] == [CERTS, OWN]


def test_a_fault_keeps_the_files_that_were_good(phone: Site) -> None:
    rendered.keep(phone.books, "lobby", "aastra", made(OWN), 5.0)
    assert rendered.keep_fault(phone.books, "lobby", "x", 6.0) == []
    assert paths(phone) == [OWN]


def test_files_of_a_device_that_went_or_moved_meanwhile_are_to_go(phone: Site) -> None:
    assert [row.path for row in rendered.keep(phone.books, "nobody", "aastra", made(OWN), 5.0)] == [OWN]
    assert [row.path for row in rendered.keep(phone.books, "lobby", "cisco-7900", made(OWN), 5.0)] == [OWN]
    assert paths(phone) == []


def test_a_path_of_another_device_is_not_taken(phone: Site) -> None:
    site = phone
    site.books.files.put([DeviceFile("aastra", OWN, "hall", "", True, "x", "t")])
    site.books.devices.put(Device("hall", mac=OTHER, plugin="aastra"), "anna", 0.0)
    rendered.reserve(site.books, site.world, lobby(site), {})
    assert paths(site) == [CERTS, OWN], "hall would not get this path any more"
    site.books.devices.put(replace(lobby(site), mac=None), "anna", 0.0)
    site.books.devices.put(Device("hall", mac=PHONE, plugin="aastra"), "anna", 0.0)
    site.books.files.remove(site.books.files.of_device("lobby"))
    site.books.files.put([DeviceFile("aastra", OWN, "hall", "", True, "x", "t")])
    with pytest.raises(Taken):
        rendered.reserve(site.books, site.world, replace(lobby(site), mac=PHONE), {})
    assert rendered.keep(site.books, "lobby", "aastra", made(OWN), 5.0) == []
    assert lobby(site).problem == f"path {OWN} already belongs to hall"


def test_what_all_devices_share_belongs_to_nobody(phone: Site) -> None:
    assert rendered.keep_common(phone.books, "aastra", made("Aastra/aastra.cfg", "Aastra/startup.cfg")) == []
    stale = rendered.keep_common(phone.books, "aastra", made("Aastra/aastra.cfg"))
    assert [(row.path, row.device) for row in stale] == [("Aastra/startup.cfg", None)]
    rendered.keep(phone.books, "lobby", "aastra", made(OWN), 5.0)
    assert rendered.keep_common(phone.books, "aastra", made("Aastra/aastra.cfg", "Aastra/startup.cfg")) == []


def test_after_a_crash_the_files_of_nobody_are_found(phone: Site) -> None:
    rendered.keep(phone.books, "lobby", "aastra", made(OWN), 5.0)
    phone.books.files.put([DeviceFile("aastra", "a", "gone", "", True, "x", "t")])
    assert [row.path for row in rendered.orphans(phone.books, "aastra")] == ["a"]
    phone.books.devices.put(replace(lobby(phone), plugin="cisco-7900"), "anna", 0.0)
    assert [row.path for row in rendered.orphans(phone.books, "aastra")] == [OWN, "a"]
