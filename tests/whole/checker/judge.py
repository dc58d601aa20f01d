"""Judges what clients were given, by that alone: no address twice at one time, no lease lost, none in quarantine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from struct import Struct
from typing import NamedTuple

DECLINE, ACK, NAK, RELEASE = 4, 5, 6, 7
QUARANTINED, UNANSWERED = 64, 65
NAMES = {DECLINE: "DECLINE", ACK: "ACK", NAK: "NAK", RELEASE: "RELEASE"}
NAMES |= {QUARANTINED: "quarantined", UNANSWERED: "unanswered"}
QUARANTINE = 24 * 3600 * 1_000_000  # microseconds for which an address that was found in use is not given

_RECORD = Struct("<QQIIIBBxx")
_CHUNK = _RECORD.size * 4096


class Record(NamedTuple):
    """What a client heard, sent, or waited for in vain; times in microseconds of one steady clock."""

    at: int
    asked: int  # when it asked for the first time: a lease runs from there (RFC 2131 4.4.5)
    client: int
    address: int
    seconds: int
    kind: int
    how: int  # selecting 2, renewing 3, starting again 4


class Claim(NamedTuple):
    """What a client may believe: the address is its own until `end`."""

    client: int
    address: int
    end: int


class Fault(NamedTuple):
    """Something that must not happen."""

    what: str  # given twice | lost | from quarantine
    record: Record
    claim: Claim | None


class Judge:
    """Takes records in their order."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.counts: Counter[str] = Counter()
        self._of_address: dict[int, Claim] = {}
        self._of_client: dict[int, Claim] = {}
        self._quarantine: dict[int, int] = {}  # address -> until

    def live(self, at: int) -> int:
        """Count the addresses that somebody may use at this time."""
        return sum(claim.end > at for claim in self._of_address.values())

    def hear(self, records: Iterable[Record]) -> None:
        """Judge records."""
        for record in records:
            self.counts[NAMES[record.kind]] += 1
            if record.kind == ACK:
                self._acknowledged(record)
            elif record.kind in (RELEASE, DECLINE):
                self._end(record.client)
            elif record.kind == QUARANTINED:
                self._quarantine[record.address] = record.at + QUARANTINE
            else:
                # A NAK, or silence, is the end of a lease; as long as it was not over it is one that was lost.
                claim = self._of_client.get(record.client)
                if claim is not None and claim.end > record.at and claim.address == record.address:
                    self.faults.append(Fault("lost", record, claim))
                self._end(record.client)

    def _acknowledged(self, record: Record) -> None:
        at, asked, client, address, seconds, _, _ = record
        other = self._of_address.get(address)
        if other is not None and other.client != client and other.end > at:
            self.faults.append(Fault("given twice", record, other))
        if self._quarantine.get(address, 0) > at:
            self.faults.append(Fault("from quarantine", record, None))
        before = self._of_client.get(client)
        if before is not None and before.address != address:
            if before.end > at:
                self.faults.append(Fault("lost", record, before))
            self._end(client)
        self._of_address[address] = self._of_client[client] = Claim(client, address, asked + seconds * 1_000_000)

    def _end(self, client: int) -> None:
        claim = self._of_client.pop(client, None)
        if claim is not None and self._of_address.get(claim.address) is claim:
            del self._of_address[claim.address]


def records(path: Path) -> Iterator[Record]:
    """Read what clients wrote down; a record that is not whole yet is left out."""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield from map(Record._make, _RECORD.iter_unpack(chunk[: len(chunk) - len(chunk) % _RECORD.size]))


def packed(rows: Iterable[Record]) -> bytes:
    """Write records as the clients do."""
    return b"".join(_RECORD.pack(*row) for row in rows)
