"""Posts one message to the receiver of a webhook: signed, within a deadline, to nobody else."""

from __future__ import annotations

import asyncio
import ssl
from typing import NamedTuple

import aiohttp

from ringboot import __version__
from ringboot.fleet.webhooks import EVENT, ID, SIGNATURE, TIMESTAMP, signature
from ringboot.model.webhook import Delivery
from ringboot.setup.problems import Wrong
from ringboot.setup.webhooks import Webhook, read_secret

CONNECT, DEADLINE = 5.0, 10.0  # seconds: to be let in, for all of it


class Answer(NamedTuple):
    """What a receiver said: the status, 0 when it said nothing; and why the message was not taken."""

    status: int
    why: str = ""

    @property
    def taken(self) -> bool:
        """Tell whether it has the message."""
        return not self.why


class Poster:
    """The connection to one receiver; `close` it."""

    def __init__(self, hook: Webhook) -> None:
        self._hook = hook
        self._secret = b""
        self._session: aiohttp.ClientSession | None = None
        self._opening = asyncio.Lock()
        self._closed = False

    async def post(self, message: Delivery, utc: float) -> Answer:
        """Tell it; whatever goes wrong is an answer, too."""
        try:
            session = await self._opened()
            body, timestamp = message.body.encode(), int(utc)
            headers = {
                "Content-Type": "application/json",
                ID: message.id,
                EVENT: message.event,
                TIMESTAMP: str(timestamp),
                SIGNATURE: signature(self._secret, timestamp, body),
            }
            async with session.post(self._hook.url, data=body, headers=headers, allow_redirects=False) as answer:
                if 200 <= answer.status < 300:
                    return Answer(answer.status)
                return Answer(answer.status, f"it answers {answer.status} {answer.reason or ''}".rstrip())
        except TimeoutError:
            return Answer(0, f"it did not answer within {DEADLINE:g} s")
        except (
            aiohttp.ClientError,
            Wrong,
            OSError,
            ValueError,
            RuntimeError,
        ) as error:  # RuntimeError: closed meanwhile
            return Answer(0, str(error) or type(error).__name__)

    async def _opened(self) -> aiohttp.ClientSession:
        """Read secret and CA, and open the session, at the first message."""
        async with self._opening:
            if self._session is None:
                self._secret, context = await asyncio.to_thread(self._read)
                if self._closed:
                    raise RuntimeError("it was hung up")
                self._session = aiohttp.ClientSession(
                    connector=aiohttp.TCPConnector(ssl=context, limit=8),
                    cookie_jar=aiohttp.DummyCookieJar(),
                    headers={"User-Agent": f"ringboot/{__version__}"},
                    timeout=aiohttp.ClientTimeout(total=DEADLINE, connect=CONNECT),
                )
            return self._session

    def _read(self) -> tuple[bytes, ssl.SSLContext]:
        ca = self._hook.ca
        return read_secret(self._hook.secret_file), ssl.create_default_context(cafile=str(ca) if ca else None)

    async def close(self) -> None:
        """Hang up, for good."""
        self._closed = True
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()
