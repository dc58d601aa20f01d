"""Templates that are being edited: checked and tried with a real device before anything is written."""

from __future__ import annotations

import pytest
from tests.desk.office import Office

from ringboot.desk.errors import NotFound, Refused

BROKEN = "fine\n{% if %}\n"
MISSPELT = "{{ sip_proxi_ip }}\n"


async def phone(office: Office) -> tuple[str, str, str]:
    """Give a device, its file and the template that this is made of."""
    await office.desk.add_device({"id": "d", "mac": "00:08:5d:00:00:01", "model": "6731i", "config": "default"}, "ann")
    [file, *_] = await office.desk.device_files("d")
    return file["plugin"], file["path"], file["template"].removeprefix("templates/")


def test_a_draft_is_checked_at_its_lines(office: Office) -> None:
    async def conversation() -> None:
        plugin, _, name = await phone(office)
        told = await office.desk.check_draft(plugin, name, BROKEN)
        assert [(each["line"], each["kind"]) for each in told["items"]] == [(2, "syntax")]
        told = await office.desk.check_draft(plugin, name, MISSPELT)
        assert [each["line"] for each in told["items"]] == [1]
        shipped = (await office.desk.template(plugin, name, shipped=True))["text"]
        assert (await office.desk.check_draft(plugin, name, shipped))["items"] == []
        for wrong in ("../x.tpl", "x.txt", "{mac}.tpl"):
            with pytest.raises(Refused):
                await office.desk.check_draft(plugin, wrong, "x")
        with pytest.raises(NotFound):
            await office.desk.check_draft("nothing", name, "x")

    office.play(conversation)


def test_a_draft_is_tried_with_a_device_and_nothing_of_it_is_written(office: Office) -> None:
    async def conversation() -> None:
        plugin, path, name = await phone(office)
        served = office.served(plugin, path).read_bytes()
        drafts = {name: "# mine {{ device.mac }}\n"}
        made = await office.desk.try_templates("d", None, None, drafts)
        [row] = [row for row in made["files"] if row["path"] == path]
        assert (row["state"], row["served"].encode()) == ("changed", served)
        assert "# mine 00:08:5d:00:00:01" in row["text"]
        others = {each["state"] for each in made["files"] if each["path"] != path}
        assert others <= {"same"}
        with pytest.raises(Refused, match=rf"var/templates/{name}, line 2"):
            await office.desk.try_templates("d", None, None, {name: BROKEN})

        assert office.served(plugin, path).read_bytes() == served
        assert (await office.desk.preview("d", None, None))["files"][0]["state"] == "same"
        assert not (office.core.data / "run" / "drafts" / plugin).exists()
        assert all(not row["custom"] for row in await office.desk.templates())

    office.play(conversation)


def test_a_template_is_written_edited_again_and_taken_away(office: Office) -> None:
    async def conversation() -> None:
        plugin, path, name = await phone(office)
        shipped = (await office.desk.template(plugin, name, shipped=True))["text"]
        with pytest.raises(Refused) as caught:
            await office.desk.put_template(plugin, name, BROKEN, "ann")
        assert caught.value.fields["text"].startswith("line 2: ")

        made = await office.desk.put_template(plugin, name, "# one\n", "ann")
        assert (made["custom"], made["origin"], made["kept"], made["faults"]) == (True, name, None, [])
        assert made["original"] == shipped
        made = await office.desk.put_template(plugin, name, "# two\n", "ann")
        assert (made["text"], made["original"]) == ("# two\n", shipped)
        assert made["kept"] is not None
        odd = await office.desk.put_template(plugin, name, MISSPELT, "ann")
        assert [each["kind"] for each in odd["faults"]] == ["name"]  # told, and no reason to refuse it

        await office.desk.put_template(plugin, name, "# three\n", "ann")
        await office.desk.reconfigure(["d"], None, "ann")
        assert b"# three" in office.served(plugin, path).read_bytes()
        gone = await office.desk.remove_template(plugin, name, "ann")
        assert gone["kept"]
        await office.desk.reconfigure(["d"], None, "ann")
        assert b"# three" not in office.served(plugin, path).read_bytes()
        with pytest.raises(Refused):
            await office.desk.remove_template(plugin, name, "ann")

        own = await office.desk.put_template(plugin, "mine.tpl", "x\n", "ann")
        assert (own["custom"], own["origin"], own["state"]) == (True, None, "own")

    office.play(conversation)
