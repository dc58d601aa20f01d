"""The desk with all that is real around it (database, catalog, render worker), and a dhcp that says it has applied."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from ringboot.desk.core import Core
from ringboot.desk.desk import Desk
from ringboot.desk.dhcplink import DhcpLink
from ringboot.desk.feed import Feed
from ringboot.desk.names import Names
from ringboot.desk.renders import Renders
from ringboot.desk.shelf import Shelf
from ringboot.desk.synchronize import Synchronizer
from ringboot.fleet import configs
from ringboot.fleet.books import Books
from ringboot.fleet.world import World
from ringboot.host.render import RenderPool
from ringboot.model.slowest import Slowest
from ringboot.servers.ami import AmiClient
from ringboot.servers.sip import SipSender
from ringboot.setup.load import load_text
from ringboot.store.fleetdb import FleetDb

CONFIG = """
[dhcp]
interfaces = ["eth0", "eth1"]
[[dhcp.network]]
name = "phones"
subnet = "10.0.0.0/16"
pools = ["10.0.1.0-10.0.1.99"]
[[dhcp.network]]
name = "voice"
subnet = "10.1.0.0/16"
pools = ["10.1.1.0-10.1.1.99"]
[tftp]
listen = ":6969"
[http]
listen = ":8668"
"""


class Dhcp(DhcpLink):
    """A dhcp that applies what it is sent, unless it is deaf."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, lambda _: None)
        self.deaf = False
        self.feed: Feed | None = None
        self.rows: list[tuple[str, dict[str, Any]]] = []

    def send(self, frame: dict[str, Any]) -> bool:
        feed = self.feed
        assert feed is not None
        if frame["t"] == "row":
            self.rows.append((frame["op"], frame["row"]))
        if not self.deaf:
            seq = frame.get("seq", feed._seq)
            feed.heard({"t": "applied", "seq": seq, "revision": feed.site.revision})
        return True


class Workers:
    """A worker for several desks, one after the other, and the loop that it belongs to."""

    def __init__(self) -> None:
        self.runner = asyncio.Runner()
        self.pool = RenderPool(1)

    def close(self) -> None:
        """End both."""
        self.runner.run(self.pool.close())
        self.runner.close()


class Office:
    """A desk and its parts; `play` runs a conversation with the worker up."""

    def __init__(self, data: Path, shared: Workers | None = None) -> None:
        """`shared`: a loop and a worker that outlive this desk."""
        self._shared = shared
        settings = load_text(data / "ringboot.toml", CONFIG)
        self.db = FleetDb.open(data / "fleet.db")
        self.dhcp = Dhcp(data / "run" / "dhcp.sock")
        (data / "run").mkdir()
        feed = Feed(data / "run" / "site.json", self.dhcp, revision=1)
        self.dhcp.feed = feed
        shelf = Shelf(data / "plugins")
        self.addresses = {"eth0": ("10.0.0.2",), "eth1": ("192.0.2.9", "10.1.0.2")}
        self.core = Core(
            data=data, config=data / "ringboot.toml", settings=settings, began_with=settings, db=self.db, shelf=shelf,
            world=World(identifier=shelf.identifier), link=self.dhcp, feed=feed,
            pool=shared.pool if shared is not None else RenderPool(1), addresses=lambda: self.addresses,
        )  # fmt: skip
        self.renders = Renders(self.core)
        self.synchronizer = Synchronizer(self.core, self.renders, SipSender(), AmiClient())
        self.desk = Desk(
            self.core, self.renders, Counter(), Slowest(), Names(self.core), synchronizer=self.synchronizer
        )

    def play(self, conversation: Callable[[], Awaitable[None]]) -> None:
        """Begin as the main process does, then talk."""

        async def whole() -> None:
            await self.core.db.write(self._first)
            self.core.install_site()
            try:
                await conversation()
            finally:
                if self._shared is None:
                    await self.core.pool.close()

        if self._shared is None:
            asyncio.run(whole())
        else:
            self._shared.runner.run(whole())

    def _first(self, books: Books) -> None:
        configs.add_stock(books, self.core.world.chance, self.core.utc())
        self.core.read_settings(books)
        self.core.read_plugins(books)

    def served(self, plugin: str, path: str) -> Path:
        """Give the place of a file that is served."""
        return self.core.data / "plugins" / plugin / "var" / "tftpboot" / path
