"""A device's files follow every change, also one that comes while they are made; nobody's files go."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.desk.office import Office

from ringboot.desk.turns import Turns
from ringboot.model.device import DeviceFile

MAC = "00:08:5d:00:00:01"
PATH = "Aastra/00085D000001.cfg"


async def add_phone(office: Office) -> str:
    """Add a phone of a catalog brand; its files stand then."""
    row = await office.desk.add_device({"mac": MAC, "vendor": "Aastra", "model": "6731i"}, "ann")
    assert row["configured"], row["problem"]
    return str(row["id"])


def test_the_files_stand_when_a_step_returns(office: Office) -> None:
    async def conversation() -> None:
        await add_phone(office)
        assert office.served("aastra", PATH).exists()
        assert ("put-known", {"mac": MAC}) in office.dhcp.rows, "dhcp knows it as one of ours"
        await office.desk.set_config("base", {"raw_config": {"ntp_enabled": True, "ntp_ip": "10.0.0.77"}}, "ann")
        assert "10.0.0.77" in office.served("aastra", PATH).read_text()

    office.play(conversation)


def test_a_change_that_comes_while_the_files_are_made_counts(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    async def conversation() -> None:
        ident = await add_phone(office)
        worker = office.core.pool.render
        jobs: list[dict[str, Any]] = []

        async def slow(job: Any) -> Any:
            outcome = await worker(job)
            jobs.append(job.raw)
            if len(jobs) == 1:  # the first result is on its way when the next change comes
                await office.core.db.write(change)
                office.renders.need([ident])
            return outcome

        def change(books: Any) -> None:
            base = books.configs.get("base")
            base.raw_config["ntp_ip"] = "10.0.0.78"
            base.raw_config["ntp_enabled"] = True
            books.configs.put(base, "ann", 1.0)

        monkeypatch.setattr(office.core.pool, "render", slow)
        assert await office.renders.done([ident]) == {}
        assert len(jobs) == 2
        assert "10.0.0.78" in office.served("aastra", PATH).read_text()

    office.play(conversation)


def test_the_files_of_a_device_that_a_crash_left_behind_go(office: Office) -> None:
    async def conversation() -> None:
        await add_phone(office)
        left = office.served("aastra", "Aastra/00085D00FFFF.cfg")
        left.write_text("sip line1 password: nobody's")
        row = DeviceFile("aastra", "Aastra/00085D00FFFF.cfg", "gone", "", True, "x", "templates/base.tpl")
        await office.core.db.write(lambda books: books.files.put([row]))
        await office.renders.tidy()
        assert not left.exists()
        assert office.served("aastra", PATH).exists()
        with office.core.db.reading() as books:
            assert books.files.of_path("aastra", row.path) is None

    office.play(conversation)


def test_a_device_is_told_our_address_in_its_own_network(office: Office) -> None:
    async def conversation() -> None:
        assert office.core.facts("10.0.4.4").server == "10.0.0.2"
        assert office.core.facts("10.1.4.4").http == "http://10.1.0.2:8668"
        assert office.core.facts(None).server == office.core.facts("172.16.0.1").server == "10.0.0.2"
        office.addresses.clear()
        assert office.core.facts("10.0.4.4").server == "127.0.0.1"

    office.play(conversation)


def test_templates_know_the_server_by_the_keys_that_a_config_may_replace(office: Office) -> None:
    async def conversation() -> None:
        await add_phone(office)
        own = office.core.data / "plugins" / "aastra" / "var" / "templates" / "base.tpl"
        own.write_text("at {{ ip }} {{ http_port }} {{ http_base_url }} {{ tftp_port }}\n")
        await office.desk.reconfigure(None, None, "ann")
        assert office.served("aastra", PATH).read_text() == "at 10.0.0.2 8668 http://10.0.0.2:8668 6969\n"
        await office.desk.set_config("base", {"raw_config": {"ip": "10.9.9.9"}}, "ann")
        assert office.served("aastra", PATH).read_text().startswith("at 10.9.9.9 8668 ")

    office.play(conversation)


def test_a_fleet_is_rendered_while_a_phone_that_waits_goes_first(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def conversation() -> None:
        idents = []
        for number in range(20):
            row = {"mac": f"00:08:5d:00:01:{number:02x}", "vendor": "Aastra", "model": "6731i"}
            idents.append(str((await office.desk.add_device(row, "ann"))["id"]))
        order: list[str] = []
        worker = office.core.pool.render

        async def noted(job: Any) -> Any:
            order.append(job.device["id"])
            return await worker(job)

        monkeypatch.setattr(office.core.pool, "render", noted)
        monkeypatch.setattr(office.renders, "_turns", Turns(8, office.core.pace))
        fleet = asyncio.create_task(office.renders.done(idents))
        await asyncio.sleep(0)
        await office.renders.settled(idents[-1])
        assert order.index(idents[-1]) < 12
        await fleet
        assert sorted(order) == sorted(idents)

    office.play(conversation)
