"""Commands for many devices, tables of devices and lines: what reaches the daemon, and how they end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from ringboot.cli.main import app

MAC = "00:00:5e:00:53:01"


def run(server: Any, *words: str) -> Result:
    return CliRunner().invoke(app, list(words), env={"RINGBOOT_API": str(server.path), "COLUMNS": "160"})


def asked(desk: Any, name: str) -> tuple[Any, ...]:
    found: tuple[Any, ...] = next(call[1:] for call in desk.calls if call[0] == name)
    return found


def test_devices_are_chosen_by_names_or_by_a_question(server: Any, desk: Any) -> None:
    done = run(server, "device", "bulk", "move", MAC, "d2", "--to", "p", "--sync")
    assert (done.exit_code, done.stdout) == (0, "move: 2 of 2 devices done.\n")
    assert asked(desk, "bulk")[:2] == ("move", [MAC, "d2"])
    assert asked(desk, "bulk")[3] == {"plugin": "p", "sync": True}
    desk.calls.clear()
    words = ("--filter", "state=stuck", "--text", "hall", "--set", "config=base", "--set", "options.x:=1")
    assert run(server, "device", "bulk", "set", *words).exit_code == 0
    action, ids, query, values, _ = asked(desk, "bulk")
    assert (action, ids, query.filters, query.text) == ("set", None, (("state", "stuck"),), "hall")
    assert values == {"config": "base", "options": {"x": 1}}


def test_a_preview_counts_and_does_nothing(server: Any, desk: Any) -> None:
    desk.selected = [{"id": "d1", "mac": MAC, "vendor": "V", "model": "M", "plugin": "p", "config": None}]
    done = run(server, "device", "bulk", "delete", "--all", "--dry-run")
    assert (done.exit_code, done.stderr) == (0, "")
    assert MAC in done.stdout
    assert "delete would be done with 2 devices; these are the first 1." in done.stdout
    assert [call[0] for call in desk.calls] == ["chosen_devices"]


def test_nothing_is_deleted_without_a_yes(server: Any, desk: Any) -> None:
    done = run(server, "device", "bulk", "delete", "--all")
    assert (done.exit_code, "2 devices would be deleted. Say --yes" in done.stderr) == (1, True)
    assert not [call for call in desk.calls if call[0] == "bulk"]
    assert run(server, "device", "bulk", "delete", "--all", "--yes").exit_code == 0
    assert asked(desk, "bulk")[0] == "delete"


def test_devices_that_failed_are_named_and_the_command_fails(server: Any, desk: Any) -> None:
    desk.undone = [{"id": "d1", "mac": MAC, "problem": "burnt"}]
    done = run(server, "device", "bulk", "reconfigure", "--all")
    assert (done.exit_code, done.stdout) == (1, "reconfigure: 1 of 2 devices done.\n")
    assert f"{MAC}: burnt" in done.stderr
    gone = run(server, "device", "bulk", "move", "--all", "--to", "gone")
    assert (gone.exit_code, "Plugin gone is not installed." in gone.stderr) == (1, True)


def test_nobody_has_to_wait(server: Any, desk: Any) -> None:
    done = run(server, "device", "bulk", "reconfigure", "--all", "--no-wait")
    (job,) = desk.work.all()
    assert (done.exit_code, done.stdout) == (0, f"It is done by job {job['id']}. See: ringboot job show {job['id']}\n")


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("set", "--all"), "changes"),
        (("move", "--all"), "to"),
        (("reconfigure",), "--filter"),
        (("reconfigure", "d1", "--all"), "--filter"),
        (("burn", "--all"), "burn"),
        (("reconfigure", "--filter", "colour"), "key=value"),
        (("reconfigure", "--all", "--to", "p"), "to is for move"),
    ],
)
def test_what_makes_no_sense_is_named(server: Any, desk: Any, words: tuple[str, ...], named: str) -> None:
    done = run(server, "device", "bulk", *words)
    assert done.exit_code in (1, 2)
    assert named in done.stderr
    assert not desk.calls


def test_a_table_of_devices_is_looked_at_and_taken(server: Any, desk: Any, tmp_path: Path) -> None:
    table = tmp_path / "phones.csv"
    table.write_text(f"\ufeffmac,plugin\n{MAC},p\n")
    item = {"row": 2, "does": "add", "id": "d9", "mac": MAC, "plugin": "p", "config": None}
    desk.imported |= {"added": 1, "items": [item]}
    seen = run(server, "device", "import", str(table), "--dry-run")
    assert (seen.exit_code, "1 device would be added, 0 would be changed, 0 as they are." in seen.stdout) == (0, True)
    assert "add   00:00:5e:00:53:01  p" in seen.stdout
    (line,), dry_run, _ = asked(desk, "import_devices")
    assert (line.number, line.cells, dry_run) == (2, {"mac": MAC, "plugin": "p"}, True)
    done = run(server, "device", "import", str(table))
    assert (done.exit_code, done.stdout) == (0, "1 device added, 0 changed, 0 as they are.\n")
    assert [call[2] for call in desk.calls if call[0] == "import_devices"] == [True, False]
    desk.imported |= {"errors": [{"row": 2, "field": "plugin", "error": "is not installed"}]}
    bad = run(server, "device", "import", str(table))
    assert (bad.exit_code, "line 2, plugin: is not installed" in bad.stderr) == (1, True)


def test_what_is_no_table_is_refused_with_its_lines(server: Any, desk: Any, tmp_path: Path) -> None:
    table = tmp_path / "phones.csv"
    table.write_text("mac,plugin\nx\n")
    done = run(server, "device", "import", str(table))
    assert (done.exit_code, "line 2: 1 columns, where the first line has 2" in done.stderr) == (1, True)
    table.write_bytes(b"mac\n\xff\n")
    assert "is not UTF-8" in run(server, "device", "import", str(table)).stderr
    assert not desk.calls


def test_what_is_written_is_read_back_and_no_spreadsheet_computes_it(server: Any, desk: Any, tmp_path: Path) -> None:
    evil = "=cmd|' /C calc'!A0"
    desk.rows_devices = {"d1": {"id": "d1", "mac": MAC, "description": evil, "options": {"x": "<b>"}}}
    table = tmp_path / "phones.csv"
    done = run(server, "device", "export", str(table))
    assert (done.exit_code, done.stdout) == (0, f"1 device written to {table}.\n")
    assert table.read_text() == f"id,mac,description,options.x\nd1,{MAC},'{evil},<b>\n"
    assert run(server, "device", "import", str(table)).exit_code == 0
    ((line,), _, _) = asked(desk, "import_devices")
    assert line.cells == {"id": "d1", "mac": MAC, "description": evil, "options.x": "<b>"}
    assert "cannot be written" in run(server, "device", "export", str(tmp_path)).stderr


def test_a_line_is_given_to_a_device_or_to_a_code(server: Any, desk: Any, tmp_path: Path) -> None:
    desk.rows_devices = {"d1": {"id": "d1", "mac": MAC}}
    more = tmp_path / "line.json"
    more.write_text('{"lines": {"1": {"password": "x", "username": "1"}}}')
    done = run(
        server, "device", "assign", "d1", "--line", "1.username=101", "--key", "3.type=park", "--set", "locale=fr_FR",
        "--file", str(more), "--parent", "base", "--label", "Ann", "--code", "417263", "--use-config", "ann", "--sync",
    )  # fmt: skip
    assert (done.exit_code, done.stderr) == (0, "")
    assert "Device d1 has config c." in done.stdout
    assert "ringboot sync show 1" in done.stdout
    assert asked(desk, "assign")[:2] == (
        "d1",
        {
            "lines": {"1": {"username": "101", "password": "x"}}, "keys": {"3": {"type": "park"}},
            "raw_config": {"locale": "fr_FR"}, "config": "ann", "parents": ["base"], "label": "Ann", "code": "417263",
        },
    )  # fmt: skip
    desk.calls.clear()
    done = run(server, "device", "assign", "--code", "417263", "--line", "1.username=101")
    assert done.stdout == "Config c is ready for who dials 417263.\n"
    assert asked(desk, "assign")[0] is None
    assert run(server, "device", "assign", "--line", "1.username=101").exit_code == 2


def test_a_device_shows_which_config_set_what(server: Any, desk: Any) -> None:
    desk.rows_devices = {"d1": {"id": "d1", "mac": MAC}}
    done = run(server, "device", "layers", "d1")
    assert "admin_password  ***" in done.stdout
    assert "Config c; the last of c wins." in done.stdout


def test_a_change_of_a_config_is_foreseen(server: Any, desk: Any) -> None:
    device = {"id": "d1", "mac": MAC, "model": "M", "plugin": "p", "config": "base", "description": None}
    desk.foreseen_devices = [device | {"before": {"ntp_ip": "10.0.0.1"}, "after": {"ntp_ip": "10.0.0.2"}}]
    done = run(server, "config", "set", "base", "ntp_ip=10.0.0.2", "--dry-run")
    assert "ntp_ip  10.0.0.1  10.0.0.2" in done.stdout
    assert "1 of 2 devices would have other values." in done.stdout
    assert asked(desk, "foresee_config") == ("base", {"raw_config": {"ntp_ip": "10.0.0.2"}}, None)
    assert [call[0] for call in desk.calls] == ["foresee_config"]
