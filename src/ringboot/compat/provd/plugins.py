"""plugins: what makes the files of a brand's devices, and the firmware packages that each has."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ringboot.compat.provd.devices import problems, reconfigured
from ringboot.compat.provd.ids import PackageId, PluginId
from ringboot.compat.provd.item import Item
from ringboot.compat.provd.notdone import NotDone
from ringboot.compat.provd.operation import GOING, Operation
from ringboot.compat.provd.options import finds
from ringboot.compat.provd.session import Api, Row, Session

YOURS = ("custom_templates", "changed_files", "firmware")  # what of the administrator's goes with a plugin


def _fetching(api: Api) -> tuple[Operation, ...]:
    """Look what is being fetched from the repository."""
    found = api.get("repository")["fetching"]
    return (Operation("download", GOING, found["octets"], found["total"]),) if found else ()


def _about(row: Row, *keys: str) -> Row:
    return {key: row[key] for key in keys}


class Plugin(Item):
    """One installed plugin, for its firmware packages; plugins["its id"] gives it."""

    _kind = "plugins"

    def install(self, package: PackageId) -> None:
        """Fetch and install a package, and what it needs."""
        self._work("install", "install", [package])

    def install_all(self) -> None:
        """Install all packages that are not; those that could not be are named at the end."""
        self._session.each(list(self.installable()), self.install, "installed")

    def upgrade(self, package: PackageId) -> None:
        """Bring an installed package to the version that the plugin has now."""
        self._work("upgrade", "upgrade", [package])

    def uninstall(self, package: PackageId) -> None:
        """Remove a package; files that another one needs stay."""
        self._session.api.delete("firmware", self.id, "packages", package)

    def uninstall_all(self) -> None:
        """Remove all packages; asks first."""
        idents = list(self.installed())
        self._session.terminal.is_sure(f"Remove {len(idents)} firmware packages of {self.id}?")
        self._session.each(idents, self.uninstall, "removed")

    def installed(self, search: str | None = None) -> dict[str, Row]:
        """Give the installed packages, or those with a text in id or description."""
        found = ((row["id"], {**_about(row, "description"), "version": row["installed"]}) for row in self._rows(True))
        return self._found(search, found)

    def installable(self, search: str | None = None) -> dict[str, Row]:
        """Give the packages that are not installed; `problem` says what has to be fetched by hand."""
        rows = self._rows(False)
        found = ((row["id"], _about(row, "description", "version", "size", "problem")) for row in rows)
        return self._found(search, found)

    def _rows(self, installed: bool) -> list[Row]:
        rows = self._session.rows("firmware", filters=(f"plugin={self.id}",))
        return [
            row for row in rows
            if row["plugin"] == self.id and row["id"] and (row["installed"] is not None) is installed
        ]  # fmt: skip

    def _found(self, search: str | None, rows: Iterable[tuple[str, Row]]) -> dict[str, Row]:
        return {ident: row for ident, row in rows if finds(self._session.options, search, ident, row["description"])}

    def _work(self, label: str, how: str, packages: list[str]) -> None:
        api = self._session.api

        def look(watcher: Api) -> tuple[Operation, ...]:
            doing = watcher.get("firmware", self.id)["doing"]
            return (Operation(doing["what"], GOING, doing["octets"], doing["size"]),) if doing else ()

        self._session.work(label, lambda: api.post("firmware", self.id, how, body={"packages": packages}), look)


class Plugins:
    """What makes the files of a brand's devices."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __getitem__(self, plugin: PluginId) -> Plugin:
        """Give an installed one, for its firmware packages; NotDone when it is not installed."""
        if not self._session.api.get("plugins", plugin)["installed"]:
            raise NotDone(f'Plugin {plugin} is not installed. Install it: plugins.install("{plugin}")')
        return Plugin(self._session, plugin)

    def install(self, plugin: PluginId) -> None:
        """Install one from the repository or of those that are built in."""
        body = {"source": plugin}
        self._session.work("install", lambda: self._session.api.post("plugins", body=body), _fetching)

    def upgrade(self, plugin: PluginId) -> None:
        """Replace an installed one by the newest version; templates of your own stay."""
        made = self._session.work("upgrade", lambda: self._session.api.post("plugins", plugin, "upgrade"), _fetching)
        failed = problems(made)
        if failed:
            raise NotDone(f"{plugin} is upgraded, and {len(failed)} devices could not be configured.", failed)

    def uninstall(self, plugin: PluginId) -> None:
        """Remove one; asks first when something of your own goes with it, of which a backup is kept."""
        row = self._session.api.get("plugins", plugin)
        yours = [name for key in YOURS for name in row.get(key) or ()]
        if yours:
            more = " ..." if len(yours) > 5 else ""
            self._session.terminal.is_sure(
                f"With {plugin} goes what is yours (a backup is kept): {', '.join(yours[:5])}{more}. Uninstall it?"
            )
        self._remove(plugin)

    def uninstall_all(self) -> None:
        """Remove all installed ones; asks first. What is your own in them is kept in backups."""
        idents = list(self.installed())
        self._session.terminal.is_sure(f"Uninstall {len(idents)} plugins?")
        self._session.each(idents, self._remove, "uninstalled")

    def _remove(self, plugin: str) -> None:
        backup = self._session.api.delete("plugins", plugin)["backup"]
        if backup:
            self._session.terminal.say(f"What was yours in {plugin} is kept in {backup}.")

    def reload(self, plugin: PluginId) -> None:
        """Read its folder again, and make the files of its devices again."""
        self._session.api.post("plugins", plugin, "reload")
        reconfigured(self._session, {"plugin": plugin})

    def update(self) -> None:
        """Read anew what the repository has; parameters.set("plugin_server", ...) says where that is."""
        self._session.work("update", lambda: self._session.api.post("repository", "update"), _fetching)

    def installed(self, search: str | None = None) -> dict[str, Row]:
        """Give the installed ones, or those with a text in id or description."""
        rows = (row for row in self._session.rows("plugins") if row["installed"])
        return self._found(search, rows)

    def installable(self, search: str | None = None) -> dict[str, Row]:
        """Give those that can be installed."""
        rows = (row for row in self._session.rows("plugins") if not row["installed"] and not row["end_of_life"])
        return self._found(search, rows)

    def _found(self, search: str | None, rows: Iterable[dict[str, Any]]) -> dict[str, Row]:
        about = {
            str(row["id"]): {key: row.get(key) for key in ("title", "version", "description")} for row in rows
        }  # fmt: skip
        options = self._session.options
        return {
            key: row
            for key, row in about.items()
            if finds(options, search, key, f"{row['title']}\n{row['description']}")
        }

    def count_installed(self) -> int:
        """Say how many are installed."""
        return len(self.installed())
