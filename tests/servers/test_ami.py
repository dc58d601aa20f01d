"""Asterisk's manager interface, played by a peer that is scripted octet by octet."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any

import pytest

from ringboot.servers.ami import AmiClient
from ringboot.sip.ami import Packet, Place
from ringboot.sip.notify import NotAnswered

GREETING = b"Asterisk Call Manager/7.0.3\r\n"
LOGIN = b"Action: Login\r\nActionID: ringboot-1\r\nUsername: ring\r\nSecret: s3cret\r\nEvents: off\r\n\r\n"
WELCOME = b"Response: Success\r\nActionID: ringboot-1\r\nMessage: Authentication accepted\r\n\r\n"
BOOTED = b"Event: FullyBooted\r\nPrivilege: system,all\r\nStatus: Fully Booted\r\n\r\n"


def notify(number: int, whom: str, event: str = "check-sync;reboot=false") -> bytes:
    return f"Action: PJSIPNotify\r\nActionID: ringboot-{number}\r\n{whom}\r\nVariable: Event={event}\r\n\r\n".encode()


def success(number: int) -> bytes:
    return f"Response: Success\r\nActionID: ringboot-{number}\r\nMessage: NOTIFY sent\r\n\r\n".encode()


Script = list[tuple[bytes, bytes]]  # what must come, octet by octet, and what is said then


class Asterisk:
    """Plays one script a connection; what differs from it is kept."""

    def __init__(self, *scripts: Script, greeting: bytes = GREETING) -> None:
        self.scripts = list(scripts)
        self.greeting = greeting
        self.wrong: list[bytes] = []
        self.over = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._play(reader, writer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        if not self.scripts:
            self.over.set()

    async def _play(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            writer.write(self.greeting)
            for wanted, said in self.scripts.pop(0):
                try:
                    came = await reader.readexactly(len(wanted))
                except asyncio.IncompleteReadError as error:
                    came = error.partial
                if came != wanted:
                    self.wrong.append(came)
                    break
                for octet in said:
                    writer.write(bytes((octet,)))
                    await writer.drain()
            else:
                if not self.scripts:
                    await reader.read()


Ask = Callable[..., Awaitable[Packet | NotAnswered]]


def play(asterisk: Asterisk, talk: Callable[[Ask], Coroutine[Any, Any, None]], patience: float = 10.0) -> None:
    async def whole() -> None:
        server = await asyncio.start_server(asterisk.serve, "127.0.0.1", 0)
        place = Place("127.0.0.1", server.sockets[0].getsockname()[1], "ring", "s3cret")
        client = AmiClient(patience)
        async with asyncio.timeout(20):
            await talk(lambda event="check-sync;reboot=false", **whom: client.notify(place, event, **whom))
            client.close()
            await asterisk.over.wait()
        server.close()
        await server.wait_closed()

    asyncio.run(whole())
    assert asterisk.wrong == []


def is_sent(packet: Packet | NotAnswered) -> bool:
    return isinstance(packet, Packet) and packet.is_success and packet.message == "NOTIFY sent"


def test_it_signs_in_once_and_names_an_endpoint_or_a_uri() -> None:
    uri = "sip:anonymous@192.0.2.7:5060"
    asterisk = Asterisk(
        [
            (LOGIN, WELCOME + BOOTED),
            (notify(2, "Endpoint: desk-101"), success(2)),
            (notify(3, f"URI: {uri}", "resync"), BOOTED + success(3)),
        ]
    )

    async def talk(ask: Ask) -> None:
        assert is_sent(await ask(endpoint="desk-101"))
        assert is_sent(await ask("resync", uri=uri))

    play(asterisk, talk)


def test_what_asterisk_refuses_is_told_in_its_words() -> None:
    refusal = b"Response: Error\r\nActionID: ringboot-2\r\nMessage: Unable to retrieve endpoint 9\r\n\r\n"
    asterisk = Asterisk([(LOGIN, WELCOME), (notify(2, "Endpoint: 9"), refusal)])

    async def talk(ask: Ask) -> None:
        said = await ask(endpoint="9")
        assert isinstance(said, Packet)
        assert (said.is_success, said.message) == (False, "Unable to retrieve endpoint 9")
        assert await ask(endpoint="a\r\nAction: Reload") == NotAnswered("Endpoint holds a line break")

    play(asterisk, talk)


def test_after_a_lost_connection_it_signs_in_again() -> None:
    asterisk = Asterisk(
        [(LOGIN, WELCOME), (notify(2, "Endpoint: 1"), success(2)), (notify(3, "Endpoint: 2"), b"")],
        [(LOGIN, WELCOME), (notify(2, "Endpoint: 3"), success(2))],
    )

    async def talk(ask: Ask) -> None:
        assert is_sent(await ask(endpoint="1"))
        assert await ask(endpoint="2") == NotAnswered("it closed the connection")
        assert is_sent(await ask(endpoint="3"))

    play(asterisk, talk)


@pytest.mark.parametrize(
    ("greeting", "script", "why"),
    [
        (GREETING, [(LOGIN, WELCOME.replace(b"Success", b"Error").replace(b"accepted", b"failed"))],
         "it does not let us in: Authentication failed"),
        (b"SSH-2.0-OpenSSH_9\r\n", [], "what answers there is not Asterisk's manager interface"),
        (GREETING, [(LOGIN, b"a" * 70_000)], "it sends a packet that is too long"),
    ],
)  # fmt: skip
def test_why_it_cannot_be_asked_is_told(greeting: bytes, script: Script, why: str) -> None:
    asterisk = Asterisk(script, greeting=greeting)

    async def talk(ask: Ask) -> None:
        assert await ask(endpoint="1") == NotAnswered(why)

    play(asterisk, talk)


def test_one_that_is_silent_or_not_there_is_given_up() -> None:
    asterisk = Asterisk([(LOGIN, b"")])

    async def talk(ask: Ask) -> None:
        assert await ask(endpoint="1") == NotAnswered("it does not answer")

    play(asterisk, talk, patience=0.2)

    async def nobody() -> Packet | NotAnswered:
        return await AmiClient().notify(Place("127.0.0.1", 1, "ring", "s3cret"), "check-sync", endpoint="1")

    said = asyncio.run(nobody())
    assert isinstance(said, NotAnswered)
    assert "Connect call failed" in said.why
