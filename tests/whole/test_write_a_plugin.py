"""docs/howto/write-a-plugin.md as it stands there: a phone that nobody knows boots, and gets its file in the end."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from tests.whole.daemon import LOOPBACK, Daemon, free_port, wait_until
from tests.whole.explain.handset import Handset

from ringboot.plugins.manifest import load_manifest, parse_manifest
from ringboot.plugins.schema import Manifest
from ringboot.plugins.trial import faults

PAGE = (Path(__file__).parents[2] / "docs" / "howto" / "write-a-plugin.md").read_text()
BLOCKS = re.findall(r"^```(\S+)(?: ([^\n]+))?\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
MAC = "02:aa:bb:00:11:22"
NETWORK = """
[[dhcp.network]]
subnet = "127.95.0.0/16"
pools = ["127.95.1.1-127.95.1.50"]
"""
BOOT = """
[[boot]]
says = { "60" = "AcmePhone-{model}" }
agent = "Acme {model} {version} {mac}"
url_from = ["66"]
asks = ["common.cfg", "{mac}.cfg"]
version = "2.1.0"
"""


class Desk:
    """Who follows the page: with a folder to write in, and a phone in the hand."""

    def __init__(self, folder: Path, site: Daemon, phone: Handset, http: int) -> None:
        self._folder, self._site, self._phone, self._http = folder, site, phone, http
        self.printed = ""  # by the last command

    def follow(self, language: str, words: list[str], text: str) -> None:
        """Do what a block of the page says; `words` stand behind its language."""
        match language, words:
            case "console", _:
                self._type(text)
            case "toml", ["plugin.toml", *more]:
                before = (self._folder / "plugin.toml").read_text() + "\n" if more else ""
                (self._folder / "plugin.toml").write_text(before + text)
            case "toml", ["cases.toml"]:
                (self._folder / "golden" / "cases.toml").write_text(text)
            case "jinja", [_, path]:
                (self._folder / path).write_text(text)
            case "text", []:
                assert text in self.printed
            case "text", [_, _, path]:
                assert self.printed == text
                assert self._boot()[f"/{path}"] == ("200", text.encode())
            case "json", _:
                assert Path("ann.json").read_text() == text, "it was read before it was shown"

    def _type(self, text: str) -> None:
        printed: list[str] = []
        for line in text.splitlines():
            if not line.startswith("$ "):
                printed.append(line)
                continue
            words = shlex.split(line.removeprefix("$ ").removeprefix("sudo "))[1:]
            if words[0] == "explain":
                assert {status for status, _ in self._boot().values()} == {"404"}
                wait_until(lambda: len(self._site.get("explain", MAC)["said"]["asks"]) == 2, "what it asked for")
            if words[:2] == ["device", "list"]:
                self._restart()
            self.printed = self._site.run(*words).stdout
            if words[:2] == ["plugin", "new"]:
                self._begun()
            if words[:2] == ["device", "list"]:
                assert MAC in self.printed
        if printed:
            assert self.printed.splitlines() == printed

    def _begun(self) -> None:
        """Look at what was begun from what the phone said: it is what the page writes by hand."""
        begun, whole = load_manifest(self._folder), manifest()
        assert begun.device.files.keys() == whole.device.files.keys()
        assert begun.common.files.keys() == whole.common.files.keys()
        assert [each.is_ for each in begun.sample] == [each.is_ for each in whole.sample]
        assert {each.sure for each in begun.sample} == {"capture"}
        assert faults(self._folder) == ()
        self._site.run("plugin", "install", "./acme")
        self._restart()
        assert b"account.1.user = ap" in (self._boot()[f"/Acme/{MAC.replace(':', '')}.cfg"][1] or b"")
        self._site.run("device", "remove", MAC)
        self._site.run("plugin", "uninstall", "acme")
        for path in sorted(self._folder.glob("templates/*")):
            path.unlink()  # the page writes them by hand

    def _restart(self) -> None:
        """Let it ask for its address again, by which it becomes a device, and be told its server."""
        self._phone.obtain()
        wait_until(lambda: self._site.get("explain", MAC)["device"], "the device")
        assert self._phone.server("66") == f"http://127.0.0.1:{self._http}/Acme"

    def _boot(self) -> dict[str, tuple[str, bytes | None]]:
        """Let it ask for its files; path -> what came of it."""
        self._phone.obtain()
        got = [self._phone.fetch(f"http://127.0.0.1:{self._http}/Acme/{name}") for name in ("{mac}.cfg", "common.cfg")]
        return {each.url.removeprefix(f"http://127.0.0.1:{self._http}"): (each.status, each.body) for each in got}


def manifest() -> Manifest:
    """Read the page's manifest, with how its phones boot."""
    stages = [text for language, words, text in BLOCKS if language == "toml" and words.startswith("plugin.toml")]
    return parse_manifest("\n".join([*stages, BOOT]))


def test_the_page_as_it_stands_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    http, dhcp = free_port(), free_port()
    (ann,) = (text for language, _, text in BLOCKS if language == "json")
    (tmp_path / "ann.json").write_text(ann)
    phone = Handset(manifest(), "D10", 0x1122, relay="127.95.0.2", dhcp=dhcp)
    assert phone.mac == MAC
    with Daemon(tmp_path, LOOPBACK.format(dhcp=dhcp, tftp=free_port(), http=http) + NETWORK) as site:
        desk = Desk(tmp_path / "acme", site, phone, http)
        for language, words, text in BLOCKS:
            desk.follow(language, words.split(), text)
