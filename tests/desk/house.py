"""A desk without processes: a real database and catalog, a channel to dhcp that leads nowhere, workers as told."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

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
from ringboot.model.device import Device
from ringboot.model.slowest import Slowest
from ringboot.plugins.job import Outcome, Rendered, RenderJob
from ringboot.servers.ami import AmiClient
from ringboot.servers.sip import SipSender
from ringboot.setup.settings import Settings
from ringboot.store.fleetdb import FleetDb

NOW = 1_800_000_000.0


class Workers(RenderPool):
    """Notes every job, and answers as `does` says."""

    def __init__(self) -> None:
        super().__init__(size=0)
        self.jobs: list[RenderJob] = []
        self.does: Callable[[RenderJob], Awaitable[Outcome]] = self.nothing

    async def nothing(self, job: RenderJob) -> Outcome:
        return Rendered(job.revision, ())

    async def render(self, job: RenderJob) -> Outcome:
        self.jobs.append(job)
        return await self.does(job)

    @property
    def devices(self) -> list[str]:
        """Name the devices that jobs were for."""
        return [str(job.device["id"]) for job in self.jobs if job.device is not None]


class House:
    """Everything that an administrator's request meets."""

    def __init__(self, folder: Path) -> None:
        (folder / "run").mkdir(parents=True)
        shelf = Shelf(folder / "plugins")
        self.workers = Workers()
        link = DhcpLink(folder / "run" / "dhcp.sock", lambda _: None)
        settings = Settings()
        self.core = Core(
            data=folder, config=folder / "ringboot.toml", settings=settings, began_with=settings,
            db=FleetDb.open(folder / "fleet.db"), shelf=shelf, world=World(identifier=shelf.identifier), link=link,
            feed=Feed(folder / "run" / "site.json", link, revision=1), pool=self.workers, addresses=dict,
            utc=lambda: NOW,
        )  # fmt: skip
        self.renders = Renders(self.core)
        self.synchronizer = Synchronizer(self.core, self.renders, SipSender(), AmiClient())
        self.desk = Desk(
            self.core, self.renders, Counter(), Slowest(), Names(self.core), synchronizer=self.synchronizer
        )

        def first(books: Books) -> None:
            configs.add_stock(books, self.core.world.chance, NOW)
            self.core.read_settings(books)
            self.core.read_plugins(books)

        self.core.db.write_sync(first)

    async def put(self, *devices: Device) -> None:
        """Let devices be known."""

        def put(books: Books) -> None:
            for device in devices:
                books.devices.put(device, "test", NOW)

        await self.core.db.write(put)

    def device(self, ident: str) -> Device:
        """Give a device that must be there."""
        with self.core.db.reading() as books:
            found = books.devices.get(ident)
        assert found is not None
        return found


def phone(ident: str, number: int = 1) -> Device:
    """Describe a phone of the catalog."""
    mac = f"00:08:5d:00:{number >> 8:02x}:{number & 255:02x}"
    return Device(ident, mac=mac, plugin="aastra", config="default", model="6731i", added="auto")


@asynccontextmanager
async def house(folder: Path) -> AsyncIterator[House]:
    """Build a house with the plugin of the phones, and take it down again."""
    made = House(folder / "data")
    try:
        await made.core.copy_plugins(["aastra"], "test")
        yield made
    finally:
        made.core.db.close()


async def until(condition: Callable[[], object]) -> None:
    """Let the others run until the condition holds."""
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0)
