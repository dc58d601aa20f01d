"""Keys of Kea's configuration that have no counterpart, one row each: why, and what to do instead."""

from __future__ import annotations

from typing import Any

_NETBOOT = ("the boot file's fields are not written yet", "give options 66 and 67, where the clients take those")
_DNS = ("leases are not told to a DNS server yet", "keep the names in the DNS itself")
_LOG = ("it is about Kea's own processes", "nothing needs to be done: the log goes to standard error")
_HOOK = ("Kea's hooks do not run here", "look whether ringboot.toml has a setting for what it did")
_STORE = ("leases are kept in the journal of the data folder", "import them: ringboot import kea FILE --leases LEASES")
_OWN = ("the server decides it itself", "nothing needs to be done")
_CLASSES = ("a client's classes follow from what it sends only", "say it in the match of a class")

# key -> why, instead.  Keys that stand nowhere are named as unknown.
NOT_CARRIED: dict[str, tuple[str, str]] = {
    "next-server": _NETBOOT,
    "boot-file-name": _NETBOOT,
    "server-hostname": _NETBOOT,
    "dhcp-ddns": _DNS,
    "ddns-send-updates": _DNS,
    "ddns-override-no-update": _DNS,
    "ddns-override-client-update": _DNS,
    "ddns-replace-client-name": _DNS,
    "ddns-generated-prefix": _DNS,
    "ddns-qualifying-suffix": _DNS,
    "ddns-update-on-renew": _DNS,
    "ddns-use-conflict-resolution": _DNS,
    "ddns-conflict-resolution-mode": _DNS,
    "ddns-ttl-percent": _DNS,
    "hostname-char-set": _DNS,
    "hostname-char-replacement": _DNS,
    "loggers": _LOG,
    "control-socket": ("the API has a socket of its own", "set api_socket in [server] for another place"),
    "control-sockets": ("the API has a socket of its own", "set api_socket in [server] for another place"),
    "hooks-libraries": _HOOK,
    "parked-packet-limit": _HOOK,
    "lease-database": _STORE,
    "sanity-checks": _STORE,
    "hosts-database": ("reservations are kept in fleet.db", "ringboot reservation import takes them from a CSV file"),
    "hosts-databases": ("reservations are kept in fleet.db", "ringboot reservation import takes them from a CSV file"),
    "config-control": ("the configuration is ringboot.toml alone", "write what is in the database into a file first"),
    "server-tag": ("the configuration is ringboot.toml alone", "nothing needs to be done"),
    "multi-threading": _OWN,
    "expired-leases-processing": _OWN,
    "dhcp-queue-control": _OWN,
    "statistic-default-sample-count": _OWN,
    "statistic-default-sample-age": _OWN,
    "host-reservation-identifiers": ("a client's identifier is looked at before its MAC", "look for clients with two"),
    "decline-probation-period": ("a declined address rests for a day", "ringboot lease release ends it"),
    "offer-lifetime": ("an offer is kept for a minute", "nothing needs to be done"),
    "cache-threshold": ("every renewal is written down", "nothing needs to be done"),
    "cache-max-age": ("every renewal is written down", "nothing needs to be done"),
    "store-extended-info": ("what relays say is always kept", "nothing needs to be done"),
    "allocator": ("free addresses are given in order", "nothing needs to be done"),
    "dhcp4o6-port": ("DHCPv4 over DHCPv6 is not served", "keep Kea for it"),
    "4o6-interface": ("DHCPv4 over DHCPv6 is not served", "keep Kea for it"),
    "4o6-interface-id": ("DHCPv4 over DHCPv6 is not served", "keep Kea for it"),
    "4o6-subnet": ("DHCPv4 over DHCPv6 is not served", "keep Kea for it"),
    "reservation-mode": ("reservations of a network are always looked at", "nothing needs to be done"),
    "reservations-global": ("reservations belong to networks", "those of one address went to its network"),
    "reservations-in-subnet": ("reservations of a network are always looked at", "remove them"),
    "reservations-out-of-pool": ("a reservation inside a pool always counts", "nothing needs to be done"),
    "reservations-lookup-first": ("reservations are always looked at first", "nothing needs to be done"),
    "ip-reservations-unique": ("an address is kept for one client", "give each client an address of its own"),
    "early-global-reservations-lookup": _CLASSES,
    "only-if-required": _CLASSES,
    "only-in-additional-list": _CLASSES,
    "require-client-classes": _CLASSES,
    "evaluate-additional-classes": _CLASSES,
    "client-classes": _CLASSES,
    "template-test": ("classes are not made while the server runs", "write one class for each value"),
    "compatibility": ("packets are read as the RFCs say", "look for clients that need it"),
    "echo-client-id": ("the identifier is given back (RFC 6842)", "look for clients that cannot bear it"),
    "dhcp-socket-type": ("clients without an address are reached by raw frames", "nothing needs to be done"),
    "outbound-interface": ("answers leave as the kernel's routes say", "nothing needs to be done"),
    "service-sockets-max-retries": _OWN,
    "service-sockets-retry-wait-time": _OWN,
    "re-detect": ("interfaces are watched all the time", "nothing needs to be done"),
    "4o6": _OWN,
    "user-context": ("it says nothing about answers", "keep it as a comment"),
}

# What changes nothing with these values.
HARMLESS: dict[str, tuple[Any, ...]] = {
    "next-server": ("0.0.0.0", ""),
    "boot-file-name": ("",),
    "server-hostname": ("",),
    "echo-client-id": (True,),
    "reservation-mode": ("all", "out-of-pool"),
    "reservations-global": (False,),
    "reservations-in-subnet": (True,),
    "reservations-out-of-pool": (True, False),
    "reservations-lookup-first": (True,),
    "ip-reservations-unique": (True,),
    "ddns-send-updates": (False,),
    "only-if-required": (False,),
    "only-in-additional-list": (False,),
    "dhcp-socket-type": ("raw",),
    "outbound-interface": ("same-as-inbound", "use-routing"),
    "store-extended-info": (True, False),
    "re-detect": (True,),
    "4o6-interface": ("",),
    "4o6-interface-id": ("",),
    "4o6-subnet": ("",),
    "multi-threading": (),
    "decline-probation-period": (86400,),
    "hostname-char-set": ("[^A-Za-z0-9.-]",),
}

UNKNOWN = ("Ringboot has no such setting", "look whether the networks need it")
# Kea's names of options that are not ours.
NAMES = {
    "name-servers": 5,
    "nwip-domain-name": 62,
    "nisplus-domain-name": 64,
    "boot-file-name": 67,
    "v4-captive-portal": 114,
    "vivco-suboptions": 124,
    "vivso-suboptions": 125,
}
