"""What each command prints with --json, one type a command: the reference page and its test follow.

Only the page and the tests read this: the commands print what the daemon says. Keys may be added in later versions.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field, RootModel

from ringboot.cli import firmware_shapes, plugin_things
from ringboot.cli.rollout_shapes import Rollout, RolloutDevice, RolloutPreview
from ringboot.cli.simulated import Simulated
from ringboot.cli.sync_things import Reconfigured, Sync, SyncDevices, Synchronized
from ringboot.cli.template_things import (
    Compared,
    Histories,
    Migrated,
    Previewed,
    RolledBack,
    Template,
    TemplateDiff,
    TemplateFaults,
    WholeTemplate,
)
from ringboot.cli.things import (
    CaCertificate,
    Client,
    Config,
    Device,
    DhcpState,
    Difference,
    Differences,
    DoorCount,
    Exported,
    File,
    Files,
    FileText,
    Given,
    Imported,
    Lease,
    Mac,
    Misfits,
    Number,
    Numbers,
    Page,
    Pool,
    PoolHistory,
    Pools,
    Removed,
    Renewal,
    Reservation,
    Seconds,
    SecretUrl,
    Setting,
    Taken,
    Tls,
    Utc,
)


class ShellValue(RootModel[Any]):
    """What the expression gives that the command ends with; nothing is printed when it gives None."""


class Problem(BaseModel):
    """Something wrong with a configuration."""

    severity: str
    file: str
    line: int | None
    key: str
    what: str
    todo: str


class Checked(BaseModel):
    """All that is wrong with a configuration."""

    file: str
    errors: int
    problems: list[Problem]


class Written(BaseModel):
    """The configuration that `init` wrote, and what it saw."""

    file: str
    interfaces: list[str]
    foreign: dict[str, list[str]]
    ports_taken: list[str]
    not_looked: list[str]


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


class DoorRate(BaseModel):
    """Files a second by door."""

    door: str
    served: float
    refused: float


class Slow(BaseModel):
    """An answer that took long."""

    ms: float
    utc: Utc
    door: str
    what: str
    who: str


class Top(BaseModel):
    """What happened between two looks: rates a second, and how things stand at the second look."""

    seconds: Seconds
    dhcp: bool
    messages: dict[str, float]
    leases: float
    files: list[DoorRate]
    renders: dict[str, float]
    addresses: dict[str, int]
    rendering: int
    journal_behind: int
    loop_lag_ms: float
    pools: list[Pool]
    slowest: list[Slow]


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


class ActStep(BaseModel):
    """A step of a phone of the demo."""

    what: str
    detail: str


class Act(BaseModel):
    """One thing that the demo shows.

    Only of phones that come up: their firmware, whether they tell it, its age beside what the catalog knows, and what
    their plugin is chosen for.
    """

    title: str
    mac: Mac
    steps: list[ActStep]
    good: bool | None
    said: str
    firmware: str | None
    told: bool | None
    age: Literal["old", "present", "newer"] | None
    chosen_for: Literal["firmware", "model"] | None


class Played(BaseModel):
    """What came of the demo; `config` and `pid` of the daemon with --keep."""

    passed: bool
    seconds: Seconds
    acts: list[Act]
    config: str | None
    pid: int | None


class Script(BaseModel):
    """What a shell reads to complete our commands, and where to put it."""

    shell: str
    install: str
    script: str


class LogLine(BaseModel):
    """A line of the log, one object each; further keys by event."""

    event: str
    level: str


class Failure(BaseModel):
    """What a command that fails prints on standard error."""

    code: str
    detail: str
    fields: dict[str, str]
    exit: int


TABLE: dict[str, Any] = {
    "serve": LogLine,
    "check": Checked,
    "metrics": Numbers,
    "reload": Reloaded,
    "diff": Differences,
    "status": Status,
    "demo": Played,
    "explain": Explained,
    "init": Written,
    "export kea": Given,
    "import kea": Taken,
    "import isc": Taken,
    "import dnsmasq": Taken,
    "simulate": Simulated,
    "top": Top,
    "completion": Script,
    "lease list": Page[Lease],
    "lease show": Lease,
    "lease misfits": Misfits,
    "pool list": Pools,
    "pool history": PoolHistory,
    "lease release": Lease,
    "lease renew": list[Renewal],
    "lease reserve": Reservation,
    "reservation list": Page[Reservation],
    "reservation add": Reservation,
    "reservation remove": Client,
    "reservation import": Imported,
    "reservation export": list[Reservation] | Exported,
    "device list": Page[Device],
    "device show": Device,
    "device add": Device,
    "device set": Device,
    "device remove": Removed,
    "device reconfigure": Reconfigured,
    "device synchronize": Synchronized,
    "device files": Files,
    "device show-file": FileText,
    "device url": SecretUrl,
    "device preview": Previewed,
    "device diff": Compared,
    "device history": Histories,
    "device rollback": RolledBack,
    "device move": Rollout | RolloutPreview,
    "rollout list": Page[Rollout],
    "rollout show": Rollout,
    "rollout devices": Page[RolloutDevice],
    "rollout resume": Rollout,
    "rollout abort": Rollout,
    "dns list": Page[Name],
    "dns retry": Retried,
    "tls show": Tls,
    "tls ca": CaCertificate,
    "sync list": Page[Sync],
    "sync show": SyncDevices,
    "sync stop": Sync,
    "config list": Page[Config],
    "config show": Config,
    "config add": Config,
    "config set": Config,
    "config remove": Removed,
    **plugin_things.TABLE,
    **firmware_shapes.TABLE,
    "shell": ShellValue,
    "template list": Page[Template],
    "template show": WholeTemplate,
    "template copy": WholeTemplate,
    "template check": TemplateFaults,
    "template diff": TemplateDiff,
    "template migrate": Migrated,
    "settings list": Page[Setting],
    "settings get": Setting,
    "settings set": Setting,
}
