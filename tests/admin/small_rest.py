"""What the small desk answers about networks, events, jobs, selections, drafts and lines."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from typing import Any

from ringboot.desk.errors import NotFound, Refused
from ringboot.desk.jobs import Jobs

Row = dict[str, Any]


class SmallRest:
    """Keeps rows; `calls` holds what was asked of it, in order."""

    calls: list[tuple[Any, ...]]
    fail: Exception | None

    def __init__(self) -> None:
        self.rows_networks: list[Row] = []
        self.rows_classes: list[Row] = []
        self.rows_events: list[Row] = []
        self.rows_models: list[Row] = []
        self.needs: Row = {"total": 0, "reasons": {}, "items": []}
        self.news: list[tuple[str, Any]] = []
        self.seen: Row = {"devices": 0, "states": {}, "brands": [], "pools": []}
        self.selected: list[Row] = []
        self.undone: list[Row] = []
        self.model: Row = {"lines": 2, "keys": 4}
        self.work = Jobs()
        self.rows_jobs: dict[str, Row] = {}
        self.imported: Row = {"added": 0, "changed": 0, "same": 0, "errors": [], "items": [], "dry_run": False}

    def _noted(self, *what: Any) -> None:
        self.calls.append(what)
        if self.fail is not None:
            raise self.fail

    async def register(self, row: Row, who: str) -> list[Row]:
        self._noted("register", row, who)
        return [{"mac": mac, "network": None, "address": None, "fresh": True} for mac in row["macs"]]

    async def networks(self) -> list[Row]:
        self._noted("networks")
        return self.rows_networks

    async def network(self, name: str) -> Row:
        self._noted("network", name)
        for row in self.rows_networks:
            if row["name"] == name:
                return row
        raise NotFound(f"There is no network {name}.")

    async def network_addresses(self, name: str, first: str | None, limit: int) -> Row:
        self._noted("network_addresses", name, first, limit)
        return {"network": name, "first": "10.0.0.0", "last": "10.0.0.255", "items": [], "next": None}

    async def classes(self) -> list[Row]:
        self._noted("classes")
        return self.rows_classes

    async def events(self, wanted: Any, before: int | None, limit: int) -> Row:
        self._noted("events", wanted, before, limit)
        return {"items": self.rows_events, "next": None}

    async def watch(self) -> AsyncIterator[tuple[str, Any]]:
        for each in self.news:
            yield each

    async def attention(self) -> Row:
        self._noted("attention")
        return self.needs

    async def overview(self) -> Row:
        self._noted("overview")
        return self.seen

    async def run_job(self, kind: str, what: str, who: str, work: Awaitable[Any]) -> Any:
        return await self.work.run(kind, what, who, work)

    async def begin_job(self, kind: str, what: str, who: str, work: Awaitable[Any]) -> Row:
        return self.work.start(kind, what, who, work)

    async def jobs(self) -> list[Row]:
        self._noted("jobs")
        return [*self.work.all(), *self.rows_jobs.values()]

    async def job(self, ident: str) -> Row:
        self._noted("job", ident)
        found = self.rows_jobs.get(ident) or self.work.get(ident)
        if found is None:
            raise NotFound(f"There is no job {ident}.")
        return found

    async def resume_job(self, ident: str, who: str) -> Row:
        self._noted("resume_job", ident, who)
        return {**await self.job(ident), "id": f"{ident}-again", "state": "done", "result": {"devices": 1, "done": 1}}

    async def follow_job(self, ident: str) -> AsyncIterator[tuple[str, Any]]:
        yield "job", self.work.get(ident)

    async def chosen_devices(self, ids: list[str] | None, query: Any) -> Row:
        self._noted("chosen_devices", ids, query)
        return {"devices": 2, "items": self.selected}

    async def bulk(self, action: str, ids: list[str] | None, query: Any, values: Row, who: str) -> Row:
        self._noted("bulk", action, ids, query, values, who)
        if values.get("plugin") == "gone":
            raise Refused("Plugin gone is not installed.")
        return {"action": action, "devices": 2, "done": 2 - len(self.undone), "failed": self.undone}

    async def import_devices(self, rows: Any, dry_run: bool, who: str) -> Row:
        self._noted("import_devices", list(rows), dry_run, who)
        return self.imported | {"dry_run": dry_run}

    async def check_draft(self, plugin: str, name: str, text: str) -> Row:
        self._noted("check_draft", plugin, name, text)
        return {"plugin": plugin, "template": name, "items": []}

    async def put_template(self, plugin: str, name: str, text: str, who: str) -> Row:
        self._noted("put_template", plugin, name, text, who)
        return {"plugin": plugin, "template": name, "text": text, "faults": [], "kept": None}

    async def remove_template(self, plugin: str, name: str, who: str) -> Row:
        self._noted("remove_template", plugin, name, who)
        return {"plugin": plugin, "template": name, "kept": "/k"}

    async def try_templates(self, device_id: str, config: str | None, plugin: str | None, drafts: Row) -> Row:
        self._noted("try_templates", device_id, config, plugin, drafts)
        return {"files": [], "left": []}

    async def model_rows(self) -> list[Row]:
        self._noted("model_rows")
        return self.rows_models

    async def model_row(self, plugin: str, model: str) -> Row:
        self._noted("model_row", plugin, model)
        return {"plugin": plugin, "model": model, **self.model}

    async def device_raw(self, device_id: str) -> Row:
        self._noted("device_raw", device_id)
        return {"id": device_id, "config": "c", "raw_config": {"admin_password": "x"}, "layers": {}, "order": ["c"]}

    async def assign(self, device_id: str | None, row: Row, who: str) -> Row:
        self._noted("assign", device_id, row, who)
        device = None if device_id is None else {"id": device_id}
        return {"config": {"id": "c", "raw_config": {"sip_lines": {"1": {"password": "x"}}}}, "device": device}
