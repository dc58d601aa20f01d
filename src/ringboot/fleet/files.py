"""Which file answers a request, and whether this host may have it: ownership records decide, never names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from ringboot import reasons
from ringboot.fleet.books import Books
from ringboot.fleet.paths import normalise
from ringboot.fleet.way import Seen
from ringboot.fleet.world import World
from ringboot.model.device import Device, DeviceFile
from ringboot.model.event import Event
from ringboot.model.file import FileRequest, Refuse, Sent, Serve, masked
from ringboot.plugins.schema import Manifest
from ringboot.reasons import Reason

# What devices expect by the end of a name; anything else is octets.
_TYPES = {
    "bmp": "image/bmp",
    "cfg": "text/plain; charset=utf-8",
    "conf": "text/plain; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "gif": "image/gif",
    "htm": "text/html; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "ini": "text/plain; charset=utf-8",
    "jpg": "image/jpeg",
    "json": "application/json",
    "log": "text/plain; charset=utf-8",
    "pem": "application/x-pem-file",
    "png": "image/png",
    "txt": "text/plain; charset=utf-8",
    "wav": "audio/wav",
    "xml": "text/xml",  # without charset: the document's own declaration holds (RFC 7303 3.2)
}
_OCTETS = "application/octet-stream"
_SHOWN = 512  # characters of a path that could not be normalised
OLD = ("TLSv1", "TLSv1.1")
_CONTRADICTS = reasons.CLAIM_CONTRADICTS
_NOT_THERE = (reasons.UNKNOWN_DEVICE, reasons.NO_PLUGIN, reasons.FILE_MISSING)  # but perhaps among the boot files
_NOBODYS = (reasons.UNKNOWN_DEVICE, reasons.NO_PLUGIN)  # who writes a plugin wants to know what it said


Find = Callable[[str, str], str | None]  # (root, name) -> the name without links of a plain file below the root


@dataclass(frozen=True, slots=True)
class Places:
    """What the desk knows of the disk."""

    root: Callable[[str], str]  # plugin id -> its var/tftpboot
    find: Find
    boot: str = ""  # the folder of what machines boot from, which anybody may read


@dataclass(frozen=True, slots=True)
class Resolved:
    """The answer, and what the timeline shall know of it."""

    answer: Serve | Refuse
    seen: Seen
    path: str  # normalised; as asked when it could not be
    peer: str
    door: str
    events: tuple[Event, ...] = ()
    once: str = ""  # the name behind a one-shot URL, whose use was noted

    @property
    def device(self) -> str | None:
        """Give the id of the device that asked, as far as it is known."""
        return self.seen.device.id if self.seen.device is not None else None

    @property
    def mac(self) -> str | None:
        """Give the MAC that asked: proven, known, or at least claimed."""
        known = self.seen.device.mac if self.seen.device is not None else self.seen.claim.mac
        return self.seen.proof.mac or known


class _Refusal(NamedTuple):
    reason: Reason
    detail: dict[str, Any] = {}  # noqa: RUF012 - never changed
    owner: Device | None = None  # the one whose file it is shall know too


def content_type(name: str) -> str:
    """Give the media type of a file by the end of its name."""
    return _TYPES.get(name.rpartition(".")[2].lower(), _OCTETS)


def resolve(
    books: Books, world: World, request: FileRequest, seen: Seen, places: Places, *, ticket: int, utc: float
) -> Resolved:
    """Decide what a request gets; reads one record.  From outside every refusal is a missing file."""
    told = _resolve(books, world, request, seen, places, ticket=ticket, utc=utc)
    noted = (*_tls_events(world, request, told, utc), *told.events)
    return replace(told, events=noted) if noted else told


def _tls_events(world: World, request: FileRequest, told: Resolved, utc: float) -> Iterator[Event]:
    """Tell of a certificate that proves nothing, and of TLS that only the old listener speaks."""
    shown, identity = request.certificate, told.seen.identity
    rows: list[tuple[Reason, dict[str, Any]]] = []
    if shown is not None and told.seen.doubt:
        rows.append((reasons.CERTIFICATE_DOUBTED, {"subject": shown.subject[:_SHOWN], "why": told.seen.doubt}))
    if request.tls in OLD:
        agent = (_agent(request) or "no User-Agent")[:_SHOWN]
        brand = identity.brand if identity is not None else "unknown"
        rows.append((reasons.OLD_TLS, {"tls": request.tls, "brand": brand, "agent": agent}))
    for reason, detail in rows:
        if world.quiet.first((reason.id, *detail.values()), utc, request.peer, told.device):
            yield Event(utc, reason.id, told.mac, told.device, request.peer, {**detail, "peer": request.peer})


def _agent(request: FileRequest) -> str:
    return next((value for name, value in request.headers if name == "user-agent"), "")


def _resolve(
    books: Books, world: World, request: FileRequest, seen: Seen, places: Places, *, ticket: int, utc: float
) -> Resolved:
    name = normalise(request.door, request.path)
    path = masked(request.path[:_SHOWN] if name is None else name)
    if seen.against is not None:
        return _contradicted(
            books, world, Resolved(Refuse(_CONTRADICTS.id, ticket), seen, path, request.peer, request.door), utc
        )
    refusal = _judge(books, world, seen, name, places)
    if refusal is None and seen.plugin is not None and name is not None:
        answer = Serve(places.root(seen.plugin), name, content_type(name), ticket)
        if seen.device is not None:
            world.quiet.served(seen.device.id)
        return Resolved(answer, seen, path, request.peer, request.door)
    refusal = refusal or _Refusal(reasons.FILE_MISSING)
    if name and refusal.reason in _NOT_THERE and places.boot and places.find(places.boot, name) is not None:
        return Resolved(Serve(places.boot, name, content_type(name), ticket), seen, path, request.peer, request.door)
    told = Resolved(Refuse(refusal.reason.id, ticket), seen, path, request.peer, request.door)
    if not world.quiet.first((refusal.reason.id, path, request.peer), utc, request.peer, told.device):
        return told
    detail = {"path": path, "peer": request.peer, "door": request.door, **refusal.detail}
    if refusal.reason in _NOBODYS:
        detail["agent"] = _agent(request)[:_SHOWN]
    events = [Event(utc, refusal.reason.id, told.mac, told.device, request.peer, detail)]
    if refusal.owner is not None and refusal.owner.id != told.device:
        events.append(Event(utc, refusal.reason.id, refusal.owner.mac, refusal.owner.id, request.peer, detail))
    return replace(told, events=tuple(events))


def _judge(books: Books, world: World, seen: Seen, name: str | None, places: Places) -> _Refusal | None:
    """Give the reason to refuse, or None to serve."""
    if seen.nobody:
        return _Refusal(reasons.WRONG_URL)
    if name is None:
        return _Refusal(reasons.BAD_PATH)
    if seen.plugin is None or seen.plugin not in world.plugins:
        known = seen.device is not None or seen.identity is not None
        return _Refusal(reasons.NO_PLUGIN if known else reasons.UNKNOWN_DEVICE)
    is_folder = not name or name.endswith("/")
    lies = None if is_folder else places.find(places.root(seen.plugin), name)
    for path in dict.fromkeys((name, lies or name)):  # a link gives no other right than the file that it leads to
        refusal = _held(books, world.plugins[seen.plugin], seen, seen.plugin, path)
        if refusal is not None:
            return refusal
    if lies is not None:
        return None
    version = world.plugins[seen.plugin].firmware_version(name)
    if version is not None:
        return _Refusal(reasons.FIRMWARE_MISSING, {"version": version})
    return _Refusal(reasons.FILE_MISSING)


def _held(books: Books, manifest: Manifest, seen: Seen, plugin: str, path: str) -> _Refusal | None:
    """Refuse a path that is another device's, or at which no file stands that was made for those who own it now."""
    record = books.files.of_path(plugin, path)
    if record is None:
        # A device's file that lost its record, as when the database was restored, is nobody's and not everybody's.
        return _Refusal(reasons.FILE_MISSING) if manifest.is_one_devices(path) else None
    if record.device is not None and not _owns(seen, record):
        return _kept_back(books, seen, record.device)
    if manifest.machine is not None and manifest.is_once(path):
        return _Refusal(reasons.FILE_MISSING)
    return _Refusal(reasons.FILE_MISSING) if record.sha256 == "" else None


def _owns(seen: Seen, record: DeviceFile) -> bool:
    return bool(seen.proof) and seen.device is not None and seen.device.id == record.device


def _kept_back(books: Books, seen: Seen, ident: str) -> _Refusal:
    owner = books.devices.get(ident)
    detail = {"owner": (owner is not None and owner.mac) or ident}
    if not seen.proof:
        return _Refusal(reasons.NO_PROOF, detail, owner)
    mac = seen.proof.mac or (seen.device.id if seen.device is not None else "?")
    return _Refusal(reasons.NOT_YOURS, {**detail, "mac": mac}, owner)


def _contradicted(books: Books, world: World, told: Resolved, utc: float) -> Resolved:
    """Answer a host that says it is another one; both devices' timelines show it."""
    both = told.seen.against
    if both is None or not world.quiet.first((_CONTRADICTS.id, *both, told.peer), utc, told.peer):
        return told
    detail = {**both._asdict(), "path": told.path, "peer": told.peer, "door": told.door}
    events = []
    for mac in (both.proven, both.claimed):
        known = books.devices.find("mac", mac)
        events.append(Event(utc, _CONTRADICTS.id, mac, known[0].id if known else None, told.peer, detail))
    return replace(told, events=tuple(events))


def sent_event(resolved: Resolved, sent: Sent, utc: float) -> Event:
    """Tell how the sending of a served file went."""
    detail: dict[str, Any] = {
        "path": resolved.path,
        "plugin": resolved.seen.plugin,
        "size": sent.size,
        "sha256": sent.sha256,
        "door": resolved.door,
    }
    if sent.reason in reasons.TABLE:
        reason = reasons.TABLE[sent.reason]
    else:
        reason = reasons.SERVED if sent.complete else reasons.BROKEN_OFF
    if sent.reason:
        detail["why"] = sent.why or sent.reason
    return Event(utc, reason.id, resolved.mac, resolved.device, resolved.peer, detail)


def is_news(world: World, resolved: Resolved, event: Event) -> bool:
    """Tell whether an event is to be kept: a host that only says who it is must not fill another's timeline."""
    said = (event.reason, event.detail.get("path"), event.detail.get("sha256"))
    return bool(resolved.seen.proof) or world.quiet_sent.first(said, event.utc, resolved.peer, resolved.device)
