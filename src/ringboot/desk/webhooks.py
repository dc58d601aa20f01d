"""Webhooks: events are queued for their receivers in fleet.db, and told to them, gently, until they take them."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import Counter
from dataclasses import replace
from typing import Any

from ringboot import log, reasons
from ringboot.desk.core import Core
from ringboot.desk.errors import NotFound
from ringboot.desk.posting import Answer, Poster
from ringboot.fleet.books import WEBHOOKS, Books
from ringboot.fleet.webhooks import BY_REASON, TEST, message
from ringboot.model.event import Event
from ringboot.model.webhook import Delivery
from ringboot.setup.settings import Settings
from ringboot.setup.webhooks import Webhook
from ringboot.store.errors import StoreFailed

IDLE = 1.0  # seconds between two looks
AT_ONCE = 4  # messages on their way to one receiver
BATCH = 200  # events queued in one write
MOST = 5000  # messages that wait for one receiver
FIRST_WAIT, LONGEST_WAIT = 1.0, 900.0  # seconds after a try that failed; they double
LONGEST_SILENCE = 60.0  # seconds that a receiver which takes nothing is left alone
GIVE_UP = 3 * 86400.0  # seconds after which nobody wants to hear of it

TAKEN, FAILED, DROPPED = "taken", "failed", "dropped"

Row = dict[str, Any]


class Receiver:
    """One webhook: its messages, one after the other, whatever becomes of the others'."""

    def __init__(self, core: Core, hook: Webhook, outcomes: Counter[tuple[str, str]]) -> None:
        self.hook = hook
        self.poster = Poster(hook)
        self.taken_at: float | None = None  # UTC, of the last that was taken
        self._core = core
        self._outcomes = outcomes
        self._failures = 0  # in a row
        self._rest_until = 0.0  # steady
        self._is_busy = False

    def look(self) -> None:
        """Begin to send what is due, unless that is going on, or the receiver is left alone."""
        if not self._is_busy and time.monotonic() >= self._rest_until:
            self._is_busy = True
            self._core.background.start(self._send(), f"webhook {self.hook.name}")

    async def _send(self) -> None:
        try:
            more = True
            while more and not self._core.pace.is_held_back:
                more = await self._send_some()
        finally:
            self._is_busy = False

    async def _send_some(self) -> bool:
        """Send the oldest that are due; True when there may be more, and the receiver takes them."""
        with self._core.db.reading() as books:
            rows = books.deliveries.due(self.hook.name, self._core.utc(), AT_ONCE)
        answers = await asyncio.gather(*(self.poster.post(row, self._core.utc()) for row in rows))
        if not rows:
            return False
        taken = [row for row, answer in zip(rows, answers, strict=True) if answer.taken]
        failed = [self._again(row, answer) for row, answer in zip(rows, answers, strict=True) if not answer.taken]
        later = [row for row in failed if self._core.utc() - row.utc <= GIVE_UP]
        stale = [row for row in failed if row not in later]
        await self._core.db.write(lambda books: books.deliveries.settle([*taken, *stale], later))
        for outcome, count in ((TAKEN, len(taken)), (FAILED, len(failed)), (DROPPED, len(stale))):
            self._outcomes[self.hook.name, outcome] += count
        if taken:
            self.taken_at = self._core.utc()
        self._judge(bool(taken), next((answer.why for answer in answers if not answer.taken), ""))
        return bool(taken) and len(rows) == AT_ONCE

    def _again(self, row: Delivery, answer: Answer) -> Delivery:
        wait = min(FIRST_WAIT * 2.0 ** min(row.tries, 20), LONGEST_WAIT)
        return replace(row, tries=row.tries + 1, due=self._core.utc() + wait, why=answer.why)

    def _judge(self, is_there: bool, why: str) -> None:
        """Leave a receiver alone that takes nothing, and say so once."""
        if is_there:
            if self._failures:
                log.get().info("webhook takes messages again", webhook=self.hook.name)
            self._failures, self._rest_until = 0, 0.0
            return
        if not self._failures:
            detail = {"webhook": self.hook.name, "why": why}
            log.tell("warning", reasons.WEBHOOK_SILENT.id, detail)
            self._core.note(Event(self._core.utc(), reasons.WEBHOOK_SILENT.id, detail=detail))
        self._failures += 1
        self._rest_until = time.monotonic() + min(FIRST_WAIT * 2.0 ** min(self._failures - 1, 20), LONGEST_SILENCE)


class Webhooks:
    """Follows the events, and keeps one receiver for each webhook of the configuration."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._settings: Settings | None = None
        self._last = 0  # the id of the last event that was looked at
        self.receivers: dict[str, Receiver] = {}
        self.outcomes: Counter[tuple[str, str]] = Counter()  # by webhook, and taken, failed or dropped

    async def run(self) -> None:
        """Work until cancelled; with rests while dhcp needs the processors."""
        try:
            while True:
                began = time.monotonic()
                try:
                    if self._core.settings is not self._settings:
                        await self._take_settings()
                    if self.receivers:
                        await self._queue()
                    for each in self.receivers.values():
                        each.look()
                except StoreFailed as error:
                    log.get().error("webhooks cannot be kept", why=str(error))
                await asyncio.sleep(max(IDLE, self._core.pace.rest_after(time.monotonic() - began)))
        finally:
            await self._close()

    async def _close(self) -> None:
        for each in self.receivers.values():
            await each.poster.close()

    async def _take_settings(self) -> None:
        """Take up the webhooks of the configuration; what is not theirs any more is forgotten."""
        settings = self._core.settings
        await self._close()
        self.receivers = {hook.name: Receiver(self._core, hook, self.outcomes) for hook in settings.webhooks}

        def begin(books: Books) -> int:
            books.deliveries.trim(tuple(self.receivers), MOST)
            since = books.numbers.get(WEBHOOKS)
            if bool(since) != bool(self.receivers):  # the first one is told what happens from now on
                since = books.events.last() + 1 if self.receivers else 0
                books.numbers.put(WEBHOOKS, since)
            return since - 1

        self._last = await self._core.db.write(begin)
        self._settings = settings

    async def _queue(self) -> None:
        """Queue what happened since the last look; the cursor goes on in the same transaction."""
        while True:
            with self._core.db.reading() as books:
                events = books.events.since(self._last, tuple(BY_REASON), BATCH)
            if not events:
                return
            rows = [row for event in events for row in self._rows(event)]
            last = events[-1].id or 0

            def keep(books: Books, rows: list[Delivery] = rows, last: int = last) -> dict[str, int]:
                books.deliveries.add(rows)
                books.numbers.put(WEBHOOKS, last + 1)
                return books.deliveries.trim(tuple(self.receivers), MOST)

            dropped = await self._core.db.write(keep)
            self._last = last
            for hook, count in dropped.items():
                self.outcomes[hook, DROPPED] += count
                log.get().warning("webhook lost its oldest messages", webhook=hook, count=count)
            if len(events) < BATCH:
                return

    def _rows(self, event: Event) -> list[Delivery]:
        kind = BY_REASON[event.reason].name
        hooks = [name for name, each in self.receivers.items() if kind in each.hook.wanted]
        if self._core.utc() - event.utc > GIVE_UP:
            return []
        return [_delivery(hook, kind, event, self._core.utc()) for hook in hooks]


def _delivery(hook: str, kind: str, event: Event, utc: float) -> Delivery:
    # In the order of time, then of events; and never the same again, whatever becomes of the database.
    ident = f"{int(utc * 1000):012x}{(event.id or 0) & 0xFFFFFFFF:08x}{secrets.token_hex(6)}"
    return Delivery(ident, hook, kind, event.utc, message(ident, kind, event))


class WebhookDesk:
    """What `ringboot webhook` needs."""

    core: Core
    hooks: Webhooks

    async def webhooks(self) -> list[Row]:
        """Give every webhook: {name, url, events, waiting, taken, failed, dropped, last, problem}."""
        with self.core.db.reading() as books:
            waiting = books.deliveries.waiting()
        return [self._hook_row(hook, *waiting.get(hook.name, (0, ""))) for hook in self.core.settings.webhooks]

    def _hook_row(self, hook: Webhook, waiting: int, problem: str) -> Row:
        receiver = self.hooks.receivers.get(hook.name)
        return {
            "name": hook.name,
            "url": hook.origin,  # the rest of it may be what the receiver knows a sender by
            "events": list(hook.wanted),
            "waiting": waiting,
            **{key: self.hooks.outcomes[hook.name, key] for key in (TAKEN, FAILED, DROPPED)},
            "last": receiver.taken_at if receiver is not None else None,
            "problem": problem,
        }

    async def test_webhook(self, name: str, who: str) -> Row:
        """Tell a receiver something now: {name, taken, status, seconds, problem}."""
        hook = next((each for each in self.core.settings.webhooks if each.name == name), None)
        if hook is None:
            raise NotFound(f"There is no webhook {name}. See: ringboot webhook list.")
        utc = self.core.utc()
        event = Event(utc, reasons.WEBHOOK_TRIED.id, detail={"who": who, "webhook": name})
        poster = Poster(hook)
        began = time.monotonic()
        try:
            answer = await poster.post(_delivery(name, TEST, event, utc), utc)
        finally:
            await poster.close()
        told = {"taken": answer.taken, "status": answer.status, "problem": answer.why}
        return {"name": name, **told, "seconds": round(time.monotonic() - began, 3)}
