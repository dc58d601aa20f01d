"""A site without a disk or a socket: real books in memory, the real catalog, leases and requests as sentences."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa

from ringboot.catalog import FOLDER
from ringboot.fleet import configs, files, way
from ringboot.fleet.networks import Networks
from ringboot.fleet.settings import Settings
from ringboot.fleet.world import Chance, World
from ringboot.model.address import ip_number, mac_octets
from ringboot.model.device import Device, DeviceFile
from ringboot.model.evidence import pack
from ringboot.model.file import FileRequest, Refuse
from ringboot.model.lease import BOUND, LeaseChange
from ringboot.model.site import Network, Pool
from ringboot.plugins.identify import Identifier
from ringboot.plugins.manifest import load_manifest
from ringboot.plugins.schema import Manifest
from ringboot.store.fleetdb import Desk
from ringboot.store.tables import METADATA

NOW = 1_800_000_000.0

CATALOG: dict[str, Manifest] = {
    path.parent.name: load_manifest(path.parent) for path in sorted(FOLDER.glob("*/plugin.toml"))
}


def network(name: str, subnet: str, *, pool: bool = True, trust: str | None = None) -> Network:
    """Describe a network of /16."""
    first = ip_number(subnet)
    pools = (Pool(first + 256, first + 65000),) if pool else ()
    return Network(name, first, 16, name, pools=pools, trust=trust)


NETWORKS = (
    network("phones", "10.0.0.0"),
    network("voice", "10.1.0.0"),
    network("branch", "10.50.0.0", pool=False, trust="first-use"),
    network("strict", "10.60.0.0", pool=False),
)


def memory() -> sqlite3.Connection:
    """Make an empty database in memory."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    engine = sa.create_engine("sqlite://", creator=lambda: connection, poolclass=sa.pool.StaticPool)
    METADATA.create_all(engine)
    return connection


class Site:
    """What a test says: who leases, who asks, what is there."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._desk = Desk(connection)
        self.books = self._desk.books
        numbers = count(1)
        chance = Chance(lambda: f"n{next(numbers)}", lambda size: f"{next(numbers):0{size}d}")
        self.world = World(
            Identifier(CATALOG.values()), plugins=dict(CATALOG), networks=Networks(NETWORKS), chance=chance
        )
        self.utc = NOW
        self.disk: set[tuple[str, str]] = set()
        self.links: dict[str, str] = {}  # a path -> where it leads
        self.places = files.Places(lambda plugin: f"/{plugin}", self._find)
        configs.add_stock(self.books, chance, NOW, ntp="10.0.0.1", pbx="10.0.0.1")

    def _find(self, root: str, name: str) -> str | None:
        name = self.links.get(name, name)
        return name if (root, name) in self.disk else None

    def settings(self, **changes: Any) -> None:
        """Change settings."""
        self.world.settings = replace(Settings(), **changes)

    def lease(
        self, mac: str, address: str, option60: str = "", *, kind: str = "bound", network: str = "", **more: Any
    ) -> way.Seen | None:
        """A client gets an address from us, and says this of itself."""
        options = {60: option60.encode("latin-1")} if option60 else {}
        octets = mac_octets(mac)
        found = self.world.networks.of(address)
        change = LeaseChange(
            kind=kind,
            state=more.get("state", BOUND),
            network=network or (found.name if found else "nowhere"),
            address=ip_number(address),
            key=b"\x01" + octets,
            mac=octets,
            start=int(self.utc),
            expiry=int(self.utc) + more.get("seconds", 28800),
            evidence=pack(options),
            utc=self.utc,
        )
        self.world.leases.apply(change)
        seen = way.dhcp_seen(self.books, self.world, change, self.utc)
        self.world.memory.keep()
        return seen

    def see(
        self, peer: str, path: str, agent: str = "", *, door: str = "http", neighbour: str | None = None
    ) -> way.Seen:
        """A host asks; what is to be written is written."""
        request = self.request(peer, path, agent, door)
        seen = way.request_seen(self.books, self.world, request, self.utc, neighbour)
        if seen.changes:
            seen = way.request_seen(self.books, self.world, request, self.utc, neighbour)
            way.carry_out(self.books, self.world, seen, door, self.utc)
        return seen

    def ask(
        self, peer: str, path: str, agent: str = "", *, door: str = "http", neighbour: str | None = None
    ) -> files.Resolved:
        """A host asks and is answered."""
        seen = self.see(peer, path, agent, door=door, neighbour=neighbour)
        request = self.request(peer, path, agent, door)
        resolved = files.resolve(self.books, self.world, request, seen, self.places, ticket=1, utc=self.utc)
        for event in resolved.events:
            self.books.events.add(event)
        return resolved

    def tftp(self, peer: str, path: str) -> files.Resolved:
        """A host asks by TFTP, which says nothing but a name."""
        return self.ask(peer, path, door="tftp")

    def request(self, peer: str, path: str, agent: str = "", door: str = "http") -> FileRequest:
        """Put a request as the door would."""
        headers = (("user-agent", agent),) if agent else ()
        return FileRequest(door, path, peer, 4711, "10.0.0.2", headers=headers if door == "http" else ())

    def device(self, mac: str) -> Device | None:
        """Find a device."""
        found = self.books.devices.find("mac", mac)
        return found[0] if found else None

    def known(self, mac: str) -> Device:
        """Find a device that must be there."""
        found = self.device(mac)
        assert found is not None
        return found

    def owned(self, device: Device, path: str, sha256: str = "aa") -> DeviceFile:
        """Let a file of a device lie on the disk, as after rendering."""
        assert device.plugin is not None
        record = DeviceFile(device.plugin, path, device.id, "", True, sha256, "templates/base.tpl")
        self.books.files.put([record])
        self.disk.add((f"/{device.plugin}", path))
        return record

    def shipped(self, plugin: str, path: str) -> None:
        """Let a file that belongs to nobody lie on the disk."""
        self.disk.add((f"/{plugin}", path))

    def events(self, mac: str) -> list[str]:
        """Name what happened to a device, the oldest first."""
        device = self.device(mac)
        timeline = self.books.events.timeline(device.id if device else None, mac, 100)
        return [event.reason for event in reversed(timeline)]


def refused(resolved: files.Resolved) -> str:
    """Give the reason of a refusal."""
    assert isinstance(resolved.answer, Refuse), resolved.answer
    return resolved.answer.reason


@pytest.fixture
def site() -> Iterator[Site]:
    connection = memory()
    yield Site(connection)
    connection.close()
