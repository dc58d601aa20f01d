"""Every command explains itself, with an example that could be typed."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ringboot import catalog
from ringboot.cli import examples
from ringboot.cli.describe import cli_page, walk
from ringboot.cli.main import app

COMMANDS = dict(walk())
PROMISED = """
serve check init simulate reload diff metrics status top completion demo explain shell audit attention register |
lease list|show|misfits|renew|reserve|release | reservation add|list|remove|import|export |
device list|show|add|set|remove|reconfigure|synchronize|files|show-file|url|preview|diff|history|rollback|move |
device bulk|import|export|assign|layers |
model list | rollout list|show|devices|resume|abort | tls show|ca | dns list|retry | webhook list|test |
pool list|history | network list|show|map | class list | event list | job list|show|resume |
config list|show|add|set|devices|remove |
plugin list|show|update|install|upgrade|uninstall|pack|index|new|lint|test |
firmware list|show|install|upgrade|uninstall|upload | template list|show|copy|check|diff|migrate |
settings list|get|set | user list|add|set|remove|reset|sessions|sign-out | token list|add|remove |
boot list|test|approve|again | import kea|isc|dnsmasq|staticdhcpd | export kea | source list|test |
sync list|show|stop | script status|list|test
"""


def test_the_promised_commands_are_there_and_no_others() -> None:
    plain, *groups = re.split(r"\s\|\s", PROMISED)
    names = {f"ringboot {name}" for name in plain.split()}
    for group in groups:
        name, words = group.split()[:2]
        names |= {f"ringboot {name} {word}" for word in words.split("|")}
    assert set(COMMANDS) == names


@pytest.mark.parametrize("name", COMMANDS)
def test_help_has_a_sentence_the_shared_options_and_an_example(name: str) -> None:
    command = COMMANDS[name]
    text = command.get_help(command.context_class(command, info_name=name))
    for word in ("--json", "--config", "--api-socket", "--url", "--token-file", "--ca-file", "\nExample:\n  ringboot "):
        assert word in text
    assert command.help.strip().splitlines()[0].endswith(".")
    assert not any(mark in text.partition("Example:")[2] for mark in "{}")


@pytest.mark.parametrize("name", COMMANDS)
def test_an_example_is_a_command_line_that_is_understood(name: str) -> None:
    lines = [line for each in COMMANDS[name].epilog.splitlines() for line in each.split(" && ")]
    assert any(f"{line} ".startswith(f"{name} ") for line in lines)
    for line in lines:
        words = shlex.split(examples.fill(line))[1:]
        node: Any = COMMANDS.get(f"ringboot {words[0]}") or COMMANDS[f"ringboot {words[0]} {words[1]}"]
        rest = words[1:] if f"ringboot {words[0]}" in COMMANDS else words[2:]
        context = node.make_context(name, list(rest))  # a wrong option or a missing argument raises
        context.close()


def test_examples_name_what_the_catalog_has() -> None:
    text = examples.fill("{mac} {plugin} {brand} {model}")
    mac, plugin, *_ = text.split()
    folders = [folder for place in catalog.__path__ for folder in Path(place).iterdir()]
    assert plugin in {folder.name for folder in folders}
    assert len(mac) == 17


@pytest.mark.parametrize("manifest", [None, "not toml [", 'name = "x"', 'name = "x"\noui = []', "oui = 3"])
def test_an_empty_or_broken_catalog_leaves_plain_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, manifest: str | None
) -> None:
    if manifest is not None:
        (tmp_path / "b").mkdir()
        (tmp_path / "b" / "plugin.toml").write_text(manifest)
    monkeypatch.setattr(catalog, "__path__", [str(tmp_path)])
    assert examples.fill("--mac {mac} --plugin {plugin}") == "--mac 00:00:5e:00:53:01 --plugin PLUGIN"


def test_the_reference_page_holds_every_command_with_its_example() -> None:
    page = cli_page()
    for name, command in COMMANDS.items():
        section = page.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        assert command.help.strip().splitlines()[0] in section
        for line in examples.fill(command.epilog).splitlines():
            assert f"$ {line}\n" in section
        for parameter in command.params:
            if parameter.opts[0].startswith("--") and parameter.opts[0] not in page.partition("## ")[0]:
                assert f"`{parameter.opts[0]}`" in section


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys; from ringboot.cli.main import app\n"
        "try: app(['--help'])\n"
        "except SystemExit: pass\n"
        "import json; print(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    loaded = set(json.loads(done.stderr.splitlines()[-1]))
    heavy = {"pydantic", "fastapi", "sqlalchemy", "aiohttp", "jinja2", "pyroute2", "uvicorn", "rich", "http.client"}
    assert loaded & heavy == set()
    assert "Commands:" in done.stdout


def test_a_reader_that_has_enough_is_no_error(server: Any, desk: Any) -> None:
    desk.rows_leases = [
        {"address": f"10.0.0.{place}", "network": "lan", "mac": "m" * 200, "state": "bound", "expiry": 0}
        for place in range(900)
    ]
    command = f"{sys.executable} -m ringboot lease list --limit 0 --api-socket {server.path}"
    script = f"{command} | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stderr == ""
    assert done.stdout.splitlines()[0].startswith("ADDRESS")
    assert done.stdout.splitlines()[-1] == "0"


def test_help_is_printed() -> None:
    result = CliRunner().invoke(app, ["lease", "release", "--help"])
    assert (result.exit_code, result.stderr) == (0, "")
    assert "\nExample:\n  ringboot lease release 10.0.1.20\n" in result.stdout


def test_the_version_is_told() -> None:
    from ringboot import __version__

    result = CliRunner().invoke(app, ["--version"])
    assert (result.exit_code, result.stdout) == (0, f"ringboot {__version__}\n")


def test_a_wrong_word_is_a_usage_error_with_a_suggestion() -> None:
    result = CliRunner().invoke(app, ["device", "lst"])
    assert result.exit_code == 2
    assert "Did you mean 'list'" in result.stderr
