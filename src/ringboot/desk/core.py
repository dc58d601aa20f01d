"""What all parts of the desk share: the database, the world as it is now, the channel to dhcp, the configuration."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ringboot import log, reasons
from ringboot.desk.background import Background
from ringboot.desk.dhcplink import DhcpLink
from ringboot.desk.feed import Feed
from ringboot.desk.jobs import Jobs
from ringboot.desk.lag import Lag
from ringboot.desk.others import Others
from ringboot.desk.pace import Pace
from ringboot.desk.shelf import Shelf
from ringboot.desk.standings import Standings
from ringboot.fleet import devices, urls
from ringboot.fleet import settings as fleet_settings
from ringboot.fleet.books import Books, PluginState
from ringboot.fleet.networks import Networks
from ringboot.fleet.world import World
from ringboot.host.render import RenderPool
from ringboot.model.address import ip_number, ip_text, prefix_mask
from ringboot.model.device import Device
from ringboot.model.event import Event
from ringboot.model.site import Site
from ringboot.plugins.folder import NotInstalled
from ringboot.plugins.job import ServerFacts
from ringboot.plugins.manifest import BadManifest
from ringboot.setup.settings import Settings
from ringboot.setup.site import site_of
from ringboot.store.fleetdb import FleetDb

WORDS = 100  # secret words made in one write


@dataclass(slots=True)
class Core:
    """One for the life of the main process; `settings` is replaced by a reload.

    `began_with` is not: the supervisor opened the sockets that it names.
    """

    data: Path
    config: Path
    settings: Settings
    began_with: Settings
    db: FleetDb
    shelf: Shelf
    world: World
    link: DhcpLink
    feed: Feed
    pool: RenderPool
    addresses: Callable[[], dict[str, tuple[str, ...]]]  # interface -> our addresses there, dotted
    utc: Callable[[], float] = time.time
    started: float = field(default_factory=time.time)
    lag: Lag = field(default_factory=Lag)
    pace: Pace = field(default_factory=Pace)
    others: Others = field(default_factory=Others)
    background: Background = field(default_factory=Background)
    jobs: Jobs = field(init=False)
    standings: Standings = field(default_factory=Standings)
    changing_plugins: asyncio.Lock = field(default_factory=asyncio.Lock)  # one installs, upgrades or removes at a time
    tls_problem: str = ""  # why https is not served, or not with the newest certificate
    admin_problem: str = ""  # why the administrator's door over the network is shut
    scripts: DhcpLink | None = None  # to the process of the administrator's Python, where there is one
    look_at_tls: Callable[[], Awaitable[None]] | None = None  # takes up certificates that were replaced

    def __post_init__(self) -> None:
        """Remember the jobs of before the start."""
        self.jobs = Jobs(self.utc, self.db.write_later)
        with self.db.reading() as books:
            self.jobs.restore(books.jobs.all())

    def read_plugins(self, books: Books) -> None:
        """Read every manifest again and let identification use what is there."""
        self.shelf.read(books.plugins.all())
        self.world.plugins = self.shelf.plugins
        # One that is installed and broken waits for somebody to mend it; its brand's catalog plugin cannot replace it.
        blocked = self.shelf.blocked
        self.world.catalog = {name: each for name, each in self.shelf.catalog.items() if name not in blocked}
        self.world.identifier = self.shelf.identifier
        self.world.memory.clear()
        for broken in self.shelf.broken:
            detail = {"plugin": broken.path.parent.name, "why": str(broken)}
            log.tell("error", reasons.PLUGIN_BROKEN.id, detail)

    def read_settings(self, books: Books) -> None:
        """Take over the settings of the database."""
        self.world.settings = fleet_settings.read(books.settings)

    def read_networks(self, reserved: Collection[str]) -> None:
        """Take over the networks of the configuration; `reserved` names those that hold a reservation."""
        self.world.networks = Networks(self.feed.site.networks, reserved)

    def install_site(self) -> None:
        """Compile the site, and let dhcp read it."""
        self.feed.install(self.compile_site(self.settings), self._words)
        if self.feed.names_token:
            self.background.start(self.make_words(), "the making of secret URLs")
        self.read_networks({row.network for row in self.feed.reservations.values()})

    def compile_site(self, settings: Settings) -> Site:
        """Compile what dhcp decides by from a configuration, the brands and the settings of the database."""
        site = site_of(
            settings,
            revision=self.feed.site.revision + 1,
            brands=self.shelf.classes(),
            dhcp_integration=self.world.settings.dhcp_integration,
        )
        began = self.began_with
        http, tftp, https = began.http.listen, began.tftp.listen, began.https.listen
        return replace(
            site,
            server=self.told_address,
            http_port=http.port if http else 0,
            tftp_port=tftp.port if tftp else 0,
            https_port=https.port if https else 0,
            scripts=began.dhcp.is_scripted,
        )

    async def publish(self) -> bool:
        """Do so, and wait: True once dhcp works by it."""
        self.install_site()
        return await self.feed.applied()

    def know(self, device: Device) -> None:
        """Let dhcp know a device that is configured, or that a person vouched for; and forget any other."""
        if device.mac is None:
            return
        if device.configured and device.mac in self.feed.known and not self.feed.names_token:
            return  # a whole fleet is rendered, and nothing of this is news
        with self.db.reading() as books:
            known = devices.is_known(books, device)
            word = books.urls.of_device(device.id) if self.feed.names_token else None
        if known:
            self.feed.put_known(device.mac)
        else:
            self.feed.drop_known(device.mac)
        if word is not None:
            self.feed.put_word(device.mac, word)
        elif known and self.feed.names_token:
            self.background.start(self.make_words((device.id,)), "the making of a secret URL")

    def _words(self) -> dict[str, str]:
        with self.db.reading() as books:
            return books.urls.by_mac()

    async def make_words(self, idents: Sequence[str] | None = None) -> None:
        """Make a secret URL for each known device, or each of these, that has none, since options name it."""
        lacking = await asyncio.to_thread(self._lacking) if idents is None else idents
        for first in range(0, len(lacking), WORDS):
            await self._make_some(lacking[first : first + WORDS])

    async def _make_some(self, idents: Sequence[str]) -> None:
        fresh = await self.db.write(lambda books: urls.make(books, self.world, idents, self.utc()))
        for mac, word in fresh.items():
            self.feed.put_word(mac, word)

    def _lacking(self) -> list[str]:
        with self.db.reading() as books:
            return urls.lacking(books)

    async def copy_plugins(self, names: Collection[str], who: str) -> None:
        """Install catalog plugins that identified their first device."""
        fresh = [name for name in names if name not in self.shelf.folders and self._copied(name)]
        if not fresh:
            return

        def keep(books: Books) -> None:
            for name in fresh:
                books.plugins.put(PluginState(name, "installed", name))
            self.read_plugins(books)

        await self.db.write(keep)
        log.get().info("plugin installed", plugins=", ".join(fresh), by=who)

    def _copied(self, name: str) -> bool:
        """Copy a plugin; when that fails its devices say that it is not installed, and the log says why."""
        try:
            self.shelf.copy(name)
        except (NotInstalled, BadManifest) as error:
            log.get().error("plugin could not be installed", plugin=name, why=str(error))
            return False
        return True

    async def tell(self, *events: Event) -> None:
        """Write events; StoreFailed."""

        def add(books: Books) -> None:
            for event in events:
                books.events.add(event)

        await self.db.write(add)

    def note(self, *events: Event) -> None:
        """Write events soon; what cannot be written is logged and lost."""
        self.db.note(*events)

    @property
    def told_address(self) -> str | None:
        """Give the address that all devices are told; None: each the one that it came in on."""
        return self.world.settings.server_address or self.began_with.server.address

    def facts(self, address: str | None) -> ServerFacts:
        """Say what a device at this address is told of the server."""
        server = self.told_address or self._address_towards(address)
        http = self.began_with.http.listen
        return ServerFacts(server, f"http://{server}:{http.port if http else 0}", server)

    def _address_towards(self, address: str | None) -> str:
        """Give our address in the device's own network, else the first one of the first interface."""
        here = self.addresses()
        ours = [each for name in self.began_with.dhcp.interfaces for each in here.get(name, ())]
        network = None if address is None else self.world.networks.of(address)
        if network is not None:
            mask = prefix_mask(network.prefix)
            for each in ours:
                if ip_number(each) & mask == network.subnet & mask:
                    return each
        return ours[0] if ours else ip_text(0x7F000001)
