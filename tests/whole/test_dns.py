"""Names of real clients in a real DNS server (BIND): written, guarded, removed, and caught up with after an outage."""

from __future__ import annotations

import asyncio
import base64
import subprocess
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

import dns.message
import dns.query
import pytest
from tests.whole.clients import Dhcpcd
from tests.whole.daemon import Daemon, wait_until
from tests.whole.lab import HEAD, SERVER, Lab, Machine, inside, needs

from ringboot.desk.dnsupdate import Refused, Unreachable, Updater
from ringboot.setup.settings import Dns

pytestmark = needs("dhcpcd", "named")

ZONES = ("lab.example.org", "9.10.in-addr.arpa")
CONFIG = (
    HEAD
    + """\
[[dhcp.network]]
name = "floor"
subnet = "10.9.0.0/24"
pools = ["10.9.0.10-10.9.0.99"]
lease_time = "1h"
ddns_domain = "lab.example.org"
[dns]
server = "10.9.0.1"
key = "KEY"
zones = ["lab.example.org", "9.10.in-addr.arpa"]
[tftp]
listen = "off"
[http]
listen = "off"
"""
)
NAMED = """
key "ringboot" {{ algorithm hmac-sha256; secret "c2VjcmV0IG9mIHRoZSB0ZXN0cw=="; }};
options {{
  directory "{folder}"; pid-file none; session-keyfile "{folder}/session"; listen-on {{ 10.9.0.1; }};
  listen-on-v6 {{ none; }}; recursion no; dnssec-validation no; notify no;
}};
controls {{ }};
zone "lab.example.org" {{ type primary; file "{folder}/lab"; allow-update {{ key ringboot; }}; }};
zone "9.10.in-addr.arpa" {{ type primary; file "{folder}/back"; allow-update {{ key ringboot; }}; }};
"""
KEY = 'key "ringboot" {\n\talgorithm hmac-sha256;\n\tsecret "c2VjcmV0IG9mIHRoZSB0ZXN0cw==";\n};\n'
ZONE = "$TTL 60\n@ SOA ns.lab.example.org. root.lab.example.org. 1 60 60 60 60\n@ NS ns.lab.example.org.\n"


class Bind:
    """BIND in the server's namespace."""

    def __init__(self, lab: Lab, folder: Path) -> None:
        self._lab, self._folder = lab, folder
        folder.mkdir()
        for name, more in (("lab", "ns A 10.9.0.1\nprinter A 10.9.0.5\n"), ("back", "")):
            (folder / name).write_text(ZONE + more)
        (folder / "named.conf").write_text(NAMED.format(folder=folder))
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        with (self._folder / "log").open("ab") as log:
            command = ["named", "-g", "-n", "1", "-c", str(self._folder / "named.conf")]
            self._process = self._lab.start(self._lab.server, command, log)
        wait_until(lambda: self.answers("ns.lab.example.org", "A"), "named to answer", say=self.log)

    def stop(self) -> None:
        """End it."""
        assert self._process is not None
        self._process.terminate()
        self._process.wait(20)

    def log(self) -> str:
        """Give what it said."""
        return (self._folder / "log").read_text(errors="replace")[-3000:]

    def answers(self, name: str, kind: str) -> list[str]:
        """Ask it."""

        def ask() -> list[str]:
            try:
                answer = dns.query.udp(dns.message.make_query(name, kind), SERVER, timeout=0.3)
            except (OSError, dns.exception.Timeout):
                return []
            return [item.to_text() for rrset in answer.answer for item in rrset]

        return inside(self._lab.server, ask)


class NamedDhcpcd(Dhcpcd):
    """dhcpcd that says its name in option 81."""

    def __init__(self, machine: Machine, folder: Path, called: str) -> None:
        self._called = called
        super().__init__(machine, folder)

    def set_up(self, *, checks: bool) -> None:
        """Write its configuration."""
        super().set_up(checks=checks)
        with (self._folder / "conf").open("a") as conf:
            conf.write(f"hostname {self._called}\nfqdn both\n")


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    with Lab(tmp_path) as made:
        yield made


@pytest.fixture
def bind(lab: Lab, tmp_path: Path) -> Bind:
    made = Bind(lab, tmp_path / "bind")
    made.start()
    return made


def test_names_follow_leases_into_the_dns(lab: Lab, bind: Bind, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY)
    first, second, late = (
        NamedDhcpcd(lab.machine(), tmp_path, name) for name in ("Phone_1.elsewhere.org", "phone-1", "printer2")
    )
    with Daemon(tmp_path, CONFIG.replace("KEY", str(tmp_path / "key")), lab.server) as daemon:

        def states() -> dict[str, str]:
            return {row["address"]: row["state"] for row in daemon.get("dns")["items"]}

        def wait_for(name: str, kind: str, *wanted: str) -> None:
            wait_until(lambda: bind.answers(name, kind) == list(wanted), f"{name} {kind} {wanted}", say=bind.log)

        first.start()
        address = first.wait_until_bound()
        wait_for("phone-1.lab.example.org", "A", address)
        back = ".".join(reversed(address.split("."))) + ".in-addr.arpa"
        wait_for(back, "PTR", "phone-1.lab.example.org.")
        (owner,) = bind.answers("phone-1.lab.example.org", "DHCID")
        assert bind.answers(back, "DHCID") == [owner]
        ack = first.tap.seen("ACK")[-1].message.options[81]
        assert (ack[0] & 9, b"phone-1" in ack) == (1, True)  # S: the server writes it; not N

        second.start()
        other = second.wait_until_bound()
        wait_until(lambda: states().get(other) == "failed", "a conflict", say=daemon.log.read_text)
        assert bind.answers("phone-1.lab.example.org", "A") == [address]
        (row,) = daemon.json("dns", "list", "--filter", "state=failed")["items"]
        assert "phone-1.lab.example.org belongs to another client" in row["problem"]

        first.release()
        wait_for("phone-1.lab.example.org", "A")
        wait_for(back, "PTR")
        assert bind.answers("phone-1.lab.example.org", "DHCID") == bind.answers(back, "DHCID") == []
        assert daemon.json("dns", "retry") == {"retried": 1}
        wait_for("phone-1.lab.example.org", "A", other)
        wait_until(lambda: states().get(other) == "registered", "its name to be whole")

        bind.stop()
        late.start()
        third = late.wait_until_bound()
        wait_until(lambda: daemon.get("status")["dns_waiting"] == 1, "a name that waits")
        bind.start()
        wait_for("printer2.lab.example.org", "A", third)
        wait_until(lambda: set(states().values()) == {"registered"}, "all names to be registered")
        assert states().keys() == {other, third}
    for each in (first, second, late):
        each.machine.lose_power()


def test_the_way_back_belongs_to_whoever_has_the_address(lab: Lab, bind: Bind, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY)
    updater = Updater(Dns(server=SERVER, key=str(tmp_path / "key"), zones=ZONES))  # type: ignore[arg-type]  # as text, as in the file
    back = "77.0.9.10.in-addr.arpa"
    first, second = (bytes((0, 1, 1)) + bytes((number,)) * 32 for number in (1, 2))

    def told() -> tuple[list[str], list[bytes]]:
        return bind.answers(back, "PTR"), [base64.b64decode(each) for each in bind.answers(back, "DHCID")]

    def call(work: Coroutine[Any, Any, str]) -> str:
        return str(inside(lab.server, lambda: asyncio.run(work)))

    assert call(updater.register("one.lab.example.org", "10.9.0.77", first)) == "registered"
    assert told() == (["one.lab.example.org."], [first])
    assert call(updater.register("two.lab.example.org", "10.9.0.77", second)) == "registered"
    assert told() == (["two.lab.example.org."], [second])  # all of the one before is gone
    call(updater.withdraw("one.lab.example.org", "10.9.0.77", first))
    call(updater.withdraw("two.lab.example.org", "10.9.0.77", first))
    assert told() == (["two.lab.example.org."], [second])
    assert bind.answers("one.lab.example.org", "A") == []
    assert bind.answers("two.lab.example.org", "A") == ["10.9.0.77"]
    call(updater.withdraw("two.lab.example.org", "10.9.0.77", second))
    assert told() == ([], [])


def test_what_bind_refuses_is_told(lab: Lab, bind: Bind, tmp_path: Path) -> None:
    key = tmp_path / "key"

    def register(text: str, name: str = "x.lab.example.org") -> str:
        key.write_text(text)
        settings = Dns(server=SERVER, key=str(key), zones=ZONES)  # type: ignore[arg-type]  # as text, as in the file
        updater = Updater(settings)
        return str(inside(lab.server, lambda: asyncio.run(updater.register(name, "10.9.0.77", bytes(35)))))

    with pytest.raises(Refused, match=r"BADSIG|BadSignature"):
        register(KEY.replace("c2Vj", "c2Vk"))
    with pytest.raises(Refused, match=r"BADKEY|BadKey"):
        register(KEY.replace("ringboot", "stranger"))
    with pytest.raises(Refused, match="holds no key as tsig-keygen writes it"):
        register("secret")
    with pytest.raises(Refused, match=r"no zone of .dns. holds x.example.com"):
        register(KEY, "x.example.com")
    assert bind.answers("x.lab.example.org", "A") == []
    assert register(KEY, "printer.lab.example.org") == "conflict"  # somebody wrote it there by hand
    assert bind.answers("printer.lab.example.org", "A") == ["10.9.0.5"]
    assert register(KEY) == "registered"
    bind.stop()
    with pytest.raises(Unreachable):
        register(KEY)
