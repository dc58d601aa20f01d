"""FastAGI: Asterisk's dialplan asks us over TCP; `AGI(agi://HOST/provision,CODE)` gives the caller's phone a config.

Each side speaks in lines: Asterisk sends its variables and an empty line, then we send commands, and each is answered
by `200 result=N (value)` (Asterisk's documentation of AGI).  One connection is one call.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable
from typing import NamedTuple, Protocol

from ringboot import log

MOST = 32  # calls at once; more are hung up on
LINES, LONGEST = 100, 4096  # of what Asterisk sends first, and octets of a line
PATIENCE = 10.0  # seconds that a call may take
SCRIPT = "provision"
# Variables of the channel that tell the dialplan; the last one is the job that lets the phone read its files, or empty.
RESULT, REASON, SYNC = "RINGBOOT_RESULT", "RINGBOOT_REASON", "RINGBOOT_SYNC"
NO_SYNC = "no-sync"  # as second argument: leave the phone alone then
_VALUE = re.compile(r"200 result=1 \((.*)\)\s*$", re.DOTALL)
# How a channel driver tells where a call comes from, and with which contact: address, contact.
# unverified: from Asterisk's documentation of these functions; tried against a scripted peer only.
_FUNCTIONS = {
    "SIP": ("CHANNEL(recvip)", "SIP_HEADER(Contact)"),
    "PJSIP": ("CHANNEL(pjsip,remote_addr)", "PJSIP_HEADER(read,Contact)"),
}


class Answered(Protocol):
    """What became of a code."""

    @property
    def is_done(self) -> bool:
        """Tell whether the config was given."""

    @property
    def reason_id(self) -> str:
        """Name the reason."""

    @property
    def sync(self) -> int | None:
        """Number the job that lets the phone read its files."""


class Call(NamedTuple):
    """A call that dialled a code."""

    code: str
    contact: str | None
    address: str | None
    sync: bool = True  # let the phone read its files then


class NotAgi(Exception):
    """What came is not what Asterisk says."""


class AgiServer:
    """Answer FastAGI on a bound TCP socket; `use` does what a code means."""

    def __init__(self, sock: socket.socket, use: Callable[[Call], Awaitable[Answered]]) -> None:
        self._sock = sock
        self._use = use
        self._listener: asyncio.Server | None = None
        self._calls: set[asyncio.Task[None]] = set()
        self._begun: set[asyncio.Task[Answered]] = set()

    async def start(self) -> None:
        """Begin to listen."""
        self._listener = await asyncio.start_server(self._serve, sock=self._sock, limit=LONGEST)

    async def close(self) -> None:
        """Stop listening and hang up."""
        if self._listener is not None:
            self._listener.close()
        under_way = (*self._calls, *self._begun)
        for each in under_way:
            each.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        try:
            if len(self._calls) < MOST:
                self._calls.add(task)
                async with asyncio.timeout(PATIENCE):
                    await self._call(reader, writer)
        except (NotAgi, TimeoutError, OSError, EOFError, ValueError) as error:  # ValueError: a line is too long
            log.get().info("a FastAGI call broke off", why=str(error) or type(error).__name__)
        finally:
            self._calls.discard(task)
            writer.close()

    async def _call(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        said = await _variables(reader)
        if said.get("agi_network_script", "").strip("/") != SCRIPT:
            await _set(reader, writer, RESULT, "failed")
            await _set(reader, writer, REASON, "no-such-script")
            return
        driver = (said.get("agi_type") or said.get("agi_channel", "").partition("/")[0]).upper()
        address, contact = [
            await _get(reader, writer, name) for name in _FUNCTIONS.get(driver, _FUNCTIONS["PJSIP"])
        ]  # fmt: skip
        sync = said.get("agi_arg_2", "") != NO_SYNC
        answered = await self._used(Call(said.get("agi_arg_1", ""), contact, address, sync))
        await _set(reader, writer, RESULT, "done" if answered.is_done else "failed")
        await _set(reader, writer, REASON, answered.reason_id)
        await _set(reader, writer, SYNC, str(answered.sync or ""))

    async def _used(self, call: Call) -> Answered:
        """Do what a code means; when nobody waits for it any more, it is still done wholly."""

        async def use() -> Answered:
            return await self._use(call)

        begun = asyncio.create_task(use())
        self._begun.add(begun)
        begun.add_done_callback(self._begun.discard)
        return await asyncio.shield(begun)


async def _variables(reader: asyncio.StreamReader) -> dict[str, str]:
    said: dict[str, str] = {}
    for _ in range(LINES):
        line = await _line(reader)
        if not line:
            return said
        key, colon, value = line.partition(":")
        if not colon or not key.startswith("agi_"):
            raise NotAgi(f"{line[:40]!r} is not what Asterisk says")
        said[key] = value.strip()
    raise NotAgi(f"more than {LINES} variables")


async def _line(reader: asyncio.StreamReader) -> str:
    data = await reader.readline()
    if not data.endswith(b"\n"):
        raise NotAgi("it was hung up")
    return data.decode("utf-8", "replace").rstrip("\r\n")


async def _get(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, name: str) -> str | None:
    found = _VALUE.match(await _asked(reader, writer, f"GET VARIABLE {name}"))
    return found[1] if found else None


async def _set(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, name: str, value: str) -> None:
    await _asked(reader, writer, f'SET VARIABLE {name} "{value}"')


async def _asked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, command: str) -> str:
    """Send a command and give its answer; the caller's hanging up does not end what was begun."""
    writer.write(f"{command}\n".encode())
    await writer.drain()
    answer = await _line(reader)
    while answer == "HANGUP":
        answer = await _line(reader)
    return answer
