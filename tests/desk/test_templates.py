"""Templates over the desk: who uses which, copies, faults, and what a newer original brings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.desk.office import Office

from ringboot.desk.errors import NotFound, Refused

MAC = "00:08:5d:00:00:01"
EARLIER = Path(__file__).parents[1] / "catalog" / "earlier" / "aastra-base.tpl"


async def begun(office: Office) -> Path:
    """Add a phone of a catalog brand, and give its plugin's folder."""
    row = await office.desk.add_device({"mac": MAC, "vendor": "Aastra", "model": "6731i"}, "ann")
    assert row["configured"], row["problem"]
    return office.core.data / "plugins" / "aastra"


async def rows(office: Office) -> dict[str, Any]:
    return {row["path"]: row for row in await office.desk.templates()}


def kept(row: dict[str, Any]) -> str:
    """Give the text of what a migration replaced."""
    return Path(row["kept"]).read_text()


def test_templates_tell_who_uses_them_and_a_copy_takes_their_place(office: Office) -> None:
    async def conversation() -> None:
        await begun(office)
        before = await rows(office)
        assert before["templates/6731i.tpl"] == {
            "plugin": "aastra", "template": "6731i.tpl", "custom": False, "path": "templates/6731i.tpl",
            "state": "shipped", "origin": None, "version": before["templates/base.tpl"]["version"], "devices": 1,
            "shared": False,
        }  # fmt: skip
        assert before["templates/aastra.cfg.tpl"]["shared"]
        made = await office.desk.copy_template("aastra", "6731i.tpl", "00085D000001.cfg.tpl", False, "ann")
        assert (made["state"], made["origin"], made["text"] == made["now"]) == ("current", "6731i.tpl", True)
        await office.desk.copy_template("aastra", "base.tpl", None, False, "ann")
        await office.desk.reconfigure(None, "aastra", "ann")
        after = await rows(office)
        assert after["var/templates/00085D000001.cfg.tpl"]["devices"] == 1
        assert after["templates/6731i.tpl"]["devices"] == 0
        assert after["templates/base.tpl"]["state"] == "replaced"
        whole = await office.desk.template("aastra", "00085D000001.cfg.tpl", False)
        assert [(each["mac"], each["model"]) for each in whole["used_by"]] == [(MAC, "6731i")]
        assert (await office.desk.template("aastra", "base.tpl", True))["path"] == "templates/base.tpl"
        with pytest.raises(Refused, match="is there already"):
            await office.desk.copy_template("aastra", "base.tpl", None, False, "ann")
        for plugin, name in (("aastra", "none.tpl"), ("none", "base.tpl")):
            with pytest.raises(NotFound):
                await office.desk.template(plugin, name, False)

    office.play(conversation)


def test_faults_are_found_by_the_worker(office: Office) -> None:
    async def conversation() -> None:
        folder = await begun(office)
        assert (await office.desk.check_templates("aastra"))["items"] == []
        (folder / "var/templates/base.tpl").write_text(
            "{% extends 'base.tpl' %}\n{% block log %}{{ X_light }}{% endblock %}"
        )
        (folder / "var/templates/6731i.tpl").write_text("{% if %}")
        answer = await office.desk.check_templates(None)
        assert [(each["plugin"], each["template"], each["line"]) for each in answer["items"]] == [
            ("aastra", "var/templates/6731i.tpl", 1),
            ("aastra", "var/templates/base.tpl", 2),
        ]
        await office.desk.add_config({"id": "light", "raw_config": {"X_light": 3}}, "ann")
        (folder / "var/templates/6731i.tpl").unlink()
        assert (await office.desk.check_templates("aastra"))["items"] == []
        with pytest.raises(NotFound):
            await office.desk.check_templates("none")

    office.play(conversation)


def test_what_a_newer_plugin_changed_comes_into_the_copy(office: Office) -> None:
    async def conversation() -> None:
        folder = await begun(office)
        shipped, custom = folder / "templates/base.tpl", folder / "var/templates/base.tpl"
        now = shipped.read_text()
        shipped.write_text(EARLIER.read_text())
        await office.desk.copy_template("aastra", "base.tpl", None, False, "ann")
        mine = custom.read_text().replace("directed call pickup: ", "lldp: 1\ndirected call pickup: ", 1)
        custom.write_text(mine)
        assert await office.desk.migrate_templates("aastra", [], dry_run=False, base=None) == []
        shipped.write_text(now)  # an upgrade
        (row,) = await office.desk.migrate_templates("aastra", [], dry_run=True, base=None)
        assert (row["result"], custom.read_text()) == ("merged", mine)
        (row,) = await office.desk.migrate_templates("aastra", ["base.tpl"], dry_run=False, base=None)
        assert custom.read_text() == now.replace("directed call pickup: ", "lldp: 1\ndirected call pickup: ", 1)
        assert kept(row) == mine
        assert (await rows(office))["var/templates/base.tpl"]["state"] == "current"
        await office.desk.reconfigure(None, "aastra", "ann")
        assert "lldp: 1\n" in office.served("aastra", "Aastra/00085D000001.cfg").read_text()

    office.play(conversation)


def test_a_conflict_leaves_the_copy_in_use_until_it_is_resolved(office: Office) -> None:
    async def conversation() -> None:
        folder = await begun(office)
        shipped, custom = folder / "templates/base.tpl", folder / "var/templates/base.tpl"
        now = shipped.read_text()
        custom.write_text(EARLIER.read_text().replace("default([])", "default([1])"))
        mine = custom.read_text()
        (row,) = await office.desk.migrate_templates("aastra", ["base.tpl"], dry_run=False, base=None)
        assert (row["result"], row["kept"]) == ("unrecorded", None)
        (row,) = await office.desk.migrate_templates("aastra", ["base.tpl"], dry_run=False, base=EARLIER.read_text())
        conflict = custom.with_name("base.tpl.conflict")
        assert (row["result"], row["conflicts"], row["path"]) == ("conflict", [3], str(conflict))
        assert custom.read_text() == mine
        await office.desk.reconfigure(None, "aastra", "ann")
        assert (await office.desk.device(MAC))["configured"]
        (row,) = await office.desk.migrate_templates("aastra", [], dry_run=False, base=None)
        assert row["result"] == "conflict"
        with pytest.raises(Refused, match="line 3: a mark of a conflict is left"):
            await office.desk.resolve_template("aastra", "base.tpl")
        conflict.write_text(now)
        row = await office.desk.resolve_template("aastra", "base.tpl")
        assert (custom.read_text(), kept(row), conflict.exists()) == (now, mine, False)
        assert (await rows(office))["var/templates/base.tpl"]["state"] == "current"
        with pytest.raises(NotFound):
            await office.desk.migrate_templates("aastra", ["none.tpl"], dry_run=False, base=None)

    office.play(conversation)


def test_a_device_without_a_mac_has_a_template_of_its_own(office: Office, tmp_path: Path) -> None:
    """A softphone is known by its serial number; so is its file, and the template of that."""
    soft = tmp_path / "soft"
    (soft / "templates").mkdir(parents=True)
    head = 'name = "soft"\ntitle = "Soft"\nversion = "1.0"\nformat = "ini"\n'
    (soft / "plugin.toml").write_text(f'{head}[device.files]\n"{{serial}}.cfg" = ""\n')
    (soft / "templates" / "base.tpl").write_text("serial {{ device.sn }}\n")

    async def conversation() -> None:
        await office.desk.install_plugin(str(soft), None, "ann")
        for serial in ("DESK-7", "DESK-8"):
            made = await office.desk.add_device({"id": serial, "sn": serial, "plugin": "soft", "config": "base"}, "ann")
            assert made["configured"], made["problem"]
        copied = await office.desk.copy_template("soft", "base.tpl", "DESK-7.cfg.tpl", False, "ann")
        own = office.core.data / "plugins" / "soft" / copied["path"]
        own.write_text("mine {{ device.sn }} {{ mac }}\n")
        assert (await office.desk.check_templates("soft"))["items"] == []
        await office.desk.reconfigure(None, "soft", "ann")
        assert office.served("soft", "DESK-7.cfg").read_text() == "mine DESK-7 \n"
        assert office.served("soft", "DESK-8.cfg").read_text() == "serial DESK-8\n"
        await office.desk.rollback("DESK-7", 1, "ann")
        assert office.served("soft", "DESK-7.cfg").read_text() == "serial DESK-7\n"

    office.play(conversation)


def test_a_copy_made_by_hand_gets_its_original_when_files_are_made_again(office: Office) -> None:
    async def conversation() -> None:
        folder = await begun(office)
        custom = folder / "var/templates/base.tpl"
        custom.write_text((folder / "templates/base.tpl").read_text() + "mine\n")
        assert (await rows(office))["var/templates/base.tpl"]["state"] == "unrecorded"
        await office.desk.reconfigure(None, "aastra", "ann")
        row = (await rows(office))["var/templates/base.tpl"]
        assert (row["state"], row["origin"]) == ("current", "base.tpl")
        (folder / "var/originals/origins.json").write_text("rubbish")
        assert (await office.desk.reconfigure(None, "aastra", "ann"))["failed"] == []

    office.play(conversation)
