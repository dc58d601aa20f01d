"""The plugins that this daemon has: the catalog, what is installed, and what of both is enabled."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ringboot import reasons
from ringboot.catalog import FOLDER as CATALOG
from ringboot.desk.repository import Repository
from ringboot.fleet.books import PluginState
from ringboot.model.site import Class
from ringboot.plugins.classes import brand_class
from ringboot.plugins.folder import PluginFolder, install_plugin, installed
from ringboot.plugins.identify import Identifier
from ringboot.plugins.manifest import BadManifest
from ringboot.plugins.schema import Manifest
from ringboot.plugins.upgrade import recover
from ringboot.plugins.version import natural

INSTALLED, REMOVED = "installed", "removed"  # what PluginState.state may say


class Shelf:
    """Read again after every change of a plugin; the parts are then replaced as a whole."""

    def __init__(self, root: Path, catalog: Path = CATALOG) -> None:
        self.root = root
        self._catalog_root = catalog
        self.repository = Repository(root / ".repository")
        self.folders: dict[str, PluginFolder] = {}
        self.plugins: dict[str, Manifest] = {}  # installed and enabled, by id
        self.catalog: dict[str, Manifest] = {}  # built in and not taken away, by name
        self.all_catalog: dict[str, Manifest] = {}
        self.broken: list[BadManifest] = []
        self.blocked: dict[str, BadManifest] = {}  # installed, but its manifest is broken: by id
        self.identifier = Identifier(())

    def read(self, states: Mapping[str, PluginState]) -> None:
        """Read every manifest; a broken one is left out and listed, the others are not affected."""
        gone = {state.source for state in states.values() if state.state == REMOVED}
        self.folders, broken_here = installed(self.root)
        built_in, broken_catalog = installed(self._catalog_root)
        self.broken = [*broken_here, *broken_catalog]
        self.blocked = {each.path.parent.name: each for each in broken_here}
        self.all_catalog = {ident: folder.manifest for ident, folder in built_in.items()}
        self.catalog = {ident: each for ident, each in self.all_catalog.items() if ident not in gone}
        self.plugins = {ident: folder.manifest for ident, folder in self.folders.items()}
        self.identifier = Identifier(self.enabled())

    def enabled(self) -> list[Manifest]:
        """Give one manifest a brand: identification and DHCP options come from these.

        An installed plugin speaks for its brand; else the catalog does.  Of two of one brand the newer one speaks.
        """
        best: dict[str, Manifest] = dict(self.catalog)
        for ident in sorted(self.plugins, key=lambda each: natural(self.plugins[each].version)):
            best[self.plugins[ident].name] = self.plugins[ident]
        return [best[name] for name in sorted(best)]

    def why_not(self, plugin: str) -> str:
        """Say why a plugin makes no files: it is broken, or not there."""
        if plugin in self.blocked:
            why = self.blocked[plugin].lines()[0]
            return reasons.tell(reasons.PLUGIN_BROKEN.id, {"plugin": plugin, "why": why})
        return f"plugin {plugin} is not installed"

    def classes(self) -> tuple[Class, ...]:
        """Compile the brands' options for dhcp."""
        return tuple(each for each in map(brand_class, self.enabled()) if each.alternatives and each.options)

    def copy(self, name: str) -> PluginFolder:
        """Copy a catalog plugin to its place; NotInstalled or BadManifest when that fails."""
        return self.copy_from(self._catalog_root / name, name, name)

    def copy_from(self, source: Path, ident: str, name: str = "") -> PluginFolder:
        """Copy any plugin folder to its place; NotInstalled or BadManifest when that fails.

        `name` is how catalog or repository call it; empty for what a person gave.
        """
        return install_plugin(source, self.root / ident, name)

    def built_in(self, name: str) -> Path:
        """Give the folder of a catalog plugin."""
        return self._catalog_root / name

    def recover(self) -> list[str]:
        """Bring to an end what a kill interrupted, before anything is read; a sentence each."""
        self.repository.sweep()
        return recover(self.root)

    def tftpboot(self, plugin: str) -> Path | None:
        """Give the folder that a plugin's files are served from."""
        folder = self.folders.get(plugin)
        return None if folder is None else folder.tftpboot
