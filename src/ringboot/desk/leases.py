"""Leases for the administrator: dhcp keeps them, so dhcp is asked."""

from __future__ import annotations

import asyncio
from typing import Any

from ringboot import reasons
from ringboot.desk.errors import Busy, NotFound, Refused, sentence
from ringboot.desk.reservations import ReservationDesk
from ringboot.model.address import ip_number, ip_text, mac_text
from ringboot.model.evidence import unpack
from ringboot.model.lease import BOUND, DECLINED
from ringboot.model.whose import BY_NAME, names_of

SLICE = 1000  # leases asked for at once
LOOK_EVERY = 0.1  # seconds, while clients are asked to renew
_HOSTNAME, _VENDOR_CLASS, _RELAY = 12, 60, 82

Row = dict[str, Any]


class LeaseDesk(ReservationDesk):
    """What `ringboot lease` needs."""

    async def leases(self, after: int, limit: int, network: str | None, text: str | None) -> Row:
        """Give {"items": rows, "next": cursor or None, "total": how many dhcp remembers}."""
        found: list[Row] = []
        cursor: int | None = after
        while cursor is not None and len(found) < limit:
            args: Row = {"after": cursor, "limit": SLICE, **({"network": network} if network else {})}
            page = await self.core.link.ask("leases", args)
            cursor = page[-1]["address"] if len(page) == SLICE else None
            for plain in page:
                row = self._lease_row(plain)
                if text and text.casefold() not in " ".join(str(each) for each in row.values()).casefold():
                    continue
                found.append(row)
                if len(found) == limit:
                    cursor = plain["address"]
                    break
        return {"items": found, "next": cursor if len(found) == limit else None, "total": len(self.core.world.leases)}

    async def lease(self, address: str) -> Row:
        """Give the lease of an address."""
        return self._lease_row(await self._plain(address))

    async def _plain(self, address: str) -> Row:
        number = ip_number(address)
        page = await self.core.link.ask("leases", {"after": number - 1, "limit": 1})
        if not page or page[0]["address"] != number:
            raise NotFound(f"Nobody has or had {address}. See: ringboot lease list")
        return dict(page[0])

    async def reserve_lease(self, address: str, kind: str, more: Row) -> Row:
        """Keep the address for who has or had it, known by `kind`; `more` is hostname and options."""
        plain = await self._plain(address)
        if plain["state"] == DECLINED:
            raise Refused(
                f"{address} is nobody's: somebody without a lease uses it. See: ringboot lease show {address}"
            )
        said = unpack(bytes.fromhex(plain["evidence"]))
        names = dict(names_of(bytes.fromhex(plain["mac"]), said))
        if not names.get(kind):
            known = ", ".join(name for name, value in names.items() if value)
            why = f"is nothing that the client of {address} is known by; there is: {known}"
            raise Refused(f"{kind} {why}.", {"kind": why})
        value = BY_NAME[kind].write(names[kind])
        row: Row = {"network": plain["network"], "kind": kind, "value": value, "address": address, **more}
        return await self.add_reservation(row)

    async def release_lease(self, address: str) -> Row:
        """End a lease and give what it was."""
        try:
            return self._lease_row(await self.core.link.ask("release", {"address": address}))
        except LookupError as error:
            raise NotFound(f"{sentence(error)}. See: ringboot lease list") from None

    async def renew_leases(self, addresses: list[str]) -> list[Row]:
        """Ask clients to renew, and wait until each did or has been asked often enough."""
        done: dict[str, Row] = {}
        waiting = addresses
        what = "renew"
        while waiting:
            try:
                rows: list[Row] = await self.core.link.ask(what, {"addresses": waiting})
            except LookupError as error:
                raise Busy(f"{sentence(error)}. Try again in a moment.") from None
            done.update((row["address"], row) for row in rows)
            waiting = [row["address"] for row in rows if row["reason"] == reasons.BEING_ASKED.id]
            what = "renewed"
            if waiting:
                await asyncio.sleep(LOOK_EVERY)
        return [done[address] for address in addresses]

    def _lease_row(self, plain: Row) -> Row:
        """Write a lease for people: an expired one is not stored as such, it follows from the clock."""
        mac, key = bytes.fromhex(plain["mac"]), bytes.fromhex(plain["key"])
        said = unpack(bytes.fromhex(plain["evidence"]))
        state = plain["state"]
        if state == BOUND and plain["expiry"] <= self.core.utc():
            state = "expired"
        return {
            "address": ip_text(plain["address"]),
            "network": plain["network"],
            "mac": mac_text(mac),
            "client_id": key[1:].hex(":") if key[:1] == b"\0" else None,
            "state": state,
            "start": plain["start"],
            "expiry": plain["expiry"],
            "hostname": _text(said.get(_HOSTNAME)),
            "vendor_class": _text(said.get(_VENDOR_CLASS)),
            "relay_information": said[_RELAY].hex() if _RELAY in said else None,
        }


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.rstrip(b"\0").decode("utf-8", "replace")
