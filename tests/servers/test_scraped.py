"""The door for Prometheus."""

from __future__ import annotations

import asyncio
import socket
import urllib.error
import urllib.request

from ringboot.servers.scraped import MetricsServer


def test_it_gives_the_numbers_and_nothing_else() -> None:
    async def text() -> str:
        return "ringboot_held_back 0\n"

    def fetch(port: int, path: str, method: str = "GET") -> tuple[int, str, str]:
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", method=method)
        try:
            with urllib.request.urlopen(request, timeout=20) as response:
                return response.status, response.headers["Content-Type"], response.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers.get("Allow", ""), ""

    async def conversation() -> list[tuple[int, str, str]]:
        opened = socket.create_server(("127.0.0.1", 0))
        server = MetricsServer(opened, text)
        await server.start()
        try:
            asked = (("/metrics", "GET"), ("/", "GET"), ("/metrics", "POST"))
            return [await asyncio.to_thread(fetch, opened.getsockname()[1], *each) for each in asked]
        finally:
            await server.close()

    found = asyncio.run(conversation())
    assert found[0] == (200, "text/plain; version=0.0.4", "ringboot_held_back 0\n")
    assert [status for status, _, _ in found] == [200, 404, 405]
    assert found[2][1] == "GET, HEAD"
