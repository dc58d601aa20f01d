"""FastAGI, byte by byte, as Asterisk speaks it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable
from typing import NamedTuple

import pytest

from ringboot.servers.agi import AgiServer, Call


class Answer(NamedTuple):
    """What a test answers."""

    is_done: bool
    reason_id: str
    sync: int | None = None


GIVEN = Answer(True, "code-used", 7)
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def play(talk: Talk, answer: Answer = GIVEN) -> list[Call]:
    calls: list[Call] = []

    async def use(call: Call) -> Answer:
        calls.append(call)
        return answer

    async def whole() -> None:
        opened = socket.create_server(("127.0.0.1", 0))
        server = AgiServer(opened, use)
        await server.start()
        reader, writer = await asyncio.open_connection("127.0.0.1", opened.getsockname()[1])
        try:
            async with asyncio.timeout(20):
                await talk(reader, writer)
        finally:
            writer.close()
            await server.close()

    asyncio.run(whole())
    return calls


HEAD = (
    b"agi_network: yes\nagi_network_script: provision\nagi_request: agi://ringboot/provision\n"
    b"agi_channel: PJSIP/autoprov-00000001\nagi_language: en\nagi_type: PJSIP\nagi_uniqueid: 1.1\n"
    b"agi_callerid: ap12\nagi_context: default\nagi_extension: 417263\nagi_priority: 1\nagi_arg_1: 417263\n\n"
)


def test_a_call_from_its_first_byte_to_its_last() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD)
        assert await reader.readline() == b"GET VARIABLE CHANNEL(pjsip,remote_addr)\n"
        writer.write(b"200 result=1 (10.0.1.7:5060)\n")
        assert await reader.readline() == b"GET VARIABLE PJSIP_HEADER(read,Contact)\n"
        writer.write(b"200 result=1 (<sip:ap12@10.0.1.7:5060>)\n")
        assert await reader.readline() == b'SET VARIABLE RINGBOOT_RESULT "done"\n'
        writer.write(b"200 result=1\n")
        assert await reader.readline() == b'SET VARIABLE RINGBOOT_REASON "code-used"\n'
        writer.write(b"200 result=1\n")
        assert await reader.readline() == b'SET VARIABLE RINGBOOT_SYNC "7"\n'
        writer.write(b"200 result=1\n")
        assert await reader.read() == b"", "the dialplan goes on"

    assert play(talk) == [Call("417263", "<sip:ap12@10.0.1.7:5060>", "10.0.1.7:5060")]


def test_the_older_channel_what_is_unset_and_a_hangup_on_the_way() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for part in (b"agi_network_script: pro", b"vision\r\nagi_type: SIP\r\nagi_arg_1: 1\r\n\r\n"):
            writer.write(part)
            await writer.drain()
        assert await reader.readline() == b"GET VARIABLE CHANNEL(recvip)\n"
        writer.write(b"200 result=0\n")
        assert await reader.readline() == b"GET VARIABLE SIP_HEADER(Contact)\n"
        writer.write(b"HANGUP\n510 Invalid or unknown command\n")
        assert await reader.readline() == b'SET VARIABLE RINGBOOT_RESULT "failed"\n'
        writer.write(b"200 result=1\n")
        assert await reader.readline() == b'SET VARIABLE RINGBOOT_REASON "code-unknown"\n'
        writer.write(b"200 result=1\n")
        assert await reader.readline() == b'SET VARIABLE RINGBOOT_SYNC ""\n'

    assert play(talk, Answer(False, "code-unknown")) == [Call("1", None, None)]


def test_a_dialplan_that_says_so_leaves_the_phone_alone() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD.replace(b"\n\n", b"\nagi_arg_2: no-sync\n\n") + b"200 result=0\n" * 2)
        while await reader.readline() != b'SET VARIABLE RINGBOOT_RESULT "done"\n':
            pass

    assert play(talk) == [Call("417263", None, None, sync=False)]


def test_another_script_is_told_so() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"agi_network_script: hello\n\n")
        assert await reader.readline() == b'SET VARIABLE RINGBOOT_RESULT "failed"\n'
        writer.write(b"200 result=1\n")
        assert await reader.readline() == b'SET VARIABLE RINGBOOT_REASON "no-such-script"\n'

    assert play(talk) == []


@pytest.mark.parametrize(
    "data",
    [b"GET / HTTP/1.1\r\n\r\n", b"agi_x: y\n" * 101 + b"\n", b"agi_x: " + b"y" * 10_000 + b"\n\n", b"agi_ne"],
    ids=["http", "too many", "too long", "torn"],
)
def test_what_is_not_agi_is_hung_up_on(data: bytes) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        writer.write_eof()
        with contextlib.suppress(ConnectionResetError):  # it need not read all of it
            assert await reader.read() == b""

    assert play(talk) == []


def test_what_a_call_began_is_done_wholly_when_the_call_is_given_up() -> None:
    done: list[Call] = []

    async def whole() -> None:
        begun, go_on, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

        async def use(call: Call) -> Answer:
            begun.set()
            await go_on.wait()
            done.append(call)
            ended.set()
            return GIVEN

        opened = socket.create_server(("127.0.0.1", 0))
        server = AgiServer(opened, use)
        await server.start()
        reader, writer = await asyncio.open_connection("127.0.0.1", opened.getsockname()[1])
        async with asyncio.timeout(20):
            writer.write(HEAD + b"200 result=0\n200 result=0\n")
            await begun.wait()
            for each in list(server._calls):
                each.cancel()  # as its time does when it is over
            while await reader.read(1000):
                pass
            assert not done
            go_on.set()
            await ended.wait()
        writer.close()
        await server.close()

    asyncio.run(whole())
    assert done == [Call("417263", None, None)]
