"""The pages of a site: its header, dashboard and methods; the frame around them, and its links, are ours to draw."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any, NamedTuple

from ringboot.compat.staticdhcpd.callbacks import WEB_METHOD_DASHBOARD, WEB_METHOD_RAW, Callbacks


class Page(NamedTuple):
    """What a browser gets; `type` is the MIME type, `framed`: it is a document to be shown in a frame."""

    status: int
    type: str
    data: bytes
    framed: bool = False


def page(
    callbacks: Callbacks, title: str, path: str, query: Mapping[str, list[str]], data: bytes | None = None
) -> Page:
    """Show what stands at a path: "/" is the dashboard."""
    arguments: tuple[Any, ...] = (path, dict(query), None, data, {})
    method = callbacks.methods.get(path)
    if method is None:
        if path not in ("", "/"):
            return Page(404, "text/plain; charset=utf-8", b"The site has no page here.\n")
        return _framed(callbacks, title, _dashboard(callbacks, arguments), arguments)
    said = method.callback(*arguments)
    if method.display_mode == WEB_METHOD_RAW:
        return _raw(said)
    body = _section(method.name or path, said)
    if method.display_mode == WEB_METHOD_DASHBOARD:
        body += _dashboard(callbacks, arguments)
    return _framed(callbacks, title, body, arguments)


def links(callbacks: Callbacks) -> list[dict[str, str]]:
    """Give name and path of the pages that the site does not hide."""
    return [
        {"name": " ".join(filter(None, (each.module, each.name))) or each.path, "path": each.path}
        for each in callbacks.methods.values()
        if not each.hidden
    ]


def _raw(said: Any) -> Page:
    """Read (type, data), or (type, data, headers), of which the headers are not sent."""
    if not isinstance(said, tuple | list) or len(said) not in (2, 3):
        raise TypeError(f"a raw method gives (type, data), and this one gave {said!r:.80}")
    mimetype, data, *_ = said
    octets = data.encode() if isinstance(data, str) else bytes(data or b"")
    return Page(200, str(mimetype), octets)


def _dashboard(callbacks: Callbacks, arguments: tuple[Any, ...]) -> str:
    rows = sorted(callbacks.dashboard, key=lambda each: each.ordering)
    return "".join(_section(each.name, each.callback(*arguments)) for each in rows)


def _section(name: str, said: Any) -> str:
    return f"<section><h2>{html.escape(name)}</h2>{said}</section>" if said else ""


def _framed(callbacks: Callbacks, title: str, body: str, arguments: tuple[Any, ...]) -> Page:
    head = "".join(str(said) for each in callbacks.headers if (said := each(*arguments)))
    made = (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"/><title>{html.escape(title)}</title>{head}</head>'
        f"<body>{body}</body></html>"
    )
    return Page(200, "text/html; charset=utf-8", made.encode(), framed=True)
