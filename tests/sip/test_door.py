"""Conversations with the SIP door, message by message, with a clock that we turn."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sipmessage import Message, Request, Response

from ringboot import reasons
from ringboot.sip import digest, door, gate, media
from ringboot.sip.digest import Account
from ringboot.sip.door import Dial, Door, Send
from ringboot.sip.request import LARGEST, Hop, read, reply_to
from ringboot.sip.transaction import NEVER

PHONE = Hop("udp", "10.0.1.7", 5062, ("10.0.0.1", 5060))
ACCOUNT = Account("ap12345678", "s3cret")
OFFER = b"v=0\r\no=- 1 1 IN IP4 10.0.1.7\r\ns=-\r\nc=IN IP4 10.0.1.7\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8 101\r\n"
OFFER += b"a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\nm=video 4002 RTP/AVP 99\r\n"


class Talk:
    """A phone and the door."""

    def __init__(self, hop: Hop = PHONE) -> None:
        self.hop = hop
        count = itertools.count(1)
        self.door = Door(b"secret", lambda: f"tag{next(count)}", self.passwords)
        self.now = 100.0
        self.number = 0
        self.dialled: list[Dial] = []

    def passwords(self, address: str, user: str) -> tuple[str, ...]:
        return (ACCOUNT.password,) if (address, user) == (PHONE.address, ACCOUNT.username) else ()

    def text(self, method: str, uri: str, *more: str, to: str = "<sip:x@10.0.0.1>", body: bytes = b"") -> bytes:
        self.number += 1
        lines = [
            f"{method} {uri} SIP/2.0",
            f"Via: SIP/2.0/UDP 10.0.1.7:5062;rport;branch=z9hG4bK{self.number}",
            "From: <sip:ap12345678@10.0.0.1>;tag=theirs",
            f"To: {to}",
            "Call-ID: call@10.0.1.7",
            f"CSeq: {self.number} {method}",
            "Contact: <sip:ap12345678@10.0.1.7:5062>",
            *more,
            f"Content-Length: {len(body)}",
        ]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body

    def say(self, data: bytes) -> list[Response | Request]:
        return self.sent(self.door.hear(data, self.hop, self.now))

    def sent(self, actions: list[door.Action]) -> list[Response | Request]:
        found = []
        for action in actions:
            if isinstance(action, Dial):
                self.dialled.append(action)
            else:
                assert action.hop == self.hop
                found.append(Message.parse(action.data))
        return found

    def ask(self, method: str, uri: str, *more: str, account: Account = ACCOUNT, body: bytes = b"") -> Response:
        """Ask, answer the challenge, and give what is said then."""
        first = self.one(self.text(method, uri, *more, body=body))
        assert first.code == 401
        return self.one(self.proven(first, method, uri, *more, account=account, body=body))

    def proven(
        self, first: Response, method: str, uri: str, *more: str, account: Account = ACCOUNT, body: bytes = b""
    ) -> bytes:
        challenge = digest.choose(first.headers.getlist("WWW-Authenticate"))
        assert challenge is not None
        header = digest.answer(challenge, account, method, uri, "c0ffee")
        return self.text(method, uri, *more, f"Authorization: {header}", body=body)

    def one(self, data: bytes) -> Response:
        (found,) = self.say(data)
        assert isinstance(found, Response)
        return found

    def tick(self, seconds: float) -> list[Response | Request]:
        """Let time pass, step by step, as the sockets do."""
        end, found = self.now + seconds, []
        while self.door.due <= end:
            self.now = max(self.now, self.door.due)
            found += self.sent(self.door.tick(self.now))
        self.now = end
        return found

    def dial(self, code: str, reason: str) -> Response:
        assert self.ask("INVITE", f"sip:{code}@10.0.0.1", body=OFFER).code == 100
        (answer,) = self.sent(self.door.answered(self.dialled[-1].tag, reason, self.now))
        assert isinstance(answer, Response)
        return answer

    def ack(self, answer: Response) -> None:
        assert self.say(self.text("ACK", "sip:x@10.0.0.1", to=answer.headers["To"])) == []


def test_a_phone_registers_with_its_account_and_nothing_is_kept() -> None:
    talk = Talk()
    answer = talk.ask("REGISTER", "sip:10.0.0.1", "Expires: 86400")
    assert (answer.code, answer.headers["Contact"]) == (200, "<sip:ap12345678@10.0.1.7:5062>;expires=3600")
    assert answer.headers["Via"] == "SIP/2.0/UDP 10.0.1.7:5062;rport=5062;branch=z9hG4bK2;received=10.0.1.7"
    assert (answer.headers["Call-ID"], answer.headers["CSeq"]) == ("call@10.0.1.7", "2 REGISTER")
    assert ";tag=" in answer.headers["To"]
    gone = talk.ask("REGISTER", "sip:10.0.0.1", "Expires: 0")
    assert (gone.code, gone.headers.get("Contact")) == (200, None)
    assert talk.door.due == NEVER
    assert talk.door.counts == {"sip-challenged": 2, "sip-registered": 2}


@pytest.mark.parametrize("account", [Account("ap12345678", "wrong"), Account("somebody", "s3cret")])
def test_another_account_or_password_is_refused(account: Account) -> None:
    talk = Talk()
    assert talk.ask("REGISTER", "sip:10.0.0.1", account=account).code == 403
    assert talk.ask("INVITE", "sip:417263@10.0.0.1", account=account).code == 403
    assert talk.dialled == []
    assert talk.door.counts["sip-refused"] == 2


def test_a_proof_holds_for_its_address_its_number_and_a_while() -> None:
    talk = Talk()
    first = talk.one(talk.text("INVITE", "sip:417263@10.0.0.1"))
    elsewhere = talk.proven(first, "INVITE", "sip:417263@10.0.0.1").replace(b"INVITE sip:417263", b"INVITE sip:999999")
    assert talk.one(elsewhere).code == 403, "a proof for another number"
    proof = talk.proven(first, "INVITE", "sip:417263@10.0.0.1")
    other = PHONE._replace(address="10.0.1.8")
    (refused,) = talk.door.hear(proof, other, talk.now)
    assert isinstance(refused, Send)
    assert refused.data.startswith(b"SIP/2.0 403 "), "a nonce of another address"
    talk.now += gate.LIFE + 1
    late = talk.one(proof)
    assert (late.code, "stale=true" in late.headers["WWW-Authenticate"]) == (401, True)
    assert talk.one(talk.proven(late, "INVITE", "sip:417263@10.0.0.1")).code == 100
    assert talk.dialled[-1][1:] == ("417263", "ap12345678", "10.0.1.7")


def test_a_code_is_answered_acknowledged_and_hung_up_after_three_seconds() -> None:
    talk = Talk()
    answer = talk.dial("417263", "code-used")
    assert (answer.code, answer.headers["Contact"]) == (200, "<sip:417263@10.0.0.1:5060>")
    assert b"m=audio 9 RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\n" in answer.body
    assert b"a=inactive" in answer.body
    assert b"m=video 0 RTP/AVP 99" in answer.body
    talk.ack(answer)
    assert talk.tick(2.99) == []
    (bye,) = talk.tick(0.02)
    assert isinstance(bye, Request)
    assert (bye.method, str(bye.uri)) == ("BYE", "sip:ap12345678@10.0.1.7:5062")
    assert (bye.headers["From"], bye.headers["To"]) == (answer.headers["To"], answer.headers["From"])
    assert bye.headers["Call-ID"] == answer.headers["Call-ID"]
    assert len(talk.tick(0.5)) == 1, "it goes again"
    kept = "".join(f"{name}: {bye.headers[name]}\r\n" for name in ("Via", "From", "To", "Call-ID", "CSeq"))
    assert talk.say(f"SIP/2.0 200 OK\r\n{kept}\r\n".encode()) == []
    assert talk.tick(60) == []
    assert (talk.door.counts["sip-ended"], talk.door.due) == (1, NEVER)


def test_the_answer_goes_again_until_it_is_acknowledged() -> None:
    talk = Talk()
    answer = talk.dial("417263", "code-used")
    again = talk.tick(8)
    assert [each.code for each in again if isinstance(each, Response)] == [200] * 4, "after 0.5, 1.5, 3.5 and 7.5 s"
    talk.ack(answer)
    assert [each.method for each in talk.tick(3.1) if isinstance(each, Request)] == ["BYE"]


def test_who_never_acknowledges_is_hung_up_on_and_forgotten() -> None:
    talk = Talk()
    talk.dial("417263", "code-used")
    said = talk.tick(200)
    assert {each.method for each in said if isinstance(each, Request)} == {"BYE"}
    assert (talk.door.counts["sip-lost"], talk.door.due) == (2, NEVER)


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("code-unknown", 404),
        ("code-several", 403),
        ("code-nobody", 403),
        ("code-not-sure", 403),
        ("code-limited", 480),
        ("", 500),
    ],
)
def test_what_is_not_done_is_told_and_no_call_stands(reason: str, code: int) -> None:
    talk = Talk()
    answer = talk.dial("000000", reason)
    assert (answer.code, answer.body) == (code, b"")
    assert len(talk.tick(0.6)) == 1, "it goes again over UDP"
    talk.ack(answer)
    assert (talk.tick(60), talk.door.due) == ([], NEVER)


@pytest.mark.parametrize("number", ["100", "4172633", "anna"])
def test_what_is_no_code_is_not_tried(number: str) -> None:
    talk = Talk()
    assert talk.ask("INVITE", f"sip:{number}@10.0.0.1").code == 404
    assert (talk.dialled, talk.door.counts["sip-no-code"]) == ([], 1)


def test_an_invite_that_comes_again_is_one_call() -> None:
    talk = Talk()
    first = talk.one(talk.text("INVITE", "sip:417263@10.0.0.1"))
    proof = talk.proven(first, "INVITE", "sip:417263@10.0.0.1")
    assert (talk.one(proof).code, talk.one(proof).code) == (100, 100)
    assert len(talk.dialled) == 1
    (answer,) = talk.sent(talk.door.answered(talk.dialled[0].tag, "code-unknown", talk.now))
    assert isinstance(answer, Response)
    assert (talk.one(proof).code, answer.code) == (404, 404)
    assert len(talk.dialled) == 1


def test_a_phone_may_hang_up_first_cancel_or_change_its_mind() -> None:
    talk = Talk()
    answer = talk.dial("417263", "code-used")
    to = answer.headers["To"]
    cancel = talk.text("CANCEL", "sip:417263@10.0.0.1").replace(b"z9hG4bK3", b"z9hG4bK2")
    assert talk.one(cancel).code == 200
    talk.ack(answer)
    assert talk.one(talk.text("INVITE", "sip:417263@10.0.0.1", to=to)).code == 488, "no other media"
    assert talk.one(talk.text("BYE", "sip:417263@10.0.0.1", to=to)).code == 200
    assert (talk.tick(60), talk.door.counts["sip-ended"]) == ([], 1)
    for method in ("BYE", "CANCEL", "INVITE"):
        assert talk.one(talk.text(method, "sip:417263@10.0.0.1", to=to)).code == 481, "nobody knows that call now"


def test_other_questions_get_their_answers() -> None:
    talk = Talk()
    assert talk.one(talk.text("OPTIONS", "sip:10.0.0.1")).headers["Allow"] == door.METHODS
    assert talk.one(talk.text("SUBSCRIBE", "sip:10.0.0.1")).code == 405
    required = talk.one(talk.text("INVITE", "sip:417263@10.0.0.1", "Require: 100rel"))
    assert (required.code, required.headers["Unsupported"]) == (420, "100rel")
    nowhere = talk.text("INVITE", "sip:417263@10.0.0.1").replace(b"Contact:", b"X-Contact:")
    assert talk.one(nowhere).code == 400
    assert talk.say(b"\r\n\r\n") == []


def test_a_proxy_between_keeps_its_place() -> None:
    talk = Talk()
    routes = ("Record-Route: <sip:10.0.0.9;lr>", "Record-Route: <sip:10.0.0.8;lr>")
    talk.ask("INVITE", "sip:417263@10.0.0.1", *routes)
    (answer,) = talk.sent(talk.door.answered(talk.dialled[0].tag, "code-used", talk.now))
    assert answer.headers.getlist("Record-Route") == ["<sip:10.0.0.9;lr>", "<sip:10.0.0.8;lr>"]
    assert b"m=audio 9 RTP/AVP 0" in answer.body, "where the phone offers nothing, we do"
    assert isinstance(answer, Response)
    talk.ack(answer)
    (bye,) = talk.tick(3.1)
    assert bye.headers.getlist("Route") == ["<sip:10.0.0.9;lr>", "<sip:10.0.0.8;lr>"]


def test_without_rport_the_answer_goes_to_the_port_that_via_names() -> None:
    text = Talk().text("OPTIONS", "sip:10.0.0.1").replace(b";rport", b"")
    request = read(text.replace(b"10.0.1.7:5062;branch", b"10.0.1.7:5099;branch"))
    assert request is not None
    assert reply_to(request, PHONE) == PHONE._replace(port=5099)
    bare = read(text.replace(b"10.0.1.7:5062;branch", b"10.0.1.7;branch"))
    assert bare is not None
    assert reply_to(bare, PHONE).port == 5060


def test_too_many_calls_and_too_many_messages() -> None:
    talk = Talk()
    for number in range(door.MOST_CALLS + 1):
        talk.now += 1
        uri = f"sip:{number:06}@10.0.0.1"
        first = talk.one(talk.text("INVITE", uri))
        last = talk.one(talk.proven(first, "INVITE", uri).replace(b"tag=theirs", b"tag=%d" % number))
    assert (last.code, last.headers["Retry-After"], len(talk.dialled)) == (503, "5", door.MOST_CALLS)
    talk.now += 1
    said = [talk.say(talk.text("OPTIONS", "sip:10.0.0.1")) for _ in range(door.MOST_OF_ONE + 1)]
    assert [len(each) for each in said[-2:]] == [1, 0]
    assert talk.door.counts[reasons.SIP_TOO_MUCH.id] == 1
    talk.now += 1
    assert talk.one(talk.text("OPTIONS", "sip:10.0.0.1")).code == 200


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Via:", b"X-Via:"),
        (b"CSeq: 1 OPTIONS", b"CSeq: 1 BYE"),
        (b";tag=theirs", b""),
        (b"call@10", b"call\n@10"),
        (b"\r\n\r\n", b"\r\n"),
        (b"Contact:", b"X: " + b"x" * LARGEST + b"\r\nContact:"),
        (b"SIP/2.0\r\nVia", b"HTTP/1.1\r\nVia"),
    ],
)
def test_what_cannot_be_read_is_not_answered(old: bytes, new: bytes) -> None:
    talk = Talk()
    text = talk.text("OPTIONS", "sip:10.0.0.1")
    assert old in text
    assert talk.say(text.replace(old, new, 1)) == []
    assert talk.door.counts == {"sip-unreadable": 1}


WHOLE = Talk().text("INVITE", "sip:417263@10.0.0.1", "Expires: 60", 'Authorization: Digest realm="x"', body=OFFER)


@given(st.integers(0, len(WHOLE)), st.binary(max_size=40), st.integers(0, 40))
def test_nothing_that_comes_breaks_it_and_no_answer_has_a_line_too_many(place: int, put: bytes, cut: int) -> None:
    talk = Talk()
    for action in talk.door.hear(WHOLE[:place] + put + WHOLE[place + cut :], PHONE, talk.now):
        assert isinstance(action, Send)
        assert isinstance(Message.parse(action.data), Response)
        assert b"\n" not in action.data.replace(b"\r\n", b"")


@given(st.binary(max_size=300))
def test_any_offer_gets_an_answer_that_nobody_takes_for_media(offer: bytes) -> None:
    text = media.answer(OFFER + offer, "10.0.0.1", 1).decode()
    assert text.count("a=inactive\r\n") == 1
    assert all(line.split(" ")[1] in ("0", "9") for line in text.split("\r\n") if line.startswith("m="))
