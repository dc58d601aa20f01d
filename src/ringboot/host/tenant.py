"""A process that runs others' code for us: started, greeted, asked with a deadline, killed, started again, counted."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections import deque
from dataclasses import dataclass

from ringboot import log
from ringboot.host import guest
from ringboot.host.guest import Limits

_START_DEADLINE = 30.0  # seconds until the handshake; a loaded machine imports slowly
_LAST_WORDS = 2.0  # seconds for a process that is going: its traceback is the reason that we show
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0  # before a process that does not come up is tried again
_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "PYTHONPATH", "PYTHONTZPATH", "VIRTUAL_ENV")


class TenantFailed(Exception):
    """A request that got no answer; the text says why."""


@dataclass(slots=True)
class Statistics:
    """What a tenant did since the daemon started."""

    starts: int = 0
    requests: int = 0
    failures: int = 0
    seconds: float = 0.0  # spent on requests


class _Running:
    """One life of the process."""

    def __init__(
        self, process: asyncio.subprocess.Process, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, name: str
    ) -> None:
        self.process = process
        self.reader = reader
        self.writer = writer
        self.spent = False
        self.last_words: deque[str] = deque(maxlen=20)
        self.listener = asyncio.create_task(self._listen(name))

    async def _listen(self, name: str) -> None:
        assert self.process.stderr is not None
        while line := await self.process.stderr.readline():
            text = line.decode(errors="replace").rstrip()
            self.last_words.append(text)
            log.get(tenant=name).warning("tenant said", text=text)

    async def ask(self, body: bytes) -> bytes:
        """Send a frame and wait for one."""
        self.writer.write(len(body).to_bytes(4, "big") + body)
        await self.writer.drain()
        return await self.hear()

    async def hear(self) -> bytes:
        """Wait for a frame; IncompleteReadError when the process is gone."""
        size = int.from_bytes(await self.reader.readexactly(4), "big")
        if size > guest.LARGEST:
            raise TenantFailed(f"its answer is longer than {guest.LARGEST} octets")
        return await self.reader.readexactly(size)

    async def end(self, patience: float = 0.0) -> str:
        """End the process, at once or after so many seconds to go by itself; tidy up, and say how it ended."""
        self.writer.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self.process.wait()
        if self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.kill()
        code = await self.process.wait()
        await self.listener
        with contextlib.suppress(OSError):
            await self.writer.wait_closed()
        how = f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        return f"{how}: {self.last_words[-1]}" if self.last_words else how


class Tenant:
    """A module that serves requests in a process of its own; one request at a time."""

    def __init__(self, name: str, module: str, limits: Limits | None = None) -> None:
        self.name = name
        self.statistics = Statistics()
        self._module = module
        self._limits = limits or Limits()
        self._running: _Running | None = None
        self._turn = asyncio.Lock()
        self._pause = 0.0

    @property
    def pid(self) -> int | None:
        """Name the process, while it runs."""
        process = self._running.process if self._running else None
        return process.pid if process is not None and process.returncode is None else None

    @property
    def is_up(self) -> bool:
        """Tell whether the process is there."""
        return self._running is not None and self._running.process.returncode is None

    async def start(self) -> None:
        """Bring the process up before the first request needs it; TenantFailed when it does not come."""
        async with self._turn:
            await self._up()

    async def request(self, body: bytes) -> bytes:
        """Ask, and give the answer; TenantFailed when the process died, took too long or said so itself."""
        async with self._turn:
            running = await self._up()
            clock = asyncio.get_running_loop().time
            since = clock()
            self.statistics.requests += 1
            try:
                async with asyncio.timeout(self._limits.seconds):
                    reply = await running.ask(body)
            except (TimeoutError, OSError, asyncio.IncompleteReadError, TenantFailed) as error:
                self.statistics.failures += 1
                raise TenantFailed(await self._down(error)) from None
            except asyncio.CancelledError:
                running.spent = True  # it works on what nobody waits for
                raise
            finally:
                self.statistics.seconds += clock() - since
            self._pause = 0.0
            if reply[:1] != guest.DONE:
                self.statistics.failures += 1
                raise TenantFailed(reply[1:].decode(errors="replace"))
            return reply[1:]

    async def close(self) -> None:
        """End the process."""
        async with self._turn:
            if self._running is not None:
                running, self._running = self._running, None
                await running.end(_LAST_WORDS)

    async def _down(self, error: Exception) -> str:
        """Take a failed process away and put its failure into words."""
        assert self._running is not None
        running, self._running = self._running, None
        how = await running.end(
            _LAST_WORDS if isinstance(error, asyncio.IncompleteReadError | ConnectionError) else 0.0
        )
        if isinstance(error, TimeoutError):
            return f"it took longer than {self._limits.seconds:g} s"
        return str(error) if isinstance(error, TenantFailed) else f"its process ended ({how})"

    async def _up(self) -> _Running:
        if self._running and not self._running.spent and self._running.process.returncode is None:
            return self._running
        if self._running is not None:
            running, self._running = self._running, None
            await running.end()
        if self._pause:
            await asyncio.sleep(self._pause)
        self._pause = min(max(self._pause * 2, _FIRST_PAUSE), _LONGEST_PAUSE)
        self._running = await self._launch()
        try:
            async with asyncio.timeout(_START_DEADLINE):
                hello = await self._running.hear()
        except (TimeoutError, OSError, asyncio.IncompleteReadError) as error:
            raise TenantFailed(f"it does not start: {await self._down(error)}") from None
        if hello != guest.HELLO:
            await self._down(TenantFailed("handshake"))
            raise TenantFailed("it does not start: it is not one of our processes")
        return self._running

    async def _launch(self) -> _Running:
        ours, theirs = socket.socketpair()
        environment = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        environment[guest.VARIABLE] = guest.settings(theirs.fileno(), self._limits)
        try:
            with theirs:
                process = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-P", "-m", self._module),
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=asyncio.subprocess.DEVNULL,
                    stderr=asyncio.subprocess.PIPE,
                    env=environment,
                    pass_fds=(theirs.fileno(),),
                )
        except OSError as error:
            ours.close()
            raise TenantFailed(f"it does not start: {error.strerror}") from error
        self.statistics.starts += 1
        reader, writer = await asyncio.open_unix_connection(sock=ours, limit=guest.LARGEST)
        return _Running(process, reader, writer, self.name)
