"""A whole configuration of Kea: what it becomes, and what is named as not carried over."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ringboot.compat.importers.imported import BadSource, Imported
from ringboot.compat.importers.kea import read_kea
from ringboot.compat.importers.toml_text import reservation_rows, toml_text
from ringboot.setup.load import load_text

SOURCE = Path(__file__).parent / "sources" / "kea-dhcp4.conf"


def told(tmp_path: Path, whole: dict[str, Any]) -> Imported:
    path = tmp_path / "kea.conf"
    path.write_text(json.dumps({"Dhcp4": whole}))
    return read_kea(path)


@pytest.fixture(scope="module")
def toml() -> dict[str, Any]:
    text = toml_text(read_kea(SOURCE), SOURCE.name)
    load_text(Path("ringboot.toml"), text)  # it has no fault
    whole: dict[str, Any] = tomllib.loads(text)["dhcp"]
    return whole


def network(toml: dict[str, Any], subnet: str) -> dict[str, Any]:
    return next(row for row in toml["network"] if row["subnet"] == subnet)


def test_what_is_global(toml: dict[str, Any]) -> None:
    assert toml["interfaces"] == ["s0"]
    assert toml["options"] == {
        "domain-name-servers": "10.9.0.53, 10.9.0.54", "domain-name": "campus.example.org", "ntp-servers": "10.9.0.1",
        "domain-search": "campus.example.org, example.org", "site-name": "North, upper floor",
        "site-numbers": "7, 300",
    }  # fmt: skip


def test_a_subnet_with_pools_times_and_options(toml: dict[str, Any]) -> None:
    assert network(toml, "10.9.0.0/24") == {
        "subnet": "10.9.0.0/24", "lease_time": "4000s", "min_lease_time": "10m", "max_lease_time": "1d",
        "options": {
            "dhcp-renewal-time": "1000", "dhcp-rebinding-time": "2000", "routers": "10.9.0.1",
            "option-226": "hex:050a09000164656570", "option-240": "hex:001122ff",
        },
        "pool": [
            {"range": "10.9.0.100-10.9.0.119"},
            {"range": "10.9.0.128-10.9.0.191", "options": {"log-servers": "10.9.0.7"}},
        ],
    }  # fmt: skip
    branch = network(toml, "10.20.0.0/24")
    assert (branch["t1"], branch["t2"], branch["identity"]) == (0.4, 0.8, "mac")


def test_a_shared_network_is_a_segment_whose_options_its_subnets_inherit(toml: dict[str, Any]) -> None:
    old, new = network(toml, "10.30.0.0/29"), network(toml, "10.31.0.0/24")
    assert old["segment"] == new["segment"] == "old-town"
    assert (old["lease_time"], new["lease_time"]) == ("15m", "15m")
    assert old["options"]["domain-name"] == "town.example.org"
    assert new["options"]["domain-name"] == "new.example.org"


def test_the_first_class_wins_there_and_the_last_here(toml: dict[str, Any]) -> None:
    lab, uefi, phones = toml["class"]
    assert lab["match"] == {"mac": "00:00:5e:*", "vendor-class": "lab"}
    assert (lab["lease_time"], uefi["match"]) == ("20m", {"arch": ["7", "9"]})
    assert phones["options"] == {
        "tftp-server-name": "http://10.9.0.2:8667", "provisioning-url": "http://10.9.0.2", "vlan": "120",
    }  # fmt: skip


def test_reservations() -> None:
    rows = {row["address"]: row for row in reservation_rows(read_kea(SOURCE))}
    assert rows["10.9.0.20"] == {
        "network": "10.9.0.0/24", "kind": "mac", "value": "00:00:5e:00:53:10", "address": "10.9.0.20",
        "hostname": "reception", "options": {"tftp-server-name": "10.9.0.3"},
    }  # fmt: skip
    assert (rows["10.9.0.21"]["kind"], rows["10.9.0.21"]["value"]) == ("client-id", "01aabbccddee")
    assert rows.keys() == {"10.9.0.20", "10.9.0.21", "10.9.0.105", "10.31.0.5"}


def test_a_reservation_by_the_port_of_a_relay(tmp_path: Path) -> None:
    subnet = {**SUBNET, "reservations": [
        {"circuit-id": "'port 7'", "ip-address": "10.0.0.30"}, {"circuit-id": "00040001", "ip-address": "10.0.0.31"},
        {"client-id": "'me'", "ip-address": "10.0.0.32"},
    ]}  # fmt: skip
    rows = told(tmp_path, {"subnet4": [subnet]}).reservations
    assert [(row.kind, row.value) for row in rows] == [
        ("circuit-id", "port 7"), ("circuit-id", "hex:00040001"), ("client-id", "6d65"),
    ]  # fmt: skip


def test_what_is_not_carried_over_is_named_with_its_line() -> None:
    lines = SOURCE.read_text().splitlines()
    found = {row.construct: row for row in read_kea(SOURCE).not_carried}
    assert found.keys() == {
        "lease-database of Dhcp4", "control-socket of Dhcp4", "decline-probation-period of Dhcp4",
        "multi-threading of Dhcp4", "loggers of Dhcp4", "class odd", "class from-reservations",
        "reservation of duid 01:02:03:04:05", "reservation of hw-address 00:00:5e:00:53:13",
        "next-server of subnet 10.20.0.0/24",
    }  # fmt: skip
    assert all(row.why and row.instead for row in found.values())
    place = found["next-server of subnet 10.20.0.0/24"].place
    assert lines[place.line - 1][place.column - 1 :].startswith('"10.9.0.2"')


SUBNET = {"subnet": "10.0.0.0/24", "pools": [{"pool": "10.0.0.10-10.0.0.20"}]}
NAMED: list[tuple[dict[str, Any], str]] = [
    ({"hooks-libraries": []}, "hooks-libraries of Dhcp4: Kea's hooks do not run here"),
    ({"brand-new-key": 1}, "brand-new-key of Dhcp4: Ringboot has no such setting"),
    ({"interfaces-config": {"interfaces": ["*"]}}, "interface *: interfaces are named here; add --interface"),
    ({"interfaces-config": {"interfaces": ["e0/10.0.0.1"]}}, "address 10.0.0.1 of an interface"),
    ({"option-data": [{"name": "nobody", "data": "1"}]}, "option nobody of Dhcp4: no DHCP option is called 'nobody'"),
    ({"option-data": [{"name": "routers", "data": "x"}]}, "option routers of Dhcp4: 'x' does not fit option routers"),
    ({"option-data": [{"code": 51, "data": "10"}]}, "option 51 of Dhcp4: the lease time is a setting of the network"),
    ({"option-data": [{"code": 240, "data": "x"}]}, "option 240 of Dhcp4: '0x' is not made of pairs"),
    ({"option-data": [{"code": 1, "space": "foo", "data": "01"}]}, "option 1 of Dhcp4: the space foo is no part"),
    (
        {"option-data": [{"code": 1, "space": "vendor-encapsulated-options-space", "data": "01"}]},
        "option 1 of Dhcp4: Kea itself does not send it: option 43",
    ),
    (
        {"option-data": [{"name": "routers", "data": "10.0.0.1", "never-send": True}]},
        "never-send of option routers of Dhcp4",
    ),
    *(
        ({"client-classes": [{"name": "a", "test": test}]}, f"class a: {said}")
        for test, said in (
            (f"substring(option[60].hex,0,{'9' * 5000}) == 'x'", "a length of 999"),
            (f"option[{'9' * 5000}].exists", "no DHCP option is called"),
        )
    ),
    ({"subnet4": [{**SUBNET, "client-class": "x"}]}, "client-class x of pool 10.0.0.10-10.0.0.20: this class"),
    ({"subnet4": [{**SUBNET, "reservations": [{"ip-address": "10.0.0.7"}]}]}, "a reservation: a reservation is for"),
    (
        {"subnet4": [SUBNET], "reservations": [{"hw-address": "00:00:5e:00:53:01", "ip-address": "10.8.0.1"}]},
        "reservation of hw-address 00:00:5e:00:53:01: 10.8.0.1 does not lie in any network",
    ),
    (
        {
            "subnet4": [{**SUBNET, "option-data": [{"name": "routers", "data": "10.0.0.1"}]}],
            "client-classes": [
                {"name": "a", "test": "option[60].exists", "option-data": [{"name": "routers", "data": "10.0.0.2"}]}
            ],
        },
        "option routers of class a: network 10.0.0.0/24 gives it too, and here the class wins",
    ),
]


@pytest.mark.parametrize(("whole", "said"), NAMED, ids=[said for _, said in NAMED])
def test_each_construct_is_named(whole: dict[str, Any], said: str, tmp_path: Path) -> None:
    [row] = told(tmp_path, whole).not_carried
    assert str(row).partition(":")[0] == str(tmp_path / "kea.conf")
    assert said in str(row)


def test_one_option_of_everything(tmp_path: Path) -> None:
    rows: list[tuple[dict[str, Any], str, str]] = [
        ({"name": "boot-file-name", "data": "a.cfg"}, "67", "a.cfg"),
        ({"name": "name-servers", "data": "10.0.0.1"}, "5", "10.0.0.1"),
        ({"name": "vendor-class-identifier", "data": "hex:00"}, "60", "text:hex:00"),
        ({"name": "root-path", "data": "{server}"}, "17", "hex:7b7365727665727d"),
        ({"name": "dhcp-server-identifier", "csv-format": False, "data": "0a000001", "code": 6}, "6", "10.0.0.1"),
        ({"code": 121, "data": "10.1.0.0/16 - 10.0.0.9"}, "121", "10.1.0.0/16 via 10.0.0.9"),
        ({"code": 121, "csv-format": False, "data": "100A010A000009"}, "121", "10.1.0.0/16 via 10.0.0.9"),
        ({"code": 241, "data": "'abc'", "csv-format": False}, "241", "abc"),
    ]
    for row, key, text in rows:
        assert told(tmp_path, {"option-data": [row]}).options == {key: text}


def test_pools_of_a_class_and_relays_of_elsewhere(tmp_path: Path) -> None:
    pools = [{"pool": "10.0.0.10-10.0.0.20", "client-class": "b"}, {"pool": "10.0.0.30-10.0.0.40"}]
    found = told(tmp_path, {
        "client-classes": [
            {"name": "a", "test": "option[60].hex == 'x'"},
            {"name": "b", "test": "option[60].hex == 'y' or option[12].hex == 'z'"},
        ],
        "subnet4": [{**SUBNET, "pools": pools, "relay": {"ip-addresses": ["10.0.0.1", "10.7.0.1"]}}],
    })  # fmt: skip
    [row] = found.networks
    assert ([each.classes for each in row.pools], row.relays) == ([("b", "b-2"), ()], ("10.7.0.1",))
    assert {each.name for each in found.classes} == {"b", "b-2"}
    written = load_text(tmp_path / "ringboot.toml", toml_text(replace(found, interfaces=["e0"]), "x")).dhcp.networks[0]
    assert (written.pool[0].classes, written.relays) == (("b", "b-2"), ("10.7.0.1",))


def test_a_class_of_a_vendor_needs_no_test(tmp_path: Path) -> None:
    found = told(tmp_path, {
        "client-classes": [{"name": "VENDOR_CLASS_docsis3.0", "option-data": [{"code": 12, "data": "modem"}]}],
    })  # fmt: skip
    assert [(row.match, row.options) for row in found.classes] == [({"vendor-class": ("docsis3.0",)}, {"12": "modem"})]


def test_a_file_of_another_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "kea.conf"
    path.write_text('{ "Dhcp6": {} }')
    with pytest.raises(BadSource, match='there is no "Dhcp4"'):
        read_kea(path)


@pytest.mark.parametrize(
    ("whole", "said"),
    [
        ({"subnet4": [{}]}, '"subnet" is missing'),
        ({"subnet4": {}}, "this is not a list"),
        ({"subnet4": [{"subnet": "10.0.0.0"}]}, "'10.0.0.0' is no subnet"),
        ({"subnet4": [{**SUBNET, "pools": [{"pool": "10.0.0.9-10.0.0.1"}]}]}, "it ends before it begins"),
        ({"subnet4": [{**SUBNET, "valid-lifetime": "x"}]}, "this is not a whole number"),
        ({"subnet4": [{**SUBNET, "calculate-tee-times": True, "t1-percent": 3}]}, "t1-percent is no part of a time"),
    ],
)
def test_what_kea_would_not_take_is_an_error_with_its_place(whole: dict[str, Any], said: str, tmp_path: Path) -> None:
    with pytest.raises(BadSource) as caught:
        told(tmp_path, whole)
    assert said in str(caught.value)
    assert caught.value.place.line == 1
