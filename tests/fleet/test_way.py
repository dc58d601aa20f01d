"""Who a device is, and who may have its files: each situation of DESIGN 10 as a test of its name."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.fleet.conftest import CATALOG, NETWORKS, Site, refused

from ringboot.fleet import devices
from ringboot.fleet.networks import Networks
from ringboot.fleet.proof import FIRST_USE, LEASE, NEIGHBOUR, NONE
from ringboot.model.device import AUTO
from ringboot.model.file import Serve
from ringboot.plugins.schema import Manifest

PHONE = "00:08:5d:2e:ec:fb"
OTHER = "00:08:5d:aa:bb:cc"
STRANGER = "00:0c:29:01:02:03"
OWN = "Aastra/00085D2EECFB.cfg"
AASTRA = "AastraIPPhone6731i"
ELSEWHERE = "10.1.0.5"
CISCO = "00:1e:f7:00:00:07"
CISCO_60 = "Cisco Systems, Inc. IP Phone CP-7961G\0"
SEP = "SEP001EF7000007.cnf.xml"


def agent(mac: str, model: str = "6731i", version: str = "3.2.0.1011") -> str:
    return f"Aastra{model} MAC:{mac.upper().replace(':', '-')} V:{version}-SIP"


def phone_with_its_file(site: Site, mac: str = PHONE, address: str = "10.0.1.5", path: str = OWN) -> None:
    site.lease(mac, address, AASTRA)
    site.owned(site.known(mac), path)


# The way in


def test_a_phone_makes_itself_known_by_its_lease(site: Site) -> None:
    seen = site.lease(PHONE, "10.0.1.5", AASTRA)
    phone = site.known(PHONE)
    assert (phone.ip, phone.vendor, phone.model, phone.added) == ("10.0.1.5", "Aastra", "6731i", AUTO)
    assert phone.plugin == "aastra"
    assert phone.association is not None
    assert "knows the Aastra 6731i" in phone.association
    assert seen is not None
    assert seen.render == (phone.id,)
    assert seen.copies == ()
    assert site.events(PHONE) == ["device-created", "associated", "config-created"]


def test_its_files_are_made_again_in_another_network_where_the_server_may_have_another_address(site: Site) -> None:
    site.lease(PHONE, "10.0.1.5", AASTRA)
    beside = site.lease(PHONE, "10.0.1.6", AASTRA)
    assert beside is not None
    assert beside.render == ()
    elsewhere = site.lease(PHONE, ELSEWHERE, AASTRA)
    assert elsewhere is not None
    assert elsewhere.render == (site.known(PHONE).id,)


def test_each_new_phone_gets_an_account_of_its_own(site: Site) -> None:
    accounts: set[tuple[str, str]] = set()
    for mac in (PHONE, OTHER):
        site.lease(mac, f"10.0.1.{len(accounts) + 5}", AASTRA)
        config = site.books.configs.get(str(site.known(mac).config))
        assert config is not None
        assert config.transient
        assert config.parent_ids == ("autoprov",)
        line = config.raw_config["sip_lines"]["1"]
        assert line["username"] == line["auth_username"]
        assert line["username"].startswith("ap")
        accounts.add((line["username"], line["password"]))
    assert len(accounts) == 2


def test_what_no_plugin_knows_stays_a_lease(site: Site) -> None:
    assert site.lease(STRANGER, "10.0.1.9", "MSFT 5.0") is not None
    assert site.device(STRANGER) is None
    assert site.lease(STRANGER, "10.0.1.9", "MSFT 5.0") is None, "and is not looked at again"


def test_a_device_that_a_person_added_is_updated_by_its_lease(site: Site) -> None:
    devices.add(site.books, site.world, {"id": "lobby", "mac": STRANGER}, "anna", site.utc)
    site.lease(STRANGER, "10.0.1.9", "MSFT 5.0")
    assert site.known(STRANGER).ip == "10.0.1.9"
    assert site.events(STRANGER) == ["device-added", "device-changed"]


def test_a_catalog_plugin_is_copied_for_its_first_device(site: Site) -> None:
    site.world.plugins = {}
    site.world.catalog = dict(CATALOG)
    seen = site.lease(PHONE, "10.0.1.5", AASTRA)
    assert seen is not None
    assert seen.copies == ("aastra",)
    assert site.known(PHONE).plugin == "aastra"


def test_a_plugin_that_was_taken_away_is_not_copied_again(site: Site) -> None:
    site.world.plugins = {}
    site.lease(PHONE, "10.0.1.5", AASTRA)
    assert site.known(PHONE).plugin is None
    assert site.known(PHONE).config is None


def test_an_installed_plugin_is_preferred_to_the_catalogs_equal(site: Site) -> None:
    own: Manifest = CATALOG["aastra"]
    site.world.plugins = {"aastra-lab": own}
    site.world.catalog = dict(CATALOG)
    site.lease(PHONE, "10.0.1.5", AASTRA)
    assert site.known(PHONE).plugin == "aastra-lab"


def test_the_first_file_request_tells_the_firmware(site: Site) -> None:
    site.lease(PHONE, "10.0.1.5", AASTRA)
    seen = site.see("10.0.1.5", "/Aastra/aastra.cfg", agent(PHONE))
    assert site.known(PHONE).version == "3.2.0.1011"
    assert seen.render == (site.known(PHONE).id,), "a template may look at the version"
    assert not site.see("10.0.1.5", f"/{OWN}", agent(PHONE)).changes, "the second one tells nothing new"


def two_firmwares(site: Site) -> None:
    """A second plugin of the brand is there, older, and for one firmware of one model only."""
    whole: Manifest = CATALOG["aastra"]
    models = {"6731i": whole.models["6731i"].model_copy(update={"firmware": "3.2.0.70"})}
    newer = {**whole.models, "6731i": whole.models["6731i"].model_copy(update={"firmware": "3.3.1.4365"})}
    site.world.plugins = {
        "aastra-320": whole.model_copy(update={"version": "0.1", "models": models}),
        "aastra-331": whole.model_copy(update={"models": newer}),
    }


@pytest.mark.parametrize(
    ("version", "plugin", "why"),
    [
        ("3.2.0.70", "aastra-320", "It is written for the Aastra 6731i with firmware 3.2.0.70."),
        ("3.3.1.4365", "aastra-331", "It is written for the Aastra 6731i with firmware 3.3.1.4365."),
        ("3.3.1.9999", "aastra-331", "It knows the Aastra 6731i, though not with firmware 3.3.1.9999; it is newer"),
    ],
)
def test_the_plugin_is_chosen_again_when_the_firmware_becomes_known(
    site: Site, version: str, plugin: str, why: str
) -> None:
    two_firmwares(site)
    site.lease(PHONE, "10.0.1.5", AASTRA)
    assert "whose firmware is not yet known" in (site.known(PHONE).association or "")
    seen = site.see("10.0.1.5", "/Aastra/aastra.cfg", agent(PHONE, version=version))
    phone = site.known(PHONE)
    assert phone.plugin == seen.plugin == plugin
    assert (phone.association or "").startswith(why)
    assert seen.render == (phone.id,)
    told = site.events(PHONE).count("associated")
    assert told == (2 if plugin == "aastra-320" else 1), "an event when it has another one now"


def test_a_phone_that_changes_its_firmware_keeps_its_plugin(site: Site) -> None:
    two_firmwares(site)
    site.lease(PHONE, "10.0.1.5", AASTRA)
    site.see("10.0.1.5", "/Aastra/aastra.cfg", agent(PHONE, version="3.2.0.70"))
    site.see("10.0.1.5", "/Aastra/aastra.cfg", agent(PHONE, version="3.3.1.4365"))
    assert (site.known(PHONE).version, site.known(PHONE).plugin) == ("3.3.1.4365", "aastra-320")


def test_a_persons_choice_stays_when_the_firmware_becomes_known(site: Site) -> None:
    two_firmwares(site)
    site.lease(PHONE, "10.0.1.5", AASTRA)
    devices.change(site.books, site.world, site.known(PHONE).id, {"plugin": "aastra-320"}, who="anna", utc=site.utc)
    site.see("10.0.1.5", "/Aastra/aastra.cfg", agent(PHONE, version="3.3.1.4365"))
    phone = site.known(PHONE)
    assert (phone.plugin, phone.association) == ("aastra-320", "It was chosen by anna.")


def test_another_vendors_user_agent_changes_nothing_of_a_known_phone(site: Site) -> None:
    site.lease(CISCO, "10.0.1.7", CISCO_60)
    before = site.known(CISCO)
    site.see("10.0.1.7", "/x", "Aastra6731i MAC:00-1E-F7-00-00-07 V:1.2.3.4-SIP")
    assert site.known(CISCO) == before


# Claims and proofs


def test_a_phone_gets_its_own_file_at_the_address_leased_to_it(site: Site) -> None:
    phone_with_its_file(site)
    resolved = site.ask("10.0.1.5", f"/{OWN}", agent(PHONE))
    assert resolved.answer == Serve("/aastra", OWN, "text/plain; charset=utf-8", 1)
    assert resolved.seen.proof == (LEASE, PHONE, "phones")


def test_stranger_on_the_lan(site: Site) -> None:
    phone_with_its_file(site)
    before = site.known(PHONE)
    # without a lease, at an address that is free
    assert refused(site.ask("10.0.1.66", f"/{OWN}", agent(PHONE))) == "no-proof"
    # with a lease, as what it is
    site.lease(STRANGER, "10.0.1.67")
    assert refused(site.ask("10.0.1.67", "/x")) == "unknown-device"
    # with a lease, as the phone
    assert refused(site.ask("10.0.1.67", f"/{OWN}", agent(PHONE))) == "claim-contradicts"
    assert refused(site.ask("10.0.1.67", f"/{OWN}")) == "claim-contradicts", "the path alone is a claim too"
    # with another phone's real lease
    site.lease(OTHER, "10.0.1.68", AASTRA)
    site.world.quiet._told.clear()
    assert refused(site.ask("10.0.1.68", f"/{OWN}", agent(OTHER))) == "claim-contradicts"
    assert site.known(PHONE) == before
    assert site.device(STRANGER) is None


def test_both_timelines_show_both_macs_of_a_contradiction(site: Site) -> None:
    phone_with_its_file(site)
    site.lease(OTHER, "10.0.1.68", AASTRA)
    site.ask("10.0.1.68", f"/{OWN}", agent(OTHER))
    for mac in (PHONE, OTHER):
        event = site.books.events.timeline(None, mac, 1)[0]
        assert event.reason == "claim-contradicts"
        assert (event.detail["claimed"], event.detail["proven"]) == (PHONE, OTHER)
        assert event.device == site.known(mac).id


def test_a_file_of_another_device_is_kept_back_when_no_name_claims_it(site: Site) -> None:
    # Owned by record, under a name that tells no MAC.
    phone_with_its_file(site, path="Aastra/lobby.cfg")
    site.lease(OTHER, "10.0.1.68", AASTRA)
    resolved = site.ask("10.0.1.68", "/Aastra/lobby.cfg", agent(OTHER))
    assert refused(resolved) == "not-yours"
    assert {event.device for event in resolved.events} == {site.known(PHONE).id, site.known(OTHER).id}
    assert refused(site.ask("10.0.1.66", "/Aastra/lobby.cfg", agent(OTHER))) == "no-proof"


def test_stranger_behind_a_relay(site: Site) -> None:
    # Behind a relay there is no neighbour table to ask; only the lease tells hosts apart.
    site.lease(PHONE, "10.1.1.5", AASTRA)
    site.owned(site.known(PHONE), OWN)
    before = site.known(PHONE)
    assert refused(site.ask("10.1.1.66", f"/{OWN}", agent(PHONE))) == "no-proof"
    assert refused(site.ask("10.1.1.66", f"/{OWN}", agent(PHONE), neighbour=PHONE)) == "no-proof", (
        "inside a network that we lease the neighbour table does not count: all of it is the router's MAC"
    )
    # An address that no network holds, such as a router's.
    assert refused(site.ask("192.0.2.1", f"/{OWN}", agent(PHONE))) == "no-proof"
    assert site.known(PHONE) == before


def test_forged_tftp_source(site: Site) -> None:
    site.lease(CISCO, "10.0.1.7", CISCO_60)
    site.owned(site.known(CISCO), SEP)
    before = site.known(CISCO)
    # Forged from an address that nobody leased: nothing goes there, nothing moves there.
    assert refused(site.tftp("10.0.1.99", SEP)) == "no-proof"
    assert site.known(CISCO) == before
    # Forged from another phone's address: it contradicts that lease.
    site.lease(PHONE, "10.0.1.5", AASTRA)
    other = site.known(PHONE)
    assert refused(site.tftp("10.0.1.5", SEP)) == "claim-contradicts"
    # Forged from the phone's own address: the file goes to the phone, not to the forger.
    served = site.tftp("10.0.1.7", SEP)
    assert isinstance(served.answer, Serve)
    assert served.peer == "10.0.1.7"
    assert (site.known(CISCO), site.known(PHONE)) == (before, other)


def test_dhcp_elsewhere_the_first_claimant_of_a_new_address_is_believed(site: Site) -> None:
    devices.add(site.books, site.world, {"id": "desk", "mac": PHONE, "plugin": "aastra"}, "anna", site.utc)
    site.owned(site.known(PHONE), OWN)
    resolved = site.ask("10.50.0.7", f"/{OWN}", agent(PHONE))
    assert isinstance(resolved.answer, Serve)
    assert resolved.seen.proof == (FIRST_USE, PHONE, "branch")
    assert site.known(PHONE).ip == "10.50.0.7"
    # The second claimant of that address is not.
    assert refused(site.ask("10.50.0.7", "/Aastra/00085DAABBCC.cfg", agent(OTHER))) == "claim-contradicts"
    assert site.device(OTHER) is None
    # Whoever has the address goes on having it, also without a name.
    assert site.see("10.50.0.7", "/Aastra/aastra.cfg").proof.mac == PHONE
    # It moves: the new address is new to us, the old one is free.
    assert isinstance(site.ask("10.50.0.8", f"/{OWN}", agent(PHONE)).answer, Serve)
    assert site.known(PHONE).ip == "10.50.0.8"


def test_dhcp_elsewhere_makes_an_unknown_phone_known(site: Site) -> None:
    site.see("10.50.0.9", "/Aastra/aastra.cfg", agent(OTHER, "6757i"))
    phone = site.known(OTHER)
    assert (phone.ip, phone.model, phone.plugin) == ("10.50.0.9", "6757i", "aastra")


def test_dhcp_elsewhere_a_device_with_a_lease_of_ours_is_not_there(site: Site) -> None:
    phone_with_its_file(site)
    before = site.known(PHONE)
    assert refused(site.ask("10.50.0.66", f"/{OWN}", agent(PHONE))) == "no-proof"
    assert site.known(PHONE) == before


def test_dhcp_elsewhere_without_trust_opens_nothing(site: Site) -> None:
    devices.add(site.books, site.world, {"id": "desk", "mac": PHONE, "plugin": "aastra"}, "anna", site.utc)
    site.owned(site.known(PHONE), OWN)
    resolved = site.ask("10.60.0.7", f"/{OWN}", agent(PHONE))
    assert refused(resolved) == "no-proof"
    assert resolved.seen.proof.kind == NONE
    assert site.known(PHONE).ip is None


def test_dhcp_elsewhere_the_neighbour_table_is_a_proof(site: Site) -> None:
    devices.add(site.books, site.world, {"id": "desk", "mac": PHONE, "plugin": "aastra"}, "anna", site.utc)
    site.owned(site.known(PHONE), OWN)
    resolved = site.ask("10.60.0.7", f"/{OWN}", neighbour="00-08-5D-2E-EC-FB")
    assert isinstance(resolved.answer, Serve)
    assert resolved.seen.proof == (NEIGHBOUR, PHONE, "strict")
    assert refused(site.ask("10.60.0.8", f"/{OWN}", neighbour=STRANGER)) == "claim-contradicts"


def test_outside_every_network_claims_identify_and_open_nothing(site: Site) -> None:
    devices.add(site.books, site.world, {"id": "desk", "mac": PHONE, "plugin": "aastra"}, "anna", site.utc)
    site.owned(site.known(PHONE), OWN)
    site.shipped("aastra", "Aastra/aastra.cfg")
    assert refused(site.ask("203.0.113.9", f"/{OWN}", agent(PHONE))) == "no-proof"
    assert isinstance(site.ask("203.0.113.9", "/Aastra/aastra.cfg", agent(PHONE)).answer, Serve)
    phone = site.known(PHONE)
    assert (phone.model, phone.ip) == ("6731i", None), "what is not known is filled in, the address is not"
    site.see("203.0.113.9", "/Aastra/aastra.cfg", agent(PHONE, version="9.9.9.9"))
    assert site.known(PHONE).version == "3.2.0.1011", "and never overwritten"
    site.see("203.0.113.9", "/Aastra/aastra.cfg", agent(OTHER))
    assert [device.id for device in site.books.devices.page("", 9)] == ["desk"], "nor does a claim make a device"


def test_two_leases_of_one_mac(site: Site) -> None:
    phone_with_its_file(site)
    site.lease(PHONE, "10.1.1.5", AASTRA)  # told its voice VLAN, it starts again there
    assert site.known(PHONE).ip == "10.1.1.5"
    for address in ("10.0.1.5", "10.1.1.5"):
        assert isinstance(site.ask(address, f"/{OWN}", agent(PHONE)).answer, Serve), "each of its leases counts"
    assert site.known(PHONE).ip == "10.1.1.5"
    # Renewing the other lease does not say that it moved back.
    assert site.lease(PHONE, "10.0.1.5", AASTRA + "x", kind="renewed") is not None
    assert site.known(PHONE).ip == "10.1.1.5"
    # Binding it again does, also with nothing new to say.
    site.lease(PHONE, "10.0.1.5", AASTRA)
    assert site.known(PHONE).ip == "10.0.1.5"


def test_a_lease_that_ended_proves_nothing(site: Site) -> None:
    phone_with_its_file(site)
    site.utc += 28800
    assert refused(site.ask("10.0.1.5", f"/{OWN}", agent(PHONE))) == "no-proof"
    site.lease(PHONE, "10.0.1.5", AASTRA)
    site.lease(PHONE, "10.0.1.5", AASTRA, kind="released", state="released")
    assert refused(site.ask("10.0.1.5", f"/{OWN}", agent(PHONE))) == "no-proof"


def test_nat_0_a_proof_takes_the_address_from_any_other_device(site: Site) -> None:
    devices.add(site.books, site.world, {"id": "old", "mac": OTHER, "ip": "10.0.1.5"}, "anna", site.utc)
    site.lease(PHONE, "10.0.1.5", AASTRA)
    assert site.known(PHONE).ip == "10.0.1.5"
    assert site.known(OTHER).ip is None
    taken = site.books.events.timeline("old", None, 1)[0]
    assert (taken.reason, taken.detail) == ("address-taken", {"address": "10.0.1.5", "mac": PHONE})


def test_nat_0_a_claim_takes_no_address(site: Site) -> None:
    site.lease(PHONE, "10.0.1.5", AASTRA)
    devices.add(site.books, site.world, {"id": "old", "mac": OTHER}, "anna", site.utc)
    site.see("10.0.1.5", "/Aastra/00085DAABBCC.cfg", agent(OTHER))
    site.see("10.0.1.66", "/Aastra/00085DAABBCC.cfg", agent(OTHER))
    assert (site.known(PHONE).ip, site.known(OTHER).ip) == ("10.0.1.5", None)


def test_nat_1_several_devices_keep_one_address(site: Site) -> None:
    site.settings(nat=True)
    devices.add(site.books, site.world, {"id": "old", "mac": OTHER, "ip": "10.0.1.5"}, "anna", site.utc)
    site.lease(PHONE, "10.0.1.5", AASTRA)
    assert (site.known(PHONE).ip, site.known(OTHER).ip) == ("10.0.1.5", "10.0.1.5")


def test_nat_1_each_device_behind_a_router_is_told_apart_by_its_claim(site: Site) -> None:
    site.settings(nat=True)
    for ident, mac in (("one", PHONE), ("two", OTHER)):
        values = {"id": ident, "mac": mac, "ip": "10.50.0.7", "plugin": "aastra"}
        devices.add(site.books, site.world, values, "anna", site.utc)
    site.owned(site.known(PHONE), OWN)
    assert isinstance(site.ask("10.50.0.7", f"/{OWN}", agent(PHONE)).answer, Serve)
    assert refused(site.ask("10.50.0.7", "/Aastra/x.cfg", agent(STRANGER))) == "file-missing", (
        "no proof, no event of both"
    )
    assert site.device(STRANGER) is None


# DHCP integration


def test_dhcp_integration_on_a_tftp_phone_gets_its_model_from_dhcp_and_is_found_at_its_new_address(site: Site) -> None:
    site.lease(CISCO, "10.0.1.7", CISCO_60)
    phone = site.known(CISCO)
    assert (phone.model, phone.plugin) == ("7961G", "cisco-7900")
    site.owned(phone, SEP)
    site.shipped("cisco-7900", "ringlist.xml")
    site.lease(CISCO, "10.0.1.8", CISCO_60)
    assert site.known(CISCO).ip == "10.0.1.8"
    assert isinstance(site.tftp("10.0.1.8", SEP).answer, Serve)
    assert isinstance(site.tftp("10.0.1.8", "ringlist.xml").answer, Serve), "found by its address alone"


def test_dhcp_integration_off_a_tftp_phone_has_no_model_and_dhcp_changes_nothing(site: Site) -> None:
    site.settings(dhcp_integration=False)
    assert site.lease(CISCO, "10.0.1.7", CISCO_60) is None
    assert site.device(CISCO) is None
    site.tftp("10.0.1.7", SEP)
    phone = site.known(CISCO)
    assert (phone.ip, phone.model, phone.plugin) == ("10.0.1.7", None, "cisco-7900")
    site.lease(CISCO, "10.0.1.8", CISCO_60)
    assert site.known(CISCO).ip == "10.0.1.7", "a lease does not move it"


def test_dhcp_integration_off_the_lease_is_still_asked_for_a_file(site: Site) -> None:
    site.settings(dhcp_integration=False)
    site.lease(CISCO, "10.0.1.7", CISCO_60)
    site.tftp("10.0.1.7", SEP)
    site.owned(site.known(CISCO), SEP)
    assert isinstance(site.tftp("10.0.1.7", SEP).answer, Serve)
    assert refused(site.tftp("10.0.1.66", SEP)) == "no-proof"


def test_a_lease_that_was_missed_tells_the_model_at_the_first_request(site: Site) -> None:
    site.settings(dhcp_integration=False)
    site.lease(CISCO, "10.0.1.7", CISCO_60)
    site.settings(dhcp_integration=True)
    site.tftp("10.0.1.7", SEP)
    assert site.known(CISCO).model == "7961G"


# What is not said twice


def test_unchanged_evidence_opens_no_book(site: Site) -> None:
    site.lease(PHONE, "10.0.1.5", AASTRA)
    closed = replace(site.books, devices=None)  # type: ignore[arg-type]  # whoever opens it fails
    site.books = closed
    assert site.lease(PHONE, "10.0.1.5", AASTRA, kind="renewed") is None
    assert site.lease(PHONE, "10.0.1.5", AASTRA) is None
    with pytest.raises(AttributeError):
        site.lease(PHONE, "10.0.1.6", AASTRA)


def test_a_batch_that_was_not_written_is_looked_at_again(site: Site) -> None:
    memory = site.world.memory
    memory.keep = memory.drop  # type: ignore[method-assign]  # what the desk calls after a commit that failed
    assert site.lease(PHONE, "10.0.1.5", AASTRA) is not None
    assert site.lease(PHONE, "10.0.1.5", AASTRA) is not None


def test_a_device_that_lost_its_address_gets_it_back_with_its_next_lease(site: Site) -> None:
    site.lease(PHONE, "10.0.1.5", AASTRA)
    site.lease(OTHER, "10.0.1.5", AASTRA)
    assert site.known(PHONE).ip is None
    site.lease(PHONE, "10.0.1.5", AASTRA)
    assert (site.known(PHONE).ip, site.known(OTHER).ip) == ("10.0.1.5", None)


def test_a_removed_device_comes_back_with_its_next_lease(site: Site) -> None:
    site.lease(PHONE, "10.0.1.5", AASTRA)
    devices.remove(site.books, site.world, PHONE, "anna", site.utc)
    assert site.device(PHONE) is None
    site.lease(PHONE, "10.0.1.5", AASTRA, kind="renewed")
    assert site.known(PHONE).ip == "10.0.1.5"


def test_the_desk_is_told_to_read_on_where_a_lease_should_be(site: Site) -> None:
    assert site.see("10.0.1.5", "/x").read_on
    assert not site.see("10.60.0.5", "/x").read_on
    site.lease(PHONE, "10.0.1.5", AASTRA)
    assert not site.see("10.0.1.5", "/x").read_on


def test_a_reservation_makes_a_network_one_that_we_lease(site: Site) -> None:
    devices.add(site.books, site.world, {"id": "desk", "mac": PHONE, "plugin": "aastra"}, "anna", site.utc)
    site.owned(site.known(PHONE), OWN)
    site.world.networks = Networks(NETWORKS, {"branch"})
    assert refused(site.ask("10.50.0.7", f"/{OWN}", agent(PHONE))) == "no-proof"
