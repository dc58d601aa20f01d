"""Options of dnsmasq.conf: names, and values as octets."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ringboot.compat.importers.dnsmasq_text import Field
from ringboot.compat.importers.values import CannotSay, check_code, encoded, written
from ringboot.dhcp import options as table
from ringboot.model.address import ip_number, ip_wire
from ringboot.wire import kinds

# dnsmasq's names that are not ours.
NAMES = {
    "netmask": 1, "router": 3, "dns-server": 6, "log-server": 7, "lpr-server": 9, "hostname": 12,
    "boot-file-size": 13, "extension-path": 18, "ip-forward-enable": 19, "max-datagram-reassembly": 22,
    "default-ttl": 23, "mtu": 26, "broadcast": 28, "router-solicitation": 32, "static-route": 33, "arp-timeout": 35,
    "ethernet-encap": 36, "tcp-ttl": 37, "tcp-keepalive": 38, "nis-server": 41, "ntp-server": 42, "vendor-encap": 43,
    "netbios-ns": 44, "netbios-dd": 45, "netbios-nodetype": 46, "x-windows-fs": 48, "x-windows-dm": 49,
    "requested-address": 50, "lease-time": 51, "option-overload": 52, "message-type": 53, "server-identifier": 54,
    "parameter-request": 55, "max-message-size": 57, "t1": 58, "t2": 59, "vendor-class": 60, "client-id": 61,
    "nis+-domain": 64, "nis+-server": 65, "tftp-server": 66, "mobile-ip-home": 68, "pop3-server": 70,
    "agent-info": 82, "client-arch": 93, "client-interface-id": 94, "client-machine-id": 97, "posix-timezone": 100,
    "tzdb-timezone": 101, "ipv6-only": 108, "subnet-select": 118, "sip-server": 120,
    "classless-static-route": 121, "vendor-id-encap": 125,
}  # fmt: skip

_PAIRS = re.compile(r"[0-9a-fA-F]{1,2}(?::[0-9a-fA-F]{1,2})+:?|[0-9a-fA-F]{2}:")
_NUMBER = re.compile(r"(-?\d{1,10}|0x[0-9a-fA-F]{1,8})([bsi]?)")
_SIZES = {"b": 1, "s": 2, "i": 4}
_NOBODY = "0.0.0.0"  # stands for the server's own address


def code_of(text: str) -> int:
    """Give the code of option:NAME or of a number; CannotSay."""
    name = text.removeprefix("option:").lower()
    if name in NAMES:
        return NAMES[name]
    try:
        return int(table.canonical(name))
    except ValueError as error:
        raise CannotSay(str(error), "name it by its code") from None


def option_text(code: int, values: Sequence[Field]) -> str:
    """Give our text of a value; CannotSay."""
    check_code(code)
    texts = [each.text for each in values]
    kind = table.row_of(code).kind
    if code == 121 and len(texts) % 2 == 0:
        return encoded("121", ", ".join(f"{to} via {by}" for to, by in zip(texts[::2], texts[1::2], strict=True)))
    if isinstance(kind, kinds.Text | kinds.Opaque) or code in (43, 120, 125):
        return written(str(code), octets_of(values, is_text=isinstance(kind, kinds.Text)))
    if _NOBODY in texts and all(re.fullmatch(r"[\d.]+", text) for text in texts):
        return ", ".join("{server}" if text == _NOBODY else text for text in texts)
    if len(texts) == 1 and _PAIRS.fullmatch(texts[0]):
        return written(str(code), octets_of(values))
    suffix = _NUMBER.fullmatch(texts[0]) if len(texts) == 1 else None
    return encoded(str(code), suffix[1] if suffix else ", ".join(texts))


def octets_of(values: Sequence[Field], *, is_text: bool = False) -> bytes:
    """Read a value whose kind is not known, as dnsmasq guesses it: hex pairs, a number, addresses, else text."""
    text = ",".join(each.text for each in values)
    if is_text or any(each.is_quoted for each in values):
        return text.encode()
    if _PAIRS.fullmatch(text):
        return bytes(int(pair, 16) for pair in text.rstrip(":").split(":"))
    number = _NUMBER.fullmatch(text)
    if number:
        base = 16 if number[1].startswith("0x") else 10  # zeros before a decimal number mean nothing
        return _number(int(number[1], base), _SIZES.get(number[2], 0))
    try:
        return b"".join(ip_wire(ip_number(each.text)) for each in values)
    except ValueError:
        return text.encode()


def _number(value: int, size: int) -> bytes:
    size = size or next((each for each in (1, 2) if 0 <= value < 1 << 8 * each), 4)
    try:
        return value.to_bytes(size, "big", signed=value < 0)
    except OverflowError:
        raise CannotSay(f"{value} does not fit into {size} octets", "correct it") from None
