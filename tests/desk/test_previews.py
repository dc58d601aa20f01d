"""What a device would get is made and compared, and nothing of it is served."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.desk.office import Office

from ringboot.desk.errors import NotFound, Refused

MAC = "00:08:5d:00:00:01"
PATH = "Aastra/00085D000001.cfg"


def by_path(preview: dict[str, Any]) -> dict[str, Any]:
    return {row["path"]: row for row in preview["files"]}


def everything(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_a_preview_is_what_the_device_then_gets(office: Office) -> None:
    async def conversation() -> None:
        await office.desk.add_device({"mac": MAC, "vendor": "Aastra", "model": "6731i"}, "ann")
        more = {"id": "more", "parent_ids": ["base"], "raw_config": {"ntp_ip": "10.0.0.9"}}
        await office.desk.add_config(more, "ann")
        plugins = office.core.data / "plugins"
        before = everything(plugins)
        now = by_path(await office.desk.preview(MAC, None, None))
        assert {row["state"] for row in now.values()} == {"same"}
        assert now[PATH]["text"] == now[PATH]["served"] == before[f"aastra/var/tftpboot/{PATH}"].decode()
        assert now["Aastra/aastra.cfg"]["shared"]
        own = plugins / "aastra" / "var" / "templates" / "base.tpl"
        own.write_text("ntp {{ ntp_ip }}\n")
        before |= {"aastra/var/templates/base.tpl": own.read_bytes()}
        then = await office.desk.preview(MAC, "more", None)
        assert (then["config"], then["plugin"]) == ("more", "aastra")
        row = by_path(then)[PATH]
        assert (row["state"], row["text"], row["template"]) == ("changed", "ntp 10.0.0.9\n", "templates/6731i.tpl")
        assert everything(plugins) == before
        assert (await office.desk.device(MAC))["config"] != "more"
        await office.desk.set_device(MAC, {"config": "more"}, "ann")
        assert office.served("aastra", PATH).read_text() == row["text"]

    office.play(conversation)


def test_another_plugin_is_shown_with_what_would_go(office: Office) -> None:
    async def conversation() -> None:
        await office.desk.add_device({"mac": MAC, "vendor": "Aastra", "model": "6731i"}, "ann")
        await office.desk.install_plugin("aastra", "trial", "ann")
        await office.desk.install_plugin("snom", None, "ann")
        with office.core.db.reading() as books:
            records = books.files.of_plugin("snom")
        there = await office.desk.preview(MAC, None, "snom")
        states = {(row["path"], row["state"]) for row in there["files"]}
        assert {(PATH, "gone"), ("Aastra/aastra.cfg", "gone")} <= states
        assert any(state == "new" for _, state in states)
        with office.core.db.reading() as books:
            assert books.files.of_plugin("snom") == records
        assert office.served("aastra", PATH).exists()
        side = await office.desk.preview(MAC, None, "trial")
        assert {row["state"] for row in side["files"] if row["path"] == PATH} == {"new", "gone"}

    office.play(conversation)


def test_what_cannot_be_made_is_said_without_a_secret(office: Office) -> None:
    async def conversation() -> None:
        await office.desk.add_device({"mac": MAC, "vendor": "Aastra", "model": "6731i"}, "ann")
        await office.desk.add_config({"id": "more", "raw_config": {"admin_password": "sesame"}}, "ann")
        own = office.core.data / "plugins" / "aastra" / "var" / "templates" / "base.tpl"
        own.write_text("\n{{ {}[admin_password] }}\n")
        with pytest.raises(Refused, match=r"var/templates/base.tpl, line 2: ") as caught:
            await office.desk.preview(MAC, "more", None)
        assert "sesame" not in caught.value.text
        for config, plugin in (("none", None), (None, "none")):
            with pytest.raises(NotFound):
                await office.desk.preview(MAC, config, plugin)
        own.unlink()
        await office.desk.add_config({"id": "half", "raw_config": {"ntp_enabled": True}}, "ann")
        with pytest.raises(Refused, match="ntp_ip"):
            await office.desk.preview(MAC, "half", None)

    office.play(conversation)
