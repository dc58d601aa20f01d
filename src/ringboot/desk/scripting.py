"""Main's end of the line to the administrator's Python: what hooks are told of and ask for, and how they do."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from ringboot import log, reasons
from ringboot.desk.core import Core
from ringboot.desk.dhcplink import DhcpLink, Frame
from ringboot.desk.errors import DeskError, NotFound, Refused
from ringboot.host.trial import attempt
from ringboot.model import codec
from ringboot.model.device import Device
from ringboot.model.event import Event
from ringboot.model.file import Serve
from ringboot.model.scripting import DEVICE_CONFIGURED, DEVICE_FOUND, FILE_REQUESTED, Happened, Hello

IDLE = 0.5  # seconds between two looks
BATCH = 200  # events looked at together
WAITING = 2000  # file requests that wait for the process
RELOAD = 20.0  # seconds that reading the scripts again may take
PAGE = 5.0  # seconds that a page of theirs may take, others before it included
SERVED = "served"
PROBLEM = "scripts.problem"

# What hooks are told of, by the reasons of events
KINDS = {
    reasons.DEVICE_CREATED.id: DEVICE_FOUND,
    reasons.DEVICE_ADDED.id: DEVICE_FOUND,
    reasons.CONFIGURED.id: DEVICE_CONFIGURED,
}

Row = dict[str, Any]


class ScriptLine:
    """Stays connected to the process of scripts, and tells it what its hooks want to hear."""

    def __init__(self, core: Core) -> None:
        self._core = core
        path = core.data / "run" / "scripts.sock"
        self.link = DhcpLink(path, self._heard, peer="scripts", greeting={"t": "role", "who": "main"})
        self.on_again: Callable[[], None] = lambda: None  # it was started again
        self._wanted: frozenset[str] = frozenset()
        self._last: int | None = None  # the id of the last event that was told
        self._asked: deque[Happened] = deque(maxlen=WAITING)

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.link.run())
            tasks.create_task(self._follow())

    def file_asked(self, answer: Any, path: str, peer: str, device: Device | None, mac: str | None) -> None:
        """Note that a file was asked for."""
        if FILE_REQUESTED in self._wanted:
            outcome = SERVED if isinstance(answer, Serve) else answer.reason
            facts = {**_facts_of(device), "mac": mac or "", "address": peer, "path": path, "outcome": outcome}
            self._asked.append(Happened(FILE_REQUESTED, self._core.utc(), facts))

    async def _follow(self) -> None:
        """Tell what happened, as long as somebody is there to hear it."""
        with self._core.db.reading() as books:
            self._last = books.events.last()
        while True:
            await asyncio.sleep(IDLE)
            if self.link.connected:
                self._tell()

    def _tell(self) -> None:
        rows = list(self._asked)
        self._asked.clear()
        with self._core.db.reading() as books:
            events = books.events.since(self._last or 0, tuple(KINDS), BATCH)
            for event in events:
                self._last = event.id
                if KINDS[event.reason] in self._wanted:
                    device = books.devices.get(event.device) if event.device else None
                    rows.append(_happened(event, device))
        if rows:
            self.link.send({"t": "happened", "rows": [codec.to_plain(row) for row in rows]})

    def _heard(self, frame: Frame) -> None:
        if frame["t"] == "hello":
            hello: Hello = codec.from_plain(Hello, frame["hello"], "Hello")
            self._wanted = frozenset(hook.kind for hook in hello.hooks)
            self.on_again()
        elif frame["t"] == "question":
            data = self._device(str(frame["args"].get("mac"))) if frame["what"] == "device" else None
            self.link.send({"t": "reply", "id": frame["id"], "data": data})

    def _device(self, mac: str) -> Row | None:
        with self._core.db.reading() as books:
            device = next(iter(books.devices.find("mac", mac)), None)
        return None if device is None else {**_facts_of(device), "id": device.id, "configured": device.configured}


def _facts_of(device: Device | None) -> dict[str, str]:
    if device is None:
        return {}
    names = ("vendor", "model", "version", "plugin", "config")
    facts = {name: str(getattr(device, name) or "") for name in names}
    return {"device": device.id, "mac": device.mac or "", "address": device.ip or "", **facts}


def _happened(event: Event, device: Device | None) -> Happened:
    told = {"device": event.device or "", "mac": event.mac or "", "address": event.address or ""}
    return Happened(
        KINDS[event.reason], event.utc, {**_facts_of(device), **{key: text for key, text in told.items() if text}}
    )


class ScriptDesk:
    """What `ringboot script status` needs, and a reload."""

    core: Core

    async def scripts(self) -> Row:
        """Tell how the scripts do: {configured, connected, problem, ...} and what their process says of itself."""
        core = self.core
        row: Row = {
            "configured": core.began_with.dhcp.is_scripted, "connected": False, "problem": "", "hooks": [],
            "sources": [], "notices": {}, "scripts": [], "running": None, "started": None, "asked": 0, "waiting": 0,
            "told": 0, "leases": 0, "memory": 0, "memory_limit": 0,
        }  # fmt: skip
        if core.scripts is None:
            return row
        try:
            row |= await core.scripts.ask("status", {})
            return row | {"connected": True}
        except (DeskError, LookupError) as error:
            return row | {"problem": await asyncio.to_thread(self._why_not, str(error))}

    async def script_page(self, path: str, query: str) -> Row:
        """Have the scripts show one of their pages; NotFound when they have none."""
        if self.core.scripts is None:
            raise NotFound("There are no scripts: ringboot.toml names none.")
        try:
            row: Row = await self.core.scripts.ask("web", {"path": path, "query": parse_qs(query)}, PAGE)
        except LookupError as error:
            raise NotFound(str(error.args[0])) from None
        return row

    def _why_not(self, otherwise: str) -> str:
        try:
            return (self.core.data / "run" / PROBLEM).read_text()
        except OSError:
            return otherwise

    async def try_scripts(self) -> None:
        """Read the scripts as they are now, in a process of their own; Refused says what is wrong with them."""
        if self.core.scripts is None:
            return
        faults, _ = await asyncio.to_thread(attempt, self.core.config)
        if faults:
            told = "\n".join(map(str, faults))
            raise Refused(f"The configuration was not changed: a script cannot be used.\n{told}", code="configuration")

    async def read_scripts_again(self) -> None:
        """Let the process of scripts read them again; try_scripts found them good."""
        if self.core.scripts is None:
            return
        try:
            await self.core.scripts.ask("reload", {"tried": True}, RELOAD)
        except (DeskError, LookupError) as error:  # it starts, and reads them then
            log.get().warning("the scripts are not there to be read again", why=str(error))
