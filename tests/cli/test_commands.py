"""Every command against a real API: what is asked of the daemon, what is printed, how it ends."""

from __future__ import annotations

import json
import os
import pwd
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
import segno
from typer.testing import CliRunner

from ringboot.cli.main import app
from ringboot.cli.plugin_things import Packed, PluginIndex
from ringboot.desk.errors import Busy, Refused
from ringboot.desk.listing import Query

MAC = "00:00:5e:00:53:0a"
ME = pwd.getpwuid(os.geteuid()).pw_name


class Shell:
    """Runs commands as a person would, against the test's daemon."""

    def __init__(self, socket: Path) -> None:
        self._environment = {"RINGBOOT_API": str(socket), "TZ": "UTC"}

    def __call__(self, line: str, *more: str, code: int = 0) -> tuple[str, str]:
        result = CliRunner().invoke(app, [*line.split(), *more], env=self._environment)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert (result.exit_code, result.stderr if code == 0 else "") == (code, "")
        return result.stdout, result.stderr

    def json(self, line: str, *more: str) -> Any:
        return json.loads(self(line, *more, "--json")[0])


@pytest.fixture
def shell(server: Any, desk: Any) -> Shell:
    return Shell(server.path)


def device(ident: str, **more: Any) -> dict[str, Any]:
    return {"id": ident, "mac": MAC, "ip": "10.0.0.9", "model": "M1", "plugin": "p", "configured": True, **more}


# Leases


def leases(count: int) -> list[dict[str, Any]]:
    return [
        {
            "address": f"10.0.{place // 250}.{place % 250}",
            "network": "lan" if place % 2 else "guests",
            "mac": MAC,
            "state": "bound",
            "start": 1700000000,
            "expiry": 1700000000 + place,
            "hostname": None,
            "vendor_class": "Phone",
        }
        for place in range(count)
    ]


def test_leases_are_listed_with_their_end_and_the_total(shell: Shell, desk: Any) -> None:
    desk.rows_leases = leases(3)
    assert shell("lease list --limit 2")[0] == (
        "ADDRESS   MAC                STATE  NETWORK  HOSTNAME  VENDOR CLASS  EXPIRES\n"
        "10.0.0.0  00:00:5e:00:53:0a  bound  guests   -         Phone         2023-11-14 22:13:20 UTC\n"
        "10.0.0.1  00:00:5e:00:53:0a  bound  lan      -         Phone         2023-11-14 22:13:21 UTC\n"
        "2 of 3 leases; --offset 2 shows more\n"
    )


def test_a_page_of_leases_is_read_no_further_than_needed(shell: Shell, desk: Any) -> None:
    desk.rows_leases = leases(2500)
    assert shell.json("lease list --limit 2 --offset 1")["items"] == desk.rows_leases[1:3]
    assert desk.calls == [("leases", 0, 3, None, None)]


def test_leases_are_sorted_and_filtered_over_all_pages(shell: Shell, desk: Any) -> None:
    desk.rows_leases = leases(2500)
    page = shell.json("lease list --filter network=lan --sort -expiry --limit 1")
    assert (page["total"], page["items"]) == (1250, [desk.rows_leases[2499]])
    assert [call[1] for call in desk.calls] == [0, 1000, 2000]


def test_all_leases_are_listed_without_a_limit(shell: Shell, desk: Any) -> None:
    desk.rows_leases = leases(1001)
    out = shell("lease list --limit 0 --network guests")[0]
    assert out.splitlines()[-1] == "501 leases"


def test_an_unknown_key_of_leases_is_a_usage_error(shell: Shell) -> None:
    _, error = shell("lease list --sort colour", code=2)
    assert error.startswith("ringboot: Leases have no 'colour'. There are: address, mac, state, network")
    assert "is no filter. Write it as key=value." in shell("lease list --filter lan", code=2)[1]


def test_a_lease_is_shown_and_released(shell: Shell, desk: Any) -> None:
    desk.rows_leases = leases(1)
    assert "expiry        2023-11-14 22:13:20 UTC\n" in shell("lease show 10.0.0.0")[0]
    assert shell("lease release 10.0.0.0")[0] == "10.0.0.0 is free; it was 00:00:5e:00:53:0a's.\n"
    assert shell("lease show 10.0.0.0", code=5)[1] == "ringboot: Nobody has 10.0.0.0. See: ringboot lease list.\n"


def test_leases_are_renewed_by_address_or_network(shell: Shell, desk: Any) -> None:
    desk.rows_leases = leases(600)
    assert shell("lease renew 10.0.0.0")[0].splitlines()[1:] == [
        "10.0.0.0  00:00:5e:00:53:0a  10.0.0.0 was renewed when its client was asked to",
        "1 of 1 client renewed",
    ]
    desk.calls.clear()
    assert shell("lease renew --network guests")[0].splitlines()[-1] == "300 of 300 clients renewed"
    assert [len(call[1]) for call in desk.calls if call[0] == "renew_leases"] == [250, 50]
    assert "nobody has 10.9.9.9. See who has which address" in shell("lease renew 10.9.9.9", code=1)[1]
    assert "Say whose: addresses, or --network." in shell("lease renew", code=2)[1]


def test_a_lease_becomes_a_reservation(shell: Shell, desk: Any) -> None:
    desk.rows_leases = leases(1)
    assert shell("lease reserve 10.0.0.0")[0] == "10.0.0.0 is kept for mac 00:00:5e:00:53:0a.\n"
    assert desk.calls[-2:-1] == [("reserve_lease", "10.0.0.0", "mac", {})]
    shell("lease reserve 10.0.0.0 --by client-id --hostname desk --option ntp-servers=10.0.0.9")
    more = {"hostname": "desk", "options": {"ntp-servers": "10.0.0.9"}}
    assert desk.calls[-2:-1] == [("reserve_lease", "10.0.0.0", "client-id", more)]


# Reservations


def test_a_reservation_is_added_listed_and_removed(shell: Shell, desk: Any) -> None:
    shell(
        "reservation add 10.0.0.20 --network lan --mac 00-00-5e-00-53-0A --hostname desk --option 43.2=hex:01",
        "--option", "routers=10.0.0.1, 10.0.0.2",
    )  # fmt: skip
    assert desk.rows_reservations == [
        {
            "network": "lan", "kind": "mac", "value": "00-00-5e-00-53-0A", "address": "10.0.0.20",
            "hostname": "desk", "options": {"43.2": "hex:01", "routers": "10.0.0.1, 10.0.0.2"},
        }
    ]  # fmt: skip
    assert shell("reservation list")[0].splitlines()[1:] == [
        "lan      mac   00-00-5e-00-53-0A  10.0.0.20  desk      43.2=hex:01, routers=10.0.0.1, 10.0.0.2",
        "1 reservation",
    ]
    shell("reservation remove --network lan --mac 00-00-5e-00-53-0A")
    assert shell("reservation list")[0] == "0 reservations\n"


def test_what_the_daemon_finds_wrong_is_said_by_field(shell: Shell) -> None:
    _, error = shell("reservation add 192.0.2.1 --network lan --client-id 0102", code=1)
    assert error == "ringboot: The reservation is not acceptable.\n  address: does not lie in 10.0.0.0/8\n"


@pytest.mark.parametrize("kind", ["mac", "client-id", "circuit-id", "remote-id"])
def test_each_kind_of_reservation_has_an_option(shell: Shell, desk: Any, kind: str) -> None:
    assert shell(f"reservation add 10.0.0.20 --network lan --{kind} ge-0/0/1")[0] == "10.0.0.20 is kept for ge-0/0/1.\n"
    assert [(row["kind"], row["value"]) for row in desk.rows_reservations] == [(kind, "ge-0/0/1")]
    shell(f"reservation remove --network lan --{kind} ge-0/0/1")
    assert desk.rows_reservations == []


@pytest.mark.parametrize("who", ["", "--mac a --client-id b", "--circuit-id a --remote-id b"])
def test_a_reservation_is_for_one_client(shell: Shell, who: str) -> None:
    assert shell(f"reservation add 10.0.0.1 --network lan {who}", code=2)[1] == (
        "ringboot: Say who, once: --mac, --client-id, --circuit-id or --remote-id.\n"
    )


def test_reservations_survive_export_and_import(shell: Shell, desk: Any, tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"network": "lan", "kind": "mac", "value": MAC, "address": "10.0.0.1", "options": {"routers": "10.0.0.9"}},
        {"network": "lan", "kind": "client-id", "value": "0102", "address": "10.0.0.2", "hostname": 'a "b", c'},
    ]
    desk.rows_reservations = [dict(row) for row in rows]
    file = tmp_path / "all.csv"
    assert shell(f"reservation export {file}")[0] == f"2 reservations written to {file}.\n"
    assert shell("reservation export")[0] == file.read_text()
    desk.rows_reservations = []
    assert shell(f"reservation import {file} --dry-run")[0] == "2 reservations would be added.\n"
    assert desk.rows_reservations == []
    assert shell(f"reservation import {file}")[0] == "2 reservations added.\n"
    assert desk.rows_reservations == rows


def test_an_import_names_the_lines_at_fault_and_adds_nothing(shell: Shell, desk: Any, tmp_path: Path) -> None:
    file = tmp_path / "all.csv"
    file.write_text("network,kind,value,address\nlan,mac,a,10.0.0.1\n\nlan,mac,b,192.0.2.1\nlan,mac,c,192.0.2.2\n")
    assert shell(f"reservation import {file}", code=1)[1] == (
        f"ringboot: {file}: 2 errors. Nothing was imported.\n"
        "  line 4, address: 192.0.2.1 does not lie in 10.0.0.0/8\n"
        "  line 5, address: 192.0.2.2 does not lie in 10.0.0.0/8\n"
    )
    assert desk.rows_reservations == []


# Devices


def test_devices_are_listed_filtered_and_paged_by_the_daemon(shell: Shell, desk: Any) -> None:
    desk.rows_devices = {"a": device("a"), "b": device("b", model="M2", configured=False)}
    out = shell("device list M --filter plugin=p --filter model=M2 --sort -ip --limit 5")[0]
    assert out == (
        "MAC                ADDRESS   VENDOR  MODEL  VERSION  PLUGIN  CONFIG  CONFIGURED  ID\n"
        "00:00:5e:00:53:0a  10.0.0.9  -       M2     -        p       -       no          b\n"
        "1 device\n"
    )
    assert desk.calls == [("devices", Query((("plugin", "p"), ("model", "M2")), "M", "ip", True, 5, 0))]


def test_a_long_list_is_fetched_page_by_page(shell: Shell, desk: Any) -> None:
    desk.rows_devices = {f"d{place}": device(f"d{place}") for place in range(2100)}
    page = shell.json("device list --limit 0")
    assert (page["total"], len(page["items"])) == (2100, 2100)
    assert [(call[1].offset, call[1].limit) for call in desk.calls] == [(0, 1000), (1000, 1000), (2000, 1000)]
    assert len(shell.json("device list --limit 1500 --offset 200")["items"]) == 1500


def test_a_wrong_filter_is_the_daemons_to_say(shell: Shell) -> None:
    _, error = shell("device list --filter colour=red", code=1)
    assert error.startswith("ringboot: 'colour=red' is no filter here: write key=value with one of id, mac, ip")


@pytest.mark.parametrize("name", ["a", MAC, "00005E00530A", "0000.5e00.530a", "10.0.0.9"])
def test_a_device_is_named_by_id_mac_or_address(shell: Shell, desk: Any, name: str) -> None:
    desk.rows_devices = {"a": device("a"), "b": device("b", mac="00:00:5e:00:53:0b", ip="10.0.0.10")}
    assert shell.json(f"device show {name}")["id"] == "a"


def test_a_device_that_is_not_there_or_not_alone_is_said(shell: Shell, desk: Any) -> None:
    desk.rows_devices = {"a": device("a"), "b": device("b", mac=None)}
    assert shell("device show nobody", code=5)[1] == (
        "ringboot: No device has the id, MAC or address nobody. See: ringboot device list.\n"
    )
    assert shell("device show 10.0.0.9", code=2)[1] == (
        "ringboot: 2 devices are at 10.0.0.9. Name one by its id: a, b.\n"
    )


def test_a_device_is_added_changed_and_removed(shell: Shell, desk: Any) -> None:
    out, _ = shell(
        f"device add --mac {MAC} --plugin p --model M1 --use-config base --option switchboard:=true --option note=x"
    )
    assert out == "Device made is added.\n"
    row = {"mac": MAC, "model": "M1", "plugin": "p", "config": "base", "options": {"switchboard": True, "note": "x"}}
    assert desk.calls[-1] == ("add_device", row, ME)
    shell(f"device set {MAC} --ip 10.0.0.3", "--clear", "description", "--description", "old")
    assert ("set_device", "made", {"ip": "10.0.0.3", "description": None}, ME) in desk.calls
    assert shell("device remove made")[0] == "Device made is removed.\n"
    assert desk.rows_devices == {}


def test_a_change_that_leaves_files_unmade_says_so(shell: Shell, desk: Any) -> None:
    desk.rows_devices = {"a": device("a", problem="base.tpl, line 3: unknown key")}
    out, _ = shell("device set a --model M2")
    assert out == "Device a is changed. Its files could not be made: base.tpl, line 3: unknown key\n"


def test_nothing_to_change_is_a_usage_error(shell: Shell, desk: Any) -> None:
    desk.rows_devices = {"a": device("a")}
    assert "Say what to change" in shell("device set a", code=2)[1]
    assert "Say what to change" in shell("config set base", code=2)[1]


def test_devices_are_configured_again(shell: Shell, desk: Any) -> None:
    desk.rows_devices = {"a": device("a")}
    assert shell(f"device reconfigure {MAC}")[0] == "2 devices configured, 3 files changed.\n"
    shell("device reconfigure --plugin p")
    shell("device reconfigure --all")
    assert [call[1:3] for call in desk.calls if call[0] == "reconfigure"] == [(["a"], None), (None, "p"), (None, None)]
    assert "Say which" in shell("device reconfigure", code=2)[1]
    assert "Say which" in shell("device reconfigure a --all", code=2)[1]


def test_devices_that_cannot_be_configured_are_named(shell: Shell, desk: Any) -> None:
    desk.unreconfigurable = [{"id": "a", "problem": "base.tpl, line 3: unknown key"}]
    out, error = shell("device reconfigure --all", code=1)
    assert out == "2 devices configured, 3 files changed.\n"
    assert error == (
        "ringboot: 1 device could not be configured. Mend what is named, then try again.\n"
        "  a: base.tpl, line 3: unknown key\n"
    )


def test_a_devices_files_are_listed_and_shown(shell: Shell, desk: Any) -> None:
    desk.rows_devices = {"a": device("a")}
    desk.files = {
        ("a", "A/x.cfg"): {"path": "A/x.cfg", "part": "", "template": "templates/base.tpl", "secret": True,
                           "fetched": 1700000000, "text": "line 1\nline 2\n"},
    }  # fmt: skip
    assert shell("device files a")[0] == (
        "PATH     PART  TEMPLATE            SECRET  FETCHED\n"
        "A/x.cfg  -     templates/base.tpl  yes     2023-11-14 22:13:20 UTC\n"
        "1 file\n"
    )
    assert shell("device show-file a A/x.cfg")[0] == "line 1\nline 2\n"
    assert "There is no file" in shell("device show-file a none", code=5)[1]


# Configs


def test_a_config_is_added_with_dotted_keys(shell: Shell, desk: Any, tmp_path: Path) -> None:
    file = tmp_path / "raw.json"
    file.write_text('{"ntp_ip": "10.0.0.1", "sip_lines": {"1": {"number": "100", "username": "u"}}}')
    shell(
        f"config add desk --parent base --parent more --label Desk --file {file}",
        "sip_lines.1.number=101", "ntp_enabled:=true", "X_note=a=b",
    )  # fmt: skip
    assert desk.rows_configs["desk"] == {
        "id": "desk",
        "parent_ids": ["base", "more"],
        "raw_config": {
            "ntp_ip": "10.0.0.1",
            "ntp_enabled": True,
            "sip_lines": {"1": {"number": "101", "username": "u"}},
            "X_note": "a=b",
        },
        "label": "Desk",
    }


def test_a_config_is_changed_by_a_merge_patch(shell: Shell, desk: Any) -> None:
    desk.rows_configs = {"base": {"id": "base"}}
    shell("config set base timezone=Europe/Paris --unset sip_lines.2 --clear role --parent other")
    assert ("set_config", "base", {
        "raw_config": {"timezone": "Europe/Paris", "sip_lines": {"2": None}},
        "parent_ids": ["other"],
        "role": None,
    }, ME) in desk.calls  # fmt: skip


def test_a_config_is_shown_with_its_passwords_only_when_asked(shell: Shell, desk: Any) -> None:
    desk.rows_configs = {
        "base": {
            "id": "base",
            "parent_ids": [],
            "raw_config": {"admin_password": "7", "sip_lines": {"1": {"number": "1"}}},
        }
    }
    assert shell("config show base")[0] == (
        "id                             base\nraw_config.admin_password      ***\nraw_config.sip_lines.1.number  1\n"
    )
    assert "raw_config.admin_password      7\n" in shell("config show base --secrets")[0]
    assert shell.json("config list --secrets")["items"][0]["raw_config"]["admin_password"] == "7"
    assert "admin_password" not in shell("config list")[0]


def test_a_config_that_must_stay_stays(shell: Shell, desk: Any) -> None:
    desk.rows_configs = {"base": {"id": "base", "deletable": False}, "x": {"id": "x"}}
    assert shell("config remove base", code=1)[1] == "ringboot: Config base cannot be removed.\n"
    assert shell("config remove x")[0] == "Config x is removed.\n"


# Plugins, settings


def test_a_plugin_is_installed_from_the_catalog_or_a_folder(
    shell: Shell, desk: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shell("plugin install some --id mine")[0] == "Plugin mine 1.0 is installed.\n"
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    shell("plugin install ./folder")
    shell("plugin install folder")
    places = [call[1:3] for call in desk.calls]
    assert places == [("some", "mine"), (str(tmp_path / "folder"), None), (str(tmp_path / "folder"), None)]


def test_templates_of_ones_own_are_not_removed_unasked(shell: Shell, desk: Any) -> None:
    firmware = ["var/tftpboot/fw.rom"]
    desk.rows_plugins = {
        "p": {"id": "p", "custom_templates": ["base.tpl", "M1.tpl"], "firmware": firmware}, "q": {"id": "q"},
    }  # fmt: skip
    assert shell("plugin uninstall p", code=1)[1] == (
        "ringboot: With p goes what is yours: templates base.tpl, M1.tpl; firmware var/tftpboot/fw.rom. "
        "Say --yes if that is meant.\n"
    )
    assert not any(call[0] == "uninstall_plugin" for call in desk.calls)
    assert shell("plugin uninstall p --yes")[0] == (
        "Plugin p is uninstalled. What was yours is kept in /data/backup/x.\n"
    )
    assert shell("plugin uninstall q")[0] == "Plugin q is uninstalled.\n"


def test_the_repository_is_read_anew(shell: Shell, desk: Any) -> None:
    assert shell("plugin update")[0] == "http://x has 2 plugins.\n"
    desk.rows_plugins = {"p": {"id": "p", "available": "1.1"}, "q": {"id": "q", "available": None}}
    assert shell("plugin update")[0] == (
        "http://x has 2 plugins. Newer versions of: p. See: ringboot plugin upgrade.\n"
    )


def test_plugins_are_upgraded_one_or_all(shell: Shell, desk: Any, tmp_path: Path) -> None:
    row = {"version": "1.0", "available": "1.1", "installed": True}
    desk.rows_plugins = {
        "p": {"id": "p", **row, "kept": ["templates/base.tpl.kept-1.0"]}, "q": {"id": "q", **row, "available": None},
        "r": {"id": "r", **row},
    }  # fmt: skip
    upgraded = "Plugin p is upgraded from 1.0 to 1.1; 3 devices configured.\n"
    warned = f"{upgraded}  warning: it was changed by hand; your file is kept as templates/base.tpl.kept-1.0\n"
    assert shell("plugin upgrade p")[0] == warned
    assert shell("plugin upgrade --all")[0] == f"{warned}{upgraded.replace(' p ', ' r ')}"
    shell(f"plugin upgrade q --from {tmp_path}")
    upgrades = [call[1:3] for call in desk.calls if call[0] == "upgrade_plugin"]
    assert upgrades == [("p", None), ("p", None), ("r", None), ("q", str(tmp_path))]
    for wrong in ("", "p --all", f"--all --from {tmp_path}"):
        assert "Say which: a plugin, or --all." in shell(f"plugin upgrade {wrong}", code=2)[1]
    desk.rows_plugins = {"spoilt": {"id": "spoilt", **row}}
    assert "00:00:5e:00:53:01: base.tpl, line 3" in shell_both(shell, "plugin upgrade --all", 1)
    desk.rows_plugins = {}
    assert shell("plugin upgrade --all")[0] == "No plugin has a newer version.\n"
    assert "There is no plugin x." in shell("plugin upgrade x", code=5)[1]


def shell_both(shell: Shell, line: str, code: int) -> str:
    return "".join(shell(line, code=code))


def test_a_plugin_is_packed_without_a_daemon(shell: Shell, tmp_path: Path) -> None:
    source = tmp_path / "acme"
    source.mkdir()
    manifest = source / "plugin.toml"
    manifest.write_text('name = "acme"\ntitle = "Acme"\nversion = "1.0"\nformat = "ini"\n')
    told = shell.json(f"plugin pack {source} --output {tmp_path / 'r'}")
    assert Packed.model_validate(told).file == "acme-1.0.tar.gz"
    assert shell(f"plugin pack {source} --output {tmp_path / 'r'} --id mine")[0].startswith(
        f"{tmp_path / 'r' / 'mine-1.0.tar.gz'} is written: mine 1.0, "
    )
    (tmp_path / "r" / "index.json").unlink()
    out, _ = shell(f"plugin index {tmp_path / 'r'}")
    assert out == (
        f"acme 1.0: acme-1.0.tar.gz\nmine 1.0: mine-1.0.tar.gz\n{tmp_path / 'r' / 'index.json'} names 2 plugins.\n"
    )
    told = PluginIndex.model_validate(shell.json(f"plugin index {tmp_path / 'r'}"))
    assert [each.id for each in told.items] == ["acme", "mine"]
    (tmp_path / "r" / "x.zip").write_text("x")
    assert "is as it was: x.zip cannot be read" in shell(f"plugin index {tmp_path / 'r'}", code=1)[1]
    assert "No such file" in shell(f"plugin index {tmp_path / 'nowhere'}", code=1)[1]
    manifest.write_text("x = 1")
    _, error = shell(f"plugin pack {source} --output {tmp_path / 'r'}", code=1)
    assert f"{source} was not packed: {manifest}:1: " in error


def test_plugins_are_listed_and_shown(shell: Shell, desk: Any) -> None:
    desk.rows_plugins = {"p": {"id": "p", "name": "brand", "installed": True}, "q": {"id": "q", "installed": False}}
    assert shell("plugin list --filter installed=true")[0].splitlines()[1:] == [
        "p   brand  -      -        yes        -          -            -        -",
        "1 plugin",
    ]
    assert shell("plugin show p")[0] == "id         p\nname       brand\ninstalled  yes\n"
    assert "There is no plugin x." in shell("plugin show x", code=5)[1]


def test_a_setting_is_read_and_changed(shell: Shell, desk: Any) -> None:
    assert shell("settings list")[0].splitlines()[1] == "NAT   0      0        devices behind a router"
    assert shell("settings set NAT 1")[0] == "NAT is 1.\n"
    assert shell.json("settings get NAT")["value"] == "1"
    assert shell("settings set NAT busy", code=6)[1] == "ringboot: The database is busy. Try again in a moment.\n"
    assert shell("settings get x", code=5)[1] == "ringboot: There is no setting x.\n"


# The daemon


def test_status_is_told_in_tables(shell: Shell) -> None:
    assert shell("status")[0] == (
        "Version  0.1.0\n"
        "Ready    yes\n"
        "\n"
        "Leases\n"
        "  bound  2\n"
        "\n"
        "Processes\n"
        "  NAME  PID  LAST_END\n"
        "  main  7    -\n"
        "\n"
        "Problems\n"
        "  none\n"
    )


MISFIT = {
    "address": "10.0.0.9", "network": "lan", "mac": MAC, "expiry": 1_700_000_000, "at_renewal": "refused",
    "reason": "lease-network-gone", "text": "no network holds 10.0.0.9",
}  # fmt: skip


def difference(change: str, what: str, name: str, *keys: tuple[str, str | None, str | None]) -> dict[str, Any]:
    rows = [{"key": key, "before": before, "after": after, "restart": key == "port"} for key, before, after in keys]
    return {"change": change, "what": what, "name": name, "keys": rows}


DIFFERENCES = [
    difference("added", "network", "guests", ("subnet", None, "10.9.0.0/24"), ("lease_time", None, "120s")),
    difference("changed", "settings", "[dhcp]", ("port", "67", "68"), ("options.routers", None, "10.0.0.1")),
    difference("removed", "class", "lobby"),
]
TOLD = (
    "+ network guests: subnet 10.9.0.0/24, lease_time 120s\n"
    "~ [dhcp]: port 67 -> 68 (after a restart), options.routers (none) -> 10.0.0.1\n"
    "- class lobby\n"
)


def test_diff_ends_with_1_when_something_differs(shell: Shell, desk: Any, tmp_path: Path) -> None:
    file = tmp_path / "new.toml"
    file.write_text("[dhcp]\n")
    assert shell("diff", str(file))[0] == "Nothing differs.\n"
    desk.differences = DIFFERENCES
    assert shell("diff", code=1)[0] == TOLD
    table = tmp_path / "phones.csv"
    table.write_text(f"network,kind,value,address\nlan,mac,{MAC},10.0.0.8\n")
    shell("diff", str(table), code=1)
    row = {"network": "lan", "kind": "mac", "value": MAC, "address": "10.0.0.8", "row": 2}
    assert desk.calls == [("diff", str(file), "[dhcp]\n"), ("diff", None, None), ("diff_reservations", [row])]
    assert shell("diff /nowhere.toml", code=3)[1].startswith("ringboot: /nowhere.toml cannot be read: No such file")


def test_leases_that_no_longer_fit_are_listed(shell: Shell, desk: Any) -> None:
    assert shell("lease misfits")[0] == "0 leases no longer fit\n"
    desk.unfitting = {"total": 1, "reasons": {"lease-network-gone": 1}, "items": [MISFIT]}
    assert shell("lease misfits --limit 0")[0] == (
        "ADDRESS   MAC                EXPIRES                  AT RENEWAL  WHY\n"
        f"10.0.0.9  {MAC}  2023-11-14 22:13:20 UTC  refused     no network holds 10.0.0.9\n"
        "1 lease no longer fit (lease-network-gone: 1)\n"
    )
    assert desk.calls == [("misfits", 100), ("misfits", 1_000_000)]


def test_reload_says_what_came_of_it(shell: Shell, desk: Any) -> None:
    later = "Restart needed: changed, and held from the next start: [dhcp] port."
    assert shell("reload")[0] == f"The configuration is loaded. {later}\n"
    desk.differences = DIFFERENCES
    desk.unfitting = {"total": 2, "reasons": {"lease-network-gone": 2}, "items": [MISFIT]}
    assert shell("reload --dry-run")[0] == (
        f"The configuration is good, and would be loaded. {later}\n{TOLD}"
        "2 leases no longer fit (lease-network-gone: 2). At their next renewal:\n"
        "  10.0.0.9  refused: no network holds 10.0.0.9\n"
        "  All of them: ringboot lease misfits --limit 0\n"
    )
    assert desk.calls == [("reload", False), ("reload", True)]
    desk.fail = Refused("r.toml, line 3, dhcp.port: bad; mend it\nThe old one stays.", code="configuration")
    assert shell("reload", code=3)[1] == ("ringboot: r.toml, line 3, dhcp.port: bad; mend it\nThe old one stays.\n")


def test_explain_takes_any_spelling_of_a_mac(shell: Shell, desk: Any) -> None:
    out, _ = shell("explain --mac 0000.5E00.530A")
    assert out.startswith(f"{MAC}\nWhere it stands: has fetched all [boot-done]\n")
    assert shell.json(f"explain --mac {MAC}")["mac"] == MAC
    assert "is not a MAC address" in shell("explain --mac x", code=2)[1]


# Errors as JSON


def test_errors_are_json_too_when_that_is_asked_for(shell: Shell, desk: Any) -> None:
    desk.fail = Busy("Later.")
    _, error = shell("status --json", code=6)
    assert json.loads(error) == {"code": "busy", "detail": "Later.", "fields": {}, "exit": 6}


def test_control_characters_of_devices_do_not_reach_the_terminal(shell: Shell, desk: Any) -> None:
    desk.rows_leases = [{**leases(1)[0], "hostname": "a\x1b[2Jb\nc"}]
    assert "a?[2Jb?c" in shell("lease list")[0]
    assert "a?[2Jb?c" in shell("lease show 10.0.0.0")[0]


# Templates


def test_templates_are_listed_copied_and_compared(shell: Shell, desk: Any) -> None:
    row = {"plugin": "p", "template": "base.tpl", "path": "var/templates/base.tpl", "custom": True, "state": "changed"}
    row |= {"origin": "base.tpl", "version": "1.0", "devices": 2, "shared": False}
    desk.rows_templates = [{**row, "text": "a\nmine", "original": "a\nb\n", "now": "a\nc\n"}]
    assert shell("template list --filter state=changed")[0] == (
        "PLUGIN  TEMPLATE  PATH                    STATE    COPIED FROM  VERSION  DEVICES  SHARED\n"
        "p       base.tpl  var/templates/base.tpl  changed  base.tpl     1.0      2        no\n"
        "1 template\n"
    )
    assert shell("template show p base")[0] == "a\nmine\n"
    assert shell("template diff p base")[0] == (
        "--- templates/base.tpl 1.0\n+++ var/templates/base.tpl\n@@ -1,2 +1,2 @@\n a\n-b\n+mine\n"
        "\\ No newline at end of file\n"
    )
    assert "-c\n+mine\n" in shell("template diff p base --now")[0]
    assert "-b\n+c\n" in shell("template diff p base --original")[0]
    assert "not both" in shell("template diff p base --original --now", code=2)[1]
    desk.rows_templates[0] |= {"original": None, "now": None}
    assert "Nothing is shipped" in shell("template diff p base", code=1)[1]
    desk.rows_templates[0]["custom"] = False
    assert "See: ringboot template copy" in shell("template diff p base", code=1)[1]
    assert "has no template x.tpl" in shell("template show p x", code=5)[1]
    out = shell("template copy p base --to M1 --force")[0]
    assert out == "/d/M1.tpl is a copy of base.tpl. Edit it, then: ringboot device reconfigure --plugin p\n"
    assert desk.calls[-1] == ("copy_template", "p", "base.tpl", "M1.tpl", True, ME)


def test_faults_of_templates_end_a_check_with_one(shell: Shell, desk: Any) -> None:
    assert shell("template check p")[0] == "3 templates read, 0 faults\n"
    fault = {"plugin": "p", "template": "templates/base.tpl", "line": 7, "kind": "name", "what": "nothing named x"}
    desk.faults = [fault, {**fault, "line": 0}]
    out, error = shell("template check", code=1)
    assert out == (
        "p/templates/base.tpl, line 7: nothing named x\np/templates/base.tpl: nothing named x\n"
        "3 templates read, 2 faults\n"
    )
    assert error == "ringboot: 2 faults in templates.\n"
    assert [call for call in desk.calls if call[0] == "check_templates"] == [
        ("check_templates", "p"), ("check_templates", None),
    ]  # fmt: skip


def test_templates_are_migrated_and_conflicts_end_with_one(shell: Shell, desk: Any, tmp_path: Path) -> None:
    assert shell("template migrate p")[0] == "No original of yours has changed.\n"
    row: dict[str, Any] = {"plugin": "p", "template": "base.tpl", "result": "merged"}
    row |= {"conflicts": [], "kept": "/k", "text": None}
    desk.migrated = [{**row, "path": "/c"}]
    assert shell("template migrate p base")[0] == (
        "base.tpl: what changed is merged in; the one before is kept in /k\n"
    )
    desk.migrated = [{**row, "result": "conflict", "conflicts": [3, 9], "kept": None, "path": "/c.conflict"}]
    file = tmp_path / "base.tpl"
    file.write_text("was")
    out, error = shell(f"template migrate p base --base {file}", code=1)
    assert "Resolve them in /c.conflict, then: ringboot template migrate p base.tpl --resolved" in out
    assert error == "ringboot: Conflicts in base.tpl.\n  /c.conflict: lines 3, 9\n"
    assert desk.calls[-1] == ("migrate_templates", "p", ["base.tpl"], False, "was")
    assert shell("template migrate p base --resolved")[0].startswith("base.tpl: is in use")
    assert "Name one template" in shell("template migrate p --resolved", code=2)[1]
    assert "cannot be read" in shell(f"template migrate p x --base {tmp_path}", code=2)[1]
    desk.rows_templates = [{"plugin": "p", "template": "base.tpl", "custom": True, "path": "here", "text": "a\n"}]
    desk.migrated = [{**row, "kept": None, "path": "/c", "text": "b\n"}]
    assert "--- here\n+++ merged\n@@ -1 +1 @@\n-a\n+b\n" in shell("template migrate p --dry-run")[0]


def test_what_a_device_would_get_is_shown_and_compared(shell: Shell, desk: Any) -> None:
    desk.rows_devices = {"a": device("a")}
    row = {"path": "x.cfg", "template": "templates/base.tpl", "state": "changed", "text": "a\nb\n", "served": "a\n"}
    gone = {**row, "path": "old.cfg", "state": "gone", "text": None, "served": "o\n"}
    same = {**row, "path": "all.cfg", "state": "same", "text": "a\n"}
    desk.previewed = {"files": [same, row, gone], "left": [{"name": "{serial}.cfg", "why": "the device has no serial"}]}
    assert shell("device preview a --use-config more --plugin q")[0] == (
        "==> all.cfg (templates/base.tpl; same) <==\na\n\n==> x.cfg (templates/base.tpl; changed) <==\na\nb\n\n"
        "old.cfg would be deleted\n{serial}.cfg is left out: the device has no serial\n"
    )
    assert desk.calls[-1] == ("preview", "a", "more", "q")
    assert shell("device preview a --path x.cfg")[0] == "a\nb\n"
    assert shell("device diff a")[0] == (
        "--- served/x.cfg\n+++ new/x.cfg\n@@ -1 +1,2 @@\n a\n+b\n--- served/old.cfg\n+++ /dev/null\n@@ -1 +0,0 @@\n-o\n"
        "2 files would change, 1 would stay as they are.\n"
    )
    assert "It would have no file y.cfg" in shell("device diff a --path y.cfg", code=5)[1]


def test_earlier_files_are_listed_compared_and_put_back(shell: Shell, desk: Any) -> None:
    desk.rows_devices = {"a": device("a")}
    row = {"number": 2, "utc": 1700000000, "changed": 1, "served": True, "held": False, "why": "config base changed"}
    desk.generations = [row, {**row, "number": 1, "served": False}]
    assert shell("device history a")[0] == (
        "GENERATION  SINCE                    CHANGED  SERVED  PUT BACK  WHY\n"
        "2           2023-11-14 22:13:20 UTC  1        yes     no        config base changed\n"
        "1           2023-11-14 22:13:20 UTC  1        no      no        config base changed\n"
        "2 generations\n"
    )
    assert shell("device diff a --generation 1")[0] == "0 files would change, 0 would stay as they are.\n"
    assert desk.calls[-1] == ("generation", "a", 1)
    assert "Say --generation alone" in shell("device diff a --generation 1 --plugin q", code=2)[1]
    assert shell("device rollback a 1")[0] == (
        "2 files put back; this is generation 9 now. It holds until the next: ringboot device reconfigure a\n"
    )
    assert desk.calls[-1] == ("rollback", "a", 1, ME)


def test_firmware(shell: Shell, desk: Any, tmp_path: Path) -> None:
    file = {"name": "D10.zip", "url": "", "size": 2048, "kind": "sha1", "digits": "aa", "cached": True}
    desk.rows_firmware = [
        {"plugin": "acme", "id": "fw", "version": "2.0", "installed": "1.0", "state": "upgrade", "size": 2048,
         "description": "Firmware", "problem": None, "files": [file], "steps": ["a-b: unzip D10.zip"]},
        {"plugin": "acme-2", "id": "fw", "version": "2.0", "installed": None, "state": "available", "size": 5 << 30},
    ]  # fmt: skip
    table = shell("firmware list --sort plugin")[0]
    assert "acme    fw       2.0      1.0        upgrade    2 KiB    Firmware     -" in table
    assert "5.0 GiB" in table
    assert "2 packages" in table
    shown = shell("firmware show acme fw")[0]
    assert "file  D10.zip  2 KiB, fetched  sha1 aa\n      to be fetched by hand\nstep  a-b: unzip D10.zip\n" in shown
    assert shell("firmware install acme fw lang")[0] == "fw, lang installed: 2 files.\n"
    assert shell("firmware upgrade acme fw")[0] == "acme fw upgraded.\n"
    assert shell("firmware upgrade --all")[0] == "acme fw upgraded.\n"
    assert shell("firmware uninstall acme fw")[0] == (
        "Package fw is uninstalled: 1 file removed. These stay, another package has them, or they were changed: b.rom. "
        "Nothing needs these any more: lang.\n"
    )
    (tmp_path / "mine.bin").write_bytes(b"octets" * 50_000)
    assert "It is D10.zip, which fw wants." in shell("firmware upload acme", str(tmp_path / "mine.bin"))[0]
    changes = [call for call in desk.calls if call[0].endswith("_firmware")]
    assert changes == [
        ("install_firmware", "acme", ["fw", "lang"], ME),
        ("upgrade_firmware", "acme", ["fw"], ME),
        ("upgrade_firmware", "acme", None, ME),
        ("uninstall_firmware", "acme", "fw", ME),
        ("upload_firmware", "acme", b"octets" * 50_000, ME),
    ]
    assert "cannot be read" in shell("firmware upload acme", str(tmp_path / "nothing"), code=1)[1]
    assert "Say which" in shell("firmware upgrade acme --all", code=2)[1]
    desk.fail = Refused("It is full.")
    assert "It is full." in shell("firmware upgrade acme", code=1)[1]


def test_what_cannot_be_upgraded_holds_nothing_else_up(shell: Shell, desk: Any, monkeypatch: Any) -> None:
    desk.rows_firmware = [{"plugin": name, "id": "fw", "state": "upgrade"} for name in ("acme", "best")]
    upgrade = desk.upgrade_firmware

    async def sometimes(plugin: str, packages: list[str] | None, who: str) -> Any:
        if plugin == "acme":
            raise Refused("D10.zip must be fetched by hand.")
        return await upgrade(plugin, packages, who)

    monkeypatch.setattr(desk, "upgrade_firmware", sometimes)
    out, err = shell("firmware upgrade --all", code=1)
    assert out == "best fw upgraded.\n"
    assert "acme: D10.zip must be fetched by hand." in err


def test_a_secret_url_as_a_qr_code(shell: Shell, desk: Any, tmp_path: Path) -> None:
    """What is drawn is the URL; the picture is for nobody else's eyes, also where a file stood."""
    desk.rows_devices = {"d1": device("d1")}
    url = "http://10.0.0.1:8667/s/word/"
    drawn = StringIO()
    segno.make_qr(url).terminal(drawn, compact=True)
    assert shell("device url d1 --qr")[0] == f"{url}\n{drawn.getvalue()}"
    file = tmp_path / "code.svg"
    file.write_text("before")
    assert shell("device url d1 --svg", str(file))[0] == f"{url}\nThe QR code is in {file}.\n"
    picture = BytesIO()
    segno.make_qr(url).save(picture, kind="svg", scale=8)
    assert file.read_bytes() == picture.getvalue()
    assert file.stat().st_mode & 0o777 == 0o600
    assert "cannot be written: Is a directory" in shell("device url d1 --svg", str(tmp_path), code=1)[1]
    assert shell.json("device url d1 --qr")["http"] == url
