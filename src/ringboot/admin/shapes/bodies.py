"""What requests hold, as types: the description follows; admin/body.py and the desk read and check the values."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt

from ringboot.admin.shapes.things import Address

Name = Annotated[str, Field(min_length=1)]
Mac = Annotated[str, Field(description="In any of the usual spellings; empty: none.")]


class Body(BaseModel):
    """A JSON object with known keys only."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Reload(Body):
    """Whether it is only to be told what would change."""

    dry_run: StrictBool = False


class DiffFile(Body):
    """A configuration: where it is from, and its text."""

    path: Name
    text: Name


class DiffRunning(Body):
    """Nothing: the daemon's own file."""


class DiffReservations(Body):
    """Reservations."""

    reservations: list[dict[str, Any]]


class Renewals(Body):
    """The addresses whose clients are asked to renew."""

    addresses: Annotated[list[Address], Field(max_length=1000)]


class KeptLease(Body):
    """How the client of a lease is known from now on, and what it gets."""

    kind: Name = "mac"
    hostname: str | None = None
    options: dict[str, str] = {}


class NewReservation(Body):
    """An address for one client."""

    network: str
    kind: str = "mac"
    value: str
    address: Address
    hostname: str | None = None
    options: dict[str, str] = {}


class Machines(Body):
    """Machines that are to be known."""

    macs: list[str] = Field(min_length=1, max_length=1000)
    network: Name | None = Field(None, description="Where each gets a reservation. Default: that of [register].")
    address: Address | None = Field(None, description="Of a single one. Default: the next that is free.")
    name: Name | None = Field(None, description="Whose it is, or what.")


class Rows(Body):
    """Rows of a table, of which all or none are taken. `row` of one is the number that errors name it by."""

    rows: list[dict[str, Any]]
    dry_run: StrictBool = False


class CsvRows(Body):
    """The same as CSV, with a first line of titles."""

    csv: str
    dry_run: StrictBool = False


class DeviceChange(Body):
    """Keys of a device; null clears one. `options` is a merge patch (RFC 7396)."""

    mac: Mac | None = None
    ip: str | None = None
    sn: str | int | None = None
    uuid: str | int | None = None
    vendor: str | int | None = None
    model: str | int | None = None
    version: str | int | None = None
    plugin: str | None = Field(None, description="Null: one is chosen.")
    config: str | None = Field(None, description="Null: one is made from the config with the role autocreate.")
    description: str | int | None = None
    options: dict[str, Any] | None = None


class NewDevice(DeviceChange):
    """Keys of a device, and its id; one is chosen when none is given."""

    id: str | int | None = None


class ConfigChange(Body):
    """Keys of a config; `raw_config` is a merge patch (RFC 7396): null removes a key."""

    parent_ids: list[str] | str | None = Field(None, description="The ids, also as a text with commas.")
    raw_config: dict[str, Any] | None = None
    role: Literal["autocreate", "default", ""] | None = None
    label: str | int | None = None
    code: str | None = Field(None, description="Six digits that a phone dials to get it.")


class NewConfig(ConfigChange):
    """Keys of a config, and its id; one is chosen when none is given."""

    id: str | int | None = None


class ReconfigureThese(Body):
    """Devices by id, MAC or address."""

    ids: Annotated[list[str], Field(min_length=1)]
    sync: StrictBool = Field(False, description="Let them read their files then.")


class ReconfigureOfPlugin(Body):
    """The devices of a plugin."""

    plugin: Name
    sync: StrictBool = False


class ReconfigureAll(Body):
    """All devices."""

    all: Literal[True]
    sync: StrictBool = False


class SynchronizeThese(Body):
    """Devices by id, MAC or address."""

    ids: Annotated[list[str], Field(min_length=1)]


class SynchronizeFound(Body):
    """Devices that a list of them would show."""

    filters: dict[str, Any] = Field({}, description="key: value, as the filters of the list of devices.")
    text: str = ""


class SynchronizeAll(Body):
    """All devices."""

    all: Literal[True]


class Url(Body):
    """Whether the secret URL is to be another one."""

    renew: StrictBool = False


class Rollback(Body):
    """The number of a generation."""

    generation: StrictInt


class PluginInstall(Body):
    """A plugin's id in the repository or the catalog, or the whole path of a folder or an archive."""

    source: Name
    id: Name | None = Field(None, description="Under which id it is installed.")


class PluginUpgrade(Body):
    """The whole path of a folder or an archive; without it the newest version is taken."""

    source: Name | None = None


class FirmwareInstall(Body):
    """Ids of packages."""

    packages: Annotated[list[Name], Field(min_length=1)]


class FirmwareUpgrade(Body):
    """Ids of packages; without them all that are installed and older."""

    packages: list[Name] = []


class SettingValue(Body):
    """The new value of a setting, also as text."""

    value: Any


class TemplateCopy(Body):
    """A shipped template, and the name of the copy."""

    plugin: Name
    template: Name
    to: Name | None = None
    force: StrictBool = Field(False, description="Replace a copy that is there.")


class TemplateMigrate(Body):
    """Copies of templates; none: all of the plugin."""

    plugin: Name
    templates: list[str] | None = None
    dry_run: StrictBool = False
    base: Name | None = Field(None, description="What the one copy was made from, where that is lost.")
    resolved: StrictBool = Field(False, description="The conflicts of the one copy are resolved by hand.")


class Move(Body):
    """Which devices go from which plugin to which one, and how."""

    old: Name = Field(alias="from")
    new: Name = Field(alias="to")
    filters: list[str] = Field([], description="key=value with keys of the list of devices.")
    text: str = ""
    first: Annotated[StrictInt, Field(ge=1)] | str | None = Field(
        None, description="The first group: how many, or key=value."
    )
    resume_at: float | None = Field(None, description="When the pause ends, in seconds since 1970 (UTC).")
    stop_at: Annotated[StrictInt, Field(ge=1)] | None = Field(None, description="At how many failures it stops.")
    window: str = Field("", description="Only at this time of the day: 22:00-06:00.")
    sync: StrictBool = False
    dry_run: StrictBool = False


class Resume(Body):
    """Whether the devices that failed are tried again, too."""

    again: StrictBool = False


class Dialled(Body):
    """A code, and where the call comes from."""

    code: Name
    contact: Name | None = Field(None, description="The caller's SIP contact.")
    address: Name | None = None
    sync: StrictBool = Field(True, description="Let the device read its files then.")


class ConfigTrial(Body):
    """Changes as a PATCH takes them, and a device whose files are to be shown with them (for administrators)."""

    changes: dict[str, Any] = {}
    device: Name | None = None


class Bulk(Body):
    """What is done with which devices: those with these ids, all, or those that a list would show."""

    action: Literal["reconfigure", "synchronize", "move", "delete", "set"]
    ids: Annotated[list[str], Field(min_length=1)] | None = None
    all: StrictBool | None = None
    filters: dict[str, Any] = Field({}, description="key: value, as the filters of the list of devices.")
    text: str = ""
    to: Name | None = Field(None, description="For move: the plugin.")
    changes: dict[str, Any] | None = Field(None, description="For set: what is changed of each, as a PATCH takes it.")
    sync: StrictBool = Field(False, description="Let them read their files then.")
    dry_run: StrictBool = Field(False, description="Only count them.")


class TemplateText(Body):
    """The text of a template."""

    text: str


class TemplateDraft(Body):
    """A template that nobody has written yet."""

    plugin: Name
    template: Name
    text: str


class Trial(Body):
    """Templates that nobody has written yet: name -> text; and another config or plugin."""

    templates: dict[str, str] = {}
    config: Name | None = None
    plugin: Name | None = None


class DeviceLine(Body):
    """A user's line: accounts and keys by number, or in their order, of a config that is made or changed."""

    config: Name | None = Field(None, description="Its id; else that of the device.")
    parents: list[str] | None = None
    label: str | None = None
    code: str | None = None
    lines: dict[str, dict[str, Any]] | list[dict[str, Any]] = {}
    keys: dict[str, dict[str, Any]] | list[dict[str, Any]] = {}
    raw_config: dict[str, Any] = Field({}, description="Other keys of the config.")
    sync: StrictBool = Field(False, description="Let the device read its files then.")


class Line(DeviceLine):
    """The same, and the device; without one the code that its user dials."""

    device: Name | None = None
