"""Who is really at an address: claims are what a request says of itself, proofs are what we know (DESIGN 10)."""

from __future__ import annotations

from typing import NamedTuple

from ringboot.fleet.books import DeviceBook
from ringboot.fleet.world import World
from ringboot.model.address import mac_octets, mac_text, norm_mac
from ringboot.model.device import Device
from ringboot.model.lease import Lease
from ringboot.model.site import Network
from ringboot.plugins.identify import Identity

LEASE = "lease"  # a live lease of ours for the address
NEIGHBOUR = "neighbour"  # the kernel's neighbour table, where DHCP is elsewhere
FIRST_USE = "first-use"  # the first claimant of an address new to us, where the network says so
CERTIFICATE = "certificate"  # signed by a CA of its brand, wherever it comes from
SECRET_URL = "secret-url"  # only the device was told it, wherever it comes from
NONE = "none"


class Proof(NamedTuple):
    """What is known of the host at an address."""

    kind: str = NONE
    mac: str | None = None
    network: str | None = None

    def __bool__(self) -> bool:
        return self.kind != NONE


class Claim(NamedTuple):
    """What a host says it is."""

    mac: str | None = None
    sn: str | None = None
    uuid: str | None = None
    vendor: str | None = None
    model: str | None = None

    def fits(self, device: Device) -> bool:
        """Tell whether nothing that is known of a device contradicts the claim."""
        pairs = (
            (self.mac, device.mac),
            (self.sn, device.sn),
            (self.uuid, device.uuid),
            (self.vendor, device.vendor),
            (self.model, device.model),
        )
        return all(said is None or known is None or said == known for said, known in pairs)


class Contradiction(NamedTuple):
    """A claim that cannot be true: both MACs."""

    claimed: str
    proven: str


class Standing(NamedTuple):
    """How far a host is believed."""

    proof: Proof = Proof()
    against: Contradiction | None = None
    leased: bool = False  # the address lies in a network that we lease
    counts: bool = False  # without a proof, what it says may still fill what is not known of its device
    lease: Lease | None = None
    holder: Device | None = None  # the device that the address was given to on first use, or whose secret URL it is
    elsewhere: bool = False  # it is proven, but the address is leased to another one


def claim_of(identity: Identity | None) -> Claim:
    """Take the claims out of an identification; a MAC that is none is not claimed."""
    if identity is None:
        return Claim()
    mac = identity.mac
    if mac is not None:
        try:
            mac = norm_mac(mac)
        except ValueError:
            mac = None
    return Claim(mac, identity.sn, identity.uuid, identity.vendor, identity.model)


def stand(
    devices: DeviceBook, world: World, peer: str, claim: Claim, *, utc: float, neighbour: str | None = None
) -> Standing:
    """Judge a host at an address by what it claims and by what we know."""
    lease = world.leases.at(peer, utc)
    if lease is not None:
        proof = Proof(LEASE, mac_text(lease.mac), lease.network)
        return Standing(proof, _against(proof, claim), leased=True, lease=lease)
    network = world.networks.of(peer)
    if network is not None and world.networks.leased(network):
        return Standing(leased=True)
    if network is not None and neighbour is not None:
        proof = Proof(NEIGHBOUR, norm_mac(neighbour), network.name)
        return Standing(proof, _against(proof, claim))
    if _at_home(devices, world, claim, utc):
        return Standing()
    if network is not None and network.trust == FIRST_USE:
        return _first_use(devices, world, network, peer, claim)
    return Standing(counts=True)


def stand_anywhere(
    world: World, peer: str, claim: Claim, *, utc: float, certified: str | None, holder: Device | None
) -> Standing:
    """Judge a host by what it proves itself: the MAC in its certificate, or whose secret URL it used."""
    lease = world.leases.at(peer, utc)
    network = world.networks.of(peer)
    kind = CERTIFICATE if holder is None else SECRET_URL
    proof = Proof(kind, certified or (holder.mac if holder else None), network.name if network is not None else None)
    against = _against(proof, claim)
    if against is None and holder is not None:  # two proofs must say the same
        against = _against(proof, Claim(mac=holder.mac))
    other = lease is not None and mac_text(lease.mac) != proof.mac
    return Standing(
        proof, against, leased=lease is not None, lease=None if other else lease, holder=holder, elsewhere=other
    )


def _against(proof: Proof, claim: Claim) -> Contradiction | None:
    if claim.mac is None or proof.mac is None or claim.mac == proof.mac:
        return None
    return Contradiction(claim.mac, proof.mac)


def _at_home(devices: DeviceBook, world: World, claim: Claim, utc: float) -> bool:
    """Tell whether the claimed device holds a lease of ours, which proves that it is there and not here."""
    named = [claim.mac]
    for key, value in (("sn", claim.sn), ("uuid", claim.uuid)):
        if value is not None:
            named += [device.mac for device in devices.find(key, value)]
    return any(mac is not None and world.leases.of_mac(mac_octets(mac), utc) for mac in named)


def _first_use(devices: DeviceBook, world: World, network: Network, peer: str, claim: Claim) -> Standing:
    holders = devices.find("ip", peer)
    if not holders:
        is_claim = claim.mac is not None or claim.sn is not None or claim.uuid is not None
        return Standing(Proof(FIRST_USE, claim.mac, network.name)) if is_claim else Standing()
    fitting = [device for device in holders if claim.fits(device)]
    if claim.mac is not None:
        named = devices.find("mac", claim.mac)
        fitting = [device for device in fitting if device in named] if named else fitting
    if len(fitting) == 1:
        return Standing(Proof(FIRST_USE, fitting[0].mac or claim.mac, network.name), holder=fitting[0])
    if world.settings.nat:  # another phone behind the same address: unproven, but no contradiction
        return Standing()
    return Standing(against=_against(Proof(FIRST_USE, holders[0].mac), claim))
