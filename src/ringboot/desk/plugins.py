"""Plugins and settings for the administrator."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ringboot.desk.core import Core
from ringboot.desk.devices import all_devices
from ringboot.desk.errors import NotFound, Refused
from ringboot.desk.renders import Renders
from ringboot.desk.shelf import INSTALLED, REMOVED
from ringboot.fleet import settings as fleet_settings
from ringboot.fleet.books import Books, PluginState
from ringboot.fleet.fields import FieldErrors, Unknown
from ringboot.plugins.folder import NotInstalled, PluginFolder, check_id, uninstall_plugin
from ringboot.plugins.manifest import BadManifest, load_manifest
from ringboot.plugins.schema import Manifest

Row = dict[str, Any]


class PluginDesk:
    """What `ringboot plugin` needs."""

    core: Core
    renders: Renders

    async def plugins(self) -> list[Row]:
        """Give all, installed or in the catalog."""
        return await asyncio.to_thread(self._plugin_rows)

    def _plugin_rows(self) -> list[Row]:
        shelf = self.core.shelf
        with self.core.db.reading() as books:
            devices = Counter(device.plugin for device in all_devices(books))
        idents = sorted({*shelf.folders, *shelf.all_catalog} - shelf.blocked.keys())
        broken = [
            {"id": each.path.parent.name, "installed": True, "enabled": False, "problem": str(each)}
            for each in shelf.broken
        ]
        return [self._plugin_row(ident, devices[ident]) for ident in idents] + broken

    async def plugin(self, plugin_id: str) -> Row:
        """Give one, with its models and templates."""
        for row in await self.plugins():
            if row["id"] == plugin_id:
                folder = self.core.shelf.folders.get(plugin_id)
                manifest = self._manifest(plugin_id)
                if manifest is not None:
                    row["models"] = sorted(model for model in manifest.models if model != "*")
                    row["dhcp_options"] = manifest.dhcp
                if folder is not None:
                    row |= {"folder": str(folder.path), "templates": list(folder.templates())}
                return row
        raise NotFound(f"There is no plugin {plugin_id}. See: ringboot plugin list")

    def _manifest(self, ident: str) -> Manifest | None:
        return self.core.shelf.plugins.get(ident) or self.core.shelf.all_catalog.get(ident)

    def _plugin_row(self, ident: str, devices: int) -> Row:
        shelf = self.core.shelf
        manifest = self._manifest(ident)
        folder = shelf.folders.get(ident)
        return {
            "id": ident,
            "name": manifest.name if manifest else None,
            "title": manifest.title if manifest else None,
            "version": manifest.version if manifest else None,
            "installed": folder is not None,
            "enabled": ident in shelf.plugins or ident in shelf.catalog,
            "devices": devices,
            "custom_templates": list(folder.custom_templates()) if folder else [],
            "problem": None,
        }

    async def install_plugin(self, source: str, plugin_id: str | None, who: str) -> Row:
        """Install from the catalog or a folder."""
        core = self.core
        in_catalog = source in core.shelf.all_catalog
        place = core.shelf.source(source)
        try:
            name = source if in_catalog else load_manifest(place).name
            ident = check_id(plugin_id or (source if in_catalog else Path(source).name))
            await asyncio.to_thread(core.shelf.copy_from, place, ident)  # it may hold a gigabyte of firmware
        except (NotInstalled, BadManifest, ValueError) as error:  # ValueError: no path at all
            raise Refused(f"{source} could not be installed: {error}") from None

        def keep(books: Books) -> list[str]:
            books.plugins.put(PluginState(ident, INSTALLED, name))
            core.read_plugins(books)
            return [device.id for device in books.devices.find("plugin", ident)]

        devices = await core.db.write(keep)
        await self.renders.common([ident])
        self.renders.need(devices, f"plugin {ident} installed by {who}")
        await core.publish()
        return {**await self.plugin(ident), "by": who}

    async def uninstall_plugin(self, plugin_id: str, who: str) -> Row:
        """Take its folder away, keeping a backup of custom templates; it is not used again until installed."""
        core = self.core
        folder = core.shelf.folders.get(plugin_id)
        if folder is None and plugin_id in core.shelf.blocked:
            folder = PluginFolder(core.shelf.root / plugin_id)
        if folder is None and plugin_id not in core.shelf.catalog:
            raise NotFound(f"Plugin {plugin_id} is not installed. See: ringboot plugin list")
        stamp = datetime.fromtimestamp(core.utc(), UTC).strftime("%Y%m%d-%H%M%S")
        try:
            gone = await asyncio.to_thread(uninstall_plugin, folder, stamp) if folder is not None else None
        except NotInstalled as error:
            raise Refused(f"{plugin_id} could not be uninstalled: {error}") from None

        def keep(books: Books) -> list[str]:
            books.files.remove(books.files.of_plugin(plugin_id))
            books.plugins.put(PluginState(plugin_id, REMOVED, plugin_id))
            core.read_plugins(books)
            return [device.id for device in books.devices.find("plugin", plugin_id)]

        devices = await core.db.write(keep)
        self.renders.need(devices)
        await core.publish()
        backup = gone.backup if gone is not None else None
        return {
            "id": plugin_id,
            "custom_templates": list(gone.custom) if gone is not None else [],
            "backup": str(backup) if backup is not None else None,
            "devices": len(devices),
            "by": who,
        }


class SettingDesk:
    """What `ringboot settings` needs."""

    core: Core

    async def settings(self) -> list[Row]:
        """Give all: name, value, default, help."""
        with self.core.db.reading() as books:
            values = fleet_settings.values(books.settings)
        return [
            {"name": row.name, "value": row.shown(values[row.name]), "default": row.default, "help": row.help}
            for row in fleet_settings.TABLE.values()
        ]

    async def get_setting(self, name: str) -> Row:
        """Give one."""
        for row in await self.settings():
            if row["name"] == name:
                return row
        raise NotFound(f"There is no setting {name}. Settings: {', '.join(fleet_settings.TABLE)}")

    async def set_setting(self, name: str, value: Any, who: str) -> Row:
        """Change one; it holds for the next packet and the next request."""
        core = self.core

        def change(books: Books) -> None:
            fleet_settings.set_value(books.settings, name, value, who, core.utc())
            core.read_settings(books)
            core.world.memory.clear()

        try:
            await core.db.write(change)
        except Unknown:
            raise NotFound(f"There is no setting {name}. Settings: {', '.join(fleet_settings.TABLE)}") from None
        except FieldErrors as error:
            raise Refused(f"{name} {', '.join(error.as_dict().values())}.", error.as_dict()) from None
        core.install_site()
        await core.feed.promise(f"{name} was set")
        return await self.get_setting(name)
