"""What ringboot.toml may hold, one field a key: kind, default and meaning.  Reference page and errors follow."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, JsonValue, StrictBool, StrictInt
from pydantic.dataclasses import dataclass

from ringboot.dhcp.private import KINDS
from ringboot.leases.terms import INFINITE
from ringboot.setup.admin import Admin
from ringboot.setup.boot import BootTable
from ringboot.setup.calls import Agi, Sip
from ringboot.setup.daemon import Log, Server
from ringboot.setup.kinds import (
    Address,
    Deadline,
    Domain,
    Every,
    Folder,
    InterfaceName,
    LeaseTime,
    Listen,
    Meaning,
    Name,
    Names,
    OptionCode,
    OptionKind,
    OptionName,
    OptionText,
    Part,
    Place,
    Quantity,
    Range,
    RangeText,
    SubnetText,
    Wait,
)
from ringboot.setup.match import ClassMatch
from ringboot.setup.register import Register
from ringboot.setup.scripting import Scripts
from ringboot.setup.sources import SourceTable
from ringboot.setup.webhooks import Webhook

_STRICT = ConfigDict(extra="forbid")
_RESTART: dict[str, JsonValue] = {"restart": True}  # of a key that is looked at only when the daemon starts

Port = Annotated[StrictInt, Field(ge=1, le=65535), Meaning("port", "67")]
Options = dict[str, OptionText]


@dataclass(frozen=True, slots=True, config=_STRICT)
class PoolTable:
    """A pool with options of its own."""

    range: RangeText = Field(description="The addresses that are given out, both ends included.")
    v6only_wait: Wait | None = Field(
        default=None, description="As in the network, for clients with an address of this pool."
    )
    options: Options = Field(default_factory=dict, description="DHCP options for clients with an address of this pool.")
    classes: Names | None = Field(
        default=None,
        alias="class",
        description="The classes whose members are served from this pool, nobody else. Default: everybody. "
        "A client that is no member any more is refused its address at the next renewal.",
    )
    max_leases: Quantity | None = Field(
        default=None,
        description="How many leases there may be in this pool at a time. Who has one keeps it. Default: no limit.",
    )


@dataclass(frozen=True, slots=True, config=_STRICT)
class Network:
    """A subnet in which addresses are given out, or which is only known."""

    subnet: SubnetText = Field(description="The subnet.")
    name: Name = Field(default="", description="How the network is called. Default: the subnet.")
    segment: Name | None = Field(
        default=None,
        description="Networks with the same segment share one wire. Default: a segment of its own.",
    )
    relays: tuple[Address, ...] = Field(
        default=(),
        description="Relay agents (giaddr) of this wire whose address lies in none of its subnets. "
        "A relay whose address lies in the subnet need not be named.",
    )
    authoritative: StrictBool = Field(
        default=True,
        description="Refuse (NAK) clients that ask for an address which does not belong here. "
        "Switch it off when another DHCP server answers on the same wire on purpose.",
    )
    pools: tuple[RangeText, ...] = Field(
        default=(), description="Ranges of addresses that are given out. Without any, only reservations are answered."
    )
    pool: tuple[PoolTable, ...] = Field(default=(), description="Pools with options of their own.")
    lease_time: LeaseTime = Field(default=28800, description="How long an address is lent.")
    min_lease_time: LeaseTime | None = Field(
        default=None, description="A client that asks for less gets this. Default: 8 seconds."
    )
    max_lease_time: LeaseTime | None = Field(
        default=None, description="A client that asks for more gets this. Default: lease_time."
    )
    max_leases_per_circuit: Quantity | None = Field(
        default=None,
        description="How many leases one port of a relay may have here at a time, by the relay's address and what it "
        "says in option 82 (circuit id and remote id). Who has one keeps it. Default: no limit.",
    )
    scarce_lease_time: LeaseTime | None = Field(
        default=None,
        description="How long an address of a pool that runs short is lent, also to those who renew. "
        "Reserved addresses are not concerned. Default: as always.",
    )
    scarce_above: Part = Field(
        default=0.8, description="A pool runs short when more than this part of its addresses is leased."
    )
    t1: Part = Field(
        default=0.5,
        description="After which part of the lease time a client renews its lease with us (option 58). "
        "No times are told with an infinite lease; option 58 or 59 of the configuration wins.",
    )
    t2: Part = Field(default=0.875, description="After which part it asks any server (option 59).")
    v6only_wait: Wait | None = Field(
        default=None,
        description="Tell clients that can do without IPv4, and ask for this (option 108, RFC 8925), to do without it "
        "for so long; clients take 5 minutes at least. Only where IPv6 reaches everything. "
        "Without it they get addresses as ever.",
    )
    ddns_domain: Domain | None = Field(
        default=None,
        description="The domain that clients have their names in: that of the reservation, else the one that a client "
        "says, as far as letters, digits and hyphens go. One that asks (option 81, RFC 4702) is told its whole name.",
    )
    identity: Literal["client-id", "mac"] = Field(
        default="client-id",
        description="By what a lease knows its client: the identifier that it sends (option 61, else its MAC), or "
        "always its MAC, so that a machine whose boot ROM, loader and system send different identifiers has one lease. "
        "The same in all networks of a segment.",
    )
    rapid_commit: StrictBool = Field(
        default=False,
        description="Acknowledge at once a client that asks for it (option 80, RFC 4039). "
        "Only where no other DHCP server answers, for each of them would give an address away.",
    )
    bootp: StrictBool = Field(default=False, description="Serve BOOTP clients, which know no leases.")
    bootp_lease_time: LeaseTime = Field(
        default=INFINITE,
        description="How long the address of a BOOTP client is kept for it. It does not renew; it asks when it starts.",
    )
    unknown: Literal["serve", "quarantine", "ignore"] = Field(
        default="serve",
        description="What happens to a client that has no reservation here and is not a configured device: "
        "it is served, sent to the quarantine network, or ignored.",
    )
    quarantine: Name | None = Field(
        default=None, description="The network on the same segment that unknown clients are served from."
    )
    proxy: StrictBool = Field(
        default=False,
        description="Another server gives the addresses here; machines that boot from the network are told their file "
        "beside it (ProxyDHCP), as [[boot]] says. So it is, too, where there are no pools and no reservations.",
    )
    trust: Literal["first-use"] | None = Field(
        default=None,
        description="Only where DHCP is elsewhere (no pools): believe the first claimant of an address that is new.",
    )
    options: Options = Field(default_factory=dict, description="DHCP options for clients of this network.")

    @property
    def called(self) -> str:
        """Give its name, else its subnet."""
        return self.name or str(self.subnet)

    @property
    def ranges(self) -> tuple[Range, ...]:
        """Give the ranges of all its pools, in file order."""
        return (*self.pools, *(each.range for each in self.pool))


@dataclass(frozen=True, slots=True, config=_STRICT)
class OptionTable:
    """A name for an option that has none; wherever options are given it will do, though not in a class's `match`."""

    code: OptionCode = Field(
        description='The number, or that of a sub-option in quotes: `224`, `"43.2"`, `"125.3561.11"`. '
        "Sub-options of 43 may have several names, one for each vendor.",
    )
    name: OptionName = Field(description="How it is called: small letters, digits and dashes.")
    kind: OptionKind = Field(description="What it holds: one of " + ", ".join(f"`{each}`" for each in KINDS) + ".")


@dataclass(frozen=True, slots=True, config=_STRICT)
class ClassTable:
    """Clients of one kind, and the options that they get."""

    name: Name = Field(description="How the class is called.")
    match: ClassMatch = Field(description="Who belongs to it.")
    options: Options = Field(default_factory=dict, description="DHCP options for clients of this class.")
    lease_time: LeaseTime | None = Field(
        default=None,
        description="How long an address is lent to clients of this class, at most. Default: lease_time of the "
        "network. Of several classes, the last one that says it.",
    )


@dataclass(frozen=True, slots=True, config=_STRICT)
class Dhcp:
    """The DHCP server."""

    interfaces: tuple[InterfaceName, ...] = Field(
        json_schema_extra=_RESTART,
        default=(),
        description="The interfaces on which DHCP is answered, also those over which relays reach us. "
        "One that is missing is answered on as soon as it is there.",
    )
    port: Port = Field(json_schema_extra=_RESTART, default=67, description="The UDP port.")
    pxe_port: Port | None = Field(
        json_schema_extra=_RESTART,
        default=None,
        description="The UDP port at which boot servers are asked, 4011 by custom: for boot menus, and for some "
        "firmware where another server gives the addresses. Addresses are given there, too. Off when absent.",
    )
    probe: StrictBool = Field(
        default=True,
        description="Ask whether somebody uses an address before a client is offered it for the first time: by ARP on "
        "our own wires.",
    )
    probe_relayed: StrictBool = Field(
        default=True,
        description="Ask the same by ICMP echo where the address lies on no wire of ours, but behind a relay. One that "
        "does not answer within question_deadline is free, and so is every one while the right to raw sockets is "
        "missing. Without `probe` nothing is asked.",
    )
    question_deadline: Deadline = Field(
        default=0.3, description="How long a client waits for what is looked up before it is answered."
    )
    on_no_answer: Literal["silent", "serve"] = Field(
        default="silent", description="What is done when nothing was found out by then."
    )
    scan: StrictBool = Field(
        default=True,
        description="Ask by ARP, at the start and when addresses are added, who uses the addresses of the pools on our "
        "wires without a lease (100 a second); those go into quarantine. It needs the right to raw sockets; "
        "`ringboot status --json` tells how far it is, and where it is not possible.",
    )
    scan_rate: Annotated[StrictInt, Field(ge=10, le=20_000), Meaning("number", "4000")] = Field(
        default=4000,
        description="How many addresses a second are asked about, at most, when a script looks for hosts "
        "([`DynamicPool`](../tutorial/lan-party.md#where-the-other-server-was)); each question is a broadcast.",
    )
    detect_servers: Every = Field(
        default=600.0,
        description="How often another DHCP server is looked for on each interface, by a DISCOVER of our own; between, "
        "what others answer is heard, too. `false`: never. It needs the right to raw sockets.",
    )
    other_servers: tuple[Address, ...] = Field(
        default=(), description="DHCP servers that are on our wires on purpose: nobody is told of them."
    )
    max_declines: Annotated[StrictInt, Field(ge=0, le=1000), Meaning("number", "3")] = Field(
        default=3,
        description="How many addresses one client may put into quarantine within an hour, by saying (DECLINE) that "
        "somebody else uses them.",
    )
    subnet_selection: StrictBool = Field(
        default=False,
        description="Let clients choose the subnet of their address (option 118, RFC 3011). "
        "Only where every client may have an address of every network.",
    )
    forcerenew: StrictBool = Field(
        default=True,
        description="Tell clients that say they can be asked to renew (option 145, RFC 6704) a secret of their own, so "
        "that `ringboot lease renew` can ask them.",
    )
    leasequery: tuple[SubnetText, ...] = Field(
        default=(),
        description="Who may ask which client has an address, or which address a client (LEASEQUERY, RFC 4388): access "
        "concentrators and the like. A requester's own address and the one it names must both lie in here.",
    )
    scripts: tuple[Folder, ...] = Field(
        default=(),
        description="Files of the administrator's Python (docs/howto/scripts.md). A relative path starts at the file. "
        "The first ones take a restart, later changes a reload.",
    )
    conf: Folder | None = Field(
        default=None,
        description="A `conf.py` of staticDHCPd, which runs as it is (docs/howto/staticdhcpd.md). A relative path "
        "starts at the file.",
    )
    options: Options = Field(default_factory=dict, description="DHCP options for every client.")
    declared: tuple[OptionTable, ...] = Field(default=(), alias="option", description="Names of your own for options.")
    networks: tuple[Network, ...] = Field(default=(), alias="network", description="The networks.")
    classes: tuple[ClassTable, ...] = Field(default=(), alias="class", description="The classes, in order.")
    sources: tuple[SourceTable, ...] = Field(
        default=(), alias="source", description="Where reservations are looked up, in order. The first takes a restart."
    )

    @property
    def is_scripted(self) -> bool:
        """Tell whether there is a process of the administrator's Python."""
        return bool(self.scripts or self.sources or self.conf)


@dataclass(frozen=True, slots=True, config=_STRICT)
class Tftp:
    """The TFTP server."""

    listen: Place = Field(json_schema_extra=_RESTART, default=Listen("", 69), description="Where it listens.")


@dataclass(frozen=True, slots=True, config=_STRICT)
class Http:
    """The HTTP server that devices fetch their files from."""

    listen: Place = Field(json_schema_extra=_RESTART, default=Listen("", 8667), description="Where it listens.")


@dataclass(frozen=True, slots=True, config=_STRICT)
class ClientCa:
    """A CA that a brand signs its devices' certificates with: such a certificate proves the MAC that it names."""

    brand: Name = Field(description="The brand, by the name of its plugin. It proves nothing of other brands' devices.")
    file: Folder = Field(description="The CA's certificate, or several, as PEM. A relative path starts at the file.")


@dataclass(frozen=True, slots=True, config=_STRICT)
class OldTls:
    """A listener of its own for devices that speak nothing newer than TLS 1.0 or 1.1, with ciphers that are broken."""

    listen: Place = Field(
        json_schema_extra=_RESTART, default=None, description='Where it listens, such as `":8669"`. Off by default.'
    )


@dataclass(frozen=True, slots=True, config=_STRICT)
class Https:
    """The HTTPS server that devices fetch their files from, with TLS 1.2 or newer."""

    listen: Place = Field(
        json_schema_extra=_RESTART, default=None, description='Where it listens, such as `":8668"`. Off by default.'
    )
    certificate: Folder | None = Field(
        default=None,
        description="The server's certificate and those that follow it, as PEM. Default: one that is signed by a CA of "
        "our own, made at the first start; `ringboot tls ca` prints what phones must trust then.",
    )
    key: Folder | None = Field(default=None, description="The key of that certificate, as PEM, without a password.")
    legacy: OldTls = Field(default_factory=OldTls, description="Old TLS, on a listener of its own.")
    client_cas: tuple[ClientCa, ...] = Field(
        default=(), alias="client_ca", description="The CAs of brands whose devices have certificates."
    )


@dataclass(frozen=True, slots=True, config=_STRICT)
class Metrics:
    """The numbers of the daemon, for Prometheus: `/metrics` by HTTP."""

    listen: Place = Field(
        default=None,
        json_schema_extra=_RESTART,
        description='Where it listens, such as `"127.0.0.1:9667"`. Off by default: anybody who reaches it may read.',
    )


@dataclass(frozen=True, slots=True, config=_STRICT)
class Dns:
    """The DNS server that names of clients are written to (RFC 2136), in networks with `ddns_domain`."""

    server: Address | None = Field(
        default=None, description="The server that has the zones. Without it, nothing is done."
    )
    port: Port = Field(default=53, description="Its port; updates go by TCP.")
    key: Folder | None = Field(
        default=None,
        description="The file with the key that updates are signed with (TSIG), as `tsig-keygen` writes it.",
    )
    zones: tuple[Domain, ...] = Field(
        default=(), description="The zones that may be written, forward and reverse: the longest that fits is taken."
    )
    ttl: Wait = Field(default=600, description="How long others may remember a name.")


@dataclass(frozen=True, slots=True, config=_STRICT)
class Settings:
    """The whole file."""

    server: Server = Field(default_factory=Server)
    dhcp: Dhcp = Field(default_factory=Dhcp)
    tftp: Tftp = Field(default_factory=Tftp)
    http: Http = Field(default_factory=Http)
    https: Https = Field(default_factory=Https)
    metrics: Metrics = Field(default_factory=Metrics)
    admin: Admin = Field(default_factory=Admin)
    agi: Agi = Field(default_factory=Agi)
    sip: Sip = Field(default_factory=Sip)
    dns: Dns = Field(default_factory=Dns)
    register: Register = Field(default_factory=Register)
    scripts: Scripts = Field(default_factory=Scripts)
    log: Log = Field(default_factory=Log)
    boots: tuple[BootTable, ...] = Field(default=(), alias="boot")
    webhooks: tuple[Webhook, ...] = Field(default=(), alias="webhook")
