"""Every command speaks JSON when asked to, also when it fails; and ends with the code of what went wrong."""

from __future__ import annotations

import json
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from ringboot.cli.describe import walk
from ringboot.cli.exits import MEANING
from ringboot.cli.main import app
from ringboot.desk.errors import Busy, NotFound, Refused

MAC = "00:00:5e:00:53:0a"
COMMANDS = [name.removeprefix("ringboot ") for name, _ in walk()]
# No questions to the daemon's API: test_daemon.py, test_init.py, test_importing.py, tests/whole/test_simulate.py;
# test_provd_shell.py: its exit codes are provd's, 0 and 1.
ELSEWHERE = {
    "serve",
    "demo",
    "init",
    "boot test",
    "check",
    "simulate",
    "plugin pack",
    "plugin index",
    "plugin new",
    "plugin lint",
    "plugin test",
    "completion",
    "shell",
    "import kea",
    "import isc",
    "import dnsmasq",
    "import staticdhcpd",
    "export kea",
    "script list",
    "script test",
    "source list",
    "source test",
}
WORDS = {  # what follows the command, and a key of what it then prints; "" where that is a list
    "status": ("", "version"),
    "top": ("--once --interval 100ms", "messages"),
    "metrics": ("", "items"),
    "pool list": ("", "items"),
    "network list": ("", "items"),
    "network show": ("lan", "subnet"),
    "network map": ("lan", "items"),
    "class list": ("", "items"),
    "event list": ("", "items"),
    "job list": ("", "items"),
    "job show": ("j1", "state"),
    "job resume": ("j1 --no-wait", "state"),
    "attention": ("", "items"),
    "pool history": ("lan", "step"),
    "reload": ("", "revision"),
    "diff": ("", "items"),
    "lease misfits": ("", "items"),
    "explain": (f"--mac {MAC}", "boot"),
    "lease list": ("", "items"),
    "lease show": ("10.0.0.9", "state"),
    "lease renew": ("10.0.0.9", ""),
    "lease reserve": ("10.0.0.9", "value"),
    "lease release": ("10.0.0.9", "address"),
    "reservation list": ("", "items"),
    "reservation add": (f"10.0.0.7 --network lan --mac {MAC}", "address"),
    "reservation remove": (f"--network lan --mac {MAC}", "value"),
    "register": (MAC, ""),
    "reservation import": ("CSV", "added"),
    "reservation export": ("", ""),
    "device list": ("", "items"),
    "device show": ("d1", "mac"),
    "device add": (f"--mac {MAC}", "id"),
    "device set": ("d1 --model M2", "model"),
    "device remove": ("d1", "removed"),
    "device reconfigure": ("d1", "configured"),
    "device synchronize": ("d1", "problems"),
    "sync list": ("", "items"),
    "sync show": ("1", "items"),
    "sync stop": ("1", "state"),
    "device files": ("d1", "items"),
    "device show-file": ("d1 a.cfg", "text"),
    "device url": ("d1 --renew", "https"),
    "device preview": ("d1", "files"),
    "device history": ("d1", "items"),
    "device rollback": ("d1 3", "changed"),
    "device diff": ("d1", "files"),
    "device bulk": ("delete d1 --yes", "done"),
    "device import": ("CSV", "added"),
    "device export": ("", ""),
    "device assign": ("d1 --line 1.username=101", "config"),
    "device layers": ("d1", "order"),
    "model list": ("", "items"),
    "config devices": ("base", "items"),
    "device move": ("--from p --to q", "state"),
    "rollout list": ("", "items"),
    "rollout show": ("1", "state"),
    "rollout devices": ("1", "items"),
    "rollout resume": ("1", "state"),
    "rollout abort": ("1", "state"),
    "dns list": ("", "items"),
    "dns retry": ("", "retried"),
    "boot list": ("", "items"),
    "boot approve": ("02:00:00:00:00:01", "state"),
    "boot again": ("02:00:00:00:00:01", "state"),
    "script status": ("", "hooks"),
    "webhook list": ("", "items"),
    "webhook test": ("nms", "status"),
    "tls show": ("", "certificate"),
    "tls ca": ("", "pem"),
    "config list": ("", "items"),
    "config show": ("base", "raw_config"),
    "config add": ("more --parent base", "id"),
    "config set": ("base ntp_ip=10.0.0.1", "id"),
    "config remove": ("base", "removed"),
    "plugin list": ("", "items"),
    "plugin show": ("p", "version"),
    "plugin install": ("p", "id"),
    "plugin update": ("", "plugins"),
    "plugin upgrade": ("p", "items"),
    "plugin uninstall": ("p --yes", "backup"),
    "template list": ("", "items"),
    "template show": ("p base", "text"),
    "template copy": ("p base --to M1", "origin"),
    "template check": ("", "read"),
    "template diff": ("p base", "diff"),
    "template migrate": ("p --dry-run", "items"),
    "audit": ("", "items"),
    "firmware list": ("", "items"),
    "firmware show": ("p fw", "version"),
    "firmware install": ("p fw", "installed"),
    "firmware upgrade": ("p", "items"),
    "firmware uninstall": ("p fw", "removed"),
    "firmware upload": ("p CSV", "files"),
    "user list": ("", "items"),
    "user add": ("ben --role operator", "password"),
    "user set": ("anna --role operator", "role"),
    "user remove": ("anna", "removed"),
    "user reset": ("anna", "password"),
    "user sessions": ("", "items"),
    "user sign-out": ("s1", "removed"),
    "token list": ("", "items"),
    "token add": ("cron --role viewer --scope /devices", "secret"),
    "token remove": ("t1", "removed"),
    "settings list": ("", "items"),
    "settings get": ("NAT", "value"),
    "settings set": ("NAT 1", "value"),
}


def ran(server: Any, tmp_path: Path, *words: str) -> Result:
    table = tmp_path / "phones.csv"
    table.write_text(f"network,kind,value,address\nlan,mac,{MAC},10.0.0.8\n")
    line = [str(table) if word == "CSV" else word for part in words for word in part.split()]
    return CliRunner().invoke(app, line, env={"RINGBOOT_API": str(server.path)})


@pytest.fixture
def stocked(desk: Any) -> Any:
    """Give a desk that has one of everything."""
    desk.rows_leases = [{"address": "10.0.0.9", "mac": MAC, "state": "bound", "network": "lan", "expiry": 1}]
    desk.rows_reservations = [{"network": "lan", "kind": "mac", "value": MAC, "address": "10.0.0.8", "options": {}}]
    desk.rows_devices = {"d1": {"id": "d1", "mac": MAC, "model": "M1"}}
    desk.rows_configs = {"base": {"id": "base", "parent_ids": [], "raw_config": {"ntp_ip": "10.0.0.2"}}}
    desk.rows_plugins = {"p": {"id": "p", "version": "1.0", "installed": True}}
    row = {
        "plugin": "p",
        "template": "base.tpl",
        "path": "var/templates/base.tpl",
        "custom": True,
        "origin": "base.tpl",
    }
    desk.rows_templates = [{**row, "version": "1", "text": "mine", "original": "it was", "now": None}]
    desk.rows_firmware = [{"plugin": "p", "id": "fw", "version": "2.0", "state": "upgrade"}]
    desk.rows_syncs = {1: {"id": 1, "state": "done", "devices": 1, "done": 1, "failed": 0, "rate": None}}
    desk.rows_networks = [{"name": "lan", "subnet": "10.0.0.0/8", "pools": []}]
    desk.rows_jobs["j1"] = {"id": "j1", "state": "done", "started": 1.0, "ended": 2.0}
    desk.rows_users = {"anna": {"name": "anna", "role": "viewer"}}
    desk.rows_tokens = {"t1": {"id": "t1", "name": "cron", "scope": []}}
    desk.files = {("d1", "a.cfg"): {"path": "a.cfg", "text": "hello\n", "secret": False}}
    return desk


def test_the_table_has_every_command() -> None:
    assert WORDS.keys() == set(COMMANDS) - ELSEWHERE


@pytest.mark.usefixtures("stocked")
@pytest.mark.parametrize("command", WORDS)
def test_it_prints_json_and_nothing_else(command: str, server: Any, tmp_path: Path) -> None:
    words, key = WORDS[command]
    done = ran(server, tmp_path, command, words, "--json")
    assert (done.exit_code, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert key in told if key else isinstance(told, list)


FAILURES = {
    1: Refused("It is not acceptable.", {"model": "is too long"}),
    3: Refused("The configuration was not changed.", code="configuration"),
    5: NotFound("There is no such thing."),
    6: Busy("Try again in a moment."),
}


# One of the failures for each command: that each has its code is told by the one place that they all go through.
@pytest.mark.parametrize(("command", "code"), list(zip(WORDS, cycle(FAILURES), strict=False)))
def test_it_fails_in_json_with_the_code_of_what_went_wrong(
    command: str, code: int, server: Any, stocked: Any, tmp_path: Path
) -> None:
    stocked.fail = FAILURES[code]
    done = ran(server, tmp_path, command, WORDS[command][0], "--json")
    assert (done.exit_code, done.stdout) == (code, "")
    told = json.loads(done.stderr)
    assert told["exit"] == code
    assert told["detail"] == str(FAILURES[code]) or told["detail"].startswith(
        "No device has"
    )  # it was looked for first


@pytest.mark.parametrize("command", WORDS)
def test_without_a_daemon_it_ends_with_4_and_with_a_wrong_word_with_2(
    command: str, server: Any, tmp_path: Path
) -> None:
    words = WORDS[command][0]
    nowhere = ran(server, tmp_path, command, words, f"--api-socket {tmp_path}/nobody.sock", "--json")
    assert (nowhere.exit_code, json.loads(nowhere.stderr)["exit"]) == (4, 4)
    wrong = ran(server, tmp_path, command, words, "--colour")
    assert wrong.exit_code == 2
    assert "--colour" in wrong.stderr


def test_every_code_has_a_meaning() -> None:
    assert sorted(MEANING) == list(range(7))
