"""The queue of names for the DNS: what leases want there is written down, and brought there at a gentle pace."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import replace
from typing import Any

from ringboot import log, reasons
from ringboot.desk.core import Core
from ringboot.desk.dnsupdate import CONFLICT, Refused, Unreachable, Updater
from ringboot.fleet.books import Books
from ringboot.fleet.dnsnames import by_name, name_seen, sweep
from ringboot.model.address import ip_text
from ringboot.model.dnsname import DnsName
from ringboot.model.event import Event
from ringboot.model.evidence import unpack
from ringboot.model.lease import LeaseChange
from ringboot.setup.settings import Dns
from ringboot.store.errors import StoreFailed

AT_ONCE = 8  # updates on their way
IDLE = 0.5  # seconds between two looks
SWEEP_EVERY = 30.0
SLICE = 500  # rows in one step of a sweep
FIRST_WAIT, LONGEST_WAIT = 5.0, 3600.0  # seconds after a try that failed; they double
LONGEST_SILENCE = 60.0  # seconds that a server which does not answer is left alone

_CLIENT_ID = 61

Row = dict[str, Any]


class Names:
    """Follows the leases, and brings their names to the DNS server that the configuration names."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._settings: Dns | None = None
        self._updater: Updater | None = None
        self._silence = 0.0
        self._swept = 0.0
        self.outcomes: Counter[str] = Counter()

    def saw(self, books: Books, change: LeaseChange, utc: float) -> None:
        """Note what a change of a lease means, in the transaction that deals with its row."""
        if self._core.settings.dns.server is not None:
            name_seen(books, by_name(self._core.feed.site.networks), change, self._host_name, utc)

    def _host_name(self, change: LeaseChange) -> str:
        """Give what a reservation calls the client of a lease: the first that holds for it, as dhcp sees it."""
        said = unpack(change.evidence)
        if change.key[:1] == b"\0":
            said.setdefault(_CLIENT_ID, change.key[1:])  # of a lease that was taken over, it is all that is known
        kept = self._core.feed.reserved_for((change.network,), change.mac, said)
        return kept[0].name_at(ip_text(change.address)) if kept else ""

    async def run(self) -> None:
        """Work until cancelled; one by one, with rests, while dhcp needs the processors."""
        while True:
            more, began = False, time.monotonic()
            try:
                if self._updater_now() is not None:
                    if began - self._swept > SWEEP_EVERY:
                        await self._sweep()
                        self._swept = time.monotonic()
                    more = await self._turn()
            except StoreFailed as error:
                log.get().error("names for the DNS cannot be kept", why=str(error))
            rest = self._core.pace.rest_after(time.monotonic() - began)
            await asyncio.sleep(max(rest, 0.0 if more else IDLE))

    def _updater_now(self) -> Updater | None:
        """Give who speaks with the server that the configuration names now."""
        settings = self._core.settings.dns
        if settings != self._settings:
            self._settings, self._silence = settings, 0.0
            self._updater = None if settings.server is None else Updater(settings)
        return self._updater

    async def _sweep(self) -> None:
        networks = by_name(self._core.feed.site.networks)

        def is_live(address: str) -> bool:
            lease = self._core.world.leases.at(address, self._core.utc())
            return lease is not None and lease.network in networks and bool(networks[lease.network].ddns_domain)

        after = ""
        while True:
            began = time.monotonic()
            after = await self._core.db.write(lambda books, after=after: sweep(books, after, SLICE, is_live))  # type: ignore[misc]  # mypy cannot infer a default of a lambda
            if not after:
                return
            await asyncio.sleep(self._core.pace.rest_after(time.monotonic() - began))

    async def _turn(self) -> bool:
        """Bring some names to the DNS; True when there may be more."""
        at_once = 1 if self._core.pace.is_held_back else AT_ONCE
        with self._core.db.reading() as books:
            rows = books.names.due(self._core.utc(), at_once)
        done = [each for each in await asyncio.gather(*map(self._bring, rows)) if each is not None]
        if len(done) < len(rows):  # the server is silent: what it did not answer stays as it is
            self._silence = min(max(1.0, 2 * self._silence), LONGEST_SILENCE)
            await self._keep(done)
            await asyncio.sleep(self._silence)
            return True
        if rows:
            self._silence = 0.0
            await self._keep(done)
        return len(rows) == at_once

    async def _keep(self, done: list[tuple[DnsName, DnsName, Event]]) -> None:
        def keep(books: Books) -> None:
            for before, after, event in done:
                now = books.names.get(before.address) or DnsName(before.address)
                if (now.wanted, now.dhcid) == (before.wanted, before.dhcid):
                    books.names.put(after)
                else:  # a lease wants something else by now
                    books.names.put(replace(now, there=after.there, there_dhcid=after.there_dhcid))
                books.events.add(event)

        await self._core.db.write(keep)
        self.outcomes.update(event.reason for _, _, event in done)

    async def _bring(self, row: DnsName) -> tuple[DnsName, DnsName, Event] | None:
        """Bring one name to the DNS; None when the server does not answer."""
        updater, there, reason, why = self._updater, row.there, reasons.NAME_REMOVED, ""
        assert updater is not None
        owner = row.there_dhcid
        try:
            if there and (there, owner) != (row.wanted, row.dhcid):
                await updater.withdraw(there, row.address, bytes.fromhex(owner))
                there = owner = ""
            if row.wanted:
                verdict = await updater.register(row.wanted, row.address, bytes.fromhex(row.dhcid))
                reason = reasons.NAME_CONFLICT if verdict == CONFLICT else reasons.NAME_REGISTERED
                if verdict != CONFLICT:
                    there, owner = row.wanted, row.dhcid
        except Refused as error:
            reason, why = reasons.NAME_REFUSED, str(error)
        except Unreachable as error:
            if not self._silence:
                detail = {"server": self._server(), "why": str(error)}
                log.tell("warning", reasons.DNS_SILENT.id, detail)
                self._core.note(Event(self._core.utc(), reasons.DNS_SILENT.id, detail=detail))
            self.outcomes[reasons.DNS_SILENT.id] += 1
            return None
        failed = reason in (reasons.NAME_CONFLICT, reasons.NAME_REFUSED)
        wait = min(FIRST_WAIT * 2.0 ** min(row.tries, 20), LONGEST_WAIT) if failed else 0.0
        after = replace(
            row, there=there, there_dhcid=owner, tries=row.tries + 1 if failed else 0,
            due=self._core.utc() + wait, problem=reason.id if failed else "", why=why,
        )  # fmt: skip
        detail = {"name": row.wanted or row.there, "address": row.address, "server": self._server(), "why": why}
        return row, after, Event(self._core.utc(), reason.id, row.mac, None, row.address, detail)

    def _server(self) -> str:
        dns = self._core.settings.dns
        return f"{dns.server}:{dns.port}"


class NameDesk:
    """What `ringboot dns` needs."""

    core: Core

    async def names(self) -> list[Row]:
        """Give every name: {address, name, mac, state, problem}."""
        with self.core.db.reading() as books:
            rows: list[DnsName] = []
            while page := books.names.page(rows[-1].address if rows else "", SLICE):
                rows += page
        return [_row(each) for each in rows]

    async def retry_names(self) -> Row:
        """Let all that wait be tried at once: {"retried": how many}."""
        return {"retried": await self.core.db.write(lambda books: books.names.retry())}


def _row(name: DnsName) -> Row:
    state = "registered" if name.is_done else "failed" if name.problem else "waiting"
    detail = {"name": name.wanted or name.there, "why": name.why, "address": name.address, "server": "the DNS server"}
    return {
        "address": name.address,
        "name": name.wanted or name.there,
        "mac": name.mac,
        "state": state if name.wanted or name.problem else "to be removed",
        "problem": reasons.tell(name.problem, detail) if name.problem else "",
    }
