"""Devices have one state, and what needs a person is told with what to do."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from tests.desk.office import Office

from ringboot import reasons
from ringboot.desk import attention
from ringboot.desk.listing import Query
from ringboot.fleet.books import PluginState
from ringboot.model.address import ip_number, mac_octets
from ringboot.model.event import Event
from ringboot.model.lease import BOUND, DECLINED, LeaseChange

NOW = 1_800_000_000.0
MAC = "00:08:5d:00:00:0{}"


def lease(office: Office, place: int, *, since: float = NOW, state: str = BOUND, mac: bytes | None = None) -> None:
    mac = mac if mac is not None else mac_octets(MAC.format(place))
    number = ip_number("10.0.1.0") + place
    start = int(since)
    office.core.world.leases.apply(
        LeaseChange("bound", state, "phones", number, b"\1" + mac, mac, start, int(NOW) + 3600, b"", start)
    )


async def four_phones(office: Office) -> list[Any]:
    """Make one of each state; gives the files of the first."""
    desk = office.desk
    office.core.utc = lambda: NOW
    await desk.add_device({"id": "good", "mac": MAC.format(1), "model": "6731i", "config": "default"}, "ann")
    await desk.add_device({"id": "stuck", "mac": MAC.format(2), "model": "6731i", "config": "default"}, "ann")
    await desk.add_device({"id": "fresh", "mac": MAC.format(3), "model": "6731i"}, "ann")
    await desk.add_config({"id": "odd", "raw_config": {"vlan_enabled": True}}, "ann")
    await desk.add_device({"id": "failed", "mac": MAC.format(4), "model": "6731i", "config": "odd"}, "ann")
    await desk.add_device({"id": "strange", "mac": "00:00:5e:00:53:01"}, "ann")
    for place in (1, 2):
        lease(office, place, since=NOW - 1200)
    return await desk.device_files("good")


def test_a_device_has_a_state_that_lists_filter_and_count_by(office: Office) -> None:
    async def conversation() -> None:
        files = await four_phones(office)
        assert (await office.desk.device("good"))["state"] == "stuck"
        fetched = Event(NOW - 1190, reasons.SERVED.id, MAC.format(1), "good", None, {"path": files[0]["path"]})
        shared = Event(NOW - 1190, reasons.SERVED.id, MAC.format(2), "stuck", None, {"path": "of everybody"})
        await office.core.tell(fetched, shared)
        states = {row["id"]: row["state"] for row in (await office.desk.devices(Query())).items}
        assert states == {
            "good": "configured", "stuck": "stuck", "fresh": "autoprov", "failed": "failed", "strange": "autoprov",
        }  # fmt: skip
        for ident, state in states.items():
            assert (await office.desk.device(ident))["state"] == state
        page = await office.desk.devices(Query(filters=(("state", "autoprov"),)))
        assert (page.total, {row["id"] for row in page.items}) == (2, {"fresh", "strange"})
        first = await office.desk.devices(Query(sort="state", descending=True, limit=1))
        assert [row["id"] for row in first.items] == ["stuck"]
        refused = Event(NOW - 1100, reasons.NO_PROOF.id, MAC.format(1), "good", None, {"path": files[0]["path"]})
        await office.core.tell(refused)
        assert (await office.desk.device("good"))["state"] == "stuck"

    office.play(conversation)


def test_what_needs_a_person_is_told_with_what_to_do(office: Office) -> None:
    async def conversation() -> None:
        await four_phones(office)
        lease(office, 9, state=DECLINED, mac=b"")
        for place in range(10, 99):
            lease(office, place, mac=bytes((0, 0, 0, 0, 0, place)))
        office.core.others.met("192.0.2.7", "eth0", NOW - 60, allowed=False)
        run = office.core.data / "run"
        (run / "processes.json").write_text(
            json.dumps([{"name": "tftp", "pid": None, "restarts": 3, "last_end": "killed by signal 9"}])
        )
        told = await office.desk.attention()
        found = {(row["reason"], row["kind"], row["id"]) for row in told["items"]}
        assert found == {
            ("process-down", "process", "tftp"),
            ("foreign-server", "server", "192.0.2.7"),
            ("pool-low", "network", "phones"),
            ("device-stuck", "device", "good"),
            ("device-stuck", "device", "stuck"),
            ("device-failed", "device", "failed"),
            ("device-waits", "device", "strange"),
            ("quarantined", "lease", "10.0.1.9"),
        }
        assert told["total"] == len(told["items"]) == sum(told["reasons"].values())
        assert told["reasons"]["device-stuck"] == 2
        for row in told["items"]:
            assert "?" not in row["text"], row
            assert row["help"], row
        [stuck] = [row for row in told["items"] if row["id"] == "stuck"]
        assert "began to boot 20 minutes ago" in stuck["text"]
        assert MAC.format(2) in stuck["help"]

    office.play(conversation)


def test_a_plugin_at_the_end_of_its_life_needs_a_person_while_devices_use_it(office: Office) -> None:
    async def conversation() -> None:
        core = office.core
        await core.copy_plugins(["aastra"], "ann")
        manifest = core.data / "plugins" / "aastra" / "plugin.toml"
        manifest.write_text("end_of_life = true\n" + manifest.read_text())
        await core.db.write(lambda books: books.plugins.put(PluginState("aastra", "installed", "aastra")))
        await core.db.write(core.read_plugins)
        assert core.shelf.plugins["aastra"].end_of_life
        assert (await office.desk.attention())["reasons"].get("plugin-ended") is None
        await office.desk.add_device({"id": "d", "mac": MAC.format(1), "plugin": "aastra"}, "ann")
        rows = [row for row in (await office.desk.attention())["items"] if row["reason"] == "plugin-ended"]
        assert [(row["kind"], row["id"]) for row in rows] == [("plugin", "aastra")]
        assert rows[0]["text"].endswith("devices that use it: 1")

    office.play(conversation)


def test_the_overview_counts_by_state_and_brand(office: Office) -> None:
    async def conversation() -> None:
        await four_phones(office)
        row = await office.desk.overview()
        assert row["devices"] == 5
        assert row["states"] == {"autoprov": 2, "configured": 0, "failed": 1, "stuck": 2}
        title = office.core.shelf.plugins["aastra"].title
        assert row["brands"] == [
            {"brand": title, "devices": 4, "autoprov": 1, "configured": 0, "failed": 1, "stuck": 2},
            {"brand": "?", "devices": 1, "autoprov": 1, "configured": 0, "failed": 0, "stuck": 0},
        ]
        assert [pool["network"] for pool in row["pools"]] == ["phones", "voice"]
        assert row["attention"]["total"] >= 4

    office.play(conversation)


def test_one_look_serves_many_who_look(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    async def conversation() -> None:
        clock, looks = [1000.0], []
        monkeypatch.setattr(attention, "monotonic", lambda: clock[0])
        monkeypatch.setattr(attention, "MANY", 1)
        await four_phones(office)
        top = office.desk.top

        async def counted() -> Any:
            looks.append(1)
            return await top()

        monkeypatch.setattr(office.desk, "top", counted)
        rows = await asyncio.gather(*(office.desk.overview() for _ in range(50)))
        assert (len(looks), len({row["devices"] for row in rows})) == (1, 1)
        await office.desk.remove_device("stuck", "ann")
        assert (await office.desk.attention())["reasons"]["device-stuck"] == 2
        clock[0] += attention.SHARED
        assert (await office.desk.attention())["reasons"]["device-stuck"] == 1
        assert (await office.desk.overview())["devices"] == 4

    office.play(conversation)


def test_rates_are_of_the_last_minute(office: Office, monkeypatch: Any) -> None:
    async def conversation() -> None:
        clock = [1000.0]
        monkeypatch.setattr("ringboot.desk.attention.monotonic", lambda: clock[0])
        assert (await office.desk.overview())["rates"] is None
        office.desk.files["http", "served"] += 30
        clock[0] += 10
        rates = (await office.desk.overview())["rates"]
        assert (rates["files"], rates["answers"]) == (3.0, 0.0)
        clock[0] += 120
        assert (await office.desk.overview())["rates"]["files"] == 0.0
        office.desk.files.clear()  # it was started again
        clock[0] += 10
        assert (await office.desk.overview())["rates"] is None

    office.play(conversation)
