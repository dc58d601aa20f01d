"""devices: phones, gateways and softphones, one by one and in groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ringboot.compat.provd.dotted import changes, expand, nothings
from ringboot.compat.provd.ids import DeviceId, Mac, Model, PluginId, id_of
from ringboot.compat.provd.item import Item
from ringboot.compat.provd.jobs import synchronized
from ringboot.compat.provd.notdone import NotDone
from ringboot.compat.provd.operation import GOING, Operation
from ringboot.compat.provd.selector import chosen, cut
from ringboot.compat.provd.session import Api, Row, Session
from ringboot.model.address import norm_mac

OURS = ("id", "configured", "added", "association", "problem", "state")  # of a device; the daemon says what they are


def problems(made: Row) -> dict[str, str]:
    """Give why the files of devices could not be made, by MAC, or id without one."""
    return {str(each.get("mac") or each["id"]): str(each["problem"]) for each in made["failed"]}


def reconfigured(session: Session, body: dict[str, Any]) -> None:
    """Make files again, and wait for them; NotDone names the devices whose files could not be made."""

    def look(api: Api) -> tuple[Operation, ...]:
        waiting = int(api.get("top")["rendering"])
        return (Operation("devices left", GOING, waiting),) if waiting else ()

    made = session.work("reconfigure", lambda: session.api.post("devices", "reconfigure", body=body), look)
    failed = problems(made)
    if failed:
        raise NotDone(f"{len(failed)} could not be configured. Mend what is named, then try again.", failed)


class Device(Item):
    """One device; devices["its id"] gives it."""

    _kind = "devices"

    def get(self) -> Row:
        """Give it as a dictionary."""
        found: Row = self._session.plain("devices", self.id)
        return found

    def set(self, device: Mapping[str, Any]) -> Device:
        """Set keys, dotted or nested: set({"config": "ann", "options.switchboard": True}); others stay."""
        self._session.api.patch("devices", self.id, body=expand(device))
        return self

    def unset(self, *keys: str) -> Device:
        """Take dotted keys out: unset("options.switchboard", "description")."""
        self._session.api.patch("devices", self.id, body=nothings(keys))
        return self

    def reconfigure(self) -> Device:
        """Make its files again; they stand when this returns."""
        reconfigured(self._session, {"ids": [self.id]})
        return self

    def synchronize(self) -> Device:
        """Let it read its files again, and wait until it has."""
        synchronized(self._session, {"ids": [self.id]})
        return self


class DeviceGroup:
    """Devices that were found; what is done with the group is done with each."""

    def __init__(self, session: Session, idents: Sequence[str], plugin: str | None = None) -> None:
        self._session = session
        self._plugin = plugin
        self.ids = tuple(idents)

    def __repr__(self) -> str:
        return f"<DeviceGroup of {len(self.ids)}>"

    def reconfigure(self) -> None:
        """Make the files of each again, and those that all devices of the plugin share; they stand when this returns.

        Prints each id.
        """
        self._tell()
        if self._plugin is not None:
            reconfigured(self._session, {"plugin": self._plugin})
        elif self.ids:
            reconfigured(self._session, {"ids": list(self.ids)})

    def synchronize(self) -> None:
        """Let each read its files again, and wait until they have; prints each id."""
        self._tell()
        if self.ids:
            synchronized(self._session, {"ids": list(self.ids)})

    def _tell(self) -> None:
        for ident in self.ids or ("No device is in this group.",):
            self._session.terminal.say(ident)


class Devices:
    """Phones, gateways and softphones."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __getitem__(self, device: DeviceId) -> Device:
        """Give one to work with, named by its id or MAC; NotDone when it does not exist."""
        found = self._session.api.get("devices", id_of(device))
        return Device(self._session, str(found["id"]))

    def add(self, device: Mapping[str, Any]) -> str:
        """Add a device, dotted or nested: add({"mac": "...", "plugin": "...", "config": "..."}); gives its id."""
        return str(self._session.api.post("devices", body=expand(device))["id"])

    def get(self, device: DeviceId | Mapping[str, Any] | Device) -> Row:
        """Give one as a dictionary."""
        return Device(self._session, id_of(device)).get()

    def update(self, device: Mapping[str, Any]) -> None:
        """Replace the device with this id: keys that are not given go. devices["..."].set changes some only."""
        wanted = expand(device)
        ident = id_of(wanted)
        present = self.get(ident)
        patch = changes(present, {**{key: present[key] for key in OURS}, **wanted})
        if patch:
            self._session.api.patch("devices", ident, body=patch)

    def remove(self, device: DeviceId | Mapping[str, Any] | Device) -> None:
        """Remove one, with its files."""
        self._session.api.delete("devices", id_of(device))

    def remove_all(self) -> None:
        """Remove all, with their files; asks first."""
        idents = [str(row["id"]) for row in self._session.rows("devices")]
        self._session.terminal.is_sure(f"Remove {len(idents)} devices?")
        self._session.each(idents, self.remove, "removed")

    def reconfigure(self, device: DeviceId | Mapping[str, Any] | Device) -> None:
        """Make the files of one again; they stand when this returns."""
        Device(self._session, id_of(device)).reconfigure()

    def synchronize(self, device: DeviceId | Mapping[str, Any] | Device) -> None:
        """Let one read its files again, and wait until it has."""
        Device(self._session, id_of(device)).synchronize()

    def find(  # noqa: PLR0917  provd's order
        self,
        search: Mapping[str, Any] | None = None,
        fields: Sequence[str] | str | None = None,
        offset: int = 0,
        limit: int = 0,
        order: str | None = None,
        direction: str | int | None = None,
        recurse: bool = False,  # noqa: ARG002  there are no tenants, so nothing lies below
        **raw: Any,
    ) -> list[Row]:
        """Give those that a selector finds: find({"plugin": {"$ne": None}}), find(model="...", fields=["mac"])."""
        rows = list(self._session.rows("devices", secrets=True))
        return cut(chosen(rows, search, raw, order, direction), fields, offset, limit)

    def count(self) -> int:
        """Say how many there are."""
        return self._session.count("devices")

    def using_plugin(self, plugin: PluginId) -> DeviceGroup:
        """Give the devices of a plugin; NotDone when neither it nor a device of it is there."""
        idents = self._with("plugin", plugin)
        installed = bool(list(self._session.rows("plugins", filters=(f"id={plugin}", "installed=true"))))
        if not installed and not idents:
            raise NotDone(f"Plugin {plugin} is not installed, and no device has it. See: plugins.installed()")
        return DeviceGroup(self._session, idents, plugin if installed else None)

    def using_mac(self, mac: Mac) -> DeviceGroup:
        """Give the device with a MAC, in any spelling."""
        try:
            found = self._with("mac", norm_mac(mac))
        except ValueError as error:
            raise NotDone(f"{error}.") from None
        return self._group(found, f"No device has the MAC {mac}.")

    def using_model(self, model: Model) -> DeviceGroup:
        """Give the devices of a model."""
        return self._group(self._with("model", model), f"No device is a {model}.")

    def _group(self, idents: list[str], none: str) -> DeviceGroup:
        if not idents:
            raise NotDone(f'{none} See: devices.find(fields=["mac", "model"])')
        return DeviceGroup(self._session, idents)

    def _with(self, key: str, value: str) -> list[str]:
        rows = self._session.rows("devices", filters=(f"{key}={value}",))
        return [str(row["id"]) for row in rows if row[key] == value]  # the API's filter knows no case
