"""The functions of a conf.py, called with the arguments that they name, of today or from before 2.0."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ringboot.compat.staticdhcpd import rfc
from ringboot.compat.staticdhcpd.definition import of_old
from ringboot.compat.staticdhcpd.packet import DHCPPacket

CURRENT: dict[str, tuple[str, ...]] = {
    "init": (),
    "filterPacket": ("packet", "method", "mac", "client_ip", "relay_ip", "port"),
    "handleUnknownMAC": ("packet", "method", "mac", "client_ip", "relay_ip", "port"),
    "filterRetrievedDefinitions": ("definitions", "packet", "method", "mac", "client_ip", "relay_ip", "port"),
    "loadDHCPPacket": ("packet", "method", "mac", "definition", "relay_ip", "port", "source_packet"),
}
_OLD: dict[str, tuple[str, ...]] = {
    "handleUnknownMAC": ("mac",),
    "loadDHCPPacket": ("packet", "mac", "client_ip", "relay_ip", "subnet", "serial", "pxe", "vendor"),
}


class PXEOptions(NamedTuple):
    """What a client said about itself at the PXE port: options 93, 94 and 97."""

    client_system: list[int]
    client_ndi: tuple[int, ...]
    uuid_guid: tuple[int, list[int]] | None


def adapted(name: str, function: Callable[..., Any]) -> Callable[[Mapping[str, Any]], Any]:
    """Give a function of all arguments by name; it hands on those that the hook takes.

    A hook that names its arguments otherwise gets today's in their order; TypeError when it takes another number.
    """
    names = CURRENT[name]
    try:
        taken = inspect.signature(function).parameters.values()
    except ValueError:  # something that is not written in Python: today's arguments
        return lambda said: function(*(said[each] for each in names))
    plain = [each.name for each in taken if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)]
    if tuple(plain) == _OLD.get(name):
        return _old(name, function)
    if any(each.kind is each.VAR_POSITIONAL for each in taken) or len(plain) != len(names) or set(plain) != set(names):
        _check(name, function, len(names))
        return lambda said: function(*(said[each] for each in names))
    return lambda said: function(**{each: said[each] for each in plain})


def _check(name: str, function: Callable[..., Any], count: int) -> None:
    try:
        inspect.signature(function).bind(*range(count))
    except TypeError as error:
        raise TypeError(f"{name}({', '.join(CURRENT[name])}) is called with {count} arguments: {error}") from None


def _old(name: str, function: Callable[..., Any]) -> Callable[[Mapping[str, Any]], Any]:
    if name == "handleUnknownMAC":
        return lambda said: of_old(function(str(said["mac"])))

    def load(said: Mapping[str, Any]) -> Any:
        source: DHCPPacket = said["source_packet"]
        definition = said["definition"]
        pxe = pxe_of(source) if said["port"] == said["pxe_port"] else None
        return function(
            said["packet"], str(said["mac"]), definition.ip, said["relay_ip"], definition.subnet, definition.serial,
            pxe, vendor_of(source),
        )  # fmt: skip

    return load


def pxe_of(packet: DHCPPacket) -> PXEOptions:
    """Read options 93, 94 and 97."""
    uuid = packet.getOption(97)
    return PXEOptions(
        packet.getOption(93, convert=True) or [],
        tuple(packet.getOption(94) or ()),
        (uuid[0], uuid[1:]) if uuid else None,
    )


def vendor_of(packet: DHCPPacket) -> tuple[Any, Any, Any, Any]:
    """Read options 43, 60, 124 and 125; one whose octets cannot be read counts as missing."""
    classes, options = packet.getOption(124), packet.getOption(125)
    return (
        packet.getOption(43),
        packet.getOption(60, convert=True),
        _tuple(rfc.rfc3925_decode, classes),
        _tuple(_nested, options),
    )


def _nested(octets: list[int]) -> dict[int, tuple[tuple[int, bytes], ...]]:
    return {at: tuple(inner.items()) for at, inner in rfc.rfc3925_125_decode(octets).items()}


def _tuple(read: Callable[[list[int]], Mapping[int, Any]], octets: list[int] | None) -> tuple[Any, ...] | None:
    try:
        return None if octets is None else tuple(read(octets).items())
    except ValueError:
        return None
