"""The pages of a real daemon with a phone that booted: every one is drawn, and what they change is changed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from tests.admin.reading import PageReader
from tests.admin.test_pages import Browser, Told
from tests.whole.daemon import wait_until
from tests.whole.replay.site import Site, colons, go

from ringboot.sim.phone import Habit

PHONE, MODEL = "00085d2eecfb", "6731i"
FILE = "Aastra/00085D2EECFB.cfg"
AGENT = "Aastra{model} MAC:{mac_dashes} V:3.3.1.4365-SIP"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = Site(tmp_path_factory.mktemp("pages"))
    habit = Habit({"60": "AastraIPPhone{model}"}, AGENT, ("43.2",), ("aastra.cfg", "{MAC}.cfg"))
    assert go(made.phone(PHONE, MODEL, habit))[-1].what == "done"
    yield made
    made.close()


@pytest.fixture
def browser(site: Site) -> Browser:
    return Browser(str(site.daemon.socket))


def send(browser: Browser, method: str, target: str, **fields: str) -> Told:
    kind = {"Content-Type": "application/x-www-form-urlencoded", "HX-Request": "true"}
    told = browser.ask(method, target, urlencode(fields).encode(), **kind)
    assert told.status < 300, told.text
    return told


def etag_in(told: Told) -> str:
    return next(str(each["value"]) for each in PageReader(told.text).all("input") if each.get("name") == "etag")


def test_every_page_that_others_lead_to_is_drawn(site: Site, browser: Browser) -> None:
    seen, left = {""}, ["/"]
    while left:
        target = left.pop()
        told = browser.get(target)
        assert (target, told.status) == (target, 200)
        page = PageReader(told.text)
        assert (target, page.wrong) == (target, [])
        for each in page.all("a"):
            path = str(each.get("href")).partition("?")[0].partition("#")[0]
            kind = re.sub(r"/[^/]+", "/*", path) if path.count("/") > 1 else path  # one of each kind is enough
            if path.startswith("/") and not path.startswith("/api/") and kind not in seen:
                seen.add(kind)
                left.append(path)
    assert {
        "/settings",
        "/configs",
        "/templates",
        "/plugins",
        "/leases",
        "/networks",
        "/events",
        "/jobs",
        "/audit",
        "/users",
    } <= seen


def test_a_config_is_changed_in_its_form(site: Site, browser: Browser) -> None:
    told = browser.get("/configs/base")
    fields = {"raw_config.locale": "fr_FR", "raw_config.sip_proxy_ip": "10.0.0.5"}
    foreseen = send(browser, "POST", "/configs/base/preview", **fields, preview_device=site.device(PHONE)["id"])
    assert "1 of 1 devices would change" in foreseen.text
    assert FILE in foreseen.text
    assert b"10.0.0.5" not in site.on_disk("aastra", FILE)
    assert "Saved." in send(browser, "PATCH", "/configs/base", **fields, etag=etag_in(told)).text
    site.run("device", "reconfigure", colons(PHONE))
    assert b"10.0.0.5" in site.on_disk("aastra", FILE)
    late = send(browser, "PATCH", "/configs/base", **{"raw_config.locale": "de_DE"}, etag=etag_in(told))
    assert "Somebody else changed this meanwhile." in late.text


def test_a_template_is_copied_tried_and_saved(site: Site, browser: Browser) -> None:
    name, ident = "6731i.tpl", site.device(PHONE)["id"]
    assert send(browser, "POST", f"/template-copy/aastra/{name}").headers["hx-redirect"] == f"/templates/aastra/{name}"
    told = browser.get(f"/templates/aastra/{name}")
    draft = "# a word of ours\n{{ sip_proxy_ip }}\n"
    tried = send(browser, "POST", f"/template-preview/aastra/{name}", text=draft, device=ident)
    assert "a word of ours" in tried.text
    assert b"a word of ours" not in site.on_disk("aastra", FILE)
    faulty = send(browser, "POST", f"/template-check/aastra/{name}", text="\n{{ sip_prox_ip }}\n")
    assert "sip_prox_ip" in faulty.text
    assert 'data-line="2"' in faulty.text
    saved = send(browser, "PUT", f"/templates/aastra/{name}", text=draft, etag=etag_in(told))
    assert "Saved." in saved.text
    site.run("device", "reconfigure", colons(PHONE))
    assert b"a word of ours" in site.on_disk("aastra", FILE)
    # That devices use it by now is no other version of it.
    now = {"etag": etag_in(saved), "was": hashlib.sha256(draft.encode()).hexdigest()}
    assert "Saved." in send(browser, "PUT", f"/templates/aastra/{name}", text=f"{draft}more\n", **now).text
    late = send(browser, "PUT", f"/templates/aastra/{name}", text=f"{draft}less\n", **now)
    assert "Somebody else changed this meanwhile." in late.text
    send(browser, "POST", f"/template-remove/aastra/{name}")
    site.run("device", "reconfigure", colons(PHONE))
    assert b"a word of ours" not in site.on_disk("aastra", FILE)


def test_settings_are_switched(site: Site, browser: Browser) -> None:
    forms = browser.get("/settings").text
    etag = PageReader(forms.partition('id="setting-NAT"')[2].partition("</form>")[0], whole=False).all("input")[0]
    assert "Saved." in send(browser, "PUT", "/settings/NAT", NAT="1", was="0", etag=str(etag["value"])).text
    with site.api() as api:
        assert api.get("settings", "NAT")["value"] == 1
    late = send(browser, "PUT", "/settings/NAT", NAT="0", was="1", etag=str(etag["value"]))
    assert "Somebody set it to 1 meanwhile." in late.text


def test_an_address_is_kept_and_its_lease_ended(site: Site, browser: Browser) -> None:
    address = site.leases(PHONE)[0]
    kept = send(browser, "POST", f"/leases/{address}/reserve", kind="mac", hostname="hall")
    assert f"{address} is kept for mac {colons(PHONE)}." in kept.text
    assert f"{address}: leased" in PageReader(browser.get("/networks/phones").text).text
    assert "is free" in PageReader(send(browser, "POST", f"/leases/{address}/release").text, whole=False).text
    assert address not in site.leases(PHONE)
    assert address in browser.get("/reservations").text
    send(browser, "POST", "/reservations/remove", network="phones", kind="mac", value=colons(PHONE))
    assert address not in browser.get("/reservations").text


def test_a_plugin_is_rolled_out_after_a_look_at_it(site: Site, browser: Browser) -> None:
    site.run("plugin", "install", "aastra", "--id", "trial")
    fields = {"from": "aastra", "to": "trial", "stop_at": "1"}
    seen = send(browser, "POST", "/rollouts", **fields)
    assert "1 devices would go to trial" in seen.text
    assert FILE in seen.text
    assert site.device(PHONE)["plugin"] == "aastra"
    there = send(browser, "POST", "/rollouts", **fields, sure="1").headers["hx-redirect"]
    wait_until(lambda: site.device(PHONE)["plugin"] == "trial", "the phone to be moved")
    page = PageReader(browser.get(there).text)
    assert page.wrong == []
    assert colons(PHONE) in page.text
