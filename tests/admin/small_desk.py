"""A desk in memory, and a real API server over it on a unix socket: what the tests of API and commands talk to."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import os
import shutil
import socket
import tempfile
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, cast

from tests.admin.small_rest import SmallRest

from ringboot import reasons
from ringboot.admin.access import Access, Peer
from ringboot.admin.api import build_app
from ringboot.admin.desk import Desk
from ringboot.admin.server import ApiServer
from ringboot.desk.errors import Busy, NotFound, Refused
from ringboot.desk.listing import Page, Query, select
from ringboot.model.user import Caller

Row = dict[str, Any]
MAC = "00:00:5e:00:53:01"
OTHER = "00:00:5e:00:53:02"


class SmallDesk(SmallRest):
    """Keeps everything in dicts; `calls` holds what was asked of it, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[Any, ...]] = []
        self.fail: Exception | None = None
        self.explanation: Row = {"mac": MAC, "boot": {"reason": "boot-done", "text": "has fetched all", "help": ""}}
        self.rows_leases: list[Row] = []
        self.rows_names: list[Row] = []
        self.rows_webhooks: list[Row] = []
        self.rows_hooks: list[Row] = []
        self.shown_page: Row = {"status": 200, "type": "text/html", "data": "PGI+aGFsbG88L2I+", "framed": True}
        self.hook_problem = ""
        self.rows_machines: list[Row] = []
        self.rows_reservations: list[Row] = []
        self.rows_devices: dict[str, Row] = {}
        self.rows_configs: dict[str, Row] = {}
        self.rows_plugins: dict[str, Row] = {}
        self.rows_firmware: list[Row] = []
        self.rows_syncs: dict[int, Row] = {}
        self.sync_problems: list[Row] = []
        self.looks = 0  # at a job, until it has ended
        self.rows_settings = {"NAT": {"name": "NAT", "value": 0, "default": 0, "help": "devices behind a router"}}
        self.rows_templates: list[Row] = []
        self.foreseen_devices: list[Row] = []
        self.previewed: Row = {"files": [], "left": []}
        self.generations: list[Row] = []
        self.faults: list[Row] = []
        self.migrated: list[Row] = []
        self.files: dict[tuple[str, str], Row] = {}
        self.unreconfigurable: list[Row] = []
        self.rows_pools: list[Row] = []
        self.moments: list[Row] = []
        self.differences: list[Row] = []
        self.unfitting: Row = {"total": 0, "reasons": {}, "items": []}
        self.rows_rollouts = [
            {
                "id": "1", "from": "p", "to": "q", "who": "ann", "began": 1.0, "ended": 2.0, "state": "done",
                "reason": "rollout-done", "why": "all done", "devices": 2, "first": 0, "waiting": 0, "moved": 2,
                "failed": 0, "skipped": 0, "stop_at": 0, "failures": 0, "window": "", "resume_at": None,
                "is_over": True, "sync": False,
            }
        ]  # fmt: skip
        self.rollout_members: list[Row] = []
        self.rows_users: dict[str, Row] = {}
        self.rows_sessions: list[Row] = []
        self.rows_tokens: dict[str, Row] = {}
        self.foreseen: Row = {}
        self.audited: list[Row] = []
        self.unwritable: Exception | None = None  # why the audit cannot be written
        self.slow = False  # to reconfigure takes until somebody looks how far it is
        self.looked_at = threading.Event()

    def _call(self, *what: Any) -> None:
        self.calls.append(what)
        if self.fail is not None:
            raise self.fail

    async def status(self) -> Row:
        self._call("status")
        return {
            "version": "0.1.0",
            "ready": True,
            "leases": {"bound": 2},
            "processes": [{"name": "main", "pid": 7, "last_end": ""}],
            "problems": [],
        }

    async def top(self) -> Row:
        self._call("top")
        self.looked_at.set()
        return {
            "seconds": float(len(self.calls)),
            "dhcp": True,
            "messages": {"DISCOVER": 10 * len(self.calls)},
            "outcomes": {"acknowledged": 5 * len(self.calls)},
            "questions": {},
            "leases": {"bound": 2},
            "files": [{"door": "http", "reason": "served", "count": 3}],
            "renders": {},
            "rendering": 7,
            "journal_behind": 0,
            "loop_lag_ms": 1.0,
            "pools": [],
            "slowest": [],
        }

    async def reload(self, dry_run: bool) -> Row:
        self._call("reload", dry_run)
        return {
            "revision": 4,
            "restart_needed": "changed, and held from the next start: [dhcp] port",
            "differences": self.differences,
            "misfits": self.unfitting,
        }

    async def pools(self) -> list[Row]:
        self._call("pools")
        return self.rows_pools

    async def pool_history(self, network: str, step: int) -> list[Row]:
        self._call("pool_history", network, step)
        return self.moments

    async def numbers(self) -> list[Row]:
        self._call("numbers")
        return [{"name": "leases", "labels": {"state": "bound"}, "value": 2}]

    async def metrics(self) -> str:
        self._call("metrics")
        return "ringboot_held_back 0\n"

    async def diff(self, path: str | None, text: str | None) -> Row:
        self._call("diff", path, text)
        return {"items": self.differences}

    async def diff_reservations(self, rows: list[Row]) -> Row:
        self._call("diff_reservations", rows)
        return {"items": self.differences}

    async def misfits(self, limit: int) -> Row:
        self._call("misfits", limit)
        return self.unfitting

    async def secret_url(self, device_id: str, renew: bool, who: str) -> Row:
        self._call("secret_url", device_id, renew, who)
        return {"id": device_id, "mac": None, "path": "/s/word/", "http": "http://10.0.0.1:8667/s/word/", "https": None}

    async def tls(self) -> Row:
        self._call("tls")
        made = {
            "path": "/d/tls/x.crt",
            "subject": "CN=x",
            "names": ["10.0.0.1"],
            "since": 0.0,
            "until": 9e9,
            "sha256": "aa",
        }
        return {
            "listen": ":8668",
            "legacy": None,
            "admin": None,
            "admin_certificate": None,
            "problem": "",
            "client_cas": [{"brand": "acme", "file": "/ca.pem"}],
            "certificate": made,
            "ca": {**made, "pem": "-----BEGIN\n"},
        }

    async def explain(self, mac: str) -> Row:
        self._call("explain", mac)
        return {**self.explanation, "mac": mac}

    async def leases(self, after: int, limit: int, network: str | None, text: str | None) -> Row:
        self._call("leases", after, limit, network, text)
        rows = [row for row in self.rows_leases if not network or row["network"] == network]
        page = rows[after : after + limit]
        end = after + len(page)
        return {"items": page, "next": end if end < len(rows) else None, "total": len(self.rows_leases)}

    async def lease(self, address: str) -> Row:
        self._call("lease", address)
        for row in self.rows_leases:
            if row["address"] == address:
                return row
        raise NotFound(f"Nobody has {address}. See: ringboot lease list.")

    async def reserve_lease(self, address: str, kind: str, more: Row) -> Row:
        self._call("reserve_lease", address, kind, more)
        row = next((row for row in self.rows_leases if row["address"] == address), None)
        if row is None:
            raise NotFound(f"Nobody has {address}. See: ringboot lease list.")
        return await self.add_reservation(
            {"network": "lan", "kind": kind, "value": row["mac"], "address": address} | more
        )

    async def release_lease(self, address: str) -> Row:
        row = await self.lease(address)
        self.rows_leases.remove(row)
        return row

    async def renew_leases(self, addresses: list[str]) -> list[Row]:
        self._call("renew_leases", addresses)
        rows = []
        for address in addresses:
            held = [row for row in self.rows_leases if row["address"] == address]
            reason = reasons.ASKED_AND_RENEWED if held else reasons.NOT_LEASED
            detail = {"address": address}
            told = {"text": reasons.tell(reason.id, detail), "help": reasons.advise(reason.id, detail)}
            rows.append({"address": address, "mac": held[0]["mac"] if held else None, "reason": reason.id, **told})
        return rows

    async def reservations(self) -> list[Row]:
        self._call("reservations")
        return self.rows_reservations

    async def add_reservation(self, row: Row) -> Row:
        self._call("add_reservation", row)
        if not row["address"].startswith("10."):
            raise Refused("The reservation is not acceptable.", {"address": "does not lie in 10.0.0.0/8"})
        self.rows_reservations.append(row)
        return row

    async def remove_reservation(self, network: str, kind: str, value: str) -> None:
        self._call("remove_reservation", network, kind, value)
        kept = [row for row in self.rows_reservations if (row["network"], row["value"]) != (network, value)]
        if len(kept) == len(self.rows_reservations):
            raise NotFound(f"There is no reservation for {value} in {network}.")
        self.rows_reservations = kept

    async def import_reservations(self, rows: list[Row], dry_run: bool) -> Row:
        self._call("import_reservations", copy.deepcopy(rows), dry_run)
        errors = [
            {"row": row["row"], "field": "address", "error": f"{row['address']} does not lie in 10.0.0.0/8"}
            for row in rows
            if not row["address"].startswith("10.")
        ]
        if not errors and not dry_run:
            self.rows_reservations += [{key: row[key] for key in row if key != "row"} for row in rows]
        return {"added": 0 if errors else len(rows), "errors": errors}

    async def devices(self, query: Query) -> Page:
        self._call("devices", query)
        return select(self.rows_devices.values(), query)

    async def device(self, device_id: str) -> Row:
        return self._one(self.rows_devices, "device", device_id)

    async def add_device(self, row: Row, who: str) -> Row:
        self._call("add_device", row, who)
        made = {"id": "made", **row}
        self.rows_devices[made["id"]] = made
        return made

    async def set_device(self, device_id: str, changes: Row, who: str) -> Row:
        self._call("set_device", device_id, changes, who)
        return self._changed(self._one(self.rows_devices, "device", device_id), changes)

    async def remove_device(self, device_id: str, who: str) -> None:
        self._call("remove_device", device_id, who)
        del self.rows_devices[device_id]

    async def reconfigure(self, ids: list[str] | None, plugin: str | None, who: str) -> Row:
        self._call("reconfigure", ids, plugin, who)
        if self.slow:
            await asyncio.to_thread(self.looked_at.wait, 20)
        return {"configured": 2, "changed": 3, "failed": self.unreconfigurable}

    async def synchronize(self, ids: list[str] | None, query: Query, who: str) -> Row:
        self._call("synchronize", ids, query, who)
        ident = len(self.rows_syncs) + 1
        self.rows_syncs[ident] = {
            "id": ident, "state": "running", "began": 1.0, "ended": None, "who": who, "devices": 2, "waiting": 1,
            "told": 1, "done": 0, "failed": 0, "reasons": {}, "sent": 1, "rate": None,
        }  # fmt: skip
        return dict(self.rows_syncs[ident])

    async def syncs(self) -> list[Row]:
        self._call("syncs")
        return list(self.rows_syncs.values())

    async def sync(self, ident: int) -> Row:
        self._call("sync", ident)
        row = self._one(self.rows_syncs, "job", ident)
        self.looks -= 1
        if self.looks <= 0 and row["state"] == "running":
            failed = len(self.sync_problems)
            row |= {
                "state": "done",
                "ended": 2.0,
                "waiting": 0,
                "told": 0,
                "done": 2 - failed,
                "failed": failed,
                "rate": 600.0,
            }
        return dict(row)

    async def sync_devices(self, ident: int) -> list[Row]:
        self._call("sync_devices", ident)
        done = {"device": "d1", "mac": MAC, "state": "ended", "reason": "sync-done", "text": "fetched", "tries": 1}
        return [done, *self.sync_problems]

    async def stop_sync(self, ident: int, who: str) -> Row:
        self._call("stop_sync", ident, who)
        row = self._one(self.rows_syncs, "job", ident)
        row["state"] = "stopped"
        return dict(row)

    async def device_files(self, device_id: str) -> list[Row]:
        self._call("device_files", device_id)
        return [{key: row.get(key) for key in ("path", "part", "template", "secret", "fetched")}
                for (owner, _), row in self.files.items() if owner == device_id]  # fmt: skip

    async def show_file(self, device_id: str, path: str) -> Row:
        self._call("show_file", device_id, path)
        return self._one(self.files, "file", (device_id, path))

    async def preview(self, device_id: str, config: str | None, plugin: str | None) -> Row:
        self._call("preview", device_id, config, plugin)
        return self.previewed

    async def device_history(self, device_id: str) -> list[Row]:
        self._call("device_history", device_id)
        return self.generations

    async def generation(self, device_id: str, number: int) -> Row:
        self._call("generation", device_id, number)
        return self.previewed

    async def rollback(self, device_id: str, number: int, who: str) -> Row:
        self._call("rollback", device_id, number, who)
        return {"id": device_id, "mac": None, "from": number, "number": 9, "changed": 2}

    async def configs(self, query: Query) -> Page:
        self._call("configs", query)
        return select(self.rows_configs.values(), query)

    async def config(self, config_id: str) -> Row:
        return self._one(self.rows_configs, "config", config_id)

    async def raw_config(self, config_id: str) -> Row:
        raw = self._one(self.rows_configs, "config", config_id)["raw_config"]
        return {"id": config_id, "raw_config": raw, "layers": dict.fromkeys(raw, config_id), "order": [config_id]}

    async def autocreate_config(self, who: str) -> Row:
        self._call("autocreate_config", who)
        return {"id": "autoprov-1", "raw_config": {"admin_password": "7"}}

    async def add_config(self, row: Row, who: str) -> Row:
        self._call("add_config", row, who)
        self.rows_configs[row["id"]] = row
        return row

    async def set_config(self, config_id: str, changes: Row, who: str, wait: bool = True) -> Row:
        self._call("set_config", config_id, changes, who, *([] if wait else ["at once"]))
        return self._changed(self._one(self.rows_configs, "config", config_id), changes)

    async def remove_config(self, config_id: str, who: str) -> None:
        self._call("remove_config", config_id, who)
        if not self.rows_configs[config_id].get("deletable", True):
            raise Refused(f"Config {config_id} cannot be removed.")
        del self.rows_configs[config_id]

    async def config_devices(self, config_id: str) -> list[Row]:
        self._one(self.rows_configs, "config", config_id)
        return [row for row in self.rows_devices.values() if row.get("config") == config_id]

    async def foresee_config(self, config_id: str, changes: Row, device_id: str | None) -> Row:
        self._call("foresee_config", config_id, changes, device_id)
        return {"id": config_id, "reached": 2, "changed": 1, "items": self.foreseen_devices, "files": self.previewed}

    async def plugins(self) -> list[Row]:
        self._call("plugins")
        return list(self.rows_plugins.values())

    async def plugin(self, plugin_id: str) -> Row:
        return self._one(self.rows_plugins, "plugin", plugin_id)

    async def install_plugin(self, source: str, plugin_id: str | None, who: str) -> Row:
        self._call("install_plugin", source, plugin_id, who)
        return {"id": plugin_id or source, "version": "1.0"}

    async def upgrade_plugin(self, plugin_id: str, source: str | None, who: str) -> Row:
        self._call("upgrade_plugin", plugin_id, source, who)
        row = self._one(self.rows_plugins, "plugin", plugin_id)
        failed = [{"id": "d1", "mac": MAC, "problem": "base.tpl, line 3"}] if plugin_id == "spoilt" else []
        told = {"before": row["version"], "version": row.get("available"), "kept": row.get("kept", [])}
        return {"id": plugin_id, **told, "configured": 3 - len(failed), "failed": failed}

    async def reload_plugin(self, plugin_id: str, who: str) -> Row:
        self._call("reload_plugin", plugin_id, who)
        return self._one(self.rows_plugins, "plugin", plugin_id)

    async def repository(self) -> Row:
        self._call("repository")
        fetching = {"what": "index.json", "octets": 10, "total": 100} if self.slow else None
        self.looked_at.set()
        return {"server": "http://x", "plugins": 2, "fetching": fetching}

    async def update_repository(self) -> Row:
        self._call("update_repository")
        if self.slow:
            await asyncio.to_thread(self.looked_at.wait, 20)
        upgradable = [row["id"] for row in self.rows_plugins.values() if row.get("available")]
        return {"server": "http://x", "plugins": 2, "fetching": None, "upgradable": upgradable}

    async def uninstall_plugin(self, plugin_id: str, who: str) -> Row:
        self._call("uninstall_plugin", plugin_id, who)
        return {"backup": "/data/backup/x" if self.rows_plugins[plugin_id].get("custom_templates") else None}

    async def templates(self) -> list[Row]:
        self._call("templates")
        return self.rows_templates

    async def template(self, plugin: str, name: str, shipped: bool) -> Row:
        self._call("template", plugin, name, shipped)
        for row in self.rows_templates:
            if (row["plugin"], row["template"]) == (plugin, name) and not (shipped and row["custom"]):
                return row
        raise NotFound(f"{plugin} has no template {name}.")

    async def copy_template(self, plugin: str, name: str, to: str | None, force: bool, who: str) -> Row:
        self._call("copy_template", plugin, name, to, force, who)
        return {"plugin": plugin, "template": to or name, "origin": name, "file": f"/d/{to or name}"}

    async def check_templates(self, plugin: str | None) -> Row:
        self._call("check_templates", plugin)
        return {"read": 3, "items": self.faults}

    async def migrate_templates(self, plugin: str, names: list[str], *, dry_run: bool, base: str | None) -> list[Row]:
        self._call("migrate_templates", plugin, names, dry_run, base)
        return self.migrated

    async def resolve_template(self, plugin: str, name: str) -> Row:
        self._call("resolve_template", plugin, name)
        return {"plugin": plugin, "template": name, "result": "resolved", "conflicts": [], "kept": "/k", "text": None}

    async def firmware(self) -> list[Row]:
        self._call("firmware")
        return self.rows_firmware

    async def firmware_package(self, plugin: str, ident: str) -> Row:
        self._call("firmware_package", plugin, ident)
        return self.rows_firmware[0]

    async def firmware_doing(self, plugin: str) -> Row:
        self.calls.append(("firmware_doing", plugin))
        self.looked_at.set()
        return {"plugin": plugin, "doing": {"what": "fetches D10.zip", "octets": 512, "size": 1024}}

    async def install_firmware(self, plugin: str, packages: list[str], who: str) -> Row:
        self._call("install_firmware", plugin, packages, who)
        if self.slow:
            await asyncio.to_thread(self.looked_at.wait, 20)
        return {"plugin": plugin, "installed": packages, "files": ["a.rom", "b.rom"]}

    async def upgrade_firmware(self, plugin: str, packages: list[str] | None, who: str) -> Row:
        self._call("upgrade_firmware", plugin, packages, who)
        return {"plugin": plugin, "installed": packages or ["fw"], "files": ["a.rom"]}

    async def uninstall_firmware(self, plugin: str, ident: str, who: str) -> Row:
        self._call("uninstall_firmware", plugin, ident, who)
        return {"plugin": plugin, "id": ident, "removed": ["a.rom"], "kept": ["b.rom"], "not_needed": ["lang"]}

    async def upload_firmware(self, plugin: str, pieces: AsyncIterator[bytes], who: str) -> Row:
        data = b"".join([piece async for piece in pieces])
        self._call("upload_firmware", plugin, data, who)
        return {"plugin": plugin, "files": ["D10.zip"], "packages": ["fw"]}

    async def not_ready(self) -> list[str]:
        self._call("not_ready")
        return []

    async def machines(self, query: Query) -> Page:
        self._call("machines", query)
        return select(self.rows_machines, query)

    async def approve_machine(self, device_id: str, who: str, again: bool) -> Row:
        self._call("approve_machine", device_id, who, again)
        return {"id": "m1", "mac": device_id, "ip": None, "model": "x86-bios", "config": None, "description": None,
                "state": "installing", "since": 1.0, "who": who, "asked": None}  # fmt: skip

    async def scripts(self) -> Row:
        self._call("scripts")
        return {
            "configured": True, "connected": True, "problem": "", "scripts": ["rules.py"], "started": 1.0,
            "running": None, "asked": 1, "waiting": 0, "told": 0, "leases": 0, "memory": 1, "memory_limit": 2,
            "notices": {"waiting": 0}, "hooks": self.rows_hooks, "sources": [],
        }  # fmt: skip

    async def script_page(self, path: str, query: str) -> Row:
        self._call("script_page", path, query)
        return self.shown_page | {"title": "site", "links": [{"name": "<b>leases", "path": "/a b/c"}]}

    async def webhooks(self) -> list[Row]:
        self._call("webhooks")
        return self.rows_webhooks

    async def test_webhook(self, name: str, who: str) -> Row:
        self._call("test_webhook", name, who)
        return {"name": name, "taken": not self.hook_problem, "status": 204, "seconds": 0.01,
                "problem": self.hook_problem}  # fmt: skip

    async def names(self) -> list[Row]:
        self._call("names")
        return self.rows_names

    async def retry_names(self) -> Row:
        self._call("retry_names")
        return {"retried": len(self.rows_names)}

    async def move_devices(self, row: Row, who: str) -> Row:
        self._call("move_devices", row, who)
        if row["dry_run"]:
            return self.foreseen
        return self.rows_rollouts[0]

    async def list_rollouts(self) -> list[Row]:
        self._call("list_rollouts")
        return self.rows_rollouts

    async def rollout(self, rollout_id: str) -> Row:
        self._call("rollout", rollout_id)
        return self.rows_rollouts[0]

    async def rollout_devices(self, rollout_id: str) -> list[Row]:
        self._call("rollout_devices", rollout_id)
        return self.rollout_members

    async def resume_rollout(self, rollout_id: str, again: bool, who: str) -> Row:
        self._call("resume_rollout", rollout_id, again, who)
        return self.rows_rollouts[0]

    async def abort_rollout(self, rollout_id: str, who: str) -> Row:
        self._call("abort_rollout", rollout_id, who)
        return self.rows_rollouts[0]

    async def settings(self) -> list[Row]:
        self._call("settings")
        return list(self.rows_settings.values())

    async def get_setting(self, name: str) -> Row:
        return self._one(self.rows_settings, "setting", name)

    async def set_setting(self, name: str, value: Any, who: str) -> Row:
        self._call("set_setting", name, value, who)
        if value == "busy":
            raise Busy("The database is busy. Try again in a moment.")
        return self._changed(self._one(self.rows_settings, "setting", name), {"value": value})

    async def write_down(self, row: Row) -> None:
        if self.unwritable is not None:
            raise self.unwritable
        self.audited.append(row)

    async def audit(self, query: Query, since: float | None, until: float | None) -> Page:
        self._call("audit", query, since, until)
        rows = [{"id": at, "utc": float(at), **row} for at, row in enumerate(self.audited, 1)]
        return select(reversed(rows), query)

    async def users(self) -> list[Row]:
        self._call("users")
        return list(self.rows_users.values())

    async def user(self, name: str) -> Row:
        return self._one(self.rows_users, "user", name)

    async def add_user(self, row: Row, who: str) -> Row:
        self._call("add_user", row, who)
        made = {"name": row["name"], "role": row["role"], "created": 1.0, "last_seen": None, "must_change": True}
        self.rows_users[row["name"]] = made
        return made if "password" in row else {**made, "password": "once-only"}

    async def set_user(self, name: str, changes: Row, who: str) -> Row:
        self._call("set_user", name, changes, who)
        return self._changed(self._one(self.rows_users, "user", name), changes)

    async def remove_user(self, name: str, who: str) -> None:
        self._call("remove_user", name, who)
        del self.rows_users[name]

    async def reset_user(self, name: str, who: str) -> Row:
        self._call("reset_user", name, who)
        return {**self._one(self.rows_users, "user", name), "password": "once-only"}

    async def sessions(self, user: str | None) -> list[Row]:
        self._call("sessions", user)
        return self.rows_sessions

    async def end_session(self, ident: str, user: str | None) -> None:
        self._call("end_session", ident, user)

    async def tokens(self, user: str | None) -> list[Row]:
        self._call("tokens", user)
        return list(self.rows_tokens.values())

    async def token(self, ident: str, user: str | None) -> Row:
        self._call("token_of", user)
        return self._one(self.rows_tokens, "token", ident)

    async def add_token(self, row: Row, maker: Caller) -> Row:
        self._call("add_token", row, maker.who)
        made = {
            "id": "t2", "name": row["name"], "role": row.get("role", maker.role), "scope": row.get("scope", []),
            "user": maker.user, "created": 1.0, "expires": 2.0, "last_used": None,
        }  # fmt: skip
        return {**made, "secret": "rb_" + "x" * 43}

    async def remove_token(self, ident: str, user: str | None, who: str) -> None:
        self._call("remove_token", ident, user, who)
        self._one(self.rows_tokens, "token", ident)

    def _one(self, rows: Any, what: str, name: Any) -> Row:
        self._call(what, name)
        if name not in rows:
            raise NotFound(f"There is no {what} {name}.")
        return cast(Row, rows[name])

    def _changed(self, row: Row, changes: Row) -> Row:
        row.update(changes)
        return row


class Current:
    """The desk that the server answers from; each test puts its own here."""

    def __init__(self) -> None:
        self.desk = SmallDesk()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.desk, name)


class Rule:
    """An access rule that a test can change while the server runs."""

    def __init__(self) -> None:
        self.rule = Access(os.geteuid(), None)

    @property
    def owner(self) -> int:
        return self.rule.owner

    def role(self, peer: Peer) -> str | None:
        return self.rule.role(peer)


class Running:
    """A server with its socket, desk and rule."""

    def __init__(self, path: Path, current: Current, access: Rule) -> None:
        self.path = path
        self.current = current
        self.access = access


@contextlib.contextmanager
def running() -> Iterator[Running]:
    """Run an API server in a thread of its own."""
    folder = Path(tempfile.mkdtemp(prefix="rb"))  # a socket's path must be short
    path = folder / "api.sock"
    current, access = Current(), Rule()
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listening.bind(str(path))
    path.chmod(0o666)
    folder.chmod(0o755)
    listening.listen()
    ready, end = threading.Event(), threading.Event()

    async def serve() -> None:
        server = ApiServer(build_app(cast(Desk, current), cast(Access, access)), listening)
        await server.start()
        ready.set()
        await asyncio.to_thread(end.wait)
        await server.stop()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    try:
        assert ready.wait(20)
        yield Running(path, current, access)
    finally:
        end.set()
        thread.join()
        listening.close()
        shutil.rmtree(folder)
