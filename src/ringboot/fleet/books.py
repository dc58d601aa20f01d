"""What the fleet writes down: one book for each kind of row, as the fleet uses them; `store` keeps them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from ringboot.fleet.machinebooks import MachineBook
from ringboot.fleet.userbooks import AuditBook, JobBook, SessionBook, TokenBook, UserBook
from ringboot.fleet.webhookbooks import DeliveryBook, ToldBook
from ringboot.model.device import Config, Device, DeviceFile
from ringboot.model.dnsname import DnsName
from ringboot.model.event import Event
from ringboot.model.rollout import Rollout, RolloutDevice
from ringboot.model.site import Reservation
from ringboot.model.sync import SyncJob, SyncRow


class Taken(Exception):
    """A row was not written because another one has the same unique value."""

    def __init__(self, what: str, value: str, owner: str) -> None:
        super().__init__(f"{what} {value} already belongs to {owner}")
        self.what = what  # the key: mac, address, path ...
        self.value = value
        self.owner = owner


class PluginState(NamedTuple):
    """What the administrator, or the first device of a brand, made of a plugin."""

    id: str
    state: str  # installed | disabled | removed
    source: str  # the catalog's name of it, or the folder it came from


class Change(NamedTuple):
    """One entry of an object's history."""

    utc: float
    who: str
    before: Mapping[str, Any] | None  # only the keys that changed; None: it was made
    after: Mapping[str, Any] | None  # None: it was removed


class EventFilter(NamedTuple):
    """Which events are wanted; None: any."""

    reason: str | None = None
    stage: str | None = None  # of the reason
    mac: str | None = None
    device: str | None = None
    address: str | None = None
    since: float | None = None  # both ends included
    until: float | None = None


class Asked(NamedTuple):
    """What became of a file request of a device; `own`: the file is made for that device."""

    id: int
    device: str
    utc: float
    reason: str
    own: bool


class PoolMoment(NamedTuple):
    """How full a pool was at a moment."""

    utc: int
    network: str
    pool: str  # 10.0.1.0-10.0.1.255
    size: int
    used: int
    declined: int


class DeviceBook(Protocol):
    """The devices."""

    def get(self, device: str) -> Device | None:
        """Give the device with this id."""

    def find(self, key: str, *values: str) -> list[Device]:
        """Give those whose `key` (mac ip sn uuid plugin config) is one of the values, by id."""

    def put(self, device: Device, who: str, utc: float) -> None:
        """Add it or replace it; Taken when another has its MAC."""

    def remove(self, device: str, who: str, utc: float) -> None:
        """Remove it; its events stay, without its name."""

    def page(self, after: str, limit: int, skipped: int = 0) -> list[Device]:
        """Give the next ones by id."""

    def page_by_mac(self, limit: int, skipped: int) -> list[Device]:
        """Give those of a page by MAC, at the end those without."""

    def holding_by_mac(self, text: str, limit: int, skipped: int) -> tuple[int, list[Device]]:
        """Count those of which a value but options holds a text, in any case, and give those of a page by MAC."""

    def heads(self, text: str = "") -> Iterator[Device]:
        """Give every device by id without its options; with a text those of which a value holds it, in any case."""

    def counts(self) -> tuple[int, int]:
        """Count them, and those of them that are configured."""

    def of_plugins(self) -> dict[str | None, int]:
        """Count the devices of each plugin, and under None those without."""


class ConfigBook(Protocol):
    """The layers of configuration."""

    def get(self, config: str) -> Config | None:
        """Give the config with this id."""

    def of_code(self, code: str) -> Config | None:
        """Give the config with this code."""

    def put(self, config: Config, who: str, utc: float) -> None:
        """Add it or replace it."""

    def remove(self, config: str, who: str, utc: float) -> None:
        """Remove it; those that name it as a parent go on naming it."""

    def children(self, *configs: str) -> list[str]:
        """Give the ids of those that name one of these as a parent."""

    def heads(self) -> list[dict[str, Any]]:
        """Give all that is short of every one, by id: id, role, transient, deletable, label, code."""

    def unassigned(self) -> set[str]:
        """Give the ids of those that nobody gave to a device: made for a new one, or what these are made from."""

    def page(self, after: str, limit: int, role: str | None = None) -> list[Config]:
        """Give the next ones by id, all or those with a role."""


class FileBook(Protocol):
    """Which file belongs to whom; (plugin, path) is there once."""

    def of_path(self, plugin: str, path: str) -> DeviceFile | None:
        """Give the record of a path."""

    def of_device(self, device: str) -> list[DeviceFile]:
        """Give a device's paths in their order, also those at which no file stands: then `sha256` is empty."""

    def made_for(self, device: str) -> list[DeviceFile]:
        """Give those of its paths at which a file stands."""

    def put(self, rows: Iterable[DeviceFile]) -> None:
        """Add records or replace them; Taken when a path is another's."""

    def remove(self, rows: Iterable[DeviceFile]) -> None:
        """Remove the records of these paths, as long as they are still their owners'."""

    def owners(self) -> set[str]:
        """Give the ids of devices that have files of their own."""

    def of_plugin(self, plugin: str) -> list[DeviceFile]:
        """Give every record of a plugin, by path; device None: what all devices share."""


class EventBook(Protocol):
    """What happened; bounded for each device and in all."""

    def add(self, event: Event) -> None:
        """Append one; its id is given by the book."""

    def timeline(self, device: str | None, mac: str | None, limit: int) -> list[Event]:
        """Give the newest of a device or a MAC, newest first."""

    def newest(self, limit: int, reason: str | None = None) -> list[Event]:
        """Give the newest of all, or of one reason, newest first."""

    def asked(self, after: int, wanted: Iterable[str]) -> Iterator[Asked]:
        """Give those of devices with one of these reasons whose id is greater, oldest first."""

    def find(self, wanted: EventFilter, before: int | None, limit: int) -> list[Event]:
        """Give the newest that are wanted, newest first; `before`: of those whose id is less."""

    def since(self, ident: int, wanted: Collection[str], limit: int) -> list[Event]:
        """Give those of some reasons with a larger id, the oldest first."""

    def last(self) -> int:
        """Give the id of the newest."""


class ReservationBook(Protocol):
    """Addresses kept for clients; a key and an address are there once in a network."""

    def get(self, network: str, kind: str, value: str) -> Reservation | None:
        """Give one by its key."""

    def put(self, reservation: Reservation) -> None:
        """Add it or replace it; Taken when its address is another's."""

    def remove(self, network: str, kind: str, value: str) -> bool:
        """Remove it; False when it was not there."""

    def all(self) -> list[Reservation]:
        """Give them all, by network and key."""


class SettingBook(Protocol):
    """Settings that were changed from their defaults."""

    def all(self) -> dict[str, Any]:
        """Give name -> value."""

    def put(self, name: str, value: Any, who: str, utc: float, shown: Callable[[Any], Any] = ...) -> None:
        """Keep a value; `shown` gives what of a value may stand in the history."""


class PluginBook(Protocol):
    """What became of each plugin."""

    def all(self) -> dict[str, PluginState]:
        """Give id -> state."""

    def put(self, state: PluginState) -> None:
        """Keep a state."""

    def remove(self, plugin: str) -> None:
        """Forget a plugin."""


class NumberBook(Protocol):
    """Named numbers that must live in the same transaction as what they count: the journal cursor, the feed."""

    def get(self, name: str) -> int:
        """Give a number, 0 when it was never set."""

    def put(self, name: str, value: int) -> None:
        """Keep a number."""


class UrlBook(Protocol):
    """The secret word in each device's URL."""

    def of_device(self, device: str) -> str | None:
        """Give a device's word."""

    def owner(self, digest: str) -> str | None:
        """Give the id of the device whose word has this SHA-256."""

    def by_mac(self) -> dict[str, str]:
        """Give the words of all devices that have a MAC."""

    def put(self, device: str, word: str, digest: str) -> None:
        """Keep a device's word instead of the one before."""

    def remove(self, device: str) -> None:
        """Forget it."""


class UseBook(Protocol):
    """How full each pool was, in series of a moment each `step` seconds."""

    def put(self, step: int, rows: Iterable[PoolMoment]) -> None:
        """Keep moments of a series; one that is there is replaced."""

    def of(self, network: str, step: int, since: int) -> list[PoolMoment]:
        """Give a network's moments from a second on, in their order."""

    def trim(self, step: int, before: int) -> None:
        """Forget the moments of a series that lie before a second."""


class NameBook(Protocol):
    """Names of addresses in the DNS."""

    def get(self, address: str) -> DnsName | None:
        """Give that of an address."""

    def put(self, name: DnsName) -> None:
        """Add it or replace it; one that stands nowhere and is wanted nowhere is removed."""

    def due(self, utc: float, limit: int) -> list[DnsName]:
        """Give those that are to be brought to the DNS now, the oldest first."""

    def page(self, after: str, limit: int) -> list[DnsName]:
        """Give the next ones by address."""

    def waiting(self) -> tuple[int, int]:
        """Count those that wait, and of those the ones that failed before."""

    def retry(self) -> int:
        """Let all that wait be tried at once, and count them."""


class RolloutBook(Protocol):
    """Roll-outs, and the devices of each."""

    def get(self, rollout: str) -> Rollout | None:
        """Give the one with this id."""

    def all(self) -> list[Rollout]:
        """Give all, the oldest first."""

    def put(self, rollout: Rollout) -> None:
        """Add it or replace it."""

    def devices(self, rollout: str) -> list[RolloutDevice]:
        """Give its devices, the first group first."""

    def put_devices(self, rows: Iterable[RolloutDevice]) -> None:
        """Add devices or replace them."""

    def next(self, rollout: str, stage: int, limit: int) -> list[RolloutDevice]:
        """Give the next devices to be moved, up to this stage."""

    def counts(self, rollout: str) -> dict[tuple[int, str], int]:
        """Count its devices by stage and state."""

    def again(self, rollout: str) -> int:
        """Let those that failed be moved once more, and count them."""


class SyncBook(Protocol):
    """Jobs that let devices read their files again."""

    def add(self, utc: float, who: str) -> SyncJob:
        """Begin a job, and forget the oldest that ended."""

    def job(self, job: int) -> SyncJob | None:
        """Give one."""

    def jobs(self) -> list[SyncJob]:
        """Give all, the newest first."""

    def put_job(self, job: SyncJob) -> None:
        """Keep how it stands."""

    def put(self, rows: Iterable[SyncRow]) -> None:
        """Keep how it stands with these devices."""

    def rows(self, job: int) -> list[SyncRow]:
        """Give the devices of a job, by MAC."""

    def open(self) -> list[SyncRow]:
        """Give the devices of all jobs that are not done with."""

    def is_open(self, job: int) -> bool:
        """Tell whether a job has devices that are not done with."""

    def tally(self, job: int) -> list[tuple[str, str, int]]:
        """Count a job's devices by state and reason."""


class HistoryBook(Protocol):
    """Who changed what, when."""

    def of(self, kind: str, subject: str, limit: int) -> list[Change]:
        """Give the newest changes of a device, a config or a setting, newest first."""


@dataclass(frozen=True, slots=True)
class Books:
    """All of them, over one transaction."""

    devices: DeviceBook
    configs: ConfigBook
    files: FileBook
    events: EventBook
    reservations: ReservationBook
    settings: SettingBook
    plugins: PluginBook
    numbers: NumberBook
    urls: UrlBook
    machines: MachineBook
    uses: UseBook
    names: NameBook
    rollouts: RolloutBook
    syncs: SyncBook
    deliveries: DeliveryBook
    told: ToldBook
    users: UserBook
    sessions: SessionBook
    tokens: TokenBook
    history: HistoryBook
    audit: AuditBook
    jobs: JobBook


# The numbers that the program keeps
CURSOR = "journal"  # the last row of the lease journal that was dealt with
WEBHOOKS = "webhooks"  # the last event that webhooks were told of, plus one; 0: there are none
