"""`ringboot script list` and `check` read the scripts of a configuration, and say what is wrong with them."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner, Result

from ringboot.cli.main import app
from ringboot.dhcp.message import DISCOVER, Message, encode

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


TRIED = """\
from ringboot.scripts import Reservation, hook, log, notify

@hook.unknown
def visitor(query):
    notify("http://127.0.0.1/new", {"mac": query.mac})
    return Reservation(address="192.0.2.200", hostname="guest")

@hook.answer(vendor_class="Example*")
def boot(query, answer):
    log.info("booting", mac=query.mac)
    answer.options["tftp-server-name"] = "boot"
    answer.next_server = "192.0.2.7"
    del answer.options[51]

@hook.answer(mac="02:00:00:00:00:09")
def wrong(query, answer):
    answer.options["routers"] = "nowhere"
"""


def tried(folder: Path, *words: str) -> Result:
    (folder / "rules.py").write_text(TRIED)
    (folder / "ringboot.toml").write_text(
        '[dhcp]\ninterfaces = ["lo"]\n[[dhcp.network]]\nname = "lan"\nsubnet = "192.0.2.0/24"\n'
        'pools = ["192.0.2.10-192.0.2.99"]\n[server]\ndata = "data"\n'
    )
    command = ["script", "test", str(folder / "rules.py"), *words, "--config", str(folder / "ringboot.toml")]
    return CliRunner().invoke(app, command)


def test_a_message_is_answered_without_and_with_the_hooks(tmp_path: Path) -> None:
    words = ("--mac", "02:00:00:00:00:01", "--option", "60=Example 1", "--option", "55=66", "--json")
    done = tried(tmp_path, *words)
    assert done.exit_code == 0, done.output
    row = json.loads(done.stdout)
    assert [each["hook"] for each in row["hooks"]] == ["rules.py:visitor", "rules.py:boot"]
    before, after = row["before"], row["after"]
    assert (before["type"], before["next_server"], "tftp-server-name" in before["options"]) == ("OFFER", None, False)
    assert before["address"].startswith("192.0.2.")
    assert (after["type"], after["address"], after["next_server"]) == ("OFFER", "192.0.2.200", "192.0.2.7")
    assert after["options"]["tftp-server-name"] == "boot"
    assert row["log"] == [{"level": "info", "text": "booting", "values": {"mac": "02:00:00:00:00:01"}}]
    assert row["notices"] == [{"url": "http://127.0.0.1/new", "body": {"mac": "02:00:00:00:00:01"}, "headers": {}}]


def test_a_recorded_message_may_be_hex_or_octets_and_a_hook_that_fails_is_shown(tmp_path: Path) -> None:
    message = Message(
        1, 1, 6, 0, b"xid1", 0, 0, 0, 0, 0, 0, bytes.fromhex("020000000009"), b"", b"", {53: bytes((DISCOVER,))}
    )
    for name, data in (("octets", encode(message)), ("hex", encode(message).hex(":").encode())):
        (tmp_path / name).write_bytes(data)
        done = tried(tmp_path, "--packet", str(tmp_path / name))
        assert done.exit_code == 1
        assert "rules.py:wrong (answer)" in done.stdout
        assert "ValueError: option routers: 'nowhere' is not an IPv4 address" in done.stdout
    (tmp_path / "octets").write_bytes(b"\0" * 300)
    assert "holds no DHCP message" in tried(tmp_path, "--packet", str(tmp_path / "octets")).output
