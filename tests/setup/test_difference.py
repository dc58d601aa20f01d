"""How two configurations differ: by what they mean, not by how they are spelt; secrets are not told."""

from __future__ import annotations

from pathlib import Path

import pytest

from ringboot.setup.difference import differences
from ringboot.setup.load import load_text
from ringboot.setup.outline import outline, running
from ringboot.setup.settings import Settings

FILE = """
[dhcp]
interfaces = ["eth0"]
options = { ntp-servers = "10.0.0.1" }
[[dhcp.network]]
name = "phones"
subnet = "10.0.0.0/16"
pools = ["10.0.1.0-10.0.1.255"]
lease_time = "8h"
[[dhcp.class]]
name = "lobby"
match = { vendor-class = "Acme*" }
options = { domain-name = "lobby.example.org" }
[tftp]
listen = ":69"
"""
GUESTS = """[[dhcp.network]]
name = "guests"
subnet = "10.99.0.0/24"
pools = ["10.99.0.50-10.99.0.60"]
lease_time = "2m"
"""
RICH = 'pool = [{ range = "10.0.1.0-10.0.1.255", options = { routers = "10.0.0.1" } }]'
HALL = """[[dhcp.class]]
name = "hall"
match = { vendor-class = "Hall*" }
"""


def read(text: str) -> Settings:
    return load_text(Path("/etc/ringboot/ringboot.toml"), text)


def told(before: str, after: str) -> list[str]:
    lines = []
    for each in differences(outline(read(before)), outline(read(after))):
        keys = [f"{key.key}: {key.before} -> {key.after}" + " restart" * key.restart for key in each.keys]
        lines.append(" | ".join([f"{each.change} {each.what} {each.name}", *keys]))
    return lines


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ('"8h"', '"480m"', []),
        ('"8h"', '"4h"', ["changed network phones | lease_time: 8h -> 4h"]),
        ('lease_time = "8h"', "", []),  # the default
        ("ntp-servers", '"42"', []),
        (
            'ntp-servers = "10.0.0.1"',
            'ntp-servers = "10.0.0.2", routers = "10.0.0.1"',
            ["changed settings [dhcp] | options.ntp-servers: 10.0.0.1 -> 10.0.0.2 | options.routers: None -> 10.0.0.1"],
        ),
        ('name = "phones"', 'name = "voice"', [
            "added network voice | subnet: None -> 10.0.0.0/16",
            "added pool voice 10.0.1.0-10.0.1.255",
            "removed network phones | subnet: 10.0.0.0/16 -> None",
            "removed pool phones 10.0.1.0-10.0.1.255",
        ]),
        ("1.255", "1.99", [
            "added pool phones 10.0.1.0-10.0.1.99",
            "removed pool phones 10.0.1.0-10.0.1.255",
        ]),
        ('pools = ["10.0.1.0-10.0.1.255"]', RICH, [
            "changed pool phones 10.0.1.0-10.0.1.255 | options.routers: None -> 10.0.0.1",
        ]),
        ('"Acme*"', '["Acme*", "Other*"]', ["changed class lobby | match.vendor-class: Acme* -> Acme*, Other*"]),
        ("[[dhcp.class]]", GUESTS + "[[dhcp.class]]", [
            "added network guests | subnet: None -> 10.99.0.0/24 | lease_time: None -> 120s",
            "added pool guests 10.99.0.50-10.99.0.60",
        ]),
        ('":69"', '":70"', ["changed settings [tftp] | listen: :69 -> :70 restart"]),
        ('["eth0"]', '["eth0", "eth1"]', ["changed settings [dhcp] | interfaces: eth0 -> eth0, eth1 restart"]),
    ],
)  # fmt: skip
def test_what_differs_is_told_by_thing_and_key(old: str, new: str, lines: list[str]) -> None:
    assert old in FILE
    assert told(FILE, FILE.replace(old, new)) == lines


def test_classes_in_another_order_differ_since_a_later_one_wins() -> None:
    one, other = FILE + HALL, FILE.replace("[[dhcp.class]]", HALL + "[[dhcp.class]]", 1)
    assert told(one, other) == ["changed settings [dhcp] | class order: lobby, hall -> hall, lobby"]


def test_passwords_in_addresses_are_not_told() -> None:
    one = FILE.replace("ntp-servers = ", '66 = "http://phone:hunter2@10.0.0.1/x", ntp-servers = ')
    assert told(one, one.replace("hunter2", "hunter3")) == [
        "changed settings [dhcp] | options.tftp-server-name: http://phone:***@10.0.0.1/x -> http://phone:***@10.0.0.1/x"
    ]


def test_what_waits_for_a_restart_goes_on_as_it_began() -> None:
    began, reloaded = read(FILE), read(FILE.replace('":69"', '":70"').replace('"8h"', '"4h"'))
    assert differences(running(began, reloaded), outline(began))[0].keys[0].key == "lease_time"
    [waiting] = differences(running(began, reloaded), outline(reloaded))
    assert (waiting.name, waiting.restart) == ("[tftp]", ["listen"])


def test_a_configuration_does_not_differ_from_itself() -> None:
    assert told(FILE + GUESTS + HALL, FILE + GUESTS + HALL) == []
