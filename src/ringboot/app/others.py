"""Meets other DHCP servers for as long as the daemon runs: asks now and again, and listens between."""

from __future__ import annotations

import asyncio

from ringboot import log, reasons
from ringboot.desk.core import Core
from ringboot.model.address import ip_number
from ringboot.model.event import Event
from ringboot.servers.foreign import CannotLook, Foreign, watch

LOOK_AGAIN = 60.0  # seconds after which an interface is tried again, and the setting read again when it is off
LOOPBACK = "lo"


class OtherServers:
    """The look-out for other DHCP servers."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._said: dict[str, str] = {}

    async def run(self) -> None:
        """Look on every interface, until cancelled."""
        interfaces = [each for each in self._core.began_with.dhcp.interfaces if each != LOOPBACK]
        async with asyncio.TaskGroup() as tasks:
            for each in interfaces:
                tasks.create_task(self._look_on(each))

    async def _look_on(self, interface: str) -> None:
        while True:
            every = self._core.settings.dhcp.detect_servers
            if not every:
                await asyncio.sleep(LOOK_AGAIN)
                continue
            try:
                await watch(interface, every, self.met)
            except CannotLook as error:
                if self._said.get(interface) != str(error):
                    self._said[interface] = str(error)
                    log.get().info("not looked for other DHCP servers", interface=interface, why=str(error))
                await asyncio.sleep(LOOK_AGAIN)

    def met(self, found: Foreign) -> None:
        """Take it that a server was met: one that answered, or that a client chose."""
        core = self._core
        if any(found.server in here for here in core.addresses().values()):
            return
        allowed = found.server in core.settings.dhcp.other_servers or self._is_elsewhere(found.interface)
        if core.others.met(found.server, found.interface, core.utc(), allowed=allowed):
            detail: dict[str, object] = {"server": found.server, "interface": found.interface}
            log.tell("warning", reasons.FOREIGN_SERVER.id, detail)
            core.note(Event(core.utc(), reasons.FOREIGN_SERVER.id, address=found.server, detail=detail))

    def _is_elsewhere(self, interface: str) -> bool:
        """Say whether another server gives the addresses on an interface: a network there says `proxy`."""
        here = [ip_number(address) for address in self._core.addresses().get(interface, ())]
        networks = self._core.settings.dhcp.networks
        return any(each.proxy and any(map(each.subnet.holds, here)) for each in networks)
