"""Statements of dhcpd.conf that have no counterpart, one row each: why, and what to do instead."""

from __future__ import annotations

_NETBOOT = ("the boot file's fields are not written yet", "give options 66 and 67, where the clients take those")
_DNS = ("leases are not told to a DNS server yet", "keep the names in the DNS itself")
_OWN = ("the server decides it itself", "nothing needs to be done")
_PROCESS = ("it is about dhcpd's own process", "nothing needs to be done")
_FAILOVER = ("two servers do not share leases yet", "let one server answer")
_CODE = ("statements are not executed for each packet", "say it by classes, where patterns can")

# By the first words of a statement, the longest first.
NOT_CARRIED: tuple[tuple[str, tuple[str, str]], ...] = (
    ("filename", _NETBOOT),
    ("next-server", _NETBOOT),
    ("server-name", _NETBOOT),
    ("always-reply-rfc1048", _OWN),
    ("boot-unknown-clients", ("whom a network serves is said by unknown", 'set unknown = "ignore" in it')),
    ("ddns-", _DNS),
    ("update-", _DNS),
    ("do-forward-updates", _DNS),
    ("zone", _DNS),
    ("key", _DNS),
    ("client-updates", _DNS),
    ("failover", _FAILOVER),
    ("peer", _FAILOVER),
    ("if", _CODE),
    ("elsif", _CODE),
    ("else", _CODE),
    ("switch", _CODE),
    ("on", _CODE),
    ("set", _CODE),
    ("unset", _CODE),
    ("log", _CODE),
    ("execute", _CODE),
    ("eval", _CODE),
    ("define", _CODE),
    ("spawn", ("classes are not made while the server runs", "write one class for each value")),
    ("lease limit", ("a class has no limit of its own", "limit the pool")),
    ("lease-file-name", _PROCESS),
    ("pid-file-name", _PROCESS),
    ("log-facility", _PROCESS),
    ("local-port", ("the port is a setting of the server", "set port in [dhcp]")),
    ("omapi-", _PROCESS),
    ("db-time-format", _PROCESS),
    ("lease-id-format", _PROCESS),
    ("max-ack-delay", _OWN),
    ("delayed-ack", _OWN),
    ("ping-check", ("probe in [dhcp] says it for all networks", "set it, or probe_relayed, to false for no")),
    ("ping-timeout", ("question_deadline in [dhcp] says how long an answer is waited for", "set it there")),
    ("ping-cltt-secs", _OWN),
    ("server-identifier", ("the server writes its own address", "set address in [server]")),
    ("get-lease-hostnames", ("names are not looked up in the DNS", "give hostname with the reservations")),
    ("one-lease-per-client", _OWN),
    ("stash-agent-options", ("what the relay said is always kept", "nothing needs to be done")),
    ("use-lease-addr-for-default-route", ("each client has one router", "give option routers")),
    ("adaptive-lease-time-threshold", ("lease times are those of the network", "shorten lease_time")),
    ("abandon-lease-time", ("a declined address rests for a day", "ringboot lease release ends it")),
    ("dhcp-cache-threshold", ("every renewal is written down", "nothing needs to be done")),
    ("min-secs", ("clients are answered at once", "let one server answer")),
    ("limit-addrs-per-ia", _OWN),
    ("dynamic-bootp-lease-", ("bootp_lease_time says it for a network", "set it there")),
    ("infinite-is-reserved", ("a lease without an end is no reservation", "ringboot reservation add makes one")),
    ("site-option-space", ("private options have numbers here", "name them in [[dhcp.option]]")),
    ("vendor-option-space", _OWN),
)
UNKNOWN = ("Ringboot has no such statement", "look whether the clients need it")

# What changes nothing in these words.
HARMLESS = frozenset({
    "ddns-update-style none", "ddns-updates off", "ddns-updates false", "ping-check false", "ping-check off",
    "log-facility", "one-lease-per-client false", "one-lease-per-client off", "allow booting", "allow unknown-clients",
    "stash-agent-options true", "stash-agent-options on", "update-static-leases off", "get-lease-hostnames false",
    "deny client-updates", "ignore client-updates", "allow bootp", "deny bootp", "boot-unknown-clients true",
})  # fmt: skip


def why_not(text: str) -> tuple[str, str]:
    """Give why a statement that begins like this has no counterpart, and what to do instead."""
    return next((row for word, row in NOT_CARRIED if _is(word, text)), UNKNOWN)


def _is(word: str, text: str) -> bool:
    return text.startswith(word) if word.endswith("-") else f"{text} ".startswith(f"{word} ")
