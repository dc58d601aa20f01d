"""`ringboot script list` and `check` read the scripts of a configuration, and say what is wrong with them."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner, Result

from ringboot.cli.main import app

CONFIGURATION = """\
[server]
data = "data"
[dhcp]
interfaces = ["lo"]
scripts = ["rules.py", "more/others.py"]
[[dhcp.network]]
name = "phones"
subnet = "10.0.0.0/24"
"""
RULES = """\
from ringboot.scripts import hook, timer
from .shared import NETWORK

@hook.answer(network=NETWORK, mac=["00:08:5D:*", "02*"])
def boot(query, answer): ...

@timer("1m")
def tick(): ...
"""


def run(folder: Path, *words: str, others: str = "import shared\nprint('hello')\n") -> Result:
    (folder / "more").mkdir()
    (folder / "ringboot.toml").write_text(CONFIGURATION)
    (folder / "rules.py").write_text(RULES)
    (folder / "shared.py").write_text("NETWORK = 'phones'\n")
    (folder / "more" / "others.py").write_text(others)
    return CliRunner().invoke(app, [*words, "--config", str(folder / "ringboot.toml")])


def test_hooks_are_listed_with_their_filters_and_places(tmp_path: Path) -> None:
    done = run(tmp_path, "script", "list", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["items"] == [
        {"kind": "answer", "name": "rules.py:boot", "place": "rules.py:4",
         "filters": "network='phones', mac=['00:08:5D:*', '02*']"},
        {"kind": "timer", "name": "rules.py:tick", "place": "rules.py:7", "filters": "'1m'"},
    ]  # fmt: skip


def test_check_names_the_file_and_the_line(tmp_path: Path) -> None:
    wrong = "from ringboot.scripts import hook\n\n@hook.seen(netwrok='x')\ndef seen(query): ...\n"
    done = run(tmp_path, "check", "--json", others=wrong)
    assert done.exit_code == 3
    [row] = [each for each in json.loads(done.stdout)["problems"] if each["severity"] == "error"]
    assert (row["file"], row["line"]) == (str(tmp_path / "more" / "others.py"), 3)
    assert "netwrok" in row["what"]


def test_a_script_that_ends_the_process_is_said_to_do_so(tmp_path: Path) -> None:
    done = run(tmp_path, "script", "list", others="import os\nos._exit(9)\n")
    assert done.exit_code == 3
    assert "the process that read its scripts ended (9)" in done.output
