"""What the API asks of the desk about plugins, their templates and their firmware."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Protocol

Row = dict[str, Any]


class PluginDesk(Protocol):
    """Plugins: {id, name, title, version, installed, enabled, problem, custom_templates, ...}."""

    async def plugins(self) -> list[Row]:
        """Give all, installed or in the catalog."""
        ...

    async def plugin(self, plugin_id: str) -> Row:
        """Give one."""
        ...

    async def install_plugin(self, source: str, plugin_id: str | None, who: str) -> Row:
        """Install from the repository, the catalog, a folder or an archive."""
        ...

    async def upgrade_plugin(self, plugin_id: str, source: str | None, who: str) -> Row:
        """Replace one by the newest version, or by that in a folder or an archive.

        Gives the plugin and "before" (its version), "kept" (copies of files changed by hand), "configured", "failed".
        """
        ...

    async def repository(self) -> Row:
        """Give {"server", "plugins": how many, "fetching": {"what", "octets", "total"} or None}."""
        ...

    async def update_repository(self) -> Row:
        """Read its index anew: the same and "upgradable", the ids of plugins of which there is a newer version."""
        ...

    async def reload_plugin(self, plugin_id: str, who: str) -> Row:
        """Read its folder again, and give it; its devices' files stay as they are."""
        ...

    async def uninstall_plugin(self, plugin_id: str, who: str) -> Row:
        """Remove its folder, keeping a backup of what is the administrator's: {"backup": path or None}."""
        ...


class TemplateDesk(Protocol):
    """Templates: {plugin, template, custom, path, state, origin, version, devices, shared}."""

    async def templates(self) -> list[Row]:
        """Give all of the installed plugins."""
        ...

    async def template(self, plugin: str, name: str, shipped: bool) -> Row:
        """Give one with text, original, now (what is shipped), used_by."""
        ...

    async def copy_template(self, plugin: str, name: str, to: str | None, force: bool, who: str) -> Row:
        """Make a custom template of a shipped one, and give it."""
        ...

    async def check_templates(self, plugin: str | None) -> Row:
        """Find faults: {"read": n, "items": [{plugin, template, line, kind, what}]}."""
        ...

    async def migrate_templates(self, plugin: str, names: list[str], *, dry_run: bool, base: str | None) -> list[Row]:
        """Merge what changed in originals: {plugin, template, result, conflicts, kept, text, path}."""
        ...

    async def resolve_template(self, plugin: str, name: str) -> Row:
        """Take a merge whose conflicts were resolved: such a row."""
        ...


class DraftDesk(Protocol):
    """Templates that are being edited."""

    async def check_draft(self, plugin: str, name: str, text: str) -> Row:
        """Read a draft for faults as if it were written: {"items": [{template, line, kind, what}]}."""
        ...

    async def put_template(self, plugin: str, name: str, text: str, who: str) -> Row:
        """Write a custom template, and give it with "faults" and "kept"."""
        ...

    async def remove_template(self, plugin: str, name: str, who: str) -> Row:
        """Take a custom template away: {"plugin", "template", "kept": its path}."""
        ...

    async def try_templates(self, device_id: str, config: str | None, plugin: str | None, drafts: Row) -> Row:
        """Make the files of a device with drafts that nobody has written: a preview."""
        ...


class FirmwareDesk(Protocol):
    """Firmware packages: {plugin, id, version, installed, state, size, description, problem, ...}."""

    async def firmware(self) -> list[Row]:
        """Give those of all installed plugins."""
        ...

    async def firmware_package(self, plugin: str, ident: str) -> Row:
        """Give one, with its files and steps."""
        ...

    async def firmware_doing(self, plugin: str) -> Row:
        """Tell what is being done: {"doing": None or {what, octets, size}}."""
        ...

    async def install_firmware(self, plugin: str, packages: list[str], who: str) -> Row:
        """Fetch and install these and what they need: {"installed": ids, "files": paths}."""
        ...

    async def upgrade_firmware(self, plugin: str, packages: list[str] | None, who: str) -> Row:
        """Do so with those that are installed and older."""
        ...

    async def uninstall_firmware(self, plugin: str, ident: str, who: str) -> Row:
        """Remove one: {"removed": paths, "kept": paths, "not_needed": ids}."""
        ...

    async def upload_firmware(self, plugin: str, pieces: AsyncIterator[bytes], who: str) -> Row:
        """Keep a file whose checksum a package names: {"files": names, "packages": ids}."""
        ...
