"""Upgrades of plugin folders: what is shipped is replaced, what is one's own stays, a kill leaves old or new."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ringboot.plugins.folder import NotInstalled, PluginFolder, install_plugin, uninstall_plugin
from ringboot.plugins.manifest import BadManifest
from ringboot.plugins.upgrade import finish, recover, stage, switch, undo

MANIFEST = 'name = "acme"\ntitle = "Acme"\nversion = "{}"\nformat = "ini"\n[device.files]\n"{{mac}}.cfg" = ""\n'
DEVICE = "var/tftpboot/00005e005301.cfg"


def version(folder: Path, number: str, **files: str) -> Path:
    made = folder / number
    for path, text in {
        "templates/base.tpl": f"base {number}",
        "var/tftpboot/ring.wav": f"ring {number}",
        **files,
    }.items():
        (made / path).parent.mkdir(parents=True, exist_ok=True)
        (made / path).write_text(text)
    (made / "plugin.toml").write_text(MANIFEST.format(number))
    return made


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Give the plugins' folder with version 1 in use: rendered files, templates, firmware."""
    made = tmp_path / "plugins"
    one = version(tmp_path, "1", **{"templates/old.tpl": "old 1", "templates/mine.tpl": "mine 1"})
    plugin = install_plugin(one, made / "acme")
    for path, text in {
        DEVICE: "secret", "var/templates/base.tpl": "custom", "var/cache/fw.zip": "zip", "var/installed/fw": "{}",
        "var/tftpboot/fw.rom": "rom", "templates/added.tpl": "added by hand",
    }.items():  # fmt: skip
        (plugin.path / path).write_text(text)
    return made


@pytest.fixture
def two(tmp_path: Path) -> Path:
    return version(tmp_path, "2", **{"templates/new.tpl": "new 2", "templates/mine.tpl": "mine 2"})


def tree(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".shipped.json"
    }


UPGRADED = {
    "plugin.toml": MANIFEST.format("2"), "templates/base.tpl": "base 2", "templates/new.tpl": "new 2",
    "templates/mine.tpl": "mine 2", "templates/added.tpl": "added by hand", "var/tftpboot/ring.wav": "ring 2",
    DEVICE: "secret", "var/templates/base.tpl": "custom", "var/cache/fw.zip": "zip", "var/installed/fw": "{}",
    "var/tftpboot/fw.rom": "rom",
}  # fmt: skip


def test_shipped_files_are_replaced_and_all_else_stays(root: Path, two: Path) -> None:
    staged = stage(two, root / "acme", "acme")
    before = tree(root / "acme")
    assert before["templates/base.tpl"] == "base 1", "nothing is changed before the switch"
    switch(staged)
    finish(staged)
    assert (staged.before, staged.after, staged.kept) == ("1", "2", ())
    assert tree(root / "acme") == UPGRADED
    assert os.listdir(root) == ["acme"]
    inode = (root / "acme" / "var/tftpboot/fw.rom").stat()
    assert inode.st_nlink == 1


def test_a_file_changed_by_hand_is_kept_as_a_copy(root: Path, two: Path, tmp_path: Path) -> None:
    (root / "acme/templates/mine.tpl").write_text("changed by hand")
    (root / "acme/templates/old.tpl").write_text("changed, and no longer shipped")
    (root / "acme/templates/base.tpl").write_text("base 2")  # as the new version has it
    staged = stage(two, root / "acme", "acme")
    assert staged.kept == ("templates/mine.tpl.kept-1", "templates/old.tpl.kept-1")
    switch(staged)
    finish(staged)
    copies = {
        "templates/mine.tpl.kept-1": "changed by hand",
        "templates/old.tpl.kept-1": "changed, and no longer shipped",
    }
    assert tree(root / "acme") == UPGRADED | copies
    (root / "acme/templates/mine.tpl").write_text("again")
    (root / "acme/templates/mine.tpl.kept-2").write_text("taken")
    again = stage(version(tmp_path, "3", **{"templates/mine.tpl": "mine 3"}), root / "acme", "acme")
    assert again.kept == ("templates/mine.tpl.kept-2.2",)
    switch(again)
    finish(again)
    assert tree(root / "acme")["templates/mine.tpl.kept-1"] == "changed by hand"
    removed = uninstall_plugin(PluginFolder(root / "acme"), "now", {DEVICE.removeprefix("var/tftpboot/")})
    assert removed.firmware == ("var/cache/fw.zip", "var/tftpboot/fw.rom")
    assert removed.backup is not None
    shutil.unpack_archive(removed.backup, tmp_path / "backup")
    assert set(tree(tmp_path / "backup" / "acme")) == {
        "templates/added.tpl", "templates/mine.tpl.kept-1", "templates/mine.tpl.kept-2", "templates/mine.tpl.kept-2.2",
        "templates/old.tpl.kept-1", "var/templates/base.tpl", "var/cache/fw.zip", "var/tftpboot/fw.rom",
    }  # fmt: skip


def test_without_a_record_whatever_differs_is_kept(root: Path, two: Path) -> None:
    (root / "acme" / ".shipped.json").unlink()
    staged = stage(two, root / "acme", "acme")
    assert staged.kept == tuple(
        f"{path}.kept-1"
        for path in ("plugin.toml", "templates/base.tpl", "templates/mine.tpl", "var/tftpboot/ring.wav")
    )


def test_what_changes_meanwhile_is_not_lost(root: Path, two: Path) -> None:
    plugin = root / "acme"
    staged = stage(two, plugin, "acme")
    fresh = plugin / "fresh"
    fresh.write_text("edited")
    fresh.rename(plugin / "var/templates/base.tpl")
    (plugin / "var/templates/M1.tpl").write_text("late")
    (plugin / DEVICE).unlink()
    switch(staged)
    finish(staged)
    wanted = UPGRADED | {"var/templates/base.tpl": "edited", "var/templates/M1.tpl": "late"}
    del wanted[DEVICE]
    assert tree(plugin) == wanted


def test_undone_it_is_as_it_was(root: Path, two: Path) -> None:
    before = tree(root / "acme")
    staged = stage(two, root / "acme", "acme")
    undo(staged)
    assert tree(root / "acme") == before
    staged = stage(two, root / "acme", "acme")
    switch(staged)
    undo(staged)
    assert tree(root / "acme") == before
    assert os.listdir(root) == ["acme"]


def test_what_cannot_be_staged_changes_nothing(root: Path, two: Path, tmp_path: Path) -> None:
    before = tree(root / "acme")
    (two / "plugin.toml").write_text("colour = 1")
    with pytest.raises(BadManifest):
        stage(two, root / "acme", "acme")
    other = version(tmp_path, "3")
    (other / "templates" / "passwd.tpl").symlink_to("/etc/passwd")
    with pytest.raises(NotInstalled, match="neither a file nor a folder"):
        stage(other, root / "acme", "acme")
    assert tree(root / "acme") == before
    assert os.listdir(root) == ["acme"]


SCRIPT = """
import os, pathlib, shutil, signal, sys
from ringboot.plugins import upgrade
what, _, count = sys.argv[1].partition(" ")
left = int(count or 1)
def deadly(module, name):
    real = getattr(module, name)
    def call(*args, **kw):
        global left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **kw)
    setattr(module, name, call)
places = {"copyfile": shutil, "link": os, "fsync": os, "rename": pathlib.Path, "rmtree": shutil}
if what != "rmtree":
    deadly(places[what], what)
staged = upgrade.stage(pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]), "acme")
upgrade.switch(staged)
if what == "rmtree":
    os.kill(os.getpid(), signal.SIGKILL)
upgrade.finish(staged)
"""


@pytest.mark.parametrize("step", ["copyfile 2", "link 3", "fsync", "rename 1", "rename 2", "rmtree"])
def test_killed_at_any_step_it_is_old_or_new(step: str, root: Path, two: Path) -> None:
    before = tree(root / "acme")
    done = subprocess.run([sys.executable, "-c", SCRIPT, step, str(two), str(root / "acme")], check=False)
    assert done.returncode == -signal.SIGKILL
    told = recover(root)
    if step == "rmtree":
        assert tree(root / "acme") == UPGRADED
        assert told == ["the upgrade of plugin acme was finished"]
    else:
        assert tree(root / "acme") == before
        assert told == (["the upgrade of plugin acme was undone"] if step == "rename 2" else [])
    assert os.listdir(root) == ["acme"]


def test_what_a_kill_left_of_an_installation_is_swept_away_and_nothing_else(root: Path, tmp_path: Path) -> None:
    for name in (".acme.0a1b2c3d", ".repository", "acme-templates-now"):
        (root / name).mkdir()
    assert recover(root) == []
    assert sorted(os.listdir(root)) == [".repository", "acme", "acme-templates-now"]
    assert recover(tmp_path / "nowhere") == []
