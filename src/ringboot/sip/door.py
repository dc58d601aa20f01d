"""The SIP door: phones that nobody uses yet register and dial their code; no media, no calls between phones.

What it hears gives actions; the passwords of an account are asked for, what a code means is told later (`answered`).
A response that any repetition would get again is kept nowhere; only a call that proved its account is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

from ringboot import reasons
from ringboot.reasons import Reason
from ringboot.sip import media, response
from ringboot.sip.call import METHOD as BYE
from ringboot.sip.call import Call, State, key_of
from ringboot.sip.gate import Gate, Proven
from ringboot.sip.request import Hop, Request, read, reply_to, write
from ringboot.sip.transaction import NEVER, Timers

MOST_CALLS = 64  # at once; who dials meanwhile is told to do so again
MOST_OF_ONE, MOST_OF_ALL = 50, 1000  # messages a second from one address, and from all; more are not looked at
LASTS = 3600  # seconds that a registration holds at most
METHODS = "INVITE, ACK, BYE, CANCEL, OPTIONS, REGISTER"
_CODE = re.compile(r"[0-9]{6}")
_RETRY = (("Retry-After", "5"),)
# What a phone is told, by what became of its code; any other reason: it is forbidden.
_TOLD = {
    reasons.CODE_USED.id: (200, "OK"),
    reasons.CODE_UNKNOWN.id: (404, "Not Found"),
    reasons.CODE_LIMITED.id: (480, "Temporarily Unavailable"),
}
_FORBIDDEN = (403, "Forbidden")
FAILED = (500, "Server Internal Error")


class Send(NamedTuple):
    """Send this there."""

    hop: Hop
    data: bytes


class Dial(NamedTuple):
    """Do what a code means, for the phone at this address with this account; then tell `answered`."""

    tag: str
    code: str
    user: str
    address: str


Action = Send | Dial
Passwords = Callable[[str, str], tuple[str, ...]]  # of an account, by the address and its name


class Door:
    """Answers phones; `token` gives a random text, `passwords` those of the accounts at an address."""

    def __init__(
        self,
        secret: bytes,
        token: Callable[[], str],
        passwords: Passwords,
        timers: Timers = Timers(),  # noqa: B008
    ) -> None:
        self._gate = Gate(secret)
        self._token = token
        self._passwords = passwords
        self._timers = timers
        self._calls: dict[str, Call] = {}  # by our tag
        self._second = 0
        self._heard: Counter[str] = Counter()  # messages of this second, by address
        self.counts: Counter[str] = Counter()  # by reason

    @property
    def due(self) -> float:
        """Tell when the next `tick` is."""
        return min((call.due for call in self._calls.values()), default=NEVER)

    def _count(self, reason: Reason) -> None:
        self.counts[reason.id] += 1

    def hear(self, data: bytes, hop: Hop, now: float) -> list[Action]:
        """Take one message."""
        if not data.strip(b"\r\n\0"):
            return []  # it keeps a router's port open
        if int(now) != self._second:
            self._second, self._heard = int(now), Counter()
        self._heard[hop.address] += 1
        if self._heard[hop.address] > MOST_OF_ONE or self._heard.total() > MOST_OF_ALL:
            self._count(reasons.SIP_TOO_MUCH)
            return []
        if data.startswith(b"SIP/2.0 "):
            return self._response(data, hop, now)
        request = read(data)
        if request is None:
            self._count(reasons.SIP_UNREADABLE)
            return []
        return self._request(request, hop, now)

    def _response(self, data: bytes, hop: Hop, now: float) -> list[Action]:
        found = response.read(data)
        for call in self._calls.values():
            if found is None or call.branch != found.branch or call.hop.address != hop.address:
                continue
            if found.method == BYE and call.state is State.ENDING and call.heard(found.code, now):
                self._count(reasons.SIP_ENDED)
        return []

    def _request(self, request: Request, hop: Hop, now: float) -> list[Action]:
        call = self._known(request, hop)
        method = request.method
        if method == "ACK":
            if call is not None and request.to_tag == call.tag:
                call.acknowledged(now)
            return []
        if method == "REGISTER":
            return self._register(request, hop, now)
        if method == "INVITE":
            return self._invite(request, hop, now, call)
        if method == "OPTIONS":
            return [_reply(request, hop, 200, "OK", self._token(), ("Allow", METHODS))]
        if method == "CANCEL":
            # The code is used by now, or not: the INVITE gets its answer all the same.
            known = call is not None and call.request.branch == request.branch
            return [_reply(request, hop, *((200, "OK") if known else _NO_CALL), self._token())]
        if method == BYE:
            return self._bye(request, hop, now, call)
        return [_reply(request, hop, 405, "Method Not Allowed", self._token(), ("Allow", METHODS))]

    def _known(self, request: Request, hop: Hop) -> Call | None:
        key = key_of(request, hop)
        return next((call for call in reversed(self._calls.values()) if call.key == key), None)

    def _bye(self, request: Request, hop: Hop, now: float, call: Call | None) -> list[Action]:
        if call is None or request.to_tag != call.tag:
            return [_reply(request, hop, *_NO_CALL, self._token())]
        if call.state in (State.ANSWERED, State.TALKING):
            self._count(reasons.SIP_ENDED)
        if call.state is not State.OVER:
            call.over(now)
        return [_reply(request, hop, 200, "OK", "")]

    def _proven(self, request: Request, hop: Hop, user: str, now: float) -> Proven | Send:
        """Find out who asks, or give what to tell him."""
        is_stale = False
        for header in request.proofs:
            found = self._gate.check(
                header, request.method, user, address=hop.address, now=now,
                passwords=lambda name: self._passwords(hop.address, name),
            )  # fmt: skip
            if isinstance(found, Proven):
                return found
            is_stale = is_stale or found.is_stale
        if request.proofs and not is_stale:
            self._count(reasons.SIP_REFUSED)
            return _reply(request, hop, *_FORBIDDEN, self._token())
        self._count(reasons.SIP_CHALLENGED)
        challenge = self._gate.challenge(hop.address, now, is_stale=is_stale)
        return _reply(request, hop, 401, "Unauthorized", self._token(), ("WWW-Authenticate", challenge))

    def _register(self, request: Request, hop: Hop, now: float) -> list[Action]:
        """Say yes to who proves an account; where it is heard is kept nowhere, because nobody calls it."""
        proven = self._proven(request, hop, "", now)
        if isinstance(proven, Send):
            return [proven]
        self._count(reasons.SIP_REGISTERED)
        lasts = request.lasts(LASTS)
        contact = (("Contact", f"<{request.target}>;expires={lasts}"),) if lasts and request.target else ()
        return [_reply(request, hop, 200, "OK", self._token(), *contact)]

    def _invite(self, request: Request, hop: Hop, now: float, call: Call | None) -> list[Action]:
        if request.to_tag:
            known = call is not None and request.to_tag == call.tag
            return [_reply(request, hop, *((488, "Not Acceptable Here") if known else _NO_CALL), "")]
        if call is not None and request.number <= call.request.number:
            return [Send(call.back, call.said)]
        if not request.target:
            return [_reply(request, hop, 400, "Contact is missing", self._token())]
        if request.required:
            unsupported = ("Unsupported", ", ".join(request.required))
            return [_reply(request, hop, 420, "Bad Extension", self._token(), unsupported)]
        proven = self._proven(request, hop, request.user, now)
        if isinstance(proven, Send):
            return [proven]
        if len(self._calls) >= MOST_CALLS:
            self._count(reasons.SIP_TOO_MANY_CALLS)
            return [_reply(request, hop, 503, "Service Unavailable", self._token(), *_RETRY)]
        call = Call(request, hop, self._token(), self._timers)
        self._calls[call.tag] = call
        if not _CODE.fullmatch(request.user):
            self._count(reasons.SIP_NO_CODE)
            return self._final(call, 404, "Not Found", now)
        call.said = write(request, hop, 100, "Trying", "")
        return [Send(call.back, call.said), Dial(call.tag, request.user, proven.username, hop.address)]

    def answered(self, tag: str, reason: str, now: float) -> list[Action]:
        """Tell a phone what became of its code; a reason that is none of the codes' tells that it failed here."""
        call = self._calls.get(tag)
        if call is None or call.state is not State.ASKED:
            return []
        told = FAILED if reason not in reasons.TABLE else _TOLD.get(reason, _FORBIDDEN)
        return self._final(call, *told, now)

    def _final(self, call: Call, code: int, phrase: str, now: float) -> list[Action]:
        hop, request = call.hop, call.request
        more, body = [("Record-Route", route) for route in request.routes], b""
        if code == 200:
            host, port = hop.ours
            body = media.answer(request.body, host, request.number)
            kind = ";transport=tcp" if hop.transport == "tcp" else ""
            contact = f"<sip:{request.user}@{host}:{port}{kind}>"
            more += [("Contact", contact), ("Allow", METHODS), ("Content-Type", media.TYPE)]
        call.answer(code, write(request, hop, code, phrase, call.tag, *more, body=body), now)
        return [Send(call.back, call.said)]

    def tick(self, now: float) -> list[Action]:
        """Let time pass."""
        return list(self._ticked(now))

    def _ticked(self, now: float) -> Iterator[Action]:
        for tag, call in list(self._calls.items()):
            if call.due > now:
                continue
            was = call.state
            data = call.tick(now, self._token())
            if data:
                yield Send(call.back if was is State.ANSWERED and call.state is was else call.hop, data)
            if call.lost:
                self._count(reasons.SIP_LOST)
                call.lost = ""
            if call.is_gone(now):
                del self._calls[tag]


_NO_CALL = (481, "Call/Transaction Does Not Exist")


def _reply(request: Request, hop: Hop, code: int, phrase: str, tag: str, *more: tuple[str, str]) -> Send:
    return Send(reply_to(request, hop), write(request, hop, code, phrase, tag, *more))
