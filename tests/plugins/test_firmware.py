"""Firmware in a plugin's folder: all or nothing, exactly what was put in goes again, one copy of what is equal."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ringboot.plugins import cache, firmware
from ringboot.plugins.firmware import NotPlaced, put_in, records, settle, take_out
from ringboot.plugins.package import Package, make_file


class Killed(BaseException):
    """The process ends here."""


def plugin(tmp_path: Path, name: str = "acme") -> Path:
    folder = tmp_path / "plugins" / name
    for each in ("var/cache", "var/installed", "var/tftpboot"):
        (folder / each).mkdir(parents=True)
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return plugin(tmp_path)


def install(folder: Path, ident: str, version: str = "1", others: tuple[Path, ...] = (), **files: str) -> None:
    """Install files (D10_rom is fw/D10.rom) with these contents."""
    source = folder.parent / "source"
    source.mkdir(exist_ok=True)
    tree = {}
    for name, text in files.items():
        (source / name).unlink(missing_ok=True)
        (source / name).write_text(text)
        tree[f"fw/{name.replace('_', '.')}"] = source / name
    put_in(folder, Package(ident, version), tree, explicit=True, others=others)


def served(folder: Path) -> dict[str, str]:
    root = folder / "var" / "tftpboot"
    return {str(path.relative_to(root)): path.read_text() for path in root.rglob("*") if path.is_file()}


def tidy(folder: Path) -> bool:
    """Tell whether nothing is left of what was under way."""
    return not [name for name in os.listdir(folder / "var" / "installed") if name.startswith(".")]


def test_installed_and_gone_again(folder: Path) -> None:
    (folder / "var" / "tftpboot" / "fw").mkdir()
    (folder / "var" / "tftpboot" / "fw" / "shipped").write_text("by the plugin")
    install(folder, "fw", a_rom="A", b_rom="B")
    assert served(folder) == {"fw/a.rom": "A", "fw/b.rom": "B", "fw/shipped": "by the plugin"}
    raw = json.loads((folder / "var" / "installed" / "fw").read_text())
    assert {key: raw[key] for key in ("id", "version", "depends", "explicit_install", "files")} == {
        "id": "fw", "version": "1", "depends": [], "explicit_install": True, "files": ["fw/a.rom", "fw/b.rom"],
    }  # fmt: skip
    assert take_out(folder, "fw") == (("fw/a.rom", "fw/b.rom"), ())
    assert served(folder) == {"fw/shipped": "by the plugin"}
    assert records(folder) == {}
    assert tidy(folder)
    with pytest.raises(NotPlaced, match="fw is not installed"):
        take_out(folder, "fw")


def test_folders_that_are_empty_go_too(folder: Path) -> None:
    install(folder, "fw", a_rom="A")
    take_out(folder, "fw")
    assert os.listdir(folder / "var" / "tftpboot") == []


def test_an_upgrade_replaces_and_removes_what_is_over(folder: Path) -> None:
    install(folder, "fw", "1", a_rom="A", b_rom="B", same_rom="S")
    install(folder, "fw", "2", b_rom="new", same_rom="S", c_rom="C")
    assert served(folder) == {"fw/b.rom": "new", "fw/same.rom": "S", "fw/c.rom": "C"}
    assert records(folder)["fw"].version == "2"
    assert tidy(folder)


def test_what_another_package_holds_or_a_person_changed_stays(folder: Path) -> None:
    install(folder, "one", shared_rom="S", a_rom="A", mine_rom="M")
    install(folder, "two", shared_rom="S")
    mine = folder / "var" / "tftpboot" / "fw" / "mine.rom"
    mine.unlink()
    mine.write_text("a person's")
    assert take_out(folder, "one") == (("fw/a.rom",), ("fw/mine.rom", "fw/shared.rom"))
    assert take_out(folder, "two").removed == ("fw/shared.rom",)
    assert served(folder) == {"fw/mine.rom": "a person's"}


def test_what_would_overwrite_is_refused_before_anything_is_done(folder: Path) -> None:
    install(folder, "one", a_rom="A")
    with pytest.raises(NotPlaced, match=r"two: fw/a.rom is another file in package one; uninstall that one first"):
        install(folder, "two", b_rom="B", a_rom="other")
    (folder / "var" / "tftpboot" / "fw" / "ring_wav").write_text("x")
    (folder / "var" / "tftpboot" / "fw" / "ring.wav").write_text("of the plugin")
    with pytest.raises(NotPlaced, match=r"fw/ring.wav is there already, and no package put it there; move .* away"):
        install(folder, "two", b_rom="B", ring_wav="other")
    (folder / "var" / "tftpboot" / "fw" / "b.rom").mkdir()
    with pytest.raises(NotPlaced, match=r"fw/b.rom is there already|fw/b.rom is a folder"):
        install(folder, "two", b_rom="B")
    with pytest.raises(NotPlaced, match=r"fw/c.rom is not for firmware"):
        put_in(
            folder, Package("two", "1"), {"fw/c.rom": folder.parent / "source" / "a_rom"}, explicit=True,
            refuse=lambda _: "is not for firmware",
        )  # fmt: skip
    assert list(records(folder)) == ["one"]
    assert tidy(folder)


def test_a_file_that_is_there_and_equal_is_left_to_whom_it_belongs(folder: Path) -> None:
    (folder / "var" / "tftpboot" / "fw").mkdir()
    (folder / "var" / "tftpboot" / "fw" / "ring.wav").write_text("R")
    install(folder, "fw", ring_wav="R", a_rom="A")
    take_out(folder, "fw")
    assert served(folder) == {"fw/ring.wav": "R"}


def test_nothing_leaves_the_folder_that_is_served(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (folder / "var" / "tftpboot" / "fw").symlink_to(outside)
    with pytest.raises(NotPlaced, match="leads out of the folder that is served"):
        install(folder, "fw", a_rom="A")
    assert os.listdir(outside) == []


def test_equal_files_of_two_plugins_are_one(folder: Path, tmp_path: Path) -> None:
    other = plugin(tmp_path, "acme-2")
    install(folder, "fw", a_rom="A", b_rom="B")
    install(other, "firmware", others=(folder, other), z_rom="A")
    one, two = folder / "var/tftpboot/fw/a.rom", other / "var/tftpboot/fw/z.rom"
    assert one.stat().st_ino == two.stat().st_ino
    take_out(folder, "fw")
    assert served(other) == {"fw/z.rom": "A"}
    assert two.stat().st_nlink == 2, "itself and where the test keeps it"


def test_a_copy_that_was_changed_by_hand_is_not_linked_to(folder: Path, tmp_path: Path) -> None:
    other = plugin(tmp_path, "acme-2")
    install(folder, "fw", a_rom="A")
    changed = folder / "var/tftpboot/fw/a.rom"
    changed.unlink()
    changed.write_text("changed")
    install(other, "fw", others=(folder, other), a_rom="A")
    assert served(other) == {"fw/a.rom": "A"}


def killed_at(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the process end before its nth change of a name."""
    left = [number]

    def ending(name: str) -> None:
        real = getattr(os, name)

        def counted(*arguments: object, **more: object) -> object:
            left[0] -= 1
            if left[0] < 0:
                raise Killed
            return real(*arguments, **more)

        monkeypatch.setattr(os, name, counted)

    ending("replace")
    ending("link")


OLD = {"fw/a.rom": "A", "fw/b.rom": "B"}
NEW = {"fw/b.rom": "new", "fw/c.rom": "C"}


@pytest.mark.parametrize("number", range(12))
def test_killed_anywhere_it_is_the_old_or_the_new_one_whole(folder: Path, number: int) -> None:
    install(folder, "fw", "1", a_rom="A", b_rom="B")
    with pytest.MonkeyPatch.context() as patch:
        killed_at(number, patch)
        try:
            install(folder, "fw", "2", b_rom="new", c_rom="C")
        except Killed:
            ended = False
        else:
            ended = True
    assert not ended or number >= 7, "it takes seven steps and more"
    settle(folder)
    assert (records(folder)["fw"].version, served(folder)) in [("1", OLD), ("2", NEW)]
    assert records(folder)["fw"].version == "2" or number < 3, "what was written down is finished"
    assert tidy(folder)


def test_what_cannot_be_placed_is_undone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(folder, "fw", "1", a_rom="A", b_rom="B")
    real = os.replace

    def full(source: Path, target: Path) -> None:
        if str(target).endswith("c.rom"):
            raise OSError(28, "No space left on device", str(target))
        real(source, target)

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(NotPlaced, match=r"c.rom could not be written: No space left on device; all is as before"):
        install(folder, "fw", "2", b_rom="new", c_rom="C")
    assert (records(folder)["fw"].version, served(folder)) == ("1", OLD)
    assert tidy(folder)


def test_steps_work_on_the_same_disk_and_what_they_leave_is_swept(folder: Path) -> None:
    work = firmware.make_work(folder, "fw")
    (work / "a.rom").write_text("A")
    put_in(folder, Package("fw", "1"), {"a.rom": work / "a.rom"}, explicit=True)
    assert served(folder) == {"a.rom": "A"}
    assert work.exists()
    firmware.sweep(folder)
    assert tidy(folder)


@pytest.mark.parametrize("number", range(2))
def test_a_removal_that_was_broken_off_is_finished(folder: Path, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    install(folder, "fw", a_rom="A", b_rom="B")
    left = [number]
    real = firmware._remove

    def remove(root: Path, path: str) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise Killed
        real(root, path)

    monkeypatch.setattr(firmware, "_remove", remove)
    with pytest.raises(Killed):
        take_out(folder, "fw")
    monkeypatch.setattr(firmware, "_remove", real)
    settle(folder)
    assert (records(folder), served(folder), tidy(folder)) == ({}, {}, True)


def test_records_that_provd_wrote_hold_too(folder: Path) -> None:
    (folder / "var/tftpboot/fw").mkdir()
    (folder / "var/tftpboot/fw/a.rom").write_text("A")
    (folder / "var/installed/old-fw").write_text(
        '{"id": "old-fw", "description": "x", "version": "7", "depends": [], "explicit_install": true,'
        ' "files": ["fw/a.rom", "../../../etc/passwd"]}'
    )
    (folder / "var/installed/broken").write_text("{")
    assert take_out(folder, "old-fw").removed == ("fw/a.rom",)


def test_what_is_needed_is_not_taken_away_and_what_is_not_is_named(folder: Path) -> None:
    put_in(folder, Package("lang", "1"), {}, explicit=False)
    put_in(folder, Package("fw", "1", depends=("lang",)), {}, explicit=True)
    with pytest.raises(NotPlaced, match="lang is needed by fw; uninstall that first"):
        take_out(folder, "lang")
    assert list(firmware.not_needed(folder)) == []
    take_out(folder, "fw")
    assert list(firmware.not_needed(folder)) == ["lang"]
    firmware.set_explicit(folder, records(folder)["lang"])
    assert list(firmware.not_needed(folder)) == []


ABC = make_file("abc.zip", "", 3, "sha256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
OLD_ABC = make_file("old.zip", "", 3, "sha1", "a9993e364706816aba3e25717850c26c9cd0d89d")


def given(folder: Path, *pieces: bytes) -> list[str]:
    arriving = cache.Arriving(folder, [ABC, OLD_ABC])
    try:
        taken = all(arriving.write(piece) for piece in pieces)
        return [file.name for file in arriving.settle()] if taken else []
    finally:
        arriving.close()


def test_a_file_by_hand_is_taken_by_its_checksum_alone(folder: Path) -> None:
    assert given(folder, b"ab", b"d") == []
    assert given(folder, b"abc", b"d") == []
    assert os.listdir(folder / "var" / "cache") == []
    assert given(folder, b"ab", b"c") == ["abc.zip", "old.zip"]
    assert given(folder, b"abc") == ["abc.zip", "old.zip"], "once more"
    assert sorted(os.listdir(folder / "var" / "cache")) == ["abc.zip", "old.zip"]
    assert cache.find(folder, ABC, ())
    (folder / "var" / "cache" / "abc.zip").unlink()
    (folder / "var" / "cache" / "abc.zip").write_bytes(b"abd")
    assert not cache.find(folder, ABC, ()), "of the same size, and another one"


def test_a_file_that_another_plugin_has_is_not_fetched_again(folder: Path, tmp_path: Path) -> None:
    other = plugin(tmp_path, "acme-2")
    assert not cache.find(other, ABC, (folder, other))
    given(folder, b"abc")
    assert cache.find(other, ABC, (folder, other))
    assert cache.place_of(other, ABC).stat().st_ino == cache.place_of(folder, ABC).stat().st_ino
    (other / "var/cache/.0123.upload").write_text("half")
    cache.sweep(other)
    assert os.listdir(other / "var" / "cache") == ["abc.zip"]
