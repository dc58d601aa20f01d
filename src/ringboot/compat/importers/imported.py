"""What an import gives: networks, classes, reservations, leases, and each construct that is not carried over."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from ringboot.dhcp import private
from ringboot.dhcp.private import Private
from ringboot.model.site import Network, OptionTexts, Reservation

LARGEST = 64 << 20  # octets of a file that is read


class Place(NamedTuple):
    """Where something stands; lines and columns count from 1."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        """Write it as editors and compilers do."""
        return f"{self.file}:{self.line}:{self.column}"


class NotCarried(NamedTuple):
    """A construct that the result does not say, or says otherwise."""

    place: Place
    construct: str
    why: str
    instead: str

    def __str__(self) -> str:
        """Give `file:line:column: construct: why; what to do`."""
        return f"{self.place}: {self.construct}: {self.why}; {self.instead}"


class BadSource(Exception):
    """A file that cannot be read as what it should be; the text says where, what and what to do."""

    def __init__(self, place: Place, what: str, todo: str) -> None:
        super().__init__(f"{place}: {what}; {todo}")
        self.place = place


@dataclass(frozen=True, slots=True)
class ClassRule:
    """Clients of one kind: `match` and its `options` as `[[dhcp.class]]` has them, each a list of patterns."""

    name: str
    match: dict[str, tuple[str, ...]] = field(default_factory=dict)
    match_options: dict[str, tuple[str, ...]] = field(default_factory=dict)
    options: OptionTexts = field(default_factory=dict)
    lease_time: int | None = None  # seconds


class LeaseRow(NamedTuple):
    """A lease as the other server wrote it down; times are UTC seconds."""

    place: Place
    address: int
    mac: bytes
    client_id: bytes | None
    state: str  # as in model.lease
    start: int
    expiry: int
    options: dict[int, bytes]  # what is known of what the client said


@dataclass(slots=True)
class Imported:
    """All of it, filled while a file is read."""

    interfaces: list[str] = field(default_factory=list)
    address: str | None = None  # what clients are told as the server's, where that is said
    port: int | None = None  # where it is not 67
    pxe_port: int | None = None
    options: OptionTexts = field(default_factory=dict)
    declared: list[Private] = field(default_factory=list)
    networks: list[Network] = field(default_factory=list)
    classes: list[ClassRule] = field(default_factory=list)  # in file order: the later wins
    reservations: list[Reservation] = field(default_factory=list)
    not_carried: list[NotCarried] = field(default_factory=list)

    def declare(self, key: str, name: str, kind: str) -> None:
        """Keep a private option's name, where its kind has a counterpart here; else it is sent by its number."""
        if not kind or any(row.key == key for row in self.declared):
            return
        try:
            row = private.declare(key, name.lower().replace("_", "-"), kind)
        except ValueError:
            return
        if private.find(self.declared, row.name) is None:
            self.declared.append(row)

    def drop(self, place: Place, construct: str, why: str, instead: str) -> None:
        """Note what is not carried over."""
        self.not_carried.append(NotCarried(place, construct, why, instead))


def read_source(path: Path) -> str:
    """Read a text file; BadSource."""
    place = Place(str(path))
    if "\0" in place.file:
        raise BadSource(place, "is no name of a file", "take the null character out of it")
    try:
        if path.exists() and not path.is_file():
            raise BadSource(place, "is not a file", "name the file itself")
        if path.stat().st_size > LARGEST:
            raise BadSource(place, f"the file has more than {LARGEST >> 20} MiB", "is it the right one?")
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadSource(place, f"cannot be read: {error.strerror}", "correct the name, or run as root") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise BadSource(Place(str(path), line), "is not UTF-8", "save it as UTF-8") from None
