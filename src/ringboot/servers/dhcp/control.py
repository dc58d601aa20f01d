"""What main tells dhcp and asks it: rows of the feed, "read the snapshot again", and a closed list of questions."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ringboot import log
from ringboot.leases.change import free, release
from ringboot.model.address import ip_number, ip_text, mac_octets
from ringboot.model.codec import BadMessage, from_plain, to_plain
from ringboot.model.lease import BOUND
from ringboot.model.site import Reservation, read_snapshot
from ringboot.servers.dhcp.busy import Busy
from ringboot.servers.dhcp.channel import Channel, Frame
from ringboot.servers.dhcp.door import Door
from ringboot.servers.dhcp.interfaces import Interfaces
from ringboot.servers.dhcp.summons import Summons
from ringboot.store.journal import JournalFailed

PAGE = 1_000  # leases in one answer
WAKE_EVERY = 0.02  # seconds between two frames that say the journal has grown


class Control:
    """The conversation with main."""

    def __init__(  # noqa: PLR0917  what the process holds open, each once
        self, channel: Channel, door: Door, snapshot: Path, busy: Busy, interfaces: Interfaces, summons: Summons
    ) -> None:
        self.channel = channel
        self._summons = summons
        self._interfaces = interfaces
        self._busy = busy
        self._door = door
        self._path = snapshot
        self._seq = 0  # of the feed
        self._told = 0  # of the journal
        self._wake_after = 0.0
        self._questions: dict[str, Callable[[Frame], Any]] = {
            "release": self._release,
            "outcomes": self._outcomes,
            "counters": self._counters,
            "leases": self._leases,
            "slowest": lambda _: door.slowest.rows(door.clock.now().steady),
            "renew": lambda args: self._summons.begin(_addresses(args)),
            "renewed": lambda args: self._summons.look(_addresses(args)),
            "interfaces": lambda _: self._interfaces.rows(),
            "scan": lambda _: door.scan.row(),
        }

    def load(self) -> None:
        """Read the snapshot that main left; without one, or with a broken one, dhcp goes on with what it has."""
        try:
            snapshot = read_snapshot(self._path.read_bytes())
        except FileNotFoundError:
            log.get().info("no snapshot yet, nothing is served until main writes one", path=str(self._path))
            return
        except (OSError, BadMessage) as error:
            log.get().error("the snapshot cannot be read", path=str(self._path), why=str(error))
            return
        try:
            self._door.facts.replace(snapshot)
        except ValueError as error:
            log.get().error("the snapshot cannot be used", path=str(self._path), why=str(error))
            return
        self._seq = snapshot.seq
        for problem in self._door.facts.problems:
            log.get().warning("left out of the site", why=problem)
        log.get().info("site", revision=snapshot.site.revision, networks=len(snapshot.site.networks))

    def greet(self) -> None:
        """Say where we are to a main that has just connected."""
        self._told = 0
        self.channel.send({"t": "hello", "revision": self._door.facts.site.revision, "seq": self._seq})

    def hear(self) -> None:
        """Do what main says."""
        before = self._seq
        applied = False
        for frame in self.channel.frames():
            kind = frame.get("t")
            if kind == "ask":
                self._answer(frame)
            elif kind == "row":
                applied = self._row(frame) or applied
            elif kind == "reread":
                self.load()
                applied = True
        if applied or self._seq != before:
            self.channel.send({"t": "applied", "seq": self._seq, "revision": self._door.facts.site.revision})

    def tell(self, steady: float) -> float | None:
        """Send what main has not heard yet, if it reads; give the time at which there is more to say."""
        channel = self.channel
        if channel.connection is None or channel.backlog:
            return None  # the loop calls again when there is somebody, or room
        seq = self._door.journal.settled
        if seq != self._told and steady >= self._wake_after:
            self._wake_after = steady + WAKE_EVERY
            if channel.send({"t": "journal", "seq": seq, "busy": self._busy.share(steady)}):
                self._told = seq
        hints = self._door.hints
        due = hints.due
        if due is not None and due <= steady:
            rows = hints.take(steady)
            if rows and not channel.send({"t": "hints", "rows": rows}):
                hints.lost += len(rows)
            due = hints.due
        wake = self._wake_after if seq != self._told else None
        return min((when for when in (wake, due) if when is not None), default=None)

    # The feed

    def _row(self, frame: Frame) -> bool:
        if frame.get("seq") != self._seq + 1:
            self.channel.send({"t": "gap", "seq": self._seq})
            return False
        try:
            self._apply(frame["op"], frame["row"])
        except (KeyError, TypeError, ValueError) as error:
            # The row has its number all the same: asking for it again would bring the same one.
            log.get().error("a row of the feed cannot be used", row=_told(frame), why=str(error))
        self._seq += 1
        return True

    def _apply(self, operation: str, row: dict[str, Any]) -> None:
        facts = self._door.facts
        if operation == "put-reservation":
            facts.put_reservation(from_plain(Reservation, row, "Reservation"))
        elif operation == "drop-reservation":
            facts.drop_reservation(row["network"], row["kind"], row["value"])
        elif operation == "put-known":
            facts.put_known(row["mac"])
        elif operation == "drop-known":
            facts.drop_known(row["mac"])
        elif operation == "put-word":
            facts.put_word(row["mac"], row["word"])
        elif operation == "drop-word":
            facts.drop_word(row["mac"])
        else:
            raise ValueError(f"unknown operation {operation!r}")

    # Questions

    def _answer(self, frame: Frame) -> None:
        answer: Frame = {"t": "answer", "id": frame.get("id")}
        question = self._questions.get(str(frame.get("what")))
        try:
            if question is None:
                raise ValueError(f"dhcp does not answer {frame.get('what')!r}")
            answer.update(ok=True, data=question(frame.get("args") or {}))
        except JournalFailed as error:
            answer.update(ok=False, error=str(error), failed=True)
        except (KeyError, TypeError, ValueError) as error:
            answer.update(ok=False, error=str(error))
        self.channel.send(answer)

    def _release(self, args: Frame) -> Frame:
        """Take an address back: a live lease is released, anything else that is remembered is forgotten."""
        address = ip_number(args["address"]) if isinstance(args["address"], str) else int(args["address"])
        door = self._door
        lease = door.facts.table.of_address(address)
        if lease is None:
            raise ValueError(f"nobody has {ip_text(address)}")
        utc = door.clock.now().utc
        live = lease.state == BOUND and lease.expiry > utc
        door.change(release(lease, utc) if live else free(lease, utc))
        plain: Frame = to_plain(lease)
        return plain

    def _outcomes(self, args: Frame) -> list[dict[str, Any]]:
        return self._door.outcomes.of(mac_octets(args["mac"]))

    def _counters(self, _: Frame) -> Any:
        door = self._door
        counters = door.counters
        counters.hints_lost = door.hints.lost
        counters.dropped = sum(port.dropped() for port in self._interfaces.ports.values())
        now = door.clock.now()
        offered = sorted(door.facts.table.offered_addresses(now.steady))
        pools = {
            (net.name, f"{ip_text(first)}-{ip_text(last)}"): bisect_right(offered, last) - bisect_left(offered, first)
            for net in door.facts.nets.by_name.values()
            for first, last, *_ in net.pools
        }
        return counters.rows(door.facts.table.counts(*now), len(door.parking), pools)

    def _leases(self, args: Frame) -> list[Any]:
        limit = min(max(int(args.get("limit", PAGE)), 1), PAGE)
        page = self._door.facts.table.leases(int(args.get("after", -1)), limit, args.get("network"))
        return [to_plain(lease) for lease in page]


def _addresses(args: Frame) -> list[int]:
    return [ip_number(text) for text in args["addresses"]]


def _told(frame: Frame) -> str:
    """Show a row without the secret that it may hold."""
    row = frame.get("row")
    return repr({**frame, "row": {**row, "word": "***"}} if isinstance(row, dict) and "word" in row else frame)
