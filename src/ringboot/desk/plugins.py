"""Plugins and settings for the administrator."""

from __future__ import annotations

import asyncio
from typing import Any

from ringboot.desk.core import Core
from ringboot.desk.errors import NotFound, Refused
from ringboot.desk.offers import state_of
from ringboot.desk.renders import Renders
from ringboot.fleet import settings as fleet_settings
from ringboot.fleet.books import Books
from ringboot.fleet.fields import FieldErrors, Unknown
from ringboot.plugins import shipped
from ringboot.plugins.folder import PluginFolder, firmware
from ringboot.plugins.schema import Manifest

Row = dict[str, Any]
_IN_FILES = (fleet_settings.SERVER_ADDRESS.name, fleet_settings.LOCALE.name)  # settings that devices are told


class PluginDesk:
    """What `ringboot plugin` needs."""

    core: Core

    async def plugins(self) -> list[Row]:
        """Give all, installed or in the catalog."""
        return await asyncio.to_thread(self._plugin_rows)

    def _plugin_rows(self) -> list[Row]:
        shelf = self.core.shelf
        with self.core.db.reading() as books:
            devices = books.devices.of_plugins()
        entries = shelf.repository.entries(self.core.world.settings.plugin_server)
        idents = sorted({*shelf.folders, *shelf.all_catalog, *entries} - shelf.blocked.keys())
        broken = [
            {
                "id": each.path.parent.name,
                "installed": True,
                "enabled": False,
                "end_of_life": False,
                "problem": str(each),
            }
            for each in shelf.broken
        ]
        return [self._plugin_row(ident, devices.get(ident, 0)) for ident in idents] + broken

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
                    return row | await asyncio.to_thread(self._inside, folder)
                return row
        raise NotFound(f"There is no plugin {plugin_id}. See: ringboot plugin list")

    def _inside(self, folder: PluginFolder) -> Row:
        """Say what is in an installed plugin, and what of it nobody ships."""
        with self.core.db.reading() as books:
            rendered = [record.path for record in books.files.of_plugin(folder.id)]
        return {
            "folder": str(folder.path),
            "templates": list(folder.templates()),
            "firmware": list(firmware(folder, rendered)),
            "changed_files": list(shipped.changed(folder.path, shipped.read(folder.path))),
        }

    def _manifest(self, ident: str) -> Manifest | None:
        return self.core.shelf.plugins.get(ident) or self.core.shelf.all_catalog.get(ident)

    def _plugin_row(self, ident: str, devices: int) -> Row:
        core, shelf = self.core, self.core.shelf
        folder = shelf.folders.get(ident)
        state = state_of(shelf, ident, core.world.settings.plugin_server)
        manifest = self._manifest(ident)
        about = state.entry if manifest is None or (folder is None and state.newest_is_there) else manifest
        return {
            "id": ident,
            "name": about.name if about else None,
            "title": about.title if about else None,
            "version": about.version if about else None,
            "description": about.description if about else "",
            "installed": folder is not None,
            "available": state.available,
            "end_of_life": state.end_of_life,
            "enabled": ident in shelf.plugins or ident in shelf.catalog,
            "devices": devices,
            "custom_templates": list(folder.custom_templates()) if folder else [],
            "problem": None,
        }


class SettingDesk:
    """What `ringboot settings` needs."""

    core: Core
    renders: Renders

    async def _made_again(self, who: str, name: str) -> Row:
        """Make the files anew that hold a setting."""
        with self.core.db.reading() as books:
            idents = [device.id for device in books.devices.heads() if device.plugin is not None]
        await self.renders.common(list(self.core.shelf.plugins))
        failed = await self.renders.done(idents, f"{name} set by {who}", only_changed=True)
        return {"devices": len(idents), "failed": len(failed)}

    async def settings(self) -> list[Row]:
        """Give all: name, value, default, help, kind, choices, least, most."""
        with self.core.db.reading() as books:
            values = fleet_settings.values(books.settings)
        return [_setting_row(row, values[row.name]) for row in fleet_settings.TABLE.values()]

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
        if name in _IN_FILES:
            core.jobs.start("render", f"{name} was set", who, self._made_again(who, name))
        await core.feed.promise(f"{name} was set")
        return await self.get_setting(name)


def _setting_row(row: fleet_settings.Setting, value: Any) -> Row:
    bounds = row.values if isinstance(row.values, fleet_settings.Number) else None
    return {
        "name": row.name,
        "value": row.shown(value),
        "default": row.default,
        "help": row.help,
        "kind": row.kind,
        "choices": list(row.choices),
        "least": None if bounds is None else bounds.least,
        "most": None if bounds is None else bounds.most,
    }
