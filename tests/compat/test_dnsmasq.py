"""A whole dnsmasq.conf: what it becomes, and what is named as not carried over."""

from __future__ import annotations

from pathlib import Path

import pytest

from ringboot.compat.importers.dnsmasq import read_dnsmasq
from ringboot.compat.importers.dnsmasq_text import read_dnsmasq_lines
from ringboot.compat.importers.imported import BadSource, Imported
from ringboot.leases.terms import INFINITE
from ringboot.model.address import ip_text

SOURCE = Path(__file__).parent / "sources" / "dnsmasq.conf"
RANGE = "dhcp-range=set:lan,10.0.0.10,10.0.0.20,255.255.255.0,1h\ndhcp-option=3\ndhcp-option=6\n"


def told(tmp_path: Path, text: str) -> Imported:
    path = tmp_path / "dnsmasq.conf"
    path.write_text(text)
    return read_dnsmasq(path)


@pytest.fixture(scope="module")
def found() -> Imported:
    return read_dnsmasq(SOURCE)


def test_what_is_global(found: Imported) -> None:
    assert found.interfaces == ["s0"]
    assert found.options == {
        "15": "campus.example.org", "6": "10.9.0.53, 10.9.0.54", "42": "{server}",
        "119": "campus.example.org, example.org", "224": "North, upper floor", "225": "hex:07",
        "226": "hex:0a0900010a090002", "240": "hex:001122ff",
    }  # fmt: skip


def test_ranges_of_one_subnet_are_pools_of_one_network(found: Imported) -> None:
    floor, branch, old, new = found.networks
    assert (floor.lease_time, floor.min_lease_time, floor.authoritative) == (4000, 120, True)
    assert floor.options == {"28": "10.9.0.255", "3": "10.9.0.1"}
    assert [(ip_text(row.first), ip_text(row.last), row.options) for row in floor.pools] == [
        ("10.9.0.100", "10.9.0.119", {}), ("10.9.0.128", "10.9.0.191", {"7": "10.9.0.7"}),
    ]  # fmt: skip
    assert branch.options == {"28": "10.20.0.255", "3": "10.20.0.1", "26": "1400", "19": "false", "2": "-3600"}
    assert (old.segment, old.prefix, new.lease_time) == (new.segment, 29, 900)


def test_tags_are_classes(found: Imported) -> None:
    rows = {row.name: row for row in found.classes}
    assert {name: row.match for name, row in rows.items()} == {
        "phones": {"vendor-class": ("*AcmeTelephone*",)},
        "phones-vendor-AcmeTelephone": {"vendor-class": ("*AcmeTelephone*",)},
        "uefi": {"arch": ("7", "9")},
        "lab-says-lab": {"mac": ("00:00:5e:*:*:*",), "vendor-class": ("*lab*",)},
        "port": {"circuit-id": ("port7",)},
        "desk": {"mac": ("00:00:5e:00:53:13",)},
    }
    assert rows["phones-vendor-AcmeTelephone"].options == {
        "43.2": "text:http://10.9.0.2",
        "43.132": "hex:0078",
    } or rows["phones-vendor-AcmeTelephone"].options == {"43.2": "http://10.9.0.2", "43.132": "hex:0078"}


def test_hosts_are_reservations_with_the_options_of_their_tags(found: Imported) -> None:
    assert [
        (row.network, row.kind, row.value, row.address, row.hostname, row.options) for row in found.reservations
    ] == [
        ("10.9.0.0/24", "mac", "00:00:5e:00:53:10", "10.9.0.20", "reception", {"66": "10.9.0.3"}),
        ("10.9.0.0/24", "client-id", "01aabbccddee", "10.9.0.21", None, {}),
        ("10.31.0.0/24", "mac", "00:00:5e:00:53:12", "10.31.0.5", None, {}),
    ]


def test_what_is_not_carried_over_is_named_with_its_line(found: Imported) -> None:
    lines = SOURCE.read_text().splitlines()
    for row in found.not_carried:
        assert lines[row.place.line - 1] in row.construct or row.construct.endswith(lines[row.place.line - 1])
    assert {row.construct.partition("=")[0] for row in found.not_carried} == {
        "bind-interfaces", "no-ping", "dhcp-leasefile", "pid-file", "user", "dhcp-lease-max", "dhcp-boot",
        "dhcp-option", "infinite of dhcp-host",
    }  # fmt: skip


NAMED = [
    ("server=10.0.0.53", "server=10.0.0.53: Ringboot is no DNS server; keep dnsmasq for names"),
    ("tftp-root=/srv", "tftp-root=/srv: files are served from the folders of plugins"),
    ("dhcp-new-thing", "dhcp-new-thing: Ringboot has no such setting"),
    ("dhcp-range=10.0.0.10,proxy", "the boot menu beside another DHCP server"),
    ("dhcp-range=fd00::1,fd00::9", "only IPv4 is served"),
    ("interface=eth*", "interface=eth*: interfaces are named here"),
    ("domain=a.example,10.0.0.0/24", "the domain of some addresses only"),
    ("dhcp-ignore=tag:x", "clients are ignored only where they are unknown"),
    ("dhcp-option=option:nobody,1", "no DHCP option is called 'nobody'"),
    ("dhcp-option=option6:dns-server,[::]", "only options of DHCPv4"),
    ("dhcp-option=tag:x,3", "an option cannot be held back"),
    ("dhcp-option=tag:x,3,10.0.0.1", "tag x is not set by what a client says"),
    ("dhcp-option=option:router,gate", "'gate' does not fit option routers"),
    ("dhcp-option=51,10", "the lease time is a setting of the network"),
    ("dhcp-option=encap:3,1,x", "option 3 (routers) has no sub-options"),
    ("dhcp-option=vendor:Acme,x,y", "x is no code of a sub-option"),
    (f"dhcp-option=vendor:Acme,{'9' * 5000},y", "is no code of a sub-option"),
    ("dhcp-mac=set:a,nothing", "this is no pattern for a MAC"),
    ("dhcp-match=set:a,vi-encap:7", "vendors' own options cannot be asked for"),
    ("dhcp-host=00:00:5e:00:53:01,ignore", "ignore of dhcp-host=00:00:5e:00:53:01,ignore: one client cannot be"),
    ("dhcp-host=00:00:5e:00:53:01", "it keeps no address"),
    ("dhcp-host=name,10.0.0.9", "it is for no MAC or identifier"),
    ("dhcp-host=00:00:5e:00:53:01,10.9.9.9", "10.9.9.9 does not lie in any network"),
    ("dhcp-host=00:00:5e:00:53:01,00:00:5e:00:53:02,10.0.0.9", "00:00:5e:00:53:02 of dhcp-host"),
    ("shared-network=eth0,10.0.0.0", "networks are joined by their addresses"),
    ("dhcp-range=10.1.0.1,10.1.0.9\ndhcp-option=3,10.1.0.1", "dnsmasq takes it from the interface; written is /24"),
    ("dhcp-range=10.0.0.30,10.0.0.40,255.255.255.0,2h", "the lease time of dhcp-range=10.0.0.30"),
    ("dhcp-range=tag:x,10.0.0.30,10.0.0.40,255.255.255.0,1h", "tag:x of dhcp-range"),
]  # fmt: skip


def test_zeros_before_a_number_mean_nothing(tmp_path: Path) -> None:
    found = told(tmp_path, RANGE + "dhcp-option=230,003\ndhcp-option=231,0x0a\n")
    assert (found.options["230"], found.options["231"], found.not_carried) == ("hex:03", "hex:0a", [])


@pytest.mark.parametrize(("text", "said"), NAMED, ids=[said for _, said in NAMED])
def test_each_construct_is_named(text: str, said: str, tmp_path: Path) -> None:
    rows = told(tmp_path, RANGE + text).not_carried
    assert said in str(rows[0])
    assert rows[0].place.line == 4
    assert rows[0].instead


def test_what_dnsmasq_gives_by_itself_is_named(tmp_path: Path) -> None:
    rows = told(tmp_path, "dhcp-range=10.0.0.10,10.0.0.20,255.255.255.0,1h").not_carried
    assert [row.construct.partition(" of ")[0] for row in rows] == ["the router", "the DNS server"]
    assert told(tmp_path, "port=0\n" + RANGE).not_carried == []


def test_switches_hold_for_all_networks(tmp_path: Path) -> None:
    text = "dhcp-ignore=tag:!known\ndhcp-ignore-clid\ndhcp-rapid-commit\nbootp-dynamic\n"
    [row] = told(tmp_path, text + "dhcp-range=10.0.0.9,static,255.255.255.0,infinite\ndhcp-option=3\nport=0").networks
    assert (row.unknown, row.identity, row.rapid_commit, row.bootp, row.authoritative) == (
        "ignore", "mac", True, True, False,
    )  # fmt: skip
    assert (row.pools, row.lease_time) == ((), INFINITE)


def test_values_are_guessed_as_dnsmasq_does(tmp_path: Path) -> None:
    rows = [
        ("230,300", "hex:012c"), ("230,7i", "hex:00000007"), ("230,-1", "hex:ffffffff"), ("230,a, b", "a,b"),
        ('230,"7"', "7"), ("230,0a:0b", "hex:0a0b"), ("option:T1,60", "60"), ("vi-encap:3561,11,x", "x"),
        ("option:classless-static-route,10.1.0.0/16,10.0.0.9", "10.1.0.0/16 via 10.0.0.9"),
        ("option:static-route,10.1.0.1,10.0.0.9", "10.1.0.1 10.0.0.9"), ("encap:175,190,user", "user"),
    ]  # fmt: skip
    for value, text in rows:
        assert list(told(tmp_path, f"dhcp-option={value}").options.values()) == [text], value


def test_files_and_folders_are_taken_in(tmp_path: Path) -> None:
    folder = tmp_path / "conf.d"
    folder.mkdir()
    for name in ("a.conf", "b.bak", ".hidden.conf", "c.conf"):
        (folder / name).write_text(f"dhcp-option=230,{name}")
    (tmp_path / "hosts").write_text("# mine\n00:00:5e:00:53:01,10.0.0.9\n")
    text = f"{RANGE}conf-dir=conf.d,*.conf\ndhcp-hostsfile=hosts # also\n"
    found = told(tmp_path, text)
    assert (found.options["230"], found.not_carried) == ("c.conf", [])
    assert [row.address for row in found.reservations] == ["10.0.0.9"]
    (tmp_path / "dnsmasq.conf").write_text("conf-file=dnsmasq.conf")
    with pytest.raises(BadSource, match="name each other"):
        list(read_dnsmasq_lines(tmp_path / "dnsmasq.conf"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("dhcp-range=set:x", "1:1: dhcp-range=set:x has no address"),
        (
            "\n  dhcp-range=10.0.0.9,10.0.0.1,255.255.255.0",
            "2:3: dhcp-range=10.0.0.9,10.0.0.1,255.255.255.0 is no range",
        ),
        ("dhcp-range=10.0.0.1,10.0.0.9,255.0.255.0", "255.0.255.0 is no netmask"),
        ('dhcp-option=1,"a"b', "a quote stands where a comma should"),
        ("conf-dir=nowhere", "nowhere cannot be read"),
        ("conf-dir=a\0b", "a\0b cannot be read: embedded null byte"),
        ("conf-file=a\0b", "a\0b:1:1: is no name of a file"),
        ("dhcp-hostsfile=a\0b", "a\0b:1:1: is no name of a file"),
    ],
)
def test_what_dnsmasq_would_not_take_is_an_error_with_its_place(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(BadSource) as caught:
        told(tmp_path, text)
    assert said in str(caught.value)
