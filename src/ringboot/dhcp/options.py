"""Every DHCPv4 option, one row each; names, text forms and octets follow from the row.

Names are those of ISC dhcpd where it has one, else IANA's; aliases are staticDHCPd's where they differ.
Codes without a row are called option-N and hold text or octets.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple

from ringboot.dhcp import suboptions
from ringboot.wire import kinds, names, tlv
from ringboot.wire.kind import Kind
from ringboot.wire.kinds import IP, IPS, OPAQUE, TEXT, U8, U16, U32
from ringboot.wire.reader import Malformed
from ringboot.wire.subs import NO_SUBS, Subs, text_of


class Option(NamedTuple):
    """One row; `rfc` is number and section."""

    code: int
    name: str
    kind: Kind[Any]
    rfc: str
    alias: str = ""  # or several, with blanks between them


_MOST = 1200  # octets of a value in pieces (RFC 3396); no frame has room for more

_BOOL = kinds.Bool()
_NOTHING = kinds.Nothing()
_OCTETS = kinds.Opaque("hex:0100085d2eecfb", shown=False)
_SECONDS = kinds.Number(4, "-18000", signed=True)
_IPS_OR_NONE = kinds.Many(IP, "ips", "10.0.0.1", least=0)
_IP_PAIRS = kinds.Many(IP, "ip pairs", "10.1.0.0 10.0.0.1, 10.2.0.0 10.0.0.1", step=2)
_U8S = kinds.Many(U8, "u8 list", "1, 3, 6")
_U16S = kinds.Many(U16, "u16 list", "6, 7")
_RELAY = tlv.Space("circuit-id=hex:00040001; link-selection=10.1.0.0", subs=suboptions.RELAY_AGENT)
_NETWARE = tlv.Space("preferred-dss=10.0.0.1, 10.0.0.2; autoretries=3", subs=suboptions.NETWARE)
_CABLELABS = tlv.Space("primary-dhcp-server=10.0.0.1; as-backoff=500 4000 4", subs=suboptions.CABLELABS)
_MOS_ADDRESSES = tlv.Space("information-service=10.0.0.1", subs=suboptions.MOBILITY_ADDRESSES)
_MOS_NAMES = tlv.Space("information-service=is.example.org", subs=suboptions.MOBILITY_NAMES)
_VIVSO = tlv.VendorOptions("3561.device-oui=00085D; 4491.2=hex:00ff", vendors=suboptions.VENDORS)
_VENDOR_SPACE = tlv.LooseSpace(tlv.Space("2=http://10.0.0.1:8667; 3=hex:00ff", ends=True))
_ROUTES = kinds.Routes()
_NDI = kinds.Record("u8 u8 u8", U8, U8, U8, example="1 3 16")
_STATUS = kinds.Record("u8 text", U8, kinds.Text(least=0), example="1 not allowed")
_AGENTS = kinds.Record("bool ips", _BOOL, IPS)
_SCOPES = kinds.Record("bool text", _BOOL, kinds.Text(least=0), example="true DEFAULT")
_ISNS = kinds.Record("u16 u16 u16 u32 ips", U16, U16, U16, U32, IPS, example="1 1 0 0 10.0.0.1, 10.0.0.2")
_RDNSS = kinds.Record("u8 ip ip names", U8, IP, IP, names.NAMES, example="0 10.0.0.1 10.0.0.2 example.org")
_SIXRD = kinds.Record("u8 u8 ip6 ips", U8, U8, kinds.Ip6(), IPS, example="24 32 2001:db8:: 10.0.0.1")

TABLE: tuple[Option, ...] = (
    Option(1, "subnet-mask", IP, "2132 3.3"),
    Option(2, "time-offset", _SECONDS, "2132 3.4"),
    Option(3, "routers", IPS, "2132 3.5", "router"),
    Option(4, "time-servers", IPS, "2132 3.6", "time_server"),
    Option(5, "ien116-name-servers", IPS, "2132 3.7", "name_server"),
    Option(6, "domain-name-servers", IPS, "2132 3.8"),
    Option(7, "log-servers", IPS, "2132 3.9", "log_server"),
    Option(8, "cookie-servers", IPS, "2132 3.10", "cookie_server"),
    Option(9, "lpr-servers", IPS, "2132 3.11", "lpr_server"),
    Option(10, "impress-servers", IPS, "2132 3.12", "impress_server"),
    Option(11, "resource-location-servers", IPS, "2132 3.13", "resource_location_server"),
    Option(12, "host-name", TEXT, "2132 3.14", "hostname"),
    Option(13, "boot-size", U16, "2132 3.15", "bootfile"),
    Option(14, "merit-dump", TEXT, "2132 3.16", "merit_dump_file"),
    Option(15, "domain-name", TEXT, "2132 3.17"),
    Option(16, "swap-server", IP, "2132 3.18"),
    Option(17, "root-path", TEXT, "2132 3.19"),
    Option(18, "extensions-path", TEXT, "2132 3.20"),
    Option(19, "ip-forwarding", _BOOL, "2132 4.1"),
    Option(20, "non-local-source-routing", _BOOL, "2132 4.2", "nonlocal_source_routing"),
    Option(21, "policy-filter", _IP_PAIRS, "2132 4.3"),
    Option(22, "max-dgram-reassembly", U16, "2132 4.4", "maximum_datagram_reassembly_size"),
    Option(23, "default-ip-ttl", U8, "2132 4.5", "default_ip_time-to-live"),
    Option(24, "path-mtu-aging-timeout", U32, "2132 4.6"),
    Option(25, "path-mtu-plateau-table", _U16S, "2132 4.7", "path_mtu_table"),
    Option(26, "interface-mtu", U16, "2132 5.1"),
    Option(27, "all-subnets-local", _BOOL, "2132 5.2", "all_subnets_are_local"),
    Option(28, "broadcast-address", IP, "2132 5.3"),
    Option(29, "perform-mask-discovery", _BOOL, "2132 5.4"),
    Option(30, "mask-supplier", _BOOL, "2132 5.5"),
    Option(31, "router-discovery", _BOOL, "2132 5.6", "perform_router_discovery"),
    Option(32, "router-solicitation-address", IP, "2132 5.7"),
    Option(33, "static-routes", _IP_PAIRS, "2132 5.8"),
    Option(34, "trailer-encapsulation", _BOOL, "2132 6.1"),
    Option(35, "arp-cache-timeout", U32, "2132 6.2"),
    Option(36, "ieee802-3-encapsulation", _BOOL, "2132 6.3", "ethernet_encapsulation"),
    Option(37, "default-tcp-ttl", U8, "2132 7.1", "tcp_default_ttl"),
    Option(38, "tcp-keepalive-interval", U32, "2132 7.2"),
    Option(39, "tcp-keepalive-garbage", _BOOL, "2132 7.3"),
    Option(40, "nis-domain", TEXT, "2132 8.1"),
    Option(41, "nis-servers", IPS, "2132 8.2"),
    Option(42, "ntp-servers", IPS, "2132 8.3"),
    Option(43, "vendor-encapsulated-options", _VENDOR_SPACE, "2132 8.4", "vendor_specific_information"),
    Option(44, "netbios-name-servers", IPS, "2132 8.5", "nbns"),
    Option(45, "netbios-dd-server", IPS, "2132 8.6", "nbdd"),
    Option(46, "netbios-node-type", U8, "2132 8.7", "nb_node_type"),
    Option(47, "netbios-scope", TEXT, "2132 8.8", "nb_scope"),
    Option(48, "font-servers", IPS, "2132 8.9", "x_window_system_font_server"),
    Option(49, "x-display-manager", IPS, "2132 8.10", "x_window_system_display_manager"),
    Option(50, "dhcp-requested-address", IP, "2132 9.1", "requested_ip_address"),
    Option(51, "dhcp-lease-time", U32, "2132 9.2", "ip_address_lease_time"),
    Option(52, "dhcp-option-overload", U8, "2132 9.3", "overload"),
    Option(53, "dhcp-message-type", U8, "2132 9.6"),
    Option(54, "dhcp-server-identifier", IP, "2132 9.7", "server_identifier"),
    Option(55, "dhcp-parameter-request-list", _U8S, "2132 9.8", "parameter_request_list"),
    Option(56, "dhcp-message", TEXT, "2132 9.9", "message"),
    Option(57, "dhcp-max-message-size", U16, "2132 9.10", "maximum_dhcp_message_size"),
    Option(58, "dhcp-renewal-time", U32, "2132 9.11", "renewal_time_value"),
    Option(59, "dhcp-rebinding-time", U32, "2132 9.12", "rebinding_time_value"),
    Option(60, "vendor-class-identifier", TEXT, "2132 9.13"),
    Option(61, "dhcp-client-identifier", _OCTETS, "2132 9.14", "client_identifier"),
    Option(62, "nwip-domain", TEXT, "2242 2", "netware_ip_domain_name"),
    Option(63, "nwip-suboptions", _NETWARE, "2242 3", "netware_ip_sub_options"),
    Option(64, "nisplus-domain", TEXT, "2132 8.11", "nis+_domain"),
    Option(65, "nisplus-servers", IPS, "2132 8.12", "nis+_servers"),
    Option(66, "tftp-server-name", TEXT, "2132 9.4"),
    Option(67, "bootfile-name", TEXT, "2132 9.5"),
    Option(68, "mobile-ip-home-agent", _IPS_OR_NONE, "2132 8.13", "mobile_ip_home_agents"),
    Option(69, "smtp-server", IPS, "2132 8.14", "smtp_servers"),
    Option(70, "pop-server", IPS, "2132 8.15", "pop_servers"),
    Option(71, "nntp-server", IPS, "2132 8.16", "nntp_servers"),
    Option(72, "www-server", IPS, "2132 8.17", "default_www_server"),
    Option(73, "finger-server", IPS, "2132 8.18", "default_finger_server"),
    Option(74, "irc-server", IPS, "2132 8.19", "default_irc_server"),
    Option(75, "streettalk-server", IPS, "2132 8.20"),
    Option(76, "streettalk-directory-assistance-server", IPS, "2132 8.21"),
    Option(77, "user-class", OPAQUE, "3004"),
    Option(78, "slp-directory-agent", _AGENTS, "2610 3", "directory_agent"),
    Option(79, "slp-service-scope", _SCOPES, "2610 4", "service_scope"),
    Option(80, "rapid-commit", _NOTHING, "4039 4"),
    Option(81, "fqdn", names.ClientFqdn(), "4702 2", "client_fqdn"),
    Option(82, "relay-agent-information", _RELAY, "3046 2", "relay_agent"),
    Option(83, "isns", _ISNS, "4174 2", "internet_storage_name_service"),
    Option(85, "nds-servers", IPS, "2241 2", "nds_server"),
    Option(86, "nds-tree-name", TEXT, "2241 3"),
    Option(87, "nds-context", TEXT, "2241 4"),
    Option(88, "bcms-controller-names", names.NAMES, "4280 4.1", "bcmcs_domain_list"),
    Option(89, "bcms-controller-address", IPS, "4280 4.3", "bcmcs_ipv4_list"),
    Option(90, "authentication", _OCTETS, "3118 2"),
    Option(91, "client-last-transaction-time", U32, "4388 6.1"),
    Option(92, "associated-ip", IPS, "4388 6.1"),
    Option(93, "pxe-system-type", _U16S, "4578 2.1", "client_system"),
    Option(94, "pxe-interface-id", _NDI, "4578 2.2", "client_ndi"),
    Option(95, "ldap", TEXT, "3679 3.1"),
    Option(97, "pxe-client-id", _OCTETS, "4578 2.3", "uuid_guid"),
    Option(98, "uap-servers", TEXT, "2485 3", "open_group_user_auth"),
    Option(99, "geoconf-civic", _OCTETS, "4776 3.1"),
    Option(100, "pcode", TEXT, "4833 2"),
    Option(101, "tcode", TEXT, "4833 2"),
    Option(108, "v6-only-preferred", U32, "8925 3.1"),
    Option(109, "dhcp4o6-s46-saddr", kinds.Ip6(), "8539 5.1"),
    Option(112, "netinfo-server-address", IPS, "3679 3.2", "netinfo_address"),
    Option(113, "netinfo-server-tag", TEXT, "3679 3.3", "netinfo_tag"),
    Option(114, "default-url", kinds.Uri(), "8910 2.1", "url captive-portal"),
    Option(116, "auto-config", _BOOL, "2563 2"),
    Option(117, "name-service-search", _U16S, "2937 2"),
    Option(118, "subnet-selection", IP, "3011 2"),
    Option(119, "domain-search", names.SEARCH, "3397 2"),
    Option(120, "sip-servers", names.SipServers(), "3361 3"),
    Option(121, "classless-static-route", _ROUTES, "3442"),
    Option(122, "cablelabs-client-configuration", _CABLELABS, "3495 4"),
    Option(123, "geoconf", _OCTETS, "6225 2.2.1"),
    Option(124, "vivco", tlv.VendorClass(), "3925 3", "vendor_class"),
    Option(125, "vivso", _VIVSO, "3925 4", "vendor_specific"),
    Option(128, "pxe-128", OPAQUE, "4578 2.4"),
    Option(129, "pxe-129", OPAQUE, "4578 2.4"),
    Option(130, "pxe-130", OPAQUE, "4578 2.4"),
    Option(131, "pxe-131", OPAQUE, "4578 2.4"),
    Option(132, "pxe-132", OPAQUE, "4578 2.4"),
    Option(133, "pxe-133", OPAQUE, "4578 2.4"),
    Option(134, "pxe-134", OPAQUE, "4578 2.4"),
    Option(135, "pxe-135", OPAQUE, "4578 2.4"),
    Option(136, "pana-agent", IPS, "5192 3"),
    Option(137, "v4-lost", names.NAME, "5223 3"),
    Option(138, "capwap-ac-v4", IPS, "5417 2"),
    Option(139, "ipv4-address-mos", _MOS_ADDRESSES, "5678 2", "ipv4_mos"),
    Option(140, "ipv4-fqdn-mos", _MOS_NAMES, "5678 3", "fqdn_mos"),
    Option(141, "sip-ua-cs-domains", names.NAMES, "6011 4.1"),
    Option(142, "ipv4-address-andsf", IPS, "6153 2"),
    Option(143, "v4-sztp-redirect", _OCTETS, "8572 8.1"),
    Option(144, "geoloc", _OCTETS, "6225 2.2.1"),
    Option(145, "forcerenew-nonce-capable", _U8S, "6704 3.1.1"),
    Option(146, "rdnss-selection", _RDNSS, "6731 4.3"),
    Option(147, "v4-dots-ri", names.NAME, "8973 5.2"),
    Option(148, "v4-dots-address", IPS, "8973 5.3"),
    Option(150, "tftp-server-address", IPS, "5859 3"),
    Option(151, "status-code", _STATUS, "6926 6.2.2"),
    Option(152, "base-time", U32, "6926 6.2.3"),
    Option(153, "start-time-of-state", U32, "6926 6.2.4"),
    Option(154, "query-start-time", U32, "6926 6.2.5"),
    Option(155, "query-end-time", U32, "6926 6.2.6"),
    Option(156, "dhcp-state", U8, "6926 6.2.7"),
    Option(157, "data-source", U8, "6926 6.2.8"),
    Option(158, "v4-pcp-server", _OCTETS, "7291 4"),
    Option(159, "v4-portparams", OPAQUE, "7618 9"),
    Option(161, "mud-url-v4", TEXT, "8520 10"),
    Option(162, "v4-dnr", _OCTETS, "9463 5"),
    Option(175, "etherboot", tlv.LooseSpace(tlv.Space()), "3679", "ipxe_test"),
    Option(176, "ip-telephone", OPAQUE, "3679"),
    Option(177, "packetcable", OPAQUE, "3679"),
    Option(208, "pxelinux-magic", _OCTETS, "5071 3"),
    Option(209, "loader-configfile", TEXT, "5071 4", "configuration_file"),
    Option(210, "loader-pathprefix", TEXT, "5071 5", "path_prefix"),
    Option(211, "loader-reboottime", U32, "5071 6", "reboot_time"),
    Option(212, "option-6rd", _SIXRD, "5969 7.1.1"),
    Option(213, "v4-access-domain", names.NAME, "5986 3.3"),
    Option(220, "subnet-allocation", _OCTETS, "6656 3"),
    Option(221, "virtual-subnet-selection", _OCTETS, "6607 3.1"),
    # For private use by the registry, but with one meaning everywhere (RFC 3942, RFC 2132 2).
    Option(249, "ms-classless-static-route", _ROUTES, "3942"),
    Option(252, "wpad-url", TEXT, "3942"),
)


def _lower(name: str) -> str:
    return name.strip().lower().replace("_", "-")


BY_CODE: dict[int, Option] = {row.code: row for row in TABLE}
BY_NAME: dict[str, Option] = {row.name: row for row in TABLE}
_NAMED: dict[str, Option] = BY_NAME | {_lower(alias): row for row in TABLE for alias in row.alias.split()}
assert len(BY_CODE) == len(BY_NAME) == len(TABLE), "a code or a name stands twice in the table"
assert len(_NAMED) == len(TABLE) + sum(len(row.alias.split()) for row in TABLE), (
    "an alias is also a name, or stands twice"
)

_ENTERPRISE = re.compile(r"\d{1,10}", re.ASCII)
_NUMBERED = re.compile(r"(?:option-)?(\d{1,3})", re.ASCII)


def row_of(code: int) -> Option:
    """Give the row of a code, or one made up for a code that has none."""
    return BY_CODE.get(code) or Option(code, f"option-{code}", OPAQUE, "")


def canonical(name: str) -> str:
    """Turn a name, alias or number into a key, with the names or numbers of what lies in it: "66", "82.5"; ValueError.

    In option 125 an enterprise number and a code lie, in 124 an enterprise number: "125.3561.2", "124.3561".
    """
    first, *inner = name.strip().split(".")
    code = _code(first)
    if not inner:
        return str(code)
    kind = row_of(code).kind
    vendors = isinstance(kind, tlv.VendorClass | tlv.VendorOptions)
    if not vendors and not isinstance(kind, tlv.Space | tlv.LooseSpace | kinds.Opaque):
        raise ValueError(f"option {code} ({row_of(code).name}) has no sub-options")
    depth = 2 if isinstance(kind, tlv.VendorOptions) else 1
    if len(inner) != depth:
        shape = f"{code}.ENTERPRISE.CODE" if depth == 2 else f"{code}.ENTERPRISE" if vendors else f"{code}.CODE"
        raise ValueError(f"{name.strip()!r} is not written as {shape}")
    if vendors and not (_ENTERPRISE.fullmatch(inner[0]) and int(inner[0]) <= 0xFFFFFFFF):
        raise ValueError(f"{inner[0]!r} is not an enterprise number")
    path = [str(int(inner[0]))] if vendors else []
    if len(path) < depth:
        sub = _subs(code, path).code(inner[-1])
        if not 0 < sub < 255:
            raise ValueError(f"{sub} is not the code of a sub-option (1 to 254)")
        path.append(str(sub))
    return ".".join((str(code), *path))


def name_of(key: str) -> str:
    """Give the name of a key: "66" is tftp-server-name, "82.5" relay-agent-information.link-selection."""
    code, *path = key.split(".")
    name = row_of(int(code)).name
    if not path:
        return name
    if len(path) == 1 and isinstance(row_of(int(code)).kind, tlv.VendorClass):
        return f"{name}.{path[0]}"
    return ".".join((name, *path[:-1], _subs(int(code), path).name(int(path[-1]))))


def _subs(code: int, path: list[str]) -> Subs:
    """Give the names of the space that lies in an option, of an enterprise where the path begins with one."""
    kind = row_of(code).kind
    if isinstance(kind, tlv.LooseSpace):
        kind = kind.space
    if isinstance(kind, tlv.VendorOptions):
        return kind.subs_of(int(path[0]))
    return kind.subs if isinstance(kind, tlv.Space) else NO_SUBS


def encode_text(key: str, text: str) -> bytes:
    """Turn a text form into octets; ValueError says what is wrong with it.

    Any option takes hex:.. text:.. ip:.. u8:.. u16:.. u32:.. too; a sub-option without a row is the text itself.
    """
    first, *path = key.split(".")
    code = int(first)
    if path:
        sub = -1 if isinstance(row_of(code).kind, tlv.VendorClass) else int(path[-1])
        octets, most = _subs(code, path).octets(sub, text), 255 if len(path) == 1 else 253
    else:
        kind = row_of(code).kind
        said = kinds.prefixed(text)
        octets, most = kind.encode(kind.parse(text)) if said is None else said, _MOST
    if len(octets) > most:
        raise ValueError(f"the value has {len(octets)} octets, where {most} is the most")
    return octets


def format_value(code: int, value: bytes) -> str:
    """Turn octets into a text form: the option's own, or hex:.. when they do not fit it."""
    return text_of(row_of(code).kind, value)


def part_of(key: str, value: bytes) -> bytes | None:
    """Give the octets of a sub-option ("82.1", "125.3561.11") out of those of its option; None: it is not there."""
    first, *path = key.split(".")
    kind = row_of(int(first)).kind
    try:
        if isinstance(kind, tlv.VendorClass):
            return dict(kind.decode(value)).get(int(path[0]))
        if isinstance(kind, tlv.VendorOptions):
            return dict(dict(kind.decode(value)).get(int(path[0]), ())).get(int(path[1]))
        return dict(tlv.split(value, ends=True)).get(int(path[0]))
    except Malformed:
        return None


def format_part(key: str, octets: bytes) -> str:
    """Turn the octets of a sub-option into its text form."""
    first, *path = key.split(".")
    code = -1 if isinstance(row_of(int(first)).kind, tlv.VendorClass) else int(path[-1])
    return _subs(int(first), path).text(code, octets)


def build(texts: Mapping[str, str]) -> dict[int, bytes]:
    """Turn keys and text forms into options; sub-options are put together by code, and replace those of a whole value.

    A whole value that is not made of sub-options stands alone.  ValueError names the option.
    """
    options: dict[int, bytes] = {}
    inner: dict[int, dict[str, bytes]] = {}
    for key, text in texts.items():
        first, dot, path = key.partition(".")
        try:
            octets = encode_text(key, text)
        except ValueError as error:
            raise ValueError(f"option {key} ({name_of(key)}): {error}") from None
        if dot:
            inner.setdefault(int(first), {})[path] = octets
        else:
            options[int(first)] = octets
    for code, values in inner.items():
        options[code] = _with(code, options.get(code, b""), values)
    return options


def _with(code: int, whole: bytes, values: Mapping[str, bytes]) -> bytes:
    """Put values into an option by their paths; the option as it was when it is not made of such values.

    An enterprise has 255 octets in all and should stand once (RFC 3925 4): its last codes are left out above that.
    """
    kind = row_of(code).kind
    try:
        if isinstance(kind, tlv.VendorClass):
            classes = dict(kind.decode(whole)) if whole else {}
            return kind.encode(tuple(sorted((classes | {int(path): value for path, value in values.items()}).items())))
        if isinstance(kind, tlv.VendorOptions):
            vendors = {number: dict(pairs) for number, pairs in kind.decode(whole)} if whole else {}
            for path, value in values.items():
                number, _, sub = path.partition(".")
                vendors.setdefault(int(number), {})[int(sub)] = value
            return kind.encode(tuple((number, tlv.fitting(subs)) for number, subs in sorted(vendors.items())))
        pairs = dict(tlv.split(whole, ends=True)) | {int(path): value for path, value in values.items()}
    except Malformed:
        return whole
    return tlv.join(tuple(sorted(pairs.items())))


def _code(name: str) -> int:
    name = _lower(name)
    match = _NUMBERED.fullmatch(name)
    if match:
        code = int(match[1])
        if not 0 < code < 255:
            raise ValueError(f"{code} is not the code of an option (1 to 254)")
        return code
    row = _NAMED.get(name)
    if row is None:
        close = get_close_matches(name, _NAMED, 1)
        raise ValueError(f"no DHCP option is called {name!r}" + (f"; did you mean {close[0]}?" if close else ""))
    return row.code
