"""An INFORM: a client with an address of its own wants options only."""

from __future__ import annotations

from ringboot import reasons
from ringboot.answer.case import Case
from ringboot.answer.decision import Decision, Reply, Silence
from ringboot.answer.destination import to_itself
from ringboot.answer.netboot import boot
from ringboot.answer.server import override_of
from ringboot.answer.writing import echo_of, option_block
from ringboot.dhcp.message import ACK
from ringboot.dhcp.reply import reply
from ringboot.model.address import ip_text


def inform(case: Case) -> Decision:
    """Send options without a lease (RFC 2131 4.3.5), but only to addresses of the networks on this wire."""
    query, client, facts, _ = case
    message = query.message
    net = facts.nets.at(message.ciaddr)
    if not message.ciaddr or net is None or net not in client.link.wire:
        return Silence(reasons.NO_NETWORK, {"where": f"the client's own address {ip_text(message.ciaddr)}"})
    if not client.known and net.row.unknown == "ignore":
        return Silence(reasons.UNKNOWN_IGNORED, {"network": net.name})
    server = facts.server_for(net, query.locals)
    name = override_of(message) or server
    detail: dict[str, object] = {"address": ip_text(message.ciaddr), "network": net.name}
    booted = boot(case, net, message.ciaddr, server, None)
    if booted is None:
        block = echo_of(case) + option_block(case, net, message.ciaddr, server)
        data = reply(message, ACK, name, block=block)
    else:
        own, siaddr, sname, file, more = booted
        data = reply(message, ACK, name, siaddr=siaddr, block=echo_of(case) + own, file=file, sname=sname)
        detail |= more
    return Reply(data, to_itself(query), None, reasons.INFORMED, detail)
