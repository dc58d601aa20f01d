"""Render jobs: which devices need their files made, one job a device at a time, and what came of it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Awaitable, Callable, Collection, Iterable
from typing import TypeVar

from ringboot import log, reasons
from ringboot.desk.core import Core
from ringboot.desk.inputs import Inheritance, inputs, told
from ringboot.desk.jobs import tell
from ringboot.desk.turns import Rounds, Turns
from ringboot.fleet import configs, layers, machines, rendered
from ringboot.fleet.books import Books, Taken
from ringboot.fleet.fields import FieldErrors
from ringboot.fleet.raw_config import complete, without_secrets
from ringboot.host.render import TOGETHER, Preview
from ringboot.model.device import Device, DeviceFile
from ringboot.plugins.history import History, KeptFile, tidy
from ringboot.plugins.job import Outdated, Rendered, RenderFailed, RenderJob, TemplateFault

T = TypeVar("T")
EVERY = 1 << 40  # a limit that is none
SLICE = 100  # jobs made in one go
FEW = 8  # devices that a person waits for; for a whole fleet no phone that asks for its file shall
AT_ONCE = 4 * TOGETHER  # jobs given to the pool: at two workers, being put in place, being written down


class Renders:
    """Keeps at most one job a device running; what changes meanwhile is rendered once more."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._revision = int(core.utc() * 1000)
        self._running: dict[str, asyncio.Task[str | None]] = {}
        self._again: set[str] = set()
        self._asked: set[str] = set()  # a person asked for these: what was put back does not hold
        self._why: dict[str, str] = {}
        self._forced: set[str] = set()  # to be rendered even if nothing differs: a template may
        self._inheritance = Inheritance()
        self._inputs: dict[str, bytes] = {}  # device -> digest of what its files were last made from
        self._standing: set[str] = set()  # waits for a change of its whole fleet only: until then what stands is good
        self._turns = Turns(AT_ONCE, core.pace)
        self._rounds = Rounds()
        self._closed = False

    @property
    def waiting(self) -> int:
        """Say how many devices are being rendered or wait for it."""
        return len(self._running)

    def need(
        self, devices: Iterable[str], why: str = "", *, only_changed: bool = False, standing: bool = False
    ) -> None:
        """Render these soon; `why` stands in their history; `only_changed`: those whose input is another one.

        `standing`: who asks meanwhile may have what stands, unless something else about the device has changed.
        """
        for device in devices:
            if self._closed:
                return
            if not standing:
                self._standing.discard(device)
            elif not self._is_running(device):
                self._standing.add(device)
            self._why[device] = why or self._why.get(device, "")
            if not only_changed:
                self._forced.add(device)
            if self._is_running(device):
                self._again.add(device)
            else:
                task = asyncio.create_task(self._render_until_still(device, self._turns.ask(device)))
                self._running[device] = task
                task.add_done_callback(lambda done, ident=device: self._ended(ident, done))  # type: ignore[misc]

    async def refresh(self, devices: Iterable[str]) -> None:
        """Render these one after the other, so that nobody waits for them: what they depend on may have changed."""
        for device in devices:
            self.need((device,))
            if (task := self._running.get(device)) is not None:
                await asyncio.wait({task})

    async def close(self) -> None:
        """Break off whatever is being rendered; the next start renders it."""
        self._closed = True
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def ensure(self, device: str) -> None:
        """Render this one unless that is going on."""
        if not self._is_running(device):
            self.need((device,))

    def must_be_awaited(self, device: str) -> bool:
        """Tell whether a device's files are being made, or are about to be, and what stands is not good till then."""
        return device in self._running and device not in self._standing

    def _is_running(self, device: str) -> bool:
        """Tell whether a task renders it that will look once more before it ends."""
        task = self._running.get(device)
        return task is not None and not task.done()

    def _ended(self, device: str, done: asyncio.Task[str | None]) -> None:
        if self._running.get(device) is done:
            del self._running[device]
            self._standing.discard(device)
        if not done.cancelled() and (error := done.exception()) is not None:
            log.get().error("rendering broke off", device=device, why=repr(error))

    async def settled(self, device: str) -> None:
        """Wait until a device's files are as they will be; it goes before those that nobody waits for."""
        task = self._running.get(device)
        if task is not None:
            self._turns.hurry(device)
            await asyncio.wait({task})

    async def instead(self, device: str, work: Callable[[], Awaitable[T]]) -> T:
        """Do something with a device's files while none of them is made."""
        while (task := self._running.get(device)) is not None:
            self._turns.hurry(device)
            await asyncio.wait({task})
        self._standing.discard(device)
        holder: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        doing = asyncio.create_task(self._after(holder))
        self._running[device] = doing
        doing.add_done_callback(lambda done: self._ended(device, done))
        try:
            return await work()
        finally:
            holder.set_result(None)
            await doing
            if device in self._again:
                self._again.discard(device)
                self.need((device,))

    async def _after(self, holder: asyncio.Future[None]) -> str | None:
        await holder
        return None

    async def inherited(self, config: str, why: str = "") -> None:
        """Render those whom a change of this config reaches and whose input differs now; returns when files stand."""
        heirs = await asyncio.to_thread(self._heirs, config)
        await self.done(heirs, why, only_changed=True, standing=len(heirs) > FEW)

    def _heirs(self, config: str) -> tuple[str, ...]:
        with self._core.db.reading() as books:
            return layers.heirs(books, config)

    async def done(
        self, devices: Iterable[str], why: str = "", *, only_changed: bool = False, standing: bool = False
    ) -> dict[str, str]:
        """Render these now, because a person wants it, and wait; gives the problem of each that could not be."""
        wanted = list(dict.fromkeys(devices))
        self._asked.update(wanted)
        tasks = {}
        for first in range(0, len(wanted), SLICE):
            part = wanted[first : first + SLICE]
            self.need(part, why, only_changed=only_changed, standing=standing)
            tasks.update({device: self._running[device] for device in part if device in self._running})
            await asyncio.sleep(0)  # a fleet's jobs are made without holding up a file request
        if len(wanted) <= FEW:
            for device in wanted:
                self._turns.hurry(device)
        failed: dict[str, str] = {}
        for done, (device, task) in enumerate(tasks.items()):
            tell(done, len(tasks))
            try:
                problem = await asyncio.shield(task)
            except asyncio.CancelledError:
                if not task.cancelled():
                    raise
                problem = "the daemon stopped before it was rendered"
            except Exception as error:
                problem = repr(error)
            if problem is not None:
                failed[device] = problem
        tell(len(tasks), len(tasks))
        return failed

    async def _render_until_still(self, device: str, turn: asyncio.Future[bool]) -> str | None:
        patient = await turn
        began = time.monotonic()
        try:
            while True:
                self._again.discard(device)
                asked, forced = device in self._asked, device in self._forced
                self._asked.discard(device)
                self._forced.discard(device)
                problem = await self._render(device, asked=asked, forced=forced)
                if device not in self._again:
                    return problem
        finally:
            self._turns.give_back(patient, time.monotonic() - began)

    async def _render(self, ident: str, *, asked: bool, forced: bool) -> str | None:
        core = self._core
        await self._rounds.room()
        generation = core.db.generation
        with core.db.reading() as books:
            device = books.devices.get(ident)
            if device is None or device.plugin is None:
                return None
            flat = self._inheritance.flat(generation, books, device)
            own = {(row.plugin, row.path) for row in books.files.of_device(ident)}
            machine = machines.of_device(books, core.world, device)
        folder = core.shelf.folders.get(device.plugin)
        if folder is None or device.plugin not in core.shelf.plugins:
            return await self._fault(device, core.shelf.why_not(device.plugin))
        why = self._why.pop(ident, "")
        if not asked and self._is_held(device, str(folder.path)):
            return device.problem
        if flat is None:
            return await self._fault(device, f"config {device.config or 'none'} does not exist")
        reserved: Device = device
        try:
            given = inputs(core, device, flat, machine)
            digest = given.digest()
            if not forced and device.configured and self._inputs.get(ident) == digest:
                core.pool.outcomes["unchanged"] += 1
                return None
            wanted = rendered.expected(core.shelf.plugins[device.plugin], device.plugin, device, given.raw)
            paths = [row.path for row in wanted]
            if not own.issuperset((device.plugin, path) for path in paths):
                await core.db.write(lambda books: rendered.reserve(books, core.world, reserved, given.raw))
        except (FieldErrors, Taken) as error:
            return await self._fault(device, str(error))
        self._inputs.pop(ident, None)
        self._revision += 1
        outcome = await core.pool.render(given.job(self._revision, str(folder.path)))
        if isinstance(outcome, Outdated):
            return None
        if isinstance(outcome, Rendered):
            self._inputs[ident] = digest
            return await self.keep(device, outcome, why, final=asked, reserved=paths)
        # Jinja2 and Python put values into their messages, and this one is stored and shown.
        why = without_secrets(outcome.why, {**given.raw, "options": device.options})
        return await self._fault(device, outcome._replace(why=why))

    async def draft(self, device: Device) -> Rendered | str:
        """Render a device as it might be, and serve nothing of it; gives its files, or why they cannot be made."""
        core = self._core
        with core.db.reading() as books:
            flat = configs.for_device(books.configs, device)
            machine = machines.of_device(books, core.world, device)
        folder = core.shelf.folders.get(device.plugin or "")
        if folder is None or device.plugin not in core.shelf.plugins:
            return core.shelf.why_not(device.plugin or "")
        if flat is None:
            return f"config {device.config or 'none'} does not exist"
        try:
            given = inputs(core, device, flat.raw, machine)
        except FieldErrors as error:
            return str(error)
        outcome = await core.pool.preview(given.job(0, str(folder.path)))
        if isinstance(outcome, Preview):
            return outcome.rendered
        return without_secrets(problem(outcome), {**given.raw, "options": device.options})

    def _is_held(self, device: Device, plugin: str) -> bool:
        """Tell whether its files are those that a person put back."""
        newest = History(plugin, device.id).held()
        if newest is None:
            return False
        with self._core.db.reading() as books:
            return {(row.path, row.sha256) for row in books.files.made_for(device.id)} == newest.contents

    async def keep(
        self, device: Device, outcome: Rendered, why: str, *,
        final: bool, held: bool = False, reserved: Collection[str] = (),
    ) -> str | None:  # fmt: skip
        """Write down that a device's files stand, also in its history; gives its problem.

        `final`: a person wants it so; else the history is asked only if something changed.  `reserved`: the paths that
        stay its own, also where no file stands now.
        """
        core, plugin = self._core, device.plugin or ""
        utc = core.utc()
        gone: list[DeviceFile] = []

        def write(books: Books) -> list[DeviceFile]:
            gone[:] = rendered.keep(books, device.id, plugin, outcome, utc, reserved=reserved)
            return gone

        found = await self._written(device.id, write)
        await self._rounds.room()
        folder = core.shelf.folders.get(plugin)
        history = History(folder.path, device.id) if folder is not None else None
        if found is None and history is not None and (gone or final or _differs(history, outcome)):
            files = (KeptFile(*(getattr(file, key) for key in KeptFile._fields)) for file in outcome.files)
            try:
                history.note(files, utc=utc, why=why or "what they are made of changed", held=held)
            except OSError as error:
                log.get().error("history could not be written", device=device.id, why=str(error))
        return found

    async def _fault(self, device: Device, fault: TemplateFault | RenderFailed | str) -> str | None:
        utc = self._core.utc()
        return await self._written(device.id, lambda books: rendered.keep_fault(books, device.id, fault, utc))

    async def _written(self, device: str, keep: Callable[[Books], list[DeviceFile]]) -> str | None:
        """Write down what became of a render, delete the files that it leaves over, and give the device's problem."""

        def write(books: Books) -> tuple[list[DeviceFile], Device | None]:
            gone = keep(books)
            books.files.remove(row for row in gone if not self._lies(row))
            return [row for row in gone if self._lies(row)], books.devices.get(device)

        gone, after = await self._core.db.write(write)
        await self._delete(gone)
        if after is None:
            return None
        self._core.know(after)
        return after.problem

    def _lies(self, record: DeviceFile) -> bool:
        """Tell whether there is a file; most records that go were of one that a device might have had."""
        root = self._core.shelf.tftpboot(record.plugin)
        return root is not None and os.path.lexists(f"{root}/{record.path}")

    async def _delete(self, records: list[DeviceFile]) -> None:
        """Delete files, and only then the records that say whose they are."""
        if not records:
            return
        for record in records:
            root = self._core.shelf.tftpboot(record.plugin)
            if root is not None:
                with contextlib.suppress(OSError):
                    (root / record.path).unlink()
        await self._core.db.write(lambda books: books.files.remove(records))

    async def forget(self, records: list[DeviceFile]) -> None:
        """Take away the files of a device that is gone, or has another plugin now."""
        for plugin, device in {(record.plugin, record.device) for record in records}:
            folder = self._core.shelf.folders.get(plugin)
            if folder is not None and device is not None:
                await self._core.pool.forget(str(folder.path), device)
        await self._delete(records)

    async def forget_history(self, device: str) -> None:
        """Drop the earlier files of a device that is gone."""
        for folder in list(self._core.shelf.folders.values()):
            await asyncio.to_thread(History(folder.path, device).forget)

    async def tidy(self) -> None:
        """Delete the files of devices that are gone, which a crash may have left behind."""
        core = self._core
        with core.db.reading() as books:
            left = [row for plugin in core.shelf.plugins for row in rendered.orphans(books, plugin)]
        await self._delete(left)
        await asyncio.to_thread(self._tidy_history)

    def _tidy_history(self) -> None:
        with self._core.db.reading() as books:
            devices = [device.id for device in books.devices.page("", EVERY)]
        for folder in self._core.shelf.folders.values():
            tidy(folder.path, devices)

    async def common(self, plugins: Iterable[str]) -> dict[str, str]:
        """Render the files that all devices of these plugins share; gives the problem of each that could not be."""
        failed: dict[str, str] = {}
        for plugin in plugins:
            why = await self._common(plugin)
            if why is not None:
                failed[plugin] = why
                log.get().error("common files could not be made", plugin=plugin, why=why)
        return failed

    async def _common(self, plugin: str) -> str | None:
        core = self._core
        folder = core.shelf.folders.get(plugin)
        if folder is None or plugin not in core.shelf.plugins:
            return None
        with core.db.reading() as books:
            flat = configs.flatten(books.configs.get, "base")
        self._revision += 1
        try:
            raw = complete({**told(core), **flat.raw})
            outcome = await core.pool.render(RenderJob(self._revision, str(folder.path), raw, core.facts(None)))
            if isinstance(outcome, Rendered):
                await self._delete(await core.db.write(lambda books: rendered.keep_common(books, plugin, outcome)))
        except FieldErrors as error:
            return f"config base: {error}"
        except Taken as taken:
            return str(taken)
        return problem(outcome) if isinstance(outcome, TemplateFault | RenderFailed) else None


def _differs(history: History, outcome: Rendered) -> bool:
    return any(file.changed for file in outcome.files) or not history.begun()


def problem(outcome: TemplateFault | RenderFailed) -> str:
    """Say why a job made no files."""
    if isinstance(outcome, TemplateFault):
        return reasons.tell(reasons.TEMPLATE_ERROR.id, outcome._asdict())
    return outcome.why
