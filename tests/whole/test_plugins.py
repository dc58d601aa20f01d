"""docs/howto/plugins.md as it stands there, with a real repository and proxy; and what a kill leaves of an upgrade."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.certificates import BrandCa
from tests.desk.web import forwarding, serving
from tests.whole.daemon import LOOPBACK, Daemon, free_port

from ringboot.catalog import FOLDER
from ringboot.plugins.index import load_index
from ringboot.plugins.pack import pack

PAGE = Path(__file__).parents[2] / "docs/howto/plugins.md"
MAC = "00:08:5d:2e:ec:fb"
CONFIG = (
    LOOPBACK
    + """\
[[dhcp.network]]
subnet = "127.94.0.0/16"
pools = ["127.94.1.1-127.94.1.50"]
"""
)


@pytest.fixture
def ca(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BrandCa:
    """Give a CA that this machine believes."""
    made = BrandCa(tmp_path, "machine")
    monkeypatch.setenv("SSL_CERT_FILE", str(made.path))
    return made


@pytest.fixture
def site(tmp_path: Path, ca: BrandCa) -> Iterator[Daemon]:
    with Daemon(tmp_path, CONFIG.format(dhcp=free_port(), tftp=free_port(), http=free_port())) as daemon:
        yield daemon


def commands() -> Iterator[list[str]]:
    for block in re.findall(r"^```console\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            yield shlex.split(line.removeprefix("$ ").removeprefix("sudo "))[1:]


def publish(source: Path, repository: Path, version: str) -> None:
    """Put a version of Acme's plugin into a repository."""
    shutil.copytree(FOLDER / "aastra", source, dirs_exist_ok=True)
    manifest = (FOLDER / "aastra" / "plugin.toml").read_text()
    (source / "plugin.toml").write_text(manifest.replace('version = "1.0"', f'version = "{version}"', 1))
    pack(source, repository, "acme")


def test_the_page_as_it_stands_there(
    site: Daemon, ca: BrandCa, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    published = tmp_path / "published"
    publish(tmp_path / "source", published, "1.0")
    shutil.copy(published / "acme-1.0.tar.gz", tmp_path)
    with serving() as web, forwarding() as proxy:

        def serve() -> None:
            web.files = {f"/stable/{path.name}": path.read_bytes() for path in published.iterdir()}

        serve()
        places = {
            "http://plugins.example/stable": web.url("/stable"), "http://proxy.example:3128": proxy.url,
            "/srv/plugins": str(tmp_path / "own"),
        }  # fmt: skip
        for words in commands():
            if words[:2] == ["device", "set"]:
                site.run("device", "add", "--mac", MAC, "--plugin", "acme", "--model", "6731i")
            if words == ["plugin", "upgrade", "acme"]:
                publish(tmp_path / "source", published, "1.1")
                serve()
                site.run("plugin", "update")
            if words[1] == "pack":
                shutil.copytree(tmp_path / "source", tmp_path / "acme")
            if words[1] == "index":
                (tmp_path / "own" / "index.json").unlink()
            site.run(*(places.get(word, word) for word in words))
    assert f"{web.url('/stable')}/acme-1.1.tar.gz" in proxy.forwarded
    rows = {row["id"]: row for row in site.json("plugin", "list")["items"]}
    assert (rows["acme"]["version"], rows["acme-copy"]["version"]) == ("1.0", "1.0")
    assert "acme-trial" not in rows
    assert site.json("device", "show", MAC)["plugin"] == "acme-trial"
    assert [entry.file for entry in load_index(tmp_path / "own").values()] == ["acme-1.1.tar.gz"]
    from_a_server_with_https_behind_the_proxy(site, ca, published)
    killed_between_two_renames(site)


def from_a_server_with_https_behind_the_proxy(site: Daemon, ca: BrandCa, published: Path) -> None:
    pack(published.parent / "source", published, "secure")
    with serving(ca.sign("localhost", "localhost")) as web, forwarding() as proxy:
        web.files = {f"/stable/{path.name}": path.read_bytes() for path in published.iterdir()}
        site.run("settings", "set", "plugin_server", web.url("/stable"))
        site.run("settings", "set", "http_proxy", proxy.url)
        site.run("plugin", "update")
        site.run("plugin", "install", "secure")
        assert [path for path, _ in web.asked] == ["/stable/index.json", "/stable/secure-1.1.tar.gz"]
        assert (proxy.tunnels, proxy.forwarded) == ([f"localhost:{web.port}"] * 2, [])
    assert site.json("plugin", "show", "secure")["version"] == "1.1"


def killed_between_two_renames(site: Daemon) -> None:
    """Leave what a kill leaves at the worst moment, and find the old version in use at the next start."""
    root = site.data / "plugins"
    (root / "acme" / "var" / "templates" / "base.tpl").write_text("mine")
    (root / "acme").rename(root / ".acme.upgrade-old")
    (root / ".acme.upgrade-new").mkdir()
    site.kill("main")
    row = site.json("plugin", "show", "acme")
    assert (row["version"], row["custom_templates"]) == ("1.0", ["base.tpl"])
    assert not (root / ".acme.upgrade-new").exists()
    assert "the upgrade of plugin acme was undone" in site.log.read_text()
