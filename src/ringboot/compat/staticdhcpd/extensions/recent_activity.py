"""`recent_activity`: the newest packet of each client, as a table."""

from __future__ import annotations

import html
from collections import OrderedDict
from datetime import UTC, datetime
from typing import Any

from ringboot.compat.staticdhcpd.addresses import MAC
from ringboot.compat.staticdhcpd.callbacks import WEB_METHOD_TEMPLATE, Statistics
from ringboot.compat.staticdhcpd.world import World

_DEFAULTS: dict[str, Any] = {
    "MAX_EVENTS": 10, "MAX_AGE": 300, "CLEAR_ON_REINIT": False, "DISPLAY_IN_DASHBOARD": True,
    "DASHBOARD_ORDERING": None, "METHOD_PATH": "/recent_activity", "MODULE": "activity", "NAME": "Recent activity",
}  # fmt: skip


class Activity:
    """The rows, oldest first."""

    def __init__(self, world: World) -> None:
        """Register with the site."""
        self._world = world
        self._said = said = world.extensions.recent_activity.extension_config_merge(defaults=_DEFAULTS)
        self._rows: OrderedDict[MAC, tuple[float, Statistics]] = OrderedDict()
        callbacks = world.callbacks
        callbacks.statsAddHandler(self.note)
        if said.CLEAR_ON_REINIT:
            callbacks.systemAddReinitHandler(self._rows.clear)
        if said.DISPLAY_IN_DASHBOARD:
            callbacks.webAddDashboard(said.MODULE, said.NAME, self.show, said.DASHBOARD_ORDERING)
        else:
            callbacks.webAddMethod(
                said.METHOD_PATH, self.show, hidden=False, module=said.MODULE, name=said.NAME,
                display_mode=WEB_METHOD_TEMPLATE,
            )  # fmt: skip

    def note(self, row: Statistics) -> None:
        """Take a packet down."""
        self._rows.pop(row.mac, None)
        self._rows[row.mac] = (self._world.outside.utc(), row)
        while len(self._rows) > self._said.MAX_EVENTS:
            self._rows.popitem(last=False)

    def show(self, *_: Any, **__: Any) -> str:
        """Give the table, newest first."""
        oldest = self._world.outside.utc() - self._said.MAX_AGE
        lines = "".join(_line(at, row) for at, row in reversed(self._rows.values()) if at >= oldest)
        heads = "".join(f"<th>{name}</th>" for name in ("Event", "Port", "MAC", "IP", "Subnet", "Serial", "Time"))
        return f"<table><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table>"


def _line(at: float, row: Statistics) -> str:
    when = datetime.fromtimestamp(at, UTC).astimezone().isoformat(sep=" ", timespec="seconds")
    subnet = ("" if each is None else each for each in (row.ip, row.subnet, row.serial))
    cells = (row.method, row.port, row.mac, *subnet, when)
    return f"<tr>{''.join(f'<td>{html.escape(str(cell))}</td>' for cell in cells)}</tr>"


def extension(world: World) -> dict[str, Any]:
    """Give what the module holds at this site."""
    return {"activity": Activity(world)}
