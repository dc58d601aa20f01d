"""NOTIFYs through real sockets, to phones that we script."""

from __future__ import annotations

import asyncio
import hashlib
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sipmessage import Message, Request
from tests.certificates import BrandCa

from ringboot.servers.sip import SipSender
from ringboot.sip import response
from ringboot.sip.digest import Account
from ringboot.sip.notify import Answered, Contact, NotAnswered, Notify
from ringboot.sip.response import BadStream
from ringboot.sip.transaction import Timers

QUICK = Timers(t1=0.005, t2=0.04, t4=0.05)
SLOW = Timers(t1=1.0, t2=4.0, t4=0.05)  # nothing is sent again before a test ends
ACCOUNT = Account("desk-101", "Circle of Life")


def reply(request: Request, line: str, *more: str) -> bytes:
    kept = [f"{name}: {request.headers[name]}" for name in ("Via", "From", "To", "Call-ID", "CSeq")]
    return "\r\n".join([f"SIP/2.0 {line}", *kept, *more, "Content-Length: 0", "", ""]).encode()


class Phone:
    """Answers each request with what comes next: a line, lines with headers, or nothing."""

    def __init__(self, *answers: tuple[str, ...] | None) -> None:
        self.answers = list(answers)
        self.heard: list[Request] = []

    def hear(self, data: bytes) -> bytes | None:
        request = Message.parse(data)
        assert isinstance(request, Request)
        self.heard.append(request)
        answer = self.answers.pop(0) if self.answers else None
        return None if answer is None else reply(request, *answer)


class _Udp(asyncio.DatagramProtocol):
    def __init__(self, phone: Phone) -> None:
        self.phone = phone
        self.transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.transport.sendto(b"\r\n\r\n", addr)  # what some phones send to keep a NAT's door open
        answer = self.phone.hear(data)
        if answer is not None:
            self.transport.sendto(answer.replace(b"branch=z9hG4bK", b"branch=z9hG4bKx"), addr)  # another's
            self.transport.sendto(answer, addr)
            self.transport.sendto(answer, addr)


@asynccontextmanager
async def udp(phone: Phone) -> AsyncIterator[Contact]:
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: _Udp(phone), local_addr=("127.0.0.1", 0)
    )
    yield Contact("127.0.0.1", transport.get_extra_info("sockname")[1], user="101")
    transport.close()


@asynccontextmanager
async def stream(phone: Phone, tls: ssl.SSLContext | None = None) -> AsyncIterator[Contact]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        data = b""
        while True:
            while (cut := response.cut(data)) is None:
                more = await reader.read(1000)
                if not more:
                    writer.close()
                    return
                data += more
            assert not isinstance(cut, BadStream)
            piece, data = cut
            answer = phone.hear(piece)
            if answer is None:
                writer.close()
                return
            for octet in answer:
                writer.write(bytes((octet,)))
            await writer.drain()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    yield Contact("127.0.0.1", port, "tls" if tls else "tcp", "101")
    server.close()
    await server.wait_closed()


def play(conversation: Callable[[SipSender], Coroutine[Any, Any, None]], timers: Timers = SLOW) -> None:
    async def whole() -> None:
        sender = SipSender(timers)
        async with asyncio.timeout(20):
            await conversation(sender)
        sender.close()
        while len(asyncio.all_tasks()) > 1:  # what the phones still do
            await asyncio.sleep(0)
        await asyncio.sleep(0)

    asyncio.run(whole())


def test_a_phone_that_takes_it_is_told_once() -> None:
    phone = Phone(("200 OK",))

    async def talk(sender: SipSender) -> None:
        async with udp(phone) as contact:
            assert await sender.notify(Notify(contact, "check-sync;reboot=false")) == Answered(200, "OK")

    play(talk)
    (request,) = phone.heard
    assert request.headers["Event"] == "check-sync;reboot=false"
    assert request.via[0].host == "127.0.0.1"


@pytest.mark.parametrize(
    ("code", "algorithm", "name"),
    [("401 Unauthorized", "", "md5"), ("407 Proxy Authentication Required", "MD5", "md5"),
     ("401 Unauthorized", "SHA-256", "sha256")],
)  # fmt: skip
def test_a_phone_that_asks_who_we_are_is_answered(code: str, algorithm: str, name: str) -> None:
    asks = f'Digest realm="a phone", nonce="n1", qop="auth"{f", algorithm={algorithm}" if algorithm else ""}'
    header = "WWW-Authenticate" if code.startswith("401") else "Proxy-Authenticate"
    phone = Phone(("100 Trying",), (code, f"{header}: {asks}"), ("202 Accepted",))
    phone.answers.pop(0)

    async def talk(sender: SipSender) -> None:
        async with udp(phone) as contact:
            assert await sender.notify(Notify(contact, "check-sync", ACCOUNT)) == Answered(202, "Accepted")

    play(talk)
    first, second = phone.heard
    said = second.authorization if code.startswith("401") else second.proxy_authorization
    assert said is not None
    assert said.parameters is not None

    def digest(text: str) -> str:
        return hashlib.new(name, text.encode()).hexdigest()

    secret, what = digest("desk-101:a phone:Circle of Life"), digest(f"NOTIFY:{second.uri}")
    wanted = digest(f"{secret}:n1:00000001:{said.parameters['cnonce']}:auth:{what}")
    assert said.parameters["response"] == wanted
    assert (first.call_id, first.from_address) == (second.call_id, second.from_address)
    assert (first.cseq.sequence, second.cseq.sequence) == (1, 2)
    assert first.via[0].parameters["branch"] != second.via[0].parameters["branch"]


def test_who_does_not_like_the_answer_is_asked_twice_and_then_left() -> None:
    asks = ("401 Unauthorized", 'WWW-Authenticate: Digest realm="r", nonce="n", stale=true')
    phone = Phone(asks, asks, asks, ("200 OK",))

    async def talk(sender: SipSender) -> None:
        async with udp(phone) as contact:
            assert await sender.notify(Notify(contact, "check-sync", ACCOUNT)) == Answered(401, "Unauthorized")
            assert len(phone.heard) == 3
            phone.answers = [asks]
            assert await sender.notify(Notify(contact, "check-sync")) == Answered(401, "Unauthorized")
            assert len(phone.heard) == 4

    play(talk)


def test_over_udp_it_is_sent_again_until_somebody_answers() -> None:
    phone = Phone(None, None, ("200 OK",))

    async def talk(sender: SipSender) -> None:
        async with udp(phone) as contact:
            assert await sender.notify(Notify(contact, "check-sync")) == Answered(200, "OK")

    play(talk, Timers(t1=0.05, t2=0.05, t4=0.05))
    assert len(phone.heard) >= 3
    assert {request.via[0].parameters["branch"] for request in phone.heard[:3]} == {
        phone.heard[0].via[0].parameters["branch"]
    }


def test_who_never_answers_is_given_up() -> None:
    phone = Phone()

    async def talk(sender: SipSender) -> None:
        async with udp(phone) as contact:
            assert await sender.notify(Notify(contact, "check-sync")) == NotAnswered("nothing came back")

    play(talk, QUICK)
    assert len(phone.heard) > 1


def test_where_nobody_is_that_is_known_at_once() -> None:
    async def talk(sender: SipSender) -> None:
        async with udp(Phone()) as contact:
            said = await sender.notify(Notify(contact._replace(address="127.0.0.99"), "check-sync"))
            assert said == NotAnswered("Connection refused")
        for transport in ("tcp", "tls"):
            said = await sender.notify(Notify(contact._replace(transport=transport), "check-sync"))
            assert isinstance(said, NotAnswered)
            assert "refused" in said.why or "Connect call failed" in said.why

    play(talk)


def test_tcp_and_tls_phones_are_told_over_one_connection_each(tmp_path: Path) -> None:
    pair = BrandCa(tmp_path, "Phones").sign("phone")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(*pair)
    for context in (None, tls):
        asks = ("401 Unauthorized", 'WWW-Authenticate: Digest realm="r", nonce="n"')
        phone = Phone(asks, ("200 OK",))

        async def talk(sender: SipSender, phone: Phone = phone, context: ssl.SSLContext | None = context) -> None:
            async with stream(phone, context) as contact:
                assert await sender.notify(Notify(contact, "check-sync", ACCOUNT)) == Answered(200, "OK")

        play(talk)
        assert len(phone.heard) == 2
        assert phone.heard[0].via[0].transport == ("TLS" if context else "TCP")


def test_a_stream_that_ends_or_is_no_sip_is_told() -> None:
    async def other(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        await reader.read()
        writer.close()

    async def talk(sender: SipSender) -> None:
        async with stream(Phone()) as contact:
            assert await sender.notify(Notify(contact, "x")) == NotAnswered("the connection was closed")
        server = await asyncio.start_server(other, "127.0.0.1", 0)
        contact = Contact("127.0.0.1", server.sockets[0].getsockname()[1], "tcp")
        said = await sender.notify(Notify(contact, "x"))
        assert said == NotAnswered("what came back is no SIP: a message without Content-Length")
        server.close()
        await server.wait_closed()

    play(talk)


def test_a_phone_that_does_not_take_the_connection_is_said_to_be_so() -> None:
    async def talk(sender: SipSender) -> None:
        with socket.socket() as full, socket.socket() as first:
            full.bind(("127.0.0.1", 0))
            full.listen(0)
            first.connect(full.getsockname())  # it has room for one that is not accepted
            contact = Contact("127.0.0.1", full.getsockname()[1], "tcp", "101")
            outcome = await sender.notify(Notify(contact, "x"))
        assert outcome == NotAnswered("the connection was not accepted in time")

    play(talk, QUICK)
