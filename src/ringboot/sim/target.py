"""Where a simulation goes: the ports of a Ringboot, and the address that its phones ask DHCP from."""

from __future__ import annotations

import ipaddress
from typing import NamedTuple

from ringboot.model.address import ip_number, ip_text
from ringboot.setup.settings import Network, Settings

LOOPBACK = ipaddress.ip_network("127.0.0.0/8")


class Target(NamedTuple):
    """The server, as phones reach it; `relay` is an address of ours in the network that they are to be served from."""

    server: str = "127.0.0.1"
    dhcp: int = 67
    tftp: int = 69
    http: int = 8667
    relay: str = ""


def target_of(settings: Settings) -> Target:
    """Read where a daemon of this configuration is reached on the loopback; `relay` is empty where it serves none."""
    tftp, http = settings.tftp.listen, settings.http.listen
    plain = Target()
    relays = (address for network in settings.dhcp.networks if (address := _relay_in(network)))
    return Target(
        plain.server,
        settings.dhcp.port,
        tftp.port if tftp else plain.tftp,
        http.port if http else plain.http,
        next(relays, ""),
    )


def is_here(address: str) -> bool:
    """Tell whether an address is of the loopback, where a simulation disturbs nobody."""
    return ipaddress.ip_address(address) in LOOPBACK


def _relay_in(network: Network) -> str:
    """Find an address of the loopback that belongs to a network and is given to nobody; empty when there is none."""
    subnet = network.subnet
    if not network.ranges or not is_here(ip_text(subnet.number)):
        return ""
    number = subnet.number + 1
    taken = {ip_number("127.0.0.1"), *_routers(network)}
    for first, end in sorted((each.first, each.last) for each in network.ranges):
        while number in taken:
            number += 1
        if number >= first:
            number = max(number, end + 1)
    while number in taken:
        number += 1
    return ip_text(number) if number < subnet.last else ""


def _routers(network: Network) -> set[int]:
    text = network.options.get("routers", network.options.get("3", ""))
    return {ip_number(each) for each in text.split(",") if each.strip()}
