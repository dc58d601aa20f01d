"""What a configuration becomes for dhcp."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ringboot.model.address import ip_number
from ringboot.model.site import Block, BootItem, Class, Match, Pool, Site
from ringboot.setup.load import load_text
from ringboot.setup.site import site_of

TEXT = """
[server]
address = "10.0.0.2"
[dhcp]
interfaces = ["eth0"]
probe = false
question_deadline = "150ms"
on_no_answer = "serve"
leasequery = ["10.0.0.8/29", "192.0.2.1/32"]
options = { ntp-servers = "10.0.0.1" }
[[dhcp.network]]
name = "phones"
subnet = "10.0.0.0/16"
segment = "floor1"
authoritative = false
pools = ["10.0.1.0-10.0.1.255"]
pool = [
{ range = "10.0.2.0-10.0.2.9", v6only_wait = "30m", options = { 66 = "{http}/x" }, class = "lobby", max_leases = 5 }
]
relays = ["172.16.0.1"]
max_leases_per_circuit = 3
scarce_lease_time = "10m"
scarce_above = 0.9
lease_time = "1h30m"
rapid_commit = true
bootp = true
bootp_lease_time = "30d"
identity = "mac"
ddns_domain = "Lab.Example.org."
min_lease_time = "5m"
max_lease_time = "infinite"
t1 = 0.25
t2 = 0.5
unknown = "quarantine"
quarantine = "guests"
options = { routers = ["10.0.0.1", "10.0.0.254"], "43.2" = "hex:00ff" }
[[dhcp.network]]
name = "guests"
subnet = "10.99.0.0/24"
segment = "floor1"
pools = ["10.99.0.50-10.99.0.250"]
identity = "mac"
lease_time = 120
v6only_wait = 0
options = { captive-portal = "https://portal.example.org/api" }
[[dhcp.network]]
subnet = "10.50.0.0/16"
trust = "first-use"
[[dhcp.class]]
name = "lobby"
match = { mac = "00-00-5E:*", vendor-class = "Phone*", hostname = "Lobby-?", client-id = "01:00:00:5e:*" }
options = { domain-name = "lobby.example.org" }
lease_time = "1d"
[http]
listen = "127.0.0.1:8080"
[dns]
server = "10.0.0.53"
[tftp]
listen = ":1069"
"""


def site(text: str = TEXT, **more: object) -> Site:
    return site_of(load_text(Path("/r.toml"), text), revision=7, **more)  # type: ignore[arg-type]  # test shorthand


def test_the_servers_are_told() -> None:
    made = site()
    assert (made.revision, made.server, made.http_port, made.tftp_port) == (7, "10.0.0.2", 8080, 1069)
    assert (made.probe, made.question_deadline, made.on_no_answer) == (False, 0.15, "serve")
    assert made.options == {"42": "10.0.0.1"}
    assert made.dns is True
    assert site(TEXT.replace('[dns]\nserver = "10.0.0.53"', "")).dns is False
    assert made.forcerenew is True
    assert site(TEXT.replace("probe = false", "forcerenew = false")).forcerenew is False
    assert made.leasequery == (
        Block(ip_number("10.0.0.8"), ip_number("10.0.0.15")),
        Block(ip_number("192.0.2.1"), ip_number("192.0.2.1")),
    )
    assert made.subnet_selection is False
    assert site(TEXT.replace("probe = false", "subnet_selection = true")).subnet_selection is True


def test_a_network_keeps_its_pools_in_order_and_its_options_by_key() -> None:
    phones, guests, branch = site().networks
    assert (phones.subnet, phones.prefix, phones.segment) == (ip_number("10.0.0.0"), 16, "floor1")
    assert (phones.authoritative, phones.lease_time, phones.unknown) == (False, 5400, "quarantine")
    assert phones.pools == (
        Pool(ip_number("10.0.1.0"), ip_number("10.0.1.255")),
        Pool(ip_number("10.0.2.0"), ip_number("10.0.2.9"), {"108": "1800", "66": "{http}/x"}, ("lobby",), 5),
    )
    assert (phones.max_leases_per_circuit, guests.max_leases_per_circuit) == (3, None)
    assert (phones.scarce_lease_time, phones.scarce_above) == (600, 0.9)
    assert (guests.scarce_lease_time, guests.scarce_above) == (None, 0.8)
    assert (phones.relays, guests.relays) == (("172.16.0.1",), ())
    assert (phones.rapid_commit, guests.rapid_commit) == (True, False)
    assert (phones.min_lease_time, phones.max_lease_time, phones.t1, phones.t2) == (300, 0xFFFFFFFF, 0.25, 0.5)
    assert (guests.min_lease_time, guests.max_lease_time, guests.t1, guests.t2) == (None, None, 0.5, 0.875)
    assert (phones.identity, branch.identity) == ("mac", "client-id")
    assert (phones.bootp, phones.bootp_lease_time) == (True, 30 * 86400)
    assert (guests.bootp, guests.bootp_lease_time) == (False, 0xFFFFFFFF)
    assert phones.options == {"3": "10.0.0.1, 10.0.0.254", "43.2": "hex:00ff"}
    assert (phones.ddns_domain, guests.ddns_domain) == ("lab.example.org", None)
    assert guests.options == {"108": "0", "114": "https://portal.example.org/api"}
    assert (guests.lease_time, guests.segment, phones.quarantine) == (120, "floor1", "guests")
    assert (branch.name, branch.segment, branch.trust) == ("10.50.0.0/16", "10.50.0.0/16", "first-use")


def test_brands_come_before_the_classes_of_the_file() -> None:
    brand = Class("brand", "brand", ((Match("dhcp.60", "x"),),), {"66": "{http}"})
    made = site(brands=[brand], dhcp_integration=False)
    assert [each.name for each in made.classes] == ["brand", "lobby"]
    assert made.dhcp_integration is False
    assert made.classes[1].options == {"15": "lobby.example.org"}
    assert [each.lease_time for each in made.classes] == [None, 86400]


@pytest.mark.parametrize(
    ("evidence", "value", "fits"),
    [
        ("dhcp.mac", "00:00:5e:00:53:01", True),
        ("dhcp.mac", "00:00:5f:00:53:01", False),
        ("dhcp.60", "PhoneX 1", True),
        ("dhcp.60", "phonex", False),
        ("dhcp.60", "An Phone", False),
        ("dhcp.12", "lobby-1", True),
        ("dhcp.12", "LOBBY-1", True),
        ("dhcp.12", "lobby-12", False),
        ("dhcp.61", "\x01\x00\x00\x5e\x0a\xff", True),
        ("dhcp.61", "01:00:00:5e:01", False),
    ],
)
def test_the_globs_of_a_class_become_expressions_for_the_whole_text(evidence: str, value: str, fits: bool) -> None:
    conditions = {match.evidence: match.pattern for match in site().classes[-1].alternatives[0]}
    for way in (re.search, re.match):
        assert (way(conditions[evidence], value) is not None) is fits


@pytest.mark.parametrize(
    ("glob", "value", "fits"),
    [
        ("00005e*", "00:00:5e:01:02:03", True),
        ("00005E0*", "00:00:5e:01:02:03", True),
        ("*:03", "00:00:5e:01:02:03", True),
    ],
)
def test_a_mac_glob_is_understood_in_the_usual_spellings(glob: str, value: str, fits: bool) -> None:
    text = TEXT.replace('mac = "00-00-5E:*"', f'mac = "{glob}"')
    [mac] = [match for match in site(text).classes[0].alternatives[0] if match.evidence == "dhcp.mac"]
    assert (re.search(mac.pattern, value) is not None) is fits


def test_an_identifier_that_ends_in_nul_is_met_without_it() -> None:
    text = TEXT.replace('client-id = "01:00:00:5e:*"', 'client-id = "ff:01:00"')
    [found] = [match for match in site(text).classes[0].alternatives[0] if match.evidence == "dhcp.61"]
    assert re.search(found.pattern, "\xff\x01")
    assert not re.search(found.pattern, "\xff\x01\x02")


def test_a_client_id_that_is_no_hex_is_text() -> None:
    text = TEXT.replace('client-id = "01:00:00:5e:*"', 'client-id = "rack-*"')
    [found] = [match for match in site(text).classes[0].alternatives[0] if match.evidence == "dhcp.61"]
    assert re.search(found.pattern, "rack-12")
    assert not re.search(found.pattern, "a rack-12")


BOOT = """
[[boot]]
name = "uefi"
match = { arch = ["x86-uefi", "11"], mac = "00:00:5e:*", network = "phones", class = "lobby", known = true }
file = "ipxe.efi"
url = "{http}/x.efi"
script = "{http}/boot.ipxe"
next-server = "10.0.0.9"
server-name = "files"
options = { loader-pathprefix = "/x/" }
[[boot]]
match = {}
[[boot]]
match = { vendor-class = "U-Boot*" }
file = "boot.scr"
"""


def test_boot_rules_keep_their_order_and_are_for_machines_that_boot() -> None:
    named, disk, words = site(TEXT + BOOT).boot
    evidence = {match.evidence: match.pattern for match in named.conditions}
    arches = evidence.pop("dhcp.93.each")
    assert [code for code in range(99) if re.search(arches, str(code))] == [6, 7, 9, 11]
    assert re.search(evidence.pop("dhcp.mac"), "00:00:5e:00:53:01")
    assert not evidence
    assert (named.networks, named.classes, named.known) == (("phones",), ("lobby",), True)
    assert (named.file, named.url, named.script) == ("ipxe.efi", "{http}/x.efi", "{http}/boot.ipxe")
    assert (named.next_server, named.server_name, named.options) == ("10.0.0.9", "files", {"210": "/x/"})
    assert (disk.name, disk.file, disk.conditions) == ("boot-2", "", (Match("dhcp.93.each", ""),))
    assert (words.name, [match.evidence for match in words.conditions]) == ("boot-3", ["dhcp.60"])


def test_a_menu_and_a_network_where_addresses_are_elsewhere() -> None:
    menu = '[[boot]]\nmatch = {}\nprompt = "F8"\ntimeout = "5s"\n'
    menu += 'menu = [{ text = "Disk" }, { text = "New", file = "a.0" }]\n'
    text = TEXT.replace("[dhcp]", "[dhcp]\npxe_port = 4011", 1).replace('trust = "first-use"', "proxy = true") + menu
    made = site(text)
    (row,) = made.boot
    assert (row.menu, row.prompt, row.timeout) == ((BootItem("Disk"), BootItem("New", "a.0")), "F8", 5)
    assert [each.proxy for each in made.networks] == [False, False, True]
