"""The life of a plugin, from a real HTTP repository: installed, upgraded, uninstalled; nothing of one's own is lost."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import tarfile
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from tests.desk.office import Office, Workers
from tests.desk.web import Web, forwarding, serving

from ringboot.catalog import FOLDER
from ringboot.desk.errors import NotFound, Refused
from ringboot.fleet.books import Books
from ringboot.model.device import Device
from ringboot.plugins.index import load_index, write_index
from ringboot.plugins.pack import pack
from ringboot.store.errors import StoreFull

MAC = "00:08:5d:00:00:01"
FILE = "Aastra/00085D000001.cfg"


class Publisher:
    """Somebody who keeps a repository of a variant of a built-in plugin."""

    def __init__(self, folder: Path, web: Web) -> None:
        self.web = web
        self.folder = folder / "published"
        self._source = folder / "aastra-lab"
        shutil.copytree(FOLDER / "aastra", self._source)

    def publish(
        self, version: str, *, line: str = "", more: str = "", noise: bytes = b"", ident: str = "aastra-lab"
    ) -> None:
        """Put a version into the repository; `line` begins each phone's file, `noise` makes it large."""
        (self._source / "README").write_bytes(noise or b"shipped")
        base = (FOLDER / "aastra" / "templates" / "base.tpl").read_text()
        (self._source / "templates" / "base.tpl").write_text(f"{line}\n{base}" if line else base)
        manifest = (FOLDER / "aastra" / "plugin.toml").read_text()
        (self._source / "plugin.toml").write_text(
            manifest.replace('version = "1.0"', f'version = "{version}"\n{more}', 1)
        )
        pack(self._source, self.folder, ident)
        self.serve()

    def publish_archive(self, version: str, data: bytes) -> None:
        """Put any archive into the repository as a version."""
        self.publish(version)
        entry = load_index(self.folder)["aastra-lab"]
        (self.folder / entry.file).write_bytes(data)
        entry = entry.model_copy(update={"size": len(data), "sha256": hashlib.sha256(data).hexdigest()})
        (self.folder / "index.json").write_text(write_index([entry]))
        self.serve()

    def serve(self) -> None:
        """Let the web server have what is in the folder."""
        self.web.files = {f"/{path.name}": path.read_bytes() for path in self.folder.iterdir()}


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    made = Workers()
    yield made
    made.close()


@pytest.fixture
def office(tmp_path: Path, empty: Path, workers: Workers) -> Iterator[Office]:
    shutil.copy(empty, tmp_path)
    made = Office(tmp_path, workers)
    yield made
    made.db.close()


@pytest.fixture
def publisher(tmp_path: Path) -> Iterator[Publisher]:
    (tmp_path / "elsewhere").mkdir()
    with serving() as web:
        yield Publisher(tmp_path / "elsewhere", web)


def play(office: Office, publisher: Publisher, conversation: Callable[[], Awaitable[None]]) -> None:
    async def whole() -> None:
        await office.desk.set_setting("plugin_server", publisher.web.url("/"), "ann")
        await conversation()

    office.play(whole)


async def phone(office: Office, plugin: str) -> None:
    """Let a phone have this plugin, with its files made."""

    def put(books: Books) -> None:
        books.devices.put(Device("d1", mac=MAC, plugin=plugin, config="default", model="6731i"), "ann", 1.0)

    await office.db.write(put)
    assert await office.renders.done(["d1"]) == {}


async def refusal(asked: Awaitable[object]) -> str:
    with pytest.raises(Refused) as refused:
        await asked
    return refused.value.text


def plugins_of(office: Office) -> list[str]:
    return sorted(name for name in os.listdir(office.core.shelf.root) if name != ".repository")


def test_from_the_repository_to_the_phone_and_on(office: Office, publisher: Publisher) -> None:
    async def conversation() -> None:
        desk, folder = office.desk, office.core.shelf.root / "aastra-lab"
        publisher.publish("1.1", line="# lab 1.1", more='description = "What the lab uses"')
        told = await desk.update_repository()
        assert (told["plugins"], told["upgradable"]) == (1, [])
        row = await desk.plugin("aastra-lab")
        assert (row["installed"], row["version"], row["available"], row["description"]) == (
            False, "1.1", "1.1", "What the lab uses",
        )  # fmt: skip
        made = await desk.install_plugin("aastra-lab", None, "ann")
        assert (made["installed"], made["version"], made["available"], made["end_of_life"]) == (
            True,
            "1.1",
            None,
            False,
        )
        assert plugins_of(office) == ["aastra-lab"]
        await phone(office, "aastra-lab")
        assert office.served("aastra-lab", FILE).read_text().startswith("# lab 1.1")
        assert "there is no newer version" in await refusal(desk.upgrade_plugin("aastra-lab", None, "ann"))

        (folder / "var" / "templates" / "6731i.tpl").write_text("{% extends '6731i.tpl' %}")
        (folder / "README").write_text("my notes")
        office.served("aastra-lab", "fw.st").write_text("firmware")
        publisher.publish("1.2", line="# lab 1.2")
        assert (await desk.update_repository())["upgradable"] == ["aastra-lab"]
        told = await desk.upgrade_plugin("aastra-lab", None, "ann")
        assert (told["before"], told["version"], told["kept"]) == ("1.1", "1.2", ["README.kept-1.1"])
        assert (told["configured"], told["failed"]) == (1, [])
        assert office.served("aastra-lab", FILE).read_text().startswith("# lab 1.2"), "made again"
        assert (folder / "var" / "templates" / "6731i.tpl").exists()
        assert (folder / "README.kept-1.1").read_text() == "my notes"

        row = await desk.plugin("aastra-lab")
        assert (row["custom_templates"], row["firmware"]) == (["6731i.tpl"], ["var/tftpboot/fw.st"])
        gone = await desk.uninstall_plugin("aastra-lab", "ann")
        with tarfile.open(gone["backup"]) as backup:
            assert sorted(backup.getnames()) == [
                f"aastra-lab/{path}" for path in ("README.kept-1.1", "var/templates/6731i.tpl", "var/tftpboot/fw.st")
            ]
        assert plugins_of(office) == [Path(gone["backup"]).name]

    play(office, publisher, conversation)


def test_two_of_one_brand_stand_side_by_side(office: Office, publisher: Publisher) -> None:
    async def conversation() -> None:
        desk = office.desk
        publisher.publish("1.1", line="# 1.1", ident="aastra-lab-1")
        publisher.publish("1.2", line="# 1.2", ident="aastra-lab-2")
        await desk.update_repository()
        for ident in ("aastra-lab-1", "aastra-lab-2"):
            await desk.install_plugin(ident, None, "ann")
        for number, ident in enumerate(("aastra-lab-1", "aastra-lab-2"), 1):
            mac = f"00:08:5d:00:00:0{number}"
            await desk.add_device({"mac": mac, "plugin": ident, "model": "6731i", "config": "default"}, "ann")
            file = office.served(ident, f"Aastra/00085D00000{number}.cfg")
            assert file.read_text().startswith(f"# 1.{number}")
        publisher.publish("1.3", line="# 1.3", ident="aastra-lab-1")
        await desk.update_repository()
        rows = {row["id"]: (row["version"], row["available"], row["devices"]) for row in await desk.plugins()}
        assert rows["aastra-lab-1"] == ("1.1", "1.3", 1)
        assert rows["aastra-lab-2"] == ("1.2", None, 1)
        await desk.upgrade_plugin("aastra-lab-1", None, "ann")
        assert office.served("aastra-lab-1", "Aastra/00085D000001.cfg").read_text().startswith("# 1.3")
        assert office.served("aastra-lab-2", "Aastra/00085D000002.cfg").read_text().startswith("# 1.2")

    play(office, publisher, conversation)


def test_at_the_end_of_its_life_it_works_on_and_no_more(office: Office, publisher: Publisher) -> None:
    async def conversation() -> None:
        desk = office.desk
        publisher.publish("1.1", line="# 1.1")
        await desk.update_repository()
        await desk.install_plugin("aastra-lab", None, "ann")
        publisher.publish("1.2", more="end_of_life = true")
        told = await desk.update_repository()
        assert told["upgradable"] == []
        row = await desk.plugin("aastra-lab")
        assert (row["version"], row["available"], row["end_of_life"], row["enabled"]) == ("1.1", None, True, True)
        assert "end of its life" in await refusal(desk.upgrade_plugin("aastra-lab", None, "ann"))
        assert "end of its life" in await refusal(desk.install_plugin("aastra-lab", "again", "ann"))
        archive = publisher.folder / "aastra-lab-1.2.tar.gz"
        assert "end of its life" in await refusal(desk.install_plugin(str(archive), "again", "ann"))
        await phone(office, "aastra-lab")
        assert office.served("aastra-lab", FILE).read_text().startswith("# 1.1")
        assert plugins_of(office) == ["aastra-lab"]

    play(office, publisher, conversation)


def test_what_needs_a_newer_ringboot_waits_for_it(office: Office, publisher: Publisher) -> None:
    async def conversation() -> None:
        publisher.publish("1.1", more='needs = "99.1"')
        await office.desk.update_repository()
        assert "needs Ringboot 99.1" in await refusal(office.desk.install_plugin("aastra-lab", None, "ann"))
        archive = publisher.folder / "aastra-lab-1.1.tar.gz"
        assert "needs Ringboot 99.1" in await refusal(office.desk.install_plugin(str(archive), None, "ann"))
        assert plugins_of(office) == []

    play(office, publisher, conversation)


def hostile(name: str, kind: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        member = tarfile.TarInfo(name)
        member.type, member.linkname = kind, "/etc/passwd"
        archive.addfile(member)
    return out.getvalue()


HOSTILE = [
    ("../evil", tarfile.REGTYPE, "'../evil' leads out of the folder"),
    ("/etc/evil", tarfile.REGTYPE, "'/etc/evil' is an absolute path"),
    ("aastra-lab/x", tarfile.SYMTYPE, "'aastra-lab/x' is a link"),
    ("aastra-lab/x", tarfile.CHRTYPE, "'aastra-lab/x' is a device"),
    ("aastra-lab/x", tarfile.REGTYPE, "is no plugin"),
]


def test_a_hostile_archive_changes_nothing(office: Office, publisher: Publisher) -> None:
    async def conversation() -> None:
        publisher.publish("1.1")
        await office.desk.update_repository()
        await office.desk.install_plugin("aastra-lab", None, "ann")
        for name, kind, why in HOSTILE:  # with the checksum that the index names
            publisher.publish_archive("1.2", hostile(name, kind))
            await office.desk.update_repository()
            assert why in await refusal(office.desk.install_plugin("aastra-lab", "again", "ann"))
            assert why in await refusal(office.desk.upgrade_plugin("aastra-lab", None, "ann"))
        assert plugins_of(office) == ["aastra-lab"]
        assert (await office.desk.plugin("aastra-lab"))["version"] == "1.1"
        left = os.listdir(office.core.shelf.root / ".repository")
        assert [name for name in left if not name.endswith(".json")] == []

    play(office, publisher, conversation)


def test_a_wrong_checksum_changes_nothing(office: Office, publisher: Publisher, tmp_path: Path) -> None:
    async def conversation() -> None:
        desk = office.desk
        publisher.publish("1.1")
        await desk.update_repository()
        await desk.install_plugin("aastra-lab", None, "ann")
        publisher.publish("1.2")
        await desk.update_repository()
        data = bytearray(publisher.web.files["/aastra-lab-1.2.tar.gz"])
        data[200] ^= 1
        publisher.web.files["/aastra-lab-1.2.tar.gz"] = bytes(data)
        assert "its SHA256 is" in await refusal(desk.upgrade_plugin("aastra-lab", None, "ann"))
        assert (await desk.plugin("aastra-lab"))["version"] == "1.1"
        # So it is with a folder.
        shutil.copytree(publisher.folder, tmp_path / "folder")
        (tmp_path / "folder" / "aastra-lab-1.2.tar.gz").write_bytes(data)
        await desk.set_setting("plugin_server", str(tmp_path / "folder"), "ann")
        await desk.update_repository()
        assert "its SHA-256 is" in await refusal(desk.upgrade_plugin("aastra-lab", None, "ann"))
        shutil.copy(publisher.folder / "aastra-lab-1.2.tar.gz", tmp_path / "folder")
        assert (await desk.upgrade_plugin("aastra-lab", None, "ann"))["version"] == "1.2"

    play(office, publisher, conversation)


def test_an_index_that_cannot_be_read_leaves_the_one_before(office: Office, publisher: Publisher) -> None:
    async def conversation() -> None:
        desk = office.desk
        publisher.publish("1.1")
        await desk.update_repository()
        for index in (b"{", json.dumps({"format": 9, "plugins": []}).encode(), b"x" * (5 << 20)):
            publisher.web.files["/index.json"] = index
            assert "The repository could not be read" in await refusal(desk.update_repository())
        assert (await desk.repository())["plugins"] == 1
        await desk.set_setting("plugin_server", publisher.web.url("/other"), "ann")
        assert (await desk.repository())["plugins"] == 0, "another repository has another index"
        assert "404" in await refusal(desk.update_repository())
        await desk.set_setting("plugin_server", "", "ann")
        assert "No repository is named" in await refusal(desk.update_repository())

    play(office, publisher, conversation)


def test_broken_connections_and_a_proxy_do_not_hinder(office: Office, publisher: Publisher) -> None:
    async def conversation() -> None:
        with forwarding() as proxy:
            await office.desk.set_setting("http_proxy", proxy.url, "ann")
            publisher.publish("1.1", noise=os.urandom(6 << 20))
            await office.desk.update_repository()
            publisher.web.cut_after = 4 << 20
            await office.desk.install_plugin("aastra-lab", None, "ann")
            assert len(proxy.forwarded) == len(publisher.web.asked) >= 3
            assert any(span for _, span in publisher.web.asked), "it went on where it broke off"

    play(office, publisher, conversation)


def test_when_it_cannot_be_written_down_the_old_version_is_back(
    office: Office, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def conversation() -> None:
        desk = office.desk
        publisher.publish("1.1")
        await desk.update_repository()
        await desk.install_plugin("aastra-lab", None, "ann")
        publisher.publish("1.2")
        await desk.update_repository()

        async def full(_: object) -> None:
            raise StoreFull(Path("fleet.db"))

        with monkeypatch.context() as patched:
            patched.setattr(office.db, "write", full)
            with pytest.raises(StoreFull):
                await desk.upgrade_plugin("aastra-lab", None, "ann")
        assert (await desk.plugin("aastra-lab"))["version"] == "1.1"
        assert plugins_of(office) == ["aastra-lab"]
        assert (await desk.upgrade_plugin("aastra-lab", None, "ann"))["version"] == "1.2"

    play(office, publisher, conversation)


def test_only_another_version_of_the_same_takes_its_place(office: Office, publisher: Publisher, tmp_path: Path) -> None:
    async def conversation() -> None:
        desk = office.desk
        with pytest.raises(NotFound):
            await desk.upgrade_plugin("aastra", None, "ann")
        await desk.install_plugin(str(FOLDER / "aastra"), "mine", "ann")
        assert "from a folder or an archive" in await refusal(desk.upgrade_plugin("mine", None, "ann"))
        assert "not for snom" in await refusal(desk.upgrade_plugin("mine", str(FOLDER / "snom"), "ann"))
        assert "plugin.toml" in await refusal(desk.upgrade_plugin("mine", str(tmp_path), "ann"))
        publisher.publish("0.9")
        archive = str(publisher.folder / "aastra-lab-0.9.tar.gz")
        assert (await desk.upgrade_plugin("mine", archive, "ann"))["version"] == "0.9", "also an older one"
        with tarfile.open(tmp_path / "flat.tar.gz", "w:gz") as flat:
            flat.add(FOLDER / "snom" / "plugin.toml", "plugin.toml")
            flat.add(FOLDER / "snom" / "templates", "templates")
        assert (await desk.install_plugin(str(tmp_path / "flat.tar.gz"), None, "ann"))["id"] == "snom"

    play(office, publisher, conversation)


def test_a_broken_plugin_is_mended_by_an_upgrade(office: Office, publisher: Publisher) -> None:
    async def conversation() -> None:
        desk = office.desk
        publisher.publish("1.1")
        await desk.update_repository()
        await desk.install_plugin("aastra-lab", None, "ann")
        (office.core.shelf.root / "aastra-lab" / "plugin.toml").write_text("x")
        office.core.read_plugins(office.db.reading().__enter__())
        told = await desk.upgrade_plugin("aastra-lab", None, "ann")
        assert (told["version"], told["kept"]) == ("1.1", ["plugin.toml.kept-1.1"])

    play(office, publisher, conversation)
