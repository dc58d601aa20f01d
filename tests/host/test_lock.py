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


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(FolderUnusable, match=r"file cannot be used: Not a directory. Choose another with data ="):
        FolderLock(tmp_path / "file")
