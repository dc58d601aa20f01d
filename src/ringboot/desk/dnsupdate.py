"""Writes names into the DNS by dynamic update (RFC 2136), signed by a key (RFC 8945), and never over another client's.

RFC 4703: beside each address, and each way back to a name, stands a DHCID that says whose it is.  A name that has
another one is left alone.  The way back is ours to say, since we lease the address, and is taken only from who has it.
"""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

import dns.asyncquery
import dns.exception
import dns.rcode
import dns.reversename
import dns.tsig
import dns.update

from ringboot.setup.settings import Dns

PATIENCE = 3.0  # seconds that an answer may take
_KEY = re.compile(
    r'key\s+"?([^"\s{]+)"?\s*\{[^}]*?algorithm\s+"?([\w-]+)"?\s*;[^}]*?secret\s+"?([A-Za-z0-9+/=]+)"?\s*;', re.DOTALL
)

REGISTERED, CONFLICT, REMOVED = "registered", "conflict", "removed"


class Refused(Exception):
    """The DNS server does not do what it was asked, and says why."""


class Unreachable(Exception):
    """The DNS server does not answer."""


class Updater:
    """Speaks with one DNS server."""

    def __init__(self, settings: Dns) -> None:
        self._settings = settings
        self._zones = sorted(settings.zones, key=len, reverse=True)
        self._signed: dict[str, Any] = {}
        self._why_unsigned = ""
        if settings.key is not None:
            self._read_key(settings.key)

    def _read_key(self, path: Path) -> None:
        try:
            found = _KEY.search(path.read_text())
        except (OSError, UnicodeDecodeError) as error:
            self._why_unsigned = f"the key {path} cannot be read: {error}"
            return
        if found is None:
            self._why_unsigned = f"{path} holds no key as tsig-keygen writes it"
            return
        name, algorithm, secret = found.groups()
        try:
            key = dns.tsig.Key(name, secret, algorithm)
        except (ValueError, dns.exception.DNSException):
            self._why_unsigned = f"the secret in {path} is not base64"
            return
        self._signed = {"keyring": key}

    async def register(self, name: str, address: str, dhcid: bytes) -> str:
        """Let a name lead to an address, and back; CONFLICT when it is somebody else's.  Refused, Unreachable."""
        owner = base64.b64encode(dhcid).decode()
        ttl = self._settings.ttl
        fresh = self._update(name)
        fresh.absent(_dotted(name))
        fresh.add(_dotted(name), ttl, "A", address)
        fresh.add(_dotted(name), ttl, "DHCID", owner)
        if not await self._done(fresh, {dns.rcode.YXDOMAIN}):
            own = self._update(name)
            own.present(_dotted(name), "DHCID", owner)
            own.replace(_dotted(name), ttl, "A", address)
            if not await self._done(own, {dns.rcode.NXRRSET, dns.rcode.NXDOMAIN}):
                return CONFLICT
        pointer = dns.reversename.from_address(address).to_text()
        back = self._update(pointer.rstrip("."))
        back.replace(pointer, ttl, "PTR", _dotted(name))
        back.replace(pointer, ttl, "DHCID", owner)
        await self._done(back, set())
        return REGISTERED

    async def withdraw(self, name: str, address: str, dhcid: bytes) -> str:
        """Take a name back, if it is still this client's.  Refused, Unreachable."""
        owner = base64.b64encode(dhcid).decode()
        gone = {dns.rcode.NXRRSET, dns.rcode.NXDOMAIN}
        own = self._update(name)
        own.present(_dotted(name), "DHCID", owner)
        own.delete(_dotted(name), "A", address)
        if await self._done(own, gone):
            last = self._update(name)
            last.present(_dotted(name), "DHCID", owner)
            last.absent(_dotted(name), "A")
            last.absent(_dotted(name), "AAAA")
            last.delete(_dotted(name), "DHCID")
            await self._done(last, gone | {dns.rcode.YXRRSET})  # it has another address still
        pointer = dns.reversename.from_address(address).to_text()
        back = self._update(pointer.rstrip("."))
        back.present(pointer, "PTR", _dotted(name))
        back.present(pointer, "DHCID", owner)
        back.delete(pointer, "PTR")
        back.delete(pointer, "DHCID")
        await self._done(back, gone)
        return REMOVED

    def _update(self, name: str) -> dns.update.UpdateMessage:
        if self._why_unsigned:
            raise Refused(self._why_unsigned)
        for zone in self._zones:
            if name == zone or name.endswith(f".{zone}"):
                return dns.update.UpdateMessage(_dotted(zone), **self._signed)
        raise Refused(f"no zone of [dns] holds {name}")

    async def _done(self, update: dns.update.UpdateMessage, expected: set[dns.rcode.Rcode]) -> bool:
        """Send an update: True when it was done, False for an answer that is expected too."""
        settings = self._settings
        try:
            answer = await dns.asyncquery.tcp(update, str(settings.server), timeout=PATIENCE, port=settings.port)
        except (OSError, EOFError, dns.exception.Timeout) as error:
            raise Unreachable(str(error) or type(error).__name__) from None
        except dns.exception.DNSException as error:
            raise Refused(f"{type(error).__name__}: {error}") from None
        code = answer.rcode()
        if code == dns.rcode.NOERROR:
            return True
        if code in expected:
            return False
        raise Refused(dns.rcode.to_text(code))


def _dotted(name: str) -> str:
    return f"{name}."
