"""The process: reads the scripts, says what hooks there are, and runs them when dhcp or main asks for it."""

from __future__ import annotations

import base64
import contextlib
import faulthandler
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple

from ringboot import log
from ringboot.app.scripting.calls import Caller
from ringboot.app.scripting.follower import Follower
from ringboot.app.scripting.line import Frame, Line
from ringboot.app.scripting.lookups import Lookups
from ringboot.app.scripting.notices import DROPPED, TAKEN, Notices
from ringboot.app.scripting.notices import FAILED as NOT_TAKEN
from ringboot.app.scripting.outside import Outside
from ringboot.app.scripting.reading import keep_within, read
from ringboot.app.scripting.status import hook_row, resident
from ringboot.app.scripting.timers import Timers
from ringboot.app.scripting.way import Way
from ringboot.host import rights
from ringboot.host.limit import TimeLimit
from ringboot.host.loading import ScriptFault
from ringboot.host.output import Output
from ringboot.host.running import Interrupted, Running
from ringboot.host.start import ANEW, READY, Start
from ringboot.host.trial import attempt
from ringboot.model import codec
from ringboot.model.scripting import Asked, Happened, Hook, Told
from ringboot.scripts import outside
from ringboot.scripts.lease import leases
from ringboot.scripts.registry import Registered, Registry
from ringboot.setup import load as configuration
from ringboot.setup.problems import BadConfig, Wrong
from ringboot.setup.settings import Settings
from ringboot.setup.site import declared_in
from ringboot.store.errors import StoreFailed
from ringboot.store.journal_reader import JournalDamaged, JournalFailed
from ringboot.store.scriptsdb import ScriptsDb

CONFIGURATION, FAILED = 3, 1  # exit codes
PROBLEM = "scripts.problem"  # why the scripts cannot be read, for main to show
SLICE = 0.005  # seconds of answers that leave together
IDLE = 0.5  # seconds after which the main thread looks around unasked
STALE = 0.2  # seconds beyond the deadline after which nobody waits for an answer any more
DHCP, MAIN = "dhcp", "main"
OUTCOMES = (TAKEN, NOT_TAKEN, DROPPED)


def run(start: Start) -> int:
    """Run the process; gives its exit code."""
    output = Output()
    log.start("scripts", json=start.json_log, level=start.log_level, file=output.file)
    output.start(_printed)
    rights.keep_to_oneself()
    sys.setswitchinterval(0.001)  # a hook that computes must not keep the sign of life waiting
    before = _last_words(start)
    try:
        settings = configuration.load(Path(start.config or ""))
        running = Running(start.run / "scripts.running")
        database = ScriptsDb(Path(start.data) / "scripts.db")
        follower = Follower(Path(start.data) / "leases", database)
        follower.load(lambda: _beat(start), running.before)
        leases.use(follower.view, time.time)  # a script may look at them while it is read
        keep_within(settings.scripts.memory)
        registry = read(settings, beat=lambda: _beat(start))
        parts = _Parts(settings, registry, Lookups(settings), output, running, database, follower)
        return _Scripts(start, parts).run(before)
    except (BadConfig, Wrong) as error:
        log.get().error("configuration cannot be used", why=str(error))
    except ScriptFault as error:
        log.get().error("script cannot be used", path=error.path, line=error.line, why=error.why)
        (start.run / PROBLEM).write_text(str(error))
    except (JournalDamaged, JournalFailed, StoreFailed) as error:
        log.get().error("the journal or what scripts keep cannot be read", why=str(error))
        return FAILED
    return CONFIGURATION


def _beat(start: Start) -> None:
    os.write(start.fds["beat"], b".")


def _printed(text: str, left_out: int) -> None:
    log.get().info("script prints", text=text, **({"left_out": left_out} if left_out else {}))


def _last_words(start: Start) -> str:
    """Give what the process before this one said when it crashed, and let a crash of this one be said."""
    path = start.run / "scripts.fault"
    try:
        before = path.read_text(errors="replace")
        faulthandler.enable(path.open("w"))
    except FileNotFoundError:
        faulthandler.enable(path.open("w"))
        return ""
    return before.strip()


class _Parts(NamedTuple):
    """What is there before anybody is listened to."""

    settings: Settings
    registry: Registry
    sources: Lookups
    output: Output
    running: Running
    database: ScriptsDb
    follower: Follower


class _Scripts:
    def __init__(self, start: Start, parts: _Parts) -> None:
        self.start = start
        self.settings, self.registry, self.sources, self.output, self.running, self.database, self.follower = parts
        self.caller = Caller(TimeLimit(), self.settings.scripts.time_limit, self.running)
        self.todo: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self.told: list[Told] = []
        self.stopping = False
        self.reloading = False
        self.began = time.time()
        self.way = Way(self.registry, self.caller, self.told.append, self.todo.put, self.sources)
        self.way.declared = declared_in(self.settings.dhcp.declared)
        self.notices = Notices(self.database)
        self.follower.tell(self.registry, self.caller)
        self.timers = Timers(self.registry, self.caller)
        self.line = Line(
            socket.socket(fileno=os.dup(start.fds["scripts"])), start.fds["beat"], self.caller.is_well, self._heard,
            on_gone=lambda: os._exit(0),
        )  # fmt: skip
        self.frames: dict[tuple[str, str], Callable[[Frame], None]] = {
            (DHCP, "ask"): self._asked,
            (DHCP, "journal"): lambda _: self.todo.put(lambda: None),  # the journal is looked at in each turn
            (DHCP, "scanned"): self.line.answered,
            (DHCP, "seeded"): self.line.answered,
            (MAIN, "reply"): self.line.answered,
            (MAIN, "happened"): self._happened,
            (MAIN, "ask"): self._question,
        }
        # What main may ask, answered on the line's thread: also while a hook runs.
        self.answers: dict[str, Callable[[Frame], Any]] = {"status": lambda _: self.status()}

    def run(self, fault: str) -> int:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        before = self.running.before
        if before is not None or fault:
            self._tell_end(before, fault)
        outside.use(Outside(self.line, self.caller, self.notices, self.database, self.settings.dhcp.networks))
        hello = self.registry.hello(int(self.began * 1000), self.sources.names)
        self.line.start({"t": "hello", "hello": codec.to_plain(hello)})
        self.notices.start()
        (self.start.run / PROBLEM).unlink(missing_ok=True)
        _beat(self.start)
        os.write(self.start.fds["beat"], READY)
        log.get().info("ready", hooks=len(self.registry.rows), scripts=len(self.settings.dhcp.scripts))
        more = False
        while not self.stopping:
            self._turn(more)
            more = self.follower.step()
            self.timers.look()
            if self.caller.is_full:
                log.get().error("no memory is left for anything else: the process starts anew")
                return FAILED
        return 0

    def _stop(self, *_: object) -> None:
        self.stopping = True
        self.todo.put(lambda: None)

    def _turn(self, more: bool) -> None:
        """Do what is asked, for a while; answers leave together.  `more`: something else waits, too."""
        with contextlib.suppress(Empty):
            self.todo.get(timeout=0 if more else min(IDLE, self.timers.patience()))()
            until = time.monotonic() + SLICE
            while time.monotonic() < until:
                self.todo.get_nowait()()
        self._flush()

    def _flush(self) -> None:
        if self.told:
            self.line.send(DHCP, {"t": "told", "rows": [codec.to_plain(each) for each in self.told]})
            self.told.clear()

    # Frames, on the line's thread

    def _heard(self, who: str, frame: Frame) -> None:
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
        try:
            self.way.ask(codec.from_plain(Asked, row, "Asked"))
        except codec.BadMessage as error:
            log.get().error("dhcp asks what cannot be read", why=str(error))

    def _happened(self, frame: Frame) -> None:
        for row in frame["rows"]:
            self.todo.put(lambda row=row: self.way.happened(codec.from_plain(Happened, row, "Happened")))  # type: ignore[misc]

    def _question(self, frame: Frame) -> None:
        what, number = frame.get("what"), frame.get("id")
        if what == "reload":
            tried = bool((frame.get("args") or {}).get("tried"))
            threading.Thread(target=self._reload, args=(number, tried), name="reload", daemon=True).start()
            return
        if what == "web":
            if self.registry.web is None:
                why = "No script of this site has pages: `conf` in [dhcp] names none."
                self.line.send(MAIN, {"t": "answer", "id": number, "ok": False, "error": why})
                return
            self.todo.put(lambda: self._show(number, frame.get("args") or {}))
            return
        answer = self.answers.get(str(what))
        try:
            if answer is None:
                raise LookupError(f"there is no question {what}")
            said = {"ok": True, "data": answer(frame.get("args") or {})}
        except Exception as error:  # of whatever is asked about; the thread must go on
            said = {"ok": False, "error": str(error) or type(error).__name__}
        self.line.send(MAIN, {"t": "answer", "id": number, **said})

    def _show(self, number: Any, args: Mapping[str, Any]) -> None:
        """Show a page of the scripts, in the time that a hook may take."""
        show, made = self.registry.web, list[Mapping[str, Any]]()
        assert show is not None
        row = Registered(Hook("web", "web"), str(args.get("path")), show)
        why = self.caller.call(row, lambda: made.append(show(args)), "")
        data = {"status": 500, "type": "text/plain; charset=utf-8", "data": base64.b64encode(why.encode()).decode()}
        page = {**data, "framed": False, "title": "", "links": []} if why else made[0]
        self.line.send(MAIN, {"t": "answer", "id": number, "ok": True, "data": page})

    # Again, with what the files say now

    def _reload(self, number: Any, tried: bool) -> None:
        """Try the scripts in a process of their own, and become a new process when they are good."""
        faults = [] if tried else attempt(Path(self.start.config or ""))[0]
        if faults:
            why = "; ".join(map(str, faults))
            log.get().error("scripts were not read again", why=why)
            self.line.send(MAIN, {"t": "answer", "id": number, "ok": False, "error": why})
            return
        self.line.send(MAIN, {"t": "answer", "id": number, "ok": True, "data": {}})
        self.todo.put(self._again)

    def _again(self) -> None:
        self._flush()
        self.line.drain()
        self.database.close()
        self.running.clear()
        log.get().info("the scripts are read again")
        self.output.give_back()
        os.write(self.start.fds["beat"], ANEW)
        os.execv(sys.executable, [sys.executable, "-m", "ringboot.app.scripting"])

    # Reports

    def status(self) -> dict[str, Any]:
        """Tell how the scripts do."""
        now, (waiting, why) = self.caller.now, self.database.waiting()
        dhcp = self.settings.dhcp
        return {
            "started": self.began,
            "scripts": [*map(str, self.settings.dhcp.scripts), *([str(dhcp.conf)] if dhcp.conf else [])],
            "running": now.hook.name if now is not None else None,
            "asked": self.way.asked,
            "waiting": self.todo.qsize(),
            "told": self.follower.told,
            "leases": len(self.follower.view),
            "memory": resident(),
            "memory_limit": self.settings.scripts.memory,
            "notices": {"waiting": waiting, "problem": why, **{name: self.notices.outcomes[name] for name in OUTCOMES}},
            "hooks": [hook_row(row) for row in self.registry.rows],
            "sources": [state._asdict() for state in self.sources.states()],
        }

    def _tell_end(self, before: Interrupted | None, fault: str) -> None:
        """Say at what the process before this one ended."""
        where = {} if before is None else {"hook": before.name, "at": before.place, "client": before.client}
        log.get().error(
            "the process of scripts ended while it was at work", **where, **({"fault": fault} if fault else {})
        )
        if before is not None:
            row = next((each for each in self.registry.rows if each.hook.name == before.name), None)
            if row is not None:
                row.figures.failures += 1
                row.figures.problem = f"the process ended in it, at client {before.client}"
                row.figures.failed_at = before.began
                row.figures.traceback = fault
