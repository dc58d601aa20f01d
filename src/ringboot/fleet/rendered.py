"""What the workers rendered, written down: who owns which path, and whether a device is configured.

A path belongs to its device before a file lies there, and until it is gone: `reserve` comes before the job, `keep`
after it, and records go (`books.files.remove`) only when the desk has deleted their files.  A file without a record is
one that anybody may have.  A file that is left out because it would be empty keeps its record, without a digest: else
each job would have to reserve the path once more.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from ringboot import reasons
from ringboot.fleet.books import Books, Taken
from ringboot.fleet.world import World
from ringboot.model.device import Device, DeviceFile
from ringboot.model.event import Event
from ringboot.plugins import names
from ringboot.plugins.job import Rendered, RenderFailed, TemplateFault
from ringboot.plugins.schema import Manifest

_WHO = "render"


def expected(manifest: Manifest, plugin: str, device: Device, raw: Mapping[str, Any]) -> list[DeviceFile]:
    """Name the files that a device may get, without their contents."""
    values = names.fillings(device)
    rows = {}
    for name, entry in manifest.device.files.items():
        for line in raw.get("sip_lines") or {} if "line" in names.holes(name) else (None,):
            path = names.fill(name, {**values, "line": line})
            if path is not None and path not in rows:
                rows[path] = DeviceFile(plugin, path, device.id, entry.part, entry.secret, "", "")
    return list(rows.values())


def reserve(books: Books, world: World, device: Device, raw: Mapping[str, Any]) -> None:
    """Keep the paths of a device that is about to be rendered; Taken when one is another device's."""
    manifest = world.plugins.get(device.plugin) if device.plugin is not None else None
    if manifest is None or device.plugin is None:
        return
    fresh = []
    for row in expected(manifest, device.plugin, device, raw):
        record = books.files.of_path(row.plugin, row.path)
        if record is not None and record.device == device.id:
            continue
        if record is not None and _stale(books, world, record):
            books.files.remove([record])
        fresh.append(row)
    books.files.put(fresh)


def _stale(books: Books, world: World, record: DeviceFile) -> bool:
    """Tell whether the owner of a record would not get this path any more."""
    owner = books.devices.get(record.device) if record.device is not None else None
    if owner is None or owner.plugin != record.plugin:
        return record.device is not None
    manifest = world.plugins.get(record.plugin)
    lines: dict[str, Any] = {"sip_lines": {str(number): {} for number in range(1, 100)}}
    return manifest is not None and all(
        row.path != record.path for row in expected(manifest, record.plugin, owner, lines)
    )


def keep(
    books: Books, ident: str, plugin: str, rendered: Rendered, utc: float, *, reserved: Collection[str] = ()
) -> list[DeviceFile]:
    """Write down that a device's files stand ready; gives the records whose files are no longer its own.

    `reserved`: the paths at which files may stand another time.

    Nothing is written when the device was removed or given another plugin meanwhile: then all of them are to go.
    """
    rows = [
        DeviceFile(plugin, file.path, ident, file.part, file.secret, file.sha256, file.template)
        for file in rendered.files
    ]
    device = books.devices.get(ident)
    if device is None or device.plugin != plugin:
        return rows
    there = books.files.of_device(ident)
    before = {(row.plugin, row.path): row for row in there}
    try:
        books.files.put(row for row in rows if before.get((row.plugin, row.path)) != row)
    except Taken as taken:
        return _faulty(books, device, reasons.RENDER_FAILED, {"why": str(taken)}, utc)
    changed = sum(file.changed for file in rendered.files)
    if changed or not device.configured:
        _tell(books, device, reasons.CONFIGURED, {"count": len(rows), "changed": changed}, utc)
    if not device.configured or device.problem is not None:
        books.devices.put(replace(device, configured=True, problem=None), _WHO, utc)
    paths = {(row.plugin, row.path) for row in rows}
    paths |= {(plugin, path) for path in reserved if (plugin, path) in before and not before[plugin, path].sha256}
    return [row for row in there if (row.plugin, row.path) not in paths]


def keep_fault(books: Books, ident: str, fault: TemplateFault | RenderFailed | str, utc: float) -> list[DeviceFile]:
    """Write down why a device's files could not be made; gives the records that never came to hold a file.

    Of a device that was removed meanwhile all are to go.
    """
    device = books.devices.get(ident)
    if device is None:
        return books.files.of_device(ident)
    if isinstance(fault, TemplateFault):
        return _faulty(books, device, reasons.TEMPLATE_ERROR, dict(fault._asdict()), utc)
    return _faulty(books, device, reasons.RENDER_FAILED, {"why": fault if isinstance(fault, str) else fault.why}, utc)


def keep_common(books: Books, plugin: str, rendered: Rendered) -> list[DeviceFile]:
    """Write down the files that all devices share; gives the records whose files are no longer among them."""
    rows = [
        DeviceFile(plugin, file.path, None, file.part, file.secret, file.sha256, file.template)
        for file in rendered.files
    ]
    books.files.put(rows)
    paths = {row.path for row in rows}
    return [row for row in books.files.of_plugin(plugin) if row.device is None and row.path not in paths]


def orphans(books: Books, plugin: str) -> list[DeviceFile]:
    """Give a plugin's records whose device is gone or has another plugin: after a crash their files remain."""
    found = []
    for row in books.files.of_plugin(plugin):
        owner = books.devices.get(row.device) if row.device is not None else None
        if row.device is not None and (owner is None or owner.plugin != plugin):
            found.append(row)
    return found


def _faulty(
    books: Books, device: Device, reason: reasons.Reason, detail: dict[str, Any], utc: float
) -> list[DeviceFile]:
    problem = str(detail["why"]) if reason is reasons.RENDER_FAILED else reasons.tell(reason.id, detail)
    if device.problem != problem:
        _tell(books, device, reason, detail, utc)
    books.devices.put(replace(device, configured=False, problem=problem), _WHO, utc)
    return [row for row in books.files.of_device(device.id) if row.sha256 == ""]


def _tell(books: Books, device: Device, reason: reasons.Reason, detail: dict[str, Any], utc: float) -> None:
    books.events.add(Event(utc, reason.id, device.mac, device.id, device.ip, detail))
