"""The one loop of the dhcp process: all sockets, and what is due when."""

from __future__ import annotations

import contextlib
import gc
import os
import select
import signal
import socket
import time
from collections.abc import Callable, Iterator
from functools import partial

from ringboot import log, reasons
from ringboot.answer.decision import FAR
from ringboot.answer.facts import Facts
from ringboot.host.start import READY, Start
from ringboot.leases.table import Table
from ringboot.model.site import Site
from ringboot.servers.dhcp.arp import Prober
from ringboot.servers.dhcp.backlog import PATIENCE
from ringboot.servers.dhcp.busy import Busy
from ringboot.servers.dhcp.channel import Channel
from ringboot.servers.dhcp.clock import Clock
from ringboot.servers.dhcp.consulting import SOCKET, Consulting
from ringboot.servers.dhcp.control import Control
from ringboot.servers.dhcp.disk import Disk
from ringboot.servers.dhcp.door import Door, Sender
from ringboot.servers.dhcp.echo import Pinger
from ringboot.servers.dhcp.interfaces import NOT_SERVED, SERVED, Interfaces, receive
from ringboot.servers.dhcp.link import changes
from ringboot.servers.dhcp.port import Arrivals, Port
from ringboot.servers.dhcp.scan import Stretch
from ringboot.servers.dhcp.sieve import Sieve
from ringboot.servers.dhcp.summons import Summons
from ringboot.servers.dhcp.survey import Survey
from ringboot.servers.dhcp.talk import Talk
from ringboot.store.journal import Journal, JournalDamaged, JournalFailed, JournalLost

BEAT = 1.0  # seconds
SLICE_BUSY, SLICE_IDLE = 0.02, 0.004  # seconds between slices of compaction
TRY_AGAIN = 10.0  # seconds after a slice that could not be written
COLLECT_EVERY = 60  # beats
MANY = 8  # answers that wait for the disk: then it is the disk that limits us
LOOK_EVERY = 5  # beats, where the kernel does not announce changes of addresses

Handler = Callable[[int], None]


class Loop:
    """All that the process holds open, and when it turns to what."""

    def __init__(self, start: Start, journal: Journal, table: Table) -> None:
        self._journal = journal
        self._table = table
        handed = [name.partition(":")[2] for name in start.fds if name[:5] == "dhcp:"]
        self._interfaces = Interfaces((*start.interfaces, *handed), start.dhcp_port, start.pxe_port)
        for interface in handed:
            names = {kind: f"{kind}:{interface}" for kind in ("dhcp", "frame", "pxe")}
            sockets = {kind: socket.socket(fileno=start.fds[n]) for kind, n in names.items() if n in start.fds}
            self._interfaces.plug(interface, sockets)
        self._clock = Clock()
        fd = start.fds.get("echo")
        self._pinger = Pinger(None if fd is None else socket.socket(fileno=fd))
        self._prober = Prober(self._interfaces.frames, self._interfaces.links, self._pinger)
        ports = self._interfaces.ports
        self._disk = Disk()
        facts = Facts(Site(revision=0), table, os.urandom(32))
        self._door = Door(facts, journal, ports, self._prober, clock=self._clock, disk=self._disk)
        self._look()
        fd = start.fds.get("control")
        self._channel = Channel(None if fd is None else socket.socket(fileno=fd))
        self._busy = Busy(time.clock_gettime(time.CLOCK_BOOTTIME))
        self._summons = Summons(self._door, self._way)
        self._control = Control(
            self._channel, self._door, start.run / "site.json", self._busy, self._interfaces, self._summons
        )
        self._control.load()
        self._consulting = Consulting(start.run / SOCKET, self._door)
        self._door.scripts = self._consulting
        self._survey = Survey(self._consulting.channel, self._door, self._prober, self._interfaces)
        self._consulting.handlers |= self._survey.handlers
        self._consulting.on_lost = self._survey.sweep.clear
        self._beat = start.fds.get("beat")
        plug = start.fds.get("plug")
        self._plug = None if plug is None else socket.socket(fileno=plug)
        self._beats = 0
        self._due_beat = 0.0
        self._due_slice = 0.0
        self._due_tell: float | None = None
        self._due_consulting: float | None = None
        self._stopping = False
        self._worked = False  # since the last beat
        self._arrivals = Arrivals()
        self._sieve = Sieve()
        self._more = False
        self._turned = 0.0  # when the loop turned last
        self._stalled = True  # what the sockets hold may have waited for long; so it has when a process starts
        self._wake = socket.socketpair()
        self._changes = changes()
        self._epoll = select.epoll()
        self._handlers: dict[int, Handler] = {}
        both = ((self._channel, self._control.hear), (self._consulting.channel, self._consulting.hear))
        self._talks = [Talk(channel, hear, self._epoll, self._handlers) for channel, hear in both]
        self._watch_all()

    def _watch_all(self) -> None:
        for port in self._interfaces.ports.values():
            self._watch_port(port)
        if self._plug is not None:
            self._plug.setblocking(False)
            self._watch(self._plug, lambda _: self._plugged())
        for end in self._wake:
            end.setblocking(False)
        self._watch(self._wake[0], lambda _: self._drain(self._wake[0]))
        self._watch(self._disk, lambda _: self._settled())
        if self._pinger.socket is not None:
            self._watch(self._pinger.socket, lambda _: self._hear_echo())
        if self._channel.listener is not None:
            self._watch(self._channel.listener, lambda _: self._accept())
        if self._changes is not None:
            self._watch(self._changes, lambda _: self._addresses_changed())
        if self._beat is not None:
            os.set_blocking(self._beat, False)

    def _watch_port(self, port: Port) -> None:
        if port.udp is not None:
            self._watch(port.udp, partial(self._receive, port))
        if port.pxe is not None:
            self._watch(port.pxe, partial(self._receive, port, pxe=True))
        if port.frames is not None:
            self._watch(port.frames, partial(self._hear_arp, port.name))

    def _unwatch(self, what: socket.socket | Disk) -> None:
        # The supervisor has the same socket open, so closing ours would not take it out of epoll.
        self._epoll.unregister(what.fileno())
        del self._handlers[what.fileno()]

    def _watch(self, what: socket.socket | Disk, handler: Handler) -> None:
        self._handlers[what.fileno()] = handler
        self._epoll.register(what.fileno(), select.EPOLLIN)

    # Turning

    def run(self) -> None:
        """Turn until told to stop."""
        before = signal.set_wakeup_fd(self._wake[1].fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._told_to_stop)
        # What was loaded stays: the collector need not look at it again.  The way of a message makes no cycles, so it
        # runs only once a minute, over what is new, when there is nothing else to do.
        gc.freeze()
        gc.disable()
        if self._beat is not None:
            with contextlib.suppress(OSError):
                os.write(self._beat, READY)
        log.get().info("ready", interfaces=", ".join(self._interfaces.ports) or "none", seq=self._journal.seq)
        try:
            while not self._stopping:
                self.turn()
        finally:
            gc.enable()
            signal.set_wakeup_fd(before)

    def stop(self) -> None:
        """End after this turn."""
        self._stopping = True

    def _told_to_stop(self, _number: int, _frame: object) -> None:
        self.stop()

    def turn(self) -> None:
        """Wait until something is due, and do it: messages first, then what can wait."""
        before = time.clock_gettime(time.CLOCK_BOOTTIME)
        owing = len(self._door.settling) >= MANY
        events = self._epoll.poll(self._patience(before))
        steady = time.clock_gettime(time.CLOCK_BOOTTIME)
        self._busy.rest(steady - before, owing=owing)
        self._stalled = self._stalled or before - self._turned > PATIENCE
        self._turned = steady
        for fd, event in events:
            handler = self._handlers.get(fd)
            if handler is not None:
                handler(event)
        self._work(steady)
        if steady >= self._sieve.due:
            share = self._sieve.look(steady)
            for port in self._interfaces.ports.values():
                port.sift(share)
        self._due_tell = self._control.tell(steady)
        self._survey.sweep.step(steady)
        self._due_consulting = self._consulting.turn(steady)
        for talk in self._talks:
            talk.watch()
        if not self._door.has_waiting:
            self._door.scan.step(steady, self._door.is_free)
        if steady >= self._due_beat:
            self._on_beat(steady)
        self._tidy(steady, idle=not events)

    def _patience(self, steady: float) -> float:
        """Give the seconds from now until something is due."""
        if self._door.has_waiting:
            return 0.0
        due = min(self._due_beat, self._sieve.due)
        asking = (self._door.scan.due, self._survey.sweep.due)
        for other in (self._door.parking.due, self._due_tell, self._due_consulting, *asking):
            if other is not None and other < due:
                due = other
        if self._due_slice < due and self._journal.wants_compaction(len(self._table)):
            due = self._due_slice
        return max(0.0, due - steady)

    def _work(self, steady: float) -> None:
        door, arrivals = self._door, self._arrivals
        due = door.parking.due
        if len(arrivals) or door.has_waiting or (due is not None and due <= steady):
            self._arrivals = Arrivals()
            count = len(arrivals)
            more, self._more = self._more, False
            self._stalled = self._stalled and more
            crowded = door.crowded
            door.work(arrivals, more=more)
            self._sieve.note(len(arrivals.later), door.crowded - crowded, steady)
            door.ask_again()
            self._worked = True
            took = time.clock_gettime(time.CLOCK_BOOTTIME) - steady
            if count and door.slowest.is_slow(steady, took):
                door.slowest.note(took, door.clock.now().utc, "dhcp", f"{count} message{'s'[: count > 1]}")

    def _on_beat(self, steady: float) -> None:
        self._due_beat = steady + BEAT
        self._beats += 1
        if self._beat is not None:
            try:
                os.write(self._beat, b".")
            except BlockingIOError:
                pass  # the supervisor does not read; it will see the earlier ones
            except OSError:
                self.stop()  # there is no supervisor any more
        jump = self._clock.jumped()
        if jump is not None:
            seconds = round(jump)
            log.get().warning("the clock jumped", seconds=seconds)
            self._door.hints.say(reasons.CLOCK_JUMPED.id, {"seconds": seconds}, self._clock.now().utc)
        self._table.tend(self._clock.now().utc)
        self._door.scan.want(self._stretches())
        if len(self._summons):
            self._summons.tend(steady)
        if self._changes is None and self._beats % LOOK_EVERY == 0:
            self._look()
        if self._beats % COLLECT_EVERY == 0 and not self._worked:
            gc.collect()
            gc.freeze()
        self._worked = False

    def _stretches(self) -> Iterator[Stretch]:
        """Give the pools that lie on the wires of our interfaces, where they are to be scanned."""
        facts = self._door.facts
        for name, link in self._interfaces.links.items() if facts.site.scan else ():
            # One that is down is asked through when it is up: its pools are new then.
            is_there = link.arp and link.up
            here = {net.name: net for address in link.locals if (net := facts.nets.at(address)) is not None}
            for net in {each.name: each for one in here.values() for each in one.wire}.values() if is_there else ():
                yield from (Stretch(name, first, last) for first, last, _ in net.pools)

    def _tidy(self, steady: float, *, idle: bool) -> None:
        """Look after the journal, between batches."""
        journal = self._journal
        try:
            journal.tidy(idle=idle)
            if steady >= self._due_slice and journal.wants_compaction(len(self._table)):
                journal.compact(self._table.of_address)
                self._due_slice = steady + (SLICE_IDLE if idle else SLICE_BUSY)
        except (JournalFailed, JournalDamaged) as error:
            self._due_slice = steady + TRY_AGAIN
            log.get().error("the journal cannot be compacted", why=str(error))

    def _way(self, address: int) -> tuple[Sender, int] | None:
        """Find how a client is reached, and what we are called there."""
        way = self._interfaces.way_to(address)
        net = self._door.facts.nets.at(address)
        if way is None or net is None:
            return None
        return way[0], self._door.facts.server_for(net, way[1])

    # What the sockets bring

    def _receive(self, port: Port, _event: int, *, pxe: bool = False) -> None:
        too_old = time.time() - PATIENCE if self._stalled else 0.0
        self._more = port.receive(self._arrivals, too_old=too_old, pxe=pxe) or self._more

    def _settled(self) -> None:
        self._door.settled()
        if self._door.settling.disk is None:
            self._unwatch(self._disk)

    def _hear_arp(self, name: str, _event: int) -> None:
        used = self._prober.heard(name)
        self._survey.sweep.heard(name, used)
        for address in self._door.scan.answered(name, used):
            self._door.scan.found += self._door.found_in_use(name, address)
        if used and len(self._door.parking):
            self._door.heard(name, used)

    def _hear_echo(self) -> None:
        used = self._pinger.heard()
        if used and len(self._door.parking):
            self._door.heard(FAR, dict.fromkeys(used, ()))

    def _accept(self) -> None:
        if self._channel.accept():
            self._control.greet()

    def _addresses_changed(self) -> None:
        if self._changes is not None:
            self._drain(self._changes)
        self._look()

    def _plugged(self) -> None:
        """Take the sockets of an interface that came, or learn that it went."""
        assert self._plug is not None
        try:
            plugged = receive(self._plug)
        except BlockingIOError:
            return
        if plugged is None:
            self._unwatch(self._plug)  # the supervisor is gone; the beat tells
            return
        port = self._interfaces.ports[plugged.interface]
        for each in (port.udp, port.frames, port.pxe):
            if each is not None:
                self._unwatch(each)
        self._interfaces.plug(plugged.interface, plugged.sockets)
        self._watch_port(port)
        self._look()

    def _look(self) -> None:
        """Look at the interfaces anew, and tell what is different."""
        for before, now in self._interfaces.look():
            log.get().info("interface", name=now.interface, state=now.state, addresses=now.addresses)
            was_served = before is None or before.state == SERVED
            if was_served == (now.state == SERVED):
                continue
            reason, detail = reasons.INTERFACE_SERVED, {"interface": now.interface, "addresses": now.addresses}
            if now.state != SERVED:
                reason = reasons.INTERFACE_NOT_SERVED
                detail = {"interface": now.interface, "why": NOT_SERVED[now.state]}
                log.tell("warning", reason.id, detail)
            self._door.hints.say(reason.id, dict(detail), self._clock.now().utc)

    @staticmethod
    def _drain(what: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while what.recv(65536):
                pass

    def close(self) -> None:
        """Close everything; what was acknowledged is on the disk already."""
        with contextlib.suppress(JournalLost):
            self._door.flush()
        self._disk.close()
        self._epoll.close()
        self._channel.close()
        self._consulting.channel.close()
        for port in self._interfaces.ports.values():
            port.plug(None, None)
        for end in (*self._wake, self._changes, self._plug, self._pinger.socket):
            if end is not None:
                end.close()
        self._journal.close()
        log.get().info("ended", seq=self._journal.seq)
