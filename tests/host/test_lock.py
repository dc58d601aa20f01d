"""One daemon per data folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ringboot.host.lock import FolderBusy, FolderLock, FolderUnusable


def test_a_second_daemon_is_told_who_holds_the_folder(tmp_path: Path) -> None:
    first = FolderLock(tmp_path)
    with pytest.raises(FolderBusy, match=rf"in use by another daemon \(process {os.getpid()}\). Stop it first"):
        FolderLock(tmp_path)
    first.close()
    FolderLock(tmp_path).close()


def test_a_folder_that_it_makes_is_closed_to_others_and_one_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        FolderLock(tmp_path / "there" / "data").close()
        (tmp_path / "open").mkdir(mode=0o755)
        FolderLock(tmp_path / "open").close()
    finally:
        os.umask(before)
    modes = {name: (tmp_path / name).stat().st_mode & 0o777 for name in ("there/data", "there/data/run", "open")}
    assert modes == {"there/data": 0o750, "there/data/run": 0o750, "open": 0o755}


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(FolderUnusable, match=r"file cannot be used: Not a directory. Choose another with data ="):
        FolderLock(tmp_path / "file")
