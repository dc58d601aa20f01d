"""Server-sent events (WHATWG HTML, 9.2): one message after the other over a response that does not end."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

from fastapi.responses import StreamingResponse

from ringboot.admin.masks import masked

_KIND = "text/event-stream"


def stream(messages: AsyncIterator[tuple[str, Any]]) -> StreamingResponse:
    """Send each (kind, value) when it comes; an empty kind only keeps the connection alive."""

    async def lines() -> AsyncIterator[str]:
        yield "retry: 2000\n\n"
        async for kind, value in messages:
            yield f"event: {kind}\ndata: {json.dumps(masked(value))}\n\n" if kind else ": still here\n\n"

    # No proxy in between shall keep what is meant for now.
    return StreamingResponse(
        lines(), media_type=_KIND, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    )
