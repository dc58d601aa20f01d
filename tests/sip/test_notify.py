"""The text of a NOTIFY, as a phone's own parser reads it."""

from __future__ import annotations

import pytest
from sipmessage import Message, Request

from ringboot.sip import notify
from ringboot.sip.digest import Account
from ringboot.sip.notify import Answered, Contact, Names, Notify
from ringboot.sip.response import Response

NAMES = Names("call1", "tag1", "branch1")
OURS = ("192.0.2.1", 40000)
PLAIN = Notify(Contact("192.0.2.7", user="101"), "check-sync;reboot=false", Account("101", "secret"))


def read(data: bytes) -> Request:
    found = Message.parse(data)
    assert isinstance(found, Request)
    return found


def test_it_carries_what_every_request_carries_and_the_event() -> None:
    request = read(notify.write(PLAIN, OURS, NAMES, 1))
    assert (request.method, str(request.uri)) == ("NOTIFY", "sip:101@192.0.2.7:5060")
    (via,) = request.via
    assert (via.transport, via.host, via.port) == ("UDP", *OURS)
    assert dict(via.parameters) == {"rport": None, "branch": "z9hG4bKbranch1"}
    assert (request.from_address.uri.host, dict(request.from_address.parameters)) == (OURS[0], {"tag": "tag1"})
    assert (str(request.to_address.uri), dict(request.to_address.parameters)) == ("sip:101@192.0.2.7", {})
    assert (request.call_id, request.cseq.sequence, request.cseq.method) == ("call1@192.0.2.1", 1, "NOTIFY")
    assert (request.headers.get("Event"), request.headers.get("Subscription-State")) == (
        "check-sync;reboot=false", "terminated",
    )  # fmt: skip
    assert (request.max_forwards, request.content_length, request.body) == (70, 0, b"")
    assert str(request.contact[0].uri) == "sip:ringboot@192.0.2.1:40000"


@pytest.mark.parametrize(
    ("contact", "uri"),
    [
        (Contact("192.0.2.7"), "sip:anonymous@192.0.2.7:5060"),
        (Contact("192.0.2.7", 5070, "tcp", "1"), "sip:1@192.0.2.7:5070;transport=tcp"),
        (Contact("192.0.2.7", 0, "tls", "1"), "sip:1@192.0.2.7:5061;transport=tls"),
        (Contact("192.0.2.7", user='a b"<\r\n>@c'), "sip:a%20b%22%3C%0D%0A%3E%40c@192.0.2.7:5060"),
    ],
)
def test_whom_it_is_for_stands_in_its_first_line(contact: Contact, uri: str) -> None:
    first = notify.write(PLAIN._replace(contact=contact), OURS, NAMES, 1).split(b"\r\n")[0].decode()
    assert first == f"NOTIFY {uri} SIP/2.0"


@pytest.mark.parametrize(("code", "header"), [(401, "Authorization"), (407, "Proxy-Authorization")])
def test_a_challenge_is_answered_in_the_header_for_it(code: int, header: str) -> None:
    asked = Response(code, "Who?", "b", 1, "NOTIFY", ('Digest realm="r", nonce="n", qop="auth"',))
    proof = notify.proof(PLAIN, asked, "c")
    assert proof is not None
    request = read(notify.write(PLAIN, OURS, NAMES, 2, proof))
    said = request.authorization if code == 401 else request.proxy_authorization
    assert proof[0] == header
    assert said is not None
    assert said.parameters is not None
    assert (said.parameters["username"], said.parameters["uri"]) == ("101", "sip:101@192.0.2.7:5060")
    assert request.cseq.sequence == 2


def test_without_an_account_or_a_challenge_that_is_known_there_is_no_answer() -> None:
    asked = Response(401, "", "b", 1, "NOTIFY", ('Digest realm="r", nonce="n"',))
    assert notify.proof(PLAIN, asked, "c") is not None
    assert notify.proof(PLAIN._replace(account=None), asked, "c") is None
    assert notify.proof(PLAIN, asked._replace(challenges=('Basic realm="r"',)), "c") is None
    assert notify.proof(PLAIN, asked._replace(code=403), "c") is None


@pytest.mark.parametrize(
    ("code", "good", "later"),
    [(200, True, False), (202, True, False), (403, False, False), (480, False, True), (489, False, False),
     (486, False, True), (503, False, True), (603, False, False)],
)  # fmt: skip
def test_what_an_answer_means(code: int, good: bool, later: bool) -> None:
    assert (Answered(code, "").is_good, Answered(code, "").may_change) == (good, later)
