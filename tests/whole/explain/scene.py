"""A daemon on the loopback with a few networks, and handsets before it; what `explain` says of one."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.whole.daemon import Daemon, free_port, wait_until
from tests.whole.explain.handset import Handset

RELAY, TINY_RELAY, NOWHERE = "127.77.0.2", "127.78.0.2", "127.79.0.2"
CONFIG = """\
[server]
data = "DATA"
api_socket = "SOCKET"
address = "127.0.0.1"

[dhcp]
interfaces = ["lo"]
port = {dhcp}
options = {{ ntp-servers = "127.0.0.1" }}

[[dhcp.network]]
name = "phones"
subnet = "127.77.0.0/16"
lease_time = "10m"
options = {{ routers = "127.77.0.1" }}
[[dhcp.network.pool]]
range = "127.77.1.1-127.77.1.99"
options = {{ domain-name = "desks.example.org" }}

[[dhcp.network]]
name = "tiny"
subnet = "127.78.0.0/24"
pools = ["127.78.0.10-127.78.0.10"]

[[dhcp.class]]
name = "lobby"
match = {{ mac = "00:08:5d:*" }}
options = {{ domain-name-servers = "127.0.0.1" }}

[tftp]
listen = "127.0.0.1:{tftp}"
[http]
listen = "127.0.0.1:{http}"
"""
PLACES = (  # what differs from run to run
    (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [A-Z0-9:+-]+", "<time>"),
    (r"\b[0-9a-f]{32}\b", "<id>"),
    (r"(added +|was added by )\S+$", r"\1<user>"),
)


def normal(text: str) -> str:
    """Name times, random ids and users instead of telling them."""
    for pattern, name in PLACES:
        text = re.sub(pattern, name, text, flags=re.MULTILINE)
    return text


class Scene:
    """Start with `with`."""

    def __init__(self, folder: Path) -> None:
        self.dhcp, self.tftp, self.http = free_port(), free_port(), free_port()
        self.daemon = Daemon(folder, CONFIG.format(dhcp=self.dhcp, tftp=self.tftp, http=self.http))
        self._phones: dict[str, Handset] = {}

    def __enter__(self) -> Scene:
        self.daemon.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.daemon.stop()

    def phone(self, number: int, *, brand: str = "aastra", model: str = "6731i", relay: str = RELAY) -> Handset:
        """Give a new handset; its number makes its MAC, and is the address that it asks for."""
        phone = Handset(brand, model, number, relay=relay, dhcp=self.dhcp)
        self._phones[phone.mac] = phone
        return phone

    def up(self, number: int, **kind: str) -> Handset:
        """Give a handset that has its address, and whose files were made, or could not be."""
        phone = self.phone(number, **kind)
        assert phone.obtain(f"127.77.1.{number}") == f"127.77.1.{number}"
        self.until(phone, lambda told: told["device"] and (told["device"]["configured"] or told["device"]["problem"]))
        return phone

    def told(self, phone: Handset) -> Any:
        """Give what explain says, as the API gives it."""
        return self.daemon.get("explain", phone.mac)

    def until(self, phone: Handset, condition: Callable[[Any], Any]) -> None:
        """Wait until explain says so."""
        wait_until(lambda: condition(self.told(phone)), f"the way of {phone.mac}", say=lambda: str(self.told(phone)))

    def fetch(self, phone: Handset, url: str, status: str = "200") -> None:
        """Let it fetch a file, and wait until that stands in its timeline."""
        got = phone.fetch(url)
        assert got.status == status
        path = got.url.split("/", 3)[3]
        self.until(phone, lambda told: any(f"{path} " in row["text"] for row in told["timeline"]))

    def explained(self, phone: Handset) -> str:
        """Give what `ringboot explain` prints, with what differs from run to run named instead."""
        text = self.daemon.run("explain", "--mac", phone.mac).stdout
        for port, name in ((self.http, "HTTP"), (self.tftp, "TFTP")):
            text = text.replace(f":{port}", f":{name}")
        for got in phone.fetched:
            if got.body is not None:
                text = text.replace(f"({len(got.body)} octets)", "(as many octets as it got)")
        return normal(text.replace(str(self.daemon.data), "DATA"))
