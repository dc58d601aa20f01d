"""The page about templates, command by command, against a running daemon with a phone of a real brand."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.whole.daemon import LOOPBACK, Daemon, free_port

from ringboot.catalog import FOLDER as CATALOG

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "howto" / "templates.md").read_text()
EARLIER = (ROOT / "tests" / "catalog" / "earlier" / "aastra-base.tpl").read_text()
NOW = (CATALOG / "aastra" / "templates" / "base.tpl").read_text()
MAC = "00:08:5d:2e:ec:fb"
LINE = "directed call pickup: {{ 1 if exten_pickup_call else 0 }}"
CONFIG = (
    LOOPBACK
    + """\
[[dhcp.network]]
subnet = "127.80.0.0/24"
"""
)


class Site(Daemon):
    """A daemon whose plugin can be looked into and run commands of a page."""

    @property
    def plugin(self) -> Path:
        return self.data / "plugins" / "aastra"

    @property
    def file(self) -> bytes:
        return (self.plugin / "var/tftpboot/Aastra/00085D2EECFB.cfg").read_bytes()

    @property
    def custom(self) -> str:
        return (self.plugin / "var/templates/base.tpl").read_text()

    def ship(self, text: str) -> None:
        (self.plugin / "templates/base.tpl").write_text(text)

    def play(self, heading: str) -> dict[str, subprocess.CompletedProcess[str]]:
        """Run the commands below a heading in their order; what they said, by the words behind `ringboot`."""
        section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
        said = {}
        for block in re.findall(r"^```console\n(.*?)^```$", section, re.MULTILINE | re.DOTALL):
            for line in block.splitlines():
                words = shlex.split(
                    line.removeprefix("$ ").removeprefix("sudo ").replace("/var/lib/ringboot", str(self.data))
                )
                if words[0] == "ringboot":
                    said[" ".join(words[1:])] = self.run(*words[1:], check=False)
                elif words[0] == "sudoedit":
                    self.edit(Path(words[1]))
                else:
                    subprocess.run(words, check=True, timeout=60)
        assert said, heading
        return said

    def edit(self, path: Path) -> None:
        """Resolve a conflict as a person would."""
        assert path == self.plugin / "var/templates/base.tpl.conflict"
        marked = path.read_text()
        shown = re.search(r"^```text\n(<<<.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
        assert shown is not None
        version = re.search(r'^version = "(.*)"', (self.plugin / "plugin.toml").read_text(), re.MULTILINE)
        assert version is not None
        assert re.sub(r"base.tpl 1\.\d", f"base.tpl {version[1]}", shown[1]) in marked, "the page shows what it gives"
        path.write_text(re.sub(r"<<<<<<< .*?=======\n(.*?)>>>>>>> [^\n]*\n", r"lldp: 1\n\1", marked, flags=re.DOTALL))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    daemon = Site(tmp_path, CONFIG.format(dhcp=free_port(), tftp=free_port(), http=free_port()))
    daemon.start()
    daemon.run("plugin", "install", "aastra")
    daemon.ship(EARLIER)
    daemon.run("device", "add", "--mac", MAC, "--plugin", "aastra", "--model", "6731i", "--use-config", "autoprov")
    yield daemon
    assert daemon.stop() == 0


def good(said: dict[str, subprocess.CompletedProcess[str]]) -> list[str]:
    """Give what each command printed, when none failed."""
    for words, done in said.items():
        assert (words, done.returncode, done.stderr) == (words, 0, "")
    return [done.stdout for done in said.values()]


def test_the_page_is_true(site: Site) -> None:
    first = site.file
    listed, shown = good(site.play("See what there is"))
    assert re.search(r"^aastra +6731i.tpl +templates/6731i.tpl +shipped .* 1 ", listed, re.MULTILINE)
    assert shown == EARLIER

    copied = good(site.play("Copy, and edit the copy"))
    assert len(copied) == 4
    assert f"\n+lldp: 1\n {LINE}" in copied[-1]
    assert {path.name for path in (site.plugin / "var/templates").iterdir()} == {
        "base.tpl", "6731i.tpl", "00085D2EECFB.cfg.tpl",
    }  # fmt: skip
    assert good(site.play("Check"))[0].endswith("templates read, 0 faults\n")

    diff, preview, other = good(site.play("Look before a phone gets it"))
    assert "\n+lldp: 1\n" in diff
    assert "lldp: 1\n" in preview
    assert "1 file would change" in other
    assert site.file == first

    _, listed, shown, history = good(site.play("Begin with one phone"))
    assert re.search(r" var/templates/00085D2EECFB.cfg.tpl ", listed)
    assert shown.encode() == site.file
    assert b"\nlldp: 1\n" in site.file
    assert re.search(r"^2 .* yes +no +reconfigured by ", history, re.MULTILINE)
    files = site.json("device", "files", MAC)["items"]
    assert "var/templates/00085D2EECFB.cfg.tpl" in {row["template"] for row in files}

    back = site.play("Roll back")
    assert site.json("device", "history", MAC)["items"][0]["number"] == 4
    assert b"\nlldp: 1\n" in site.file, "the last command made the files again"
    assert "-lldp: 1\n" in good(back)[0]
    site.run("device", "rollback", MAC, "1")
    assert site.file == first
    site.kill("main")  # at its start it looks at every device's files again
    assert site.run("device", "history", MAC).stdout.splitlines()[1].startswith("5 ")
    assert site.file == first

    mine = site.custom
    site.ship(NOW)
    changed, original, dry, merged, _ = good(site.play("When the plugin is upgraded"))
    assert re.search(r"^aastra +base.tpl +var/templates/base.tpl +changed", changed, re.MULTILINE)
    assert "+{% block directory -%}\n" in original
    assert "+{% block directory -%}\n" in dry
    assert "the one before is kept in " in merged
    assert Path(merged.split(" kept in ")[1].strip()).read_text() == mine
    assert site.custom == NOW.replace(LINE, f"lldp: 1\n{LINE}")
    assert b"\nlldp: 1\n" in site.file
    assert b"\ndirectory script:\n" in site.file

    mine = site.custom
    site.ship(NOW.replace(LINE, LINE.replace("else 0", "else 2")))
    clash = site.play("When both changed the same lines")
    assert [done.returncode for done in clash.values()] == [1, 0]
    assert site.custom == NOW.replace(LINE, f"lldp: 1\n{LINE}".replace("else 0", "else 2"))
    assert mine in [path.read_text() for path in (site.plugin / "var/replaced").iterdir()]

    (gone,) = good(site.play("When the plugin goes"))
    assert not site.plugin.exists()
    assert (site.data / "plugins" / gone.split(" kept in ")[1].strip().rstrip(".")).exists()
