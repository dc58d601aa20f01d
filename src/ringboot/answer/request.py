"""A REQUEST in its four states (RFC 2131 4.3.2): what the state and the address named say together is a table."""

from __future__ import annotations

from ringboot import reasons
from ringboot.answer.address import FOREIGN, FREE, MOVED, TAKEN, YOURS, Claim, judge
from ringboot.answer.case import Case
from ringboot.answer.client import Client
from ringboot.answer.decision import Decision, Detail, Silence
from ringboot.answer.facts import Facts
from ringboot.answer.query import Query
from ringboot.answer.server import is_us
from ringboot.answer.writing import grant, refuse
from ringboot.leases.offers import Withdraw
from ringboot.model.address import ip_text

_REQUESTED, _SERVER = 50, 54

# The states of a client that sends a REQUEST
SELECTING = "selecting"  # it took an offer
INIT_REBOOT = "init-reboot"  # it starts and remembers an address
RENEWING = "renewing"  # half its time is over: it asks its own server
REBINDING = "rebinding"  # most of its time is over: it asks everybody
INCOMPLETE = "incomplete"  # it names no address

# What is done
GRANT = "grant"
REFUSE = "refuse"
REFUSE_IF_OURS = "refuse-if-ours"  # a NAK where the network is authoritative, else silence
REFUSE_IF_KNOWN = "refuse-if-known"  # a NAK to a client that we gave another address, else silence

ACTIONS: dict[tuple[str, str], str] = {
    (SELECTING, YOURS): GRANT,
    (SELECTING, FREE): GRANT,  # the offer was forgotten by a restart
    (SELECTING, TAKEN): REFUSE,
    (SELECTING, MOVED): REFUSE,
    (SELECTING, FOREIGN): REFUSE,
    (INIT_REBOOT, YOURS): GRANT,
    (INIT_REBOOT, FREE): REFUSE_IF_KNOWN,
    (INIT_REBOOT, TAKEN): REFUSE_IF_KNOWN,
    (INIT_REBOOT, MOVED): REFUSE,
    (INIT_REBOOT, FOREIGN): REFUSE_IF_OURS,
    (RENEWING, YOURS): GRANT,
    (RENEWING, FREE): REFUSE_IF_OURS,
    (RENEWING, TAKEN): REFUSE_IF_OURS,
    (RENEWING, MOVED): REFUSE,
    (RENEWING, FOREIGN): REFUSE_IF_OURS,
    (REBINDING, YOURS): GRANT,
    (REBINDING, FREE): REFUSE_IF_OURS,
    (REBINDING, TAKEN): REFUSE_IF_OURS,
    (REBINDING, MOVED): REFUSE,
    (REBINDING, FOREIGN): REFUSE_IF_OURS,
}


def state_of(query: Query) -> tuple[str, int]:
    """Tell the client's state from what the message carries, and the address it names (RFC 2131 table 4)."""
    message = query.message
    asked = message.options.get(_REQUESTED, b"")
    named = int.from_bytes(asked, "big") if len(asked) == 4 else 0
    if _SERVER in message.options:
        return (SELECTING, named) if named else (INCOMPLETE, 0)
    if message.ciaddr:
        return (RENEWING if query.unicast and not message.giaddr else REBINDING), message.ciaddr
    return (INIT_REBOOT, named) if named else (INCOMPLETE, 0)


def request(case: Case) -> Decision:
    """Answer a REQUEST."""
    query, client, facts, _ = case
    chosen = query.message.options.get(_SERVER)
    if chosen is not None and not is_us(chosen, query, facts):
        return _other_server(case, int.from_bytes(chosen, "big"))
    state, address = state_of(query)
    if state == INCOMPLETE:
        return refuse(case, client.link, reasons.NAK_INCOMPLETE, {"network": client.link.name})
    claim = judge(case, address)
    if not client.nets and claim.verdict != MOVED:
        return no_service(client)
    action = ACTIONS[state, claim.verdict]
    if action == GRANT:
        return _grant(case, state, address, claim)
    named = claim.net or client.link
    detail: Detail = {"address": ip_text(address), "network": named.name}
    if action == REFUSE_IF_OURS and not named.row.authoritative:
        return Silence(reasons.NOT_AUTHORITATIVE, detail)
    if action == REFUSE_IF_KNOWN and not _is_acquainted(client, facts):
        return Silence(reasons.UNKNOWN_REBOOT, detail)
    if claim.net is None or claim.net not in client.nets:
        home = client.nets[0] if client.nets else client.link
        return refuse(case, home, reasons.NAK_WRONG_NETWORK, {**detail, "network": home.name})
    return refuse(case, claim.net, reasons.NAK_NOT_YOURS, detail)


def no_service(client: Client) -> Silence:
    """Say why a client gets nothing on this wire."""
    reason = reasons.UNKNOWN_IGNORED if client.link.ignores and not client.known else reasons.NO_POOL
    return Silence(reason, {"network": client.link.name})


def _grant(case: Case, state: str, address: int, claim: Claim) -> Decision:
    assert claim.net is not None  # what is granted lies in a network
    reason = reasons.RENEWED if state in (RENEWING, REBINDING) else reasons.ACKNOWLEDGED
    return grant(case, claim.net, address, claim.lease, reason=reason)


def _other_server(case: Case, server: int) -> Silence:
    """Take back the offer of a client that chose another server."""
    _, client, facts, now = case
    detail: Detail = {"server": ip_text(server & 0xFFFFFFFF), "network": client.link.name}
    for net in client.link.wire:
        if facts.table.offer_of(net.name, client.key, now.steady) is not None:
            return Silence(reasons.OTHER_SERVER_CHOSEN, detail, Withdraw(net.name, client.key))
    return Silence(reasons.OTHER_SERVER_CHOSEN, detail)


def _is_acquainted(client: Client, facts: Facts) -> bool:
    """Say whether we ever gave this client an address on this wire, or keep one for it."""
    if client.reserved is not None and client.reserved.address:
        return True
    return any(facts.table.of_client(net.name, client.key) is not None for net in client.link.wire)
