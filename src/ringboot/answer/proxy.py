"""ProxyDHCP: another server gives the address, and we tell machines that boot from the network their file."""

from __future__ import annotations

from ringboot import reasons
from ringboot.answer.case import Case
from ringboot.answer.decision import UNICAST, Reply, Silence, To
from ringboot.answer.destination import destination
from ringboot.answer.netboot import boot_alone
from ringboot.answer.network import Provided
from ringboot.answer.server import is_us
from ringboot.dhcp.message import ACK, DISCOVER, INFORM, OFFER, REQUEST
from ringboot.dhcp.reply import reply
from ringboot.netboot.machine import machine_of

_SERVER = 54


def proxied(case: Case, kind: int) -> Reply | Silence | None:
    """Answer a machine that boots, where the address is not our matter; None: this is none of that.

    So it is in networks that we do not serve, and for whoever has an address and asks for a boot server (PXE 2.1 2.4).
    """
    query, client, facts, _ = case
    link = client.link
    if not facts.boots.rows or kind not in (DISCOVER, REQUEST, INFORM):
        return None
    is_provided = isinstance(client.reserved, Provided)
    served = not link.row.proxy and (link.pools or link.is_served() or is_provided)
    asks_boot_server = query.pxe and query.message.ciaddr and kind != DISCOVER
    if served and not asks_boot_server:
        return None
    machine = machine_of(query.message.options)
    if not (machine.pxe or machine.http):
        return None
    chosen = query.message.options.get(_SERVER)
    if kind != DISCOVER:
        if not query.pxe:
            return None  # to the other server
        if chosen is not None and not query.unicast and not is_us(chosen, query, facts):
            return None
    if not client.known and link.ignores:
        return Silence(reasons.UNKNOWN_IGNORED, {"network": link.name})
    return _told(case, OFFER if kind == DISCOVER else ACK)


def _told(case: Case, kind: int) -> Reply | None:
    query, client, facts, _ = case
    message = query.message
    server = facts.server_for(client.link, query.locals)
    found = boot_alone(case, server)
    if found is None:
        return None
    data = reply(
        message, kind, server, siaddr=found.siaddr, sname=found.sname, file=found.file, block=found.block, proxy=True
    )
    to = destination(query, kind, 0)
    if kind == ACK and not message.giaddr and not message.ciaddr and query.peer:
        to = To(UNICAST, query.peer, query.port, b"")
    reason = reasons.PROXY_OFFERED if kind == OFFER else reasons.PROXY_ACKNOWLEDGED
    return Reply(data, to, None, reason, {"network": client.link.name, **found.detail})
