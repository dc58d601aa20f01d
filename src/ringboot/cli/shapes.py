"""What each command prints with --json, one type a command: the reference page and its test follow.

Only the page and the tests read this: the commands print what the daemon says. Keys may be added in later versions.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field, RootModel

from ringboot.admin.shapes.audit import AuditEntry
from ringboot.admin.shapes.configs import Foreseen
from ringboot.admin.shapes.daemon import Explained, Name, Reloaded, Retried, Slow, Status
from ringboot.admin.shapes.machines import Machine
from ringboot.admin.shapes.people import FreshToken, FreshUser, Person, Session, Token
from ringboot.admin.shapes.rollouts import Rollout, RolloutDevice, RolloutPreview
from ringboot.admin.shapes.syncs import Sync
from ringboot.admin.shapes.templates import (
    Histories,
    Migrated,
    Previewed,
    RolledBack,
    Template,
    TemplateFaults,
    WholeTemplate,
)
from ringboot.admin.shapes.things import (
    CaCertificate,
    Client,
    Config,
    Device,
    Differences,
    Files,
    FileText,
    Imported,
    Lease,
    Mac,
    Misfits,
    Numbers,
    Page,
    Pool,
    Registration,
    Renewal,
    Reservation,
    Seconds,
    SecretUrl,
    Setting,
    Tls,
)
from ringboot.admin.shapes.webhooks import Webhook, WebhookTried
from ringboot.cli import firmware_shapes, many_things, network_things, plugin_things, script_shapes, source_shapes
from ringboot.cli.simulated import Simulated
from ringboot.cli.sync_things import Reconfigured, SyncDevices, Synchronized
from ringboot.cli.template_things import Compared, TemplateDiff


class ShellValue(RootModel[Any]):
    """What the expression gives that the command ends with; nothing is printed when it gives None."""


class Removed(BaseModel):
    """The id of what is gone."""

    removed: str


class Exported(BaseModel):
    """The CSV file that reservations were written to, and how many."""

    file: str
    reservations: int


class NotCarried(BaseModel):
    """A construct of another server's configuration that the result does not say, or says otherwise."""

    file: str
    line: int
    column: int
    what: str
    why: str
    instead: str


class TakenLeases(BaseModel):
    """What came of another server's lease file; every address of it is in one of the counts."""

    file: str
    data: str = Field(description="The data folder whose journal has them now.")
    read: int
    taken: int
    over: int = Field(description="Expired or given back.")
    there: int = Field(description="In the journal already.")
    not_taken: int = Field(description="Those are in not_carried; also lines that cannot be read.")


class Taken(BaseModel):
    """What came of another server's configuration."""

    file: str
    networks: int
    pools: int
    classes: int
    reservations: int
    problems: list[str] = Field(description="What `ringboot check` would say.")
    not_carried: list[NotCarried]
    written: str | None = Field(description="The configuration's file.")
    configuration: str | None = Field(description="Its text, when no file is written.")
    reservations_written: str | None = Field(description="The reservations' file.")
    applied: int | None = Field(description="Reservations that were added to the running daemon.")
    leases: TakenLeases | None


class Given(BaseModel):
    """The configuration as another server reads it."""

    file: str
    written: str | None = Field(description="Its file.")
    configuration: str | None = Field(description="Its text, when no file is written.")
    not_carried: list[NotCarried]


class Problem(BaseModel):
    """Something wrong with a configuration."""

    severity: str
    file: str
    line: int | None
    key: str
    what: str
    todo: str


class BootOption(BaseModel):
    """An option that a machine would be sent; value: null where a placeholder has none."""

    key: str
    name: str
    value: str | None


class BootTried(BaseModel):
    """What a machine would be told to boot; rule: null: none; beside: its address is another server's matter."""

    network: str
    rule: str | None
    file: str | None
    looped: bool
    beside: bool
    options: list[BootOption]


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


class DoorRate(BaseModel):
    """Files a second by door."""

    door: str
    served: float
    refused: float


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
    "boot test": BootTried,
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
    "import staticdhcpd": Taken,
    "simulate": Simulated,
    "top": Top,
    "completion": Script,
    "lease list": Page[Lease],
    "lease show": Lease,
    "lease misfits": Misfits,
    "lease release": Lease,
    "lease renew": list[Renewal],
    "lease reserve": Reservation,
    "reservation list": Page[Reservation],
    "reservation add": Reservation,
    "reservation remove": Client,
    "reservation import": Imported,
    "register": list[Registration],
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
    "boot list": Page[Machine],
    "boot approve": Machine,
    "boot again": Machine,
    "webhook list": Page[Webhook],
    "webhook test": WebhookTried,
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
    "config set": Config | Foreseen,
    "config remove": Removed,
    **many_things.TABLE,
    **network_things.TABLE,
    **plugin_things.TABLE,
    "user list": Page[Person],
    "user add": FreshUser,
    "user set": Person,
    "user remove": Removed,
    "user reset": FreshUser,
    "user sessions": Page[Session],
    "user sign-out": Removed,
    "token list": Page[Token],
    "token add": FreshToken,
    "token remove": Removed,
    **firmware_shapes.TABLE,
    **source_shapes.TABLE,
    **script_shapes.TABLE,
    "shell": ShellValue,
    "audit": Page[AuditEntry],
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
