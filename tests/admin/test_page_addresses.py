"""What the pages of leases, networks, events and jobs change and show; the audit."""

from __future__ import annotations

from typing import Any

import pytest
from tests.admin.reading import PageReader
from tests.admin.rest_of_pages import fill
from tests.admin.test_pages import EVIL, SHOWN, Browser
from tests.admin.visiting import MAC, calls, send
from tests.whole.daemon import wait_until

from ringboot.desk.errors import Refused


@pytest.fixture
def browser(server: Any, desk: Any) -> Browser:
    return Browser(str(server.path))


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


def test_devices_come_from_a_table_after_a_look_at_it(browser: Browser, desk: Any) -> None:
    lines = f"mac,plugin\n{MAC},p\n"
    item = {"row": 2, "does": "change", "id": "d1", "mac": MAC, "plugin": EVIL, "config": EVIL}
    desk.imported |= {"added": 1, "changed": 2, "same": 3, "items": [item]}
    page = PageReader(send(browser, "POST", "/devices/import", csv=lines).text, whole=False)
    assert "1 would be added, 2 changed, 3 stay as they are" in page.text
    assert "is changed" in page.text
    assert SHOWN in page.text
    told = send(browser, "POST", "/devices/import", csv=lines, sure="1")
    (job,) = desk.work.all()
    assert told.headers["hx-redirect"] == f"/jobs/{job['id']}"
    wait_until(lambda: all(job["ended"] for job in desk.work.all()), "the job to end")
    assert [call[2] for call in calls(desk, "import_devices")] == [True, False]
    page = PageReader(browser.get(f"/jobs/{job['id']}").text)
    assert "import: 1 devices" in page.text


def test_a_table_of_devices_with_faults_begins_nothing(browser: Browser, desk: Any) -> None:
    desk.imported |= {"errors": [{"row": 2, "field": "plugin", "error": EVIL}]}
    page = PageReader(send(browser, "POST", "/devices/import", csv="mac\nx\n").text, whole=False)
    assert "1 fault; nothing would be imported" in page.text
    assert SHOWN in page.text
    assert not [attrs for attrs in page.all("button") if attrs.get("name") == "sure"]
    for sure in ({}, {"sure": "1"}):
        broken = send(browser, "POST", "/devices/import", csv="mac,plugin\nx\n", **sure)
        assert "1 columns, where the first line has 2" in broken.text
    assert not desk.work.all()


def test_a_job_tells_what_came_of_it(browser: Browser, desk: Any) -> None:
    failed = [{"id": "d1", "mac": MAC, "problem": "burnt"}]
    row = {
        "id": "bulk-1", "kind": "bulk-set", "what": "9 devices", "who": "ann", "state": "done", "started": 1.0,
        "ended": 3.0, "doing": "", "done": 9, "total": 9, "unit": "devices", "problem": None, "code": None,
        "result": {"devices": 9, "done": 8, "failed": failed, "sync": 4}, "link": None, "resumable": False,
    }  # fmt: skip
    desk.rows_jobs = {"bulk-1": row, "sync-4": row | {"link": "/syncs/4"}}
    page = PageReader(browser.get("/jobs/bulk-1").text)
    for words in ("bulk-set: 9 devices", "burnt", "The devices are told to read their files"):
        assert words in page.text
    assert not any("every 2s" in str(attrs.get("hx-trigger")) for _, attrs in page.elements)
    desk.rows_jobs["bulk-2"] = row | {"state": "running", "ended": None, "result": None}
    page = PageReader(browser.get("/jobs/bulk-2").text)  # it may have ended before the browser listens
    assert any("every 2s" in str(attrs.get("hx-trigger")) for _, attrs in page.elements)
    desk.rows_jobs["bulk-3"] = row | {"id": "bulk-3", "state": "interrupted", "problem": "It ended.", "resumable": True}
    assert '"/jobs/bulk-3/resume"' in browser.get("/jobs/bulk-3").text
    told = send(browser, "POST", "/jobs/bulk-3/resume")
    assert (told.headers["hx-redirect"], calls(desk, "resume_job")[0][1]) == ("/jobs/bulk-3-again", "bulk-3")
    assert browser.get("/jobs/sync-4").headers["location"] == "/syncs/4"
    assert browser.get("/jobs/none").status == 404


def test_a_rollout_goes_on_or_ends(browser: Browser, desk: Any) -> None:
    send(browser, "POST", "/rollouts/1/resume", again="1")
    send(browser, "POST", "/rollouts/1/abort")
    assert calls(desk, "resume_rollout")[0][1:3] == ("1", True)
    assert calls(desk, "abort_rollout")
    fill(desk, "words")
    assert "live-jobs" in send(browser, "POST", "/syncs/1/stop").headers["hx-trigger"]


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


def test_a_rollout_is_looked_at_before_it_begins(browser: Browser, desk: Any) -> None:
    file = {"path": EVIL, "change": "changed"}
    device = {"id": "d1", "mac": None, "model": EVIL, "group": "first", "problem": None, "files": [file]}
    desk.foreseen = {"from": "p", "to": EVIL, "devices": 7, "failed": 1, "items": [device]}
    fields = {"from": "p", "to": "q", "model": "M1", "first": "2", "stop_at": "1", "window": "", "text": ""}
    page = PageReader(send(browser, "POST", "/rollouts", **fields).text, whole=False)
    assert page.wrong == []
    assert "7 devices would go" in page.text
    assert SHOWN in page.text
    told = send(browser, "POST", "/rollouts", **fields, sync="1", sure="1")
    assert told.headers["hx-redirect"] == "/rollouts/1"
    tried, begun = (call[1] for call in calls(desk, "move_devices"))
    assert (tried["dry_run"], begun["dry_run"], begun["sync"]) == (True, False, True)
    assert (begun["first"], begun["stop_at"], begun["filters"]) == (2, 1, ["model=M1"])
    page = PageReader(send(browser, "POST", "/rollouts", **{**fields, "first": "many"}).text, whole=False)
    assert "must be a number of devices" in page.text


@pytest.mark.parametrize(
    ("page", "dialog"),
    [
        ("/configs", "/configs-new"),
        ("/plugins", "/plugins-install"),
        ("/plugins/p", "/plugins/p/uninstall"),
        ("/leases", "/leases/10.0.0.9"),
        ("/reservations", "/reservations/new"),
        ("/reservations", "/reservations/import"),
        ("/jobs", "/rollouts-new"),
        ("/devices", "/devices/import"),
        ("/users", "/users-new"),
        ("/users", "/tokens-new"),
    ],
)
def test_a_dialog_shares_no_id_with_the_page_that_opens_it(page: str, dialog: str, browser: Browser, desk: Any) -> None:
    fill(desk, "words")
    ids = [
        {attrs["id"] for _, attrs in PageReader(browser.get(each).text, whole=False).elements if attrs.get("id")}
        for each in (page, dialog)
    ]
    assert not set.intersection(*ids)
