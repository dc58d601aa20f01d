"""The registration page over real HTTP: what strangers send to it, and what it shows of what they sent."""

from __future__ import annotations

import asyncio
import http.client
import re
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from typing import NamedTuple
from urllib.parse import urlencode

import pytest

from ringboot.model.registration import Denied, Registered, Visitor, Wording
from ringboot.servers import register
from ringboot.servers.register import LARGEST, OF_ALL, POSTS, SPAN, TOKEN_LIFE, Posts, RegisterServer

MAC = "00:00:5e:00:53:01"
FORM = "application/x-www-form-urlencoded"


class Desk:
    """Knows one visitor, and notes what it is asked."""

    def __init__(self) -> None:
        self.words = Wording("Summer <LAN>", "Hello.\n\nWho <b>are</b> you?", guests=True, code=True)
        self.who: Visitor | None = Visitor(MAC, "127.0.0.1", "guests", known=False)
        self.asked: list[tuple[object, ...]] = []
        self.answer: Registered | Denied = Registered(MAC, "lan", "10.0.0.50")

    def wording(self) -> Wording:
        return self.words

    async def visitor(self, address: str) -> Visitor | None:
        if address != "127.0.0.1":
            raise ArithmeticError("a fault")
        return self.who

    async def welcome(self, address: str, name: str, code: str) -> Registered | Denied:
        self.asked.append((address, name, code))
        return self.answer

    async def enter(
        self, address: str, login: tuple[str, str], macs: Sequence[str], name: str, wanted: str
    ) -> list[Registered] | Denied:
        self.asked.append((address, login, macs, name, wanted))
        return [self.answer] if isinstance(self.answer, Registered) else self.answer


class Said(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    text: str


class Talk:
    def __init__(self, port: int) -> None:
        self.port = port

    async def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Said:
        return await asyncio.to_thread(self._ask, method, path, body, headers)

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Said:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)) as connection:
            connection.request(method, path, body, {key.replace("_", "-"): value for key, value in headers.items()})
            with connection.getresponse() as response:
                return Said(response.status, response.headers, response.read().decode())

    async def token(self) -> str:
        found = re.search(r'name="token" value="([^"]+)"', (await self.ask("GET", "/")).text)
        assert found
        return found[1]

    async def send(self, fields: dict[str, str], **headers: str) -> Said:
        fields = {"form": "guest", "token": await self.token(), **fields}
        return await self.ask("POST", "/", urlencode(fields).encode(), Content_Type=FORM, **headers)


@asynccontextmanager
async def page(desk: Desk, clock: list[float] | None = None) -> AsyncIterator[Talk]:
    opened = socket.create_server(("127.0.0.1", 0))
    port = opened.getsockname()[1]
    server = RegisterServer(opened, desk, (lambda: clock[0]) if clock is not None else lambda: 1000.0)
    await server.start()
    try:
        yield Talk(port)
    finally:
        await server.close()


def test_a_guest_is_told_the_mac_fills_in_the_form_and_is_known() -> None:
    desk = Desk()

    async def conversation() -> None:
        async with page(desk) as talk:
            seen = await talk.ask("GET", "/")
            assert seen.status == 200
            for text in (
                MAC,
                "Summer &lt;LAN&gt;",
                "<p>Who &lt;b&gt;are&lt;/b&gt; you?</p>",
                'name="code"',
                "viewport",
            ):
                assert text in seen.text
            style = await talk.ask("GET", "/style.css")
            assert "prefers-color-scheme: dark" in style.text
            done = await talk.send({"name": "Ada ", "code": "42"}, Origin=f"http://127.0.0.1:{talk.port}")
            assert done.status == 201
            assert f"<code>{MAC}</code> is known now and gets 10.0.0.50" in done.text
            assert desk.asked == [("127.0.0.1", "Ada", "42")]
            assert done.headers["Content-Security-Policy"].startswith("default-src 'none'")
            assert "script" not in done.text

    asyncio.run(conversation())


def test_what_is_refused_is_said_and_what_was_typed_stays_but_for_secrets() -> None:
    desk = Desk()
    desk.answer = Denied(403, "This is not <the> code.")

    async def conversation() -> None:
        async with page(desk) as talk:
            told = await talk.send({"name": '"><script>', "code": "sesame"})
            assert told.status == 403
            assert "This is not &lt;the&gt; code." in told.text
            assert 'value="&quot;&gt;&lt;script&gt;"' in told.text
            assert "sesame" not in told.text
            macs = "00005E005301, 00:00:5e:00:53:02\r\n\r\n</textarea>"
            fields = {"form": "operator", "macs": macs, "note": "n", "user": "anna", "secret": "geheim"}
            told = await talk.send({**fields, "address": "10.0.0.9"})
            assert desk.asked[-1] == (
                "127.0.0.1", ("anna", "geheim"), ["00005E005301", "00:00:5e:00:53:02", "</textarea>"], "n", "10.0.0.9",
            )  # fmt: skip
            assert "geheim" not in told.text
            assert "&lt;/textarea&gt;" in told.text
            assert "<details open>" in told.text

    asyncio.run(conversation())


def test_a_form_of_another_site_or_of_another_day_is_not_taken() -> None:
    desk, clock = Desk(), [1000.0]

    async def conversation() -> None:
        async with page(desk, clock) as talk:
            body = {"name": "Ada", "code": "42"}
            assert (await talk.send(body, Origin="http://evil.example")).status == 403
            assert (await talk.send(body, Sec_Fetch_Site="cross-site")).status == 403
            for wrong in ("", "1000.00", "x.y", "9" * 5000 + ".0"):
                assert (await talk.send({**body, "token": wrong})).status == 403
            old = await talk.token()
            clock[0] += TOKEN_LIFE + 1
            told = await talk.send({**body, "token": old})
            assert (told.status, "too old" in told.text, 'value="Ada"' in told.text) == (403, True, True)
            assert desk.asked == []
            assert (await talk.send(body)).status == 201

    asyncio.run(conversation())


def test_what_is_no_form_or_too_large_is_refused_and_other_paths_lead_to_the_page() -> None:
    desk = Desk()

    async def conversation() -> None:
        async with page(desk) as talk:
            assert (await talk.ask("POST", "/", b"{}", Content_Type="application/json")).status == 400
            assert (await talk.ask("POST", "/", b"name=%ff%fe\xff", Content_Type=FORM)).status == 400
            assert (await talk.ask("POST", "/", b"&".join([b"a=1"] * 99), Content_Type=FORM)).status == 400
            assert (await talk.ask("POST", "/", b"a" * (LARGEST + 1), Content_Type=FORM)).status == 400
            assert (await talk.ask("PUT", "/", b"")).status == 405
            assert (await talk.ask("POST", "/api/v1/registrations", b"", Content_Type=FORM)).status == 405
            for path in ("/generate_204", "/api/v1/status", "//evil.example/", "/devices"):
                led = await talk.ask("GET", path)
                assert (led.status, led.headers["Location"]) == (302, f"http://127.0.0.1:{talk.port}/")
            assert desk.asked == []

    asyncio.run(conversation())


def test_who_has_no_address_of_ours_or_is_known_gets_no_form() -> None:
    desk = Desk()

    async def conversation() -> None:
        async with page(desk) as talk:
            desk.who = None
            told = (await talk.ask("GET", "/")).text
            assert "no address that this server lent" in told
            assert 'value="guest"' not in told
            desk.who = Visitor(MAC, "127.0.0.1", "guests", known=True, home="10.0.0.50")
            told = (await talk.ask("GET", "/")).text
            assert "it is known, and moves to <code>10.0.0.50</code>" in told
            assert 'value="guest"' not in told
            desk.who = Visitor(MAC, "127.0.0.1", "guests", known=False)
            desk.words = desk.words._replace(guests=False)
            told = (await talk.ask("GET", "/")).text
            assert "Ask somebody who looks after this network" in told
            assert 'value="guest"' not in told

    asyncio.run(conversation())


def test_nobody_sends_forms_all_day() -> None:
    desk = Desk()

    async def conversation() -> None:
        async with page(desk) as talk:
            codes = [(await talk.send({"name": "Ada", "code": "1"})).status for _ in range(POSTS + 1)]
            assert codes == [201] * POSTS + [429]

    asyncio.run(conversation())
    posts = Posts()
    assert [posts.may(f"10.0.{n >> 8}.{n & 255}", 5.0) for n in range(OF_ALL + 1)] == [True] * OF_ALL + [False]
    assert posts.may("10.9.9.9", 5.0 + SPAN)


def test_addresses_and_connections_that_are_remembered_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(register, "REMEMBERED", 3)
    monkeypatch.setattr(register, "OF_ADDRESS", 2)
    posts = Posts()
    for number in range(9):
        posts.may(str(number), 5.0)
    assert len(posts) == 3

    async def conversation() -> None:
        async with page(Desk()) as talk:
            with (
                closing(socket.create_connection(("127.0.0.1", talk.port), 20)),
                closing(socket.create_connection(("127.0.0.1", talk.port), 20)),
                pytest.raises(OSError, match=r"reset|closed|Remote end"),
            ):
                await talk.ask("GET", "/")
            async with asyncio.timeout(20):
                while True:  # they hung up: there is room again
                    try:
                        said = await talk.ask("GET", "/")
                        break
                    except OSError:
                        continue
            assert said.status == 200

    asyncio.run(conversation())


def test_a_fault_of_ours_says_no_more_than_that() -> None:
    class Broken(Desk):
        async def visitor(self, address: str) -> Visitor | None:
            raise ArithmeticError(f"secret of {address}")

    async def conversation() -> None:
        async with page(Broken()) as talk:
            said = await talk.ask("GET", "/")
            assert said.status == 500
            assert "secret" not in said.text

    asyncio.run(conversation())
