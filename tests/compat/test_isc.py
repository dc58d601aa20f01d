"""A whole dhcpd.conf: what it becomes, and what is named as not carried over."""

from __future__ import annotations

from pathlib import Path

import pytest

from ringboot.compat.importers.imported import BadSource, Imported
from ringboot.compat.importers.isc import read_dhcpd
from ringboot.leases.terms import INFINITE
from ringboot.model.address import ip_number, ip_text

SOURCE = Path(__file__).parent / "sources" / "dhcpd.conf"
SUBNET = "subnet 10.0.0.0 netmask 255.255.255.0 { range 10.0.0.10 10.0.0.20; %s }"


def told(tmp_path: Path, text: str) -> Imported:
    path = tmp_path / "dhcpd.conf"
    path.write_text(text)
    return read_dhcpd(path)


@pytest.fixture(scope="module")
def found() -> Imported:
    return read_dhcpd(SOURCE)


def test_what_is_global(found: Imported) -> None:
    assert found.options == {
        "6": "10.9.0.53, 10.9.0.54", "15": "campus.example.org", "42": "10.9.0.1",
        "119": "campus.example.org, example.org", "224": 'North, "upper" floor', "225": "hex:0007012c",
    }  # fmt: skip
    assert {(row.key, row.name, row.kind) for row in found.declared} == {
        ("224", "site-name", "text"), ("225", "site-numbers", "u16-list"), ("43.2", "provisioning-url", "text"),
        ("43.132", "vlan", "u16"),
    }  # fmt: skip


def test_networks_inherit_what_surrounds_them(found: Imported) -> None:
    rows = {row.name: row for row in found.networks}
    floor, branch, old, new = rows.values()
    assert (floor.lease_time, floor.min_lease_time, floor.max_lease_time) == (4000, 600, 86400)
    assert floor.options == {"3": "10.9.0.1", "226": "hex:050a09000164656570", "240": "hex:001122ff"}
    assert [(ip_text(each.first), each.options) for each in floor.pools] == [
        ("10.9.0.100", {}), ("10.9.0.128", {"7": "10.9.0.7"}),
    ]  # fmt: skip
    assert (branch.identity, branch.lease_time, branch.options["58"]) == ("mac", 7200, "1000")
    assert (old.segment, new.segment, old.lease_time) == ("old-town", "old-town", 900)
    assert (old.options["15"], new.options["15"]) == ("town.example.org", "new.example.org")
    assert all(row.authoritative for row in rows.values())


def test_the_first_class_wins_there_and_the_last_here(found: Imported) -> None:
    assert [row.name for row in found.classes] == [
        "pets-1:00:00:5e:00:53:42", "pets-1:00:00:5e:00:53:41", "lab", "uefi", "phones", "host-without-address",
    ]  # fmt: skip
    rows = {row.name: row for row in found.classes}
    assert rows["phones"].options == {"66": "http://10.9.0.2:8667", "43.2": "http://10.9.0.2", "43.132": "hex:0078"}
    assert (rows["lab"].match, rows["lab"].lease_time) == ({"mac": ("00:00:5e:*",), "vendor-class": ("lab",)}, 1200)
    assert rows["pets-1:00:00:5e:00:53:41"].options == {"7": "10.9.0.8"}
    assert rows["host-without-address"].match == {"mac": ("00:00:5e:00:53:13",)}


def test_hosts_are_reservations_in_the_networks_of_their_addresses(found: Imported) -> None:
    assert [(row.network, row.kind, row.value, row.address, row.hostname) for row in found.reservations] == [
        ("10.9.0.0/24", "mac", "00:00:5e:00:53:10", "10.9.0.20", "reception"),
        ("10.9.0.0/24", "mac", "00:00:5e:00:53:12", "10.9.0.22", "workshop"),
        ("10.31.0.0/24", "mac", "00:00:5e:00:53:12", "10.31.0.5", "workshop"),
        ("10.9.0.0/24", "client-id", "01aabbccddee", "10.9.0.21", None),
    ]
    assert [row.options for row in found.reservations] == [*[{"66": "10.9.0.3"}] * 3, {}]


def test_what_is_not_carried_over_is_named_with_its_line(found: Imported) -> None:
    lines = SOURCE.read_text().splitlines()
    said = {row.construct: lines[row.place.line - 1].strip() for row in found.not_carried}
    assert said == {
        "match if not exists vendor-class-identifier in class odd": "match if not exists vendor-class-identifier;",
        'deny members of "phones" in a pool of subnet 10.9.0.0/24': 'deny members of "phones";',
        "next-server 10.9.0.2 in subnet 10.20.0.0/24": "next-server 10.9.0.2;",
        "host known-only": "host known-only { hardware ethernet 00:00:5e:00:53:14; }",
    }


NAMED = [
    ('zone example.org. { primary 10.0.0.1; }', "zone example.org.: leases are not told to a DNS server"),
    ('failover peer "x" { primary; }', 'failover peer "x": two servers do not share leases'),
    ("if known { option routers 10.0.0.1; }", "if known: statements are not executed"),
    ("on commit { set x = 1; }", "on commit: statements are not executed"),
    ("server-identifier 10.0.0.1;", "server-identifier 10.0.0.1: the server writes its own address"),
    ("no-such-thing on;", "no-such-thing on: Ringboot has no such statement"),
    ("one-lease-per-client true;", "one-lease-per-client true: the server decides it itself"),
    ("option nobody 1;", "option nobody 1: no DHCP option is called 'nobody'"),
    ("option routers gate.example.org;", "option routers gate.example.org: 'gate.example.org' does not fit"),
    ("option host-name = concat(\"a\", \"b\");", "the value is computed"),
    ("option dhcp-lease-time 5;", "option dhcp-lease-time 5: the lease time is a setting of the network"),
    ("option domain-name plain;", "option domain-name plain: plain is neither a string nor hex pairs"),
    ("option a code 230 = integer 8; option a 300;", "option a 300: '300' is no integer 8"),
    ("option space W code width 2;", "option space W code width 2: the space W has codes of another width"),
    ("option space P; option P.a code 1 = text; option P.a \"x\";", "no option holds the space P here"),
    ('option space P; option P.a code 1 = text; vendor-option-space P; option P.a "%s";' % ("x" * 300), "do not fit"),
    ('option space P; option P.a code 1 = text; option P.a "x"; option;', "option: Ringboot has no such statement"),
    ("option a code \u00b2 = text;", "option a code \u00b2 = text: this definition is not understood"),
    ("default-lease-time \u00b2;", "default-lease-time \u00b2: \u00b2 is no number of seconds"),
    (f"max-lease-time {'9' * 5000};", "is no number of seconds"),
    (SUBNET % "interface;", "interface in subnet 10.0.0.0/24: it names no interface"),
    ('class "a" { match if known; option routers 10.0.0.1; }', 'match if known in class a: "known"'),
    ('class "a" { spawn with hardware; }', "spawn with hardware in class a: classes are not made"),
    ('class "a" { lease limit 4; }', "lease limit 4 in class a: a class has no limit"),
    ('subclass "a" 1:2;', 'subclass "a" 1:2 in subclass a: class a has no match'),
    (SUBNET % "filename \"x\";", 'filename "x" in subnet 10.0.0.0/24: the boot file'),
    (SUBNET % "pool { range 10.0.0.30 10.0.0.40; max-lease-time 60; }", "max-lease-time cannot differ"),
    (SUBNET % "" + "host a { hardware ethernet 00:00:5e:00:53:01; fixed-address a.example.org; }", "is not an IPv4"),
    (SUBNET % "" + "host a { hardware fddi 00:00:5e:00:53:01; fixed-address 10.0.0.9; }", "Ringboot has no such"),
    (SUBNET % "" + "host a { hardware ethernet 00:00:5e:00:53:01; fixed-address 10.1.0.9; }", "not lie in any network"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), NAMED, ids=[said for _, said in NAMED])
def test_each_construct_is_named(text: str, said: str, tmp_path: Path) -> None:
    rows = told(tmp_path, text).not_carried
    assert said in str(rows[0])
    assert rows[0].place.file == str(tmp_path / "dhcpd.conf")
    assert rows[0].instead


def test_a_network_takes_over_what_its_only_pool_says(tmp_path: Path) -> None:
    text = "subnet 10.0.0.0 netmask 255.255.255.0 { pool { %s range 10.0.0.10 10.0.0.20; } }"
    [row] = told(tmp_path, text % "deny unknown-clients; default-lease-time 60; max-lease-time -1;").networks
    assert (row.unknown, row.lease_time, row.max_lease_time, row.authoritative) == ("ignore", 60, INFINITE, False)
    [row] = told(tmp_path, text % "range dynamic-bootp 10.0.0.30 10.0.0.40;").networks
    assert (row.bootp, len(row.pools)) == (True, 2)


def test_a_pool_of_a_shared_network_goes_to_the_subnet_that_holds_it(tmp_path: Path) -> None:
    found = told(tmp_path, """
        shared-network s {
          pool { range 10.1.0.5 10.1.0.9; option domain-name "x"; }
          subnet 10.0.0.0 netmask 255.255.255.0 { interface "eth0"; }
          subnet 10.1.0.0 netmask 255.255.255.0 { }
        }""")  # fmt: skip
    assert [len(row.pools) for row in found.networks] == [0, 1]
    [pool] = found.networks[1].pools
    assert (pool.first, pool.options, found.interfaces) == (ip_number("10.1.0.5"), {"15": "x"}, ["eth0"])


def test_subclasses_of_the_first_value_that_is_there(tmp_path: Path) -> None:
    found = told(tmp_path, """
        class "c" { match pick-first-value(option dhcp-client-identifier, hardware); }
        subclass "c" 1:00:00:5e:00:53:01 { option domain-name "x"; }""")  # fmt: skip
    assert [row.match for row in found.classes] == [
        {"mac": ("00:00:5e:00:53:01",)}, {"client-id": ("01:00:00:5e:00:53:01",)},
    ]  # fmt: skip


def test_a_pool_is_for_the_members_of_classes(tmp_path: Path) -> None:
    found = told(tmp_path, """
        subnet 10.0.0.0 netmask 255.255.255.0 { pool {
          allow members of "a"; allow members of "b"; range 10.0.0.10 10.0.0.20; } }
        class "a" { match if option vendor-class-identifier = "x"; }
        class "b" { match hardware; }
        subclass "b" 1:00:00:5e:00:53:01;
        class "c" { match if option vendor-class-identifier = "z"; }""")  # fmt: skip
    assert found.networks[0].pools[0].classes == ("a", "b-1:00:00:5e:00:53:01")
    assert {row.name for row in found.classes} == {"a", "b-1:00:00:5e:00:53:01"}
    assert found.not_carried == []


def test_a_host_by_its_port(tmp_path: Path) -> None:
    text = SUBNET % "" + 'host a { host-identifier option agent.circuit-id "port7"; fixed-address 10.0.0.9; }'
    assert [(row.kind, row.value) for row in told(tmp_path, text).reservations] == [("circuit-id", "port7")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("subnet 10.0.0.0 netmask 255.0.255.0 { }", "1:1: subnet 10.0.0.0 netmask 255.0.255.0 is no subnet"),
        ("subnet 10.0.0.0 { }", "1:1: subnet 10.0.0.0 is no subnet"),
        (SUBNET % "range 10.9.0.1;", "1:68: 10.9.0.1 lies in no subnet here"),
        (SUBNET % "range a;", "'a' is not an IPv4 address"),
    ],
)
def test_what_dhcpd_would_not_take_is_an_error_with_its_place(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(BadSource) as caught:
        told(tmp_path, text)
    assert said in str(caught.value)
