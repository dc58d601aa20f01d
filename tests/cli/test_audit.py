"""ringboot audit: who asked for which change, as a person reads it."""

from __future__ import annotations

import datetime as dt
import json
import time
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from ringboot.cli.audit import change_of, instant
from ringboot.cli.exits import Failure
from ringboot.cli.main import app
from ringboot.cli.shapes import TABLE


def ran(server: Any, *words: str) -> Result:
    return CliRunner().invoke(app, ["audit", *words], env={"RINGBOOT_API": str(server.path), "COLUMNS": "200"})


def test_what_commands_did_is_listed_the_newest_first(server: Any, desk: Any) -> None:
    desk.rows_devices = {"d": {"id": "d", "description": "front"}}
    at = {"RINGBOOT_API": str(server.path)}
    assert CliRunner().invoke(app, ["device", "set", "d", "--description", "lobby"], env=at).exit_code == 0
    assert CliRunner().invoke(app, ["device", "remove", "d"], env=at).exit_code == 0
    lines = ran(server).stdout.splitlines()
    assert lines[0].split() == ["WHEN", "WHO", "AS", "BY", "METHOD", "PATH", "STATUS", "WHAT"]
    assert lines[1].split()[5:] == ["unix", "DELETE", "/devices/d", "204", "removed"]
    assert lines[2].endswith("/devices/d  200     description: front -> lobby")
    assert lines[3] == "2 requests"


def test_its_json_is_what_the_api_keeps(server: Any, desk: Any) -> None:
    desk.rows_devices = {"d": {"id": "d", "description": "front"}}
    CliRunner().invoke(app, ["device", "set", "d", "--description", "x"], env={"RINGBOOT_API": str(server.path)})
    told = json.loads(ran(server, "--json", "--filter", "method=patch", "--since", "1h").stdout)
    page = TABLE["audit"].model_validate(told)
    assert page.total == 1
    assert (page.items[0].before["description"], page.items[0].after["description"]) == ("front", "x")
    query, since, until = desk.calls[-1][1:]
    assert query.filters == (("method", "patch"),)
    assert 3590 < time.time() - since < 3700
    assert until is None


ROW = {"status": 200, "request": None, "before": None, "after": None}


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"before": {"a": {"b": 1}, "c": 2}, "after": {"a": {"b": 3}, "c": 2}}, "a.b: 1 -> 3"),
        ({"before": {"a": 1}, "after": {"a": 1, "b": "x"}}, "b: None -> x"),
        ({"before": {"text": "x" * 99}, "after": {"text": "y"}}, "text"),
        ({"before": {"a": 1}}, "removed"),
        ({"request": {"network": "lan", "value": "m"}, "before": [{"network": "lan"}]}, "network: lan, value: m"),
        ({"request": {"ids": ["a", "b"], "text": "x" * 99}, "after": {"configured": 2}}, "ids: a, b, text"),
        ({"after": {"retried": 2}}, ""),
        ({"status": 422, "before": {"a": 1}, "after": {"detail": "No."}}, "No."),
        ({"status": 500, "before": {"a": 1}}, ""),
    ],
)
def test_a_change_is_told_in_a_line(row: dict[str, Any], told: str) -> None:
    assert change_of({**ROW, **row}) == told


def test_times_are_a_while_ago_or_local() -> None:
    assert 7190 < time.time() - instant("2h") < 7300
    assert instant("2026-03-02 06:00") == dt.datetime(2026, 3, 2, 6).astimezone().timestamp()
    assert instant("2026-03-02") == dt.datetime(2026, 3, 2).astimezone().timestamp()
    with pytest.raises(Failure, match="is neither a duration nor a time"):
        instant("yesterday")


def test_a_time_that_is_none_is_a_wrong_command_line(server: Any, desk: Any) -> None:
    done = ran(server, "--until", "tomorrow")
    assert (done.exit_code, desk.calls) == (2, [])
