"""The sub-options that have one meaning everywhere, one row each; those of option 43 are each vendor's own.

Names are those of ISC dhcpd where it has one, else after the RFC's words.
"""

from __future__ import annotations

from ringboot.wire import kinds, names, tlv
from ringboot.wire.kinds import IP, IPS, OPAQUE, TEXT, U8, U16, U32
from ringboot.wire.subs import Sub, Subs

_OCTETS = kinds.Opaque("hex:000102", shown=False)
_BOOL = kinds.Bool()
_NOTHING = kinds.Nothing()
_RETRY = kinds.Record("u32 u32 u32", U32, U32, U32, example="500 4000 4")

# What relay agents say (RFC 3046).
RELAY_AGENT = Subs((
    Sub(1, "circuit-id", OPAQUE, "3046 3.1"),
    Sub(2, "remote-id", OPAQUE, "3046 3.2"),
    Sub(4, "docsis-device-class", U32, "3256 2"),
    Sub(5, "link-selection", IP, "3527 3"),
    Sub(6, "subscriber-id", TEXT, "3993 2"),
    Sub(7, "radius-attributes", _OCTETS, "4014 3"),
    Sub(8, "authentication", _OCTETS, "4030 4"),
    Sub(9, "vendor-specific", tlv.VendorOptions(), "4243 2"),
    Sub(10, "flags", U8, "5010 3"),
    Sub(11, "server-id-override", IP, "5107 4"),
    Sub(12, "relay-id", _OCTETS, "6925 5"),
    Sub(13, "access-technology-type", U16, "7839 4.1"),
    Sub(14, "access-network-name", TEXT, "7839 4.2"),
    Sub(15, "access-point-name", TEXT, "7839 4.3"),
    Sub(16, "access-point-bssid", _OCTETS, "7839 4.4"),
    Sub(17, "operator-id", U32, "7839 4.5"),
    Sub(18, "operator-realm", TEXT, "7839 4.6"),
    Sub(19, "relay-source-port", _NOTHING, "8357 4"),
    Sub(151, "virtual-subnet-selection", _OCTETS, "6607 3.2"),
    Sub(152, "virtual-subnet-control", _NOTHING, "6607 3.3"),
))  # fmt: skip

NETWARE = Subs((
    Sub(1, "nwip-does-not-exist", _NOTHING, "2242 3"),
    Sub(2, "nwip-exists-in-options", _NOTHING, "2242 3"),
    Sub(3, "nwip-exists-in-sname-file", _NOTHING, "2242 3"),
    Sub(4, "nwip-too-big", _NOTHING, "2242 3"),
    Sub(5, "nsq-broadcast", _BOOL, "2242 3"),
    Sub(6, "preferred-dss", IPS, "2242 3"),
    Sub(7, "nearest-nwip-server", IPS, "2242 3"),
    Sub(8, "autoretries", U8, "2242 3"),
    Sub(9, "autoretry-secs", U8, "2242 3"),
    Sub(10, "nwip-1-1", _BOOL, "2242 3"),
    Sub(11, "primary-dss", IP, "2242 3"),
))  # fmt: skip

CABLELABS = Subs((
    Sub(1, "primary-dhcp-server", IP, "3495 5.1"),
    Sub(2, "secondary-dhcp-server", IP, "3495 5.1"),
    Sub(3, "provisioning-server", _OCTETS, "3495 5.2"),
    Sub(4, "as-backoff", _RETRY, "3495 5.3"),
    Sub(5, "ap-backoff", _RETRY, "3495 5.4"),
    Sub(6, "kerberos-realm", names.NAME, "3495 5.5"),
    Sub(7, "use-tgt", _BOOL, "3495 5.6"),
    Sub(8, "provisioning-timer", U8, "3495 5.7"),
    Sub(9, "security-ticket-control", U16, "3594 4"),
    Sub(10, "kdc-addresses", IPS, "3634 4"),
))  # fmt: skip

MOBILITY_ADDRESSES = Subs((
    Sub(1, "information-service", IPS, "5678 2"),
    Sub(2, "command-service", IPS, "5678 2"),
    Sub(3, "event-service", IPS, "5678 2"),
))  # fmt: skip

MOBILITY_NAMES = Subs((
    Sub(1, "information-service", names.NAMES, "5678 3"),
    Sub(2, "command-service", names.NAMES, "5678 3"),
    Sub(3, "event-service", names.NAMES, "5678 3"),
))  # fmt: skip

# Option 125 by enterprise number (RFC 3925); 3561 is the Broadband Forum.
BROADBAND_FORUM = 3561
VENDORS: dict[int, Subs] = {
    BROADBAND_FORUM: Subs((
        Sub(1, "device-oui", TEXT, "3925, TR-111"),
        Sub(2, "device-serial-number", TEXT, "3925, TR-111"),
        Sub(3, "device-product-class", TEXT, "3925, TR-111"),
        Sub(4, "gateway-oui", TEXT, "3925, TR-111"),
        Sub(5, "gateway-serial-number", TEXT, "3925, TR-111"),
        Sub(6, "gateway-product-class", TEXT, "3925, TR-111"),
    )),
}  # fmt: skip

# Every table by the key that stands before its names, for the reference page and the tests.
SPACES: dict[str, Subs] = {
    "63": NETWARE,
    "82": RELAY_AGENT,
    "122": CABLELABS,
    **{f"125.{number}": subs for number, subs in VENDORS.items()},
    "139": MOBILITY_ADDRESSES,
    "140": MOBILITY_NAMES,
}
