"""What a DHCP client said of itself, packed into one run of octets: code, two octets of length, value."""

from __future__ import annotations

from collections.abc import Mapping

KEPT = (12, 43, 55, 60, 61, 77, 81, 82, 93, 97, 125)  # the options that travel with a lease change
ARCHITECTURE = 93
NONCE = 90  # what the client will know us by (RFC 6704); it stands first, and no client can say it
_XID_OCTETS = 4
GIADDR = 0  # the relay's address travels under the pad code, which no client can send
_HEADS = {code: [bytes((code, 0, size)) for size in range(256)] for code in KEPT}  # every client is packed once a lease
_REMEMBERED = 1024
_NONCE = bytes((NONCE,))
_shapes: dict[tuple[int, ...], tuple[int, ...]] = {}


def pack(options: Mapping[int, bytes], giaddr: int = 0) -> bytes:
    """Pack the kept options, in a fixed order so that equal evidence is equal bytes."""
    parts = [b"\x00\x00\x04", giaddr.to_bytes(4, "big")] if giaddr else []
    shape = tuple(options)
    for code in _shapes.get(shape) or _kept(shape):
        value = options[code]
        size = len(value)
        parts += (_HEADS[code][size] if size < 256 else bytes((code, size >> 8, size & 255)), value)
    return b"".join(parts)


def _kept(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Tell which of these codes are kept, and remember it: clients of one kind send the same codes."""
    if len(_shapes) >= _REMEMBERED:
        _shapes.clear()
    codes = _shapes[shape] = tuple(code for code in KEPT if code in shape)
    return codes


def nonce_of(packed: bytes) -> bytes:
    """Give the nonce that the client was told; empty when it was told none."""
    return packed[3 : 3 + packed[2] - _XID_OCTETS] if packed[:1] == _NONCE else b""


def xid_of(packed: bytes) -> bytes:
    """Give the transaction id that stands with a nonce: of the last exchange with the client."""
    return packed[3 + packed[2] - _XID_OCTETS : 3 + packed[2]] if packed[:1] == _NONCE else bytes(_XID_OCTETS)


def bare(packed: bytes) -> bytes:
    """Give what the client said, without the nonce."""
    return packed[3 + packed[2] :] if packed[:1] == _NONCE and len(packed) > 2 else packed


def with_nonce(packed: bytes, nonce: bytes, xid: bytes) -> bytes:
    """Keep a nonce, and the id of the last exchange, with what a client said; nothing when there is no nonce."""
    return _NONCE + bytes((0, len(nonce) + _XID_OCTETS)) + nonce + xid + bare(packed) if nonce else bare(packed)


def unpack(packed: bytes) -> dict[int, bytes]:
    """Give the options back; a truncated tail is left out, and so is the nonce, which nobody is to see."""
    packed = bare(packed)
    options: dict[int, bytes] = {}
    place = 0
    while place + 3 <= len(packed):
        code, size = packed[place], packed[place + 1] << 8 | packed[place + 2]
        if place + 3 + size > len(packed):
            break
        options[code] = packed[place + 3 : place + 3 + size]
        place += 3 + size
    return options


def text(name: str, options: Mapping[int, bytes], mac: bytes) -> str | None:
    """Give one named piece of evidence (dhcp.60, dhcp.43.2, dhcp.oui, dhcp.mac) as text; None when it is absent."""
    if name == "dhcp.mac":
        return mac.hex(":") if mac else None
    if name == "dhcp.oui":
        return mac[:3].hex() if len(mac) >= 3 else None
    code, _, sub = name.removeprefix("dhcp.").partition(".")
    value = options.get(int(code)) if code.isdecimal() else None
    if sub and value is not None:
        value = sub_options(value).get(int(sub))
    return None if value is None else value.decode("latin-1").rstrip("\0")


def readings(name: str, options: Mapping[int, bytes], mac: bytes) -> tuple[str, ...]:
    """Give all texts that a condition on this evidence may be met by; none when it is absent.

    Beside the names of `text`: dhcp.N.octets is a value with the NULs at its end, dhcp.77.each a user class whole and
    each of its parts (RFC 3004 4; many clients send a bare text), dhcp.93.each each architecture as a number.
    """
    stem, _, how = name.rpartition(".")
    if how not in ("each", "octets"):
        found = text(name, options, mac)
        return () if found is None else (found,)
    code = int(stem.removeprefix("dhcp."))
    value = options.get(code)
    if value is None:
        return ()
    if how == "octets":
        return (value.decode("latin-1"),)
    if code == ARCHITECTURE:
        return tuple(str(int.from_bytes(value[at : at + 2], "big")) for at in range(0, len(value) - 1, 2))
    return tuple(each.decode("latin-1").rstrip("\0") for each in (value, *_parts(value)))


def _parts(value: bytes) -> list[bytes]:
    """Take a value apart that holds values, each behind an octet of length; none when it is not made like that."""
    parts, place = [], 0
    while place < len(value):
        end = place + 1 + value[place]
        parts.append(value[place + 1 : end])
        place = end
    return parts if place == len(value) else []


def texts(options: Mapping[int, bytes], mac: bytes) -> dict[str, str]:
    """Give all evidence of a DHCP client that a pattern can be matched with."""
    names = ["dhcp.mac", "dhcp.oui", *(f"dhcp.{code}" for code in options if code not in (GIADDR, 43))]
    names += [f"dhcp.43.{sub}" for sub in sub_options(options.get(43, b""))]
    found = {name: text(name, options, mac) for name in names}
    return {name: value for name, value in found.items() if value is not None}


def circuit_of(options: Mapping[int, bytes], giaddr: int) -> bytes | None:
    """Give what tells a relay's port from all others: the relay, its circuit id and its remote id; None without both.

    Many relays call their ports alike.
    """
    told = sub_options(options[82]) if 82 in options else {}
    parts = [bytes((code, len(told[code]))) + told[code] for code in (1, 2) if code in told]
    return giaddr.to_bytes(4, "big") + b"".join(parts) if parts else None


def circuit_in(packed: bytes) -> bytes | None:
    """Give the circuit that packed evidence names."""
    options = unpack(packed)
    return circuit_of(options, int.from_bytes(options.get(GIADDR, b""), "big"))


def sub_options(value: bytes) -> dict[int, bytes]:
    """Take an option apart that holds options (RFC 2132 8.4, RFC 3046 2.0); what does not fit any more is left out."""
    found: dict[int, bytes] = {}
    place = 0
    while place + 1 < len(value) and value[place] != 255:
        code, size = value[place], value[place + 1]
        if code == 0:
            place += 1
            continue
        if place + 2 + size > len(value):
            break
        found[code] = value[place + 2 : place + 2 + size]
        place += 2 + size
    return found
