"""Our configuration as Kea's: read again it says the same, and Kea itself takes it."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ringboot.cli.main import app
from ringboot.compat.importers.formats import FORMATS
from ringboot.compat.importers.kea import read_kea
from ringboot.compat.importers.kea_export import export_kea
from ringboot.compat.importers.toml_text import toml_text
from ringboot.dhcp.options import build
from ringboot.setup.load import load_text

SOURCES = Path(__file__).parent / "sources"
CONF = {"kea": "kea-dhcp4.conf", "isc": "dhcpd.conf", "dnsmasq": "dnsmasq.conf"}
CONFIG = """
[server]
address = "10.0.0.2"
[dhcp]
interfaces = ["eth0"]
[[dhcp.network]]
name = "lan"
subnet = "10.0.0.0/24"
unknown = "ignore"
rapid_commit = true
pools = ["10.0.0.10-10.0.0.20"]
options = { tftp-server-name = "{http}", root-path = "{mac}" }
[[dhcp.class]]
name = "odd"
match = { hostname = "a*b" }
options = { root-path = "x" }
"""


@pytest.mark.parametrize("name", CONF)
def test_what_is_written_is_read_again_as_the_same(name: str, tmp_path: Path) -> None:
    found = FORMATS[name].read(SOURCES / CONF[name])
    settings = load_text(tmp_path / "ringboot.toml", toml_text(replace(found, interfaces=["s0"]), name))
    path = tmp_path / "kea.conf"
    path.write_text(export_kea(settings, found.reservations, "x")[0])
    again = read_kea(path)
    assert [row.construct for row in again.not_carried if not row.construct.startswith("option ")] == [
        "lease-database of Dhcp4"
    ]
    by_name = {row.name: row for row in again.networks}
    for row in found.networks:
        other = by_name[row.name]
        longest = row.max_lease_time or row.lease_time
        assert replace(other, options={}, pools=()) == replace(row, options={}, pools=(), max_lease_time=longest)
        assert [(each.first, each.last, build(each.options)) for each in other.pools] == [
            (each.first, each.last, build(each.options)) for each in row.pools
        ]
        assert build(other.options) == build(row.options)
    assert sorted(
        (row.network, row.kind, row.value, row.address, row.hostname) for row in again.reservations
    ) == sorted((row.network, row.kind, row.value, row.address, row.hostname) for row in found.reservations)


def test_what_kea_cannot_say_is_named(tmp_path: Path) -> None:
    settings = load_text(tmp_path / "ringboot.toml", CONFIG)
    text, left = export_kea(settings, [], "ringboot.toml")
    [subnet] = json.loads(text)["Dhcp4"]["subnet4"]
    assert subnet["pools"][0]["client-class"] == "KNOWN"
    assert subnet["option-data"] == [
        {"code": 66, "csv-format": False, "data": b"http://10.0.0.2:8667".hex(), "always-send": True}
    ]
    assert {row.construct for row in left} == {
        "rapid_commit of network lan", "option root-path of network lan", "class odd",
    }  # fmt: skip


@pytest.mark.skipif(shutil.which("kea-dhcp4") is None, reason="not installed (tests/install-clients): kea-dhcp4")
def test_kea_takes_what_the_command_writes(tmp_path: Path) -> None:
    runner, made, written = CliRunner(), tmp_path / "ringboot.toml", tmp_path / "kea.conf"
    done = runner.invoke(app, ["import", "kea", str(SOURCES / "kea-dhcp4.conf"), "--output", str(made)])
    assert done.exit_code == 0
    rows = ["--reservations", str(tmp_path / "reservations.csv")]
    done = runner.invoke(app, ["export", "kea", "--config", str(made), "--output", str(written), *rows])
    assert (done.exit_code, done.stdout) == (0, "")
    text = written.read_text().replace('"interfaces": [\n        "s0"', '"interfaces": [\n        "lo"')
    written.write_text(text.replace('"persist": true', '"persist": false'))
    checked = subprocess.run(["kea-dhcp4", "-t", str(written)], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert len(json.loads(text)["Dhcp4"]["subnet4"][0]["reservations"]) == 3
    done = runner.invoke(app, ["export", "kea", "--config", str(made), "--json"])
    assert json.loads(done.stdout)["configuration"].startswith('{\n  "Dhcp4"')
