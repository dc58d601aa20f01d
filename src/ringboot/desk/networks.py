"""Networks and classes for the administrator: what each is, how full it is, and who has which of its addresses."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import asdict
from typing import Any

from ringboot.answer.classes import Classes
from ringboot.answer.misfit import told
from ringboot.desk.addressmap import Map, runs
from ringboot.desk.configuration import SHOWN_MISFITS, ConfigurationDesk
from ringboot.desk.core import Core
from ringboot.desk.errors import NotFound, Refused
from ringboot.desk.pools import PoolUse, pool_uses
from ringboot.dhcp.private import shown
from ringboot.model.address import ip_number, ip_text, prefix_mask
from ringboot.model.evidence import unpack
from ringboot.model.lease import DECLINED
from ringboot.model.site import Class, Network, OptionTexts

Row = dict[str, Any]
_BRAND = "brand"


class NetworkDesk(ConfigurationDesk):
    """What `ringboot network` and `ringboot class` need."""

    core: Core

    async def networks(self) -> list[Row]:
        """Give all, in file order, each with its pools and how many of its addresses are taken."""
        return await asyncio.to_thread(self._networks)

    def _networks(self) -> list[Row]:
        core = self.core
        uses = pool_uses(core)
        live = Counter(lease.network for lease in core.world.leases.taken(core.utc()) if lease.state != DECLINED)
        kept = Counter(row.network for row in list(core.feed.reservations.values()))
        return [
            self._row(network, [use for use in uses if use.network == network.name])
            | {"leases": live[network.name], "reservations": kept[network.name]}
            for network in core.feed.site.networks
        ]

    def _row(self, network: Network, uses: list[PoolUse]) -> Row:
        subnet = network.subnet & prefix_mask(network.prefix)
        return {
            "name": network.name,
            "subnet": f"{ip_text(subnet)}/{network.prefix}",
            "segment": network.segment,
            "interfaces": self._interfaces(network),
            "relays": list(network.relays),
            "authoritative": network.authoritative,
            "unknown": network.unknown,
            "quarantine": network.quarantine,
            "trust": network.trust,
            "lease_time": network.lease_time,
            "size": sum(use.size for use in uses),
            "used": sum(use.used for use in uses),
            "declined": sum(use.declined for use in uses),
            "free": sum(use.free for use in uses),
            "pools": [use.row() for use in uses],
            "options": self._options(network.options),
        }

    def _interfaces(self, network: Network) -> list[str]:
        """Name our interfaces that have an address in it."""
        mask = prefix_mask(network.prefix)
        return [
            name
            for name, addresses in self.core.addresses().items()
            if any(ip_number(each) & mask == network.subnet & mask for each in addresses)
        ]

    def _options(self, texts: OptionTexts) -> dict[str, str]:
        declared = self.core.feed.site.declared
        return dict(shown(declared, key, text) for key, text in texts.items())

    async def network(self, name: str) -> Row:
        """Give one, also with what each of its pools has of its own, and its leases that no longer fit."""
        network = self._site_network(name)
        [row] = [row for row in await self.networks() if row["name"] == name]
        about = {f"{ip_text(pool.first)}-{ip_text(pool.last)}": pool for pool in network.pools}
        for each in row["pools"]:
            pool = about[each["pool"]]
            each |= {
                "classes": list(pool.classes), "max_leases": pool.max_leases, "options": self._options(pool.options)
            }  # fmt: skip
        found = await asyncio.to_thread(self._find, self.core.feed.site)
        mine = [each for each in found if each.lease.network == name]
        reasons = dict(sorted(Counter(each.reason.id for each in mine).items()))
        row["misfits"] = {"total": len(mine), "reasons": reasons, "items": list(map(told, mine[:SHOWN_MISFITS]))}
        return row

    def _site_network(self, name: str) -> Network:
        for network in self.core.feed.site.networks:
            if network.name == name:
                return network
        raise NotFound(f"There is no network {name}. See: ringboot network list")

    async def network_addresses(self, name: str, first: str | None, limit: int) -> Row:
        """Give runs of addresses that stand alike, from an address on, and where the next page begins."""
        network = self._site_network(name)
        start = network.subnet & prefix_mask(network.prefix)
        last = start | (~prefix_mask(network.prefix) & 0xFFFFFFFF)
        begin = start if first is None else ip_number(first)
        if not start <= begin <= last:
            why = f"does not lie in {ip_text(start)}/{network.prefix}"
            raise Refused(f"{first} {why}.", {"first": why})
        found = await asyncio.to_thread(lambda: runs(self._map(network, start, last), begin, limit))
        end = found[-1].last + 1 if found else begin
        return {
            "network": name,
            "first": ip_text(begin),
            "last": ip_text(last),
            "items": [
                {"first": ip_text(run.first), "last": ip_text(run.last), "count": run.last - run.first + 1,
                 "state": run.state} for run in found
            ],
            "next": ip_text(end) if end <= last else None,
        }  # fmt: skip

    def _map(self, network: Network, first: int, last: int) -> Map:
        core = self.core
        taken = core.world.leases.taken(core.utc())
        ours = {ip_number(each) for here in core.addresses().values() for each in here}
        return Map(
            first,
            last,
            whole=network.prefix >= 31,
            pools=tuple(sorted((pool.first, pool.last) for pool in network.pools)),
            leased=frozenset(lease.address for lease in taken if lease.state != DECLINED),
            declined=frozenset(lease.address for lease in taken if lease.state == DECLINED),
            reserved=frozenset(ip_number(row.address) for row in list(core.feed.reservations.values())),
            ours=frozenset(ours),
        )

    # Classes

    async def classes(self) -> list[Row]:
        """Give all, the brands' first: who is in it, what it gets, and how many live leases are of it."""
        return await asyncio.to_thread(self._classes)

    def _classes(self) -> list[Row]:
        site = self.core.feed.site
        compiled = Classes(site.classes)
        counts: Counter[int] = Counter()
        for lease in self.core.world.leases.live(self.core.utc()):
            counts.update(compiled.of(unpack(lease.evidence), lease.mac))
        return [self._class_row(row, counts[place]) for place, row in enumerate(site.classes)]

    def _class_row(self, row: Class, leases: int) -> Row:
        return {
            "name": row.name,
            "source": row.layer if row.layer == _BRAND else "configuration",
            "match": [[asdict(each) for each in every] for every in row.alternatives],
            "options": self._options(row.options),
            "lease_time": row.lease_time,
            "leases": leases,
        }
