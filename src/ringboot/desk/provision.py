"""Codes while the daemon runs: tries are counted and limited, and the files stand when the answer goes."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ringboot import log, reasons
from ringboot.desk.devices import Steps
from ringboot.desk.errors import Refused, TooMany
from ringboot.desk.synchronize import Synchronizer
from ringboot.fleet import codes
from ringboot.fleet.books import Books
from ringboot.fleet.codes import Guard, Outcome

Row = dict[str, Any]


class CodeDesk(Steps):
    """What `POST /provision` and FastAGI need."""

    guard: Guard
    codes: Counter[str]  # outcomes by reason
    synchronizer: Synchronizer

    def passwords(self, address: str, user: str) -> tuple[str, ...]:
        """Give the passwords of an account that the phones without a user at an address have."""
        core = self.core
        with core.db.reading() as books:
            return codes.passwords(books, core.world, address, user, core.utc())

    async def use_code(
        self, code: str, contact: str | None, address: str | None, who: str, sync: bool = True
    ) -> Outcome:
        """Give the config with this code to the calling device, if that is one.

        `sync`: then that device, and the one that had the config before, are told to read their files.
        """
        core = self.core
        calling = codes.caller(contact, address)
        where, utc = calling.address or "?", core.utc()
        if self.guard.is_shut(where, utc):
            self.codes[reasons.CODE_LIMITED.id] += 1
            log.get().warning("codes are not tried any more for a while", address=where, by=who)
            return Outcome(reasons.CODE_LIMITED, {"address": where, "minutes": round(codes.SPAN / 60)})

        def use(books: Books) -> Outcome:
            return codes.use(books, core.world, code, calling, who=who, utc=utc)

        self.guard.wrong(where, utc)  # as long as nobody knows better: many may be tried at once
        outcome = await self._written(use)
        self.codes[outcome.reason.id] += 1
        if outcome.reason is not reasons.CODE_UNKNOWN:
            self.guard.right(where, utc)
        for done in outcome.done:
            await self._followed(done, who, "code dialled")
        log.get().info("a code was dialled", address=where, outcome=str(outcome), by=who)
        if sync and outcome.device is not None:
            job = await self.synchronizer.begin([outcome.device.id, *outcome.lines], f"a code by {who}", outcome.lines)
            return outcome._replace(sync=job.id)
        return outcome

    async def provision(self, code: str, contact: str | None, address: str | None, sync: bool, who: str) -> Row:
        """Do so for the API: {device, mac, config, text, sync}; Refused or TooMany say why not."""
        outcome = await self.use_code(code, contact, address, who, sync)
        if outcome.reason is reasons.CODE_LIMITED:
            raise TooMany(f"{outcome}.", codes.SPAN)
        if not outcome.is_done or outcome.device is None:
            advice = reasons.advise(outcome.reason.id, outcome.detail)
            raise Refused(f"{outcome}. {advice}".strip(), code=outcome.reason.id)
        device = outcome.device
        told = {"config": outcome.config, "text": str(outcome), "sync": outcome.sync}
        return {"device": device.id, "mac": device.mac, **told}
