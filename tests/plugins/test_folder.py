"""Plugin folders: installed whole or not at all, nothing from outside, custom templates kept when one is taken away."""

from __future__ import annotations

import os
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ringboot.plugins import folder as folders
from ringboot.plugins.folder import NotInstalled, PluginFolder, install_plugin, installed, uninstall_plugin
from ringboot.plugins.manifest import BadManifest

MANIFEST = 'name = "acme"\ntitle = "Acme"\nversion = "1.0"\nformat = "ini"\n'


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    for name in ("templates/common", "golden", "var/tftpboot/Acme"):
        (folder / name).mkdir(parents=True)
    (folder / "plugin.toml").write_text(MANIFEST)
    (folder / "templates" / "base.tpl").write_text("x")
    (folder / "templates" / "common" / "all.tpl").write_text("y")
    (folder / "golden" / "a.cfg").write_text("not for devices")
    (folder / "var" / "tftpboot" / "Acme" / "ring.wav").write_text("static")
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "plugins"


def test_install(source: Path, root: Path) -> None:
    plugin = install_plugin(source, root / "acme-3.3.1-SP4")
    assert plugin.id == "acme-3.3.1-SP4"
    assert plugin.manifest.title == "Acme"
    assert plugin.templates() == ("base.tpl", "common/all.tpl")
    assert plugin.custom_templates() == ()
    assert (plugin.tftpboot / "Acme" / "ring.wav").read_text() == "static"
    assert not (plugin.path / "golden").exists()
    assert {
        name for name in ("pkgs", "var/cache", "var/installed", "var/templates") if (plugin.path / name).is_dir()
    } == {
        "pkgs",
        "var/cache",
        "var/installed",
        "var/templates",
    }
    assert os.listdir(root) == ["acme-3.3.1-SP4"]


def test_the_files_of_devices_stay_behind(source: Path, root: Path) -> None:
    (source / "plugin.toml").write_text(MANIFEST + '[device.files]\n"Acme/{mac}.cfg" = ""\n')
    for path in ("tftpboot/Acme/00005e005301.cfg", "templates/00005e005301.cfg.tpl", "new/0123/0"):
        (source / "var" / path).parent.mkdir(parents=True, exist_ok=True)
        (source / "var" / path).write_text("password")
    plugin = install_plugin(source, root / "acme")
    assert [path.name for path in plugin.tftpboot.rglob("*") if path.is_file()] == ["ring.wav"]
    assert plugin.custom_templates() == ("00005e005301.cfg.tpl",)
    assert not (plugin.path / "var" / "new").exists()


def link_out(source: Path) -> None:
    (source / "templates" / "passwd.tpl").symlink_to("/etc/passwd")


def link_folder(source: Path) -> None:
    (source / "pkgs").symlink_to("/etc")


def pipe(source: Path) -> None:
    os.mkfifo(source / "templates" / "pipe.tpl")


def broken(source: Path) -> None:
    (source / "plugin.toml").write_text(MANIFEST + "colour = 1")


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (link_out, "passwd.tpl is neither a file nor a folder"),
        (link_folder, "pkgs is neither a file nor a folder"),
        (pipe, "pipe.tpl is neither a file nor a folder"),
        (broken, "plugin.toml:5: colour: unknown key"),
    ],
)
def test_what_is_not_installed_leaves_nothing(
    source: Path, root: Path, spoil: Callable[[Path], None], why: str
) -> None:
    spoil(source)
    with pytest.raises((NotInstalled, BadManifest), match=why):
        install_plugin(source, root / "acme")
    assert not root.exists() or os.listdir(root) == []


def test_a_flood_is_refused(source: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "_MOST_FILES", 3)
    with pytest.raises(NotInstalled, match="more than 3 files"):
        install_plugin(source, root / "acme")
    assert os.listdir(root) == []


@pytest.mark.parametrize("plugin", ["", ".hidden", "..", "a/b", "a b", "x" * 65, "é"])
def test_ids_are_plain_names(plugin: str) -> None:
    with pytest.raises(NotInstalled, match="no plugin id"):
        folders.check_id(plugin)


def test_an_id_is_taken_once(source: Path, root: Path) -> None:
    install_plugin(source, root / "acme")
    with pytest.raises(NotInstalled, match="is there already"):
        install_plugin(source, root / "acme")


def test_no_source(root: Path, tmp_path: Path) -> None:
    with pytest.raises(NotInstalled, match="nowhere is not a folder"):
        install_plugin(tmp_path / "nowhere", root / "acme")


def test_no_room(source: Path, root: Path) -> None:
    root.write_text("a file where the folder should be")
    with pytest.raises(NotInstalled, match="could not be written: "):
        install_plugin(source, root / "acme")


def test_a_broken_plugin_does_not_hide_the_others(source: Path, root: Path) -> None:
    install_plugin(source, root / "sound")
    install_plugin(source, root / "spoilt")
    (root / "spoilt" / "plugin.toml").write_text("name =")
    (root / "no-plugin").mkdir()
    (root / ".sound.1234").mkdir()
    sound, broken_ones = installed(root)
    assert list(sound) == ["sound"]
    assert [error.path.parent.name for error in broken_ones] == ["spoilt"]
    assert installed(root / "nowhere") == ({}, [])


def test_uninstall_keeps_the_administrators_templates(source: Path, root: Path) -> None:
    plugin = install_plugin(source, root / "acme")
    (plugin.custom / "base.tpl").write_text("mine")
    removed = uninstall_plugin(plugin, "20260101T000000")
    assert removed.custom == ("base.tpl",)
    assert removed.backup == root / "acme-templates-20260101T000000.tar.gz"
    assert os.listdir(root) == [removed.backup.name]
    with tarfile.open(removed.backup) as archive:
        (member,) = archive.getmembers()
        assert member.name == "acme/var/templates/base.tpl"
        kept = archive.extractfile(member)
        assert kept is not None
        assert kept.read() == b"mine"


def test_uninstall_without_any_leaves_nothing(source: Path, root: Path) -> None:
    assert uninstall_plugin(install_plugin(source, root / "acme"), "now") == ((), (), None)
    assert os.listdir(root) == []


def test_uninstall_of_what_is_gone(root: Path) -> None:
    with pytest.raises(NotInstalled, match="could not be taken away"):
        uninstall_plugin(PluginFolder(root / "acme"), "now")
