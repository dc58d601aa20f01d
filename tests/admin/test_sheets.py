"""Lists as CSV."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

from ringboot.admin.sheets import Sheet


def test_rows_are_written_beside_the_loop() -> None:
    threads, sent = [], []

    def rows() -> Iterator[dict[str, Any]]:
        threads.append(threading.current_thread())
        yield {"mac": "00:08:5d:2e:ec:fb", "note": "=1+1"}

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        raise AssertionError("nothing is to be read")

    asyncio.run(Sheet(rows, "devices")({"type": "http"}, receive, send))
    assert threads
    assert threading.current_thread() not in threads
    head, body = sent
    told = dict(head["headers"])
    assert told[b"content-disposition"] == b'attachment; filename="devices.csv"'
    assert told[b"content-type"] == b"text/csv; charset=utf-8"
    assert told[b"content-length"] == str(len(body["body"])).encode()
    assert body["body"].splitlines() == [b"mac,note", b"00:08:5d:2e:ec:fb,'=1+1"]
