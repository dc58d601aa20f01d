"""Earlier files of devices: which there were, how they differ from what is served, and putting them back."""

from __future__ import annotations

import asyncio
import secrets
from pathlib import Path
from typing import Any

from ringboot import log, reasons
from ringboot.desk.errors import NotFound, Refused
from ringboot.desk.previews import CHANGED, GONE, NEW, SAME, PreviewDesk, octets, text_of
from ringboot.fleet.books import Books, Taken
from ringboot.model.device import Device, DeviceFile
from ringboot.model.event import Event
from ringboot.plugins import staging
from ringboot.plugins.folder import PluginFolder
from ringboot.plugins.history import Generation, History, KeptFile
from ringboot.plugins.job import Rendered, RenderedFile

Row = dict[str, Any]


class HistoryDesk(PreviewDesk):
    """What `ringboot device history` and `ringboot device rollback` need."""

    async def device_history(self, device_id: str) -> list[Row]:
        """Give the generations of a device's files, newest first."""
        device, folder = self._with_folder(device_id)
        generations = await asyncio.to_thread(History(folder.path, device.id).all)
        served = self._contents(device)
        rows: list[Row] = []
        before: set[tuple[str, str]] = set()
        for each in generations:
            row: Row = {"number": each.number, "utc": each.utc, "why": each.why, "held": each.held}
            row |= {"changed": len({path for path, _ in each.contents ^ before}), "served": False}
            rows.append(row | {"files": [file._asdict() for file in each.files]})
            before = each.contents
        if rows:
            rows[-1]["served"] = generations[-1].contents == served
        return rows[::-1]

    async def generation(self, device_id: str, number: int) -> Row:
        """Give the files of a generation beside those that are served."""
        device, folder = self._with_folder(device_id)
        _, kept = await self._kept(device, folder, number)
        paths = {path for path, _ in self._contents(device)} | {file.path for file in kept}
        served = {path: text_of(octets(folder.tftpboot / path)) for path in paths}
        rows = []
        for file, data in kept.items():
            before, text = served.pop(file.path), text_of(data)
            state = NEW if before is None else SAME if before == text else CHANGED
            rows.append({**file._asdict(), "shared": False, "state": state, "text": text, "served": before})
        gone: Row = {"part": "", "template": "", "secret": True, "sha256": "", "shared": False, "state": GONE}
        rows += [{**gone, "path": path, "text": None, "served": before} for path, before in served.items()]
        about = {"id": device.id, "mac": device.mac, "plugin": device.plugin, "config": device.config}
        return {**about, "files": sorted(rows, key=lambda row: str(row["path"])), "left": []}

    async def rollback(self, device_id: str, number: int, who: str) -> Row:
        """Serve the files of a generation again, to the byte; they hold until a person's next step makes new ones."""
        device, folder = self._with_folder(device_id)
        generation, kept = await self._kept(device, folder, number)
        why = f"generation {number} put back by {who}"
        changed = await self.renders.instead(device.id, lambda: self._put_back(device, folder, kept, why))
        detail = {"who": who, "number": number}
        await self.core.tell(Event(self.core.utc(), reasons.ROLLED_BACK.id, device.mac, device.id, device.ip, detail))
        log.get().info("files put back", device=device.id, mac=device.mac, generation=number, by=who)
        newest = await asyncio.to_thread(History(folder.path, device.id).newest)
        now = newest.number if newest is not None else number
        return {"id": device.id, "mac": device.mac, "from": generation.number, "number": now, "changed": changed}

    async def _kept(
        self, device: Device, folder: PluginFolder, number: int
    ) -> tuple[Generation, dict[KeptFile, bytes]]:
        """Give a generation with its contents; NotFound, or Refused when one is lost."""
        history = History(folder.path, device.id)
        generations = {each.number: each for each in await asyncio.to_thread(history.all)}
        if number not in generations:
            raise NotFound(f"{device.id} has no generation {number}. See: ringboot device history {device.id}")
        kept = {}
        for file in generations[number].files:
            data = await asyncio.to_thread(history.data, file)
            if data is None:
                raise Refused(f"{file.path} of generation {number} is lost or damaged in {history.folder}.")
            kept[file] = data
        return generations[number], kept

    async def _put_back(self, device: Device, folder: PluginFolder, kept: dict[KeptFile, bytes], why: str) -> int:
        place, token = str(folder.path), secrets.token_hex(8)

        def reserve(books: Books) -> None:
            now = books.devices.get(device.id)
            if now is None or now.plugin != folder.id:
                raise Refused(f"{device.id} was changed meanwhile. Look at it again: ringboot device show {device.id}")
            own = {record.path for record in books.files.of_device(device.id)}
            books.files.put(
                DeviceFile(folder.id, file.path, device.id, file.part, file.secret, "", "")
                for file in kept
                if file.path not in own
            )

        try:
            await self.core.db.write(reserve)
            rendered = await asyncio.to_thread(_staged, folder.path, token, kept)
            staging.place(place, token, rendered, device.id)
        except Taken as taken:
            raise Refused(f"{taken}.") from None
        except OSError as error:
            raise Refused(f"{error.filename} cannot be written: {error.strerror}.") from None
        finally:
            staging.clear(place, token)
        await self.renders.keep(device, rendered, why, final=True, held=True)
        return sum(file.changed for file in rendered.files)

    def _with_folder(self, device_id: str) -> tuple[Device, PluginFolder]:
        with self.core.db.reading() as books:
            device = self._named(books, device_id)
        folder = self.core.shelf.folders.get(device.plugin or "")
        if folder is None:
            raise Refused(f"No files are made for {device.id}: {self.core.shelf.why_not(device.plugin or 'none')}.")
        return device, folder

    def _contents(self, device: Device) -> set[tuple[str, str]]:
        with self.core.db.reading() as books:
            return {(row.path, row.sha256) for row in books.files.made_for(device.id)}


def _staged(plugin: Path, token: str, kept: dict[KeptFile, bytes]) -> Rendered:
    """Write what differs from what is served where `staging.place` takes it from."""
    new = staging.make_folder(str(plugin), token)
    files = []
    for number, (file, data) in enumerate(kept.items()):
        changed = octets(plugin / "var" / "tftpboot" / file.path) != data
        if changed:
            target = Path(staging.fresh(new, 0, number))
            target.write_bytes(data)
            target.chmod(0o640)
        about = {key: getattr(file, key) for key in ("path", "part", "secret", "template", "sha256", "size")}
        files.append(RenderedFile(**about, changed=changed))
    return Rendered(0, tuple(files))
