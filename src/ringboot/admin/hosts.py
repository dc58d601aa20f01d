"""By which names a browser may call us: one that a stranger made to mean our address (DNS rebinding) is none."""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import ip_address

ALWAYS = ("localhost", "ringboot")
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9_-][A-Za-z0-9._-]{0,252})(?::([0-9]{1,5}))?")


def host_of(text: str) -> str | None:
    """Give the name or address in a Host header (RFC 9110 7.2), in small letters without port; None: it is no such."""
    found = _HOST.fullmatch(text)
    return None if found is None else found[1].lower().removesuffix(".")


class Hosts:
    """The names that are ours; any address is, since nobody else can give it a meaning."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = {*ALWAYS, *(name.lower().removesuffix(".") for name in names)}

    def knows(self, text: str) -> bool:
        """Tell whether a Host header is good."""
        host = host_of(text)
        return host is not None and (host in self._names or _is_address(host))


def is_same_origin(origin: str, host: str) -> bool:
    """Tell whether an Origin header (RFC 6454 7) is that of a page of ours, which came by this Host header."""
    scheme, _, place = origin.partition("://")
    return scheme in ("http", "https") and place.lower() == host.lower()


def _is_address(host: str) -> bool:
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True
