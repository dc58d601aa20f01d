"""What a device had is kept to the byte, each content once, and not for ever."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from ringboot.plugins.history import KEPT, History, KeptFile, folder_name, pack, tidy


@pytest.fixture(autouse=True)
def _plugin(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()


def file(data: bytes, path: str = "a.cfg") -> KeptFile:
    return KeptFile(path, "", True, "templates/base.tpl", hashlib.sha256(data).hexdigest(), len(data))


def put(history: History, data: bytes, folder: Path, *, held: bool = False) -> KeptFile:
    """Let a device have one file with this content from now on."""
    made = file(data)
    if not history.has(made.sha256):
        pack(folder / "new", data)
        history.take(folder / "new", made.sha256)
    history.note([made], utc=1.5, why="a test", held=held)
    return made


def test_only_the_newest_can_be_held(tmp_path: Path) -> None:
    history = History(tmp_path, "one")
    assert history.held() is None
    put(history, b"1", tmp_path)
    assert history.held() is None
    put(history, b"2", tmp_path, held=True)
    assert history.held() == history.newest()
    put(history, b"3", tmp_path)
    assert history.held() is None


def test_nothing_is_made_anew_of_a_plugin_that_is_gone(tmp_path: Path) -> None:
    pack(tmp_path / "new", b"1")
    history = History(tmp_path / "gone", "one")
    with pytest.raises(FileNotFoundError):
        history.take(tmp_path / "new", file(b"1").sha256)
    with pytest.raises(FileNotFoundError):
        history.note([file(b"1")], utc=1.5, why="a test", held=False)
    assert not (tmp_path / "gone").exists()


def test_generations_are_there_to_the_byte(tmp_path: Path) -> None:
    history = History(tmp_path, "one/../two")
    assert (history.all(), history.newest(), history.begun()) == ([], None, False)
    data = bytes(range(256)) * 9
    first = put(history, data, tmp_path)
    put(history, b"", tmp_path)
    put(history, data, tmp_path)
    assert [(each.number, each.files[0].size) for each in history.all()] == [(1, 2304), (2, 0), (3, 2304)]
    assert history.data(first) == data
    assert len(list(history.folder.iterdir())) == 3, "two contents and the lines"
    assert history.folder.parent == tmp_path / "var" / "history"
    assert history.folder.stat().st_mode & 0o077 == 0
    newest = history.newest()
    assert newest is not None
    assert (newest.number, newest.utc, newest.why, newest.contents) == (3, 1.5, "a test", {("a.cfg", first.sha256)})


def test_the_same_again_is_no_generation_unless_it_is_held(tmp_path: Path) -> None:
    history = History(tmp_path, "d")
    for held in (False, False, True, True, False):
        put(history, b"x", tmp_path, held=held)
    assert [(each.number, each.held) for each in history.all()] == [(1, False), (2, True), (3, False)]


def test_the_oldest_go_with_their_contents(tmp_path: Path) -> None:
    history = History(tmp_path, "d")
    for number in range(1, 2 * KEPT + 1):
        put(history, b"%d" % number, tmp_path)
    assert [each.number for each in history.all()] == list(range(KEPT + 1, 2 * KEPT + 1))
    assert len(list(history.folder.iterdir())) == KEPT + 1
    put(history, b"more", tmp_path)
    assert len(history.all()) == KEPT + 1
    assert history.data(file(b"1")) is None
    assert history.data(file(b"40")) == b"40"


def test_a_line_that_a_crash_cut_off_costs_only_itself(tmp_path: Path) -> None:
    history = History(tmp_path, "d")
    put(history, b"1", tmp_path)
    put(history, b"2", tmp_path)
    lines = history.folder / "generations"
    lines.write_bytes(lines.read_bytes()[:-20])
    put(history, b"3", tmp_path)
    assert [each.files[0] for each in history.all()] == [file(b"1"), file(b"3")]


def test_a_damaged_content_is_none(tmp_path: Path) -> None:
    history = History(tmp_path, "d")
    kept = put(history, b"1", tmp_path)
    pack(tmp_path / "other", b"2")
    (tmp_path / "other").rename(history.folder / kept.sha256)
    assert history.data(kept) is None
    (history.folder / kept.sha256).write_bytes(b"rubbish")
    assert history.data(kept) is None


def test_what_is_gone_is_forgotten(tmp_path: Path) -> None:
    for device in ("a", "b"):
        put(History(tmp_path, device), b"x", tmp_path)
    tidy(tmp_path, ["b", "c"])
    assert [path.name for path in (tmp_path / "var" / "history").iterdir()] == [folder_name("b")]
    History(tmp_path, "b").forget()
    assert History(tmp_path, "b").all() == []
    tidy(tmp_path / "none", [])
