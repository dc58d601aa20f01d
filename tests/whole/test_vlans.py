"""docs/howto/vlans.md as it stands there: a phone in the data VLAN, then tagged in its voice VLAN."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.whole.clients import Udhcpc
from tests.whole.daemon import Daemon, wait_until
from tests.whole.lab import Lab, Machine, Tap, needs
from tests.whole.vlan import SubInterface

pytestmark = needs("busybox", "udhcpc", "curl")

PAGE = Path(__file__).parents[2] / "docs/howto/vlans.md"
SHOWN = re.findall(r"^```toml ringboot.toml\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)[0]
HERE = """
[server]
data = "DATA"
api_socket = "SOCKET"
"""
VLAN = 20


class SnomUdhcpc(Udhcpc):
    """udhcpc that says what a Snom 320 says, on the interface that it is given."""

    interface = "c0"

    def command(self) -> list[str]:
        """Give the command."""
        words = [self.interface if word == self.machine.interface else word for word in super().command()]
        return [*words, "-V", "snom320"]


class TaggedUdhcpc(SnomUdhcpc):
    """The same in the voice VLAN."""

    name = "udhcpc-tagged"
    interface = f"c0.{VLAN}"


class Trunk(NamedTuple):
    """A machine on a trunk to the server: c0 without a tag, c0.20 with one, and what passes on each."""

    machine: Machine
    daemon: Daemon
    tagged: Tap


@pytest.fixture
def trunk(tmp_path: Path) -> Iterator[Trunk]:
    with Lab(tmp_path) as lab:
        machine = lab.machine()
        machine.ip("link delete c0")
        lab.join("eth0", machine)
        with SubInterface(lab.server, "eth0", VLAN) as ours, SubInterface(machine.namespace, "c0", VLAN) as its:
            for interface, address in (("eth0", "10.0.0.2/24"), (ours.name, "10.20.0.2/24")):
                lab.ip_there(lab.server, f"address add {address} dev {interface}")
            with Daemon(tmp_path, SHOWN + HERE, lab.server) as daemon:
                tagged = Tap(machine.namespace, its.name, bytes.fromhex(machine.mac.replace(":", "")))
                yield Trunk(machine, daemon, tagged)
                tagged.close()


def test_a_phone_asks_without_a_tag_and_then_in_its_vlan_and_finds_its_file_there(trunk: Trunk, tmp_path: Path) -> None:
    machine, daemon, tagged = trunk
    first = SnomUdhcpc(machine, tmp_path)
    first.start()
    before = daemon.lease(first.wait_until_bound())
    told = machine.tap.seen("ACK")[0].message.options
    assert (before["network"], told[132], told[66]) == ("data", b"20", b"http://10.0.0.2:8667")
    assert not tagged.seen(), "what has no tag is not heard in the VLAN"

    second = TaggedUdhcpc(machine, tmp_path)
    second.start()
    after = daemon.lease(second.wait_until_bound())
    told = tagged.seen("ACK")[0].message.options
    assert (after["network"], told[132], told[66]) == ("voice", b"20", b"http://10.20.0.2:8667")
    assert {each.source for each in tagged.seen("OFFER", "ACK")} == {"10.20.0.2"}, "nobody hears it without the tag"
    held = daemon.json("lease", "list", "--filter", f"mac={machine.mac}")["items"]
    assert {(row["network"], row["state"]) for row in held} == {("data", "bound"), ("voice", "bound")}

    name = f"snom320-{machine.mac.replace(':', '').upper()}.htm"
    files = [fetched(machine, f"http://10.20.0.2:8667/{name}", after["address"], tmp_path)]
    files.append(fetched(machine, f"http://10.0.0.2:8667/{name}", before["address"], tmp_path))
    assert all(files), "each of its addresses proves that it is that phone"
    assert b"10.20.0.2" in files[0]
    machine.lose_power()


def fetched(machine: Machine, url: str, address: str, folder: Path) -> bytes:
    """Read a file from one of the machine's addresses; wait until it was made."""

    def there() -> bool:
        with (folder / "curl.log").open("wb") as log:
            return machine.run(["curl", "-sSf", "--interface", address, "-o", str(folder / "got"), url], log) == 0

    wait_until(there, url, say=(folder / "curl.log").read_text)
    return (folder / "got").read_bytes()
