"""What a server's messages must, may and must not carry: RFC 2131 table 3, with RFC 6842 (61) and RFC 3046 (82).

And RFC 4388 6.4 for the answers to those who ask about leases.
"""

from __future__ import annotations

from typing import NamedTuple

from ringboot.dhcp.message import ACK, LEASEACTIVE, LEASEUNASSIGNED, LEASEUNKNOWN, NAK, OFFER


class Rule(NamedTuple):
    """One column of the table."""

    name: str
    kind: int  # option 53 of the reply
    must: frozenset[int]
    must_not: frozenset[int]
    may: frozenset[int] | None  # None: every other option
    echo: frozenset[int]  # given back as the client sent it, if it did
    ciaddr: bool  # copied from the query, else 0
    yiaddr: bool  # the client's address stands in it, else 0
    boot: bool  # siaddr, sname and file may be filled

    @property
    def narrow(self) -> bool:
        """Tell whether it forbids options that other replies carry."""
        return 51 in self.must_not


# 50, 55 and 57 are the client's words.
_NEVER = frozenset({0, 50, 55, 57, 255})
_ECHO = frozenset({61, 82})

OFFER_RULE = Rule("OFFER", OFFER, frozenset({51, 53, 54}), _NEVER, None, _ECHO, ciaddr=False, yiaddr=True, boot=True)
ACK_RULE = Rule(
    "ACK to REQUEST", ACK, frozenset({51, 53, 54}), _NEVER, None, _ECHO, ciaddr=True, yiaddr=True, boot=True
)
INFORM_RULE = Rule(
    "ACK to INFORM", ACK, frozenset({53, 54}), _NEVER | {51, 58, 59}, None, _ECHO, ciaddr=True, yiaddr=False, boot=True
)
NAK_RULE = Rule(
    "NAK", NAK, frozenset({53, 54}), _NEVER | {51, 52}, frozenset({56}), _ECHO, ciaddr=False, yiaddr=False, boot=False
)
# Beside another server, which gives the address: a file only (RFC 4578 3, PXE 2.1 2.2).
PROXY_RULE = INFORM_RULE._replace(name="ProxyDHCP")
RULES: tuple[Rule, ...] = (OFFER_RULE, ACK_RULE, INFORM_RULE, NAK_RULE)

_NO_ECHO: frozenset[int] = frozenset()
ACTIVE_RULE = Rule(
    "LEASEACTIVE", LEASEACTIVE, frozenset({51, 53, 54, 91}), _NEVER | {52}, None, _NO_ECHO,
    ciaddr=False, yiaddr=False, boot=False,
)  # fmt: skip
UNASSIGNED_RULE = Rule(
    "LEASEUNASSIGNED", LEASEUNASSIGNED, frozenset({53, 54}), _NEVER | {51, 52}, frozenset(), _NO_ECHO,
    ciaddr=True, yiaddr=False, boot=False,
)  # fmt: skip
UNKNOWN_RULE = UNASSIGNED_RULE._replace(name="LEASEUNKNOWN", kind=LEASEUNKNOWN)
QUERY_RULES: dict[int, Rule] = {rule.kind: rule for rule in (ACTIVE_RULE, UNASSIGNED_RULE, UNKNOWN_RULE)}

# What no caller may set: what is forbidden everywhere, and what the server writes itself.  80 says that the lease is
# committed (RFC 4039 4), 81 what a client is called (RFC 4702) and 118 which subnet the client chose (RFC 3011 2),
# which no configuration can know.
RESERVED: frozenset[int] = _NEVER | {51, 52, 53, 54, 80, 81, 118} | _ECHO

# A client that asks for the first and gets it is not sent the others (RFC 3442, "DHCP Server Behavior").
SUPERSEDED: dict[int, tuple[int, ...]] = {121: (3, 33)}

# What only a client that asks for it (option 55) is sent: another would not know what it gives up (RFC 8925 3.3).
ASKED_ONLY: frozenset[int] = frozenset({108})

# The first must stand before the second (RFC 2132 3.3).
BEFORE: tuple[tuple[int, int], ...] = ((1, 3),)


def allows(rule: Rule, code: int) -> bool:
    """Tell whether a reply may carry the option."""
    if code in rule.must_not:
        return False
    return rule.may is None or code in rule.may | rule.must | rule.echo
