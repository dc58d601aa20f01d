"""Requests that came before: as long as nothing that decided about one is another, it is decided likewise.

Only what a lease proves and what was served is kept.  What decided is: the database (its generation), the lease itself,
plugins, settings and networks (whole values, which are replaced), and where the name leads to on the disk.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ringboot.fleet.files import OLD, Places, Resolved
from ringboot.fleet.proof import LEASE
from ringboot.fleet.world import World
from ringboot.model.file import FileRequest, Serve
from ringboot.model.lease import Lease

MOST = 10_000  # requests that are remembered
MOST_TEXT = 1000  # characters of what one says: what strangers send must not fill the memory


class _Told(NamedTuple):
    """What was decided, and by what."""

    generation: int
    by: tuple[Any, ...]
    lease: Lease
    lies: str  # the name without links
    resolved: Resolved


class Repeats:
    """The requests of a while, the oldest first."""

    def __init__(self, world: World, places: Places) -> None:
        self._world = world
        self._places = places
        self._told: dict[tuple[Any, ...], _Told] = {}

    def __len__(self) -> int:
        """Give the number of requests that are remembered."""
        return len(self._told)

    def find(self, generation: int, request: FileRequest, utc: float) -> Resolved | None:
        """Give what was decided about such a request when all is as it was; its ticket is used up."""
        told = self._told.get(_key(request))
        if told is None or told.generation != generation:
            return None
        lease = told.lease
        if self._world.leases.at(lease.address, utc) is not lease:
            return None
        if any(now is not then for now, then in zip(self._by(), told.by, strict=True)):
            return None
        answer = told.resolved.answer
        assert isinstance(answer, Serve)
        return told.resolved if self._places.find(answer.root, answer.name) == told.lies else None

    def keep(self, generation: int, request: FileRequest, resolved: Resolved) -> None:
        """Remember what was decided; `generation`: of the database before it was read."""
        answer, lease = resolved.answer, resolved.seen.standing.lease
        if not isinstance(answer, Serve) or resolved.events or resolved.seen.changes or resolved.seen.device is None:
            return
        if lease is None or resolved.seen.proof.kind != LEASE or resolved.seen.standing.against is not None:
            return
        if request.certificate is not None or request.secret or request.tls in OLD:
            return
        if len(request.path) + sum(len(name) + len(value) for name, value in request.headers) > MOST_TEXT:
            return
        lies = self._places.find(answer.root, answer.name)
        if lies is None:
            return
        key = _key(request)
        self._told.pop(key, None)
        self._told[key] = _Told(generation, self._by(), lease, lies, resolved)
        if len(self._told) > MOST:
            del self._told[next(iter(self._told))]

    def _by(self) -> tuple[Any, ...]:
        world = self._world
        return world.plugins, world.catalog, world.settings, world.networks, world.identifier


def _key(request: FileRequest) -> tuple[Any, ...]:
    """Give all that is read of a request; its port, method and query are not."""
    return (
        request.peer, request.path, request.door, request.headers, request.local, request.certificate, request.secret,
        request.tls,
    )  # fmt: skip
