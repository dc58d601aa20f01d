"""Roll-outs while the daemon runs: moves devices batch by batch, and answers the administrator about them."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from ringboot import log, reasons
from ringboot.desk.core import Core
from ringboot.desk.devices import Steps, device_row
from ringboot.desk.errors import NotFound, Refused
from ringboot.desk.listing import Query, matches
from ringboot.desk.renders import Renders
from ringboot.desk.synchronize import Synchronizer
from ringboot.fleet import rollouts
from ringboot.fleet.books import Books
from ringboot.fleet.fields import FieldErrors, Unknown
from ringboot.fleet.rollouts import Plan, Step
from ringboot.model import sync
from ringboot.model.device import Device, DeviceFile
from ringboot.model.rollout import FIRST, OPEN, RUNNING, TO_MOVE, Rollout, RolloutDevice
from ringboot.plugins.job import Rendered
from ringboot.store.errors import StoreFailed

AT_ONCE = 8  # devices under way
LOOK_EVERY = 0.2  # seconds between two looks at whether devices have fetched
IDLE = 2.0  # seconds between two looks at the clock

Row = dict[str, Any]


class Rollouts(Steps):
    """Moves the devices of every roll-out that runs."""

    def __init__(self, core: Core, renders: Renders, synchronizer: Synchronizer) -> None:
        self.core = core
        self._synchronizer = synchronizer
        self.renders = renders
        self._look = asyncio.Event()

    def wake(self) -> None:
        """Let it look at once: there is something new."""
        self._look.set()

    async def run(self) -> None:
        """Work until cancelled; what was under way is taken up by the next start."""
        going: dict[str, asyncio.Task[None]] = {}  # one that waits for its devices holds up no other
        try:
            while True:
                self._look.clear()
                for rollout in self._open():
                    if (task := going.get(rollout.id)) is None or task.done():
                        going[rollout.id] = asyncio.create_task(self._turns(rollout.id))
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._look.wait(), IDLE)
        finally:
            for task in going.values():
                task.cancel()
            await asyncio.gather(*going.values(), return_exceptions=True)

    def _open(self) -> list[Rollout]:
        with self.core.db.reading() as books:
            return [each for each in books.rollouts.all() if each.state in OPEN]

    async def _turns(self, ident: str) -> None:
        """Move one batch after the other, until there is nothing to do for now."""
        try:
            more = True
            while more:
                with self.core.db.reading() as books:
                    rollout = books.rollouts.get(ident)
                more = rollout is not None and rollout.state in OPEN and await self._turn(rollout)
        except StoreFailed as error:
            log.get().error("a roll-out cannot be kept", rollout=ident, why=str(error))
        except Exception as error:  # of the program; the next look takes it up again
            log.get().error("a roll-out broke off by a fault of the program", rollout=ident, why=repr(error))

    async def _turn(self, rollout: Rollout) -> bool:
        """Take the clock into account, then move a batch; True when there may be more to do."""
        utc = self.core.utc()
        here = time.localtime(utc)
        now = rollouts.turn(rollout, utc, 60 * here.tm_hour + here.tm_min)
        if now != rollout:
            await self._change(rollout, now)
        if now.state != RUNNING:
            return False
        with self.core.db.reading() as books:
            rows = books.rollouts.next(now.id, now.stage, rollouts.batch_size(now, AT_ONCE))
        await self._batch(now, rows)
        return True

    async def _change(self, before: Rollout, after: Rollout) -> None:
        def keep(books: Books) -> None:
            if books.rollouts.get(before.id) == before:  # else a person changed it just now
                rollouts.keep(books, before, after, self.core.utc())

        await self.core.db.write(keep)

    async def _batch(self, rollout: Rollout, rows: Sequence[RolloutDevice]) -> None:
        """Move devices: each is given the plugin and rendered; one that cannot be gets its old plugin again."""
        core = self.core

        def move(books: Books) -> list[Step]:
            return [rollouts.move(books, core.world, rollout, row.device, core.utc()) for row in rows]

        try:
            steps = await core.db.write(move)
        except FieldErrors as error:
            await self._change(rollout, rollouts.stop(rollout, str(error)))
            return
        problems = await self._rendered(steps)
        for ident, why in list(problems.items()):
            problems[ident] = f"{why}{await self._back(rollout, ident)}"
        if rollout.sync:
            problems |= await self._told(rollout, [step for step in steps if step.device not in problems])
        stages = {row.device: row.stage for row in rows}
        fresh = [
            rollouts.result(step, rollout, stages[step.device], problems.get(step.device)) for step in steps
        ]  # fmt: skip

        def keep(books: Books) -> None:
            books.rollouts.put_devices(fresh)
            before = books.rollouts.get(rollout.id)
            if before is not None and before.state == RUNNING:
                after = rollouts.judge(before, fresh, _left(books, rollout.id), core.utc())
                rollouts.keep(books, before, after, core.utc())

        await core.db.write(keep)

    async def _rendered(self, steps: Sequence[Step]) -> dict[str, str]:
        """Do what follows from giving devices a plugin; gives the problem of each whose files cannot be made."""
        wanted: list[str] = []
        for step in steps:
            if step.done is not None and step.done.device is not None:
                if step.done.stale:
                    await self.renders.forget(list(step.done.stale))
                self.core.know(step.done.device)
                wanted += step.done.render
        return await self.renders.done(wanted, "moved by a roll-out")

    async def _told(self, rollout: Rollout, steps: Sequence[Step]) -> dict[str, str]:
        """Let devices read their new files; gives the problem of each that did not. It keeps the new plugin."""
        idents = [step.device for step in steps if step.done is not None and step.done.render]
        if not idents:
            return {}
        job = await self._synchronizer.begin(idents, f"roll-out {rollout.id} of {rollout.who}")
        while True:
            with self.core.db.reading() as books:
                found = books.syncs.job(job.id)
                if found is None or found.state != sync.RUNNING:
                    rows = books.syncs.rows(job.id)
                    break
            await asyncio.sleep(LOOK_EVERY)
        return {row.device: reasons.tell(row.reason, row.detail) for row in rows if row.reason != reasons.SYNC_DONE.id}

    async def _back(self, rollout: Rollout, ident: str) -> str:
        """Give a device its old plugin again; gives what to add to its problem."""
        core = self.core

        def back(books: Books) -> Any:
            return rollouts.give_back(books, core.world, rollout, ident, core.utc())

        try:
            done = await core.db.write(back)
        except (FieldErrors, Unknown) as error:
            return f"; it could not be given {rollout.old} again: {error}"
        failed = await self._rendered([Step(ident, done)])
        return f"; {rollout.old} does not make its files either: {failed[ident]}" if failed else ""


def _left(books: Books, rollout: str) -> dict[int, int]:
    left: Counter[int] = Counter()
    for (stage, state), count in books.rollouts.counts(rollout).items():
        if state == TO_MOVE:
            left[stage] += count
    return left


class RolloutDesk(Steps):
    """What `ringboot device move` and `ringboot rollout` need."""

    rollouts: Rollouts

    async def move_devices(self, row: Row, who: str) -> Row:
        """Begin a roll-out, and give it; or with `dry_run` what it would do.

        Keys: from, to, filters, text, first (a number, or a filter), resume_at, stop_at, window, sync, dry_run.
        """
        plan = _plan(row)
        core = self.core
        if row.get("dry_run"):
            return await self._preview(plan)
        made = await self._written(lambda books: rollouts.begin(books, core.world, plan, who, core.utc()))
        log.get().info("roll-out begun", rollout=made.id, old=made.old, new=made.new, by=who)
        self.rollouts.wake()
        return await self.rollout(made.id)

    async def list_rollouts(self) -> list[Row]:
        """Give all, the newest first."""
        with self.core.db.reading() as books:
            return [_row(books, each) for each in reversed(books.rollouts.all())]

    async def rollout(self, rollout_id: str) -> Row:
        """Give one."""
        with self.core.db.reading() as books:
            return _row(books, _named(books, rollout_id))

    async def rollout_devices(self, rollout_id: str) -> list[Row]:
        """Give the devices of one, and what became of each: {device, mac, model, group, state, why}."""
        with self.core.db.reading() as books:
            _named(books, rollout_id)
            return [_device_row(books, each) for each in books.rollouts.devices(rollout_id)]

    async def resume_rollout(self, rollout_id: str, again: bool, who: str) -> Row:
        """Let one go on; `again`: with the devices that failed, too."""

        def change(books: Books) -> None:
            before = _named(books, rollout_id)
            after = rollouts.go_on(before, again)
            if again:
                books.rollouts.again(rollout_id)
            if after.stage != FIRST or _left(books, rollout_id).get(FIRST):
                rollouts.keep(books, before, after, self.core.utc())
            else:
                rollouts.keep(books, before, replace(after, stage=after.stage + 1), self.core.utc())

        return await self._changed(rollout_id, change, "resumed", who)

    async def abort_rollout(self, rollout_id: str, who: str) -> Row:
        """End one; devices that were not moved yet stay as they are."""

        def change(books: Books) -> None:
            before = _named(books, rollout_id)
            rollouts.keep(books, before, rollouts.end(before, who, self.core.utc()), self.core.utc())

        return await self._changed(rollout_id, change, "aborted", who)

    async def _changed(self, rollout_id: str, change: Any, done: str, who: str) -> Row:
        await self._written(change)
        log.get().info("roll-out changed", rollout=rollout_id, state=done, by=who)
        self.rollouts.wake()
        return await self.rollout(rollout_id)

    # Preview

    async def _preview(self, plan: Plan) -> Row:
        """Render every device by the new plugin without serving it, and compare with what it has."""
        core = self.core
        with core.db.reading() as books:
            try:
                found = rollouts.members(books, core.world, plan)
            except FieldErrors as error:
                raise Refused(f"{error}.", error.as_dict()) from None
            before = {device.id: books.files.made_for(device.id) for device, _ in found}
        limit = asyncio.Semaphore(AT_ONCE)

        async def one(device: Device, stage: int) -> Row:
            async with limit:
                return await self._draft(device, stage, plan.new, before[device.id])

        items = list(await asyncio.gather(*(one(device, stage) for device, stage in found)))
        return {
            "from": plan.old,
            "to": plan.new,
            "devices": len(items),
            "failed": sum(item["problem"] is not None for item in items),
            "items": items,
        }

    async def _draft(self, device: Device, stage: int, plugin: str, before: Sequence[DeviceFile]) -> Row:
        outcome = await self.renders.draft(replace(device, plugin=plugin))
        files: Mapping[str, str] = {}
        problem = None
        if isinstance(outcome, Rendered):
            files = {file.path: file.sha256 for file in outcome.files}
        else:
            problem = outcome
        return {
            "id": device.id,
            "mac": device.mac,
            "model": device.model,
            "group": "first" if stage == FIRST else "rest",
            "problem": problem,
            "files": [] if problem is not None else _compared({row.path: row.sha256 for row in before}, files),
        }


def _compared(before: Mapping[str, str], after: Mapping[str, str]) -> list[Row]:
    """Tell of each path what becomes of it: new, changed, same, gone."""
    rows = []
    for path in sorted({*before, *after}):
        if path not in after:
            change = "gone"
        elif path not in before:
            change = "new"
        else:
            change = "same" if before[path] == after[path] else "changed"
        rows.append({"path": path, "change": change})
    return rows


def _plan(row: Row) -> Plan:
    query = Query(tuple(_split(text) for text in row.get("filters") or ()), row.get("text") or "")
    return Plan(
        row["from"],
        row["to"],
        lambda device: matches(device_row(device), query, TEXTS),
        _first(row.get("first")),
        row.get("resume_at"),
        row.get("stop_at") or 0,
        row.get("window") or "",
        bool(row.get("sync")),
    )


def _first(told: int | str | None) -> Callable[[int, Device], bool] | None:
    """Read who is of the first group: so many devices, or those with a value."""
    if not told:
        return None
    if isinstance(told, int):
        return lambda place, _: place < told
    group = Query((_split(told),))
    return lambda _, device: matches(device_row(device), group)


TEXTS = ("id", "mac", "ip", "sn", "uuid", "vendor", "model", "version", "config", "description")


def _split(text: str) -> tuple[str, str]:
    key, _, value = text.partition("=")
    return key, value


def _named(books: Books, ident: str) -> Rollout:
    found = books.rollouts.get(ident)
    if found is None:
        raise NotFound(f"There is no roll-out {ident}. See: ringboot rollout list")
    return found


def _row(books: Books, rollout: Rollout) -> Row:
    counts: Counter[str] = Counter()
    first = 0
    for (stage, state), count in books.rollouts.counts(rollout.id).items():
        counts[state] += count
        first += count if stage == FIRST else 0
    row = asdict(rollout)
    row["from"], row["to"] = row.pop("old"), row.pop("new")
    row.pop("stage")
    row["sync"] = rollout.sync == 1
    figures = {state: counts[state] for state in ("waiting", "moved", "failed", "skipped")}
    return {**row, "devices": counts.total(), "first": first, **figures, "is_over": rollout.state not in OPEN}


def _device_row(books: Books, row: RolloutDevice) -> Row:
    device = books.devices.get(row.device)
    return {
        "device": row.device,
        "mac": device.mac if device else None,
        "model": device.model if device else None,
        "group": "first" if row.stage == FIRST else "rest",
        "state": row.state,
        "why": row.why,
    }
