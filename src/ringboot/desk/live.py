"""What is new, for everybody who watches: one look a second for all of them, none while nobody does.

Nothing on the way of a packet or of a file tells it anything: it looks at counters, and reads the newest events.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

from ringboot.desk.core import Core
from ringboot.desk.errors import Busy
from ringboot.desk.events import event_row
from ringboot.desk.renders import Renders

LOOK_EVERY = 1.0  # seconds
STILL_HERE = 15.0  # seconds without news after which a proxy may think that nobody is there
MOST_WATCHERS = 200
MOST_EVENTS = 50  # and ids of devices, that wait for one watcher

EVENTS, DEVICES, LEASES, JOBS, STATUS, READY = "events", "devices", "leases", "jobs", "status", "ready"

News = dict[str, Any]  # by kind


class _Watcher:
    """What waits for one of them; of each kind one message, however slow it reads."""

    def __init__(self) -> None:
        self._news: News = {}
        self._there = asyncio.Event()

    def put(self, news: News) -> None:
        """Lay more beside what waits."""
        for kind, value in news.items():
            before = self._news.get(kind)
            if before is not None and kind in (EVENTS, DEVICES):
                items = list(dict.fromkeys([*before["items"], *value["items"]])) if kind == DEVICES else (
                    [*before["items"], *value["items"]]
                )  # fmt: skip
                cut = len(items) > MOST_EVENTS
                value = {"items": items[-MOST_EVENTS:], "more": cut or before["more"] or value["more"]}  # noqa: PLW2901
            self._news[kind] = value
        self._there.set()

    def wake(self) -> None:
        """Let it look: it is the end."""
        self._there.set()

    async def take(self) -> News:
        """Wait for news; nothing after a while."""
        try:
            async with asyncio.timeout(STILL_HERE):
                await self._there.wait()
        except TimeoutError:
            return {}
        self._there.clear()
        news, self._news = self._news, {}
        return news


class Live:
    """Looks, and tells the watchers."""

    def __init__(self, core: Core, renders: Renders, processes: Callable[[], list[dict[str, Any]]]) -> None:
        self._core = core
        self._renders = renders
        self._processes = processes
        self._watchers: set[_Watcher] = set()
        self._looking: asyncio.Task[None] | None = None
        self._last_event = 0
        self._seen: dict[str, Any] = {}  # what was told last, by kind
        self.is_closed = False

    def watch(self) -> AsyncIterator[tuple[str, Any]]:
        """Give (kind, value) of what is new, `ready` first; an empty kind says that nothing was for a while."""
        if len(self._watchers) >= MOST_WATCHERS:
            raise Busy(f"{MOST_WATCHERS} others watch already. Look at the lists instead.")
        return self._watch()

    async def _watch(self) -> AsyncIterator[tuple[str, Any]]:
        watcher = _Watcher()
        if not self._watchers:
            self._news()  # what happened before is no news
        self._watchers.add(watcher)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look_on())
        try:
            yield READY, dict(self._seen)
            while not self.is_closed:
                news = await watcher.take()
                for kind, value in news.items() or [("", None)]:
                    yield kind, value
        finally:
            self._watchers.discard(watcher)

    def close(self) -> None:
        """Let all go: the daemon stops."""
        self.is_closed = True
        for watcher in self._watchers:
            watcher.wake()
        if self._looking is not None:
            self._looking.cancel()

    async def _look_on(self) -> None:
        while self._watchers:
            await asyncio.sleep(LOOK_EVERY)
            self.look()

    def look(self) -> None:
        """Tell everybody what is new since the last look."""
        news = self._news()
        if news:
            for watcher in self._watchers:
                watcher.put(news)

    def _news(self) -> News:
        core = self._core
        news: News = {}
        touched = core.db.touched
        devices = list(dict.fromkeys(touched.popleft() for _ in range(len(touched))))
        if devices:
            news[DEVICES] = {"items": devices[-MOST_EVENTS:], "more": len(devices) > MOST_EVENTS}
        with core.db.reading() as books:
            newest = books.events.newest(MOST_EVENTS + 1)
        fresh = [event for event in reversed(newest) if (event.id or 0) > self._last_event]
        if fresh:
            self._last_event = fresh[-1].id or 0
            rows = list(map(event_row, fresh[-MOST_EVENTS:]))
            news[EVENTS] = {"items": rows, "more": len(fresh) > MOST_EVENTS}
        told = {
            LEASES: {"total": len(core.world.leases), "moves": core.world.leases.moves},
            JOBS: {"items": core.jobs.progress()},
            STATUS: self._status(),
        }
        for kind, value in told.items():
            if self._seen.get(kind) != value:
                self._seen[kind] = news[kind] = value
        return news

    def _status(self) -> dict[str, Any]:
        rows = [{"name": row["name"], "pid": row["pid"], "restarts": row["restarts"]} for row in self._processes()]
        return {"dhcp": self._core.link.connected, "rendering": self._renders.waiting, "processes": rows}


class LiveDesk:
    """What watches it all."""

    live: Live

    def watch(self) -> AsyncIterator[tuple[str, Any]]:
        """Give (kind, value) of what is new, as it comes; Busy when too many watch."""
        return self.live.watch()
