"""Which network an address lies in, and whether we lease there."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ringboot.model.address import ip_number, prefix_mask
from ringboot.model.site import Network


class Networks:
    """The networks of a site; `reserved` names those that hold a reservation."""

    def __init__(self, networks: Iterable[Network] = (), reserved: Collection[str] = ()) -> None:
        self._by_prefix: dict[int, dict[int, Network]] = {}
        self._leased = set(reserved)
        for network in networks:
            self._by_prefix.setdefault(network.prefix, {})[network.subnet & prefix_mask(network.prefix)] = network
            if network.pools:
                self._leased.add(network.name)
        self._prefixes = [(prefix, prefix_mask(prefix)) for prefix in sorted(self._by_prefix, reverse=True)]

    def of(self, address: str) -> Network | None:
        """Give the network with the longest prefix that holds a dotted address."""
        number = ip_number(address)
        for prefix, mask in self._prefixes:
            network = self._by_prefix[prefix].get(number & mask)
            if network is not None:
                return network
        return None

    def leased(self, network: Network) -> bool:
        """Tell whether addresses of it come from us; else DHCP is elsewhere."""
        return network.name in self._leased
