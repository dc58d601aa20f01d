"""The parent of all processes: starts them with their sockets, notices a death and a hang, starts them again.

A child that ends with one of the codes in FATAL has said why, and a new start would say the same: at the start all
end then.  Later the others go on, so that a slip in the configuration file takes nobody's address.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from ringboot import log
from ringboot.host import rights
from ringboot.host.notice import READY as SERVICE_READY
from ringboot.host.notice import STOPPING, Notice
from ringboot.host.start import ANEW, READY, Start, to_environment

FATAL = {3: 3, 6: 6, 7: 1}  # a child's exit code -> ours: configuration, busy, damaged data
HANG_AFTER = 15.0  # seconds without a beat
LOOK_EVERY = 0.5  # seconds between two looks for parts that hang
STOP_AFTER = 8.0  # seconds that a child has to end after SIGTERM
BACK_OFF = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)  # seconds before the next start, by deaths in a row
CALM_AFTER = 30.0  # seconds of life that make a death the first one again

PLUG = "plug"  # the socket over which a part gets sockets of interfaces that came later

_libc = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1


def _begin_life(wanted: tuple[int, ...]) -> None:
    # Two dhcp processes must never write one journal: a child goes when its supervisor is killed.
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    rights.leave(wanted)


class Changing(Protocol):
    """The sockets of interfaces, which come and go."""

    def look(self) -> Mapping[str, Mapping[str, int]]:
        """Give the interfaces whose sockets are others than before, with these; none: it is gone."""


@dataclass(frozen=True, slots=True)
class Part:
    """A process to keep alive: its module, the names of the sockets that it inherits, and the rights that it keeps."""

    name: str
    module: str
    fds: tuple[str, ...]
    rights: tuple[int, ...] = ()
    hang_after: float = 0.0  # seconds without a beat, once it is ready; 0: the supervisor's
    is_foreign: bool = False  # it runs others' code: once it is ready, its exit code does not speak for us


@dataclass(slots=True)
class _Child:
    part: Part
    process: subprocess.Popen[bytes] | None = None
    beat: int = -1
    plug: socket.socket | None = None  # our end
    heard: float = 0.0
    since: float = 0.0
    deaths: int = 0
    restarts: int = 0
    due: float = 0.0  # when to start it next
    last: str = ""
    is_ready: bool = False
    is_hanging: bool = False  # and was killed for it


@dataclass(slots=True)
class Supervisor:
    """Keep the parts running until a signal says stop."""

    start: Start
    parts: Sequence[Part]
    changing: Changing | None = None
    steady: Callable[[], float] = time.monotonic
    hang_after: float = HANG_AFTER
    notice: Notice = field(default_factory=lambda: Notice({}))
    _children: list[_Child] = field(default_factory=list)
    _selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    _stopping: bool = False
    _was_ready: bool = False
    _exit: int = 0

    def run(self) -> int:
        """Start all parts, watch them, and give the exit code once all have ended."""
        awake, wake = os.pipe()
        os.set_blocking(wake, False)
        os.set_blocking(awake, False)
        previous = signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
            signal.signal(number, lambda *_: None)
        self._selector.register(awake, selectors.EVENT_READ)
        self._children = [_Child(part) for part in self.parts]
        try:
            while not (self._stopping and all(child.process is None for child in self._children)):
                self._turn(awake)
        finally:
            signal.set_wakeup_fd(previous)
            self._selector.close()
            for descriptor in (awake, wake):
                os.close(descriptor)
        return self._exit

    def _turn(self, awake: int) -> None:
        now = self.steady()
        if not self._stopping:
            for child in self._children:
                if child.process is None and now >= child.due:
                    self._begin(child)
        for key, _ in self._selector.select(timeout=self._patience(now)):
            if key.fd == awake:
                for number in os.read(awake, 64):
                    self._signalled(number)
            else:
                self._hear(key.data)
        self._bury()
        self._wake_hanging()
        self.notice.alive(now)
        if self.changing is not None and not self._stopping:
            self._hand_over(self.changing.look())

    def _patience(self, now: float) -> float:
        """Give the seconds until a part is to be started again, or the parts are to be looked at."""
        due = [child.due - now for child in self._children if child.process is None and not self._stopping]
        return max(0.0, min([LOOK_EVERY, *due]))

    def _signalled(self, number: int) -> None:
        if number in (signal.SIGTERM, signal.SIGINT):
            self.stop()
        elif number == signal.SIGHUP:
            for child in self._children:
                if child.process is not None and child.part.name == "main":
                    child.process.send_signal(signal.SIGHUP)

    def stop(self, code: int = 0) -> None:
        """Ask every part to end; those that do not are killed after STOP_AFTER."""
        if not self._stopping:
            self._stopping, self._exit = True, code
            self.notice.tell(STOPPING)
            now = self.steady()
            for child in self._children:
                if child.process is not None:
                    child.process.terminate()
                    child.due = now + STOP_AFTER

    def _begin(self, child: _Child) -> None:
        try:
            reader, writer = os.pipe()
        except OSError as error:
            self._again(child, f"no pipe: {error.strerror}")
            return
        with contextlib.ExitStack() as theirs:
            theirs.callback(os.close, writer)
            more = {"beat": writer}
            ours: socket.socket | None = None
            try:
                if PLUG in child.part.fds:
                    ours, end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
                    theirs.callback(end.close)
                    more[PLUG] = end.fileno()
                process = self._spawn(child.part, more)
            except (OSError, subprocess.SubprocessError) as error:
                os.close(reader)
                if ours is not None:
                    ours.close()
                self._again(child, f"it cannot be started: {error}")
                return
        os.set_blocking(reader, False)
        if ours is not None:
            ours.setblocking(False)
        child.process, child.beat, child.plug = process, reader, ours
        child.since = child.heard = self.steady()
        self._selector.register(reader, selectors.EVENT_READ, child)
        log.get().info("process started", part=child.part.name, pid=process.pid)
        self._tell()

    def _spawn(self, part: Part, more: Mapping[str, int]) -> subprocess.Popen[bytes]:
        fds = {name: number for name, number in self.start.fds.items() if _wanted(name, part.fds)}
        start = replace(self.start, fds={**fds, **more})
        return subprocess.Popen(
            [sys.executable, "-m", part.module],
            env={**os.environ, **to_environment(start)},
            pass_fds=tuple(start.fds.values()),
            preexec_fn=lambda: _begin_life(part.rights),  # noqa: PLW1509  the supervisor has one thread
            start_new_session=True,
        )

    def _hand_over(self, changed: Mapping[str, Mapping[str, int]]) -> None:
        """Give the parts the sockets that are new; a part that starts later gets them with its start."""
        for interface, fds in changed.items():
            for name in [name for name in self.start.fds if name.partition(":")[2] == interface]:
                del self.start.fds[name]
            self.start.fds.update(fds)
            message = json.dumps({"interface": interface, "names": list(fds)}).encode()
            for child in self._children:
                if child.plug is not None:
                    try:
                        socket.send_fds(child.plug, [message], list(fds.values()))
                    except OSError as error:  # it has ended, or hangs: it gets them when it is started again
                        log.get().warning("sockets not handed over", part=child.part.name, why=error.strerror)

    def _again(self, child: _Child, why: str) -> None:
        """Note why a part does not run, and when it is to be started next."""
        now = self.steady()
        child.last = why
        child.deaths = 1 if now - child.since > CALM_AFTER else child.deaths + 1
        child.restarts += 1
        child.due = now + BACK_OFF[min(child.deaths, len(BACK_OFF)) - 1]
        log.get().warning("process ended, starting it again", part=child.part.name, why=why)

    def _hear(self, child: _Child) -> None:
        with contextlib.suppress(BlockingIOError):
            if said := os.read(child.beat, 4096):
                child.heard = self.steady()
                if ANEW in said:
                    child.is_ready = False
                if READY in said[said.rfind(ANEW) + 1 :]:
                    self._ready(child)
            else:
                self._selector.unregister(child.beat)

    def _ready(self, child: _Child) -> None:
        """Tell the service manager, once, when all parts listen."""
        child.is_ready = True
        if not self._was_ready and all(each.is_ready for each in self._children):
            self._was_ready = True
            log.get().info("all parts are ready")
            self.notice.tell(SERVICE_READY, "STATUS=all parts are ready")

    def _bury(self) -> None:
        for child in self._children:
            if child.process is None or child.process.poll() is None:
                continue
            code = child.process.returncode
            with contextlib.suppress(KeyError):
                self._selector.unregister(child.beat)
            os.close(child.beat)
            if child.plug is not None:
                child.plug.close()
            was_ready = child.is_ready
            child.process, child.beat, child.plug, child.is_ready = None, -1, None, False
            why = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit {code}"
            if child.is_hanging:
                why, child.is_hanging = f"{why}, because it did not answer", False
            if self._stopping:
                continue
            speaks = not (was_ready and child.part.is_foreign)
            if code in FATAL and speaks and not child.restarts and self.steady() - child.since <= CALM_AFTER:
                log.get().error("process cannot go on", part=child.part.name, why=why)
                self.stop(FATAL[code])
            else:
                self._again(child, why)

    def _wake_hanging(self) -> None:
        now = self.steady()
        for child in self._children:
            if child.process is None:
                continue
            if now >= child.due if self._stopping else now - child.heard > self._patience_with(child):
                log.get().error("process does not answer, killing it", part=child.part.name)
                child.process.kill()
                child.heard = now
                child.is_hanging = True

    def _patience_with(self, child: _Child) -> float:
        """Give the seconds that a part may be silent: one that starts may read much, on a busy machine."""
        return child.part.hang_after if child.is_ready and child.part.hang_after else self.hang_after

    def _tell(self) -> None:
        """Leave what runs for `ringboot status`, which main answers."""
        rows = [
            {
                "name": child.part.name,
                "pid": child.process.pid if child.process else None,
                "restarts": child.restarts,
                "last_end": child.last,
            }
            for child in self._children
        ]
        rows.insert(0, {"name": "supervisor", "pid": os.getpid(), "restarts": 0, "last_end": ""})
        path = Path(self.start.data) / "run" / "processes.json"
        fresh = path.with_suffix(".new")
        try:
            fresh.write_text(json.dumps(rows))
            fresh.replace(path)
        except OSError as error:  # a full disk must not end what runs
            log.get().error("cannot tell what runs", path=str(path), why=error.strerror)


def _wanted(name: str, wanted: tuple[str, ...]) -> bool:
    return name in wanted or f"{name.partition(':')[0]}:*" in wanted
