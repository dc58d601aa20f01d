"""The main process says that it lives before it is loaded: on a busy machine that takes longer than a hang may."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ringboot.app.__main__ import PARTS
from ringboot.host.start import Start, to_environment


def started(folder: Path) -> tuple[subprocess.CompletedProcess[str], bytes]:
    """Start it without a configuration, and give how it ended and its signs of life; modules in `folder` come first."""
    reader, writer = os.pipe()
    start = Start(data=str(folder), config=str(folder / "none.toml"), fds={"beat": writer})
    with open(reader, "rb") as heard:
        try:
            ended = subprocess.run(
                [sys.executable, "-m", "ringboot.app"], pass_fds=[writer], capture_output=True, text=True, timeout=60,
                env={**os.environ, **to_environment(start), "PYTHONPATH": str(folder)}, check=False,
            )  # fmt: skip
        finally:
            os.close(writer)
        return ended, heard.read()


@pytest.mark.parametrize(("library", "beats"), [("structlog", 1), ("fastapi", 5)])
def test_there_is_a_sign_of_life_before_each_library(tmp_path: Path, library: str, beats: int) -> None:
    (tmp_path / f"{library}.py").write_text(f"raise SystemExit('as far as {library}')")
    ended, heard = started(tmp_path)
    assert (ended.stderr.strip(), heard) == (f"as far as {library}", b"." * beats)


def test_there_is_one_when_all_is_loaded(tmp_path: Path) -> None:
    ended, heard = started(tmp_path)
    assert ended.returncode == 3, ended.stderr  # there is no configuration
    assert heard == b"." * (len(PARTS) + 1)
