"""Networks, events, jobs, what needs a person, and what is done with many devices, as types."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from ringboot.admin.shapes.templates import WholeTemplate
from ringboot.admin.shapes.things import Address, Config, Device, Mac, Misfits, Pool, Utc


class NetworkPool(Pool):
    """A pool of a network; what it has of its own stands there when one network is shown."""

    classes: list[str] | None = None
    max_leases: int | None = None
    options: dict[str, str] | None = None


class Network(BaseModel):
    """A subnet that is served, or known."""

    name: str
    subnet: str
    segment: str
    interfaces: list[str] = Field(description="Ours that have an address in it.")
    relays: list[str]
    authoritative: bool
    unknown: str
    quarantine: str | None
    trust: str | None
    lease_time: int
    size: int = Field(description="Addresses of all its pools.")
    used: int
    declined: int
    free: int
    pools: list[NetworkPool]
    options: dict[str, str]
    leases: int = Field(description="Live ones, of any address.")
    reservations: int
    misfits: Misfits | None = Field(None, description="Of one network: its leases that will not be renewed.")


class Run(BaseModel):
    """Addresses beside each other that stand alike."""

    first: Address
    last: Address
    count: int
    state: Literal["ours", "leased", "declined", "reserved", "excluded", "free"]


class AddressMap(BaseModel):
    """Who has which addresses of a network."""

    network: str
    first: Address
    last: Address
    items: list[Run]
    next: Address | None = Field(description="Where to read on.")


class Condition(BaseModel):
    """Evidence, and the regular expression that it matches."""

    evidence: str
    pattern: str


class ClientClass(BaseModel):
    """Clients of one kind."""

    name: str
    source: Literal["brand", "configuration"]
    match: list[list[Condition]] = Field(description="Every condition of any of these.")
    options: dict[str, str]
    lease_time: int | None
    leases: int = Field(description="Live ones of such clients.")


class Happened(BaseModel):
    """Something that happened."""

    id: int
    utc: Utc
    stage: str
    reason: str
    text: str
    help: str
    mac: Mac | None
    device: str | None
    address: str | None
    detail: dict[str, Any]


class Events(BaseModel):
    """What happened, the newest first."""

    items: list[Happened]
    next: int | None = Field(description="What to give --before to read on.")


class Job(BaseModel):
    """Work that takes a while."""

    id: str
    kind: str
    what: str
    who: str
    state: str
    started: Utc
    ended: Utc | None
    doing: str
    done: int
    total: int | None
    unit: Literal["devices", "octets"]
    result: Any
    problem: str | None
    code: str | None
    link: str | None = Field(description="Where more of it stands, below /api/v1.")
    resumable: bool = Field(description="Whether a restart interrupted it, and it can be taken up.")


class Need(BaseModel):
    """Something that needs a person."""

    reason: str
    text: str
    help: str
    kind: Literal["device", "lease", "server", "network", "plugin", "process"]
    id: str
    since: Utc | None


class Attention(BaseModel):
    """What needs a person; of each reason at most 50."""

    total: int
    reasons: dict[str, int]
    items: list[Need]


class Process(BaseModel):
    """A process of the daemon; pid null: it does not run."""

    name: str
    pid: int | None
    restarts: int
    last_end: str


class OfBrand(BaseModel):
    """How many devices of a brand there are, by state."""

    brand: str
    devices: int
    autoprov: int
    configured: int
    failed: int
    stuck: int


class Counted(BaseModel):
    """How much needs a person, by reason."""

    total: int
    reasons: dict[str, int]


class Overview(BaseModel):
    """How it stands with everything, in one look."""

    devices: int
    states: dict[str, int]
    brands: list[OfBrand]
    attention: Counted
    pools: list[Pool]
    leases: dict[str, float] = Field(description="By state.")
    rates: dict[str, float] | None = Field(
        description="Messages, answers, files and renders a second, over a minute at most; null at the first look."
    )
    rendering: int
    dhcp: bool
    processes: list[Process]
    jobs: int = Field(description="Those that run.")


class BulkFailed(BaseModel):
    """A device that something could not be done with."""

    id: str
    mac: Mac | None
    problem: str


class BulkDone(BaseModel):
    """What came of something that was done with many devices."""

    action: str
    devices: int
    done: int
    failed: list[BulkFailed]
    changed: int | None = Field(None, description="Files that differ, after reconfigure.")
    sync: int | None = Field(None, description="The job that lets them read their files.")


class ChosenDevice(BaseModel):
    """One of the devices that were chosen."""

    id: str
    mac: Mac | None
    vendor: str | None
    model: str | None
    plugin: str | None
    config: str | None


class BulkSeen(BaseModel):
    """How many devices are chosen, and the first of them."""

    action: str
    dry_run: Literal[True]
    devices: int
    items: list[ChosenDevice]


class LineFault(BaseModel):
    """A fault in a line; field: its column, empty where that is not known."""

    row: int
    field: str
    error: str


class ImportedDevice(BaseModel):
    """What a line makes of a device."""

    row: int
    does: Literal["add", "change", "same"]
    id: str
    mac: Mac | None
    plugin: str | None
    config: str | None


class DevicesImported(BaseModel):
    """What came of a table of devices; nothing was made when there are errors, or with dry_run."""

    added: int
    changed: int
    same: int
    errors: list[LineFault]
    items: list[ImportedDevice]
    dry_run: bool


class DraftFault(BaseModel):
    """A fault of a draft; line 0: not known."""

    template: str
    line: int
    kind: Literal["syntax", "name", "attribute", "filter", "test", "include", "unused"]
    what: str


class DraftFaults(BaseModel):
    """All faults of a draft."""

    plugin: str
    template: str
    items: list[DraftFault]


class WrittenTemplate(WholeTemplate):
    """A template as it was written, its faults, and where the one before is kept."""

    faults: list[DraftFault]
    kept: str | None


class RemovedTemplate(BaseModel):
    """A template that was taken away, and where it is kept."""

    plugin: str
    template: str
    kept: str


class Model(BaseModel):
    """A model of a plugin; null: not known."""

    plugin: str
    title: str
    model: str
    known: bool = Field(description="Whether the plugin names it.")
    type: str | None
    lines: int | None
    keys: int | None
    expansion: int | None = Field(description="Modules with more keys that can be attached.")
    modules: list[str] | None
    protocol: str | list[str] | None


class RawOfDevice(BaseModel):
    """All that a device's config holds, and which config set each dotted key; order: the one that wins last."""

    id: str
    config: str
    raw_config: dict[str, Any]
    layers: dict[str, str]
    order: list[str]


class Assigned(BaseModel):
    """The config with a user's line, the device that has it, and the job that tells it."""

    config: Config
    device: Device | None
    sync: int | None
