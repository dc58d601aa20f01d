"""device move and rollout: what is asked of the daemon, what is shown, and how the command ends."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from ringboot.cli.exits import Failure
from ringboot.cli.main import app
from ringboot.cli.rollouts import instant


def local(day: int, hour: int, minute: int = 0) -> float:
    """Give an instant of March 2026 by the clock on this machine's wall."""
    return dt.datetime.fromisoformat(f"2026-03-{day:02d} {hour:02d}:{minute:02d}").timestamp()


def run(server: Any, *words: str) -> Result:
    return CliRunner().invoke(app, list(words), env={"RINGBOOT_API": str(server.path), "COLUMNS": "160"})


def test_every_option_reaches_the_daemon(server: Any, desk: Any) -> None:
    done = run(
        server, "device", "move", "hall", "--from", "p", "--to", "q", "--filter", "model=M1", "--first", "3",
        "--resume-at", "2026-03-02 06:00", "--stop-at", "2", "--window", "22:00-06:00",
    )  # fmt: skip
    assert done.exit_code == 0, done.stderr
    assert "Roll-out 1 is done: all done. 2 of 2 devices moved." in done.stdout
    (row,) = [call[1] for call in desk.calls if call[0] == "move_devices"]
    assert row == {
        "from": "p", "to": "q", "filters": ["model=M1"], "text": "hall", "first": 3, "stop_at": 2,
        "resume_at": local(2, 6), "window": "22:00-06:00", "sync": False, "dry_run": False,
    }  # fmt: skip


def test_devices_that_failed_are_named_and_the_command_fails(server: Any, desk: Any) -> None:
    desk.rows_rollouts[0] |= {"state": "stopped", "failed": 1, "moved": 1, "why": "1 devices failed"}
    desk.rollout_members = [
        {"device": "d1", "mac": "00:00:5e:00:53:01", "model": "M", "group": "rest", "state": "failed", "why": "burnt"}
    ]
    done = run(server, "rollout", "resume", "1")
    assert done.exit_code == 1
    assert "00:00:5e:00:53:01: burnt" in done.stderr
    assert "--again" in done.stderr
    assert run(server, "rollout", "resume", "1", "--no-wait").exit_code == 0
    assert "burnt" in run(server, "rollout", "show", "1").stdout


def test_a_preview_shows_what_changes_and_fails_when_files_cannot_be_made(server: Any, desk: Any) -> None:
    files = [{"path": "a.cfg", "change": "changed"}, {"path": "b.cfg", "change": "same"}]
    item = {"id": "d1", "mac": None, "model": "M", "group": "rest", "problem": None, "files": files}
    desk.foreseen = {"from": "p", "to": "q", "devices": 1, "failed": 0, "items": [item]}
    done = run(server, "device", "move", "--from", "p", "--to", "q", "--dry-run")
    assert done.exit_code == 0, done.stderr
    assert "changed  a.cfg" in done.stdout
    assert "b.cfg" not in done.stdout
    desk.foreseen = {**desk.foreseen, "failed": 1, "items": [{**item, "problem": "burnt", "files": []}]}
    done = run(server, "device", "move", "--from", "p", "--to", "q", "--dry-run")
    assert (done.exit_code, "d1: burnt" in done.stderr) == (1, True)


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("--filter", "colour=red"), "filters"),
        (("--first", "colour=red"), "first"),
        (("--first", "0"), "first"),
        (("--resume-at", "soon"), "soon"),
    ],
)
def test_what_makes_no_sense_is_named(server: Any, words: tuple[str, ...], named: str) -> None:
    done = run(server, "device", "move", "--from", "p", "--to", "q", *words)
    assert done.exit_code in (1, 2)
    assert named in done.stderr


def test_a_time_of_the_day_is_the_next_one() -> None:
    now = dt.datetime.fromtimestamp(local(2, 12)).astimezone()
    assert instant("13:30", now) == local(2, 13, 30)
    assert instant("06:00", now) == local(3, 6)
    with pytest.raises(Failure, match="'25:00' is no time"):
        instant("25:00", now)


def test_a_config_is_changed_without_waiting_for_files(server: Any, desk: Any) -> None:
    desk.rows_configs = {"base": {"id": "base", "raw_config": {}}}
    assert run(server, "config", "set", "base", "ntp_ip=10.0.0.1", "--no-wait").exit_code == 0
    assert run(server, "config", "set", "base", "ntp_ip=10.0.0.1").exit_code == 0
    calls = [call for call in desk.calls if call[0] == "set_config"]
    assert [call[-1] == "at once" for call in calls] == [True, False]
