"""Commands that let devices read their files again: which devices, the wait, and what failed."""

from __future__ import annotations

from typing import Any

import pytest
from typer.testing import CliRunner, Result

from ringboot.cli import syncs
from ringboot.cli.main import app
from ringboot.desk.listing import Query

MAC = "00:00:5e:00:53:0a"
PROBLEM = {
    "device": "d2", "mac": MAC, "state": "ended", "reason": "sync-fetched-nothing", "text": "10.0.0.9 was told, but",
    "help": "Restart it.", "tries": 3, "told": 1.0, "ended": 2.0,
}  # fmt: skip


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syncs, "EVERY", 0.01)


def run(server: Any, *words: str) -> Result:
    return CliRunner().invoke(app, list(words), env={"RINGBOOT_API": str(server.path), "NO_COLOR": "1"})


def asked(desk: Any) -> list[tuple[Any, ...]]:
    return [(call[1], call[2]) for call in desk.calls if call[0] == "synchronize"]


@pytest.fixture
def two(desk: Any) -> Any:
    """Give a desk with two devices."""
    desk.rows_devices = {"d1": {"id": "d1", "mac": "00:00:5e:00:53:01"}, "d2": {"id": "d2", "mac": MAC}}
    return desk


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["d1", MAC], (["d1", "d2"], Query())),
        (["--all"], (None, Query())),
        (["--plugin", "p"], (None, Query((("plugin", "p"),)))),
        (["--filter", "model=M1", "--filter", "version=2"], (None, Query((("model", "M1"), ("version", "2"))))),
    ],
)
def test_which_devices_are_told(server: Any, two: Any, words: list[str], wanted: Any) -> None:
    two.looks = 3
    done = run(server, "device", "synchronize", *words)
    assert (done.exit_code, done.stdout) == (0, "2 devices: 2 done, 0 failed, 600 told a minute.\n")
    assert asked(two) == [wanted]
    assert [call for call in two.calls if call[0] == "sync"] == [("sync", 1)] * 3


@pytest.mark.parametrize("words", [[], ["d1", "--all"], ["--all", "--filter", "model=M1"], ["--filter", "model"]])
def test_what_is_not_clear_is_refused(server: Any, two: Any, words: list[str]) -> None:
    assert run(server, "device", "synchronize", *words).exit_code == 2
    assert asked(two) == []


def test_a_device_that_failed_fails_the_command_and_is_named(server: Any, two: Any) -> None:
    two.sync_problems = [PROBLEM]
    done = run(server, "device", "synchronize", "--all")
    assert (done.exit_code, done.stdout) == (1, "2 devices: 1 done, 1 failed, 600 told a minute.\n")
    assert done.stderr == (
        "ringboot: 1 device did not fetch what stands there now. See: ringboot sync show 1.\n"
        f"  {MAC}: 10.0.0.9 was told, but. Restart it.\n"
    )
    shown = run(server, "sync", "show", "1").stdout
    assert "sync-fetched-nothing" in shown
    assert "sync-done" in shown


def test_who_does_not_wait_is_told_where_to_look(server: Any, two: Any) -> None:
    two.sync_problems = [PROBLEM]
    done = run(server, "device", "synchronize", "--all", "--no-wait")
    assert (done.exit_code, done.stdout) == (0, "Job 1 is begun. See: ringboot sync show 1\n")
    assert "running" in run(server, "sync", "list").stdout
    assert run(server, "sync", "stop", "1").stdout.startswith("Job 1 is stopped: 2 devices: 0 done, 0 failed")


def test_files_are_made_and_read_by_one_command(server: Any, two: Any) -> None:
    done = run(server, "device", "reconfigure", "--all", "--sync")
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        "2 devices configured, 3 files changed.", "2 devices: 2 done, 0 failed, 600 told a minute.",
    ]  # fmt: skip
    assert [call[0] for call in two.calls][:2] == ["reconfigure", "synchronize"]
    two.sync_problems = [PROBLEM]
    assert run(server, "device", "reconfigure", "d1", "--sync").exit_code == 1
    assert asked(two)[-1] == (["d1"], Query())
    assert run(server, "device", "reconfigure", "--plugin", "p", "--sync", "--no-wait").exit_code == 0
    assert asked(two)[-1] == (None, Query((("plugin", "p"),)))
