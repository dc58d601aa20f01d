"""What a device had can be looked at and put back, to the byte, and holds as long as it should."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.desk.office import Office

from ringboot import reasons
from ringboot.desk.errors import NotFound, Refused
from ringboot.model.device import DeviceFile

MAC = "00:08:5d:00:00:01"
PATH = "Aastra/00085D000001.cfg"


async def begun(office: Office) -> Path:
    """Give a phone two generations, and give the place of its file."""
    await office.desk.add_device({"mac": MAC, "vendor": "Aastra", "model": "6731i"}, "ann")
    await office.desk.set_config("base", {"raw_config": {"ntp_enabled": True, "ntp_ip": "10.0.0.77"}}, "bob")
    return office.served("aastra", PATH)


def template(office: Office, text: str) -> None:
    (office.core.data / "plugins" / "aastra" / "var" / "templates" / "base.tpl").write_text(text)


async def told(office: Office) -> list[tuple[Any, ...]]:
    rows = await office.desk.device_history(MAC)
    return [(row["number"], row["changed"], row["served"], row["held"], row["why"]) for row in rows]


def test_each_generation_says_since_when_and_why(office: Office) -> None:
    async def conversation() -> None:
        await begun(office)
        await office.desk.reconfigure(None, "aastra", "cid")  # nothing changes
        template(office, "sesame {{ ntp_ip }}\n")
        await office.desk.reconfigure(None, "aastra", "cid")
        assert await told(office) == [
            (3, 1, True, False, "reconfigured by cid"),
            (2, 1, False, False, "config base changed by bob"),
            (1, len(await office.desk.device_files(MAC)), False, False, "device added by ann"),
        ]
        assert [row["files"][0]["path"] for row in await office.desk.device_history(MAC)][-1] == PATH

    office.play(conversation)


def test_a_rollback_is_to_the_byte_and_holds_until_a_person_makes_files_again(office: Office) -> None:
    async def conversation() -> None:
        place = await begun(office)
        good = place.read_bytes()
        ident = (await office.desk.device(MAC))["id"]
        template(office, "broken {{ ntp_ip }}\n")
        await office.desk.reconfigure(None, "aastra", "ann")
        bad = place.read_bytes()
        assert bad == b"broken 10.0.0.77\n"
        beside = await office.desk.generation(MAC, 2)
        (row,) = [row for row in beside["files"] if row["path"] == PATH]
        assert (row["state"], row["text"].encode(), row["served"].encode()) == ("changed", good, bad)
        done = await office.desk.rollback(MAC, 2, "ann")
        assert (done["number"], done["changed"], place.read_bytes()) == (4, 1, good)
        assert (await told(office))[0] == (4, 1, True, True, "generation 2 put back by ann")
        records = {row["path"]: row for row in await office.desk.device_files(MAC)}
        assert records[PATH]["sha256"] == (await office.desk.device_history(MAC))[0]["files"][0]["sha256"]
        with office.core.db.reading() as books:
            events = [each.reason for each in books.events.timeline(ident, MAC, 9)]
        assert reasons.ROLLED_BACK.id in events
        office.renders.need([ident])  # what the daemon does by itself, as at its next start
        await office.renders.settled(ident)
        await office.renders.refresh([ident])
        assert place.read_bytes() == good
        await office.desk.reconfigure([MAC], None, "ann")
        assert place.read_bytes() == bad
        assert (await told(office))[0] == (5, 1, True, False, "reconfigured by ann")

    office.play(conversation)


def test_a_rollback_does_not_hold_against_a_change_of_the_config(office: Office) -> None:
    async def conversation() -> None:
        place = await begun(office)
        await office.desk.rollback(MAC, 1, "ann")
        assert b"10.0.0.77" not in place.read_bytes()
        await office.desk.set_config("base", {"raw_config": {"ntp_ip": "10.0.0.78"}}, "bob")
        assert b"10.0.0.78" in place.read_bytes()

    office.play(conversation)


def test_files_that_went_come_back_and_those_that_came_go(office: Office) -> None:
    async def conversation() -> None:
        place = await begun(office)
        good = place.read_bytes()
        manifest = office.core.data / "plugins" / "aastra" / "plugin.toml"
        whole = manifest.read_text()
        manifest.write_text(whole.replace('"Aastra/{MAC}.cfg"', '"Aastra/x{MAC}.cfg"'))
        await office.core.db.write(office.core.read_plugins)
        assert (await office.desk.reconfigure([MAC], None, "ann"))["failed"] == []
        assert not place.exists()
        assert office.served("aastra", "Aastra/x00085D000001.cfg").exists()
        await office.desk.rollback(MAC, 2, "ann")
        assert place.read_bytes() == good
        assert not office.served("aastra", "Aastra/x00085D000001.cfg").exists()

    office.play(conversation)


def test_what_cannot_be_put_back_is_refused_and_nothing_changes(office: Office) -> None:
    async def conversation() -> None:
        place = await begun(office)
        now = place.read_bytes()
        with pytest.raises(NotFound, match="has no generation 9"):
            await office.desk.rollback(MAC, 9, "ann")
        shutil.rmtree(next((office.core.data / "plugins" / "aastra" / "var" / "history").iterdir()))
        await office.desk.reconfigure([MAC], None, "ann")
        assert (await told(office))[0][0] == 1, "the history begins anew"
        folder = next((office.core.data / "plugins" / "aastra" / "var" / "history").iterdir())
        for content in folder.iterdir():
            if content.name != "generations":
                content.write_bytes(b"")
        with pytest.raises(Refused, match="is lost or damaged"):
            await office.desk.rollback(MAC, 1, "ann")
        assert place.read_bytes() == now

    office.play(conversation)


def test_a_path_that_is_anothers_now_is_not_taken_back(office: Office) -> None:
    async def conversation() -> None:
        place = await begun(office)
        ident = (await office.desk.device(MAC))["id"]

        def give_away(books: Any) -> None:
            books.files.remove(books.files.of_device(ident))
            books.files.put([DeviceFile("aastra", PATH, "another", "", True, "x", "t")])

        await office.core.db.write(give_away)
        with pytest.raises(Refused, match="already belongs to another"):
            await office.desk.rollback(MAC, 1, "ann")
        assert b"10.0.0.77" in place.read_bytes()

    office.play(conversation)


def test_the_history_goes_with_the_device(office: Office) -> None:
    async def conversation() -> None:
        await begun(office)
        history = office.core.data / "plugins" / "aastra" / "var" / "history"
        assert len(list(history.iterdir())) == 1
        await office.desk.remove_device(MAC, "ann")
        assert list(history.iterdir()) == []
        await begun(office)
        (history / "left-by-a-crash").mkdir()
        await office.renders.tidy()
        assert len(list(history.iterdir())) == 1

    office.play(conversation)


def test_what_comes_while_files_are_put_back_is_done_after(office: Office) -> None:
    async def conversation() -> None:
        await begun(office)
        ident = str((await office.desk.device(MAC))["id"])

        async def work() -> str:
            office.renders.need([ident])
            assert office.renders.waiting == 1
            return "done"

        assert await office.renders.instead(ident, work) == "done"
        assert office.renders.waiting == 1
        await office.renders.settled(ident)
        assert (await office.desk.device(MAC))["configured"]

    office.play(conversation)
