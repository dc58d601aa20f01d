"""A client's name: what it says of it (options 12 and 81), what is made of that, and what it is told (RFC 4702)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ringboot.dhcp.message import tlv
from ringboot.wire.names import ClientFqdn, Fqdn
from ringboot.wire.reader import Malformed

HOST_NAME, CLIENT_FQDN = 12, 81

_S, _O, _E, _N = 1, 2, 4, 8  # RFC 4702 2.1
_NO_RESULT = 255  # what a server writes into both result codes (RFC 4702 2.2)
_LONGEST = 63  # octets of a label
_KIND = ClientFqdn()
_NOT_ALLOWED = re.compile(r"[^a-z0-9-]+")


def read_fqdn(options: Mapping[int, bytes]) -> Fqdn | None:
    """Read option 81; None when there is none, or none that can be used (RFC 4702 3.1: N and S exclude each other)."""
    value = options.get(CLIENT_FQDN)
    if value is None:
        return None
    try:
        said = _KIND.decode(value)
    except Malformed:
        return None
    return None if said.flags & _N and said.flags & _S else said


def label_of(name: str) -> str:
    """Make a host's label of a name: its first, of letters, digits and inner hyphens; empty when nothing is left."""
    first = name.partition(".")[0].lower()
    return _NOT_ALLOWED.sub("-", first).strip("-")[:_LONGEST].strip("-")


def name_of(domain: str, reserved: str, options: Mapping[int, bytes]) -> str:
    """Give the full name of a client, without a dot at its end; empty when it has none.

    The name of its reservation counts first, then what it says in option 81, then in option 12.
    """
    asked = read_fqdn(options)
    plain = options.get(HOST_NAME, b"").decode("utf-8", "replace")
    label = next(filter(None, map(label_of, (reserved, asked.name if asked else "", plain))), "")
    return f"{label}.{domain}" if label and domain else ""


def wants_no_update(options: Mapping[int, bytes]) -> bool:
    """Say whether a client asks that nobody write its name into the DNS (flag N)."""
    asked = read_fqdn(options)
    return asked is not None and bool(asked.flags & _N)


def fqdn_option(options: Mapping[int, bytes], name: str, *, updates: bool) -> bytes:
    """Write what a client that sent option 81 is told: its name, and who writes it into the DNS (RFC 4702 4).

    `updates`: we do, both ways.  Else, or where the client wants it so, nobody does as far as we are concerned.
    """
    asked = read_fqdn(options)
    if asked is None or not name:
        return b""
    flags = asked.flags & _E
    if not updates or asked.flags & _N:
        flags |= _N
    else:
        flags |= _S
    if flags & _S != asked.flags & _S:
        flags |= _O
    return tlv(CLIENT_FQDN, _KIND.encode(Fqdn(flags, _NO_RESULT, _NO_RESULT, name + ("." if flags & _E else ""))))
