"""The pages of a site: its header, dashboard and methods, put into a frame of ours."""

from __future__ import annotations

import html
import posixpath
from collections.abc import Mapping
from typing import Any, NamedTuple

from ringboot.compat.staticdhcpd.callbacks import (
    WEB_METHOD_DASHBOARD,
    WEB_METHOD_RAW,
    Callbacks,
    WebMethod,
)


class Page(NamedTuple):
    """What a browser gets; `type` is the MIME type."""

    status: int
    type: str
    data: bytes
    headers: tuple[tuple[str, str], ...] = ()


def page(
    callbacks: Callbacks, title: str, path: str, query: Mapping[str, list[str]], data: bytes | None, root: str
) -> Page:
    """Show what stands at a path: "/" is the dashboard.  `root` is what links begin with."""
    arguments: tuple[Any, ...] = (path, dict(query), None, data, {})
    method = callbacks.methods.get(path)
    if method is None:
        if path not in ("", "/"):
            return Page(404, "text/plain; charset=utf-8", b"The site has no page here.\n")
        return _framed(callbacks, title, _dashboard(callbacks, arguments), arguments, root)
    said = method.callback(*arguments)
    if method.display_mode == WEB_METHOD_RAW:
        return _raw(said)
    body = _section(method.name or path, said)
    if method.display_mode == WEB_METHOD_DASHBOARD:
        body += _dashboard(callbacks, arguments)
    return _framed(callbacks, title, body, arguments, root)


def _raw(said: Any) -> Page:
    """Read (type, data) or (type, data, headers)."""
    if not isinstance(said, tuple | list) or len(said) not in (2, 3):
        raise TypeError(f"a raw method gives (type, data), and this one gave {said!r:.80}")
    mimetype, data, *headers = said
    octets = data.encode() if isinstance(data, str) else bytes(data or b"")
    return Page(200, str(mimetype), octets, tuple((headers[0] or {}).items()) if headers else ())


def _dashboard(callbacks: Callbacks, arguments: tuple[Any, ...]) -> str:
    rows = sorted(callbacks.dashboard, key=lambda each: each.ordering)
    return "".join(_section(each.name, each.callback(*arguments)) for each in rows)


def _section(name: str, said: Any) -> str:
    return f"<section><h2>{html.escape(name)}</h2>{said}</section>" if said else ""


def _framed(callbacks: Callbacks, title: str, body: str, arguments: tuple[Any, ...], root: str) -> Page:
    head = "".join(str(said) for each in callbacks.headers if (said := each(*arguments)))
    links = "".join(_link(each, root) for each in callbacks.methods.values() if not each.hidden)
    made = (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"/><title>{html.escape(title)}</title>{head}</head>'
        f'<body><nav><ul><li><a href="{html.escape(root)}/">Dashboard</a></li>{links}</ul></nav><main>{body}</main>'
        "</body></html>"
    )
    return Page(200, "text/html; charset=utf-8", made.encode())


def _link(method: WebMethod, root: str) -> str:
    name = " ".join(filter(None, (method.module, method.name))) or method.path
    return f'<li><a href="{html.escape(root + posixpath.normpath(method.path))}">{html.escape(name)}</a></li>'
