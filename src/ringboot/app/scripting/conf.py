"""A conf.py of staticDHCPd among the scripts: its hooks are rows of the registry, its world is the daemon."""

from __future__ import annotations

import base64
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ringboot import log
from ringboot.compat.staticdhcpd.conf import ConfError
from ringboot.compat.staticdhcpd.site import Site
from ringboot.compat.staticdhcpd.web import links, page
from ringboot.compat.staticdhcpd.world import Held, Outside
from ringboot.host.loading import ScriptFault
from ringboot.model.address import ip_number
from ringboot.model.scripting import ANSWER, TIMER, Hook, Told
from ringboot.scripts import outside
from ringboot.scripts.lease import leases
from ringboot.scripts.registry import Registered, Registry, Step
from ringboot.scripts.turn import Turn
from ringboot.setup.settings import Network

AT_ONCE = 500  # leases of one frame
LONGEST_PAGE = 4 << 20  # octets; in a frame they take a third more
_LEVELS = {logging.DEBUG: "debug", logging.INFO: "info", logging.WARNING: "warning"}


def register(path: Path, registry: Registry, networks: Sequence[Network]) -> Site:
    """Read a conf.py, and add what it does to the registry; ScriptFault says where it is wrong."""
    root = logging.getLogger()
    root.addHandler(_Lines())
    root.setLevel(logging.INFO)
    try:
        site = Site.of(path, _outside(networks))
    except ConfError as error:
        raise ScriptFault(str(path), None, str(error)) from None
    for note in site.conf.notes:
        log.get().info("setting of staticDHCPd", path=str(path), what=note)
    for hook in site.hooks:
        called = hook.name.rpartition(":")[2]
        stage = site.seen if called == "filterPacket" else site.answer if hook.kind == ANSWER else site.look_up
        step = _answer(site) if hook.kind == ANSWER else _before(site, stage)
        registry.add(Registered(hook, site.place(called), stage, step))
    registry.add(Registered(Hook(TIMER, f"{path.name}:tick"), site.place("tick"), site.tick, None, "1s", 1.0))
    registry.web = lambda asked: _page(site, asked)
    return site


def _page(site: Site, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    """Show one of the site's pages; `asked` holds path and query."""
    world = site.conf.world
    title = str(world.config.SYSTEM_NAME)
    made = page(world.callbacks, title, str(asked["path"]), asked.get("query") or {})
    if len(made.data) > LONGEST_PAGE:
        raise ValueError(f"the page has {len(made.data)} octets, where {LONGEST_PAGE} are the most")
    data = base64.b64encode(made.data).decode()
    row = {"status": made.status, "type": made.type, "data": data, "framed": made.framed}
    return {**row, "title": title, "links": links(world.callbacks)}


def _before(site: Site, stage: Callable[..., Told]) -> Step:
    def step(turn: Turn) -> None:
        told = _told(site, lambda: stage(turn.asked._replace(given=turn.given)))
        turn.drop, turn.refuse = told.drop, told.refuse
        turn.given = told.given or turn.given

    return step


def _answer(site: Site) -> Step:
    def step(turn: Turn) -> None:
        answer = turn.answer
        if answer is None:
            return
        told = _told(site, lambda: site.answer(turn.asked._replace(reply=answer.octets)))
        turn.drop = told.drop
        if told.reply:
            answer.become(told.reply)

    return step


def _told(site: Site, stage: Callable[[], Told]) -> Told:
    """Run a stage; what it raises is told to the site's own loggers, too: its feed may show them."""
    try:
        return stage()
    except Exception as error:
        logging.getLogger("conf").critical("%s", site.why(error), extra={"is_told": True})
        raise


def _outside(networks: Sequence[Network]) -> Outside:
    return Outside(scan=_scan, seed=lambda rows: _seed(rows, networks), leases=_leases, log=_log)


def _scan(addresses: Sequence[str], seconds: float) -> Mapping[str, str]:
    try:
        return outside.here().scan(addresses, seconds)
    except RuntimeError as error:  # before there is a daemon around
        raise OSError(str(error)) from None


def _seed(rows: Sequence[Held], networks: Sequence[Network]) -> None:
    now = time.time()
    given = [
        {
            "network": _network_of(row.address, networks),
            "address": row.address,
            "mac": row.mac,
            "seconds": max(1, int(row.expires - now)),
            "hostname": "",
        }
        for row in rows
    ]
    refused: dict[str, str] = {}
    for part in (given[at : at + AT_ONCE] for at in range(0, len(given), AT_ONCE)):
        try:
            refused |= outside.here().seed(part)
        except (OSError, RuntimeError) as error:
            refused |= {str(row["address"]): str(error) for row in part}
    for address, why in refused.items():
        _log("warning", f"no lease for {address}, which somebody uses: {why}")


def _network_of(address: str, networks: Sequence[Network]) -> str:
    number = ip_number(address)
    return next((network.name for network in networks if network.subnet.holds(number)), "")


def _leases() -> Iterator[Held]:
    for lease in leases:
        yield Held(lease.address, str(lease.mac), lease.expires.timestamp())


def _log(level: str, text: str) -> None:
    getattr(log.get(), level)("script says", text=text)


class _Lines(logging.Handler):
    """Writes what the site's loggers say into the daemon's log."""

    def emit(self, record: logging.LogRecord) -> None:
        if not getattr(record, "is_told", False):
            getattr(log.get(), _LEVELS.get(record.levelno, "error"))(
                "script says", by=record.name, text=self.format(record)
            )
