"""What an administrator does all day, by the commands, against a running daemon with virtual phones."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.whole.daemon import LOOPBACK, Daemon, free_port, wait_until

from ringboot.catalog import FOLDER
from ringboot.sim.leasing import Leased, Leasing

RELAY = "127.79.0.2"
CONFIG = (
    LOOPBACK
    + """\
options = {{ ntp-servers = "127.0.0.9" }}
[[dhcp.network]]
name = "phones"
subnet = "127.79.0.0/16"
pools = ["127.79.1.1-127.79.1.50"]
lease_time = "1h"
options = {{ ntp-servers = "127.0.0.10" }}
"""
)


class Site(Daemon):
    """A daemon whose DHCP port we know."""

    port = 0

    def obtain(self, mac: str, says: dict[int, bytes] | None = None) -> Leased:
        """Obtain an address for a MAC."""
        leasing = Leasing(bytes.fromhex(mac.replace(":", "")), RELAY, ("127.0.0.1", self.port), says or {})
        return asyncio.run(leasing.obtain())


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    dhcp = free_port()
    daemon = Site(tmp_path_factory.mktemp("admin"), CONFIG.format(dhcp=dhcp, tftp=free_port(), http=free_port()))
    daemon.port = dhcp
    daemon.start()
    yield daemon
    assert daemon.stop() == 0


def test_a_reservation_holds_for_the_next_packet_and_goes_again(site: Site) -> None:
    mac = "02:00:5e:10:00:01"
    site.run(
        "reservation", "add", "127.79.2.9", "--network", "phones", "--mac", mac,
        "--hostname", "front-door", "--option", "ntp-servers=127.0.0.77",
    )  # fmt: skip
    leased = site.obtain(mac)
    assert leased.address == "127.79.2.9"
    assert leased.options[12] == b"front-door"
    assert leased.options[42] == bytes((127, 0, 0, 77)), "the reservation's option beats the network's"
    other = site.obtain("02:00:5e:10:00:02")
    assert other.options[42] == bytes((127, 0, 0, 10)), "the network's option beats the global one"
    refused = site.run(
        "reservation", "add", "127.79.2.9", "--network", "phones", "--mac", "02:00:5e:10:00:03", check=False
    )
    assert refused.returncode == 1
    assert "127.79.2.9" in refused.stderr
    site.run("reservation", "remove", "--network", "phones", "--mac", mac)
    assert site.json("reservation", "list")["total"] == 0


def test_reservations_go_out_and_come_in_as_csv_all_or_none(site: Site, tmp_path: Path) -> None:
    table = tmp_path / "reservations.csv"
    table.write_text(
        "network,kind,value,address,hostname,option:tftp-server-name\n"
        "phones,mac,02:00:5e:11:00:01,127.79.3.1,one,boot.example.org\n"
        "phones,mac,02:00:5e:11:00:02,127.80.3.2,two,\n"
    )
    refused = site.run("reservation", "import", str(table), check=False)
    assert refused.returncode == 1
    assert "127.80.3.2 does not lie in 127.79.0.0/16" in refused.stdout + refused.stderr
    assert site.json("reservation", "list")["total"] == 0, "all or none"
    table.write_text(table.read_text().replace("127.80.3.2", "127.79.3.2"))
    site.run("reservation", "import", str(table))
    assert site.obtain("02:00:5e:11:00:01").options[66] == b"boot.example.org"
    exported = site.run("reservation", "export").stdout
    for value in ("02:00:5e:11:00:01", "127.79.3.2", "boot.example.org", "two"):
        assert value in exported
    for value in ("02:00:5e:11:00:01", "02:00:5e:11:00:02"):
        site.run("reservation", "remove", "--network", "phones", "--mac", value)


def test_a_lease_is_listed_shown_and_released(site: Site) -> None:
    leased = site.obtain("02:00:5e:12:00:01", {12: b"desk-7", 60: b"Acme"})
    row = site.json("lease", "show", leased.address)
    assert (row["mac"], row["hostname"], row["vendor_class"]) == ("02:00:5e:12:00:01", "desk-7", "Acme")
    assert row["state"] == "bound"
    assert leased.address in site.run("lease", "list", "desk-7").stdout
    site.run("lease", "release", leased.address)
    assert site.json("lease", "show", leased.address)["state"] == "released"
    missing = site.run("lease", "show", "127.79.1.49", check=False)
    assert missing.returncode == 5


def test_a_device_goes_its_way_by_hand(site: Site) -> None:
    mac = "00:08:5d:13:00:01"
    site.run("device", "add", "--mac", mac, "--vendor", "Aastra", "--model", "6731i", "--description", "Reception")
    device = site.json("device", "show", mac)
    assert device["plugin"] == "aastra"
    assert device["configured"], device["problem"]
    site.run("config", "add", "reception", "--parent", "base", "sip_lines.1.number=101", "sip_lines.1.username=u101",
             "sip_lines.1.password=s3cret-word", "sip_lines.1.display_name=Reception",
             "sip_lines.1.proxy_ip=127.0.0.5")  # fmt: skip
    site.run("device", "set", mac, "--use-config", "reception")
    path = site.json("device", "files", mac)["items"][0]["path"]
    assert "s3cret-word" in site.run("device", "show-file", mac, path).stdout
    assert "s3cret-word" not in site.run("config", "show", "reception").stdout
    assert "s3cret-word" in site.run("config", "show", "reception", "--secrets").stdout
    site.run("config", "set", "reception", "sip_lines.1.display_name=Front desk")
    assert "Front desk" in site.run("device", "show-file", mac, path).stdout, "rendered again when the command returns"
    wrong = site.run("config", "set", "reception", "vlan_id:=99999", check=False)
    assert wrong.returncode == 1
    assert "vlan_id" in wrong.stderr
    used = site.run("config", "remove", "reception", check=False)
    assert used.returncode == 1
    file = site.data / "plugins" / "aastra" / "var" / "tftpboot" / path
    assert file.exists()
    site.run("device", "remove", mac)
    assert not file.exists(), "its files go with it"
    site.run("config", "remove", "reception")
    assert site.run("device", "show", mac, check=False).returncode == 5


def test_a_lease_becomes_a_reservation_that_holds_for_the_next_packet(site: Site) -> None:
    mac, other = "02:00:5e:16:00:01", "02:00:5e:16:00:02"
    had = site.obtain(mac).address
    refused = site.run("lease", "reserve", had, "--by", "circuit-id", check=False)
    assert refused.returncode == 1
    assert "circuit-id is nothing that the client of" in refused.stderr
    kept = site.json("lease", "reserve", had, "--hostname", "lobby")
    assert (kept["kind"], kept["value"], kept["network"], kept["hostname"]) == ("mac", mac, "phones", "lobby")
    again = site.obtain(mac)
    assert (again.address, again.options[12]) == (had, b"lobby")
    site.run("lease", "release", had)
    assert site.obtain(other).address != had
    told = site.run("explain", "--mac", mac).stdout
    assert f"reservation {had} in phones, by its mac {mac}" in told
    site.run("reservation", "remove", "--network", "phones", "--mac", mac)


def test_a_plugin_is_installed_under_a_name_of_its_own_and_taken_away_with_a_backup(site: Site, tmp_path: Path) -> None:
    source = tmp_path / "mine"
    shutil.copytree(FOLDER / "aastra", source)
    site.run("plugin", "install", str(source), "--id", "aastra-mine")
    rows = {row["id"]: row for row in site.json("plugin", "list")["items"]}
    assert rows["aastra-mine"]["installed"]
    folder = site.data / "plugins" / "aastra-mine"
    (folder / "var" / "templates" / "base.tpl").write_text("mine\n")
    told = site.json("plugin", "uninstall", "aastra-mine", "--yes")
    assert told["backup"]
    assert Path(told["backup"]).exists()
    assert not folder.exists()


def test_settings_are_typed_and_kept(site: Site) -> None:
    assert site.json("settings", "get", "NAT")["value"] == 0
    assert site.json("settings", "set", "NAT", "1")["value"] == 1
    wrong = site.run("settings", "set", "NAT", "perhaps", check=False)
    assert wrong.returncode == 1
    assert "NAT" in wrong.stderr
    site.run("settings", "set", "NAT", "0")


def test_a_reload_changes_what_the_next_packet_gets_or_keeps_the_old(site: Site) -> None:
    before = site.config.read_text()
    site.config.write_text(before.replace("127.0.0.10", "127.0.0.11"))
    site.run("reload")
    assert site.obtain("02:00:5e:14:00:01").options[42] == bytes((127, 0, 0, 11))
    site.config.write_text(before.replace("127.79.1.1-127.79.1.50", "127.99.1.1-127.99.1.50"))
    refused = site.run("reload", check=False)
    assert refused.returncode == 3
    assert "127.99.1.1" in refused.stderr
    assert site.obtain("02:00:5e:14:00:02").options[42] == bytes((127, 0, 0, 11)), "the old one holds"
    site.config.write_text(before)
    site.run("reload")


def test_what_was_changed_survives_a_restart_of_main(site: Site) -> None:
    site.run("reservation", "add", "127.79.2.50", "--network", "phones", "--mac", "02:00:5e:15:00:01")
    site.kill("main")
    assert site.json("reservation", "list")["total"] == 1
    assert site.obtain("02:00:5e:15:00:01").address == "127.79.2.50"
    site.run("reservation", "remove", "--network", "phones", "--mac", "02:00:5e:15:00:01")
    wait_until(lambda: site.json("status")["dhcp"]["connected"], "dhcp to be connected")
