"""provd_pycli against a daemon with two plugins under provd's names: every method, and what users of provd type."""

from __future__ import annotations

import asyncio
import hashlib
import inspect
import io
import json
import os
import pty
import re
import select
import shlex
import signal
import subprocess
import sys
import termios
import threading
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from typing import Any

import pytest
from tests.desk.web import serving
from tests.plugins.archives import zipped
from tests.whole.daemon import LOOPBACK, Daemon, free_port, wait_until

from ringboot.catalog import FOLDER
from ringboot.cli.command import At
from ringboot.cli.exits import Failure
from ringboot.cli.shell import shell as run_shell
from ringboot.compat.provd.chores import Helpers
from ringboot.compat.provd.configs import Config, Configs
from ringboot.compat.provd.devices import Device, DeviceGroup, Devices
from ringboot.compat.provd.parameters import Parameters
from ringboot.compat.provd.plugins import Plugin, Plugins
from ringboot.plugins.pack import pack
from ringboot.sim.storm import Plan, Storm
from ringboot.sim.target import Target

OLD, NEW = "xivo-aastra-3.2.2.1136", "xivo-aastra-3.3.1-SP2"
BY_PLUGIN = f'devices.using_plugin("{NEW}").reconfigure()'
BY_PLUGIN_TOLD = f'devices.using_plugin("{NEW}").synchronize()'
BY_MAC = 'devices.using_mac("00085D2EECFB").reconfigure()'
MOVE = f'helpers.mass_update_devices_plugin("{OLD}", "{NEW}")'
MOVE_TOLD = f'helpers.mass_update_devices_plugin("{OLD}", "{NEW}", synchronize=True)'
MAC = "00:08:5d:2e:ec:fb"
PAGE = Path(__file__).parents[2] / "docs/howto/provd-shell.md"
CONFIG = (
    LOOPBACK
    + """\
[[dhcp.network]]
name = "phones"
subnet = "127.91.0.0/16"
pools = ["127.91.1.1-127.91.1.200"]
"""
)
CLASSES: tuple[type, ...] = (
    Configs, Config, Devices, Device, DeviceGroup, Plugins, Plugin, Parameters, Helpers,
)  # fmt: skip
TESTED: set[str] = set()


def calls(*names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Note which methods a test calls; one that it does not call would be a lie."""

    def noted(test: Callable[..., None]) -> Callable[..., None]:
        source = inspect.getsource(test)
        for name in names:
            owner, _, method = name.partition(".")
            call = f"{owner.lower()}[" if method == "__getitem__" else f".{method}("
            constants = "".join(value for key, value in globals().items() if key in source and isinstance(value, str))
            assert call in source.partition("def ")[2] + constants, f"{test.__name__} does not call {name}"
        TESTED.update(names)
        return test

    return noted


class Shell(Daemon):
    """A daemon, and its shell."""

    target = Target()
    errors = ""

    def typed(self, command: str, *options: str, code: int = 0) -> str:
        """Run a command of the shell, without the tenth of a second that its options take, and give what it prints."""
        out, err, ended = io.StringIO(), io.StringIO(), 0
        at = At("--json" in options, api_socket=self.socket)
        with redirect_stdout(out), redirect_stderr(err), pytest.MonkeyPatch.context() as patch:
            patch.setattr("sys.stdin", io.StringIO())
            try:
                run_shell(at, command_=command, yes="--yes" in options, no_progress="--no-progress" in options)
            except Failure as failure:
                at.fail(failure)
                ended = failure.code
        at.close()
        self.errors = err.getvalue()
        assert ended == code, (command, out.getvalue(), self.errors)
        return out.getvalue()

    def value(self, command: str, *options: str) -> Any:
        """Give the value of an expression."""
        text = self.typed(command, "--json", *options)
        return json.loads(text) if text else None

    def file(self, plugin: str) -> Path:
        return self.data / "plugins" / plugin / "var/tftpboot/Aastra/00085D2EECFB.cfg"


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    dhcp, tftp, http = free_port(), free_port(), free_port()
    daemon = Shell(tmp_path_factory.mktemp("shell"), CONFIG.format(dhcp=dhcp, tftp=tftp, http=http))
    daemon.target = Target("127.0.0.1", dhcp, tftp, http, "127.91.0.1")
    with daemon:
        for ident in (OLD, NEW):
            daemon.run("plugin", "install", "aastra", "--id", ident)
        daemon.typed(f'devices.add({{"mac": "{MAC}", "plugin": "{OLD}", "model": "6731i", "id": "desk"}})')
        yield daemon


@pytest.fixture
def desk(shell: Shell) -> Iterator[Shell]:
    """Give the shell with its one device on the old plugin, and no other."""
    wanted = {"id": "desk", "mac": MAC, "plugin": OLD, "model": "6731i"}
    if "desk" in [row["id"] for row in shell.get("devices")["items"]]:
        shell.typed(f"devices.update({wanted})")
    else:
        shell.typed(f"devices.add({wanted})")
    yield shell
    for row in shell.get("devices")["items"]:
        if row["id"] != "desk":
            shell.run("device", "remove", row["id"])


# --- what users of provd type, word for word ---


@calls("Devices.using_plugin", "Devices.using_mac", "DeviceGroup.reconfigure", "DeviceGroup.synchronize")
def test_devices_of_a_plugin_and_by_their_mac(desk: Shell) -> None:
    desk.typed(f'devices["desk"].set({{"plugin": "{NEW}"}})')
    template = desk.data / "plugins" / NEW / "var/templates/00085D2EECFB.cfg.tpl"
    for command, text in ((BY_PLUGIN, "by plugin\n"), (BY_MAC, "by MAC\n")):
        template.write_text(text)
        assert desk.typed(command) == "desk\n"
        assert desk.file(NEW).read_text() == text
    template.write_text("{{ nonsense }}")
    assert desk.typed(BY_PLUGIN, code=1) == "desk\n"
    assert f"{MAC}: " in desk.errors
    assert "00085D2EECFB.cfg.tpl" in desk.errors
    template.unlink()
    assert desk.typed(BY_PLUGIN_TOLD, code=1) == "desk\n"
    assert "did not fetch" in desk.errors, "it has no address"


@calls("Helpers.mass_update_devices_plugin")
def test_all_devices_of_a_plugin_get_another_one(desk: Shell) -> None:
    assert desk.typed(MOVE) == "desk\n"
    assert desk.get("devices", "desk")["plugin"] == NEW
    assert desk.file(NEW).exists()
    assert "'mass_update' done." in desk.errors
    assert desk.typed(MOVE) == f"No device has plugin {OLD}.\n"
    desk.typed('helpers.mass_update_devices_plugin("nope", "aastra-none")', code=1)
    assert "plugin aastra-none is not installed" in desk.errors.lower()
    desk.typed(f'helpers.mass_update_devices_plugin("nope", "{NEW}")', code=1)
    assert "There is no plugin nope" in desk.errors


@pytest.fixture(scope="module")
def phone(shell: Shell) -> Iterator[str]:
    """Let a phone boot and hear SIP; gives the id of its device."""
    plan = Plan(shell.target, 1, ("aastra",), seconds=0, seed=3, stay=60, sip=free_port(), limit=90)
    storm = Storm(plan)
    for name, value in {"sip_port": plan.sip, "sync_rate_per_address": 600_000, "sync_rate": 600_000}.items():
        shell.typed(f'parameters.set("{name}", {value})')
    loop = asyncio.new_event_loop()
    going = loop.create_task(storm.run())
    going.add_done_callback(lambda _: loop.stop())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    mac = wait_until(
        lambda: next((row["mac"] for row in shell.get("devices")["items"] if row["ip"] and row["configured"]), None),
        "the phone to be configured",
    )
    wait_until(lambda: storm.courses[0].seconds is not None, "the phone to have its files and listen")
    yield next(row["id"] for row in shell.get("devices")["items"] if row["mac"] == mac)
    loop.call_soon_threadsafe(going.cancel)
    thread.join(20)
    loop.close()


@calls("Device.synchronize", "Devices.synchronize", "Helpers.mass_synchronize")
def test_devices_read_their_files_again(shell: Shell, phone: str) -> None:
    shell.run("device", "remove", "desk", check=False)
    shell.typed(f'devices["{phone}"].set({{"plugin": "{OLD}"}})')
    assert shell.typed(MOVE_TOLD) == f"{phone}\n"
    assert shell.get("devices", phone)["plugin"] == NEW
    assert shell.typed(BY_PLUGIN_TOLD) == f"{phone}\n"
    assert "'synchronize' done." in shell.errors
    shell.typed(f'devices["{phone}"].synchronize()')
    shell.typed(f'devices.synchronize("{phone}")', "--no-progress")
    assert shell.errors == ""
    shell.typed("helpers.mass_synchronize(recurse=True)")
    jobs = shell.get("syncs")["items"]
    assert [(job["state"], job["done"], job["failed"]) for job in jobs] == [("done", 1, 0)] * 5 + [("done", 0, 1)]
    said = shell.typed(f'options.op_async = True; devices.synchronize("{phone}")')
    assert re.match(r"Job \d+ is begun\.", said)


# --- the methods ---


@calls(
    "Configs.add", "Configs.get", "Configs.get_raw", "Configs.update", "Configs.remove", "Configs.clone",
    "Configs.find", "Configs.__getitem__", "Configs.count", "Config.get", "Config.get_raw", "Config.set_config",
    "Config.unset_config", "Config.set_parents",
)  # fmt: skip
def test_configs(desk: Shell) -> None:
    ann = {
        "id": "ann",
        "parent_ids": ["base"],
        "raw_config.sip_lines.1.username": "ann",
        "raw_config": {"locale": "fr_FR"},
    }
    before = desk.value("configs.count()")
    assert desk.value(f"configs.add({ann})") == "ann"
    assert desk.value("configs.count()") == before + 1
    line = {"username": "ann"}
    assert desk.value('configs.get("ann")')["raw_config"] == {"locale": "fr_FR", "sip_lines": {"1": line}}
    desk.typed('configs["base"].set_config({"raw_config.ntp_ip": "10.0.0.9"})')
    assert desk.value('configs.get_raw({"id": "ann"})')["ntp_ip"] == "10.0.0.9", "what it inherits"
    changed = (
        'configs["ann"].set_config({"raw_config.sip_lines.1.password": "s3cret"}).unset_config("raw_config.locale")'
    )
    assert desk.typed(changed) == "configs['ann']\n"
    assert desk.value('configs["ann"].get()')["raw_config"] == {"sip_lines": {"1": {**line, "password": "s3cret"}}}
    assert desk.value('configs["ann"].set_parents("defaultconfigdevice")') == "configs['ann']"
    assert "ntp_ip" not in desk.value('configs["ann"].get_raw()')
    assert desk.value('configs.clone("ann", "ben")') == "ben"
    made = desk.value("configs.clone(configs['ann'])")
    rows = {row["id"]: row for row in desk.value('configs.find({"parent_ids": "defaultconfigdevice"})')}
    assert rows["ben"]["raw_config"] == rows[made]["raw_config"] == rows["ann"]["raw_config"]
    named = desk.value('configs.find(role="autocreate", fields="role,label", limit=1)')
    assert named == [{"id": "autoprov", "role": "autocreate", "label": named[0]["label"]}]
    desk.typed('c = configs.get("ben"); c["raw_config"] = {"locale": "de_DE"}; configs.update(c)')
    assert desk.value('configs.get("ben")')["raw_config"] == {"locale": "de_DE"}
    for ident in ("ann", "ben", made):
        desk.typed(f'configs.remove("{ident}")')
    assert desk.value("configs.count()") == before
    for command in ('configs["ann"]', 'configs.remove("base")', 'configs.add({"raw_config.a": 1, "raw_config": 2})'):
        assert desk.typed(command, code=1) == ""
        assert desk.errors.startswith("ringboot: ")


@calls("Configs.autocreate", "Configs.remove_all", "Helpers.remove_transient_configs")
def test_configs_that_nobody_uses(desk: Shell) -> None:
    made = desk.value("configs.autocreate()")
    assert desk.get("configs", made)["transient"]
    assert desk.value("helpers.remove_transient_configs()") == [made]
    used = desk.get("devices", "desk")["config"]
    desk.typed(
        'configs.add({"id": "over", "parent_ids": ["base"]}); configs.add({"id": "low", "parent_ids": ["over"]})'
    )
    before = desk.value("configs.count()")
    desk.typed("configs.remove_all()", code=1)
    assert "Say --yes" in desk.errors
    assert desk.value("configs.count()") == before
    desk.typed("configs.remove_all()", "--yes", code=1)
    assert f"{used}: " in desk.errors, "a device uses it"
    assert sorted(row["id"] for row in desk.get("configs")["items"]) == sorted(
        ["autoprov", "base", "default", "defaultconfigdevice", used]
    )


@calls(
    "Devices.add", "Devices.get", "Devices.update", "Devices.remove", "Devices.remove_all", "Devices.reconfigure",
    "Devices.find", "Devices.__getitem__", "Devices.count", "Devices.using_model", "Device.get", "Device.set",
    "Device.unset", "Device.reconfigure",
)  # fmt: skip
def test_devices(desk: Shell) -> None:
    made = desk.value(f'devices.add({{"mac": "00085D000002", "plugin": "{OLD}", "options.switchboard": True}})')
    assert desk.value(f'devices.get("{made}")')["options"] == {"switchboard": True}
    assert desk.value('devices.find({"options.switchboard": {"$exists": True}}, recurse=True)')[0]["id"] == made
    there = {row["id"] for row in desk.get("devices")["items"]}
    assert desk.value("devices.count()") == len(there) > 1
    rows = desk.value('devices.find({"mac": {"$ne": None}}, ["mac"], 1, 1, "mac", -1)')
    assert rows == [desk.value('devices.find(order="mac", fields=["mac"])')[-2]]
    desk.typed(f'devices["{made}"].set({{"description": "x", "options": {{"a": 1}}}}).unset("options.switchboard")')
    got = desk.value('devices["00-08-5D-00-00-02"].get()')
    assert (got["description"], got["options"], got["configured"]) == ("x", {"a": 1}, True)
    desk.typed('d = devices.get("desk"); d["description"] = "mine"; devices.update(d)')
    desk.typed(f'devices.update({{"id": "{made}", "mac": "00:08:5d:00:00:02", "plugin": "{OLD}"}})')
    got = desk.get("devices", made)
    assert (got["description"], got["options"]) == (None, {}), "keys that are not given go"
    desk.file(OLD).unlink()
    desk.typed('devices["desk"].reconfigure()')
    assert desk.file(OLD).exists()
    desk.file(OLD).unlink()
    desk.typed('devices.reconfigure("desk")')
    assert desk.file(OLD).exists()
    assert desk.typed('devices.using_model("6731i").reconfigure()').split() == ["desk"]
    desk.typed(f'devices.remove("{made}")')
    for command in ('devices.using_model("6731x")', 'devices.using_mac("00085D000002")', 'devices.using_mac("00")'):
        desk.typed(command, code=1)
    desk.typed('devices.using_plugin("nope")', code=1)
    assert "nope is not installed, and no device has it" in desk.errors
    desk.typed("devices.remove_all()", code=1)
    assert "Say --yes" in desk.errors
    assert desk.get("devices")["total"]
    desk.typed("devices.remove_all()", "--yes")
    assert desk.get("devices")["total"] == 0
    assert desk.typed(BY_PLUGIN) == "No device is in this group.\n"


@calls("Parameters.infos", "Parameters.get", "Parameters.set", "Parameters.unset")
def test_parameters(shell: Shell) -> None:
    assert shell.value("parameters.infos()")["NAT"] == {
        "value": 0, "default": 0, "description": shell.get("settings", "NAT")["help"],
    }  # fmt: skip
    shell.typed('parameters.set("NAT", "1")')
    assert shell.value('parameters.get("NAT")') == shell.get("settings", "NAT")["value"] == 1
    shell.typed('parameters.unset("NAT")')
    assert shell.get("settings", "NAT")["value"] == 0
    shell.typed('parameters.set("provisioning_key", "x")', code=1)
    assert "There is no setting provisioning_key" in shell.errors


@calls(
    "Helpers.system_info", "Helpers.detailed_system_info", "Helpers.used_plugins", "Helpers.installed_plugins",
    "Helpers.unused_plugins", "Helpers.missing_plugins",
)  # fmt: skip
def test_plugins_that_are_used_or_missing(desk: Shell) -> None:
    desk.run("plugin", "install", "aastra", "--id", "passing")
    desk.typed('devices["desk"].set({"plugin": "passing"})')
    desk.run("plugin", "uninstall", "passing", "--yes")
    assert desk.value("helpers.used_plugins()") == desk.value("helpers.missing_plugins()") == ["passing"]
    installed = desk.value("helpers.installed_plugins()")
    assert {OLD, NEW} <= set(installed)
    assert desk.value("helpers.unused_plugins()") == installed
    counts = desk.value("helpers.system_info()")
    assert (counts["devices"], counts["plugins installed"]) == (1, len(installed))
    told = desk.value("helpers.detailed_system_info()")
    assert told["devices by plugin"] == {"passing": 1}
    assert told["missing plugins"] == ["passing"]
    desk.typed(f'helpers.mass_update_devices_plugin("passing", "{NEW}")', code=1)
    assert "Do you want to proceed anyway? No, since nobody is there to ask. Say --yes" in desk.errors
    assert desk.get("devices", "desk")["plugin"] == "passing"
    desk.typed(f'helpers.mass_update_devices_plugin("passing", "{NEW}")', "--yes")
    assert desk.get("devices", "desk")["plugin"] == NEW


@calls(
    "Plugins.install", "Plugins.upgrade", "Plugins.uninstall", "Plugins.reload", "Plugins.update", "Plugins.installed",
    "Plugins.installable", "Plugins.__getitem__", "Plugins.count_installed", "Plugin.install", "Plugin.install_all",
    "Plugin.upgrade", "Plugin.uninstall", "Plugin.uninstall_all", "Plugin.installed", "Plugin.installable",
)  # fmt: skip
def test_plugins_and_their_packages(shell: Shell, tmp_path: Path) -> None:
    source, published = tmp_path / "acme", tmp_path / "published"
    with serving() as web:
        release(source, published, web, "1.0")
        shell.typed(f'parameters.set("plugin_server", "{published}")')
        shell.typed("plugins.update()")
        assert "'update' done." in shell.errors
        assert shell.value('plugins.installable("acme")')["acme"]["version"] == "1.0"
        before = shell.value("plugins.count_installed()")
        shell.typed('plugins["acme"]', code=1)
        assert 'plugins.install("acme")' in shell.errors
        shell.typed('plugins.install("acme")')
        assert shell.value("plugins.count_installed()") == before + 1
        assert shell.value('plugins["acme"].installable()')["rom"]["version"] == "1.0"
        shell.typed('plugins["acme"].install("rom")')
        assert "'install' done." in shell.errors
        assert shell.value('plugins["acme"].installed("rom")') == {"rom": {"description": "ROM", "version": "1.0"}}
        shell.typed('plugins["acme"].install_all()', code=1)
        assert "hand: " in shell.errors, "it has to be fetched by hand"
        release(source, published, web, "1.1")
        shell.typed("plugins.update()")
        shell.typed('plugins.upgrade("acme")', "--yes")
        assert shell.value('plugins.installed("ACME")')["acme"]["version"] == "1.1"
        assert shell.value('options.search_case_sensitive = True; plugins.installed("ACME")') == {}
        shell.typed('plugins["acme"].upgrade("rom")')
        assert shell.value('plugins["acme"].installed()')["rom"]["version"] == "1.1"
        shell.typed('plugins["acme"].uninstall("rom")')
        shell.typed('plugins["acme"].install("rom")')
        shell.typed('plugins["acme"].uninstall_all()', code=1)
        shell.typed('plugins["acme"].uninstall_all()', "--yes")
        assert shell.value('plugins["acme"].installed()') == {}
    manifest = shell.data / "plugins/acme/plugin.toml"
    manifest.write_text(manifest.read_text().replace('title = "Aastra"', 'title = "Mine"', 1))
    shell.typed('plugins.reload("acme")')
    assert shell.value("plugins.installed()")["acme"]["title"] == "Mine"
    manifest.write_text("nonsense")
    shell.typed('plugins.reload("acme")', code=1)
    shell.typed('plugins.reload("nope")', code=1)
    shell.typed('plugins.uninstall("acme")', code=1)
    assert "goes what is yours" in shell.errors
    shell.typed('plugins.uninstall("acme")', "--yes")
    shell.typed('parameters.unset("plugin_server"); plugins.update()', code=1)
    assert "No repository is named" in shell.errors


def release(source: Path, published: Path, web: Any, version: str) -> None:
    """Put a version of a plugin with two packages into a repository."""
    archive = zipped({"acme.rom": f"ROM {version} ".encode() * 1000})
    web.files[f"/{version}.zip"] = archive
    manifest = (FOLDER / "aastra" / "plugin.toml").read_text()
    (source / "templates").mkdir(parents=True, exist_ok=True)
    for template in (FOLDER / "aastra" / "templates").iterdir():
        (source / "templates" / template.name).write_bytes(template.read_bytes())
    (source / "plugin.toml").write_text(
        re.sub(r'^version = ".*"', f'version = "{version}"', manifest, count=1, flags=re.MULTILINE)
    )
    (source / "pkgs").mkdir(exist_ok=True)
    (source / "pkgs" / "pkgs.db").write_text(
        f"[pkg_rom]\ndescription: ROM\nversion: {version}\nfiles: rom\ninstall: rom\n"
        f"[file_rom]\nurl: {web.url(f'/{version}.zip')}\nsize: {len(archive)}\n"
        f"sha1sum: {hashlib.sha1(archive).hexdigest()}\n"
        "[install_rom]\na-b: unzip $FILE1\nb-c: cp *.rom ./\n"
        "[pkg_hand]\ndescription: By hand\nversion: 1\nfiles: hand\n"
        f"[file_hand]\nurl:\nfilename: hand.bin\nsize: 4\nsha1sum: {hashlib.sha1(b'hand').hexdigest()}\n"
    )
    pack(source, published, "acme")


# --- the command ---


def test_a_command_of_the_old_shell_as_a_process(desk: Shell) -> None:
    script = Path(sys.executable).with_name("provd_pycli")
    words = [
        "-u",
        "admin",
        "-p",
        "secret",
        "--port",
        "8666",
        "--api-socket",
        str(desk.socket),
        "-c",
        BY_MAC,
        "localhost",
    ]
    done = subprocess.run([script, *words], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (0, "desk\n"), done.stderr
    assert done.stderr.count("is not needed any more, and does nothing.") == 3
    assert "secret" not in done.stderr
    done = subprocess.run([script, "-c", "1", "elsewhere"], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert "--url https://elsewhere:8666 --token-file FILE" in done.stderr


@pytest.mark.parametrize(
    ("command", "said"),
    [("devices.(", "SyntaxError"), ("nope", "NameError: name 'nope'"), ("1 / 0", "ZeroDivisionError")],
)
def test_what_python_does_not_take_ends_with_1(shell: Shell, command: str, said: str) -> None:
    assert shell.typed(command, code=1) == ""
    assert said in shell.errors
    assert "Traceback" not in shell.errors


def test_no_daemon_ends_with_1_too(shell: Shell, tmp_path: Path) -> None:
    words = ("--json", "--api-socket", str(tmp_path / "nobody"), "-c", "devices.count()")
    done = shell.run("shell", *words, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert json.loads(done.stderr)["detail"].startswith("No daemon answers on")


def test_help_names_everything(shell: Shell) -> None:
    said = shell.typed("help(); help(devices.using_mac); pprint(dirr(configs)); help(options)")
    for name in ("configs", "devices", "plugins", "parameters", "helpers", "options"):
        assert f"\n  {name}" in f"\n{said}"
    assert "using_mac(mac)\n    Give the device with a MAC" in said
    assert "'autocreate'" in said
    assert "op_progress: long work" in said
    for thing in ("configs", "devices", "plugins", "parameters", "helpers"):
        told = shell.typed(f"help({thing})")
        assert all(f"  {name}(" in told for name in shell.value(f"dirr({thing})"))
    shell.typed("options.op_progres = False", code=1)
    assert "There is no option op_progres." in shell.errors


class Typist:
    """Somebody who sits at a terminal with provd_pycli."""

    def __init__(self, shell: Shell, state: Path) -> None:
        ours, theirs = pty.openpty()
        termios.tcsetwinsize(ours, (40, 160))
        environment = {
            **os.environ, "RINGBOOT_API": str(shell.socket), "XDG_STATE_HOME": str(state), "TERM": "xterm",
            "PROMPT_TOOLKIT_NO_CPR": "1",
        }  # fmt: skip
        script = Path(sys.executable).with_name("provd_pycli")
        self.process = subprocess.Popen([script], stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
        os.close(theirs)
        self._terminal = ours
        self.seen = ""

    def types(self, keys: str, *texts: str) -> None:
        """Press keys, and wait until these texts are seen, one after the other."""
        self.seen = ""
        os.write(self._terminal, keys.encode())
        for text in texts:
            self.sees(text)

    def sees(self, text: str) -> None:
        """Wait until a text is on the terminal, and forget what stood before it."""
        wait_until(lambda: text in self._read(), f"{text!r} on the terminal", say=lambda: repr(self.seen))
        self.seen = self.seen.partition(text)[2]

    def _read(self) -> str:
        if select.select([self._terminal], [], [], 0)[0]:
            with suppress(OSError):  # it has ended
                self.seen += re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", os.read(self._terminal, 65536).decode())
        return self.seen

    def ends(self) -> int:
        """Wait for its end, after Ctrl-D."""
        self.types("\x04")
        wait_until(lambda: (self._read(), self.process.poll() is not None)[1], "the shell to end")
        return self.process.wait()

    def __enter__(self) -> Typist:
        """Wait for the first prompt."""
        self.sees("provpy>")
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._terminal)


def test_somebody_types_at_it(desk: Shell, tmp_path: Path) -> None:
    with Typist(desk, tmp_path) as typist:
        typist.types("dev\t", "devices")
        typist.types(".using_m\t", "using_mac", "using_model")
        typist.types('ac("00:\t', "08:5d:2e:ec:fb")
        typist.types('").reconfigure()\r', "desk", "'reconfigure' done.", "provpy>")
        typist.types('devices["desk"].get()["mac"]\r', f"'{MAC}'", "provpy>")
        typist.types("_.upper()\r", f"'{MAC.upper()}'", "provpy>")
        typist.types("devices.remove_all()\r", "Remove 1 devices? [y/N]")
        typist.types("n\r", "Nothing was done.", "provpy>")
        typist.types("for each in (7, 8):\r", ".......")
        typist.types("  print(each * 11)\r", ".......")
        typist.types("\r", "77", "88", "provpy>")
        typist.types("1/0\r", "ZeroDivisionError", "provpy>")
        typist.types('import time; print("be" + "gun"); time.sleep(60)\r', "begun")
        typist.process.send_signal(signal.SIGINT)  # as Ctrl-C does on a terminal of its own
        typist.sees("Not waited for")
        typist.sees("provpy>")
        typist.types("devices.count()\r", "1", "provpy>")
        typist.types('helpers.mass_update_devices_plugin("xivo-aastra-3.2\t', "xivo-aastra-3.2.2.1136")
        typist.types('", "xivo-aastra-3.3\t', "xivo-aastra-3.3.1-SP2")
        typist.types("\x03", "provpy>")
        assert typist.ends() == 0
    history = tmp_path / "ringboot" / "shell_history"
    assert history.stat().st_mode & 0o077 == 0
    assert "+devices.remove_all()" in history.read_text()
    with Typist(desk, tmp_path) as typist:
        typist.types("\x1b[A", "devices.count()")
        typist.types("\r", "1", "provpy>")
        typist.types("devices.remove_all()\r", "[y/N]")
        typist.types("y\r", "provpy>")
        assert desk.get("devices")["total"] == 0
        assert typist.ends() == 0


def test_the_page_as_it_stands_there(desk: Shell) -> None:
    blocks = re.findall(r"^```console\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    commands = [shlex.split(line.removeprefix("$ sudo ")) for block in blocks for line in block.splitlines()]
    typed = [words for words in commands if words[0] == "provd_pycli"]
    assert len(typed) >= 15
    assert {BY_PLUGIN, BY_PLUGIN_TOLD, BY_MAC, MOVE, MOVE_TOLD} <= {words[-1] for words in typed}
    for _, *words in typed:
        fails = words[-1] == MOVE_TOLD or (words[-1] == BY_PLUGIN_TOLD and desk.get("devices", "desk")["plugin"] == NEW)
        done = desk.run("shell", *words, check=False)
        assert done.returncode == (1 if fails and "did not fetch" in done.stderr else 0), (words, done.stderr)
    assert desk.get("devices", "desk")["config"] == "ann"


def test_every_public_method_has_a_test() -> None:
    methods = {
        f"{each.__name__}.{name}"
        for each in CLASSES
        for name, member in vars(each).items()
        if inspect.isfunction(member) and (not name.startswith("_") or name == "__getitem__")
    }
    assert methods == TESTED


@calls("Plugins.uninstall_all")
def test_all_plugins_go_at_last(shell: Shell) -> None:
    shell.typed("plugins.uninstall_all()", code=1)
    assert "Say --yes" in shell.errors
    assert shell.value("plugins.count_installed()") >= 2
    shell.typed("plugins.uninstall_all()", "--yes")
    assert shell.value("plugins.count_installed()") == 0
