"""Whose a reservation is: by what it knows its client, one row a kind, the most exact first."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from ringboot.model.address import mac_octets, mac_text
from ringboot.model.evidence import sub_options

_CLIENT_ID, _AGENT = 61, 82
_CIRCUIT, _REMOTE = 1, 2  # of option 82 (RFC 3046 3.1, 3.2)
_PAIRS = re.compile(r"[0-9a-fA-F]{2}(?:[:-][0-9a-fA-F]{2})+")
_HEX = "hex:"
_LONGEST = 255

Name = tuple[str, bytes]  # a kind and the octets of a value


class Kind(NamedTuple):
    """A kind of reservation: `read` takes a person's spelling (ValueError), `write` gives the one that is kept."""

    name: str
    meaning: str
    read: Callable[[str], bytes]
    write: Callable[[bytes], str]
    is_place: bool  # it names where the client is plugged in, and holds for whoever is there


def _client_id(text: str) -> bytes:
    bare = re.sub(r"[:\s-]", "", text).lower()
    if len(bare) < 4 or len(bare) % 2 or not re.fullmatch(r"[0-9a-f]+", bare):
        raise ValueError(f"{text!r} is not a client identifier: pairs of hex digits, two octets or more")
    return bytes.fromhex(bare)


def _told_by_relay(text: str) -> bytes:
    """Read what a relay says: text, or octets as hex:0004 or 00:04."""
    octets = text.encode()
    if text.startswith(_HEX) or _PAIRS.fullmatch(text):
        try:
            octets = bytes.fromhex(re.sub(r"[:-]", "", text.removeprefix(_HEX)))
        except ValueError:
            raise ValueError(f"{text!r} is not pairs of hex digits behind hex:") from None
    if not 0 < len(octets) <= _LONGEST:
        raise ValueError(f"{text!r:.60} is not what a relay can say: 1 to {_LONGEST} octets, as text or hex:...")
    return octets


def _as_relay_told(octets: bytes) -> str:
    """Write it as text where that reads back as the same octets."""
    text = octets.decode("ascii", "replace")
    is_plain = text.isprintable() and text == text.strip() and not text.startswith(_HEX) and not _PAIRS.fullmatch(text)
    return text if octets.isascii() and is_plain else _HEX + octets.hex()


KINDS: tuple[Kind, ...] = (
    Kind("client-id", "The client's identifier (option 61), as hex.", _client_id, bytes.hex, is_place=False),
    Kind("mac", "The client's MAC.", mac_octets, mac_text, is_place=False),
    Kind("circuit-id", "The port, as its relay calls it (option 82.1), as text or hex:...",
         _told_by_relay, _as_relay_told, is_place=True),
    Kind("remote-id", "The client, or its switch, as the relay calls it (option 82.2), as text or hex:...",
         _told_by_relay, _as_relay_told, is_place=True),
)  # fmt: skip
BY_NAME = {kind.name: kind for kind in KINDS}
PLACES = frozenset(kind.name for kind in KINDS if kind.is_place)


def octets_of(kind: str, text: str) -> bytes:
    """Read the value of a reservation; ValueError."""
    row = BY_NAME.get(kind)
    if row is None:
        raise ValueError(f"{kind!r} is no kind of reservation; kinds are {', '.join(BY_NAME)}")
    return row.read(text)


def norm(kind: str, text: str) -> str:
    """Bring any spelling of a value to the one that is kept; ValueError."""
    octets = octets_of(kind, text)
    return BY_NAME[kind].write(octets)


def names_of(mac: bytes, options: Mapping[int, bytes]) -> tuple[Name, ...]:
    """Give all by which a client can be known that says this, the most exact first."""
    client_id, agent = options.get(_CLIENT_ID), options.get(_AGENT)
    names: tuple[Name, ...] = (("mac", mac),) if client_id is None else (("client-id", client_id), ("mac", mac))
    if agent is None:
        return names
    told = sub_options(agent)
    places = (("circuit-id", told.get(_CIRCUIT)), ("remote-id", told.get(_REMOTE)))
    return names + tuple((kind, value) for kind, value in places if value is not None)
