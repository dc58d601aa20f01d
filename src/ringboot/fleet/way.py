"""The way of a device: observe, find, update, associate, configure.

Each function reads the books and gives back what is to be written, as values; `carry_out` writes it.  A request is
looked at while reading; only when something is to be written it is looked at once more on the writer's side.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from ringboot import reasons
from ringboot.fleet import configs
from ringboot.fleet.books import Books
from ringboot.fleet.certificates import judge
from ringboot.fleet.observe import lease_evidence, request_evidence
from ringboot.fleet.proof import LEASE, Claim, Contradiction, Proof, Standing, claim_of, stand, stand_anywhere
from ringboot.fleet.world import World, brand_of, choose
from ringboot.model.address import ip_text, mac_octets, mac_text
from ringboot.model.device import AUTO, Config, Device
from ringboot.model.event import Event
from ringboot.model.file import FileRequest
from ringboot.model.lease import BOUND, LeaseChange
from ringboot.plugins.identify import Identity

# A change of one of these changes what its files hold.
RENDERED = ("plugin", "config", "mac", "uuid", "vendor", "model", "version", "options")
_SHOWN = ("mac", "ip", "sn", "uuid", "vendor", "model", "version", "plugin", "config")


class Sight(NamedTuple):
    """One look at a host."""

    door: str  # dhcp | tftp | http | https | old-https
    address: str
    utc: float
    identity: Identity | None
    claim: Claim
    standing: Standing
    here: bool = True  # it is at this address at this moment
    moves: bool = True  # and came to it just now: of several live leases this one is where it is


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of a look: the device as it will be, and what is to be written and done."""

    device: Device | None
    identity: Identity | None
    claim: Claim
    standing: Standing
    plugin: str | None  # whose folder answers it
    against: Contradiction | None = None
    devices: tuple[Device, ...] = ()  # to be written
    configs: tuple[Config, ...] = ()
    events: tuple[Event, ...] = ()
    render: tuple[str, ...] = ()  # ids of devices whose files must be made again
    copies: tuple[str, ...] = ()  # catalog plugins to be copied before that
    doubt: str = ""  # why the certificate that it showed proves nothing
    nobody: bool = False  # it used a secret URL that is no device's

    @property
    def proof(self) -> Proof:
        """Give what proves who is at the address."""
        return self.standing.proof

    @property
    def changes(self) -> bool:
        """Tell whether there is anything to write."""
        return bool(self.devices or self.configs or self.events)

    @property
    def read_on(self) -> bool:
        """Tell whether a lease should be there: the journal may hold rows that were not read yet."""
        return self.standing.leased and not self.standing.proof


@dataclass(slots=True)
class _Step:
    """What is collected on the way."""

    devices: list[Device]
    configs: list[Config]
    events: list[Event]
    copies: list[str]


def dhcp_seen(books: Books, world: World, change: LeaseChange, utc: float) -> Seen | None:
    """Take in one row of the journal and write what follows from it; None when it says nothing new.

    Call it inside a write.  What it learns is kept by `world.memory.keep()` after the commit.
    """
    if world.memory.knows(change) or not world.settings.dhcp_integration:
        return None
    if change.state != BOUND or len(change.mac) != 6:
        return None
    identity = world.identifier.identify(lease_evidence(change.mac, change.evidence))
    address = ip_text(change.address)
    proof = Proof(LEASE, mac_text(change.mac), change.network)
    claim = claim_of(identity)._replace(mac=proof.mac)
    standing = Standing(proof, leased=True)
    here = change.expiry > utc
    seen = _look(
        books, world, Sight("dhcp", address, change.utc, identity, claim, standing, here, change.kind == "bound")
    )
    carry_out(books, world, seen, "dhcp", change.utc)
    world.memory.learn(change)
    return seen


def request_seen(books: Books, world: World, request: FileRequest, utc: float, neighbour: str | None = None) -> Seen:
    """Look at a file request; writes nothing.  `neighbour`: the MAC in the kernel's table, for a host on the link."""
    evidence = request_evidence(request)
    identity = world.identifier.identify(evidence)
    claim = claim_of(identity)
    verdict = judge(books, world, request.certificate, identity)
    owner = books.urls.owner(request.secret) if request.secret else None
    holder = books.devices.get(owner) if owner is not None else None
    if request.secret and holder is None:
        return Seen(None, identity, claim, Standing(), None, doubt=verdict.doubt, nobody=True)
    if holder is not None or verdict.mac is not None:
        standing = stand_anywhere(world, request.peer, claim, utc=utc, certified=verdict.mac, holder=holder)
    else:
        standing = stand(books.devices, world, request.peer, claim, utc=utc, neighbour=neighbour)
    if standing.against is not None:
        return Seen(None, identity, claim, standing, None, standing.against, doubt=verdict.doubt)
    vague = identity is None or identity.model is None
    if vague and standing.lease is not None and world.settings.dhcp_integration:
        told = lease_evidence(standing.lease.mac, standing.lease.evidence)
        identity = world.identifier.identify({**told, **evidence}) or identity
    here = not standing.elsewhere
    seen = _look(books, world, Sight(request.door, request.peer, utc, identity, claim, standing, here))
    return replace(seen, doubt=verdict.doubt) if verdict.doubt else seen


def carry_out(books: Books, world: World, seen: Seen, who: str, utc: float) -> Seen:
    """Write what a look found out."""
    for config in seen.configs:
        books.configs.put(config, who, utc)
    for device in reversed(seen.devices):  # who loses an address or a MAC does so first
        books.devices.put(device, who, utc)
        world.memory.forget(device.mac)
    for event in seen.events:
        books.events.add(event)
    return seen


def _look(books: Books, world: World, sight: Sight) -> Seen:
    found, against = _find(books, sight)
    if against is not None:
        return Seen(None, sight.identity, sight.claim, sight.standing, None, against)
    step = _Step([], [], [], [])
    device = found
    if device is None and sight.standing.proof and sight.identity is not None:
        device = Device(world.chance.ident(), added=AUTO)
    if device is None or not (sight.standing.proof or sight.standing.counts):
        plugin = device.plugin if device is not None else None
        return Seen(device, sight.identity, sight.claim, sight.standing, plugin or _stranger(world, sight))
    known = _update(world, sight, device)
    after = _configure(books, world, sight, _associate(world, sight, found, known, step), step)
    if after != found:
        _note(sight, found, after, step)
        step.devices.insert(0, after)
        if after.ip != device.ip:
            _take_address(books, world, sight, after, step)
    render = after.plugin is not None and (_differ(found, after, RENDERED) or _moved(world, found, after))
    return Seen(
        after,
        sight.identity,
        sight.claim,
        sight.standing,
        after.plugin or _stranger(world, sight),
        devices=tuple(step.devices),
        configs=tuple(step.configs),
        events=tuple(step.events),
        render=(after.id,) if render else (),
        copies=tuple(step.copies),
    )


def _moved(world: World, before: Device | None, after: Device) -> bool:
    """Tell whether a device is in another network now: there the server may have another address."""
    if before is None or before.ip == after.ip:
        return False
    was, now = (world.networks.of(each.ip) if each.ip else None for each in (before, after))
    return was is not now


def _find(books: Books, sight: Sight) -> tuple[Device | None, Contradiction | None]:
    """Find the device: by MAC, serial number, uuid, address; or what speaks against its claim."""
    proof, claim = sight.standing.proof, sight.claim
    if sight.standing.holder is not None:
        return sight.standing.holder, None
    mac = proof.mac or claim.mac
    if mac is not None:
        for device in books.devices.find("mac", mac):
            return device, None
    for key, value in (("sn", claim.sn), ("uuid", claim.uuid)):
        named = books.devices.find(key, value) if value is not None else []
        if len(named) == 1:
            if mac is not None and named[0].mac is not None:  # it is another one's: we looked for `mac` above
                return None, Contradiction(named[0].mac, proof.mac) if proof.mac is not None else None
            return named[0], None
    wanted = claim._replace(mac=mac)
    fitting = [device for device in books.devices.find("ip", sight.address) if wanted.fits(device)]
    return (fitting[0] if len(fitting) == 1 else None), None


def _stranger(world: World, sight: Sight) -> str | None:
    """Name the plugin that a host without a plugin of its own may ask for what all devices share."""
    if sight.identity is None:
        return None
    choice = choose(world, sight.identity.brand, sight.identity.model, sight.identity.version)
    return None if choice is None or choice.copy else choice.plugin


def _update(world: World, sight: Sight, device: Device) -> Device:
    """Fill in what is not known; only a proof changes the address, the MAC and the version."""
    values: dict[str, Any] = {}
    proof, identity = sight.standing.proof, sight.identity
    if identity is not None and _same_brand(world, device, identity):
        told = {key: getattr(identity, key) for key in ("vendor", "model", "version")}
        if proof:
            told |= {"sn": identity.sn, "uuid": identity.uuid}
        values = {key: value for key, value in told.items() if value is not None and getattr(device, key) is None}
        if proof and identity.version is not None:
            values["version"] = identity.version
    if proof:
        if device.mac is None and proof.mac is not None:
            values["mac"] = proof.mac
        if sight.here and device.ip != sight.address and (sight.moves or not _leased(world, sight, device)):
            values["ip"] = sight.address
    return replace(device, **values) if _new_values(device, values) else device


def _new_values(device: Device, values: Mapping[str, Any]) -> bool:
    return any(getattr(device, key) != value for key, value in values.items())


def _leased(world: World, sight: Sight, device: Device) -> bool:
    """Tell whether the address that the device has is a live lease of its own, so that a renewal changes nothing."""
    if device.ip is None or device.mac is None:
        return False
    lease = world.leases.at(device.ip, sight.utc)
    return lease is not None and lease.mac == mac_octets(device.mac)


def _same_brand(world: World, device: Device, identity: Identity) -> bool:
    manifest = world.plugins.get(device.plugin) if device.plugin is not None else None
    if manifest is not None:
        return manifest.name == identity.brand
    return device.vendor in (None, identity.vendor) or brand_of(world, device.vendor) == identity.brand


def _associate(world: World, sight: Sight, before: Device | None, device: Device, step: _Step) -> Device:
    """Give it a plugin when it has none, or was given one before its model and firmware were known; keep the reason."""
    if device.plugin is not None and not _chosen_too_early(world, before, device):
        return device
    brand = sight.identity.brand if sight.identity is not None else brand_of(world, device.vendor)
    choice = choose(world, brand, device.model, device.version) if brand is not None else None
    if choice is None:
        return device
    if choice.plugin != device.plugin:
        if choice.copy:
            step.copies.append(choice.plugin)
        detail = {"plugin": choice.plugin, "why": choice.why}
        step.events.append(_event(sight, reasons.ASSOCIATED, device, detail))
    return replace(device, plugin=choice.plugin, association=choice.why)


def _chosen_too_early(world: World, before: Device | None, device: Device) -> bool:
    """Tell whether model or firmware is known only now, and the plugin was chosen by what was known before.

    A person's choice stays, and so does the plugin of a phone whose firmware changes.
    """
    if before is None or before.plugin is None:
        return False
    if not any(getattr(before, key) is None and getattr(device, key) is not None for key in ("model", "version")):
        return False
    brand = brand_of(world, before.vendor)
    choice = choose(world, brand, before.model, before.version) if brand is not None else None
    return choice is not None and (choice.plugin, choice.why) == (before.plugin, before.association)


def _configure(books: Books, world: World, sight: Sight, device: Device, step: _Step) -> Device:
    """Give it a config of its own when it has none."""
    if device.config is not None or device.plugin is None:
        return device
    config = configs.autocreate(books.configs, world.chance)
    if config is None:
        return device
    step.configs.append(config)
    detail = {"config": config.id, "parent": config.parent_ids[0]}
    step.events.append(_event(sight, reasons.CONFIG_CREATED, device, detail))
    return replace(device, config=config.id)


def _note(sight: Sight, before: Device | None, after: Device, step: _Step) -> None:
    """Tell first what became of the device itself."""
    if before is None:
        known = {key: getattr(after, key) for key in ("vendor", "model", "version") if getattr(after, key) is not None}
        evidence = sight.identity.evidence if sight.identity is not None else sight.door
        told = {"evidence": evidence, "name": " ".join(known.values()), **known}
        step.events.insert(0, _event(sight, reasons.DEVICE_CREATED, after, told))
        return
    changes = describe(before, after, ("mac", "ip", "sn", "uuid", "vendor", "model", "version"))
    if changes:
        step.events.insert(0, _event(sight, reasons.DEVICE_CHANGED, after, {"changes": changes, "who": sight.door}))


def _take_address(books: Books, world: World, sight: Sight, after: Device, step: _Step) -> None:
    """Let no other device keep the address that this one proved to have (unless NAT hides several behind it)."""
    if world.settings.nat or after.ip is None:
        return
    for other in books.devices.find("ip", after.ip):
        if other.id != after.id:
            detail = {"address": after.ip, "mac": after.mac or after.id}
            step.devices.append(replace(other, ip=None))
            step.events.append(
                Event(sight.utc, reasons.ADDRESS_TAKEN.id, other.mac, other.id, address=after.ip, detail=detail)
            )


def describe(before: Device | None, after: Device, keys: tuple[str, ...] = _SHOWN) -> str:
    """Write what changed as a person would: "ip 10.0.0.4 -> 10.0.0.9, model 6731i"."""
    told = []
    for key in keys:
        old, new = getattr(before, key, None), getattr(after, key)
        if old != new:
            told.append(f"{key} {new or 'none'}" if old is None else f"{key} {old} -> {new or 'none'}")
    return ", ".join(told)


def _differ(before: Device | None, after: Device, keys: tuple[str, ...]) -> bool:
    return before is None or any(getattr(before, key) != getattr(after, key) for key in keys)


def _event(sight: Sight, reason: reasons.Reason, device: Device, detail: dict[str, Any]) -> Event:
    return Event(sight.utc, reason.id, device.mac, device.id, sight.address, detail)
