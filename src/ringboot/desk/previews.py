"""What a device would get: its files are made and shown, and nothing of it is served."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from ringboot.desk.devices import DeviceDesk
from ringboot.desk.errors import NotFound, Refused
from ringboot.desk.inputs import told
from ringboot.desk.renders import problem
from ringboot.fleet import configs, layers, machines
from ringboot.fleet.books import Books
from ringboot.fleet.fields import FieldErrors
from ringboot.fleet.raw_config import complete, without_secrets
from ringboot.host.render import Preview
from ringboot.model.device import Config, Device
from ringboot.plugins.job import RenderJob

Row = dict[str, Any]
Served = dict[tuple[Path, str], Row]  # by var/tftpboot and path
SAME, CHANGED, NEW, GONE = "same", "changed", "new", "gone"


class PreviewDesk(DeviceDesk):
    """What `ringboot device preview` and `ringboot device diff` need."""

    async def preview(
        self,
        device_id: str,
        config: str | None,
        plugin: str | None,
        draft: Config | None = None,
        instead: Path | None = None,
    ) -> Row:
        """Make the files of a device, as it is or with another config or plugin, and compare with what is served.

        `draft` stands for the config of its id; `instead` is a folder that is used for the plugin's.
        """
        core = self.core
        with core.db.reading() as books:
            device = self._named(books, device_id)
            wanted = replace(device, config=config or device.config, plugin=plugin or device.plugin)
            get = drafted(books, draft)
            flat = configs.flatten(get, wanted.config) if wanted.config and get(wanted.config) is not None else None
            base = configs.flatten(get, layers.SHARED)
            served = self._served(books, device)
            machine = machines.of_device(books, core.world, wanted)
        folder = core.shelf.folders.get(wanted.plugin or "")
        if folder is None or wanted.plugin not in core.shelf.plugins:
            why = core.shelf.why_not(wanted.plugin or "none")
            raise (NotFound if plugin else Refused)(f"No file can be made: {why}. See: ringboot plugin list")
        if flat is None:
            raise NotFound(f"There is no config {wanted.config or 'of the device'}. See: ringboot config list")
        facts = core.facts(device.ip)
        try:
            own = complete({**told(core), **flat.raw})
            shared = complete({**told(core), **base.raw})
        except FieldErrors as error:
            raise Refused(f"{error}.", error.as_dict()) from None
        place, root = str(instead or folder.path), folder.tftpboot
        about = None if machine is None else machines.told(machine, facts.http)
        files, left = await self._made(RenderJob(0, place, own, facts, asdict(wanted), about), root, served)
        common, _ = await self._made(RenderJob(0, place, shared, core.facts(None)), root, served)
        made = [*files, *common]
        paths = {row["path"] for row in made} if wanted.plugin == device.plugin else set()
        gone = await asyncio.to_thread(_gone, {place: row for place, row in served.items() if place[1] not in paths})
        return {
            "id": device.id,
            "mac": device.mac,
            "plugin": wanted.plugin,
            "config": wanted.config,
            "files": sorted((*made, *gone), key=lambda row: (row["shared"], row["path"], row["state"])),
            "left": left,
        }

    def _served(self, books: Books, device: Device) -> Served:
        """Give what is served to a device now, its own and what all of its plugin share."""
        found = {}
        rows = books.files.made_for(device.id)
        if device.plugin is not None:
            rows += [row for row in books.files.of_plugin(device.plugin) if row.device is None]
        for row in rows:
            root = self.core.shelf.tftpboot(row.plugin)
            if root is not None:
                about = {"path": row.path, "part": row.part, "template": row.template, "secret": row.secret}
                found[root, row.path] = about | {"shared": row.device is None}
        return found

    async def _made(self, job: RenderJob, root: Path, served: Served) -> tuple[list[Row], list[Row]]:
        """Make the files of a job: rows of them, and of those that are left out."""
        outcome = await self.core.pool.preview(job)
        if not isinstance(outcome, Preview):
            why = without_secrets(problem(outcome), {**job.raw, "options": (job.device or {}).get("options") or {}})
            raise Refused(f"No file can be made: {why}.")
        return await asyncio.to_thread(_rows, job, outcome, root, served), [
            asdict(each) for each in outcome.rendered.left
        ]


def drafted(books: Books, draft: Config | None) -> Callable[[str], Config | None]:
    """Give how a config is found by its id when one of them is a draft."""
    return lambda ident: draft if draft is not None and ident == draft.id else books.configs.get(ident)


def _rows(job: RenderJob, made: Preview, root: Path, served: Served) -> list[Row]:
    rows = []
    for file, data in zip(made.rendered.files, made.data, strict=True):
        before = octets(root / file.path) if (root, file.path) in served else None
        row = {key: getattr(file, key) for key in ("path", "part", "template", "secret", "sha256")}
        row |= {"shared": job.device is None, "state": NEW if before is None else SAME if before == data else CHANGED}
        rows.append(row | {"text": text_of(data), "served": text_of(before)})
    return rows


def _gone(served: Served) -> list[Row]:
    return [
        {**row, "sha256": "", "state": GONE, "text": None, "served": text_of(octets(root / path))}
        for (root, path), row in served.items()
    ]


def octets(path: Path) -> bytes | None:
    """Read a file; None when there is none."""
    try:
        return path.read_bytes()
    except OSError:
        return None


def text_of(data: bytes | None) -> str | None:
    """Give what can be shown of it."""
    return None if data is None else data.decode("utf-8", "replace")
