"""The daemon itself and a device's way, as types."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from ringboot.admin.shapes.things import (
    Device,
    DhcpState,
    Difference,
    DoorCount,
    File,
    Mac,
    Misfits,
    Number,
    Pool,
    Seconds,
    Utc,
)


class Reloaded(BaseModel):
    """The configuration that holds now, or that would with `--dry-run`."""

    config: str
    dry_run: bool
    networks: int
    revision: int
    differences: list[Difference]
    misfits: Misfits
    restart_needed: str = ""
    broken_plugins: list[str] = []


class Process(BaseModel):
    """A process of the daemon."""

    name: str
    pid: int | None
    restarts: int
    last_end: str


class Worker(BaseModel):
    """A process that makes files; the next file starts it again when it does not run."""

    name: str
    pid: int | None


class Scanned(BaseModel):
    """How far the scan of the pools is: off, running, done or not-possible."""

    state: str
    asked: int
    left: int
    found: int
    not_possible_on: list[str]


class OtherServer(BaseModel):
    """Another DHCP server that was met; allowed: it stands in `other_servers`."""

    server: str
    interface: str
    first: float
    last: float
    times: int
    allowed: bool


class NameCount(BaseModel):
    """Names brought to the DNS, by outcome."""

    reason: str
    count: int


class Retried(BaseModel):
    """How many names will be tried again."""

    retried: int


class Name(BaseModel):
    """A name in the DNS; `state` is registered, waiting, failed or to be removed."""

    address: str
    name: str
    mac: str | None
    state: str
    problem: str


class Status(BaseModel):
    """How the daemon is doing."""

    version: str
    compiled: bool = Field(False, description="Whether the way of a DHCP message is machine code, see the how-to.")
    uptime: Seconds
    config: str
    data: str
    devices: int
    configured: int
    rendering: int
    loop_lag_ms: float
    journal_behind: int
    held_back: int
    dhcp_other_servers: int = 0
    dns_waiting: int
    dns_failed: int
    dns_updates: list[NameCount]
    processes: list[Process]
    workers: list[Worker] = []
    dhcp: DhcpState
    networks: list[dict[str, Any]]
    renders: dict[str, int]
    files: list[DoorCount]
    broken_plugins: list[str]
    other_servers: list[OtherServer] = []
    scan: Scanned | None = None
    counters: list[Number] = Field([], description="Missing when the dhcp process does not answer.")


class Slow(BaseModel):
    """An answer that took long."""

    ms: float
    utc: Utc
    door: str
    what: str
    who: str


class Stand(BaseModel):
    """Where a boot stands: a reason, its text, and what to do."""

    reason: str
    text: str
    help: str


class Option(BaseModel):
    """A DHCP option, and the layer that it comes from."""

    key: str
    name: str
    value: str
    layer: str
    source: str
    not_sent: str | None


class Moment(BaseModel):
    """Something that happened."""

    utc: Utc
    stage: str
    reason: str
    text: str


class Said(BaseModel):
    """What a device that no plugin makes files for said when it asked for some, the newest first."""

    agents: list[str]
    asks: list[str]


class Explained(BaseModel):
    """A device's way, and where it stopped."""

    mac: Mac
    boot: Stand
    device: Device | None
    said: Said
    network: dict[str, Any] | None
    classes: list[str]
    reservations: list[dict[str, Any]]
    leases: list[dict[str, Any]]
    options: list[Option]
    plugin: dict[str, Any] | None
    files: list[File]
    timeline: list[Moment]
    dhcp_silent: str | None


class Counters(BaseModel):
    """Counters to take rates from, which only grow until their process starts again, and how things stand."""

    seconds: Seconds
    dhcp: bool
    messages: dict[str, float]
    outcomes: dict[str, float]
    questions: dict[str, float]
    leases: dict[str, float]
    files: list[DoorCount]
    renders: dict[str, int]
    rendering: int
    journal_behind: int
    loop_lag_ms: float
    pools: list[Pool]
    slowest: list[Slow]
    problem: str = Field("", description="Why dhcp does not answer.")
