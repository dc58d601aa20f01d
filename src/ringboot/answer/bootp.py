"""A BOOTP client: it knows no lease, so one message is all it sends, and it keeps its address."""

from __future__ import annotations

from ringboot import reasons
from ringboot.answer.case import Case
from ringboot.answer.decision import Decision, Detail, Reply, Silence
from ringboot.answer.destination import destination
from ringboot.answer.discover import Answers, Found, find
from ringboot.answer.writing import lease_row, option_block
from ringboot.dhcp.bootp import bootp_reply
from ringboot.dhcp.message import ACK
from ringboot.model.address import ip_number, ip_text


def bootp(case: Case, answers: Answers) -> Decision:
    """Answer a message without a message type (RFC 1534), where a network of this wire serves such clients."""
    client = case.client
    nets = tuple(net for net in client.nets if net.row.bootp)
    if not nets:
        return Silence(reasons.BOOTP_NOT_SERVED, {"network": client.link.name})
    reserved = client.reserved if nets[0] is client.nets[0] else None
    case = case._replace(client=client._replace(nets=nets, reserved=reserved))
    found = find(case, case.query.message.ciaddr, answers)
    return _give(case, found) if isinstance(found, Found) else found


def _give(case: Case, found: Found) -> Reply:
    query, _, facts, _ = case
    net, address = found.net, found.address
    server = facts.server_for(net, query.locals)
    files = ip_number(facts.site.server) if facts.site.server else server
    data = bootp_reply(query.message, yiaddr=address, siaddr=files, block=option_block(case, net, address, server))
    row = lease_row(case, net, address, found.lease, net.row.bootp_lease_time)
    detail: Detail = {"address": ip_text(address), "network": net.name}
    return Reply(data, destination(query, ACK, address), row, reasons.ACKNOWLEDGED, detail)
