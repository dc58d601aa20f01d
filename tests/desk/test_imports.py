"""Devices from a table: all or none, after a look at what would come of it."""

from __future__ import annotations

from typing import Any

import pytest
from tests.desk.office import Office

from ringboot.desk import imports
from ringboot.desk.errors import Refused
from ringboot.desk.listing import Query
from ringboot.desk.sheet import flat, read_sheet, write_sheet

_LINE = "raw_config.sip_lines.1"
SHEET = f"""mac,plugin,config,description,{_LINE}.username,{_LINE}.password,options.sip_contact
00:08:5d:00:00:01,aastra,default,'=hall,,,
00-08-5D-00-00-02,,,'+2nd,102,geheim,sip:102@pbx
"""


async def counted(office: Office) -> tuple[int, int]:
    configs = await office.desk.configs(Query())
    return (await office.desk.devices(Query())).total, configs.total


def test_a_look_first_changes_nothing_and_then_all_is_made(office: Office) -> None:
    async def conversation() -> None:
        desk = office.desk
        before = await counted(office)
        lines = read_sheet(SHEET)
        seen = await desk.import_devices(lines, True, "ann")
        assert (seen["added"], seen["changed"], seen["errors"], seen["dry_run"]) == (2, 0, [], True)
        assert [(row["row"], row["does"], row["mac"], row["plugin"]) for row in seen["items"]] == [
            (2, "add", "00:08:5d:00:00:01", "aastra"), (3, "add", "00:08:5d:00:00:02", "aastra"),
        ]  # fmt: skip
        assert await counted(office) == before

        done = await desk.import_devices(lines, False, "ann")
        assert (done["added"], done["errors"]) == (2, [])
        first, second = await desk.device("00085d000001"), await desk.device("00085d000002")
        assert (first["description"], first["config"], first["configured"]) == ("=hall", "default", True)
        assert (second["description"], second["config"], second["configured"]) == ("+2nd", second["id"], True)
        assert second["options"] == {"sip_contact": "sip:102@pbx"}
        config = await desk.config(second["id"])
        assert config["parent_ids"] == ["base", "defaultconfigdevice"]
        assert config["raw_config"]["sip_lines"] == {"1": {"username": "102", "password": "geheim"}}
        assert second["state"] == "configured"

        again = await desk.import_devices(lines, False, "ann")
        assert (again["added"], again["changed"], again["same"]) == (0, 0, 2)

    office.play(conversation)


def test_what_was_written_out_is_read_back(office: Office) -> None:
    async def conversation() -> None:
        desk = office.desk
        await desk.import_devices(read_sheet(SHEET), False, "ann")
        rows = (await desk.devices(Query())).items
        lines = read_sheet(write_sheet(map(flat, rows)))
        told = await desk.import_devices(lines, False, "ann")
        assert (told["errors"], told["same"]) == ([], 2)
        assert (await desk.devices(Query())).items == rows

    office.play(conversation)


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"mac": "nonsense"}, "mac"),
        ({"mac": "00:08:5d:00:00:01", "plugin": "nothing"}, "plugin"),
        ({"mac": "00:08:5d:00:00:01", "config": "nothing"}, "config"),
        ({"mac": "00:08:5d:00:00:01", "colour": "red"}, "colour"),
        ({"mac": "00:08:5d:00:00:01", "raw_config": {"vlan_id": "4095"}}, "raw_config.vlan_id"),
        ({"mac": "00:08:5d:00:00:01", "raw_config": {"novel": "1"}}, "raw_config.novel"),
        ({"id": "a/b"}, "id"),
        ({"id": "two", "mac": "00:08:5d:00:00:09"}, "mac"),
    ],
)
def test_a_fault_is_told_with_line_and_column_and_nothing_is_made(office: Office, row: Any, field: str) -> None:
    async def conversation() -> None:
        good = {"id": "good", "mac": "00:08:5d:00:00:09"}
        before = await counted(office)
        told = await office.desk.import_devices([good, row], False, "ann")
        assert [(each["row"], each["field"]) for each in told["errors"]] == [(2, field)]
        assert told["errors"][0]["error"]
        assert told["added"] == 0
        assert await counted(office) == before

    office.play(conversation)


def test_so_many_lines_at_once(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "MOST", 1)

    async def conversation() -> None:
        with pytest.raises(Refused, match="Import 1 at a time"):
            await office.desk.import_devices([{"id": "a"}, {"id": "b"}], True, "ann")

    office.play(conversation)
