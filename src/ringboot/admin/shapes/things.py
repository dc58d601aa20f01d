"""Leases, reservations, devices, configs, settings, certificates, pools, as types."""

from __future__ import annotations

from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, Field

Utc = Annotated[float, Field(description="An instant, in seconds since 1970 (UTC).")]
Seconds = Annotated[float, Field(description="A duration, in seconds.")]
Mac = Annotated[str, Field(pattern="^[0-9a-f]{2}(:[0-9a-f]{2}){5}$")]
Address = Annotated[str, Field(pattern=r"^\d{1,3}(\.\d{1,3}){3}$")]
RowType = TypeVar("RowType")


class Page(BaseModel, Generic[RowType]):
    """A list: the rows that were asked for, and how many there are in all."""

    total: int
    offset: int
    items: list[RowType]


class Lease(BaseModel):
    """An address that a client holds, or held."""

    address: Address
    network: str
    mac: Mac
    client_id: str | None
    state: str
    start: Utc
    expiry: Utc
    hostname: str | None
    vendor_class: str | None
    relay_information: str | None


class Client(BaseModel):
    """Whom an address is kept for: by which kind of name, and its value."""

    network: str
    kind: str
    value: str


class Reservation(Client):
    """An address that is kept for one client; options by name."""

    address: Address
    hostname: str | None
    options: dict[str, str]


class Device(BaseModel):
    """A phone, gateway or softphone."""

    id: str
    mac: Mac | None
    ip: Address | None
    sn: str | None
    uuid: str | None
    vendor: str | None
    model: str | None
    version: str | None
    plugin: str | None
    config: str | None
    configured: bool
    added: str
    description: str | None
    options: dict[str, Any]
    association: str | None
    problem: str | None
    state: Literal["autoprov", "configured", "failed", "stuck"] = Field(
        description="failed: its files cannot be made; stuck: it boots and does not fetch them; "
        "autoprov: nobody has assigned it."
    )


class Config(BaseModel):
    """A layer of configuration."""

    id: str
    parent_ids: list[str]
    raw_config: dict[str, Any]
    role: str | None
    transient: bool
    deletable: bool
    label: str | None
    code: str | None = None


class Setting(BaseModel):
    """What can be switched while the daemon runs."""

    name: str
    value: Any
    default: Any
    help: str
    kind: Literal["choice", "number", "text", "secret"] = Field(description="What a form for it holds.")
    choices: list[str] = Field(description="What may be written; empty when it is no choice.")
    least: int | None = Field(description="Of a number.")
    most: int | None


class File(BaseModel):
    """A file that was made for a device."""

    path: str
    part: str
    plugin: str
    template: str
    secret: bool
    sha256: str
    fetched: Utc | None
    current: bool | None = Field(description="Whether the device fetched it as it is now.")


class Files(BaseModel):
    """The files of a device."""

    total: int
    items: list[File]


class FileText(BaseModel):
    """A file as its device gets it."""

    path: str
    text: str
    secret: bool


class SecretUrl(BaseModel):
    """Where a device's files are from anywhere."""

    id: str
    mac: Mac | None
    path: str = Field(description="It begins both URLs' paths.")
    http: str | None = Field(description="None: HTTP is off.")
    https: str | None = Field(description="None: HTTPS is off.")


class Certificate(BaseModel):
    """A certificate of ours."""

    path: str
    subject: str
    names: list[str]
    since: Utc
    until: Utc
    sha256: str


class CaCertificate(Certificate):
    """The certificate of our own CA."""

    pem: str


class ClientCa(BaseModel):
    """A CA that a brand signs its devices' certificates with."""

    brand: str
    file: str


class Tls(BaseModel):
    """Where HTTPS is served and with which certificate."""

    listen: str | None
    legacy: str | None = Field(description="Where old TLS is served.")
    admin: str | None = Field(description="Where administrators are served by HTTPS.")
    problem: str = Field(description="Why the newest certificate is not served; empty when it is.")
    client_cas: list[ClientCa]
    certificate: Certificate | None = Field(description="None: HTTPS for devices is off.")
    admin_certificate: Certificate | None
    ca: CaCertificate | None = Field(description="None: the certificates are given.")


class Failed(BaseModel):
    """A device, or a plugin's shared files, that could not be made."""

    id: str
    mac: Mac | None
    problem: str


class Fault(BaseModel):
    """A line of a CSV file that was not imported."""

    row: int
    field: str
    error: str


class Imported(BaseModel):
    """What came of an import; nothing is added when there are errors."""

    added: int
    errors: list[Fault]
    dry_run: bool


class Changed(BaseModel):
    """A key with what it was and is; None: it is not there. Secrets are ***."""

    key: str
    before: str | None
    after: str | None
    restart: bool = Field(description="Whether the change waits for the daemon's next start.")


class Difference(BaseModel):
    """A thing that differs; of one that was added or removed the keys that say more than the default."""

    change: str = Field(description="added, removed or changed")
    what: str = Field(description="settings, network, pool, class, option, client_ca, webhook, reservation")
    name: str
    keys: list[Changed]


class Differences(BaseModel):
    """How a file differs from what runs."""

    items: list[Difference]


class Misfit(BaseModel):
    """A live lease that will not be renewed."""

    address: Address
    network: str
    mac: Mac
    expiry: Utc
    reason: str
    text: str
    at_renewal: str = Field(description="refused: by a NAK; ignored: by silence")


class Misfits(BaseModel):
    """Leases that no longer fit: how many, by reason, and the first of them."""

    total: int
    reasons: dict[str, int]
    items: list[Misfit]


class Pool(BaseModel):
    """A pool, and how many of its addresses are taken."""

    network: str
    pool: str
    size: int
    used: int
    declined: int
    free: int


class Pools(BaseModel):
    """Every pool."""

    total: int
    items: list[Pool]


class PoolMoment(BaseModel):
    """How full a pool was."""

    utc: Utc
    network: str
    pool: str
    size: int
    used: int
    declined: int


class PoolHistory(BaseModel):
    """How full a network's pools were: a moment each `step` seconds, oldest first."""

    network: str
    step: Seconds
    items: list[PoolMoment]


class Number(BaseModel):
    """A number of the dhcp process; see the page of numbers."""

    name: str
    labels: dict[str, str]
    value: float


class Numbers(BaseModel):
    """Every number; of a histogram there are several (Prometheus' `_bucket`, `_sum`, `_count`)."""

    items: list[Number]


class Renewal(BaseModel):
    """What became of asking a client to renew; `reason` is of the page of reasons."""

    address: str
    mac: str | None
    reason: str
    text: str
    help: str


class DoorCount(BaseModel):
    """File requests by door and outcome."""

    door: str
    reason: str
    count: int


class DhcpState(BaseModel):
    """Whether the dhcp process is there, and by which configuration it works."""

    connected: bool
    revision: int
    problem: str = ""


class Listed(Page[RowType], Generic[RowType]):
    """A page of a list."""

    limit: int


class Leases(BaseModel):
    """A page of leases; `next` is the `after` of the next one."""

    total: int
    items: list[Lease]
    next: int | None


class RawConfig(BaseModel):
    """A config with all that it inherits."""

    id: str
    raw_config: dict[str, Any]
    layers: dict[str, str] = Field(description="Dotted key: the config that set it.")
    order: list[str] = Field(description="The configs, each stronger than those before it.")


class Registration(BaseModel):
    """A machine that is known now."""

    mac: Mac
    network: str | None = Field(description="Where an address is kept for it. null: it gets one of the pools.")
    address: Address | None
    fresh: bool = Field(description="It was not known before.")


class Registrations(BaseModel):
    """What became of machines, in their order."""

    items: list[Registration]


class Provisioned(BaseModel):
    """What came of a code."""

    device: str
    mac: Mac | None
    config: str | None
    text: str
    sync: int | None = Field(description="The number of the job that lets the device read its files.")


class Problem(BaseModel):
    """What is wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    code: str = Field(description="For programs: which kind of wrong it is.")
    detail: str = Field(description="For people: what happened, and what to do next.")
    fields: dict[str, str] = Field(description="Places in the request, dotted, and what is wrong there.")


class ChangedMeanwhile(Problem):
    """The thing is another one than the change was made for."""

    current: Any = Field(description="As it is now; null: it is gone.")
