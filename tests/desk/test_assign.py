"""A user's line for a device: config, accounts and keys in one step."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.desk.office import Office

from ringboot.desk.errors import NotFound, Refused
from ringboot.desk.listing import Query

LINE = {"username": "101", "password": "geheim", "display_name": "Ann", "number": "101", "proxy_ip": "10.0.0.9"}
KEY = {"type": "speeddial", "value": "102", "label": "Bob"}


async def waiting(office: Office) -> None:
    await office.desk.add_device({"id": "d", "mac": "00:08:5d:00:00:01", "model": "6731i"}, "ann")
    assert (await office.desk.device("d"))["state"] == "autoprov"


def test_a_waiting_device_gets_a_line_and_its_file_has_it(office: Office) -> None:
    async def conversation() -> None:
        desk = office.desk
        await waiting(office)
        before = (await desk.device("d"))["config"]
        made = await desk.assign("00085d000001", {"lines": {"1": LINE}, "keys": {"1": KEY}}, "ann")
        assert made["config"]["parent_ids"] == ("base", "defaultconfigdevice")
        assert (made["device"]["config"], made["device"]["state"]) == (made["config"]["id"], "configured")
        [file, *_] = await desk.device_files("d")
        text = office.served(file["plugin"], file["path"]).read_text()
        assert "101" in text
        assert "geheim" in text
        assert "102" in text
        with pytest.raises(NotFound):
            await desk.config(before)  # the one that it waited with went

        # What a form does not show stays: the password; and a line that it leaves out goes.
        again = {key: value for key, value in LINE.items() if key != "password"} | {"display_name": "Ann B."}
        made = await desk.assign("d", {"config": made["config"]["id"], "lines": {"1": again}, "keys": {}}, "ann")
        assert made["config"]["raw_config"] == {
            "sip_lines": {"1": again | {"password": "geheim"}}, "funckeys": {},
        }  # fmt: skip
        raw = await desk.device_raw("d")
        assert raw["layers"]["sip_lines.1.display_name"] == raw["config"] == made["config"]["id"]
        assert raw["layers"]["admin_password"] == "defaultconfigdevice"

    office.play(conversation)


def test_a_line_waits_for_whoever_dials_its_code(office: Office) -> None:
    async def conversation() -> None:
        made = await office.desk.assign(None, {"code": "417263", "lines": {"1": LINE}, "label": "Ann"}, "ann")
        assert (made["device"], made["config"]["code"], made["config"]["label"]) == (None, "417263", "Ann")
        assert (await office.desk.config(made["config"]["id"]))["raw_config"]["sip_lines"]["1"]["username"] == "101"

    office.play(conversation)


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"lines": {"1": LINE, "10": LINE}}, "lines.10"),
        ({"lines": {"1": {"username": "a\nb"}}}, "raw_config.sip_lines.1.username"),
        ({"lines": {"1": {"novel": "x"}}}, "raw_config.sip_lines.1.novel"),
        ({"parents": ["nothing"]}, "parent_ids"),
        ({"code": "12"}, "code"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_made(office: Office, row: Any, field: str) -> None:
    async def conversation() -> None:
        await waiting(office)
        before = await office.desk.device("d")
        count = (await office.desk.configs(Query())).total
        with pytest.raises(Refused) as caught:
            await office.desk.assign("d", row, "ann")
        assert field in caught.value.fields
        assert await office.desk.device("d") == before
        assert (await office.desk.configs(Query())).total == count

    office.play(conversation)


def test_models_tell_how_many_lines_and_keys_they_have(office: Office) -> None:
    async def conversation() -> None:
        desk = office.desk
        rows = await desk.model_rows()
        one = await desk.model_row("aastra", "6731I")
        assert one in rows
        assert (one["model"], one["known"]) == ("6731i", True)
        assert one["lines"] > 0
        assert not (await desk.model_row("aastra", "novel"))["known"]
        with pytest.raises(NotFound):
            await desk.model_row("nothing", "x")

    office.play(conversation)


async def settled(office: Office, what: str) -> None:
    [job] = [row for row in await office.desk.jobs() if row["what"] == what]
    async with asyncio.timeout(60):
        async for _ in office.desk.follow_job(job["id"]):
            pass


def test_what_settings_tell_devices_reaches_their_files(office: Office) -> None:
    async def conversation() -> None:
        desk = office.desk
        await waiting(office)
        [file, *_] = await desk.device_files("d")
        place = office.served(file["plugin"], file["path"])
        assert "198.51.100.7" not in place.read_text()
        await desk.set_setting("server_address", "198.51.100.7", "ann")
        await settled(office, "server_address was set")
        assert office.core.feed.site.server == "198.51.100.7"
        assert office.core.facts("10.0.1.5").http == "http://198.51.100.7:8668"
        assert (await desk.preview("d", None, None))["files"][0]["state"] == "same"
        await desk.set_setting("locale", "fr_FR", "ann")
        await settled(office, "locale was set")
        with pytest.raises(Refused):
            await desk.set_setting("locale", "french", "ann")
        with pytest.raises(Refused):
            await desk.set_setting("server_address", "pbx.example", "ann")

    office.play(conversation)
