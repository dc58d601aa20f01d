"""The render workers, seen from main: jobs go in, files stand in var/tftpboot when the answer comes.

Jobs that wait together go together: a message there and back costs as much as a small file.  A thread puts files in
place, one after the other: to replace one can mean to wait for the disk.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter, deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple, TypeVar

from ringboot.host.guest import Limits
from ringboot.host.tenant import Statistics, Tenant, TenantFailed
from ringboot.model import codec
from ringboot.plugins import staging
from ringboot.plugins.inspection import Findings, Inspection
from ringboot.plugins.job import (
    Answer,
    Outcome,
    Outdated,
    Rendered,
    RenderFailed,
    RenderJob,
    Task,
    TemplateFault,
    decode_answers,
    encode_work,
)
from ringboot.plugins.merged import Merged, Texts

T = TypeVar("T")

_MODULE = "ringboot.host.worker"
_KINDS: dict[type[Outcome], str] = {
    Rendered: "rendered",
    TemplateFault: "fault",
    RenderFailed: "failed",
    Outdated: "outdated",
}
_NEVER = 1 << 62  # the revision of a device that is gone
TOGETHER = 16  # jobs of one message

_Key = tuple[str, str]  # folder and device; "" is what all devices of a plugin share


class _Order(NamedTuple):
    """A job, and who waits for it."""

    job: RenderJob
    key: _Key
    done: asyncio.Future[Outcome]


class Preview(NamedTuple):
    """What a job would put in place."""

    rendered: Rendered
    data: tuple[bytes, ...]  # of each of its files


class RenderPool:
    """A few workers; jobs go to the next free one, those of a plugin together."""

    def __init__(self, size: int = 2, limits: Limits | None = None) -> None:
        self.outcomes: Counter[str] = Counter()  # by kind: rendered, fault, failed, outdated
        self._tenants = [Tenant(f"render-{number}", _MODULE, limits) for number in range(1, size + 1)]
        self._free: asyncio.LifoQueue[Tenant] = asyncio.LifoQueue()  # the one used last has its templates at hand
        for tenant in self._tenants:
            self._free.put_nowait(tenant)
        self._latest: dict[_Key, int] = {}
        self._open: Counter[_Key] = Counter()
        self._orders: deque[_Order] = deque()  # those that no worker has yet
        self._carriers: set[asyncio.Task[None]] = set()  # at most one for each worker
        self._mover = ThreadPoolExecutor(1, "files")
        self._moving: dict[asyncio.Task[None], list[_Order]] = {}  # works whose files are being put in place

    async def start(self) -> None:
        """Bring the workers up; one that does not come is tried again by the first job that needs it."""
        await asyncio.gather(*(tenant.start() for tenant in self._tenants), return_exceptions=True)

    async def close(self) -> None:
        """End the workers; who still waits for a job is cancelled."""
        for carrier in self._carriers:
            carrier.cancel()
        await asyncio.gather(*self._carriers, return_exceptions=True)
        self._carriers.clear()
        while self._orders:
            self._orders.popleft().done.cancel()
        if self._moving:
            await asyncio.wait(self._moving)
        self._mover.shutdown()
        await asyncio.gather(*(tenant.close() for tenant in self._tenants))

    async def render(self, job: RenderJob) -> Outcome:
        """Make a job's files and put them in place, unless a newer job for the same device came in meanwhile."""
        key = (job.folder, str(job.device["id"]) if job.device else "")
        self._latest[key] = max(job.revision, self._latest.get(key, 0))
        self._open[key] += 1
        order = _Order(job, key, asyncio.get_running_loop().create_future())
        self._orders.append(order)
        if len(self._carriers) < len(self._tenants):
            self._carriers.add(asyncio.create_task(self._carry()))
        try:
            outcome = await order.done
        finally:
            self._open[key] -= 1
            if not self._open[key]:
                del self._open[key], self._latest[key]
        self.outcomes[_KINDS[type(outcome)]] += 1
        return outcome

    async def preview(self, job: RenderJob) -> Preview | TemplateFault | RenderFailed:
        """Make a job's files and give them; nothing is put in place."""
        token = secrets.token_hex(8)
        tenant = await self._free.get()
        try:
            (outcome,) = await _ask(tenant, token, [job])
            if isinstance(outcome, Rendered):
                return Preview(outcome, await asyncio.to_thread(staging.read, job.folder, token, outcome))
            return outcome
        except (TenantFailed, codec.BadMessage) as error:
            return RenderFailed(str(error))
        except OSError as error:
            return RenderFailed(f"{error.filename}: {error.strerror}")
        finally:
            self._free.put_nowait(tenant)
            staging.clear(job.folder, token)

    async def inspect(self, inspection: Inspection) -> Findings | RenderFailed:
        """Read the templates of a plugin for faults."""
        return await self._asked(Task(inspect=inspection), Findings)

    async def merge(self, texts: Texts) -> Merged | RenderFailed:
        """Bring two changes of one text together."""
        return await self._asked(Task(merge=texts), Merged)

    async def _asked(self, task: Task, kind: type[T]) -> T | RenderFailed:
        tenant = await self._free.get()
        try:
            return codec.decode(kind, await tenant.request(codec.encode(task)))
        except (TenantFailed, codec.BadMessage) as error:
            return RenderFailed(str(error))
        finally:
            self._free.put_nowait(tenant)

    async def forget(self, folder: str, device: str) -> None:
        """Drop whatever is being rendered for a device: it is gone, or another plugin's.

        From then on none of its files is put in place.
        """
        key = (folder, device)
        if key in self._latest:
            self._latest[key] = _NEVER
        works = [task for task, orders in self._moving.items() if any(order.key == key for order in orders)]
        if works:
            await asyncio.wait(works)

    def workers(self) -> list[dict[str, str | int | None]]:
        """Give the workers with their processes; one that does not run is started by the next job."""
        return [{"name": tenant.name, "pid": tenant.pid} for tenant in self._tenants]

    @property
    def is_up(self) -> bool:
        """Tell whether a worker is there."""
        return any(tenant.is_up for tenant in self._tenants)

    def statistics(self) -> dict[str, Statistics]:
        """Give each worker's figures."""
        return {tenant.name: tenant.statistics for tenant in self._tenants}

    async def _carry(self) -> None:
        """Bring jobs to workers until none waits."""
        me = asyncio.current_task()
        assert me is not None
        try:
            while self._orders:
                tenant = await self._free.get()
                orders = self._next()
                try:
                    await self._do(tenant, orders)
                except BaseException:
                    for order in orders:
                        order.done.cancel()  # unless it has its answer: we were broken off
                    raise
                finally:
                    self._free.put_nowait(tenant)
                await asyncio.sleep(0)  # who waits for a worker with something else goes first
        finally:
            self._carriers.discard(me)  # at once: the next job starts another one

    def _next(self) -> list[_Order]:
        """Take the job that has waited longest, and others of its plugin; an old one is not even asked for."""
        taken: list[_Order] = []
        passed: list[_Order] = []
        while self._orders and len(taken) < TOGETHER:
            order = self._orders.popleft()
            if taken and taken[0].job.folder != order.job.folder:
                passed.append(order)
            elif self._is_wanted(order):
                taken.append(order)
        self._orders.extendleft(reversed(passed))
        return taken

    def _is_wanted(self, order: _Order) -> bool:
        """Tell whether somebody still waits for a job; who waits for an old one is told so."""
        if order.done.done():
            return False
        if self._latest[order.key] != order.job.revision:
            order.done.set_result(Outdated(order.job.revision))
            return False
        return True

    async def _do(self, tenant: Tenant, orders: list[_Order]) -> None:
        """Have a worker make the files of these jobs; they are put in place while it does others."""
        if not orders:
            return
        folder, token = orders[0].job.folder, secrets.token_hex(8)
        try:
            answers = await _ask(tenant, token, [order.job for order in orders])
        except BaseException as error:
            staging.clear(folder, token)
            if not isinstance(error, TenantFailed | codec.BadMessage):
                raise
            if len(orders) == 1 and self._is_wanted(orders[0]):
                orders[0].done.set_result(RenderFailed(str(error)))
            for order in orders:  # one of them broke the worker: each alone, so that only that one fails
                if self._is_wanted(order):
                    await self._do(tenant, [order])
            return
        task = asyncio.create_task(self._put(orders, answers, token))
        self._moving[task] = orders
        task.add_done_callback(self._moving.pop)

    async def _put(self, orders: list[_Order], answers: Sequence[Answer], token: str) -> None:
        """Have the files of a work put in place, and tell who waits for them."""
        loop = asyncio.get_running_loop()
        try:
            outcomes = await loop.run_in_executor(self._mover, self._placed, orders, answers, token)
            for order, outcome in zip(orders, outcomes, strict=True):
                if not order.done.done():
                    order.done.set_result(outcome)
        finally:
            for order in orders:
                order.done.cancel()  # unless it has its answer: we were broken off

    def _placed(self, orders: list[_Order], answers: Sequence[Answer], token: str) -> list[Outcome]:
        """Put the files of those jobs in place that somebody waits for and no newer one; on the mover's thread."""
        outcomes: list[Outcome] = []
        for number, (order, answer) in enumerate(zip(orders, answers, strict=True)):
            if order.done.done() or self._latest.get(order.key) != order.job.revision:
                outcomes.append(Outdated(order.job.revision))
            else:
                outcomes.append(_placed(order, answer, token, number))
        staging.clear(orders[0].job.folder, token)
        return outcomes


def _placed(order: _Order, answer: Answer, token: str, number: int) -> Answer:
    """Put the files of a job in place."""
    if not isinstance(answer, Rendered):
        return answer
    try:
        staging.place(order.job.folder, token, answer, order.key[1] or None, number)
    except OSError as error:
        return RenderFailed(f"{error.filename2 or error.filename}: {error.strerror}")
    return answer


async def _ask(tenant: Tenant, token: str, jobs: list[RenderJob]) -> list[Answer]:
    """Have a worker do these jobs; TenantFailed, codec.BadMessage."""
    return decode_answers(await tenant.request(encode_work(token, jobs)), len(jobs))
