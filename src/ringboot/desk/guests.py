"""What the registration page asks: who visits it, and to make machines known."""

from __future__ import annotations

import hmac
from collections.abc import Sequence

from ringboot.desk.desk import Desk
from ringboot.desk.errors import DeskError, NotLetIn, TooMany
from ringboot.desk.follower import Follower
from ringboot.desk.registrations import LONGEST_NAME
from ringboot.fleet import devices
from ringboot.fleet.tries import Tries
from ringboot.model.address import ip_text, mac_text
from ringboot.model.lease import Lease
from ringboot.model.registration import Denied, Registered, Visitor, Wording
from ringboot.model.user import OPERATOR, Caller, opens, reaches
from ringboot.store.errors import StoreFailed

PATH = "/registrations"  # how it is called in the audit, and in the scope of a token
GUEST = "guest"
VIA = "register"


class Guests:
    """The desk as the registration page knows it; nothing else of the desk is reached from there."""

    def __init__(self, desk: Desk, follower: Follower) -> None:
        self._desk = desk
        self._core = desk.core
        self._follower = follower
        self._tries = Tries()  # of codes, by address

    def wording(self) -> Wording:
        """Tell what the page says."""
        page = self._core.settings.register
        return Wording(page.title, page.message, page.guests, page.code is not None)

    async def visitor(self, address: str) -> Visitor | None:
        """Tell which machine has an address by a lease of ours; None: we gave it to nobody."""
        lease = self._lease(address)
        if lease is None:
            await self._follower.load()
            lease = self._lease(address)
        if lease is None or len(lease.mac) != 6:
            return None
        mac = mac_text(lease.mac)
        with self._core.db.reading() as books:
            found = books.devices.find("mac", mac)
            known = bool(found) and devices.is_known(books, found[0])
        rows = [row for row in self._core.feed.reservations.values() if (row.kind, row.value) == ("mac", mac)]
        home = next((row.address for row in rows if row.network == lease.network), rows[0].address if rows else "")
        return Visitor(mac, ip_text(lease.address), lease.network, known or bool(rows), home)

    def _lease(self, address: str) -> Lease | None:
        return self._core.world.leases.at(address, self._core.utc())

    async def welcome(self, address: str, name: str, code: str) -> Registered | Denied:
        """Make the machine at an address known for the guest who sits at it."""
        core, page = self._core, self._core.settings.register
        if not page.guests:
            return Denied(403, "Ask somebody who looks after this network.")
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            return Denied(422, f"Say who you are, in 1 to {LONGEST_NAME} letters.")
        if page.code is not None:
            utc = core.utc()
            wait = self._tries.wait(address, address, utc)
            if wait > 0:
                return Denied(429, f"Too many wrong codes. Try again in {-(-wait // 60):.0f} min.")
            if not hmac.compare_digest(page.code.strip().encode(), code.strip().encode()):
                self._tries.tried(address, address, utc)
                return Denied(403, "This is not the code.")
        visitor = await self.visitor(address)
        if visitor is None:
            return Denied(409, "This machine has no address from us any more. Connect it again.")
        who = Caller(GUEST, name, via=VIA)
        if visitor.known:
            return Registered(visitor.mac, visitor.network, visitor.home, fresh=False)
        made = await self._written_down(who, address, [visitor.mac], name)
        return made if isinstance(made, Denied) else made[0]

    async def enter(
        self, address: str, login: tuple[str, str], macs: Sequence[str], name: str, wanted: str
    ) -> list[Registered] | Denied:
        """Make machines known for an operator: `login` is a name and a password, or nothing and a token."""
        try:
            who = await self._desk.signins.prove(*login, address)
        except DeskError as error:
            return _denied(error)
        if not reaches(who.role, OPERATOR) or not opens(who.scope, PATH):
            return Denied(403, "This is for operators.")
        return await self._written_down(who, address, macs, name, wanted=wanted or None)

    async def _written_down(
        self, who: Caller, address: str, macs: Sequence[str], name: str, *, wanted: str | None = None
    ) -> list[Registered] | Denied:
        """Do it, and keep in the audit that it was done or refused."""
        made: list[Registered] | Denied
        try:
            made = await self._desk.make_known(macs, f"{who.role} {who.who}", name, address=wanted)
        except DeskError as error:
            made = _denied(error)
        except StoreFailed:
            made = Denied(503, "It cannot be written down now. Try again in a moment.")
        is_done = not isinstance(made, Denied)
        asked = {"macs": list(macs), "name": name, "address": wanted, "from": address}
        answered = {"detail": made.why} if isinstance(made, Denied) else [each._asdict() for each in made]
        await self._desk.write_down(
            {
                "who": who.who, "role": who.role, "via": who.via, "method": "POST", "path": PATH,
                "status": 201 if is_done else made.status, "request": asked, "after": answered,  # type: ignore[union-attr]
            }
        )  # fmt: skip
        return made


def _denied(error: DeskError) -> Denied:
    statuses: tuple[tuple[type[DeskError], int], ...] = ((NotLetIn, 403), (TooMany, 429))
    return Denied(next((status for kind, status in statuses if isinstance(error, kind)), 422), error.text)
