"""helpers: what an administrator does with many devices, plugins and configs at once."""

from __future__ import annotations

from collections import Counter

from ringboot.compat.provd.ids import PluginId
from ringboot.compat.provd.jobs import moved, synchronized
from ringboot.compat.provd.notdone import NotDone
from ringboot.compat.provd.session import Row, Session


class Helpers:
    """What an administrator does with many devices, plugins and configs at once."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def system_info(self) -> Row:
        """Count devices, configs and plugins."""
        devices = list(self._session.rows("devices"))
        return {
            "devices": len(devices),
            "devices not configured": sum(not row["configured"] for row in devices),
            "configs": self._session.count("configs"),
            "plugins installed": len(self.installed_plugins()),
        }

    def detailed_system_info(self) -> Row:
        """Count also by plugin, vendor and model, and name the plugins that are not used, or missing."""
        devices = list(self._session.rows("devices"))
        by = {key: Counter(str(row[key]) for row in devices) for key in ("plugin", "vendor", "model")}
        return {
            **self.system_info(),
            **{f"devices by {key}": dict(sorted(counts.items())) for key, counts in by.items()},
            "unused plugins": self.unused_plugins(),
            "missing plugins": self.missing_plugins(),
        }

    def used_plugins(self) -> list[str]:
        """Give the plugins that devices have, installed or not."""
        return sorted({str(row["plugin"]) for row in self._session.rows("devices") if row["plugin"] is not None})

    def installed_plugins(self) -> list[str]:
        """Give the plugins that are installed."""
        return sorted(str(row["id"]) for row in self._session.rows("plugins") if row["installed"])

    def unused_plugins(self) -> list[str]:
        """Give the installed plugins that no device has."""
        return sorted(set(self.installed_plugins()) - set(self.used_plugins()))

    def missing_plugins(self) -> list[str]:
        """Give the plugins that devices have and that are not installed."""
        return sorted(set(self.used_plugins()) - set(self.installed_plugins()))

    def mass_update_devices_plugin(
        self,
        old_plugin: PluginId,
        new_plugin: PluginId,
        synchronize: bool = False,
        recurse: bool = False,  # noqa: ARG002  there are no tenants, so nothing lies below
    ) -> None:
        """Move all devices of a plugin to another one, and let them read their files again if that is wanted.

        A device whose files the new plugin cannot make keeps the old one. In groups, at night: ringboot device move.
        """
        idents = [row["id"] for row in self._session.rows("devices") if row["plugin"] == old_plugin]
        installed = self.installed_plugins()
        if new_plugin not in installed:
            raise NotDone(f"Plugin {new_plugin} is not installed. Install it first; see plugins.installable()")
        if not idents and old_plugin not in installed:
            raise NotDone(f"There is no plugin {old_plugin}, and no device has it. See: helpers.used_plugins()")
        if not idents:
            self._session.terminal.say(f"No device has plugin {old_plugin}.")
            return
        if old_plugin not in installed:
            self._session.terminal.is_sure(
                f"Plugin {old_plugin} is not installed: a device whose files {new_plugin} cannot make has none then. "
                "Do you want to proceed anyway?"
            )
        for ident in idents:
            self._session.terminal.say(str(ident))
        moved(self._session, old_plugin, new_plugin, synchronize)

    def mass_synchronize(self, recurse: bool = False) -> None:  # noqa: ARG002  there are no tenants
        """Let all devices read their files again, and wait until they have."""
        synchronized(self._session, {"all": True})

    def remove_transient_configs(self) -> list[str]:
        """Remove the configs that were made for a device each and that none uses any more; gives their ids."""
        used = {row["config"] for row in self._session.rows("devices")}
        rows = list(self._session.rows("configs"))
        parents = {parent for row in rows for parent in row["parent_ids"]}
        idents = [str(row["id"]) for row in rows if row["transient"] and row["id"] not in used | parents]
        return self._session.each(idents, lambda ident: self._session.api.delete("configs", ident), "removed")
