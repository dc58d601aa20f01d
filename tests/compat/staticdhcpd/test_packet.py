"""Packets as scripts hold them: options by name and code, fields, types, selection."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.compat.staticdhcpd.conversation import octets

from ringboot.compat.staticdhcpd.addresses import MAC, IPv4
from ringboot.compat.staticdhcpd.optionnames import code_of, name_of, type_of
from ringboot.compat.staticdhcpd.packet import FLAGBIT_BROADCAST, DHCPPacket
from ringboot.compat.staticdhcpd.rfc import rfc3397_119
from ringboot.dhcp.message import ACK, DISCOVER, NAK, decode

NAMES = """
1 subnet_mask ipv4, 2 time_offset 32-bits, 3 router ipv4+, 4 time_server ipv4+, 5 name_server ipv4+,
6 domain_name_servers ipv4+, 7 log_server ipv4+, 8 cookie_server ipv4+, 9 lpr_server ipv4+,
10 impress_server ipv4+, 11 resource_location_server ipv4+, 12 hostname string, 13 bootfile 16-bits,
14 merit_dump_file string, 15 domain_name string, 16 swap_server ipv4, 17 root_path string,
18 extensions_path string, 19 ip_forwarding bool, 20 nonlocal_source_routing bool, 21 policy_filter ipv4+,
22 maximum_datagram_reassembly_size 16-bits, 23 default_ip_time-to-live byte, 24 path_mtu_aging_timeout 32-bits,
25 path_mtu_table 16-bits+, 26 interface_mtu 16-bits, 27 all_subnets_are_local bool, 28 broadcast_address ipv4,
29 perform_mask_discovery bool, 30 mask_supplier bool, 31 perform_router_discovery bool,
32 router_solicitation_address ipv4, 33 static_routes ipv4+, 34 trailer_encapsulation bool,
35 arp_cache_timeout 32-bits, 36 ethernet_encapsulation bool, 37 tcp_default_ttl byte,
38 tcp_keepalive_interval 32-bits, 39 tcp_keepalive_garbage bool, 40 nis_domain string, 41 nis_servers ipv4+,
42 ntp_servers ipv4+, 43 vendor_specific_information byte+, 44 nbns ipv4+, 45 nbdd ipv4+, 46 nb_node_type byte,
47 nb_scope string, 48 x_window_system_font_server ipv4+, 49 x_window_system_display_manager ipv4+,
50 requested_ip_address ipv4, 51 ip_address_lease_time 32-bits, 52 overload byte, 53 dhcp_message_type byte,
54 server_identifier ipv4, 55 parameter_request_list byte+, 56 message string,
57 maximum_dhcp_message_size 16-bits, 58 renewal_time_value 32-bits, 59 rebinding_time_value 32-bits,
60 vendor_class_identifier string, 61 client_identifier byte+, 62 netware_ip_domain_name string,
63 netware_ip_sub_options byte+, 64 nis+_domain string, 65 nis+_servers ipv4+, 66 tftp_server_name string,
67 bootfile_name string, 68 mobile_ip_home_agent ipv4+, 69 smtp_servers ipv4+, 70 pop_servers ipv4+,
71 nntp_servers ipv4+, 72 default_www_server ipv4+, 73 default_finger_server ipv4+, 74 default_irc_server ipv4+,
75 streettalk_server ipv4+, 76 streettalk_directory_assistance_server ipv4+, 77 user_class string,
78 directory_agent RFC, 79 service_scope RFC, 80 rapid_commit none, 81 client_fqdn string, 82 relay_agent byte+,
83 internet_storage_name_service RFC, 85 nds_server ipv4+, 86 nds_tree_name byte+, 87 nds_context byte+,
88 bcmcs_domain_list RFC, 89 bcmcs_ipv4_list ipv4+, 90 authentication RFC,
91 client_last_transaction_time 32-bits, 92 associated_ip ipv4+, 93 client_system 16-bits+, 94 client_ndi byte+,
95 ldap string, 97 uuid_guid byte+, 98 open_group_user_auth string, 99 geoconf_civic byte+, 100 pcode string,
101 tcode string, 112 netinfo_address string, 113 netinfo_tag string, 114 url string, 116 auto_config bool,
117 name_service_search 16-bits+, 118 subnet_selection ipv4, 119 domain_search RFC, 120 sip_servers RFC,
121 classless_static_route RFC, 122 cablelabs_client_configuration string, 123 geoconf byte+,
124 vendor_class string, 125 vendor_specific string, 128 pxe_128 string, 129 pxe_129 string, 130 pxe_130 string,
131 pxe_131 string, 132 pxe_132 string, 133 pxe_133 string, 134 pxe_134 string, 135 pxe_135 string,
136 pana_agent ipv4+, 137 v4_lost RFC, 138 capwap_ac_v4 ipv4+, 139 ipv4_mos RFC, 140 fqdn_mos RFC,
175 ipxe_test string, 208 pxelinux_magic 32-bits, 209 configuration_file string, 210 path_prefix string,
211 reboot_time 32-bits
"""
ROWS = [(int(code), name, kind) for code, name, kind in (row.split() for row in NAMES.split(","))]
SAID: dict[str, Any] = {
    "ipv4": "10.0.0.1", "ipv4+": ["10.0.0.1", "10.0.0.2"], "byte": 7, "byte+": [1, 2, 300 - 45], "string": "text",
    "bool": True, "16-bits": 1500, "16-bits+": [1500, 300], "32-bits": 70000, "none": None, "RFC": rfc3397_119("a.b"),
}  # fmt: skip


@pytest.mark.parametrize(("code", "name", "kind"), ROWS)
def test_every_named_option_is_set_and_read_by_name_and_code(code: int, name: str, kind: str) -> None:
    assert code_of(name) == code
    assert name_of(code) == name
    assert type_of(code) == kind
    packet = DHCPPacket()
    assert packet.setOption(name, SAID[kind])
    read = packet.getOption(code, convert=True)
    assert read == {"none": True, "RFC": [1, 97, 1, 98, 0]}.get(kind, SAID[kind])
    assert packet.isOption(name)
    again = DHCPPacket()
    again.setOption(code, packet.getOption(name))
    assert again.getOption(name, convert=True) == read, "a list of octets is as good"
    sent = decode(packet.encodePacket())
    assert bytes(packet.getOption(code)) == sent.options[code]  # type: ignore[union-attr]
    assert packet.deleteOption(name)
    assert not packet.deleteOption(name)
    assert packet.getOption(name) is None


@pytest.mark.parametrize("code", [84, 96, 102, 108, 115, 126, 141, 150, 174, 176, 207, 212, 224, 249, 252, 254])
def test_options_that_could_not_be_set_can_be(code: int) -> None:
    packet = DHCPPacket()
    packet.setOption(code, [10, 0, 0, 1])
    assert packet.getOption(code) == [10, 0, 0, 1]
    assert code in decode(packet.encodePacket()).options  # type: ignore[union-attr]


def test_wpad_and_tftp_servers_have_their_own_types() -> None:
    packet = DHCPPacket()
    packet.setOption(252, "http://wpad/")
    packet.setOption(150, "10.0.0.1,10.0.0.2")
    assert packet.getOption(252, convert=True) == "http://wpad/"
    assert packet.getOption(150, convert=True) == ["10.0.0.1", "10.0.0.2"]


@pytest.mark.parametrize(
    ("option", "value", "error", "why"),
    [
        ("router", "nowhere", ValueError, "not an IPv4 address"),
        ("router", [10, 0, 0], ValueError, "octets each"),
        ("router", [], ValueError, "never empty"),
        ("interface_mtu", 70000, ValueError, "does not fit"),
        ("interface_mtu", [1], ValueError, "2 octets"),
        ("interface_mtu", "big", TypeError, "16-bits"),
        ("hostname", 5, TypeError, "string"),
        ("ip_forwarding", [1, 2], ValueError, "1 octets"),
        ("no_such_option", 1, LookupError, "no_such|no-such"),
        (0, [1], LookupError, "no option"),
        (255, [1], LookupError, "no option"),
        ("ciaddr", "x", ValueError, "not an IPv4"),
        ("xid", [1], ValueError, "4 octets"),
    ],
)
def test_a_wrong_value_says_what_is_wrong(option: Any, value: Any, error: type[Exception], why: str) -> None:
    packet = DHCPPacket()
    with pytest.raises(error, match=why):
        packet.setOption(option, value)
    assert packet.options == {}


def test_without_validation_octets_are_taken_as_they_are() -> None:
    packet = DHCPPacket()
    packet.setOption("router", [10, 0, 0], validate=False)
    assert packet.getOption("router") == [10, 0, 0]
    assert packet.getOption("router", convert=True) == [10, 0, 0]


def test_options_given_out_do_not_leak() -> None:
    packet = DHCPPacket()
    packet.setOption("router", "10.0.0.1")
    packet.getOption("router").append(5)
    copy = packet.copy()
    copy.setOption("router", "10.0.0.2")
    copy.meta["x"] = 1
    assert packet.getOption("router") == [10, 0, 0, 1]
    assert packet.meta == {}


def test_header_fields() -> None:
    packet = DHCPPacket(octets(DISCOVER, "00:08:5d:2e:ec:fb", giaddr="10.0.0.9"))
    assert packet.getHardwareAddress() == "00:08:5d:2e:ec:fb"
    assert packet.extractIPOrNone("giaddr") == "10.0.0.9"
    assert packet.extractIPOrNone("ciaddr") is None
    assert packet.extractIPOrNone("router") is None
    assert packet.getOption("xid") == [97, 98, 99, 100]
    assert packet.getOption("chaddr", convert=True) == MAC("00085d2eecfb")
    packet.setOption("siaddr", IPv4("10.0.0.1"))
    packet.setOption("file", "pxelinux.0")
    packet.setOption("secs", 7)
    packet.setHardwareAddress("aa:bb:cc:dd:ee:ff")
    read = decode(packet.encodePacket())
    assert (read.siaddr, read.file, read.secs) == (0x0A000001, b"pxelinux.0", 7)  # type: ignore[union-attr]
    assert read.chaddr == bytes.fromhex("aabbccddeeff")  # type: ignore[union-attr]
    assert packet.getOption("file", convert=True) == "pxelinux.0"
    assert packet.isOption("siaddr")
    assert packet.deleteOption("siaddr")
    assert not packet.isOption("siaddr")


def test_flags() -> None:
    packet = DHCPPacket()
    assert packet.setFlag(FLAGBIT_BROADCAST, True) == (True, False)
    assert packet.setFlag(FLAGBIT_BROADCAST, True) == (False, True)
    assert packet.getFlag(FLAGBIT_BROADCAST)
    assert packet.setFlag(FLAGBIT_BROADCAST, False) == (True, True)


def test_what_is_sent_follows_the_request_list() -> None:
    packet = DHCPPacket(octets(DISCOVER, said={"55": "1, 12"}))
    packet.setOption("hostname", "h")
    packet.setOption("ntp_servers", "10.0.0.1")
    packet.setOption("tftp_server_name", "t", force_selection=True)
    packet.setOption("router", "10.0.0.1")
    assert set(decode(packet.encodePacket()).options) == {53, 12, 66, 3}  # type: ignore[union-attr]
    assert packet.isSelectedOption("router")
    assert not packet.isRequestedOption("ntp_servers")
    assert "tftp_server_name" in packet.getSelectedOptions(translate=True)
    packet.setSelectedOptions(added=["ntp_servers"], removed=["hostname"])
    assert set(decode(packet.encodePacket()).options) == {53, 42, 66, 3}  # type: ignore[union-attr]
    packet.setSelectedOptions()
    assert packet.getSelectedOptions() is None
    assert {12, 42} <= set(decode(packet.encodePacket()).options)  # type: ignore[union-attr]
    packet.setSelectedOptions(added=[12])
    assert packet.getSelectedOptions() == (12,)


def test_types_and_turning_into_others() -> None:
    packet = DHCPPacket(octets(DISCOVER, said={"12": "h", "82.1": "text:c"}, ciaddr="10.0.0.1"))
    assert packet.isDHCPDiscoverPacket()
    assert packet.getDHCPMessageTypeName() == "DHCPDISCOVER"
    packet.transformToDHCPAckPacket()
    assert packet.isDHCPAckPacket()
    assert packet.kind == ACK
    packet.transformToDHCPNakPacket()
    assert packet.isDHCPNakPacket()
    assert packet.kind == NAK
    assert set(packet.options) == {53, 82}
    assert packet.extractIPOrNone("ciaddr") is None
    for name in ("Offer", "LeaseActive", "LeaseUnassigned", "LeaseUnknown"):
        getattr(packet, f"transformToDHCP{name}Packet")()
        assert getattr(packet, f"isDHCP{name}Packet")()


def test_padding() -> None:
    packet = DHCPPacket()
    packet.setOption("hostname", "abcde")
    packet.word_align = packet.terminal_pad = True
    made = packet.encodePacket()
    assert len(made) % 4 == 0
    assert b"\x0c\x06abcde\0" in made


def test_a_packet_reads_as_text() -> None:
    packet = DHCPPacket(octets(DISCOVER, "00:08:5d:2e:ec:fb", {"12": "phone"}))
    assert "DHCPDISCOVER 00:08:5d:2e:ec:fb" in str(packet)
    assert "hostname (12): phone" in str(packet)
    with pytest.raises(ValueError, match="octet 0"):
        DHCPPacket(b"")


@given(st.integers(1, 254), st.lists(st.integers(0, 255), min_size=1, max_size=40))
def test_any_octets_of_any_option_can_be_read(code: int, said: list[int]) -> None:
    packet = DHCPPacket()
    packet.setOption(code, said, validate=False)
    packet.getOption(code, convert=True)
    str(packet)
    if type_of(code) != "none":
        assert packet.getOption(code) == said
