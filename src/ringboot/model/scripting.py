"""What crosses between dhcp or main and the scripts process: its hooks, questions about clients, what happened."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from ringboot.model.site import Match, OptionTexts

# What dhcp asks about a message
RESERVATION_OF = "reservation-of"  # before it is decided: is it answered at all, and does somebody know this client?
SCRIPT = "script"  # after it is decided: what do the answer hooks make of the reply?

# Hooks that dhcp waits for, in the order in which a message meets them
SEEN = "seen"  # every message that the filters let through
UNKNOWN = "unknown"  # no reservation, no device, and no source knows the client
CHOSEN = "chosen"  # a reservation was found, here or outside
ANSWER = "answer"  # an OFFER, ACK or NAK is about to leave

# Hooks that are told afterwards: read from the journal, told by main, or due
GRANTED, RENEWED, EXPIRED, DECLINED, RELEASED = "granted", "renewed", "expired", "declined", "released"
DEVICE_FOUND, DEVICE_CONFIGURED, FILE_REQUESTED = "device-found", "device-configured", "file-requested"
TIMER = "timer"

# What becomes of a client whose hook or source gave no answer
SERVE = "serve"
SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Hook:
    """One function of the administrator, and whom it concerns; dhcp asks about nobody else."""

    kind: str  # one of the above
    name: str  # "rules.py:visitor"
    alternatives: tuple[tuple[Match, ...], ...] = ()  # as in a class; none: everybody
    types: tuple[str, ...] = ()  # DISCOVER, REQUEST, ...; none: every type
    networks: tuple[str, ...] = ()  # names of the link's network; none: every one
    no_answer: str = ""  # serve | silent; "": what the site says


@dataclass(frozen=True, slots=True)
class Hello:
    """What the scripts process says first, and again when it has read other scripts."""

    revision: int
    hooks: tuple[Hook, ...] = ()
    sources: tuple[str, ...] = ()  # names of foreign sources of reservations; clients that we know are asked about, too


@dataclass(frozen=True, slots=True)
class Given:
    """What a client gets, as a hook or a foreign source says."""

    origin: str  # who says so: "rules.py:visitor", "source intranet", "conf.py:handleUnknownMAC"
    network: str = ""  # "": the one of the client's wire that holds the address
    address: str = ""  # "": one of the network's pools
    lease_time: int | None = None  # seconds; None: the network's
    t1: int | None = None  # seconds until it renews, and until it rebinds
    t2: int | None = None
    hostname: str = ""
    options: OptionTexts = field(default_factory=dict)  # by key, as in a reservation
    extra: dict[str, str] = field(default_factory=dict)  # what else its origin says of it, for hooks


class Asked(NamedTuple):
    """A question of dhcp about one message."""

    number: int
    what: str  # RESERVATION_OF | SCRIPT
    hooks: tuple[int, ...]  # places in Hello.hooks whose filters fit
    interface: str
    locals: tuple[str, ...]  # our addresses there
    peer: str
    port: int  # of ours, at which it arrived: 67, or the PXE port
    unicast: bool
    network: str  # of the link; "": none that we serve
    known: bool  # a device, or a client with a reservation of ours
    message: bytes  # octets of the message
    lease: str = ""  # the address that it holds
    given: Given | None = None  # the reservation of ours, or what the earlier question brought
    reply: bytes = b""  # SCRIPT: octets of the reply as it would leave


class Told(NamedTuple):
    """The answer to one question."""

    number: int
    drop: str = ""  # the hook that says: no answer
    given: Given | None = None  # RESERVATION_OF
    refuse: bool = False  # RESERVATION_OF: a hook gives the client nothing (any more); what it asks for gets a NAK
    reply: bytes = b""  # SCRIPT: the reply as it shall leave; empty: unchanged
    failed: str = ""  # a hook or source that raised, or took too long, and why: the policy decides
    seconds: float = 0.0  # what it took there


class Happened(NamedTuple):
    """Something that main saw."""

    kind: str  # DEVICE_FOUND | DEVICE_CONFIGURED | FILE_REQUESTED
    utc: float
    facts: dict[str, str]  # device, mac, address, plugin, model, version, path, outcome ... as far as known
