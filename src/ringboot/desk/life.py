"""The life of a plugin: the repository is read, a plugin installed, upgraded, uninstalled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from ringboot import __version__
from ringboot.desk.core import Core
from ringboot.desk.errors import NotFound, Refused
from ringboot.desk.firmware import FirmwareWork
from ringboot.desk.offers import state_of
from ringboot.desk.plugins import PluginDesk
from ringboot.desk.renders import Renders
from ringboot.desk.repository import OPEN, refusing
from ringboot.desk.shelf import INSTALLED, REMOVED
from ringboot.fleet.books import Books, PluginState
from ringboot.plugins import upgrade
from ringboot.plugins.folder import NotInstalled, PluginFolder, check_id, uninstall_plugin
from ringboot.plugins.manifest import BadManifest, load_manifest
from ringboot.plugins.schema import Manifest
from ringboot.plugins.version import natural

Row = dict[str, Any]


class _Supply(NamedTuple):
    """A version of a plugin that can be copied from."""

    folder: Path
    name: str  # what repository or catalog call it; empty for a folder or archive of one's own
    manifest: Manifest


class LifeDesk(PluginDesk):
    """What `ringboot plugin update|install|upgrade|uninstall` need."""

    core: Core
    renders: Renders
    firmware_work: FirmwareWork

    async def repository(self) -> Row:
        """Say where plugins are from, what is there, and what is being fetched."""
        server = self.core.world.settings.plugin_server
        fetching = self.core.shelf.repository.fetching
        return {
            "server": server or None,
            "plugins": len(self.core.shelf.repository.entries(server)),
            "fetching": fetching._asdict() if fetching is not None else None,
        }

    async def update_repository(self) -> Row:
        """Read the index of the repository anew."""
        settings = self.core.world.settings
        if not settings.plugin_server:
            raise Refused(
                "No repository is named: there are the built-in plugins alone. "
                "Name one: ringboot settings set plugin_server URL"
            )
        async with self.core.changing_plugins:
            with refusing("The repository could not be read"):
                await self.core.shelf.repository.update(settings.plugin_server, settings.http_proxy)
        rows = await self.plugins()
        upgradable = [row["id"] for row in rows if row["installed"] and row.get("available")]
        return {**await self.repository(), "upgradable": upgradable}

    # --- what can be installed ---

    @asynccontextmanager
    async def _supply(self, source: str, server: str) -> AsyncIterator[_Supply]:
        """Give what a person means by a name, a folder or an archive, for the time of the block."""
        shelf, proxy = self.core.shelf, self.core.world.settings.http_proxy
        entry, built_in = shelf.repository.entries(server).get(source), shelf.all_catalog.get(source)
        state = state_of(shelf, source, server)
        if entry is not None and (built_in is None or state.newest_is_there):
            if entry.end_of_life:
                raise Refused(_ended(source))
            if natural(entry.needs) > natural(__version__):  # before it is fetched
                raise Refused(f"{entry.title} {entry.version} needs Ringboot {entry.needs}; this is {__version__}.")
            async with shelf.repository.opened(entry, server, proxy) as folder:
                supply = _checked(folder, source)
                if (supply.manifest.name, supply.manifest.version) != (entry.name, entry.version):
                    raise Refused(f"{entry.file} is not {entry.name} {entry.version}, which the index names.")
                yield supply
        elif built_in is not None:
            yield _checked(shelf.built_in(source), source)
        elif await asyncio.to_thread(Path(source).is_file):
            async with shelf.repository.unpacked(Path(source)) as folder:
                yield _checked(folder, "")
        else:
            yield _checked(Path(source), "")

    async def install_plugin(self, source: str, plugin_id: str | None, who: str) -> Row:
        """Install from the repository, the catalog, a folder or an archive."""
        core = self.core
        async with core.changing_plugins:
            try:
                with refusing(f"{source} could not be installed"):
                    async with self._supply(source, core.world.settings.plugin_server) as supply:
                        ident = check_id(plugin_id or _id_of(source, supply))
                        name = supply.manifest.name
                        # It may hold a gigabyte of firmware.
                        await asyncio.to_thread(core.shelf.copy_from, supply.folder, ident, supply.name)
            except (NotInstalled, BadManifest, ValueError) as error:  # ValueError: no path at all
                raise Refused(f"{source} could not be installed: {error}") from None
            devices = await core.db.write(self._taken_up(ident, PluginState(ident, INSTALLED, name)))
        await self.renders.common([ident])
        self.renders.need(devices, f"plugin {ident} installed by {who}")
        await core.publish()
        return {**await self.plugin(ident), "by": who}

    def _taken_up(self, ident: str, state: PluginState) -> Callable[[Books], list[str]]:
        """Keep a plugin's state, read all plugins again, and name the plugin's devices."""

        def keep(books: Books) -> list[str]:
            if state.state == REMOVED:
                books.files.remove(books.files.of_plugin(ident))
            books.plugins.put(state)
            self.core.read_plugins(books)
            return [device.id for device in books.devices.find("plugin", ident)]

        return keep

    def _folder_of(self, plugin_id: str) -> PluginFolder | None:
        shelf = self.core.shelf
        found = shelf.folders.get(plugin_id)
        return PluginFolder(shelf.root / plugin_id) if found is None and plugin_id in shelf.blocked else found

    async def upgrade_plugin(self, plugin_id: str, source: str | None, who: str) -> Row:
        """Replace an installed plugin by the newest version, or by the one in a folder or an archive."""
        with self.firmware_work.at(plugin_id, "the plugin is upgraded"):
            return await self._upgrade(plugin_id, source, who)

    async def _upgrade(self, plugin_id: str, source: str | None, who: str) -> Row:
        core = self.core
        async with core.changing_plugins:
            folder = self._folder_of(plugin_id)
            if folder is None:
                raise NotFound(f"Plugin {plugin_id} is not installed. See: ringboot plugin list")
            server = core.world.settings.plugin_server
            wanted = source or self._newer(plugin_id, server)
            try:
                with refusing(f"{plugin_id} could not be upgraded"):
                    async with self._supply(wanted, server) as supply:
                        self._same_brand(plugin_id, supply)
                        staged = await asyncio.to_thread(upgrade.stage, supply.folder, folder.path, supply.name)
                devices = await self._switched(plugin_id, staged, supply.manifest.name)
            except (NotInstalled, BadManifest, ValueError) as error:
                raise Refused(f"{plugin_id} could not be upgraded: {error}. Nothing was changed.") from None
        common = await self.renders.common([plugin_id])
        failed = await self.renders.done(devices, f"plugin {plugin_id} upgraded by {who}")
        await core.publish()
        return {
            **await self.plugin(plugin_id),
            "before": staged.before, "kept": list(staged.kept), "by": who, "configured": len(devices) - len(failed),
            "failed": [{"id": ident, "mac": None, "problem": why} for ident, why in {**common, **failed}.items()],
        }  # fmt: skip

    def _newer(self, plugin_id: str, server: str) -> str:
        """Give the name of what there is newer; Refused when there is nothing."""
        state = state_of(self.core.shelf, plugin_id, server)
        if state.end_of_life:
            raise Refused(_ended(plugin_id))
        if state.available is None and plugin_id not in self.core.shelf.blocked:
            why = "there is no newer version" if state.name else "it was installed from a folder or an archive"
            raise Refused(f"{plugin_id} is not upgraded: {why}. Name another version's folder or archive by --from.")
        return state.name

    def _same_brand(self, plugin_id: str, supply: _Supply) -> None:
        mine = self.core.shelf.plugins.get(plugin_id)
        if mine is not None and mine.name != supply.manifest.name:
            raise Refused(
                f"{plugin_id} is a plugin for {mine.name}, not for {supply.manifest.name}. Install that one beside it."
            )

    async def _switched(self, plugin_id: str, staged: upgrade.Staged, name: str) -> list[str]:
        """Put a staged version in its place and take it up; on any failure all is as it was."""
        core = self.core
        try:
            await asyncio.to_thread(upgrade.switch, staged)
            devices = await core.db.write(self._taken_up(plugin_id, PluginState(plugin_id, INSTALLED, name)))
        except BaseException:
            await asyncio.to_thread(upgrade.undo, staged)
            with core.db.reading() as books:
                core.read_plugins(books)
            raise
        await asyncio.to_thread(upgrade.finish, staged)
        return devices

    async def reload_plugin(self, plugin_id: str, who: str) -> Row:
        """Read the folder of a plugin again, where somebody changed its manifest by hand, and give the plugin."""
        core = self.core
        async with core.changing_plugins:
            folder = self._folder_of(plugin_id)
            if folder is None:
                raise NotFound(f"Plugin {plugin_id} is not installed. See: ringboot plugin list")
            try:
                load_manifest(folder.path)
            except BadManifest as error:
                raise Refused(f"{plugin_id} cannot be read: {error}") from None
            await core.db.write(core.read_plugins)
        await core.publish()
        return {**await self.plugin(plugin_id), "by": who}

    async def uninstall_plugin(self, plugin_id: str, who: str) -> Row:
        """Take its folder away, keeping a backup of what is the administrator's; not used again until installed."""
        with self.firmware_work.at(plugin_id, "the plugin is uninstalled"):
            return await self._uninstall(plugin_id, who)

    async def _uninstall(self, plugin_id: str, who: str) -> Row:
        core = self.core
        async with core.changing_plugins:
            folder = self._folder_of(plugin_id)
            if folder is None and plugin_id not in core.shelf.catalog:
                raise NotFound(f"Plugin {plugin_id} is not installed. See: ringboot plugin list")
            stamp = datetime.fromtimestamp(core.utc(), UTC).strftime("%Y%m%d-%H%M%S")
            with core.db.reading() as books:
                rendered = [record.path for record in books.files.of_plugin(plugin_id)]
            gone = None
            try:
                if folder is not None:
                    gone = await asyncio.to_thread(uninstall_plugin, folder, stamp, rendered)
            except NotInstalled as error:
                raise Refused(f"{plugin_id} could not be uninstalled: {error}") from None
            devices = await core.db.write(self._taken_up(plugin_id, PluginState(plugin_id, REMOVED, plugin_id)))
        self.renders.need(devices)
        await core.publish()
        backup = gone.backup if gone is not None else None
        return {
            "id": plugin_id,
            "custom_templates": list(gone.custom) if gone is not None else [],
            "firmware": list(gone.firmware) if gone is not None else [],
            "backup": str(backup) if backup is not None else None,
            "devices": len(devices),
            "by": who,
        }


def _checked(folder: Path, name: str) -> _Supply:
    """Read a version's manifest; Refused when it may not be installed any more, or not by this Ringboot."""
    manifest = load_manifest(folder)
    if manifest.end_of_life:
        raise Refused(_ended(name or manifest.title))
    if natural(manifest.needs) > natural(__version__):
        raise Refused(f"{manifest.title} {manifest.version} needs Ringboot {manifest.needs}; this is {__version__}.")
    return _Supply(folder, name, manifest)


def _id_of(source: str, supply: _Supply) -> str:
    """Give the id that a plugin has when nobody says another; an archive without a folder names none."""
    if supply.name:
        return source
    name = supply.folder.name
    return supply.manifest.name if name.startswith(OPEN) else name


def _ended(what: str) -> str:
    return (
        f"{what} has come to the end of its life: it is neither installed nor upgraded any more. "
        "Where it is installed, it goes on working."
    )
