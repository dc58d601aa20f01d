"""The render workers, seen from main: jobs go in, files stand in var/tftpboot when the answer comes."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from typing import NamedTuple, TypeVar

from ringboot.host.guest import Limits
from ringboot.host.tenant import Statistics, Tenant, TenantFailed
from ringboot.model import codec
from ringboot.plugins import staging
from ringboot.plugins.inspection import Findings, Inspection
from ringboot.plugins.job import (
    Outcome,
    Outdated,
    Rendered,
    RenderFailed,
    RenderJob,
    Task,
    TemplateFault,
    Work,
    decode_outcome,
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


class Preview(NamedTuple):
    """What a job would put in place."""

    rendered: Rendered
    data: tuple[bytes, ...]  # of each of its files


class RenderPool:
    """A few workers; each job goes to the next free one."""

    def __init__(self, size: int = 2, limits: Limits | None = None) -> None:
        self.outcomes: Counter[str] = Counter()  # by kind: rendered, fault, failed, outdated
        self._tenants = [Tenant(f"render-{number}", _MODULE, limits) for number in range(1, size + 1)]
        self._free: asyncio.LifoQueue[Tenant] = asyncio.LifoQueue()  # the one used last has its templates at hand
        for tenant in self._tenants:
            self._free.put_nowait(tenant)
        self._latest: dict[tuple[str, str], int] = {}
        self._open: Counter[tuple[str, str]] = Counter()

    async def start(self) -> None:
        """Bring the workers up; one that does not come is tried again by the first job that needs it."""
        await asyncio.gather(*(tenant.start() for tenant in self._tenants), return_exceptions=True)

    async def close(self) -> None:
        """End the workers."""
        await asyncio.gather(*(tenant.close() for tenant in self._tenants))

    async def render(self, job: RenderJob) -> Outcome:
        """Make a job's files and put them in place, unless a newer job for the same device came in meanwhile."""
        key = (job.folder, str(job.device["id"]) if job.device else "")
        self._latest[key] = max(job.revision, self._latest.get(key, 0))
        self._open[key] += 1
        try:
            outcome = await self._render(job, key)
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
            outcome = decode_outcome(await tenant.request(codec.encode(Task(Work(token, job)))))
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

    def forget(self, folder: str, device: str) -> None:
        """Drop whatever is being rendered for a device: it is gone, or another plugin's."""
        if (folder, device) in self._latest:
            self._latest[folder, device] = _NEVER

    def workers(self) -> list[dict[str, str | int | None]]:
        """Give the workers with their processes; one that does not run is started by the next job."""
        return [{"name": tenant.name, "pid": tenant.pid} for tenant in self._tenants]

    def statistics(self) -> dict[str, Statistics]:
        """Give each worker's figures."""
        return {tenant.name: tenant.statistics for tenant in self._tenants}

    async def _render(self, job: RenderJob, key: tuple[str, str]) -> Outcome:
        token = secrets.token_hex(8)
        tenant = await self._free.get()
        try:
            if self._latest[key] != job.revision:
                return Outdated(job.revision)
            outcome = decode_outcome(await tenant.request(codec.encode(Task(Work(token, job)))))
            if isinstance(outcome, Rendered):
                if self._latest[key] != job.revision:
                    return Outdated(job.revision)
                staging.place(job.folder, token, outcome, str(job.device["id"]) if job.device else None)
        except (TenantFailed, codec.BadMessage) as error:
            return RenderFailed(str(error))
        except OSError as error:
            return RenderFailed(f"{error.filename2 or error.filename}: {error.strerror}")
        else:
            return outcome
        finally:
            self._free.put_nowait(tenant)
            staging.clear(job.folder, token)
