"""The process: reads the scripts, says what hooks there are, and runs them when dhcp or main asks for it."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from ringboot import log
from ringboot.app.scripting.calls import Caller
from ringboot.app.scripting.conf import register
from ringboot.app.scripting.line import Frame, Line
from ringboot.app.scripting.lookups import Lookups
from ringboot.app.scripting.way import Way
from ringboot.host import rights
from ringboot.host.limit import TimeLimit
from ringboot.host.loading import ScriptFault, load
from ringboot.host.running import Running
from ringboot.host.start import READY, Start
from ringboot.model import codec
from ringboot.model.scripting import Asked, Told
from ringboot.scripts.registry import Registry, collect_in
from ringboot.setup import load as configuration
from ringboot.setup.problems import BadConfig, Wrong
from ringboot.setup.settings import Settings
from ringboot.setup.site import declared_in

CONFIGURATION, FULL = 3, 1  # exit codes
SLICE = 0.005  # seconds of answers that leave together
IDLE = 0.5  # seconds after which the main thread looks around unasked
STALE = 0.2  # seconds beyond the deadline after which nobody waits for an answer any more
_M_ARENA_MAX = -8  # mallopt(3): each thread's arena would take 64 MB of the address space
DHCP, MAIN = "dhcp", "main"


def run(start: Start) -> int:
    """Run the process; gives its exit code."""
    log.start("scripts", json=start.json_log, level=start.log_level)
    rights.keep_to_oneself()
    sys.setswitchinterval(0.001)  # a hook that computes must not keep the sign of life waiting
    try:
        settings = configuration.load(Path(start.config or ""))
        registry = read(settings, beat=lambda: _beat(start))
        sources = Lookups(settings)
    except (BadConfig, Wrong) as error:
        log.get().error("configuration cannot be used", why=str(error))
        return CONFIGURATION
    except ScriptFault as error:
        log.get().error("script cannot be used", path=error.path, line=error.line, why=error.why)
        return CONFIGURATION
    return _Scripts(start, settings, registry, sources).run()


def read(settings: Settings, beat: Callable[[], None]) -> Registry:
    """Read all scripts of a configuration, with no more memory than they may have; ScriptFault."""
    ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 2)
    memory = settings.scripts.memory
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    registry = Registry()
    collect_in(registry)
    for path in settings.dhcp.scripts:
        beat()
        load([path])
    if settings.dhcp.conf is not None:
        beat()
        register(settings.dhcp.conf, registry)
    beat()
    return registry


def _beat(start: Start) -> None:
    os.write(start.fds["beat"], b".")


class _Scripts:
    def __init__(self, start: Start, settings: Settings, registry: Registry, sources: Lookups) -> None:
        self.start = start
        self.settings = settings
        self.registry = registry
        self.sources = sources
        self.running = Running(start.run / "scripts.running")
        self.caller = Caller(TimeLimit(), settings.scripts.time_limit, self.running)
        self.todo: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self.told: list[Told] = []
        self.stopping = False
        self.began = time.time()
        self.way = Way(registry, self.caller, self.told.append, self.todo.put, sources)
        self.way.declared = declared_in(settings.dhcp.declared)
        self.line = Line(
            socket.socket(fileno=os.dup(start.fds["scripts"])), start.fds["beat"], self.caller.is_well, self._heard,
            on_gone=lambda: os._exit(0),
        )  # fmt: skip
        self.frames: dict[tuple[str, str], Callable[[Frame], None]] = {
            (DHCP, "ask"): self._asked,
            (DHCP, "scanned"): self.line.answered,
            (DHCP, "seeded"): self.line.answered,
            (MAIN, "reply"): self.line.answered,
        }

    def run(self) -> int:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        self._tell_last_words()
        hello = self.registry.hello(int(self.began * 1000), self.sources.names)
        self.line.start({"t": "hello", "hello": codec.to_plain(hello)})
        _beat(self.start)
        os.write(self.start.fds["beat"], READY)
        log.get().info("ready", hooks=len(self.registry.rows), scripts=len(self.settings.dhcp.scripts))
        while not self.stopping:
            self._turn()
            if self.caller.is_full:
                log.get().error("no memory is left for anything else: the process starts anew")
                return FULL
        return 0

    def _stop(self, *_: object) -> None:
        self.stopping = True
        self.todo.put(lambda: None)

    def _turn(self) -> None:
        """Do what is asked, for a while; answers leave together."""
        try:
            self.todo.get(timeout=IDLE)()
            until = time.monotonic() + SLICE
            while time.monotonic() < until:
                self.todo.get_nowait()()
        except Empty:
            pass
        self._flush()

    def _flush(self) -> None:
        if self.told:
            self.line.send(DHCP, {"t": "told", "rows": [codec.to_plain(each) for each in self.told]})
            self.told.clear()

    def _heard(self, who: str, frame: Frame) -> None:
        """Take a frame; on the line's thread."""
        handler = self.frames.get((who, frame["t"]))
        if handler is not None:
            handler(frame)

    def _asked(self, frame: Frame) -> None:
        until = time.monotonic() + self.settings.dhcp.question_deadline + STALE
        for row in frame["rows"]:
            self.todo.put(lambda row=row: self._ask(row, until))  # type: ignore[misc]

    def _ask(self, row: Any, until: float) -> None:
        if time.monotonic() > until:
            return  # the policy has answered
        self.way.ask(codec.from_plain(Asked, row, "Asked"))

    def _tell_last_words(self) -> None:
        """Say at what the process before this one ended."""
        before = self.running.before
        if before is not None:
            log.get().error(
                "the process of scripts ended while a hook ran", hook=before.name, at=before.place, client=before.client
            )
