"""Answers the doors: which file a request gets, and a note of how it went."""

from __future__ import annotations

import asyncio
import random
import time
from collections import OrderedDict
from collections.abc import Callable

from ringboot import log
from ringboot.desk.core import Core
from ringboot.desk.follower import Follower
from ringboot.desk.machines import Machines
from ringboot.desk.renders import Renders
from ringboot.desk.repeats import Repeats
from ringboot.fleet.books import Books
from ringboot.fleet.files import Find, Places, Resolved, is_news, resolve, sent_event
from ringboot.fleet.paths import normalise
from ringboot.fleet.way import Seen, carry_out, request_seen
from ringboot.host.neighbours import neighbour_of
from ringboot.model.device import Device
from ringboot.model.event import Event
from ringboot.model.file import FileRequest, Refuse, Sent, Serve, masked
from ringboot.model.slowest import Slowest
from ringboot.reasons import BROKEN_OFF
from ringboot.store.errors import StoreFailed

MOST_TICKETS = 20_000  # served requests whose end has not been told yet


BOOT = "boot"  # the folder of the data folder that machines boot from


class Doorway:
    """What TFTP and HTTP talk to."""

    def __init__(self, core: Core, follower: Follower, renders: Renders, find: Find) -> None:
        self._core = core
        self._follower = follower
        self._renders = renders
        self._tickets: OrderedDict[int, Resolved] = OrderedDict()
        # A door may outlive us: what it tells of a file that another life of ours served must not be taken for ours.
        self._count = random.getrandbits(40)
        self.slowest = Slowest()
        self._preparing: dict[str, asyncio.Task[None]] = {}  # plugins that are being copied
        self.on_sent: Callable[[Event], None] | None = None  # told of every file that was sent
        self.on_asked: Callable[[FileRequest, Resolved], None] | None = None  # told of every file that was asked for
        boot = str(core.shelf.root.parent / BOOT)
        self._places = Places(root=lambda plugin: str(core.shelf.tftpboot(plugin) or ""), find=find, boot=boot)
        self._repeats = Repeats(core.world, self._places)
        self.machines = Machines(core, follower, renders, self._places, self._neighbour)

    async def answer(self, request: FileRequest) -> Serve | Refuse:
        """Decide about one request, and note how long it took."""
        began = time.monotonic()
        try:
            if request.once:
                return self._given(request, await self.machines.opened(request))
            return self._given(request, self._at_rest(request) or await self._at_length(request))
        finally:
            self._note_time(request, began)

    def at_once(self, request: FileRequest) -> Serve | Refuse | None:
        """Do so where nothing is to be written and nothing awaited; else None."""
        began = time.monotonic()
        resolved = None if request.once else self._at_rest(request)
        if resolved is None:
            return None
        answer = self._given(request, resolved)
        self._note_time(request, began)
        return answer

    def _note_time(self, request: FileRequest, began: float) -> None:
        steady = time.monotonic()
        if self.slowest.is_slow(steady, steady - began):
            self.slowest.note(steady - began, self._core.utc(), request.door, masked(request.path), request.peer)

    def _given(self, request: FileRequest, resolved: Resolved) -> Serve | Refuse:
        """Give the answer a ticket, by which the door tells how it went."""
        self._count += 1
        answer = resolved.answer._replace(ticket=self._count)
        if log.is_verbose():
            log.get().debug(
                "file asked for", door=request.door, path=masked(request.path), peer=request.peer, mac=resolved.mac,
                answer=answer.name if isinstance(answer, Serve) else answer.reason,
            )  # fmt: skip
        if resolved.events:
            self._core.note(*resolved.events)
        if self.on_asked is not None:
            self.on_asked(request, resolved)
        if isinstance(answer, Serve):
            self._tickets[answer.ticket] = resolved
            if len(self._tickets) > MOST_TICKETS:
                self._tickets.popitem(last=False)
        return answer

    def _at_rest(self, request: FileRequest) -> Resolved | None:
        """Decide in one look about a host of which nothing is to be written and nothing awaited; else None."""
        core = self._core
        if core.pace.is_held_back:
            return None
        utc, generation = core.utc(), core.db.generation
        repeated = self._repeats.find(generation, request, utc)
        if repeated is not None and self._is_settled(repeated.seen.device):
            core.world.quiet.served(repeated.device or "")
            return repeated
        neighbour = self._neighbour(request.peer)
        with core.db.reading() as books:
            seen = request_seen(books, core.world, request, utc, neighbour)
            if seen.changes or seen.read_on:
                return None
            if not self._is_settled(seen.device):
                return None
            resolved = self._resolved(books, request, seen, utc)
        self._repeats.keep(generation, request, resolved)
        return resolved

    def _is_settled(self, device: Device | None) -> bool:
        """Tell whether a device's files are as they will be; a stranger has none."""
        if device is None or device.plugin is None:
            return True
        is_made = device.configured or device.problem is not None
        return is_made and not self._renders.must_be_awaited(device.id) and not self._is_new(device.plugin)

    def _resolved(self, books: Books, request: FileRequest, seen: Seen, utc: float) -> Resolved:
        return resolve(books, self._core.world, request, seen, self._places, ticket=0, utc=utc)

    async def _at_length(self, request: FileRequest) -> Resolved:
        """Decide after everything that follows from the request has been written and made."""
        seen = await self._look(request)
        plugin = seen.device.plugin if seen.device is not None else None
        if plugin is not None and self._is_new(plugin):
            seen = await self._when_prepared(plugin, request)
        if seen.device is not None:
            if seen.device.plugin is not None and not seen.device.configured and seen.device.problem is None:
                self._renders.ensure(seen.device.id)
            if self._renders.must_be_awaited(seen.device.id) and self._may_be_own(seen.device, request):
                await self._renders.settled(seen.device.id)  # the door's own patience ends it
        with self._core.db.reading() as books:
            return self._resolved(books, request, seen, self._core.utc())

    def _may_be_own(self, device: Device, request: FileRequest) -> bool:
        """Tell whether a device asks for a file that is made for it; what all share need not wait for that."""
        manifest = self._core.world.plugins.get(device.plugin) if device.plugin is not None else None
        name = normalise(request.door, request.path)
        return manifest is not None and name is not None and manifest.may_be_one_devices(name)

    def _is_new(self, plugin: str) -> bool:
        """Tell whether a plugin of the catalog is being copied, or has to be: a device was recognised a moment ago."""
        world = self._core.world
        return plugin in self._preparing or (plugin in world.catalog and plugin not in world.plugins)

    async def _when_prepared(self, plugin: str, request: FileRequest) -> Seen:
        """Wait for the plugin of a device, and look again."""
        await self._prepared(plugin, request.door)
        return self._see(request)

    async def _look(self, request: FileRequest) -> Seen:
        if self._core.pace.is_held_back:
            await self._follower.load()  # it rests meanwhile, and the address may be somebody else's by now
        seen = self._see(request)
        if seen.read_on:
            await self._follower.load()
            seen = self._see(request)
        if not seen.changes:
            return seen
        core, utc = self._core, self._core.utc()

        neighbour = self._neighbour(request.peer)

        def write(books: Books) -> Seen:
            found = request_seen(books, core.world, request, utc, neighbour)
            return carry_out(books, core.world, found, request.door, utc)

        try:
            seen = await core.db.write(write)
        except StoreFailed as error:
            log.get().error("a device could not be written", peer=request.peer, why=str(error))
            return seen
        await self._follow(seen, request.door)
        return seen

    def _see(self, request: FileRequest) -> Seen:
        with self._core.db.reading() as books:
            return request_seen(books, self._core.world, request, self._core.utc(), self._neighbour(request.peer))

    def _neighbour(self, peer: str) -> str | None:
        """Ask the kernel who is at an address, where DHCP is elsewhere; within our networks only our lease counts."""
        networks = self._core.world.networks
        network = networks.of(peer)
        return None if network is None or networks.leased(network) else neighbour_of(peer)

    def saw(self, seen: Seen) -> None:
        """Do what follows from a row of the journal."""
        self._core.background.start(self._follow(seen, "dhcp"), "what follows from a lease")

    async def _follow(self, seen: Seen, who: str) -> None:
        """Do what follows from a look: copy its plugin, make the files all share, render its own, let dhcp know it."""
        core = self._core
        for device in seen.devices:
            core.know(device)
        own = seen.device.plugin if seen.device is not None and seen.render else None
        for plugin in dict.fromkeys((*seen.copies, *((own,) if own is not None and self._is_new(own) else ()))):
            await self._prepared(plugin, who)
        self._renders.need(seen.render, f"what it told by {who}")

    async def _prepared(self, plugin: str, who: str) -> None:
        """Copy a catalog plugin and make the files that its devices share, once for all who ask meanwhile."""
        task = self._preparing.get(plugin)
        if task is None:
            task = asyncio.create_task(self._prepare(plugin, who))
            self._preparing[plugin] = task
            task.add_done_callback(lambda _: self._preparing.pop(plugin, None))
        await asyncio.shield(task)

    async def _prepare(self, plugin: str, who: str) -> None:
        await self._core.copy_plugins((plugin,), who)
        await self._renders.common((plugin,))

    def report(self, sent: Sent) -> None:
        """Note how the sending of a file went."""
        if (resolved := self._tickets.pop(sent.ticket, None)) is not None:
            event = sent_event(resolved, sent, self._core.utc())
            self.machines.sent(resolved, sent)
            if self.on_sent is not None:
                self.on_sent(event)
            if is_news(self._core.world, resolved, event):
                self._core.note(event)

    def broken_off(self, door: str) -> None:
        """Take it that a door's process has ended: nobody will tell how the files went that it was sending."""
        under_way = [ticket for ticket, resolved in self._tickets.items() if resolved.door == door]
        for ticket in under_way:
            self.report(Sent(ticket, 0, False, "", BROKEN_OFF.id, f"the {door} process ended"))
