"""FORCERENEW with a nonce: a server asks a client to renew, and proves that it is the one (RFC 3203, RFC 6704)."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import NamedTuple

from ringboot.dhcp.message import BOOTREPLY, COOKIE, FORCERENEW, HEADER, LEAST, tlv

CAPABLE = 145  # what the client can: a list of algorithms (RFC 6704 3.1.1)
AUTHENTICATION = 90
NONCE_OCTETS = 16

_HMAC_MD5 = 1
_PROTOCOL = 3  # reconfigure key (RFC 6704 3.1.2)
_MONOTONIC = 0  # the replay detection field only ever grows (RFC 3118 2)
_NONCE, _DIGEST = b"\x01", b"\x02"


class Addressee(NamedTuple):
    """Whom a FORCERENEW is for."""

    address: int
    htype: int
    mac: bytes
    client_id: bytes | None
    nonce: bytes


def is_capable(options: Mapping[int, bytes]) -> bool:
    """Say whether a client can be asked to renew, by the one algorithm that there is."""
    return _HMAC_MD5 in options.get(CAPABLE, b"")


def nonce_option(nonce: bytes, replay: int) -> bytes:
    """Write the option of an ACK by which the client learns its nonce (RFC 6704 3.1.2)."""
    return tlv(AUTHENTICATION, _authentication(replay) + _NONCE + nonce)


def forcerenew(to: Addressee, server: int, xid: bytes, replay: int) -> bytes:
    """Write a FORCERENEW, signed by the nonce over all of it (RFC 6704 3.1.3); `replay` grows from one to the next."""
    head = HEADER.pack(
        BOOTREPLY, to.htype, len(to.mac), 0, xid, 0, 0, to.address, 0, 0, 0, to.mac, b"", b"", COOKIE
    ) + tlv(53, bytes((FORCERENEW,)))  # fmt: skip
    head += tlv(54, server.to_bytes(4, "big")) + (b"" if to.client_id is None else tlv(61, to.client_id))

    def with_digest(digest: bytes) -> bytes:
        return (head + tlv(AUTHENTICATION, _authentication(replay) + _DIGEST + digest) + b"\xff").ljust(LEAST, b"\0")

    return with_digest(hmac.digest(to.nonce, with_digest(bytes(16)), "md5"))


def _authentication(replay: int) -> bytes:
    return bytes((_PROTOCOL, _HMAC_MD5, _MONOTONIC)) + replay.to_bytes(8, "big")
