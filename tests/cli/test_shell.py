"""What the Tab key gives in the shell, with ids from a real API."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.history import FileHistory, InMemoryHistory

from ringboot.cli import shell_prompt
from ringboot.cli.command import At
from ringboot.cli.shell_api import ShellApi, ShellTerminal
from ringboot.cli.shell_complete import Names
from ringboot.compat.provd.namespace import namespace

TYPED = [
    ("para", ["parameters"]),
    ("devices.using_", ["using_mac", "using_model", "using_plugin"]),
    ("x = configs.rem", ["remove", "remove_all"]),
    ("print(devices.count(), plugins.un", ["uninstall", "uninstall_all"]),
    ('devices.using_plugin("p").re', ["reconfigure"]),
    ("devices['d1'].set({'a': 1}).un", ["unset"]),
    ('plugins["p"].install', ["install", "install_all", "installable", "installed"]),
    ("devices._", []),
    ("nothing.at", []),
    ("devices.find().x", []),
    ('devices["d', ["d1"]),
    ("devices.using_mac('00", ["00:00:5e:00:53:0a"]),
    ('devices.using_model("m', ["M1"]),
    ('configs.get("', ["base", "more"]),
    ('configs["more"].set_parents("base", "m', ["more"]),
    ('helpers.mass_update_devices_plugin("p", "', ["p", "q"]),
    ('helpers.mass_update_devices_plugin("p", new_plugin="q', ["q"]),
    ('helpers.mass_update_devices_plugin("p", "q", "', []),
    ('plugins["p"].install("', ["fw"]),
    ('parameters.set("', ["NAT"]),
    ('parameters.set("NAT", "', []),
    ('pprint("', []),
]


@pytest.mark.parametrize(("typed", "given"), TYPED)
def test_what_the_tab_key_gives(typed: str, given: list[str], server: Any, desk: Any) -> None:
    desk.rows_devices = {"d1": {"id": "d1", "mac": "00:00:5e:00:53:0a", "model": "M1"}}
    desk.rows_configs = {ident: {"id": ident} for ident in ("base", "more")}
    desk.rows_plugins = {ident: {"id": ident} for ident in ("p", "q")}
    desk.rows_firmware = [{"plugin": "p", "id": "fw"}, {"plugin": "q", "id": "other"}]
    at = At(api_socket=server.path)
    names = Names(namespace(ShellApi(at), ShellTerminal(at, yes=False)), at)
    found = list(names.get_completions(Document(typed), CompleteEvent()))
    assert [each.text for each in found] == given
    assert {call[0] for call in desk.calls} <= {"devices", "configs", "plugins", "firmware", "settings"}, (
        "it only reads"
    )
    at.close()


def test_without_a_daemon_names_are_completed_all_the_same(tmp_path: Path) -> None:
    at = At(api_socket=tmp_path / "nobody")
    names = Names(namespace(ShellApi(at), ShellTerminal(at, yes=False)), at)
    assert [each.text for each in names.get_completions(Document("dev"), CompleteEvent())] == ["devices"]
    assert list(names.get_completions(Document('devices["'), CompleteEvent())) == []


def test_without_a_home_the_shell_works_without_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert isinstance(shell_prompt._history(), FileHistory)
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    assert isinstance(shell_prompt._history(), InMemoryHistory)
