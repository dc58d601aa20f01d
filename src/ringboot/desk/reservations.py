"""Reservations: checked against the networks, kept in fleet.db, sent to dhcp at once."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from ringboot.desk.core import Core
from ringboot.desk.errors import NotFound, Refused
from ringboot.dhcp.private import Private, shown
from ringboot.fleet.books import Books, Taken
from ringboot.model.address import ip_number, ip_text, prefix_mask
from ringboot.model.site import Network, Reservation, names_token
from ringboot.model.whose import BY_NAME, norm
from ringboot.setup.option_sets import find_fault, keyed

SLICE = 100  # rows sent to dhcp in one step
_KEYS = {"network", "kind", "value", "address", "hostname", "options"}
_HOSTNAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9-]{1,63})*")

Row = dict[str, Any]


class ReservationDesk:
    """What `ringboot reservation` needs."""

    core: Core

    async def reservations(self) -> list[Row]:
        """Give all, by network and key."""
        return await asyncio.to_thread(self._all)

    def _all(self) -> list[Row]:
        with self.core.db.reading() as books:
            return [self._shown(row) for row in books.reservations.all()]

    async def add_reservation(self, row: Row) -> Row:
        """Check and add one, and give it as it is kept."""
        reservation = self._checked(row)

        def add(books: Books) -> None:
            if books.reservations.get(reservation.network, reservation.kind, reservation.value) is not None:
                raise Refused(
                    f"There is a reservation for {reservation.value} in {reservation.network} already. Remove it first."
                )
            books.reservations.put(reservation)

        try:
            await self.core.db.write(add)
        except Taken as taken:
            raise Refused(f"{taken}.", {taken.what: str(taken)}) from None
        await self._sent([reservation], f"{reservation.address} is kept")
        return self._shown(reservation)

    async def remove_reservation(self, network: str, kind: str, value: str) -> None:
        """Remove one."""
        try:
            key = (network, kind, norm(kind, value))
        except ValueError as error:
            raise Refused(f"{error}.", {"value": str(error)}) from None
        if not await self.core.db.write(lambda books: books.reservations.remove(*key)):
            raise NotFound(f"There is no reservation for {value} in {network}. See: ringboot reservation list")
        self.core.feed.drop_reservation(key)
        self._renew_networks()
        await self.core.feed.promise("The reservation is removed")

    async def import_reservations(self, rows: list[Row], dry_run: bool) -> Row:
        """Add all or none: {"added": n, "errors": [{"row", "field", "error"}]}."""
        good, errors = await asyncio.to_thread(self._checked_rows, rows)

        class Undo(Exception):
            pass

        def add(books: Books) -> None:
            for number, reservation in zip((row.get("row", at) for at, row in enumerate(rows, 1)), good, strict=True):
                try:
                    books.reservations.put(reservation)
                except Taken as taken:
                    errors.append({"row": number, "field": taken.what, "error": str(taken)})
            if errors or dry_run:
                raise Undo

        if not errors:
            try:
                await self.core.db.write(add)
            except Undo:
                return {"added": 0 if errors else len(good), "errors": errors, "dry_run": dry_run}
            await self._sent(good, "The reservations were added")
        return {"added": 0 if errors else len(good), "errors": errors, "dry_run": dry_run}

    def _checked_rows(self, rows: list[Row]) -> tuple[list[Reservation], list[Row]]:
        good: list[Reservation] = []
        errors: list[Row] = []
        for place, row in enumerate(rows, start=1):
            number = row.get("row", place)
            try:
                good.append(self._checked({key: value for key, value in row.items() if key != "row"}))
            except Refused as refused:
                fields = refused.fields or {"": refused.text}
                errors += [{"row": number, "field": field, "error": why} for field, why in fields.items()]
        return good, errors

    async def _sent(self, rows: list[Reservation], done: str) -> None:
        for first in range(0, len(rows), SLICE):
            self.core.feed.put_reservations(rows[first : first + SLICE])
            await asyncio.sleep(0)  # others have their turn
        if not self.core.feed.names_token and names_token(self.core.feed.site, rows):
            self.core.install_site()  # dhcp needs the words of secret URLs from now on
        self._renew_networks()
        await self.core.feed.promise(done)

    def _renew_networks(self) -> None:
        self.core.read_networks({row.network for row in self.core.feed.reservations.values()})

    def _checked(self, row: Row) -> Reservation:
        wrong: dict[str, str] = dict.fromkeys(row.keys() - _KEYS, "is not a key of a reservation")
        networks = {network.name: network for network in self.core.feed.site.networks}
        network = networks.get(str(row.get("network") or ""))
        if network is None:
            wrong["network"] = f"must be one of: {', '.join(networks) or '(no network is configured)'}"
        kind = str(row.get("kind") or "mac")
        value = ""
        if kind not in BY_NAME:
            wrong["kind"] = f"must be one of: {', '.join(BY_NAME)}"
        else:
            value = _read(wrong, "value", lambda: norm(kind, str(row.get("value") or "")))
        address = _read(wrong, "address", lambda: _address(network, str(row.get("address") or "")))
        hostname = row.get("hostname") or None
        if hostname is not None and not _HOSTNAME.fullmatch(str(hostname)):
            wrong["hostname"] = "must be letters, digits and dashes, with dots between labels"
        options = _options(wrong, row.get("options") or {}, self.core.feed.site.declared)
        if wrong:
            raise Refused("The reservation is not acceptable: " + _told(wrong), wrong)
        return Reservation(network.name if network else "", kind, value, address, hostname, options)

    def _shown(self, row: Reservation) -> Row:
        return {
            "network": row.network,
            "kind": row.kind,
            "value": row.value,
            "address": row.address,
            "hostname": row.hostname,
            "options": dict(shown(self.core.feed.site.declared, key, text) for key, text in row.options.items()),
        }


def fits_hostname(text: str) -> bool:
    """Tell whether a text can be the name that a client is told."""
    return _HOSTNAME.fullmatch(text) is not None


def _read(wrong: dict[str, str], key: str, read: Any) -> str:
    try:
        return str(read())
    except ValueError as error:
        wrong[key] = str(error)
        return ""


def _address(network: Network | None, text: str) -> str:
    number = ip_number(text)
    if network is not None:
        mask = prefix_mask(network.prefix)
        first = network.subnet & mask
        if number & mask != first:
            raise ValueError(f"{text} does not lie in {ip_text(first)}/{network.prefix}")
        if network.prefix < 31 and number in (first, first | ~mask & 0xFFFFFFFF):
            raise ValueError(f"{text} is the address of the subnet or its broadcast address")
    return ip_text(number)


def _options(wrong: dict[str, str], given: Any, declared: tuple[Private, ...]) -> dict[str, str]:
    kept: dict[str, str] = {}
    if not isinstance(given, dict):
        wrong["options"] = "must be a table of names and texts"
        return kept
    for name, text in given.items():
        fault = find_fault(str(name), str(text), declared)
        if fault is not None:
            wrong[f"options.{name}"] = "; ".join(fault)
        else:
            kept.update([keyed(str(name), str(text), declared)])
    return kept


def _told(wrong: dict[str, str]) -> str:
    return "; ".join(f"{key}: {why}" for key, why in wrong.items())
