"""One thing done with many devices: those that are named, or that a question finds."""

from __future__ import annotations

import pytest
from tests.desk.office import Office

from ringboot.desk.errors import NotFound, Refused
from ringboot.desk.listing import Query

MINE = Query(filters=(("description", "mine"),))


async def five(office: Office) -> None:
    for number in range(5):
        row = {"id": f"d{number}", "mac": f"00:08:5d:00:00:0{number}", "config": "default", "model": "6731i"}
        await office.desk.add_device(row | {"description": "mine" if number < 3 else "theirs"}, "ann")


def test_a_choice_is_counted_before(office: Office) -> None:
    async def conversation() -> None:
        await five(office)
        told = await office.desk.chosen_devices(None, MINE)
        assert (told["devices"], [row["id"] for row in told["items"]]) == (3, ["d0", "d1", "d2"])
        told = await office.desk.chosen_devices(["d4", "00085d000004", "d1"], Query())
        assert (told["devices"], [row["id"] for row in told["items"]]) == (2, ["d4", "d1"])
        with pytest.raises(NotFound):
            await office.desk.chosen_devices(["d9"], Query())
        with pytest.raises(Refused):
            await office.desk.bulk("delete", None, Query(text="nobody"), {}, "ann")
        assert (await office.desk.devices(Query())).total == 5

    office.play(conversation)


def test_each_action_reaches_those_that_were_chosen_and_no_others(office: Office) -> None:
    async def conversation() -> None:
        desk = office.desk
        await five(office)
        await desk.install_plugin("aastra", "aastra-2", "ann")
        await desk.add_config({"id": "shop", "parent_ids": ["base"]}, "ann")

        made = await desk.bulk("reconfigure", None, MINE, {}, "ann")
        assert (made["devices"], made["done"], made["failed"]) == (3, 3, [])

        moved = await desk.bulk("move", None, MINE, {"plugin": "aastra-2", "sync": True}, "ann")
        assert (moved["done"], moved["failed"]) == (3, [])
        assert (await desk.sync(moved["sync"]))["devices"] == 3
        plugins = [row["plugin"] for row in (await desk.devices(Query(sort="id"))).items]
        assert plugins == ["aastra-2"] * 3 + ["aastra"] * 2
        with pytest.raises(NotFound):
            await desk.bulk("move", None, MINE, {"plugin": "nothing"}, "ann")

        done = await desk.bulk("set", ["d0", "d4"], Query(), {"config": "shop"}, "ann")
        assert done["done"] == 2
        assert {row["id"] for row in (await desk.devices(Query(filters=(("config", "shop"),)))).items} == {"d0", "d4"}
        wrong = await desk.bulk("set", ["d0"], Query(), {"config": "nothing"}, "ann")
        assert (wrong["done"], [row["id"] for row in wrong["failed"]]) == (0, ["d0"])

        told = await desk.bulk("synchronize", None, MINE, {}, "ann")
        assert (await desk.sync(told["sync"]))["devices"] == 3

        gone = await desk.bulk("delete", None, MINE, {}, "ann")
        assert (gone["done"], gone["failed"]) == (3, [])
        assert [row["id"] for row in (await desk.devices(Query())).items] == ["d3", "d4"]

    office.play(conversation)
