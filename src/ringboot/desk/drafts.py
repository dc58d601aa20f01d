"""Templates that are being edited: checked, tried with a real device, written, taken away.

A draft is tried in a copy of the plugin's folder that has nothing of its own but the drafts, so that the workers read
it as they read any other.
"""

from __future__ import annotations

import asyncio
import shutil
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from ringboot import log
from ringboot.desk.errors import Refused
from ringboot.desk.previews import PreviewDesk
from ringboot.desk.templates import TemplateDesk
from ringboot.plugins.folder import PluginFolder
from ringboot.plugins.inspection import Findings, Inspection
from ringboot.plugins.originals import NotCopied, Originals, checked, stamp_of

LARGEST = 256 * 1024  # characters of a template that is edited here
_CUSTOM = "var/templates"
_SYNTAX = "syntax"

Row = dict[str, Any]


class DraftDesk(TemplateDesk, PreviewDesk):
    """What an editor of templates needs."""

    _trying: defaultdict[str, asyncio.Lock] | None = None  # by plugin: each has one place to try drafts

    async def check_draft(self, plugin: str, name: str, text: str) -> Row:
        """Read a draft for faults as if it were written: {"items": [{template, line, kind, what}]}."""
        self._checked_draft(name, text)
        folder = self._plugin_folder(plugin)
        models, own = await asyncio.to_thread(self._told_and_set)
        async with self._tried(folder, {name: text}) as place:
            found = await self.core.pool.inspect(Inspection(str(place), tuple(sorted(models[plugin])), own))
        if not isinstance(found, Findings):
            raise Refused(f"{name} could not be checked: {found.why}.")
        mine = [each for each in found.items if each.template == f"{_CUSTOM}/{name}"]
        return {"plugin": plugin, "template": name, "items": [each._asdict() for each in mine]}

    async def put_template(self, plugin: str, name: str, text: str, who: str) -> Row:
        """Write a custom template, and give it with "faults" and "kept"; Refused when it is no template at all."""
        faults = (await self.check_draft(plugin, name, text))["items"]
        broken = [each for each in faults if each["kind"] == _SYNTAX]
        if broken:
            told = "; ".join(f"line {each['line']}: {each['what']}" for each in broken)
            raise Refused(f"{name} was not written: {told}.", {"text": told})
        originals, stamp = Originals(self._plugin_folder(plugin)), stamp_of(self.core.utc())
        kept = await self._off_loop(lambda: originals.put(name, text, stamp=stamp))
        log.get().info("template written", plugin=plugin, template=name, by=who)
        row = await self.template(plugin, name, shipped=False)
        return row | {"faults": faults, "kept": None if kept is None else str(kept)}

    async def remove_template(self, plugin: str, name: str, who: str) -> Row:
        """Take a custom template away: {"plugin", "template", "kept": its path}."""
        originals, stamp = Originals(self._plugin_folder(plugin)), stamp_of(self.core.utc())
        kept = await self._off_loop(lambda: originals.remove(name, stamp=stamp))
        log.get().info("template removed", plugin=plugin, template=name, by=who)
        return {"plugin": plugin, "template": name, "kept": str(kept)}

    async def try_templates(
        self, device_id: str, config: str | None, plugin: str | None, drafts: Mapping[str, str]
    ) -> Row:
        """Make the files of a device with drafts that nobody has written, as a preview; name -> text."""
        for name, text in drafts.items():
            self._checked_draft(name, text)
        with self.core.db.reading() as books:
            wanted = plugin or self._named(books, device_id).plugin or ""
        if not drafts or wanted not in self.core.shelf.folders:
            return await self.preview(device_id, config, plugin)
        async with self._tried(self.core.shelf.folders[wanted], drafts) as place:
            return await self.preview(device_id, config, plugin, instead=place)

    def _checked_draft(self, name: str, text: str) -> None:
        try:
            checked(name)
        except NotCopied as error:
            raise Refused(f"{error}.", {"template": str(error)}) from None
        if len(text) > LARGEST:
            why = f"is longer than {LARGEST} characters"
            raise Refused(f"{name} {why}.", {"text": why})

    @asynccontextmanager
    async def _tried(self, folder: PluginFolder, drafts: Mapping[str, str]) -> AsyncIterator[Path]:
        """Give a folder that is the plugin's but for the drafts, for the time of the block."""
        if self._trying is None:
            self._trying = defaultdict(asyncio.Lock)
        place = self.core.data / "run" / "drafts" / folder.id
        async with self._trying[folder.id]:
            try:
                await self._off_loop(lambda: _lay_out(folder, place, drafts))
                yield place
            finally:
                await asyncio.to_thread(shutil.rmtree, place, True)


def _lay_out(folder: PluginFolder, place: Path, drafts: Mapping[str, str]) -> None:
    """Build the folder of links and drafts."""
    shutil.rmtree(place, ignore_errors=True)
    own = place / _CUSTOM
    own.mkdir(parents=True)
    for entry in folder.path.iterdir():
        if entry.name != "var":
            (place / entry.name).symlink_to(entry)
    (place / "var" / "tftpboot").symlink_to(folder.tftpboot)
    for name in folder.custom_templates():
        if name not in drafts:
            (own / name).parent.mkdir(parents=True, exist_ok=True)
            (own / name).symlink_to(folder.custom / name)
    for name, text in drafts.items():
        (own / name).parent.mkdir(parents=True, exist_ok=True)
        (own / name).write_text(text, encoding="utf-8", newline="")
