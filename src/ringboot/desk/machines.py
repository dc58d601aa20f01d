"""Machines that boot from the network: what they fetch moves them on, and a person says which may be installed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from ringboot.desk.core import Core
from ringboot.desk.devices import DeviceDesk
from ringboot.desk.errors import Refused
from ringboot.desk.follower import Follower
from ringboot.desk.listing import Page, Query, select
from ringboot.desk.renders import Renders
from ringboot.fleet import machines
from ringboot.fleet.books import Books
from ringboot.fleet.files import Places, Resolved
from ringboot.fleet.machines import Opened
from ringboot.model.device import Device
from ringboot.model.file import FileRequest, Sent
from ringboot.model.machine import Machine

Row = dict[str, Any]
_TEXTS = ("id", "mac", "ip", "model", "config", "description", "state")


class Machines:
    """What follows from what machines fetch."""

    def __init__(
        self,
        core: Core,
        follower: Follower,
        renders: Renders,
        places: Places,
        neighbour: Callable[[str], str | None],
    ) -> None:
        """`neighbour` tells who is at an address, where DHCP is elsewhere."""
        self._core = core
        self._neighbour = neighbour
        self._follower = follower
        self._renders = renders
        self._places = places

    async def opened(self, request: FileRequest) -> Resolved:
        """Answer a one-shot URL; StoreFailed: its use could not be noted, so that nothing is given."""
        core, neighbour = self._core, self._neighbour(request.peer)
        await self._follower.load()

        def write(books: Books) -> Opened:
            return machines.open_once(books, core.world, request, self._places, utc=core.utc(), neighbour=neighbour)

        opened = await core.db.write(write)
        if opened.installed is not None:
            self._renders.need((opened.installed,), "it was installed")
        return opened.resolved

    def sent(self, resolved: Resolved, sent: Sent) -> None:
        """Take in how the sending of a file went."""
        device, manifest = resolved.seen.device, self._core.world.plugins.get(resolved.seen.plugin or "")
        if device is None or manifest is None or manifest.machine is None:
            return
        if resolved.once and not sent.complete:
            self._core.background.start(self._unused(device.id, resolved.once), "a one-shot URL that may be used again")
        elif sent.complete and resolved.seen.proof and machines.is_script(manifest, resolved.path):
            self._core.background.start(self._asked(device.id), "what follows from a machine's question")

    async def _unused(self, device: str, name: str) -> None:
        await self._core.db.write(lambda books: books.machines.unuse(device, name))

    async def _asked(self, ident: str) -> None:
        core = self._core

        def write(books: Books) -> Machine | None:
            device = books.devices.get(ident)
            return None if device is None else machines.asked(books, core.world, device, core.utc())

        changed = await core.db.write(write)
        if changed is not None:
            self._renders.need((ident,), f"it is {changed.state}")


class MachineDesk(DeviceDesk):
    """What `ringboot boot` needs."""

    async def machines(self, query: Query) -> Page:
        """Give a page: {id, mac, ip, model, config, description, state, since, who, asked}."""
        return await asyncio.to_thread(self._machine_page, query)

    def _machine_page(self, query: Query) -> Page:
        with self.core.db.reading() as books:
            world, kept = self.core.world, books.machines.all()
            plugins = [name for name, manifest in world.plugins.items() if machines.about(manifest) is not None]
            found = books.devices.find("plugin", *plugins) if plugins else []
            rows = [_row(each, kept.get(each.id) or Machine(each.id)) for each in found]
        return select(rows, query, _TEXTS)

    async def approve_machine(self, device_id: str, who: str, again: bool) -> Row:
        """Let one be installed, `again`: once more; its script stands when this returns."""
        core = self.core

        def write(books: Books) -> tuple[Device, Machine]:
            device = self._named(books, device_id)
            return device, machines.approve(books, core.world, device, who, core.utc(), again=again)

        device, machine = await self._written(write)
        failed = await self.renders.done((device.id,), f"to be installed by {who}")
        if failed:
            raise Refused(f"It may be installed, but its files cannot be made: {failed[device.id]}.")
        return _row(device, machine)


def _row(device: Device, machine: Machine) -> Row:
    about = {key: getattr(device, key) for key in ("id", "mac", "ip", "model", "config", "description")}
    return about | {key: getattr(machine, key) for key in ("state", "since", "who", "asked")}
