"""A plugin is rolled out over real files: the page about it, command by command, with a stop, a mend and a restart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.whole.daemon import LOOPBACK, Daemon, free_port

PAGE = Path(__file__).parents[2] / "docs/howto/roll-out.md"
FENCE = re.compile(r"^```console ?(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MODELS = ("6731i", "6731i", "6739i", "6731i", "6731i")
BROKEN = (1, 2)  # whose own templates are wrong
CONFIG = (
    LOOPBACK
    + """\
[[dhcp.network]]
name = "phones"
subnet = "127.79.0.0/16"
pools = ["127.79.1.1-127.79.1.50"]
"""
)


def mac(number: int) -> str:
    return f"00:08:5d:2e:ec:{number:02x}"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Daemon]:
    daemon = Daemon(tmp_path, CONFIG.format(dhcp=free_port(), tftp=free_port(), http=free_port())).start()
    for number, model in enumerate(MODELS, start=1):
        daemon.run("device", "add", "--mac", mac(number), "--plugin", "aastra", "--model", model, "--id", f"d{number}")
    yield daemon
    assert daemon.stop() == 0


def own_template(site: Daemon, number: int) -> Path:
    name = f"{mac(number).replace(':', '').upper()}.cfg.tpl"
    return site.data / "plugins" / "aastra-new" / "var" / "templates" / name


def served(site: Daemon, plugin: str, number: int) -> Path:
    name = f"{mac(number).replace(':', '').upper()}.cfg"
    return site.data / "plugins" / plugin / "var" / "tftpboot" / "Aastra" / name


def plugins(site: Daemon) -> list[str]:
    return [site.get("devices", f"d{number}")["plugin"] for number in range(1, 6)]


def test_the_page_is_true_and_a_restart_goes_on_where_it_was(site: Daemon) -> None:
    before = {number: served(site, "aastra", number).read_bytes() for number in range(1, 6)}
    ran = 0
    for word, text in FENCE.findall(PAGE.read_text()):
        if word == "fails":
            for number in BROKEN:
                own_template(site, number).write_text("{{ nonsense }}\n")
            site.kill("main")  # it pauses, and goes on pausing
            assert site.get("rollouts", "1")["state"] == "paused"
        if word == "mended":
            assert plugins(site) == ["aastra", "aastra", "aastra-new", "aastra", "aastra"]
            for number in BROKEN:
                assert served(site, "aastra", number).read_bytes() == before[number], "it has its old files again"
                own_template(site, number).unlink()
        command, *output = text.removeprefix("$ ringboot ").splitlines()
        commands = [line.removeprefix("$ ringboot ") for line in text.splitlines() if line.startswith("$ ")]
        for command in commands:
            done = site.run(*command.split(), check=False)
            assert done.returncode == (1 if word == "fails" else 0), (command, done.stdout, done.stderr)
            ran += 1
        shown = [line for line in output if not line.startswith("$ ")]
        assert shown == done.stdout.splitlines() or not shown
        if "--dry-run" in text:
            assert "5 devices would be moved" in done.stdout
            assert plugins(site) == ["aastra"] * 5
            assert not served(site, "aastra-new", 1).exists()
        if word == "fails":
            assert done.stderr.count("nonsense") == 2
            failed = site.json("rollout", "devices", "1", "--filter", "state=failed")["items"]
            assert [row["mac"] for row in failed] == [mac(1), mac(2)]
            waiting = site.json("rollout", "devices", "1", "--filter", "state=waiting")["items"]
            assert [row["mac"] for row in waiting] == [mac(4), mac(5)], "nothing was tried after the second failure"
        if word == "mended":
            assert plugins(site) == ["aastra-new"] * 5
            assert not served(site, "aastra", 1).exists()
            assert {number: served(site, "aastra-new", number).read_bytes() for number in range(1, 6)} == before
    assert ran == 10
    assert plugins(site) == ["aastra", *["aastra-new"] * 4], "the last command of the page moved one by hand"
