"""`feedservice`: what the site's loggers say as an Atom feed (RFC 4287)."""

from __future__ import annotations

import html
import logging
from collections import deque
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree as ET

from ringboot.compat.staticdhcpd.callbacks import WEB_METHOD_TEMPLATE
from ringboot.compat.staticdhcpd.world import World

_ATOM = "http://www.w3.org/2005/Atom"
_DEFAULTS: dict[str, Any] = {
    "LOGGING_LEVEL": "ERROR", "SERVER_BASE": "", "MAX_EVENTS_FEED": 10, "MAX_EVENTS_TOTAL": 100, "MAX_AGE": 86400,
    "CLEAR_ON_REINIT": False, "FEED_TITLE": "staticDHCPd activity feed", "PATH_RECORD": "/feed/record",
    "PATH_ATOM": "/feed/atom", "ADVERTISE": True, "FEED_ID": None,
}  # fmt: skip


class Record(NamedTuple):
    """A line of the log."""

    number: int
    at: float
    level: str
    text: str


class Feed(logging.Handler):
    """Keeps the newest lines, and shows them."""

    def __init__(self, world: World) -> None:
        """Register with the site and its loggers; ValueError for a level that there is not."""
        self._world = world
        self._said = said = world.extensions.feedservice.extension_config_merge(defaults=_DEFAULTS)
        super().__init__(said.LOGGING_LEVEL)
        self._records: deque[Record] = deque(maxlen=said.MAX_EVENTS_TOTAL)
        self._count = 0
        logging.getLogger().addHandler(self)
        callbacks = world.callbacks
        if said.CLEAR_ON_REINIT:
            callbacks.systemAddReinitHandler(self._records.clear)
        callbacks.webAddMethod(said.PATH_ATOM, self.atom)
        callbacks.webAddMethod(said.PATH_RECORD, self.record, display_mode=WEB_METHOD_TEMPLATE)
        if said.ADVERTISE:
            callbacks.webAddHeader(self.header)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        self._count += 1
        self._records.append(Record(self._count, self._world.outside.utc(), record.levelname, self.format(record)))

    def _fresh(self) -> list[Record]:
        oldest = self._world.outside.utc() - self._said.MAX_AGE
        return [record for record in reversed(self._records) if record.at >= oldest]

    def header(self, *_: Any, **__: Any) -> str:
        """Say where the feed is."""
        path, title = html.escape(self._said.PATH_ATOM), html.escape(self._said.FEED_TITLE)
        return f'<link href="{path}" rel="alternate" type="application/atom+xml" title="{title}"/>'

    def atom(self, *_: Any, **__: Any) -> tuple[str, bytes]:
        """Give the feed."""
        said, records = self._said, self._fresh()[: self._said.MAX_EVENTS_FEED]
        whole = uuid5(NAMESPACE_URL, f"{said.SERVER_BASE}{said.PATH_ATOM}").urn if not said.FEED_ID else said.FEED_ID
        feed = ET.Element("feed", xmlns=_ATOM)
        _leaf(feed, "title", said.FEED_TITLE)
        _leaf(feed, "id", str(whole) if ":" in str(whole) else f"urn:uuid:{whole}")
        _leaf(feed, "updated", _time(records[0].at if records else self._world.outside.utc()))
        _leaf(ET.SubElement(feed, "author"), "name", str(self._world.config.SYSTEM_NAME))
        ET.SubElement(feed, "link", rel="self", href=f"{said.SERVER_BASE}{said.PATH_ATOM}")
        for record in records:
            entry = ET.SubElement(feed, "entry")
            _leaf(entry, "title", f"{record.level}: {record.text.splitlines()[0] if record.text else ''}"[:120])
            _leaf(entry, "id", uuid5(NAMESPACE_URL, f"{whole}/{record.number}/{record.at}").urn)
            _leaf(entry, "updated", _time(record.at))
            uid = quote(str(record.number))
            ET.SubElement(entry, "link", href=f"{said.SERVER_BASE}{said.PATH_RECORD}?uid={uid}")
            _leaf(entry, "content", record.text).set("type", "text")
        return "application/atom+xml", ET.tostring(feed, encoding="utf-8", xml_declaration=True)

    def record(self, _path: str, queryargs: dict[str, list[str]], *_: Any, **__: Any) -> str:
        """Give one line."""
        wanted = (queryargs.get("uid") or [""])[0]
        found = [record for record in self._records if str(record.number) == wanted]
        if not found:
            return "<p>This line is not kept any more.</p>"
        line = found[0]
        return f"<h2>{line.level}, {_time(line.at)}</h2><pre>{html.escape(line.text)}</pre>"


def _leaf(parent: ET.Element, name: str, text: str) -> ET.Element:
    leaf = ET.SubElement(parent, name)
    leaf.text = "".join(each for each in text if each in "\t\n" or each >= " ")  # XML has no others
    return leaf


def _time(utc: float) -> str:
    return datetime.fromtimestamp(utc, UTC).isoformat()


def extension(world: World) -> dict[str, Any]:
    """Give what the module holds at this site; the feed of a site before it is no more."""
    for handler in list(logging.getLogger().handlers):
        if isinstance(handler, Feed):
            logging.getLogger().removeHandler(handler)
    return {"feed": Feed(world)}
