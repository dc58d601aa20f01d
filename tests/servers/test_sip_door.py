"""The SIP door through real sockets."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable

import pytest

from ringboot.servers.sip_door import SipDoor
from ringboot.sip import digest, response
from ringboot.sip.digest import Account
from ringboot.sip.door import Dial
from ringboot.sip.request import LARGEST
from ringboot.sip.transaction import Timers

ACCOUNT = Account("ap12345678", "s3cret")
Talk = Callable[[int], Awaitable[None]]


def play(talk: Talk, reason: str = "code-unknown") -> tuple[list[Dial], dict[str, int]]:
    """Let a phone talk to a door at some port; gives what was dialled, and what was counted."""
    dialled: list[Dial] = []

    async def use(dial: Dial) -> str:
        dialled.append(dial)
        if not reason:
            raise OSError("the disk is full")
        return reason

    async def whole() -> dict[str, int]:
        streams = socket.create_server(("127.0.0.1", 0))
        datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        datagrams.bind(streams.getsockname())
        for each in (streams, datagrams):
            each.setblocking(False)
        place = streams.getsockname()[1]
        door = SipDoor(
            datagrams, streams, lambda _, user: (ACCOUNT.password,) * (user == ACCOUNT.username), use,
            Timers(t1=0.01, t2=0.04, t4=0.05),
        )  # fmt: skip
        await door.start()
        try:
            async with asyncio.timeout(20):
                await talk(place)
        finally:
            await door.close()
        return dict(door.counts)

    counts = asyncio.run(whole())
    return dialled, counts


def text(method: str, number: int, transport: str, *more: str) -> bytes:
    lines = [
        f"{method} sip:417263@127.0.0.1 SIP/2.0",
        f"Via: SIP/2.0/{transport} 127.0.0.1:9;rport;branch=z9hG4bK{number}",
        "From: <sip:ap12345678@127.0.0.1>;tag=theirs",
        "To: <sip:417263@127.0.0.1>",
        "Call-ID: call",
        f"CSeq: {number} {method}",
        "Contact: <sip:ap12345678@127.0.0.1>",
        *more,
        "Content-Length: 0",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def proof(data: bytes) -> str:
    found = response.read(data)
    challenge = digest.choose(found.challenges) if found is not None else None
    assert challenge is not None
    return f"Authorization: {digest.answer(challenge, ACCOUNT, 'INVITE', 'sip:417263@127.0.0.1', 'c0ffee')}"


@pytest.mark.parametrize(("reason", "code"), [("code-unknown", b"404"), ("code-used", b"200"), ("", b"500")])
def test_a_phone_dials_over_udp_and_hears_the_answer_until_it_acknowledges(reason: str, code: bytes) -> None:
    async def talk(port: int) -> None:
        loop = asyncio.get_running_loop()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
            phone.setblocking(False)
            await loop.sock_connect(phone, ("127.0.0.1", port))
            await loop.sock_sendall(phone, b"\0" * (LARGEST + 1))
            await loop.sock_sendall(phone, text("INVITE", 1, "UDP"))
            header = proof(await loop.sock_recv(phone, 9999))
            await loop.sock_sendall(phone, text("INVITE", 2, "UDP", header))
            assert (await loop.sock_recv(phone, 9999)).startswith(b"SIP/2.0 100 ")
            answers = [await loop.sock_recv(phone, 9999) for _ in range(3)]
            assert answers[0].startswith(b"SIP/2.0 " + code)
            assert answers[0] == answers[1] == answers[2]

    dialled, counts = play(talk, reason)
    assert [each[1:] for each in dialled] == [("417263", "ap12345678", "127.0.0.1")]
    assert counts["sip-challenged"] == 1


def test_a_phone_dials_over_tcp_in_pieces_and_two_messages_at_once() -> None:
    async def talk(port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        first = text("INVITE", 1, "TCP")
        writer.write(b"\r\n\r\n" + first[:50])
        await writer.drain()
        writer.write(first[50:] + text("OPTIONS", 2, "TCP"))
        header = proof(await reader.readuntil(b"\r\n\r\n"))
        assert b"\r\nAllow: INVITE" in await reader.readuntil(b"\r\n\r\n")
        writer.write(text("INVITE", 3, "TCP", header))
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"SIP/2.0 100 ")
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"SIP/2.0 404 ")
        writer.close()

    dialled, _ = play(talk)
    assert len(dialled) == 1


@pytest.mark.parametrize(
    "data", [b"GET / HTTP/1.1\r\n\r\n", b"x" * (LARGEST + 1), b"INVITE x\r\nContent-Length: 99999\r\n\r\n"]
)
def test_a_connection_that_is_no_sip_is_closed(data: bytes) -> None:
    async def talk(port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(data)
        assert await reader.read() == b""
        writer.close()

    assert play(talk)[0] == []
