"""What the API asks of the desk, in plain dicts and lists; the desk answers with these or raises desk.errors."""

from __future__ import annotations

from typing import Any, Protocol

from ringboot.admin.desk_bulk import AssignDesk, BulkDesk
from ringboot.admin.desk_jobs import JobDesk
from ringboot.admin.desk_machines import MachineDesk
from ringboot.admin.desk_network import EventDesk, NetworkDesk
from ringboot.admin.desk_people import PeopleDesk
from ringboot.admin.desk_plugins import DraftDesk, FirmwareDesk, PluginDesk, TemplateDesk
from ringboot.admin.desk_scripts import ScriptDesk
from ringboot.admin.desk_webhooks import WebhookDesk
from ringboot.admin.probes import ProbedDesk
from ringboot.desk.listing import Page, Query

Row = dict[str, Any]


class DaemonDesk(Protocol):
    """The daemon itself."""

    async def status(self) -> Row:
        """Tell how it goes: scalars, and tables as lists of rows."""
        ...

    async def top(self) -> Row:
        """Tell what changes while one looks: counters, pools, the slowest answers."""
        ...

    async def overview(self) -> Row:
        """Tell in one look: devices by state and brand, pools, rates, processes, how much needs a person."""
        ...

    async def attention(self) -> Row:
        """Give {"total", "reasons": {reason: how many}, "items": {reason, text, help, kind, id, since}}."""
        ...

    async def numbers(self) -> list[Row]:
        """Give every number: name, labels, value."""
        ...

    async def metrics(self) -> str:
        """Give them as Prometheus reads them."""
        ...

    async def reload(self, dry_run: bool) -> Row:
        """Read ringboot.toml again; Refused(code="configuration") when it is not good, and the old one stays.

        Tells what differs and which leases no longer fit; `dry_run` tells it without doing it.
        """
        ...

    async def diff(self, path: str | None, text: str | None) -> Row:
        """Say how a configuration's text, or the daemon's own file, differs from what runs: {"items": rows}."""
        ...

    async def diff_reservations(self, rows: list[Row]) -> Row:
        """Say how these reservations differ from those that are kept: {"items": rows}."""
        ...

    async def tls(self) -> Row:
        """Tell where HTTPS is served and with which certificate; `ca.pem` is for phones."""
        ...

    async def explain(self, mac: str) -> Row:
        """Tell a device's way; the shape stands in cli/explanation.py."""
        ...


class LeaseDesk(Protocol):
    """Leases, which the dhcp process keeps."""

    async def leases(self, after: int, limit: int, network: str | None, text: str | None) -> Row:
        """Give {"items": rows, "next": cursor for `after` or None, "total": how many there are}."""
        ...

    async def misfits(self, limit: int) -> Row:
        """Give live leases that will not be renewed: {"total", "reasons": {reason: n}, "items": the first ones}."""
        ...

    async def lease(self, address: str) -> Row:
        """Give the lease of an address."""
        ...

    async def reserve_lease(self, address: str, kind: str, more: Row) -> Row:
        """Keep the address for who has or had it, and give the reservation; `more` is hostname and options."""
        ...

    async def release_lease(self, address: str) -> Row:
        """End a lease and give what it was."""
        ...

    async def renew_leases(self, addresses: list[str]) -> list[Row]:
        """Ask clients to renew, and wait until each did or will not: {address, mac, reason, text, help}."""
        ...


class PoolDesk(Protocol):
    """How full pools are, and were."""

    async def pools(self) -> list[Row]:
        """Give every pool: network, pool, size, used, declined, free."""
        ...

    async def pool_history(self, network: str, step: int) -> list[Row]:
        """Give the moments of a network's pools, one each 60 or 900 seconds, oldest first."""
        ...


class ReservationDesk(Protocol):
    """Reservations: {network, kind, value, address, hostname, options: {name: text}}."""

    async def reservations(self) -> list[Row]:
        """Give all."""
        ...

    async def add_reservation(self, row: Row) -> Row:
        """Check and add one, and give it as it is kept."""
        ...

    async def remove_reservation(self, network: str, kind: str, value: str) -> None:
        """Remove one."""
        ...

    async def import_reservations(self, rows: list[Row], dry_run: bool) -> Row:
        """Add all or none: {"added": n, "errors": [{"row": its "row", "field": ..., "error": ...}]}."""
        ...


class RegistrationDesk(Protocol):
    """Unknown machines that are made known."""

    async def register(self, row: Row, who: str) -> list[Row]:
        """Make {macs, network, address, name} known, all or none: {mac, network, address, fresh} of each."""
        ...


class DeviceDesk(Protocol):
    """Devices, as model.device.Device."""

    async def devices(self, query: Query) -> Page:
        """Give a page of them."""
        ...

    async def device(self, device_id: str) -> Row:
        """Give one."""
        ...

    async def add_device(self, row: Row, who: str) -> Row:
        """Check and add one."""
        ...

    async def set_device(self, device_id: str, changes: Row, who: str) -> Row:
        """Change the given keys; null clears one."""
        ...

    async def remove_device(self, device_id: str, who: str) -> None:
        """Remove one."""
        ...


class FilesDesk(Protocol):
    """The files of devices."""

    async def reconfigure(self, ids: list[str] | None, plugin: str | None, who: str) -> Row:
        """Render again the given devices, those of a plugin, or (both None) all; returns when files stand ready.

        Gives {"configured": n, "changed": files, "failed": [{"id": ..., "problem": ...}]}.
        """
        ...

    async def device_files(self, device_id: str) -> list[Row]:
        """Give its files: path, part, template, secret, sha256, fetched."""
        ...

    async def show_file(self, device_id: str, path: str) -> Row:
        """Give {"path", "text", "secret"}: the file as it is served."""
        ...

    async def preview(self, device_id: str, config: str | None, plugin: str | None) -> Row:
        """Give what it would get: {plugin, config, files: [{path, template, state, text, served, ...}], left}."""
        ...

    async def device_history(self, device_id: str) -> list[Row]:
        """Give its generations, newest first: number, utc, why, held, changed, served, files."""
        ...

    async def generation(self, device_id: str, number: int) -> Row:
        """Give the files of a generation beside what is served, as a preview."""
        ...

    async def rollback(self, device_id: str, number: int, who: str) -> Row:
        """Serve the files of a generation again: {id, mac, from, number, changed}."""
        ...

    async def secret_url(self, device_id: str, renew: bool, who: str) -> Row:
        """Give {"path", "http", "https"} of its secret URL; made when it has none, or a new one is wanted."""
        ...


class ConfigDesk(Protocol):
    """Configs, as model.device.Config."""

    async def configs(self, query: Query) -> Page:
        """Give a page; `text` is looked for in id, label and role only: a search must not find out secrets."""
        ...

    async def config(self, config_id: str) -> Row:
        """Give one."""
        ...

    async def raw_config(self, config_id: str) -> Row:
        """Give it with all that it inherits: {id, raw_config, layers: {dotted key: config}, order}."""
        ...

    async def autocreate_config(self, who: str) -> Row:
        """Make the config that a new device would get, and give it."""
        ...

    async def add_config(self, row: Row, who: str) -> Row:
        """Check and add one."""
        ...

    async def set_config(self, config_id: str, changes: Row, who: str, wait: bool = True) -> Row:
        """Change the given keys; `raw_config` is a merge patch (RFC 7396): null removes a key.

        `wait`: until the files of the devices that it reaches stand.
        """
        ...

    async def remove_config(self, config_id: str, who: str) -> None:
        """Remove one."""
        ...

    async def config_devices(self, config_id: str) -> list[Row]:
        """Give the devices that use it, or what inherits from it: {id, mac, model, plugin, config, description}."""
        ...

    async def foresee_config(self, config_id: str, changes: Row, device_id: str | None) -> Row:
        """Say what changes would do: {id, reached, changed, items: devices with before and after, files or None}."""
        ...


class SyncDesk(Protocol):
    """Jobs that let devices read their files again."""

    async def synchronize(self, ids: list[str] | None, query: Query, who: str) -> Row:
        """Begin a job for the devices that are named, or else for those that the query finds; gives it."""
        ...

    async def syncs(self) -> list[Row]:
        """Give all jobs that are kept, the newest first."""
        ...

    async def sync(self, ident: int) -> Row:
        """Give one: how many devices stand where, for which reasons, and how many a minute were told."""
        ...

    async def sync_devices(self, ident: int) -> list[Row]:
        """Give each of its devices: {device, mac, state, reason, text, help, tries, told, ended}."""
        ...

    async def stop_sync(self, ident: int, who: str) -> Row:
        """End a job: devices that are not done with are left alone."""
        ...


class NameDesk(Protocol):
    """Names in the DNS: {address, name, mac, state, problem}."""

    async def names(self) -> list[Row]:
        """Give all."""
        ...

    async def retry_names(self) -> Row:
        """Let all that wait be tried at once: {"retried": how many}."""
        ...


class CodeDesk(Protocol):
    """Codes that phones dial."""

    async def provision(self, code: str, contact: str | None, address: str | None, sync: bool, who: str) -> Row:
        """Give the config with a code to the device that a call comes from: {device, mac, config, text, sync}.

        `sync`: let it read its files then; the value is the number of the job, or null.
        """
        ...


class RolloutDesk(Protocol):
    """Roll-outs: {id, from, to, state, reason, why, devices, first, waiting, moved, failed, skipped, ...}."""

    async def move_devices(self, row: Row, who: str) -> Row:
        """Begin one and give it; or with dry_run say which devices and which files would change."""
        ...

    async def list_rollouts(self) -> list[Row]:
        """Give all, the newest first."""
        ...

    async def rollout(self, rollout_id: str) -> Row:
        """Give one."""
        ...

    async def rollout_devices(self, rollout_id: str) -> list[Row]:
        """Give its devices: {device, mac, model, group, state, why}."""
        ...

    async def resume_rollout(self, rollout_id: str, again: bool, who: str) -> Row:
        """Let one go on; `again`: with the devices that failed, too."""
        ...

    async def abort_rollout(self, rollout_id: str, who: str) -> Row:
        """End one."""
        ...


class SettingDesk(Protocol):
    """Settings that change at run time: {name, value, default, help, kind, choices, least, most}."""

    async def settings(self) -> list[Row]:
        """Give all."""
        ...

    async def get_setting(self, name: str) -> Row:
        """Give one."""
        ...

    async def set_setting(self, name: str, value: Any, who: str) -> Row:
        """Change one; text is read by the setting's kind."""
        ...


class AuditDesk(Protocol):
    """Who asked for which change."""

    async def write_down(self, row: Row) -> None:
        """Keep one request: {who, role, via, method, path, status, request, before, after}."""
        ...

    async def audit(self, query: Query, since: float | None, until: float | None) -> Page:
        """Give a page of those with utc and id, the newest first unless it is sorted."""
        ...


class Desk(
    DaemonDesk,
    LeaseDesk,
    PoolDesk,
    NetworkDesk,
    EventDesk,
    JobDesk,
    BulkDesk,
    AssignDesk,
    ReservationDesk,
    RegistrationDesk,
    DeviceDesk,
    FilesDesk,
    MachineDesk,
    SyncDesk,
    ConfigDesk,
    PluginDesk,
    TemplateDesk,
    DraftDesk,
    FirmwareDesk,
    SettingDesk,
    NameDesk,
    RolloutDesk,
    CodeDesk,
    AuditDesk,
    WebhookDesk,
    ScriptDesk,
    ProbedDesk,
    PeopleDesk,
    Protocol,
):
    """All of it, as one object."""
