"""Words of dnsmasq.conf that have no counterpart: why, and what to do instead."""

from __future__ import annotations

_NETBOOT = ("the boot file's fields are not written yet", "give options 66 and 67, where the clients take those")
_DNS = ("Ringboot is no DNS server", "keep dnsmasq for names, without dhcp-range")
_TFTP = ("files are served from the folders of plugins", "keep dnsmasq for them, or write a plugin")
_OWN = ("the server decides it itself", "nothing needs to be done")
_PROCESS = ("it is about dnsmasq's own process", "nothing needs to be done")
_SIX = ("only IPv4 is served", "keep dnsmasq for it")

NOT_CARRIED: dict[str, tuple[str, str]] = {
    "dhcp-boot": _NETBOOT,
    "pxe-service": _NETBOOT,
    "pxe-prompt": _NETBOOT,
    "dhcp-pxe-vendor": _NETBOOT,
    "dhcp-option-pxe": _NETBOOT,
    "dhcp-no-override": _OWN,
    "dhcp-lease-max": ("the pools say how many there can be", "make the pools smaller"),
    "dhcp-leasefile": ("leases are kept in the journal of the data folder", "take them over with --leases"),
    "leasefile-ro": ("leases are kept in the journal of the data folder", "take them over with --leases"),
    "dhcp-script": ("no program is run for leases", "ask: ringboot lease list --json"),
    "dhcp-luascript": ("no program is run for leases", "ask: ringboot lease list --json"),
    "dhcp-scriptuser": ("no program is run for leases", "ask: ringboot lease list --json"),
    "script-arp": ("no program is run for leases", "ask: ringboot lease list --json"),
    "dhcp-ignore": ("clients are ignored only where they are unknown", 'set unknown = "ignore" in the network'),
    "dhcp-ignore-names": ("names of clients are only shown", "nothing needs to be done"),
    "dhcp-generate-names": ("names of clients are only shown", "nothing needs to be done"),
    "dhcp-broadcast": ("clients that ask for broadcast get it", "look for clients that cannot do without"),
    "dhcp-subscrid": ("a class can ask for it under options only", 'match options "82.6"'),
    "dhcp-proxy": ("relays name the server themselves (RFC 5107)", "nothing needs to be done"),
    "dhcp-relay": ("Ringboot is no relay agent", "keep dnsmasq for it"),
    "dhcp-duid": _SIX,
    "enable-ra": _SIX,
    "ra-param": _SIX,
    "dhcp-alternate-port": ("the port is a setting of the server", "set port in [dhcp]"),
    "dhcp-client-update": _DNS,
    "dhcp-fqdn": _DNS,
    "dhcp-name-match": ("names are matched by classes", "match hostname"),
    "dhcp-ttl": _DNS,
    "tag-if": ("tags are not computed from tags", "write a class that matches both"),
    "dhcp-optsdir": ("files are not watched", "ringboot reload takes changes up"),
    "dhcp-hostsdir": ("files are not watched", "ringboot reservation import takes a CSV file"),
    "read-ethers": ("reservations are not read from /etc/ethers", "ringboot reservation import takes a CSV file"),
    "enable-tftp": _TFTP,
    "bridge-interface": ("interfaces are served each for itself", "name the bridge in [dhcp]"),
    "no-dhcp-interface": ("only the named interfaces are served", "nothing needs to be done"),
    "no-dhcpv4-interface": ("only the named interfaces are served", "nothing needs to be done"),
    "except-interface": ("only the named interfaces are served", "nothing needs to be done"),
    "listen-address": ("interfaces are named, not addresses", "add --interface"),
    "bind-interfaces": _OWN,
    "bind-dynamic": _OWN,
    "user": _PROCESS,
    "group": _PROCESS,
    "pid-file": _PROCESS,
    "log-dhcp": _PROCESS,
    "log-facility": _PROCESS,
    "log-async": _PROCESS,
    "quiet-dhcp": _PROCESS,
    "keep-in-foreground": _PROCESS,
    "no-daemon": _PROCESS,
    "no-ping": ("probe in [dhcp] says it for all networks", "set probe = false there"),
}
HARMLESS = frozenset({"dhcp-sequential-ip", "dhcp-reply-delay", "leasequery", "port"})


def why_not(word: str) -> tuple[str, str]:
    """Give why a word has no counterpart; what is not about DHCP is about names."""
    if word.startswith("tftp-"):
        return _TFTP
    if word.startswith(("dhcp-", "pxe-")):
        return NOT_CARRIED.get(word, ("Ringboot has no such setting", "look whether the clients need it"))
    return NOT_CARRIED.get(word, _DNS)
