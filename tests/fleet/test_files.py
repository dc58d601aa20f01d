"""Which file answers, and what the timeline keeps of it."""

from __future__ import annotations

import pytest
from tests.fleet.conftest import Site, refused

from ringboot.fleet import files
from ringboot.model.device import DeviceFile
from ringboot.model.file import Refuse, Sent, Serve
from ringboot.plugins.identify import Identifier

PHONE = "00:08:5d:2e:ec:fb"
CISCO = "00:1e:f7:00:00:07"
OWN = "Aastra/00085D2EECFB.cfg"
UA = "Aastra6731i MAC:00-08-5D-2E-EC-FB V:3.2.0.1011-SIP"


@pytest.fixture
def phone(site: Site) -> Site:
    site.lease(PHONE, "10.0.1.5", "AastraIPPhone6731i")
    return site


def test_a_shared_file_is_for_every_phone_of_the_plugin(phone: Site) -> None:
    phone.books.files.put(
        [DeviceFile("aastra", "Aastra/aastra.cfg", None, "", False, "aa", "templates/aastra.cfg.tpl")]
    )
    phone.shipped("aastra", "Aastra/aastra.cfg")
    assert isinstance(phone.ask("10.0.1.5", "/Aastra/aastra.cfg", UA).answer, Serve)
    stranger = phone.ask("203.0.113.9", "/Aastra/aastra.cfg", UA.replace("2E", "AA"))
    assert isinstance(stranger.answer, Serve), "also for one that only says what it is"


def test_what_nobody_rendered_and_nobody_shipped_is_missing(phone: Site) -> None:
    resolved = phone.ask("10.0.1.5", "/Aastra/nothing.cfg", UA)
    assert refused(resolved) == "file-missing"
    assert resolved.events[0].detail == {"path": "Aastra/nothing.cfg", "peer": "10.0.1.5", "door": "http"}


def test_a_folder_is_never_served(phone: Site) -> None:
    phone.shipped("aastra", "")
    phone.shipped("aastra", "Aastra")
    phone.shipped("aastra", "Aastra/")
    for path in ("/", "/Aastra/", "//"):
        assert refused(phone.ask("10.0.1.5", path, UA)) == "file-missing"


def test_a_file_of_another_plugin_is_missing(phone: Site) -> None:
    phone.shipped("cisco-7900", "ringlist.xml")
    assert refused(phone.ask("10.0.1.5", "/ringlist.xml", UA)) == "file-missing"


def test_the_boot_folder_is_everybodys_and_comes_last(phone: Site) -> None:
    phone.places = files.Places(phone.places.root, phone.places.find, "/boot")
    phone.disk |= {("/boot", "ipxe.efi"), ("/boot", OWN), ("/boot", "x/grub.cfg")}
    for ask in (phone.ask("203.0.113.9", "/ipxe.efi"), phone.ask("10.0.1.5", "/ipxe.efi", UA)):
        assert isinstance(ask.answer, Serve)
        assert (ask.answer.root, ask.answer.name) == ("/boot", "ipxe.efi")
    assert isinstance(phone.tftp("203.0.113.9", "x/grub.cfg").answer, Serve)
    assert isinstance(phone.tftp("203.0.113.9", "//x/grub.cfg").answer, Serve)
    for missing in ("autoexec.ipxe", "x", "x/", "../boot/ipxe.efi", ""):
        assert isinstance(phone.tftp("203.0.113.9", missing).answer, Refuse)
    phone.owned(phone.known(PHONE), OWN)
    mine = phone.ask("10.0.1.5", f"/{OWN}", UA).answer
    assert isinstance(mine, Serve)
    assert mine.root == "/aastra"
    phone.lease("00:08:5d:00:00:99", "10.0.1.6", "AastraIPPhone6731i")
    assert isinstance(phone.ask("10.0.1.6", f"/{OWN}").answer, Refuse)
    assert isinstance(phone.ask("10.0.1.5", "/ipxe.efi", UA).answer, Serve)


def test_a_devices_file_without_a_record_is_nobodys(phone: Site) -> None:
    phone.shipped("aastra", OWN)  # the database was restored, or begun anew, and the files stayed
    assert refused(phone.ask("10.0.1.5", f"/{OWN}", UA)) == "file-missing"
    assert refused(phone.ask("203.0.113.9", f"/{OWN}", UA.replace("2E", "AA"))) == "file-missing"


def test_a_link_gives_no_other_right_than_the_file_it_leads_to(phone: Site) -> None:
    phone.owned(phone.known(PHONE), OWN)
    phone.shipped("aastra", "Aastra/ring.wav")
    phone.links = {"aastra/00085D2EECFB.cfg": OWN, "aastra/ring.wav": "Aastra/ring.wav"}
    phone.lease("00:08:5d:00:00:99", "10.0.1.6", "AastraIPPhone6731i")
    assert isinstance(phone.ask("10.0.1.5", "/aastra/00085D2EECFB.cfg", UA).answer, Serve)
    assert refused(phone.ask("10.0.1.6", "/aastra/00085D2EECFB.cfg")) == "not-yours"
    assert refused(phone.ask("203.0.113.9", "/aastra/00085D2EECFB.cfg", UA.replace("2E", "AA"))) == "no-proof"
    assert isinstance(phone.ask("10.0.1.6", "/aastra/ring.wav").answer, Serve)


def test_upper_and_lower_case_are_different(phone: Site) -> None:
    phone.owned(phone.known(PHONE), OWN)
    assert refused(phone.ask("10.0.1.5", f"/{OWN.lower()}", UA)) == "file-missing"


def test_firmware_that_is_not_installed_is_named_so(site: Site) -> None:
    site.lease(CISCO, "10.0.1.7", "Cisco Systems, Inc. IP Phone CP-7961G")
    manifest = site.world.plugins["cisco-7900"]
    name, version = next((name, version) for name, version in manifest.firmware.files.items() if "{" not in name)
    resolved = site.tftp("10.0.1.7", name)
    assert refused(resolved) == "firmware-missing"
    assert resolved.events[0].detail["version"] == version
    site.shipped("cisco-7900", name)
    assert isinstance(site.tftp("10.0.1.7", name).answer, Serve)


def test_a_path_that_leaves_the_folder_is_a_reason_of_its_own(phone: Site) -> None:
    resolved = phone.ask("10.0.1.5", "/../etc/passwd", UA)
    assert refused(resolved) == "bad-path"
    assert resolved.path == "/../etc/passwd"


def test_a_kept_path_whose_file_is_not_made_yet_is_missing(phone: Site) -> None:
    phone.owned(phone.known(PHONE), OWN, sha256="")
    assert refused(phone.ask("10.0.1.5", f"/{OWN}", UA)) == "file-missing"


def test_a_record_without_a_file_is_missing(phone: Site) -> None:
    phone.owned(phone.known(PHONE), OWN)
    phone.disk.clear()
    assert refused(phone.ask("10.0.1.5", f"/{OWN}", UA)) == "file-missing"


def test_a_file_whose_owner_was_removed_is_nobodys(phone: Site) -> None:
    phone.owned(phone.known(PHONE), OWN)
    phone.books.devices.remove(phone.known(PHONE).id, "anna", phone.utc)
    phone.world.memory.clear()
    phone.lease(PHONE, "10.0.1.5", "AastraIPPhone6731i")  # a new device with the same MAC
    assert refused(phone.ask("10.0.1.5", f"/{OWN}", UA)) == "not-yours"


def test_without_a_plugin_nothing_is_found(phone: Site) -> None:
    phone.world.plugins = {}
    resolved = phone.ask("10.0.1.5", f"/{OWN}", UA)
    assert refused(resolved) == "no-plugin"
    assert resolved.events[0].detail == {"path": OWN, "peer": "10.0.1.5", "door": "http", "agent": UA}
    assert refused(phone.ask("10.0.1.99", "/x")) == "unknown-device"


def test_what_an_unknown_phone_says_is_kept(site: Site) -> None:
    site.lease("02:aa:bb:00:11:22", "10.0.1.8", "AcmePhone-D10")
    resolved = site.ask("10.0.1.8", "/Acme/02aabb001122.cfg", "Acme D10 2.1.0" + "x" * 600)
    assert refused(resolved) == "unknown-device"
    (event,) = resolved.events
    assert (event.mac, event.detail["path"]) == ("02:aa:bb:00:11:22", "Acme/02aabb001122.cfg")
    assert event.detail["agent"] == ("Acme D10 2.1.0" + "x" * 600)[:512]


def test_from_outside_every_refusal_is_a_refusal(phone: Site) -> None:
    phone.owned(phone.known(PHONE), OWN)
    answers = [
        phone.ask("10.0.1.66", path, UA).answer
        for path in (f"/{OWN}", "/Aastra/00085DFFFFFF.cfg", "/../x", "/", "/Aastra/no.cfg")
    ]
    assert all(isinstance(answer, Refuse) for answer in answers)


def test_the_same_refusal_is_told_once_a_minute(phone: Site) -> None:
    assert phone.ask("10.0.1.5", "/x.cfg", UA).events
    assert not phone.ask("10.0.1.5", "/x.cfg", UA).events
    phone.utc += 61
    assert phone.ask("10.0.1.5", "/x.cfg", UA).events


def test_a_host_that_guesses_names_does_not_fill_the_timelines(phone: Site) -> None:
    told = sum(len(phone.ask("10.0.1.66", f"/Aastra/00085D{n:06X}.cfg").events) for n in range(100))
    assert told == 30


def test_how_a_served_file_went_stands_in_the_timeline(phone: Site) -> None:
    phone.owned(phone.known(PHONE), OWN)
    resolved = phone.ask("10.0.1.5", f"/{OWN}", UA)
    event = files.sent_event(resolved, Sent(1, 612, True, "abcd"), 5.0)
    assert (event.reason, event.mac, event.device, event.address) == (
        "served",
        PHONE,
        phone.known(PHONE).id,
        "10.0.1.5",
    )
    assert event.detail == {"path": OWN, "plugin": "aastra", "size": 612, "sha256": "abcd", "door": "http"}
    broken = files.sent_event(resolved, Sent(1, 100, False, "abcd", "timeout"), 5.0)
    assert (broken.reason, broken.detail["why"]) == ("broken-off", "timeout")
    unchanged = files.sent_event(resolved, Sent(1, 0, True, "abcd", "not-modified"), 5.0)
    assert unchanged.reason == "not-modified"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.cfg", "text/plain; charset=utf-8"),
        ("a.CFG", "text/plain; charset=utf-8"),
        ("SEP.cnf.xml", "text/xml"),
        ("x/ring.tuz", "application/octet-stream"),
        ("noend", "application/octet-stream"),
    ],
)
def test_the_end_of_a_name_tells_its_type(name: str, kind: str) -> None:
    assert files.content_type(name) == kind


def test_a_plugin_that_was_uninstalled_serves_nothing(phone: Site) -> None:
    phone.owned(phone.known(PHONE), OWN)
    phone.world.plugins = {ident: row for ident, row in phone.world.plugins.items() if ident != "aastra"}
    phone.world.identifier = Identifier(phone.world.plugins.values())
    assert refused(phone.ask("10.0.1.5", f"/{OWN}", UA)) == "no-plugin"


def test_a_host_in_anothers_name_does_not_fill_its_timeline(phone: Site) -> None:
    phone.shipped("aastra", "Aastra/aastra.cfg")
    done = Sent(1, 612, True, "abcd")

    def events(peer: str, path: str = "/Aastra/aastra.cfg") -> int:
        asked = (phone.ask(peer, path, UA) for _ in range(50))
        return sum(files.is_news(phone.world, each, files.sent_event(each, done, phone.utc)) for each in asked)

    assert events("203.0.113.9") == 1
    assert events("10.0.1.5") == 50, "of the device itself every request counts"
    phone.utc += 60
    assert events("203.0.113.9") == 1
