"""What goes wrong while a daemon runs is said with file, line and exit code, and stops nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.whole.bad_input.site import TINY_RELAY, Site, make_site, serve, written
from tests.whole.daemon import Daemon, wait_until
from tests.whole.explain.handset import Handset

from ringboot.dhcp.message import DISCOVER
from ringboot.fleet.settings import TABLE

REFUSED, CONFIGURATION, NOT_FOUND, BUSY = 1, 3, 5, 6


def said(daemon: Daemon, *command: str) -> tuple[int, str]:
    """Run a command; gives its exit code and all that it said."""
    done = daemon.run(*command, check=False)
    return done.returncode, done.stdout + done.stderr


def boot(daemon: Daemon, phone: Handset) -> Any:
    """Give what the reason is where a phone stands."""
    return daemon.get("explain", phone.mac)["boot"]


def up(daemon: Daemon, phone: Handset) -> Handset:
    """Let a phone get its address, and wait for its files."""
    phone.obtain()
    until_configured(daemon, phone)
    return phone


def until_configured(daemon: Daemon, phone: Handset) -> None:
    wait_until(lambda: (daemon.get("explain", phone.mac)["device"] or {}).get("configured"), f"files for {phone.mac}")


def a_second_daemon_on_the_same_data_folder(daemon: Daemon, _: Site, tmp_path: Path) -> None:
    other = make_site().config.replace("SOCKET", str(tmp_path / "api.sock")).replace("DATA", str(daemon.data))
    text = (
        f"ringboot: data folder {daemon.data} is in use by another daemon (process {daemon.pid('supervisor')}). "
        "Stop it first, or give this one a folder of its own.\n"
    )
    assert serve(written(tmp_path, other)) == (BUSY, text)
    assert daemon.get("status")["dhcp"]["connected"]


def a_second_daemon_on_the_same_socket(daemon: Daemon, _: Site, tmp_path: Path) -> None:
    other = make_site().config.replace("SOCKET", str(daemon.socket))
    text = f"ringboot: {daemon.socket} is in use by another daemon. Stop it, or set api_socket.\n"
    assert serve(written(tmp_path, other)) == (BUSY, text)
    assert daemon.get("status")["dhcp"]["connected"]


def a_broken_configuration_is_not_taken_over(daemon: Daemon, site: Site, _: Path) -> None:
    good = daemon.config.read_text()
    daemon.config.write_text(good.replace('"127.77.1.1-', '"127.99.1.1-').replace("[tftp]", "[tfpt]"))
    try:
        text = (
            "ringboot: The configuration was not changed:\n"
            f"{daemon.config}, line 5, tfpt: unknown key; did you mean tftp?\n"
            f"{daemon.config}, line 15, dhcp.network.pools: "
            '"127.99.1.1-127.77.1.250" ends before it begins; write "127.77.1.250-127.99.1.1"\n'
        )
        assert said(daemon, "reload") == (CONFIGURATION, text)
        assert site.phone(0x101).obtain().startswith("127.77.1.")
    finally:
        daemon.config.write_text(good)
    assert said(daemon, "reload") == (0, "The configuration is loaded.\n")


def a_full_pool_says_so_and_serves_again_when_there_is_room(daemon: Daemon, site: Site, _: Path) -> None:
    first, second = site.phone(0x201, relay=TINY_RELAY), site.phone(0x202, relay=TINY_RELAY)
    assert first.obtain() == "127.78.0.10"
    second.say(DISCOVER, {})
    wait_until(lambda: boot(daemon, second)["reason"] == "boot-pool-full", "the pool to be full")
    assert boot(daemon, second)["text"] == "network tiny has no free address"
    assert boot(daemon, second)["help"].endswith("or release leases that nobody needs: ringboot lease list.")
    daemon.run("lease", "release", "127.78.0.10")
    assert second.obtain() == "127.78.0.10"


def a_broken_manifest_concerns_its_plugin_only(daemon: Daemon, site: Site, _: Path) -> None:
    one, other = up(daemon, site.phone(0x301)), up(daemon, site.phone(0x302, brand="cisco-7900", model="7961G"))
    path = daemon.data / "plugins" / "aastra" / "plugin.toml"
    good = path.read_text()
    wrong = good.replace('\ntitle = "Aastra"', '\ntitel = "Aastra"').replace("\nlines = 9\n", '\nlines = "nine"\n')
    title, lines = (wrong[: wrong.index(key)].count("\n") + 1 for key in ("titel", 'lines = "nine"'))
    broken = (f"{path}:{title}: titel: unknown key", f"{path}:{lines}: models.*.lines: ")
    path.write_text(wrong)
    try:
        code, text = said(daemon, "reload")
        assert code == 0
        assert text.startswith("The configuration is loaded.\nA plugin cannot be used: ")
        assert all(each in text for each in broken)
        (row,) = [row for row in daemon.json("plugin", "list")["items"] if row["id"] == "aastra"]
        assert not row["enabled"]
        assert all(each in row["problem"] for each in broken)
        wait_until(lambda: boot(daemon, one)["reason"] == "boot-template-error", "its device to say so")
        assert boot(daemon, one)["text"].startswith("its files could not be rendered: plugin aastra cannot be used: ")
        assert f"{path}:" in boot(daemon, one)["text"]
        assert boot(daemon, one)["help"].startswith("Mend what is named, then: ringboot reload")
        code, text = said(daemon, "device", "reconfigure", one.mac)
        assert code == REFUSED
        assert f"{one.mac}: plugin aastra cannot be used: {path}:" in text
        assert other.fetch(f"tftp://127.0.0.1:{site.tftp}/SEP{{MAC}}.cnf.xml").status == "200"
        assert site.phone(0x303).obtain(), "addresses and the brand's options do not depend on it"
    finally:
        path.write_text(good)
        again = said(daemon, "reload")
    assert again == (0, "The configuration is loaded.\n")
    until_configured(daemon, one)
    assert one.fetch(f"http://127.0.0.1:{site.http}/Aastra/{{MAC}}.cfg").status == "200"


def a_broken_template_concerns_its_devices_only(daemon: Daemon, site: Site, _: Path) -> None:
    one, other = up(daemon, site.phone(0x401)), up(daemon, site.phone(0x402, model="6757i"))
    own = f"http://127.0.0.1:{site.http}/Aastra/{{MAC}}.cfg"
    before = one.fetch(own).body
    assert before
    path = daemon.data / "plugins" / "aastra" / "var" / "templates" / "6731i.tpl"
    path.write_text("# Desks\n\n{% endif %}\n")
    try:
        fault = "var/templates/6731i.tpl, line 3: Encountered unknown tag 'endif'."
        code, text = said(daemon, "device", "reconfigure", one.mac, other.mac)
        assert code == REFUSED
        assert text == (
            "1 device configured, 0 files changed.\n"
            "ringboot: 1 device could not be configured. Mend what is named, then try again.\n"
            f"  {one.mac}: {fault}\n"
        )
        assert boot(daemon, one)["text"] == f"its files could not be rendered: {fault}"
        assert one.fetch(own).body == before, "it keeps the file that it had"
        assert other.fetch(own).status == "200"
    finally:
        path.unlink()
    assert said(daemon, "device", "reconfigure", one.mac, other.mac) == (0, "2 devices configured, 0 files changed.\n")


NOWHERE: dict[str, str] = {
    "device show nobody": "No device has the id, MAC or address nobody. See: ringboot device list.",
    "device remove 00:08:5d:99:99:99": "No device has the id, MAC or address 00:08:5d:99:99:99. "
    "See: ringboot device list.",
    "config show nothing": "There is no config nothing. See: ringboot config list",
    "lease show 127.77.9.9": "Nobody has or had 127.77.9.9. See: ringboot lease list",
    "lease release 127.77.9.9": "Nobody has 127.77.9.9. See: ringboot lease list",
    "plugin show nothing": "There is no plugin nothing. See: ringboot plugin list",
    "plugin uninstall nothing": "There is no plugin nothing. See: ringboot plugin list",
    "settings get nothing": f"There is no setting nothing. Settings: {', '.join(TABLE)}",
}


def what_is_not_there_is_named_with_where_to_look(daemon: Daemon, _: Site, __: Path) -> None:
    assert {words: said(daemon, *words.split()) for words in NOWHERE} == {
        words: (NOT_FOUND, f"ringboot: {text}\n") for words, text in NOWHERE.items()
    }


HAPPENINGS: tuple[Callable[[Daemon, Site, Path], None], ...] = (
    a_second_daemon_on_the_same_data_folder,
    a_second_daemon_on_the_same_socket,
    a_broken_configuration_is_not_taken_over,
    a_full_pool_says_so_and_serves_again_when_there_is_room,
    a_broken_manifest_concerns_its_plugin_only,
    a_broken_template_concerns_its_devices_only,
    what_is_not_there_is_named_with_where_to_look,
)


def test_what_goes_wrong_while_a_daemon_runs(tmp_path: Path, subtests: pytest.Subtests) -> None:
    site = make_site()
    with Daemon(tmp_path, site.config) as daemon:
        for number, happening in enumerate(HAPPENINGS):
            folder = tmp_path / str(number)  # a unix socket's path must not be long
            folder.mkdir()
            with subtests.test(happening.__name__.replace("_", " ")):
                happening(daemon, site, folder)
