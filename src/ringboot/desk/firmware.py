"""Firmware packages for the administrator: what there is, installing, upgrading, taking away, giving files by hand."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from ringboot import log
from ringboot.desk.core import Core
from ringboot.desk.download import DownloadFailed, download
from ringboot.desk.errors import Busy, NotFound, Refused
from ringboot.desk.jobs import tell_loading
from ringboot.plugins import cache, firmware, steps
from ringboot.plugins.firmware import NotPlaced, Record
from ringboot.plugins.package import BadPackages, Package, PackageFile, in_order
from ringboot.plugins.pkgsdb import Fault
from ringboot.plugins.schema import Manifest
from ringboot.plugins.steps import StepFailed
from ringboot.plugins.stock import read_stock
from ringboot.plugins.version import natural, same

Row = dict[str, Any]


class Stock(NamedTuple):
    """What a plugin has: packages that may be installed, and those that are."""

    plugin: str
    folder: Path
    manifest: Manifest
    packages: dict[str, Package]
    faults: list[Fault]
    records: dict[str, Record]

    def state(self, ident: str) -> str:
        """Say in a word how it stands with a package."""
        package, record = self.packages.get(ident), self.records.get(ident)
        if record is None:
            return "available"
        if package is None or same(package.version, record.version):
            return "installed"
        return "upgrade" if natural(package.version) > natural(record.version) else "installed"


class FirmwareWork:
    """What is being done with firmware now, by plugin; one thing a plugin."""

    def __init__(self) -> None:
        self.doing: dict[str, Row] = {}

    @contextmanager
    def at(self, plugin: str, what: str = "begins") -> Iterator[Row]:
        """Hold a plugin's firmware; Busy when somebody else does."""
        if plugin in self.doing:
            raise Busy(f"Firmware of {plugin} is being worked on: {self.doing[plugin]['what']}. Try again later.")
        row: Row = {"what": what, "octets": 0, "size": None}
        self.doing[plugin] = row
        tell_loading(row)
        try:
            yield row
        finally:
            del self.doing[plugin]
            tell_loading(None)


class FirmwareDesk:
    """What `ringboot firmware` needs."""

    core: Core
    firmware_work: FirmwareWork

    async def firmware(self) -> list[Row]:
        """Give every package of every installed plugin, and what is wrong with their descriptions."""
        return await asyncio.to_thread(self._firmware_rows)

    def _firmware_rows(self) -> list[Row]:
        rows = []
        for plugin in self.core.shelf.plugins:
            stock = self._stock(plugin)
            rows += [_row(stock, ident) for ident in sorted({*stock.packages, *stock.records})]
            rows += [_empty(plugin) | {"problem": str(fault)} for fault in stock.faults]
        return rows

    async def firmware_package(self, plugin: str, ident: str) -> Row:
        """Give one package, with its files and steps."""
        stock = await asyncio.to_thread(self._stock, plugin)
        _known(stock, (ident,))
        return await asyncio.to_thread(_whole, stock, ident)

    async def firmware_doing(self, plugin: str) -> Row:
        """Tell what is being done with a plugin's firmware: {"doing": None or {what, octets, size}}."""
        return {"plugin": plugin, "doing": self.firmware_work.doing.get(plugin)}

    def _stock(self, plugin: str) -> Stock:
        shelf = self.core.shelf
        manifest, folder = shelf.plugins.get(plugin), shelf.folders.get(plugin)
        if manifest is None or folder is None:
            hint = f"ringboot plugin install {plugin}" if plugin in shelf.all_catalog else "ringboot plugin list"
            raise NotFound(f"Plugin {plugin} is not installed. See: {hint}")
        return Stock(plugin, folder.path, manifest, *read_stock(folder.path, manifest), firmware.records(folder.path))

    async def install_firmware(self, plugin: str, packages: list[str], who: str) -> Row:
        """Install packages and what they need; gives {"installed": ids, "files": paths}."""
        with self.firmware_work.at(plugin) as doing:
            stock = await asyncio.to_thread(self._stock, plugin)
            _known(stock, packages)
            return await self._install(stock, packages, doing, who)

    async def upgrade_firmware(self, plugin: str, packages: list[str] | None, who: str) -> Row:
        """Bring installed packages, or these of them, to the version that the plugin has now."""
        with self.firmware_work.at(plugin) as doing:
            stock = await asyncio.to_thread(self._stock, plugin)
            _known(stock, packages or ())
            for ident in packages or ():
                if ident not in stock.records:
                    raise Refused(f"{ident} is not installed. Install it: ringboot firmware install {plugin} {ident}")
            wanted = [ident for ident in packages or sorted(stock.records) if stock.state(ident) == "upgrade"]
            return await self._install(stock, wanted, doing, who)

    async def _install(self, stock: Stock, wanted: Iterable[str], doing: Row, who: str) -> Row:
        asked = set(wanted)
        try:
            order = in_order(sorted(asked), stock.packages)
            lacking = [each for each in order if each.id not in stock.records or stock.state(each.id) == "upgrade"]
            await self._fetch(stock, lacking, doing)
            paths: list[str] = []
            for package in lacking:
                doing |= {"what": f"installs {package.id}", "octets": 0, "size": None}
                paths += await asyncio.to_thread(self._put_in, stock, package, package.id in asked)
            for ident in asked - {each.id for each in lacking}:
                if not stock.records[ident].explicit:
                    await asyncio.to_thread(firmware.set_explicit, stock.folder, stock.records[ident])
        except (BadPackages, DownloadFailed, NotPlaced, StepFailed) as error:
            raise Refused(f"Firmware of {stock.plugin} could not be installed: {error}") from None
        except OSError as error:
            raise Refused(f"{error.filename or stock.folder} could not be written: {error.strerror or error}") from None
        installed = [each.id for each in lacking]
        if installed:
            log.get().info("firmware installed", plugin=stock.plugin, packages=", ".join(installed), by=who)
        return {"plugin": stock.plugin, "installed": installed, "files": sorted(paths)}

    async def _fetch(self, stock: Stock, packages: Iterable[Package], doing: Row) -> None:
        """Bring the files of packages into var/cache, those that are not there."""
        others = [folder.path for folder in self.core.shelf.folders.values()]
        doing["what"] = "looks at what is there"
        files = dict.fromkeys(file for package in packages for file in package.files)
        found = await asyncio.to_thread(lambda: [file for file in files if not cache.find(stock.folder, file, others)])
        _by_hand(stock, found)
        await asyncio.to_thread(_room, stock, found)

        def progress(octets: int, _total: int | None) -> None:
            doing["octets"] = octets

        for file in found:
            doing |= {"what": f"fetches {file.name}", "octets": 0, "size": file.size}
            sums = {file.kind: file.digits}
            await download(
                file.url, cache.place_of(stock.folder, file), size_limit=file.size, proxy=self._proxy(),
                progress=progress, sha1=sums.get("sha1"), sha256=sums.get("sha256"),
            )  # fmt: skip

    def _proxy(self) -> str | None:
        return self.core.world.settings.http_proxy or None

    def _put_in(self, stock: Stock, package: Package, explicit: bool) -> list[str]:
        """Carry out the steps and install what comes out; gives its paths."""
        work = firmware.make_work(stock.folder, package.id)
        try:
            tree = steps.run(package, {file.name: cache.place_of(stock.folder, file) for file in package.files}, work)
            others = [folder.path for folder in self.core.shelf.folders.values()]
            return list(
                firmware.put_in(
                    stock.folder, package, tree, explicit=explicit, others=others,
                    refuse=lambda path: self._not_for_firmware(stock, path),
                ).files
            )  # fmt: skip
        finally:
            shutil.rmtree(work, ignore_errors=True)

    def _not_for_firmware(self, stock: Stock, path: str) -> str:
        """Say why a path is not for firmware: what lies there is made for devices."""
        if stock.manifest.is_one_devices(path):
            return "has the name of a device's own file"
        with self.core.db.reading() as books:
            made = path in stock.manifest.common.files or books.files.of_path(stock.plugin, path) is not None
        return "is a file that the plugin makes of its templates" if made else ""

    async def uninstall_firmware(self, plugin: str, ident: str, who: str) -> Row:
        """Remove a package: {"removed": paths, "kept": those that others need or that were changed, "not_needed"}."""
        with self.firmware_work.at(plugin):
            stock = await asyncio.to_thread(self._stock, plugin)
            if ident not in stock.records:
                raise NotFound(f"Package {ident} of {plugin} is not installed. See: ringboot firmware list")
            try:
                taken = await asyncio.to_thread(firmware.take_out, stock.folder, ident)
            except NotPlaced as error:
                raise Refused(f"{error}.") from None
            except OSError as error:
                raise Refused(f"{error.filename} could not be removed: {error.strerror}") from None
            log.get().info("firmware uninstalled", plugin=plugin, package=ident, by=who)
            left = await asyncio.to_thread(lambda: list(firmware.not_needed(stock.folder)))
            return {
                "plugin": plugin, "id": ident, "removed": list(taken.removed), "kept": list(taken.kept),
                "not_needed": left,
            }  # fmt: skip

    async def upload_firmware(self, plugin: str, pieces: AsyncIterator[bytes], who: str) -> Row:
        """Take a file that its vendor gives to people only, if its checksum is one that a package wants."""
        stock = await asyncio.to_thread(self._stock, plugin)
        wanted = [file for package in stock.packages.values() for file in package.files]
        try:
            arriving = await asyncio.to_thread(cache.Arriving, stock.folder, wanted)
            try:
                is_wanted = True
                async for piece in pieces:  # all of it is read: who sends does not look for an answer before
                    is_wanted = is_wanted and await asyncio.to_thread(arriving.write, piece)
                found = await asyncio.to_thread(arriving.settle) if is_wanted else []
            finally:
                await asyncio.to_thread(arriving.close)
        except OSError as error:
            raise Refused(f"{error.filename or stock.folder} could not be written: {error.strerror}") from None
        if not found:
            raise Refused(f"This is no file that a package of {plugin} wants. {_wants(wanted)}")
        log.get().info("firmware uploaded", plugin=plugin, file=found[0].name, by=who)
        names = {file.name for file in found}
        users = [each.id for each in stock.packages.values() if names & {file.name for file in each.files}]
        return {"plugin": plugin, "files": sorted(names), "packages": users}


def settle_firmware(folder: Path) -> None:
    """Finish what was broken off in a plugin's folder; only while nothing else is done there."""
    try:
        firmware.settle(folder)
        firmware.sweep(folder)
        cache.sweep(folder)
    except (NotPlaced, OSError) as error:
        log.get().error("firmware could not be settled", plugin=folder.name, why=str(error))


def _known(stock: Stock, packages: Iterable[str]) -> None:
    for ident in packages:
        if ident not in stock.packages and ident not in stock.records:
            about = [str(fault) for fault in stock.faults if f" {ident}:" in str(fault)]
            hint = "; ".join(about) or f"See: ringboot firmware list --filter plugin={stock.plugin}"
            raise NotFound(f"Plugin {stock.plugin} has no package {ident}. {hint}")


def _by_hand(stock: Stock, files: Iterable[PackageFile]) -> None:
    names = [file.name for file in files if not file.url]
    if names:
        raise Refused(
            f"{', '.join(names)} must be fetched by hand, as the vendor wants it. "
            f"Then: ringboot firmware upload {stock.plugin} FILE"
        )


def _room(stock: Stock, files: Iterable[PackageFile]) -> None:
    size, free = sum(file.size for file in files), shutil.disk_usage(stock.folder).free
    if size > free:
        raise Refused(f"{stock.folder} has room for {free} octets, and {size} are to be fetched. Make room first.")


def _wants(files: Iterable[PackageFile]) -> str:
    by_hand = {file.name: file for file in files if not file.url}
    rows = [f"{name} ({file.size} octets, {file.kind} {file.digits})" for name, file in sorted(by_hand.items())]
    return f"By hand it needs: {'; '.join(rows)}." if rows else "None of its files has to be fetched by hand."


def _empty(plugin: str) -> Row:
    return {
        "plugin": plugin, "id": "", "version": None, "installed": None, "state": "broken", "size": None,
        "description": "", "problem": None,
    }  # fmt: skip


def _row(stock: Stock, ident: str) -> Row:
    package, record = stock.packages.get(ident), stock.records.get(ident)
    row = _empty(stock.plugin) | {"id": ident, "state": stock.state(ident)}
    if record is not None:
        row |= {"installed": record.version, "description": record.description}
    if package is not None:
        lacking = [file.name for file in package.files if not file.url and not cache.is_there(stock.folder, file)]
        wanted = lacking if row["state"] != "installed" else []
        row |= {
            "version": package.version, "size": package.size, "description": package.description,
            "problem": f"to be fetched by hand and uploaded: {', '.join(wanted)}" if wanted else None,
        }  # fmt: skip
    return row


def _whole(stock: Stock, ident: str) -> Row:
    package = stock.packages.get(ident) or Package(ident, "")
    record = stock.records.get(ident)
    return _row(stock, ident) | {
        "depends": list(package.depends or (record.depends if record is not None else ())),
        "explicit": record.explicit if record is not None else None,
        "place": package.place,
        "files": [
            {**file._asdict(), "cached": cache.is_there(stock.folder, file)} for file in package.files
        ],
        "steps": [str(step) for step in package.steps],
        "installed_files": list(record.files) if record is not None else [],
    }  # fmt: skip
