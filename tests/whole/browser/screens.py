"""Every page that a browser is led to: its name and its address; {assigned} and {waiting} are ids of devices."""

from __future__ import annotations

PAGES: dict[str, str] = {
    "home": "/",
    "devices": "/devices",
    "device": "/devices/{assigned}",
    "device-waiting": "/devices/{waiting}",
    "device-preview": "/devices/{assigned}/preview?config=base",
    "device-files-before": "/devices/{assigned}/history/1",
    "device-new": "/devices/new",
    "assign": "/assign",
    "assign-line": "/assign/{assigned}",
    "assign-code": "/assign/code",
    "configs": "/configs",
    "config": "/configs/reception",
    "templates": "/templates",
    "template": "/templates/aastra/6731i.tpl",
    "plugins": "/plugins",
    "plugin": "/plugins/aastra",
    "leases": "/leases",
    "names": "/names",
    "networks": "/networks",
    "network": "/networks/phones",
    "reservations": "/reservations",
    "events": "/events",
    "jobs": "/jobs",
    "audit": "/audit",
    "users": "/users",
    "settings": "/settings",
    "password": "/password",
    "nothing-there": "/nothing",
}
