"""A daemon on the loopback with five networks, and those who deal with it: phones, strangers, an administrator."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any

from tests.whole.daemon import Daemon, wait_until

from ringboot.cli.client import Client
from ringboot.sim.fetching import Fetched, fetch
from ringboot.sim.leasing import Leased, Leasing
from ringboot.sim.phone import Habit, Phone, Step
from ringboot.sim.stage import free_ports

HOST = "127.0.0.1"
PHONES, VOICE, TINY = "127.77.0.2", "127.78.0.2", "127.79.0.2"  # the relay in each network that we lease
CONFIG = """\
[server]
data = "DATA"
api_socket = "SOCKET"
address = "127.0.0.1"

[dhcp]
interfaces = ["lo"]
port = {dhcp}

[[dhcp.network]]
name = "phones"
subnet = "127.77.0.0/16"
pools = ["127.77.1.1-127.77.4.250"]

[[dhcp.network]]
name = "voice"
subnet = "127.78.0.0/16"
pools = ["127.78.1.1-127.78.1.250"]

[[dhcp.network]]
name = "tiny"
subnet = "127.79.0.0/16"
pools = ["127.79.1.1-127.79.1.1"]

[[dhcp.network]]
name = "elsewhere"
subnet = "127.88.0.0/16"
trust = "first-use"

[[dhcp.network]]
name = "unproven"
subnet = "127.89.0.0/16"

[tftp]
listen = "127.0.0.1:{tftp}"

[http]
listen = "127.0.0.1:{http}"
"""


class Site:
    """A running daemon."""

    def __init__(self, folder: Path, before: str = "", more: str = "") -> None:
        """`before` is Python that the daemon runs first, `more` what else stands in its configuration."""
        self.dhcp, self.tftp, self.http = free_ports(3)
        config = CONFIG.format(dhcp=self.dhcp, tftp=self.tftp, http=self.http) + more
        self.daemon = Daemon(folder, config, before=before).start()

    def close(self) -> None:
        """End it."""
        assert self.daemon.stop() == 0

    # --- phones

    def phone(self, mac: str, model: str, habit: Habit, relay: str = PHONES) -> Phone:
        """Plug a phone in behind a relay."""
        return Phone(bytes.fromhex(mac), "", model, "", habit, relay, (HOST, self.dhcp), self.tftp)

    def lease(self, mac: str, relay: str = PHONES, says: Mapping[int, bytes] | None = None) -> Leased:
        """Get an address for any machine."""
        return asyncio.run(self._leasing(mac, relay, says).obtain())

    def renew(self, mac: str, lease: Leased, relay: str = PHONES, says: Mapping[int, bytes] | None = None) -> Leased:
        """Ask for more time."""
        return asyncio.run(self._leasing(mac, relay, says).renew(lease))

    def release(self, mac: str, lease: Leased, relay: str = PHONES) -> None:
        """Give an address back, and wait until the daemon has heard it."""
        asyncio.run(self._leasing(mac, relay, None).release(lease))
        wait_until(lambda: lease.address not in self.leases(mac), f"{lease.address} to be free")

    def leases(self, mac: str) -> list[str]:
        """Give the addresses that a MAC holds, as the doors know it."""
        return [row["address"] for row in self.explained(mac)["leases"] if row["state"] == "bound"]

    def heard(self, mac: str, address: str) -> None:
        """Wait until a lease has come to where devices are kept."""
        wait_until(lambda: address in self.leases(mac), f"the lease of {address} to be known")
        wait_until(lambda: not self.daemon.json("status")["journal_behind"], "the journal to be followed")

    def _leasing(self, mac: str, relay: str, says: Mapping[int, bytes] | None) -> Leasing:
        return Leasing(bytes.fromhex(mac), relay, (HOST, self.dhcp), says or {})

    def get(self, address: str, path: str, agent: str = "") -> Fetched:
        """Ask for a file by HTTP from an address."""
        return asyncio.run(fetch(f"http://{HOST}:{self.http}/{path}", address, agent))

    def read(self, address: str, path: str) -> Fetched:
        """Ask for a file by TFTP from an address."""
        return asyncio.run(fetch(f"tftp://{HOST}:{self.tftp}/{path}", address))

    # --- the administrator

    def run(self, *words: str) -> str:
        """Run a command as a person types it; it must end well."""
        return self.daemon.run(*words).stdout

    def api(self) -> AbstractContextManager[Client]:
        """Open the API, for what no person would type a hundred times."""
        return closing(Client([self.daemon.socket]))

    def devices(self, **keys: str) -> list[dict[str, Any]]:
        """Give the devices with these values."""
        with self.api() as api:
            return list(api.get("devices", parameters=[("filter", f"{key}={keys[key]}") for key in keys])["items"])

    def device(self, mac: str) -> dict[str, Any]:
        """Give the one device with a MAC."""
        (only,) = self.devices(mac=colons(mac))
        return only

    def when_known(self, mac: str, condition: Callable[[dict[str, Any]], Any] = bool) -> dict[str, Any]:
        """Wait until a device is known, and is as it should be."""

        def found() -> dict[str, Any] | None:
            return next((row for row in self.devices(mac=colons(mac)) if condition(row)), None)

        return dict(wait_until(found, f"{mac} to be known as it should be"))

    def configure(self, ident: str, raw: Mapping[str, Any]) -> None:
        """Change keys of a config; a None takes one out. The files stand when this returns."""
        with self.api() as api:
            api.patch("configs", ident, body={"raw_config": raw})

    def add(self, **device: str) -> dict[str, Any]:
        """Add a device before it shows itself."""
        with self.api() as api:
            return dict(api.post("devices", body=device))

    def assign(self, mac: str, config: str) -> None:
        """Give a device another config. Its files stand when this returns."""
        with self.api() as api:
            api.patch("devices", self.device(mac)["id"], body={"config": config})

    def folder(self, plugin: str) -> Path:
        """Give the folder of an installed plugin."""
        return self.daemon.data / "plugins" / plugin

    def on_disk(self, plugin: str, path: str) -> bytes:
        """Give what lies in the folder that is served."""
        return (self.folder(plugin) / "var" / "tftpboot" / path).read_bytes()

    def explain(self, mac: str) -> str:
        """Ask why a device stands where it stands, as a person would."""
        return self.run("explain", "--mac", colons(mac))

    def explained(self, mac: str) -> dict[str, Any]:
        """Ask the same as a program."""
        with self.api() as api:
            return dict(api.get("explain", colons(mac)))

    @contextmanager
    def setting(self, name: str, value: str) -> Iterator[None]:
        """Change a setting for a while, by the command."""
        with self.api() as api:
            before = api.get("settings", name)["value"]
        self.run("settings", "set", name, value)
        try:
            yield
        finally:
            with self.api() as api:
                api.put("settings", name, body={"value": before})


def colons(mac: str) -> str:
    """Write a MAC as devices are listed."""
    return bytes.fromhex(mac).hex(":")


def go(phone: Phone) -> list[Step]:
    """Let a phone boot, from its DISCOVER to its last file."""
    return asyncio.run(_steps(phone, again=False))


def go_again(phone: Phone) -> list[Step]:
    """Let a phone that has its address read its files."""
    return asyncio.run(_steps(phone, again=True))


async def _steps(phone: Phone, *, again: bool) -> list[Step]:
    return [step async for step in (phone.read_files() if again else phone.boot())]
