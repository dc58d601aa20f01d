"""What the desk holds for the pages beside devices, every text of it a stranger's, and the addresses of these pages."""

from __future__ import annotations

from typing import Any

from ringboot.admin.access import ADMINISTRATOR, OPERATOR, VIEWER

MAC = "00:00:5e:00:53:0a"
# Every address, and from which role on it shows something.
ADDRESSES: list[tuple[str, str]] = [
    ("/configs", VIEWER),
    ("/configs?text=base&role=autocreate&transient=false&sort=-label", VIEWER),
    ("/configs/base", VIEWER),
    ("/configs/c", VIEWER),
    ("/configs-new", VIEWER),
    ("/settings", VIEWER),
    ("/templates", VIEWER),
    ("/templates?plugin=p&state=changed", VIEWER),
    ("/templates-check", VIEWER),
    ("/templates/p/base.tpl", ADMINISTRATOR),
    ("/templates/p/shipped.tpl", ADMINISTRATOR),
    ("/plugins", VIEWER),
    ("/plugins/p", VIEWER),
    ("/plugins/q", VIEWER),
    ("/plugins/p/firmware", VIEWER),
    ("/plugins/p/firmware/fw", VIEWER),
    ("/plugins/p/uninstall", VIEWER),
    ("/plugins-install", VIEWER),
    ("/leases", VIEWER),
    ("/leases?text=x&network=lan&after=1", VIEWER),
    ("/leases/10.0.0.9", VIEWER),
    ("/names", VIEWER),
    ("/networks", VIEWER),
    ("/networks/lan", VIEWER),
    ("/networks/lan?at=10.0.0.99&step=15m", VIEWER),
    ("/reservations", VIEWER),
    ("/reservations/import", VIEWER),
    ("/users", VIEWER),
    ("/users-new", VIEWER),
    ("/tokens-new", VIEWER),
    ("/audit", ADMINISTRATOR),
    ("/audit?who=ann&method=PUT&status=200&text=x", ADMINISTRATOR),
    ("/events", VIEWER),
    ("/events?stage=dhcp&reason=offered&mac=00:00:5e:00:53:0a&since=2026-01-01T00:00&before=9", VIEWER),
    ("/jobs", VIEWER),
    ("/jobs/1", VIEWER),
    ("/rollouts/1", VIEWER),
    ("/rollouts-new", VIEWER),
    ("/syncs/1", VIEWER),
    ("/reservations/new", VIEWER),
]
PIECES = (
    "/rollouts-new", "/devices/import",
    "/configs-new", "/templates-check", "/reservations/import", "/reservations/new", "/plugins/p/firmware",
    "/plugins/p/firmware/fw", "/plugins/p/uninstall", "/plugins-install", "/leases/10.0.0.9",
)  # fmt: skip


def fill(desk: Any, evil: str) -> None:
    """Put rows of everything on a small desk."""
    desk.rows_configs |= {
        "base": {
            "id": "base", "parent_ids": ["c", evil], "role": "autocreate", "label": evil, "code": evil,
            "transient": True, "deletable": True,
            "raw_config": {
                "locale": evil, "ntp_enabled": True, "admin_password": "7", "X_own": evil,
                "sip_lines": {"1": {"display_name": evil}}, "funckeys": {"2": {"label": evil}},
            },
        },
    }  # fmt: skip
    usual: dict[str, Any] = {"parent_ids": [], "role": None, "label": None, "code": None}
    for ident, row in desk.rows_configs.items():
        desk.rows_configs[ident] = {**usual, "transient": False, "deletable": True, **row}
    desk.rows_settings["plugin_server"] = {
        "name": "plugin_server", "value": evil, "default": evil, "help": evil, "kind": "text", "choices": [],
        "least": None, "most": None,
    }  # fmt: skip
    plain = {"plugin": "p", "custom": True, "path": evil, "origin": evil, "version": evil, "devices": 1, "shared": True}
    whole = {
        "file": evil,
        "text": f"a\n{evil}",
        "original": "a",
        "now": "a\nb",
        "used_by": [{"id": "d1", "mac": MAC, "model": evil}],
    }
    desk.rows_templates = [
        {**plain, **whole, "template": "base.tpl", "state": "changed"},
        {**plain, **whole, "template": "shipped.tpl", "state": "shipped", "custom": False, "now": None},
        {**plain, **whole, "template": evil, "state": evil},
    ]
    desk.faults = [{"plugin": "p", "template": evil, "line": 3, "kind": "syntax", "what": evil}]
    desk.migrated = [
        {
            "plugin": "p",
            "template": "base.tpl",
            "result": "merged",
            "conflicts": [],
            "kept": None,
            "text": f"b\n{evil}",
            "path": evil,
        }
    ]
    about = {
        "name": evil, "title": evil, "version": evil, "description": evil, "available": evil, "end_of_life": False,
        "enabled": True, "devices": 2, "custom_templates": [evil], "problem": None, "models": [evil],
        "dhcp_options": {"66": evil},
    }  # fmt: skip
    inside = {"folder": evil, "templates": [evil], "firmware": [evil], "changed_files": [evil]}
    desk.rows_plugins |= {
        "p": {**about, **inside, "id": "p", "installed": True},
        "q": {**about, "id": "q", "installed": False, "problem": evil},
        evil: {"id": evil, "installed": True, "enabled": False, "end_of_life": False, "problem": evil},
    }
    desk.rows_firmware = [
        {
            "plugin": "p", "id": "fw", "version": evil, "installed": evil, "state": state, "size": 2048,
            "description": evil, "problem": evil, "depends": [evil], "steps": [evil], "installed_files": [evil],
            "files": [{"name": evil, "url": evil, "size": 5, "kind": "sha256", "digits": evil, "cached": True}],
        }
        for state in ("installed", "upgrade", "available", "broken")
    ]  # fmt: skip
    desk.rows_leases = [
        {
            "address": "10.0.0.9", "network": evil, "mac": MAC, "client_id": "01:02", "state": state, "start": 1.0,
            "expiry": 9e18, "hostname": evil, "vendor_class": evil, "relay_information": "aabb",
        }
        for state in ("bound", "declined", "expired")
    ]  # fmt: skip
    desk.rows_names = [{"address": "10.0.0.9", "name": evil, "mac": MAC, "state": "failed", "problem": evil}]
    desk.rows_reservations = [
        {
            "network": evil,
            "kind": "mac",
            "value": evil,
            "address": "10.0.0.9",
            "hostname": evil,
            "options": {evil: evil},
        }
    ]
    desk.rollout_members = [
        {"device": "d1", "mac": MAC, "model": evil, "group": "first", "state": "failed", "why": evil}
    ]
    desk.rows_rollouts[0] |= {"from": evil, "to": evil, "why": evil, "is_over": False, "state": "paused", "failed": 1}
    desk.rows_syncs[1] = {
        "id": 1, "state": "running", "began": 1.0, "ended": None, "who": evil, "devices": 2, "waiting": 1, "told": 0,
        "done": 0, "failed": 1, "reasons": {}, "sent": 1, "rate": 12.5,
    }  # fmt: skip
    desk.looks = 9
    desk.sync_problems = [
        {"device": "d1", "mac": MAC, "state": "ended", "reason": "x", "text": evil, "help": evil, "tries": 1}
    ]
    desk.foreseen_devices = [
        {
            "id": "d1",
            "mac": MAC,
            "model": evil,
            "plugin": "p",
            "config": "base",
            "before": {"locale": None},
            "after": {"locale": evil},
        }
    ]

    pool = {"network": "lan", "pool": "10.0.0.10-10.0.0.99", "size": 90, "used": 9, "declined": 1, "free": 80}
    desk.rows_networks = [
        {
            "name": name, "subnet": "10.0.0.0/24", "segment": evil, "interfaces": [evil], "relays": [evil],
            "authoritative": True, "unknown": evil, "quarantine": evil, "trust": evil, "lease_time": 3600, "size": 90,
            "used": 9, "declined": 1, "free": 80, "leases": 9, "reservations": 2, "options": {evil: evil},
            "pools": [{**pool, "classes": [evil], "max_leases": 5, "options": {}}],
        }
        for name in ("lan", evil)
    ]  # fmt: skip
    desk.rows_classes = [
        {
            "name": evil, "source": "configuration", "match": [[{"evidence": evil, "pattern": evil}]],
            "options": {evil: evil}, "lease_time": None, "leases": 3,
        }
    ]  # fmt: skip
    desk.moments = [{"utc": 60.0 * at, "pool": evil, "size": 90, "used": at, "declined": 0} for at in range(5)]
    row = {"address": "10.0.0.9", "network": evil, "mac": MAC, "expiry": 2.0, "reason": "x", "text": evil}
    desk.unfitting = {"total": 1, "reasons": {evil: 1}, "items": [{**row, "at_renewal": evil}]}
    desk.rows_events = [
        {
            "id": 1, "utc": 1.0, "stage": evil, "reason": evil, "text": evil, "help": evil, "mac": MAC, "device": "d1",
            "address": "10.0.0.9", "detail": {},
        }
    ]  # fmt: skip
    desk.rows_jobs = {
        str(place): {
            "id": str(place), "kind": evil, "what": evil, "who": evil, "state": state, "started": 1.0, "ended": ended,
            "doing": evil, "done": 1, "total": 2, "unit": evil,
            "result": {
                "done": 3, "sync": {"id": 1}, evil: 7, "failed": [{"id": "d1", "mac": None, "problem": evil}],
                "errors": [{"row": 2, "field": evil, "error": evil}],
            },
            "problem": evil, "code": None,
            "link": evil,
            "resumable": ended is not None,
        }
        for place, (state, ended) in enumerate((("running", None), ("failed", 9.0)))
    }  # fmt: skip
    entry = {"who": evil, "role": evil, "via": evil, "method": "PUT", "path": evil, "status": 200, "request": None}
    desk.audited = [
        {**entry, "before": {"value": 0}, "after": {"value": evil}},
        {**entry, "before": None, "after": {evil: evil}, "request": {"all": evil}, "status": 403},
    ]
    desk.rows_users = {
        evil: {"name": evil, "role": "viewer", "created": 1.0, "last_seen": 2.0, "must_change": True},
        "ann": {"name": "ann", "role": "administrator", "created": 1.0, "last_seen": None, "must_change": False},
    }
    desk.rows_tokens = {
        "t1": {
            "id": "t1", "name": evil, "role": "viewer", "scope": [evil], "user": evil, "created": 1.0, "expires": 9e18,
            "last_used": None,
        }
    }  # fmt: skip
    desk.rows_sessions = [
        {"id": "s1", "user": evil, "created": 1.0, "last_seen": 2.0, "ends": 3.0, "address": evil, "agent": evil}
    ]


OFFERED: list[tuple[str, list[str], str]] = [
    ("/users", ["/users-new"], ADMINISTRATOR),
    ("/configs", ["/configs-new"], OPERATOR),
    ("/configs/base", ["/configs/base/preview", "/configs/base/remove"], OPERATOR),
    ("/plugins", ["/plugins-install"], ADMINISTRATOR),
    ("/plugins/p", ["/plugins/p/upgrade", "/plugins/p/reload", "/plugins/p/uninstall"], ADMINISTRATOR),
    ("/plugins/p/firmware", ["/plugins/p/firmware/fw/install", "/plugins/p/firmware/fw/uninstall"], ADMINISTRATOR),
    ("/settings", ["/settings/NAT"], ADMINISTRATOR),
    ("/leases/10.0.0.9", ["/leases/10.0.0.9/release", "/leases/10.0.0.9/renew"], OPERATOR),
    ("/names", ["/names/retry"], OPERATOR),
    ("/jobs", ["/rollouts-new"], OPERATOR),
    ("/rollouts/1", ["/rollouts/1/resume", "/rollouts/1/abort"], OPERATOR),
    ("/jobs/1", ["/jobs/1/resume"], OPERATOR),
    ("/syncs/1", ["/syncs/1/stop"], OPERATOR),
    ("/reservations", ["/reservations/new", "/reservations/import", "/reservations/remove"], OPERATOR),
]
