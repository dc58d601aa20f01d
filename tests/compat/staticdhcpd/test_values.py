"""Addresses, texts, conversions and RFC values as scripts use them."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringboot.compat.staticdhcpd import conversion, rfc
from ringboot.compat.staticdhcpd.addresses import MAC, IPv4
from ringboot.compat.staticdhcpd.definition import Definition, given_of, of_old, texts_of
from ringboot.compat.staticdhcpd.text import Text
from ringboot.dhcp import options


@pytest.mark.parametrize(
    "said",
    ["10.0.0.1", b"10.0.0.1", 0x0A000001, [10, 0, 0, 1], (10, 0, 0, 1, 99), bytes((10, 0, 0, 1)), IPv4("10.0.0.1")],
)
def test_an_address_is_read_in_every_form(said: object) -> None:
    address = IPv4(said)
    assert (str(address), int(address), bytes(address), list(address)) == (
        "10.0.0.1", 0x0A000001, b"\x0a\0\0\x01", [10, 0, 0, 1],
    )  # fmt: skip
    assert address[3] == 1
    assert address == said or said == (10, 0, 0, 1, 99)


@pytest.mark.parametrize("said", ["10.0.0", "1.2.3.4.5", "x", [1, 2, 3], [1, 2, 3, 999], -1, 1 << 32, None, True])
def test_what_is_no_address_says_so(said: object) -> None:
    with pytest.raises(ValueError, match="not an IPv4 address"):
        IPv4(said)


def test_addresses_have_an_order_and_compare_with_anything() -> None:
    assert sorted([IPv4("10.0.0.10"), IPv4("10.0.0.9")]) == ["10.0.0.9", "10.0.0.10"]
    assert IPv4("10.0.0.9") != "somewhere"
    assert IPv4("10.0.0.9") is not None
    assert not IPv4("0.0.0.0")
    assert len({IPv4("10.0.0.9"), IPv4([10, 0, 0, 9])}) == 1


def test_a_subnet() -> None:
    assert IPv4.parseSubnet("10.0.0.0/8") == (IPv4("10.0.0.0"), 8)
    assert IPv4("10.1.2.3").isSubnetMember("10.0.0.0", 8)
    assert IPv4("10.1.2.3").isSubnetMember("10.1.2.0", "255.255.255.0")
    assert not IPv4("10.1.3.3").isSubnetMember("10.1.2.0", "24")
    with pytest.raises(ValueError, match="33"):
        IPv4("10.1.3.3").isSubnetMember("10.1.2.0", 33)


@pytest.mark.parametrize(
    "said",
    [
        "00:08:5d:2e:ec:fb", "00-08-5D-2E-EC-FB", "00085D2EECFB", "0008.5d2e.ecfb", "0:8:5d:2e:ec:fb", 0x00085D2EECFB,
        [0, 8, 0x5D, 0x2E, 0xEC, 0xFB], bytes.fromhex("00085d2eecfb"), b"00:08:5d:2e:ec:fb",
    ],
)  # fmt: skip
def test_a_mac_is_read_in_every_form(said: object) -> None:
    mac = MAC(said)
    assert str(mac) == "00:08:5d:2e:ec:fb"
    assert mac == said
    assert {"00:08:5d:2e:ec:fb": 1}[mac] == 1  # type: ignore[index]
    assert int(mac) == 0x00085D2EECFB


@pytest.mark.parametrize("said", ["00:08:5d:2e:ec", "00:08:5d:2e:ec:fb:00", "hello", [1], 1 << 48, None])
def test_what_is_no_mac_says_so(said: object) -> None:
    with pytest.raises(ValueError, match="not a hardware address"):
        MAC(said)


def test_text_compares_with_text_and_octets() -> None:
    text = Text(b"PXEClient:Arch")
    assert text == "PXEClient:Arch"
    assert text == b"PXEClient:Arch"
    assert text.startswith("PXE")
    assert text.startswith(b"PXE")  # type: ignore[arg-type]
    assert text.startswith((b"x", "PXE"))  # type: ignore[arg-type]
    assert b"Arch" in text  # type: ignore[operator]
    assert text.split(b":") == ["PXEClient", "Arch"]  # type: ignore[arg-type]
    assert text + b"!" == "PXEClient:Arch!"  # type: ignore[operator]
    assert text.decode() == "PXEClient:Arch"
    assert bytes(text) == b"PXEClient:Arch"
    assert {b"PXEClient:Arch": 1}[text] == 1  # type: ignore[index]
    assert text != b"other"


@given(st.binary(max_size=40))
def test_text_keeps_its_octets(octets: bytes) -> None:
    assert bytes(Text(octets)) == octets
    assert conversion.strToList(Text(octets)) == list(octets)


def test_conversions() -> None:
    assert conversion.listToIP([10, 0, 0, 1]) == "10.0.0.1"
    assert conversion.listToIPs([10, 0, 0, 1, 10, 0, 0, 2]) == ["10.0.0.1", "10.0.0.2"]
    assert conversion.ipToList("10.0.0.1") == [10, 0, 0, 1]
    assert conversion.ipsToList("10.0.0.1, 10.0.0.2") == [10, 0, 0, 1, 10, 0, 0, 2]
    assert conversion.ipsToList(["10.0.0.1", IPv4("10.0.0.2")]) == [10, 0, 0, 1, 10, 0, 0, 2]
    assert conversion.listToInt([1, 2]) == 258
    assert conversion.listToInts([0, 1, 0, 2]) == [1, 2]
    assert conversion.listToLong([0, 0, 1, 0]) == 256
    assert conversion.listToLongs([0, 0, 1, 0, 0, 0, 0, 1]) == [256, 1]
    assert conversion.intToList(258) == [1, 2]
    assert conversion.intsToList([1, 2]) == [0, 1, 0, 2]
    assert conversion.longToList(256) == [0, 0, 1, 0]
    assert conversion.longsToList([256]) == [0, 0, 1, 0]
    assert conversion.strToList("ab") == [97, 98]
    assert conversion.strToPaddedList("ab", 4) == [97, 98, 0, 0]
    assert conversion.strToPaddedList("abcdef", 4) == [97, 98, 99, 100]
    assert conversion.listToStr([97, 98]) == "ab"
    with pytest.raises(ValueError, match="65536"):
        conversion.intToList(65536)


@pytest.mark.parametrize(
    ("code", "value", "text"),
    [
        (78, rfc.rfc2610_78(True, "10.0.0.1,10.0.0.2"), "true 10.0.0.1, 10.0.0.2"),
        (79, rfc.rfc2610_79(False, "DEFAULT"), "false DEFAULT"),
        (83, rfc.rfc4174_83(1, 1, 0, 0, "10.0.0.1"), "1 1 0 0 10.0.0.1"),
        (88, rfc.rfc4280_88("a.example.org,b.example.org."), "a.example.org, b.example.org"),
        (119, rfc.rfc3397_119("a.example.org,b.example.org."), "a.example.org, b.example.org"),
        (120, rfc.rfc3361_120("10.0.0.1,10.0.0.2"), "10.0.0.1, 10.0.0.2"),
        (120, rfc.rfc3361_120("sip.example.org"), "sip.example.org"),
        (121, rfc.rfc3442_121([(("10.1.0.0", 16), "10.0.0.1"), ("0.0.0.0/0", "10.0.0.2")]),
         "10.1.0.0/16 via 10.0.0.1, default via 10.0.0.2"),
        (124, rfc.rfc3925_124({3561: b"\x01\x02"}), None),
        (125, rfc.rfc3925_125({3561: {1: b"\x01\x02"}, 9: {2: "x"}}), None),
        (137, rfc.rfc5223_137("lost.example.org"), "lost.example.org"),
        (139, rfc.rfc5678_139([(1, "10.0.0.1")]), "information-service=10.0.0.1"),
        (140, rfc.rfc5678_140([(1, "is.example.org")]), "information-service=is.example.org"),
    ],
)  # fmt: skip
def test_rfc_values_are_what_the_option_table_reads(code: int, value: rfc.RFC, text: str | None) -> None:
    read = options.format_value(code, bytes(value))
    assert not read.startswith("hex:")
    assert text is None or read == text
    assert list(value) == value.getValue()


def test_decoders_leave_their_list_alone() -> None:
    octets = [1, 2, 65, 66, 2, 1, 67]
    assert rfc.rfc3046_decode(octets) == {1: b"AB", 2: b"C"}
    assert octets == [1, 2, 65, 66, 2, 1, 67]
    assert rfc.rfc3925_decode(rfc.rfc3925_124({9: "x", 10: "yz"}).getValue()) == {9: b"x", 10: b"yz"}
    assert rfc.rfc3925_125_decode(rfc.rfc3925_125({9: {1: "x"}}).getValue()) == {9: {1: b"x"}}
    with pytest.raises(ValueError, match="longer than the option"):
        rfc.rfc3046_decode([1, 9, 65])


@given(st.lists(st.integers(0, 255), max_size=30))
def test_decoders_read_or_say_why_not(octets: list[int]) -> None:
    for decode in rfc.DECODERS:
        with contextlib.suppress(ValueError):
            decode(octets)


def test_a_definition_takes_every_form() -> None:
    for servers in ("10.0.0.1,10.0.0.2", ["10.0.0.1", b"10.0.0.2"], [10, 0, 0, 1, 10, 0, 0, 2]):
        made = Definition("10.0.0.9", "60", "s", 0, domain_name_servers=servers)
        assert texts_of(made) == {"6": "10.0.0.1, 10.0.0.2"}
    assert texts_of(Definition("10.0.0.9", 60, "s", 0, gateways=IPv4("10.0.0.1"))) == {"3": "10.0.0.1"}
    assert texts_of(Definition("10.0.0.9", 60, "s", 0, ntp_servers={"10.0.0.1"})) == {"42": "10.0.0.1"}
    assert Definition("10.0.0.9", 60, "s", 0, gateways="").gateways is None
    with pytest.raises(ValueError, match="needs an ip"):
        Definition(None, 60, "s", 0)


def test_a_definition_without_a_lease_time_leaves_it_to_the_network() -> None:
    assert given_of(Definition("10.0.0.9", 0, "s", 0), "x").lease_time is None


def test_the_ten_values_of_old() -> None:
    made = of_old(("10.0.0.9", "host", "255.0.0.0", "10.255.255.255", "d", "10.0.0.1", "10.0.0.2", 60, "s", 1))
    assert made is not None
    assert (str(made.ip), made.hostname, str(made.subnet_mask), made.serial) == ("10.0.0.9", "host", "255.0.0.0", 1)
    assert of_old(None) is None
    with pytest.raises(ValueError, match="10 values, not 3"):
        of_old((1, 2, 3))
