"""Leases that no longer fit: each reason is shown with what the same client's renewal then really gets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ringboot.answer.misfit import Fitting, Misfit
from ringboot.model.address import ip_number
from ringboot.model.site import SITE_VERSION, Reservation, Site, Snapshot

POOL = "10.0.1.0-10.0.1.255"
MAC, OTHER = "00:08:5d:00:00:01", "00:08:5d:00:00:02"


def misfits(server: Any, site: Site, *reservations: Reservation, known: tuple[str, ...] = ()) -> list[Misfit]:
    snapshot = Snapshot(SITE_VERSION, 0, site, reservations, known)
    return list(Fitting(snapshot, server.ours, server.now.utc).misfits(server.table.leases()))


def reserved(value: str, address: str, kind: str = "mac") -> Reservation:
    return Reservation("phones", kind, value, address)


Change = Callable[[Any], tuple[Site, tuple[Reservation, ...]]]
CHANGES: dict[str, tuple[str, str, Change]] = {
    # what is changed: the reason, what a renewal gets, the change
    "the network is removed": ("lease-network-gone", "refused", lambda world: (
        world.site(world.network("new", "10.0.0.0/24", "10.0.0.50-10.0.0.99")), ()
    )),
    "all networks here are removed": ("lease-network-gone", "ignored", lambda world: (
        world.site(world.network("far", "10.7.0.0/16", "10.7.1.0-10.7.1.9")), ()
    )),
    "the network is no longer authoritative, and elsewhere": ("lease-network-gone", "ignored", lambda world: (
        world.site(world.network("new", "10.0.0.0/24", "10.0.0.50-10.0.0.99", authoritative=False)), ()
    )),
    "the pool is moved": ("lease-outside-pools", "refused", lambda world: (
        world.site(world.network("phones", "10.0.0.0/16", "10.0.2.0-10.0.2.255")), ()
    )),
    "the network ignores strangers": ("lease-not-served", "refused", lambda world: (
        world.site(world.network("phones", "10.0.0.0/16", POOL, unknown="ignore")), ()
    )),
    "the address is reserved for another": ("lease-reserved-for-another", "refused", lambda world: (
        world.site(), (reserved(OTHER, "10.0.1.0"),)
    )),
    "another address is reserved for it": ("lease-reserved-elsewhere", "refused", lambda world: (
        world.site(), (reserved(MAC, "10.0.1.77"),)
    )),
}  # fmt: skip


@pytest.mark.parametrize(("reason", "at_renewal", "change"), CHANGES.values(), ids=CHANGES)
def test_a_misfit_is_named_and_its_renewal_gets_what_was_said(
    reason: str, at_renewal: str, change: Change, world: Any
) -> None:
    server = world.server()
    phone = server.phone(MAC)
    assert phone.boot() == "ACK 10.0.1.0"
    site, reservations = change(world)

    [found] = misfits(server, site, *reservations)
    server.facts.replace(Snapshot(SITE_VERSION, 0, site, reservations))
    said = phone.renew()

    assert (found.reason.id, found.at_renewal) == (reason, at_renewal)
    assert said.startswith("NAK" if at_renewal == "refused" else "silence")
    assert server.table.of_address(ip_number("10.0.1.0")) is not None, "the lease is kept"


FITS: dict[str, Change] = {
    "nothing": lambda world: (world.site(), ()),
    "the network is called otherwise": lambda world: (world.site(world.network("voice", "10.0.0.0/16", POOL)), ()),
    "its own address is reserved": lambda world: (world.site(), (reserved(MAC, "10.0.1.0"),)),
    "the pool is gone, but it is reserved": lambda world: (
        world.site(world.network("phones", "10.0.0.0/16")),
        (reserved(MAC, "10.0.1.0"),),
    ),
    "somebody holds the address that is reserved for it": lambda world: (world.site(), (reserved(MAC, "10.0.1.1"),)),
}


@pytest.mark.parametrize("change", FITS.values(), ids=FITS)
def test_what_still_fits_is_not_named_and_is_renewed(change: Change, world: Any) -> None:
    server = world.server()
    phone, other = server.phone(MAC), server.phone(OTHER)
    phone.boot()
    other.boot()
    site, reservations = change(world)

    found = [each for each in misfits(server, site, *reservations) if each.lease.mac == phone.mac]
    server.facts.replace(Snapshot(SITE_VERSION, 0, site, reservations))

    assert found == []
    assert phone.renew() == "ACK 10.0.1.0"


def test_a_known_device_fits_where_strangers_are_ignored(world: Any) -> None:
    server = world.server()
    server.phone(MAC).boot()
    server.phone(OTHER).boot()
    site = world.site(world.network("phones", "10.0.0.0/16", POOL, unknown="ignore"))
    assert [each.lease.mac.hex(":") for each in misfits(server, site, known=(MAC,))] == [OTHER]


def test_where_scripts_decide_only_what_they_cannot_change_is_a_misfit(world: Any) -> None:
    server = world.server()
    server.phone(MAC).boot()
    server.phone(OTHER).boot()
    net = world.network("phones", "10.0.0.0/16", "10.0.2.0-10.0.2.9")
    taken = reserved("00:08:5d:00:00:99", "10.0.1.1")
    assert len(misfits(server, world.site(net), taken)) == 2
    assert [each.reason.id for each in misfits(server, world.site(net, scripts=True), taken)] == [
        "lease-reserved-for-another"
    ]


def test_a_client_with_an_identifier_is_judged_by_it(world: Any) -> None:
    server = world.server()
    phone = server.phone(MAC, client_id=b"\x00desk7")
    phone.boot()
    row = reserved(b"\x00desk7".hex(), "10.0.1.9", "client-id")
    assert [each.reason.id for each in misfits(server, world.site(), row)] == ["lease-reserved-elsewhere"]
    assert misfits(server, world.site(), reserved(b"\x00desk8".hex(), "10.0.1.9", "client-id")) == []
