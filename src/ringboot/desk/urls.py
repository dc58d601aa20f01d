"""Secret URLs of devices, for administrators."""

from __future__ import annotations

from typing import Any

from ringboot import log
from ringboot.desk.core import Core
from ringboot.desk.devices import DeviceDesk
from ringboot.fleet.books import Books
from ringboot.fleet.urls import FOLDER, word_of
from ringboot.model.device import Device
from ringboot.plugins import names

Row = dict[str, Any]


class UrlDesk(DeviceDesk):
    """What `ringboot device url` needs."""

    core: Core

    async def secret_url(self, device_id: str, renew: bool, who: str) -> Row:
        """Give where a device's files are from anywhere, by HTTP and HTTPS as far as they are served."""
        core = self.core

        def write(books: Books) -> tuple[Device, str]:
            device = self._named(books, device_id)
            return device, word_of(books, core.world, device, renew=renew, who=who, utc=core.utc())

        device, word = await self._written(write)
        if device.mac is not None and core.feed.put_word(device.mac, word):
            await core.feed.promise("The URL is made")
        log.get().info("secret URL given out", device=device.id, mac=device.mac, renewed=renew, by=who)
        server = core.facts(device.ip).server
        row: Row = {"id": device.id, "mac": device.mac, "path": f"/{FOLDER}/{word}/{self._entry(device)}"}
        for name, listen in (("http", core.began_with.http.listen), ("https", core.began_with.https.listen)):
            row[name] = None if listen is None else f"{name}://{server}:{listen.port}{row['path']}"
        return row

    def _entry(self, device: Device) -> str:
        """Give what its brand asks for behind the URL; empty where the device adds names of files itself."""
        manifest = self.core.world.plugins.get(device.plugin or "")
        return (names.fill(manifest.device.entry, names.fillings(device)) or "") if manifest else ""
