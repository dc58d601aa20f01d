"""Firmware at the desk: one thing a plugin at a time, refusals that change nothing, dependencies, progress."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.desk.office import Office
from tests.desk.web import Web, serving
from tests.plugins.archives import zipped

from ringboot.desk.errors import Busy, NotFound, Refused

MANIFEST = 'name = "acme"\ntitle = "Acme"\nversion = "1.0"\nformat = "ini"\n[common.files]\n"all.cfg" = "all"\n'


def file_row(name: str, data: bytes, url: str) -> str:
    kind = hashlib.sha1(data).hexdigest()
    return f"[file_{name}]\nurl: {url}\nfilename: {name}.bin\nsize: {len(data)}\nsha1sum: {kind}\n"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    folder = tmp_path / "plugins" / "acme"
    for each in ("pkgs", "templates", "var/cache", "var/installed", "var/tftpboot", "var/templates"):
        (folder / each).mkdir(parents=True)
    (folder / "plugin.toml").write_text(MANIFEST)
    return Office(tmp_path)


def described(office: Office, text: str) -> None:
    (office.core.data / "plugins" / "acme" / "pkgs" / "pkgs.db").write_text(text)


def served(office: Office) -> list[str]:
    return sorted(path.name for path in office.served("acme", "").iterdir())


def test_what_is_needed_goes_in_first_and_is_known_as_such(office: Office) -> None:
    async def conversation() -> None:
        with serving() as web:
            web.files = {"/a": b"aa", "/b": b"bb"}
            described(
                office,
                "[pkg_fw]\nversion: 1\nfiles: a\ndepends: lang\n[pkg_lang]\nversion: 1\nfiles: b\n"
                + file_row("a", b"aa", web.url("/a")) + file_row("b", b"bb", web.url("/b")),
            )  # fmt: skip
            desk = office.desk
            assert (await desk.install_firmware("acme", ["fw"], "anna"))["installed"] == ["lang", "fw"]
            assert served(office) == ["a.bin", "b.bin"]
            assert [(row["id"], row["state"]) for row in await desk.firmware()] == [
                ("fw", "installed"), ("lang", "installed"),
            ]  # fmt: skip
            assert (await desk.firmware_package("acme", "lang"))["explicit"] is False
            with pytest.raises(Refused, match="lang is needed by fw"):
                await desk.uninstall_firmware("acme", "lang", "anna")
            assert (await desk.install_firmware("acme", ["lang"], "anna"))["installed"] == []
            assert (await desk.firmware_package("acme", "lang"))["explicit"] is True
            gone = await desk.uninstall_firmware("acme", "fw", "anna")
            assert (gone["removed"], gone["not_needed"]) == (["a.bin"], [])

    office.play(conversation)


def refusals(web: Web) -> list[tuple[str, str]]:
    there = file_row("a", b"aa", web.url("/a"))
    return [
        ("[pkg_fw]\nversion: 1\ndepends: b\n[pkg_b]\nversion: 1\ndepends: fw\n", "fw needs b needs fw"),
        ("[pkg_fw]\nversion: 1\ndepends: b\n", "there is no package b, which fw needs"),
        (f"[pkg_fw]\nversion: 1\nfiles: a\n{there.replace('size: 2', 'size: 1')}", "larger than"),
        (f"[pkg_fw]\nversion: 1\nfiles: a\n{file_row('a', b'aa', web.url('/nothing'))}", "404"),
        (f"[pkg_fw]\nversion: 1\nfiles: a\n{file_row('a', b'aa', 'ftp://x/a')}", "ftp"),
        (f"[pkg_fw]\nversion: 1\nfiles: a\n{file_row('a', b'aa', '')}", "ringboot firmware upload acme FILE"),
        (
            f"[pkg_fw]\nversion: 1\nfiles: a\ninstall: i\n[install_i]\na-b: unzip $FILE1\n{there}",
            "step a-b: unzip a.bin",
        ),
        (
            f"[pkg_fw]\nversion: 1\nfiles: a\ninstall: i\n[install_i]\na-b: cp $FILE1 all.cfg\n{there}",
            "all.cfg is a file that the plugin makes of its templates",
        ),
    ]


def test_what_is_refused_changes_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    async def conversation() -> None:
        with serving() as web:
            web.files = {"/a": b"aa"}
            for text, why in refusals(web):
                described(office, text)
                with pytest.raises(Refused) as caught:
                    await office.desk.install_firmware("acme", ["fw"], "anna")
                assert why in str(caught.value)
                assert (served(office), office.desk.firmware_work.doing) == ([], {})
            described(office, f"[pkg_fw]\nversion: 1\nfiles: x\n{file_row('x', b'xx', web.url('/a'))}")
            monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1))
            with pytest.raises(Refused, match="has room for 1 octets, and 2 are to be fetched"):
                await office.desk.install_firmware("acme", ["fw"], "anna")
            for unknown in (("acme", "fv"), ("nobody", "fw")):
                with pytest.raises(NotFound):
                    await office.desk.install_firmware(unknown[0], [unknown[1]], "anna")
            with pytest.raises(Refused, match="fw is not installed"):
                await office.desk.upgrade_firmware("acme", ["fw"], "anna")

    office.play(conversation)


def test_one_thing_a_plugin_at_a_time_and_it_tells_how_far_it_is(office: Office) -> None:
    async def conversation() -> None:
        archive = zipped({"a.rom": b"A"})

        async def slow(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(archive)}\r\nConnection: close\r\n\r\n"
            writer.write(head.encode() + archive[:10])
            await writer.drain()
            await go_on.wait()
            writer.write(archive[10:])
            await writer.drain()
            writer.close()

        go_on = asyncio.Event()
        server = await asyncio.start_server(slow, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/a"
        described(office, f"[pkg_fw]\nversion: 1\nfiles: a\n{file_row('a', archive, url)}")
        desk = office.desk
        first = asyncio.create_task(desk.install_firmware("acme", ["fw"], "anna"))
        doing: dict[str, Any] | None = None
        async with asyncio.timeout(20):
            while not (doing and doing["octets"] == 10):
                await asyncio.sleep(0)
                doing = (await desk.firmware_doing("acme"))["doing"]
        assert doing == {"what": "fetches a.bin", "octets": 10, "size": len(archive)}
        with pytest.raises(Busy, match=r"Firmware of acme is being worked on: fetches a\.bin"):
            await desk.uninstall_firmware("acme", "fw", "bert")
        with pytest.raises(Busy, match="Try again later"):
            await desk.upgrade_plugin("acme", None, "bert")
        with pytest.raises(Busy, match="Try again later"):
            await desk.uninstall_plugin("acme", "bert")
        go_on.set()
        assert (await first)["files"] == ["a.bin"]
        assert await desk.firmware_doing("acme") == {"plugin": "acme", "doing": None}
        server.close()
        await server.wait_closed()

    office.play(conversation)


def test_a_file_by_hand_comes_in_pieces_and_one_that_is_too_large_is_not_kept(office: Office) -> None:
    async def pieces(*data: bytes) -> AsyncIterator[bytes]:
        for each in data:
            yield each

    async def conversation() -> None:
        described(office, f"[pkg_fw]\nversion: 1\nfiles: a\n{file_row('a', b'abc', '')}")
        desk = office.desk
        with pytest.raises(Refused, match=r"By hand it needs: a\.bin \(3 octets, sha1 a9993e"):
            await desk.upload_firmware("acme", pieces(b"ab", b"cd", b"ef"), "anna")
        cache = office.core.data / "plugins" / "acme" / "var" / "cache"
        assert list(cache.iterdir()) == []
        told = await desk.upload_firmware("acme", pieces(b"ab", b"c"), "anna")
        assert told == {"plugin": "acme", "files": ["a.bin"], "packages": ["fw"]}
        assert (await desk.install_firmware("acme", ["fw"], "anna"))["files"] == ["a.bin"]

    office.play(conversation)
