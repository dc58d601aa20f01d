"""What a device says when it gets its address makes it known; or not, when the setting is off. The proof stays."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.whole.claims.people import old_phone
from tests.whole.replay.site import PHONES, VOICE, Site, colons

SAYS = {60: b"Cisco Systems, Inc. IP Phone CP-7961G\0"}  # its model stands nowhere but here
KEYS = ("vendor", "model", "plugin", "ip", "configured")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    running = Site(tmp_path_factory.mktemp("integration"))
    try:
        yield running
    finally:
        running.close()


@pytest.fixture
def off(site: Site) -> Iterator[None]:
    """Turn it off for a test."""
    with site.setting("dhcp_integration", "off"):
        yield


def known(site: Site, mac: str) -> list[tuple[object, ...]]:
    """Give what is known of a MAC's devices."""
    return [tuple(row[key] for key in KEYS) for row in site.devices(mac=colons(mac))]


def test_on_a_lease_is_enough_to_know_a_phone_and_to_make_its_files(site: Site) -> None:
    mac = "001120050501"
    lease = site.lease(mac, PHONES, SAYS)
    row = site.when_known(mac, lambda row: row["configured"])
    assert tuple(row[key] for key in KEYS) == ("Cisco", "7961G", "cisco-7900", lease.address, True)
    assert b"<device>" in site.on_disk("cisco-7900", f"SEP{mac.upper()}.cnf.xml"), "before it ever asked"


def test_on_a_phone_is_still_found_after_its_address_changed(site: Site) -> None:
    mac = "001120050502"
    before = site.lease(mac, PHONES, SAYS)
    ident = site.when_known(mac, lambda row: row["configured"])["id"]
    site.release(mac, before)
    after = site.lease(mac, VOICE, SAYS)
    row = site.when_known(mac, lambda row: row["ip"] == after.address)
    assert (row["id"], row["model"]) == (ident, "7961G"), "nothing but DHCP told of the new address"

    phone = old_phone(site, mac, after.address)
    assert phone.body(after.address, "dialplan.xml") == site.on_disk("cisco-7900", "dialplan.xml"), "a name without MAC"
    assert phone.reads_its_file()
    assert phone.is_refused(before.address)


def test_off_a_lease_makes_no_device_known(site: Site, off: None) -> None:
    mac = "001120050503"
    lease = site.lease(mac, PHONES, SAYS)
    assert lease.options[150] == b"\x7f\x00\x00\x01", "the options of its brand are as ever"
    site.heard(mac, lease.address)
    assert known(site, mac) == []
    assert site.read(lease.address, "dialplan.xml").body is None, "a name without MAC says nothing of who asks"
    assert known(site, mac) == []


def test_off_a_phone_is_known_by_what_it_asks_for_and_its_model_is_not(site: Site, off: None) -> None:
    mac = "001120050504"
    lease = site.lease(mac, PHONES, SAYS)
    phone = old_phone(site, mac, lease.address)
    assert phone.reads_its_file()
    assert known(site, mac) == [("Cisco", None, "cisco-7900", lease.address, True)]

    site.release(mac, lease)
    moved = site.lease(mac, VOICE, SAYS)
    site.heard(mac, moved.address)
    assert known(site, mac) == [("Cisco", None, "cisco-7900", lease.address, True)], "DHCP changes nothing of it"
    assert phone.body(moved.address) == phone.own()
    assert known(site, mac) == [("Cisco", None, "cisco-7900", moved.address, True)], "its request does, from its lease"


def test_off_the_lease_still_decides_who_may_read(site: Site, off: None) -> None:
    mac, other = "001120050505", "001120050506"
    owner = old_phone(site, mac, site.lease(mac, PHONES, SAYS).address)
    assert owner.reads_its_file()
    assert owner.is_refused(site.lease(other, PHONES, SAYS).address), "a lease of somebody else"
    assert owner.is_refused("127.77.9.20"), "no lease"
    assert owner.reads_its_file()


def test_on_again_a_renewal_tells_what_was_not_heard(site: Site) -> None:
    mac = "001120050507"
    with site.setting("dhcp_integration", "off"):
        lease = site.lease(mac, PHONES, SAYS)
        site.heard(mac, lease.address)
        assert known(site, mac) == []
    site.renew(mac, lease, PHONES, SAYS)
    row = site.when_known(mac, lambda row: row["configured"])
    assert tuple(row[key] for key in KEYS) == ("Cisco", "7961G", "cisco-7900", lease.address, True)
