"""The way of a machine that boots from the network: new, waiting for a person, being installed, done."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

from ringboot import reasons
from ringboot.fleet.books import Books
from ringboot.fleet.fields import one
from ringboot.fleet.files import Places, Resolved, content_type
from ringboot.fleet.paths import normalise
from ringboot.fleet.proof import Claim, stand
from ringboot.fleet.urls import LENGTH, digest_of
from ringboot.fleet.way import Seen
from ringboot.fleet.world import World
from ringboot.model.device import Device
from ringboot.model.event import Event
from ringboot.model.file import FileRequest, Refuse, Serve
from ringboot.model.machine import DONE, INSTALLING, NEW, WAITING, Machine
from ringboot.plugins.names import fill, fillings, shape
from ringboot.plugins.schema import Machines, Manifest

FOLDER = "once"  # where one-shot URLs begin: /once/<word>/...
HOME = "done"  # what a machine fetches there when it is installed
NETBOOT = "the network"  # who lets machines be installed where no person has to


class Opened(NamedTuple):
    """What a one-shot URL came to."""

    resolved: Resolved
    installed: str | None = None  # the device that called home


def about(manifest: Manifest | None) -> Machines | None:
    """Give what a manifest says of machines; None: its devices are none."""
    return manifest.machine if manifest is not None else None


def of_device(books: Books, world: World, device: Device) -> Machine | None:
    """Give how far a device is; None when it is no machine."""
    if device.plugin is None or about(world.plugins.get(device.plugin)) is None:
        return None
    return books.machines.get(device.id) or Machine(device.id)


def told(machine: Machine, http: str) -> dict[str, Any]:
    """Give what templates know of a machine."""
    once = f"{http}/{FOLDER}/{machine.word}" if machine.word else None
    return {"state": machine.state, "once": once, "home": once and f"{once}/{HOME}"}


def approve(books: Books, world: World, device: Device, who: str, utc: float, *, again: bool = False) -> Machine:
    """Let a machine be installed; `again`: also one that is installed, or whose installation failed; FieldErrors."""
    machine = of_device(books, world, device)
    if machine is None:
        raise one("id", "it does not boot from the network: its plugin has no [machine]")
    if machine.state == INSTALLING and not again:
        return machine
    if machine.state == DONE and not again:
        raise one("id", "it is installed; to do it once more: ringboot boot again")
    word = world.chance.text(LENGTH)
    machine = replace(machine, state=INSTALLING, since=utc, who=who, word=word, digest=digest_of(word))
    books.machines.freshen(device.id)
    books.machines.put(machine)
    _tell(books, device, reasons.MACHINE_APPROVED, {"who": who}, utc)
    return machine


def asked(books: Books, world: World, device: Device, utc: float) -> Machine | None:
    """Take in that a machine fetched its script; gives it when its state is another one now."""
    machine = of_device(books, world, device)
    if machine is None:
        return None
    seen = replace(machine, asked=utc)
    if machine.state == NEW and not world.settings.boot_approval:
        books.machines.put(seen)
        return approve(books, world, device, NETBOOT, utc)
    if machine.state == NEW:
        seen = replace(seen, state=WAITING, since=utc)
        _tell(books, device, reasons.MACHINE_WAITING, {}, utc)
    books.machines.put(seen)
    return seen if seen.state != machine.state else None


def is_script(manifest: Manifest, path: str) -> bool:
    """Tell whether a path is one that a machine asks what to do by."""
    machines = about(manifest)
    return machines is not None and any(shape(name).fullmatch(path) for name in machines.scripts)


def open_once(
    books: Books, world: World, request: FileRequest, places: Places, *, utc: float, neighbour: str | None = None
) -> Opened:
    """Decide about a one-shot URL, and note its use; from outside every refusal is a missing file.

    `neighbour`: the MAC that the kernel knows at the address, where DHCP is elsewhere.
    """
    machine = books.machines.of_word(request.once)
    device = books.devices.get(machine.device) if machine is not None else None
    name = (normalise(request.door, request.path) or "").strip("/")
    standing = stand(books.devices, world, request.peer, Claim(), utc=utc, neighbour=neighbour)
    proof = standing.proof
    ident, plugin = (device.id, device.plugin) if device is not None else (None, None)
    seen = Seen(device, None, Claim(), standing, plugin)
    shown = f"{FOLDER}/***/{name}"

    def refused(reason: reasons.Reason, detail: dict[str, Any]) -> Opened:
        about_it = {"path": shown, "peer": request.peer, "door": request.door, **detail}
        events: tuple[Event, ...] = ()
        if world.quiet.first((reason.id, shown, request.peer), utc, request.peer, ident):
            mac = device.mac if device is not None else proof.mac
            events = (Event(utc, reason.id, mac, ident, request.peer, about_it),)
        return Opened(Resolved(Refuse(reason.id, 0), seen, shown, request.peer, request.door, events))

    if machine is None or device is None or machine.state != INSTALLING:
        return refused(reasons.ONCE_NOBODYS, {})
    manifest = world.plugins.get(plugin or "")
    machines = about(manifest)
    if proof.mac is None or proof.mac != device.mac:
        return refused(reasons.ONCE_ELSEWHERE, {"mac": device.mac or device.id})
    if manifest is None or machines is None or plugin is None:
        return refused(reasons.ONCE_NOBODYS, {})
    path = machines.thanks if name == HOME else _file(books, manifest, device, name)
    if path is None or not places.find(places.root(plugin), path):
        return refused(reasons.FILE_MISSING, {"mac": device.mac})
    if books.machines.is_used(device.id, name):
        return refused(reasons.ONCE_USED, {"mac": device.mac or device.id})
    answer = Serve(places.root(plugin), path, content_type(path), 0)
    served = Resolved(answer, seen, shown, request.peer, request.door)
    if request.method != "GET":
        return Opened(served)
    if name == HOME:
        _installed(books, machine, device, utc)
        return Opened(served, installed=device.id)
    books.machines.use(device.id, name, utc)
    return Opened(replace(served, once=name))


def _file(books: Books, manifest: Manifest, device: Device, name: str) -> str | None:
    """Find the file behind a name: one of the device's own that is served by one-shot URLs only."""
    for written, entry in manifest.device.files.items():
        path = fill(written, fillings(device)) if entry.once else None
        if path is not None and path.rpartition("/")[2] == name:
            record = books.files.of_path(device.plugin or "", path)
            return path if record is not None and record.device == device.id and record.sha256 else None
    return None


def _installed(books: Books, machine: Machine, device: Device, utc: float) -> None:
    books.machines.put(replace(machine, state=DONE, since=utc, word="", digest=""))
    books.machines.freshen(device.id)
    _tell(books, device, reasons.MACHINE_INSTALLED, {}, utc)


def _tell(books: Books, device: Device, reason: reasons.Reason, detail: dict[str, Any], utc: float) -> None:
    books.events.add(Event(utc, reason.id, device.mac, device.id, device.ip, detail))
