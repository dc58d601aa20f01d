"""All that decides a DHCP answer, compiled by main and read by dhcp: networks, pools, classes, brand options."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ringboot.dhcp.private import Private
from ringboot.model import codec
from ringboot.model.whose import PLACES

SITE_VERSION = 1

# Option sets map an option's key to its text form: {"66": "{http}/Folder", "43.2": "..."}.  The key is the code,
# or code.sub-code; the text may hold the placeholders {server} {http} {http_port} {https} {tftp} {mac} {token}.
OptionTexts = dict[str, str]
_HOST_NAME = "12"


@dataclass(frozen=True, slots=True)
class Pool:
    """A range of addresses, both ends included."""

    first: int
    last: int
    options: OptionTexts = field(default_factory=dict)
    classes: tuple[str, ...] = ()  # whom it serves; nobody named: everybody
    max_leases: int | None = None  # at a time


@dataclass(frozen=True, slots=True)
class Block:
    """A run of addresses, both ends included."""

    first: int
    last: int

    def holds(self, address: int) -> bool:
        """Say whether an address lies in it."""
        return self.first <= address <= self.last


@dataclass(frozen=True, slots=True)
class Network:
    """A subnet that is served, or known."""

    name: str
    subnet: int
    prefix: int
    segment: str  # networks with the same segment share one wire
    relays: tuple[str, ...] = ()  # relay agents whose address lies elsewhere
    authoritative: bool = True
    pools: tuple[Pool, ...] = ()
    lease_time: int = 28800  # seconds
    unknown: str = "serve"  # serve | quarantine | ignore
    quarantine: str | None = None  # the network that unknown clients are served from
    trust: str | None = None  # first-use, or nothing
    identity: str = "client-id"  # client-id | mac
    rapid_commit: bool = False
    bootp: bool = False
    bootp_lease_time: int = 0xFFFFFFFF  # for ever
    min_lease_time: int | None = None  # bounds of what clients ask for
    max_lease_time: int | None = None
    max_leases_per_circuit: int | None = None  # at a time, behind one port of a relay
    scarce_lease_time: int | None = None  # seconds, at most, while a pool runs short
    scarce_above: float = 0.8  # part of a pool's addresses that is leased then
    t1: float = 0.5  # parts of the lease time
    t2: float = 0.875
    ddns_domain: str | None = None  # what clients are called in: host.ddns_domain
    proxy: bool = False  # DHCP is elsewhere, and what boots from the network is told its file beside it
    options: OptionTexts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Match:
    """One condition: the named evidence (dhcp.60, dhcp.12, dhcp.mac, ...) as text matches a regular expression."""

    evidence: str
    pattern: str


@dataclass(frozen=True, slots=True)
class Class:
    """Clients of one kind; it matches when every condition of any alternative holds."""

    name: str
    layer: str  # brand | class
    alternatives: tuple[tuple[Match, ...], ...]
    options: OptionTexts = field(default_factory=dict)
    lease_time: int | None = None  # seconds; None: the network's


@dataclass(frozen=True, slots=True)
class BootItem:
    """A line of a boot menu."""

    text: str
    file: str = ""  # "": the machine boots from its disk


@dataclass(frozen=True, slots=True)
class Boot:
    """What machines that boot from the network get; the first row that fits decides.  Texts hold placeholders."""

    name: str
    conditions: tuple[Match, ...] = ()  # all of them hold
    networks: tuple[str, ...] = ()  # where the machine is; none: anywhere
    classes: tuple[str, ...] = ()  # that it is in one of; none: whatever it is in
    known: bool | None = None  # a device, or a client with a reservation; None: either
    file: str = ""  # by TFTP, or by HTTP to who boots by HTTP; "" with all others: from its disk
    url: str = ""  # for who boots by HTTP
    script: str = ""  # for iPXE, which `file` may be
    next_server: str = ""  # whose files they are; "": ours
    server_name: str = ""
    menu: tuple[BootItem, ...] = ()
    prompt: str = ""
    timeout: int = 10  # seconds
    options: OptionTexts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reservation:
    """An address kept for one client."""

    network: str
    kind: str  # a row of model.whose
    value: str  # as that row writes it: the MAC as aa:bb:cc:dd:ee:ff, the client identifier as hex
    address: str
    hostname: str | None = None
    options: OptionTexts = field(default_factory=dict)

    def name_at(self, address: str) -> str:
        """Give the name of its client at an address; of all that are at one place, the one with its address has it."""
        if self.kind in PLACES and address != self.address:
            return ""
        return self.options.get(_HOST_NAME) or self.hostname or ""


@dataclass(frozen=True, slots=True)
class Site:
    """The whole of it, with a revision that grows with every change."""

    revision: int
    networks: tuple[Network, ...] = ()
    classes: tuple[Class, ...] = ()  # brands first, then the configuration's in file order
    options: OptionTexts = field(default_factory=dict)
    server: str | None = None  # what devices are told; None: the address of the interface they came in on
    http_port: int = 8667
    tftp_port: int = 69
    https_port: int = 0  # 0: there is none
    probe: bool = True  # whether somebody uses an address is asked before it is offered for the first time
    probe_relayed: bool = True  # also where it lies on none of our wires
    question_deadline: float = 0.3  # seconds
    on_no_answer: str = "silent"  # silent | serve
    scripts: bool = False  # there is a scripts process, which says whom it is to be asked about
    scan: bool = True  # the pools are asked through by ARP
    scan_rate: int = 4000  # addresses a second, when scripts look for hosts
    max_declines: int = 3  # addresses that one client may put into quarantine within an hour
    dhcp_integration: bool = True
    subnet_selection: bool = False  # option 118 is obeyed
    dns: bool = False  # names of clients are written into the DNS
    forcerenew: bool = True  # clients that can be asked to renew are told a nonce (RFC 6704)
    leasequery: tuple[Block, ...] = ()  # who may ask about leases (RFC 4388)
    boot: tuple[Boot, ...] = ()  # in file order
    declared: tuple[Private, ...] = ()  # the site's own names of options: for people, since option sets have keys


def names_token(site: Site, reservations: Iterable[Reservation] = ()) -> bool:
    """Tell whether any option holds {token}: only then does dhcp need to hold the devices' secret words."""
    sets = [site.options]
    for network in site.networks:
        sets += [network.options, *(pool.options for pool in network.pools)]
    sets += [each.options for each in site.classes]
    for row in site.boot:
        sets += [row.options, {"file": row.file, "url": row.url, "script": row.script}]
        sets += [{"file": item.file} for item in row.menu]
    sets += [each.options for each in reservations]
    return any("{token}" in text for texts in sets for text in texts.values())


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What dhcp starts from without main: the site and the rows of the feed up to a sequence number."""

    version: int
    seq: int
    site: Site
    reservations: tuple[Reservation, ...] = ()
    known: tuple[str, ...] = ()  # MACs of configured and approved devices
    words: dict[str, str] = field(default_factory=dict)  # MAC -> the secret word of its URL, where options name it


def read_snapshot(data: bytes) -> Snapshot:
    """Read a snapshot; BadMessage when it is of another version or broken."""
    snapshot = codec.decode(Snapshot, data)
    if snapshot.version != SITE_VERSION:
        raise codec.BadMessage(f"Snapshot.version: {snapshot.version}, this program reads {SITE_VERSION}")
    return snapshot
