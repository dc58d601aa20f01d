"""Firmware as an administrator works with it, by the page that tells how, and as phones then get it."""

from __future__ import annotations

import hashlib
import json
import random
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import TypeAdapter
from tests.desk.web import Web, forwarding, serving
from tests.plugins.archives import tarred, zipped
from tests.whole.daemon import LOOPBACK, Daemon, free_port, wait_until

from ringboot.cli.shapes import TABLE

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl: tests/install-clients")
PAGE = Path(__file__).parents[2] / "docs/howto/firmware.md"
CONFIG = (
    LOOPBACK
    + """\
[[dhcp.network]]
name = "elsewhere"
subnet = "127.0.0.0/8"
"""
)
ROM, NEWER, SOUND = b"ROM " * 20_000, b"ROM 2.2 " * 20_000, b"ring"
D10 = zipped({"D10-2.1/D10.rom": ROM, "D10-2.1/readme.txt": b"r", "D10-2.1/boot.rom": b"boot"})
D10_NEWER = zipped({"D10-2.2/D10.rom": NEWER})
SOUNDS = tarred({"de/ring.wav": SOUND})
AGENT = "Acme D10 2.1"


class Site(Daemon):
    """A daemon whose ports we know, and a plugin with packages on a web server."""

    http = tftp = 0

    def fetched(self, path: str) -> bytes:
        """Fetch a file as a phone of the brand does, by HTTP."""
        url = f"http://127.0.0.1:{self.http}/{path}"
        return subprocess.run(["curl", "-sf", "-A", AGENT, url], capture_output=True, check=False).stdout

    @property
    def served(self) -> list[str]:
        """Name what lies in the folder that is served."""
        root = self.data / "plugins/acme/var/tftpboot"
        return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def manifest() -> str:
    """Give the manifest of the page."""
    found = re.search(r"^```toml plugin.toml\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def offered(folder: Path, web: Web, version: str, archive: bytes) -> None:
    """Write the plugin of the page into a folder; its archive lies on a web server of ours."""
    path = f"/fw/D10-{version}.zip"
    web.files[path] = archive
    text = manifest().replace("https://www.example.org/fw/D10-2.1.zip", web.url(path))
    text = re.sub(r"size = \d+", f"size = {len(archive)}", text)
    text = re.sub(r"[0-9a-f]{64}", hashlib.sha256(archive).hexdigest(), text)
    (folder / "plugin.toml").write_text(text.replace('version = "2.1"\ndesc', f'version = "{version}"\ndesc'))
    (folder / "pkgs").mkdir(exist_ok=True)
    (folder / "pkgs" / "pkgs.db").write_text(
        "[pkg_D10-sounds]\ndescription: Sounds\nversion: 1\nfiles: sounds\ninstall: sounds\ndepends: D10-boot\n"
        "[pkg_D10-boot]\nversion: 3\nfiles: boot\n"
        f"[file_sounds]\nurl:\nfilename: D10-sounds.tar.gz\nsize: {len(SOUNDS)}\n"
        f"sha1sum: {hashlib.sha1(SOUNDS).hexdigest()}\n"
        f"[file_boot]\nurl: {web.url('/boot.bin')}\nsize: 4\nsha1sum: {hashlib.sha1(b'boot').hexdigest()}\n"
        "[install_sounds]\na-b: untar $FILE1\nb-c: cp de/*.wav sounds/\n"
        "[pkg_broken]\nversion: 1\nfiles: nothing\n"
    )
    web.files["/boot.bin"] = b"boot"


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    with serving() as web:
        yield web


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, web: Web) -> Iterator[Site]:
    ports = {"dhcp": free_port(), "tftp": free_port(), "http": free_port()}
    folder = tmp_path_factory.mktemp("firmware")
    source = folder / "acme"
    source.mkdir()
    offered(source, web, "2.1", D10)
    site = Site(folder, CONFIG.format(**ports))
    site.http, site.tftp = ports["http"], ports["tftp"]
    site.start()
    site.run("plugin", "install", str(source))
    yield site
    assert site.stop() == 0


def lines_of_the_page() -> list[list[str]]:
    """Give the commands of the page, in their order."""
    blocks = re.findall(r"^```console acme\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    return [shlex.split(line.removeprefix("$ sudo ringboot ")) for block in blocks for line in block.splitlines()]


def test_the_page_from_its_first_command_to_its_last(
    site: Site, web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "D10-sounds.tar.gz").write_bytes(SOUNDS)
    told = {}
    for words in lines_of_the_page():
        if words[:2] == ["firmware", "upgrade"] and words[2] != "--all":
            offered(site.data / "plugins" / "acme", web, "2.2", D10_NEWER)  # a newer plugin
            site.run("reload")
        told[" ".join(words)] = site.run(*words).stdout
        if words[:2] == ["settings", "set"]:
            site.run("settings", "set", "http_proxy", "")
        if words == ["firmware", "install", "acme", "D10-fw"]:
            assert site.served == ["firmware/D10.rom", "firmware/boot.rom"]
            assert site.fetched("firmware/D10.rom") == ROM
        if words == ["firmware", "upgrade", "acme"]:
            assert site.served == ["firmware/D10.rom"]
            assert site.fetched("firmware/D10.rom") == NEWER
    for line, words in {
        "firmware list --filter plugin=acme": ["D10-fw", "available", "Firmware of the D10",
            "to be fetched by hand and uploaded: D10-sounds.tar.gz",
            "pkgs/pkgs.db:22: package broken: [file_nothing] is not there"],
        "firmware show acme D10-fw": ["step  a-b: unzip D10-2.1.zip", web.url("/fw/D10-2.1.zip")],
        "firmware install acme D10-fw": ["D10-fw installed: 2 files."],
        "firmware list --filter installed=2.1": ["D10-fw", "1 package"],
        "firmware upgrade acme": ["acme D10-fw upgraded."],
        "firmware upgrade --all": ["Nothing to do"],
        "firmware uninstall acme D10-fw": ["Package D10-fw is uninstalled: 1 file removed."],
        "firmware upload acme ./D10-sounds.tar.gz": ["It is D10-sounds.tar.gz, which D10-sounds wants."],
        "firmware install acme D10-sounds": ["D10-boot, D10-sounds installed: 2 files."],
    }.items():  # fmt: skip
        for word in words:
            assert word in told[line], (line, told[line])
    assert site.served == ["boot.bin", "sounds/ring.wav"], "what it needs went in before it"


@pytest.mark.skipif(shutil.which("tftp") is None, reason="needs tftp: tests/install-clients")
def test_what_is_installed_is_served_by_http_and_tftp(site: Site, tmp_path: Path) -> None:
    site.run("firmware", "install", "acme", "D10-boot")
    assert site.fetched("boot.bin") == b"boot"
    site.run("device", "add", "--mac", "02:aa:bb:00:11:22", "--ip", "127.0.0.1", "--plugin", "acme")
    target = tmp_path / "boot.bin"
    subprocess.run(
        ["tftp", "-m", "binary", "127.0.0.1", str(site.tftp), "-c", "get", "boot.bin", str(target)],
        check=True, capture_output=True, timeout=20,
    )  # fmt: skip
    assert target.read_bytes() == b"boot"


def test_a_download_that_is_cut_goes_on_and_another_comes_through_a_proxy(
    site: Site, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    rom = random.Random(5).randbytes(2_000_000)
    archive = zipped({"D10-2.5/D10.rom": rom})
    offered(site.data / "plugins" / "acme", web, "2.5", archive)
    site.run("reload")
    monkeypatch.setattr(web, "cut_after", 1_500_000)
    asked = len(web.asked)
    site.run("firmware", "install", "acme", "D10-fw")
    assert web.asked[asked] == ("/fw/D10-2.5.zip", "")
    assert web.asked[-1][1].startswith("bytes="), "it went on where it was cut"
    monkeypatch.setattr(web, "cut_after", None)
    assert site.fetched("firmware/D10.rom") == rom
    site.run("firmware", "uninstall", "acme", "D10-fw")
    (site.data / "plugins/acme/var/cache/D10-2.5.zip").unlink()
    with forwarding() as proxy:
        site.run("settings", "set", "http_proxy", proxy.url)
        site.run("firmware", "install", "acme", "D10-fw")
        site.run("settings", "set", "http_proxy", "")
    assert proxy.forwarded == [web.url("/fw/D10-2.5.zip")]
    assert site.fetched("firmware/D10.rom") == rom
    site.run("firmware", "uninstall", "acme", "D10-fw")


def test_a_wrong_checksum_a_wrong_file_and_a_wrong_name_are_refused(site: Site, web: Web, tmp_path: Path) -> None:
    folder = site.data / "plugins" / "acme"
    offered(folder, web, "2.3", D10)
    web.files["/fw/D10-2.3.zip"] = D10[:-1] + b"!"
    site.run("reload")
    before = site.served
    done = site.run("firmware", "install", "acme", "D10-fw", "--json", check=False)
    assert done.returncode == 1
    assert "SHA256" in json.loads(done.stderr)["detail"]
    assert site.served == before
    assert not list((folder / "var/cache").glob("D10-2.3*"))
    (tmp_path / "wrong").write_bytes(b"?")
    done = site.run("firmware", "upload", "acme", str(tmp_path / "wrong"), check=False)
    assert done.returncode == 1
    assert f"By hand it needs: D10-sounds.tar.gz ({len(SOUNDS)} octets, sha1 " in done.stderr
    assert site.run("firmware", "install", "acme", "colour", check=False).returncode == 5
    done = site.run("firmware", "install", "acme", "broken", check=False)
    assert (done.returncode, "package broken: [file_nothing] is not there" in done.stderr) == (5, True)
    assert site.run("firmware", "install", "nobody", "x", check=False).returncode == 5
    assert site.run("firmware", "upgrade", check=False).returncode == 2


def test_a_package_does_not_take_the_place_of_a_devices_file(site: Site, web: Web) -> None:
    folder = site.data / "plugins" / "acme"
    path = folder / "plugin.toml"
    kept = path.read_text()
    path.write_text(kept.replace("[[package]]", '[device.files]\n"{mac}.cfg" = ""\n[[package]]', 1))
    (folder / "pkgs" / "own").write_text(
        "[pkg_own]\nversion: 1\nfiles: own\ninstall: own\n[install_own]\na-b: cp boot.bin 02aabb001122.cfg\n"
        f"[file_own]\nurl: {web.url('/boot.bin')}\nsize: 4\nsha1sum: {hashlib.sha1(b'boot').hexdigest()}\n"
    )
    site.run("reload")
    done = site.run("firmware", "install", "acme", "own", check=False)
    assert (done.returncode, "02aabb001122.cfg has the name of a device's own file" in done.stderr) == (1, True)
    path.write_text(kept)


def test_a_second_plugin_shares_files_and_what_was_broken_off_is_finished_at_the_start(
    site: Site, web: Web, tmp_path: Path
) -> None:
    source = tmp_path / "acme"
    source.mkdir()
    offered(source, web, "2.4", D10)
    site.run("plugin", "install", str(source), "--id", "acme-2")
    asked = len(web.asked)
    site.run("firmware", "install", "acme-2", "D10-boot")
    assert len(web.asked) == asked, "what the first one fetched is not fetched again"
    one, two = (site.data / "plugins" / name / "var/tftpboot/boot.bin" for name in ("acme", "acme-2"))
    assert one.stat().st_ino == two.stat().st_ino
    # As a kill between two steps leaves it: written down, staged, and not yet moved.
    installed = site.data / "plugins/acme-2/var/installed"
    record = json.loads((installed / "D10-boot").read_text()) | {"id": "late", "files": ["late.bin"]}
    record["sha256"] = {"late.bin": record["sha256"]["boot.bin"]}
    (installed / ".late.new").mkdir()
    shutil.copy(two, installed / ".late.new" / "0")
    (installed / ".late.next").write_text(json.dumps(record))
    site.kill("main")
    wait_until((installed / "late").exists, "the firmware to be settled")
    assert (site.data / "plugins/acme-2/var/tftpboot/late.bin").read_bytes() == b"boot"
    assert not list(installed.glob(".*"))


def test_what_commands_print_has_the_shape_that_is_described(site: Site, web: Web, tmp_path: Path) -> None:
    folder = site.data / "plugins" / "acme"
    offered(folder, web, "3.0", D10)
    site.run("reload")
    (tmp_path / "sounds").write_bytes(SOUNDS)
    lines = {
        "firmware list": "", "firmware install": "acme D10-fw", "firmware show": "acme D10-fw",
        "firmware uninstall": "acme D10-fw", "firmware upgrade": "acme",
        "firmware upload": f"acme {tmp_path / 'sounds'}",
    }  # fmt: skip
    assert lines.keys() == {command for command in TABLE if command.startswith("firmware ")}
    for command, line in lines.items():
        TypeAdapter(TABLE[command]).validate_python(site.json(*command.split(), *line.split()), strict=True)
