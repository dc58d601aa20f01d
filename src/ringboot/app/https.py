"""HTTPS for devices: its certificates found or made, its doors opened, and looked after while the daemon runs."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from ringboot import log
from ringboot.desk.core import Core
from ringboot.servers.http import HttpServer
from ringboot.servers.tls import CannotShow, Identity, Tls
from ringboot.setup.certificates import read_certificates
from ringboot.setup.problems import Wrong
from ringboot.store.authority import Authority, AuthorityBroken

LOOK_EVERY = 3600.0  # seconds until files that somebody may have renewed are looked at again
Brands = dict[str, list[x509.Certificate]]
Open = Callable[[socket.socket, Tls, str], HttpServer]


class Https:
    """The doors "https" and "old-https"; what hinders them is told and tried again, and hinders nothing else."""

    def __init__(self, core: Core, sockets: dict[str, socket.socket], door: Open) -> None:
        """`sockets`: those of the two doors that the supervisor opened; `door` makes a server."""
        self._core = core
        self._sockets = sockets
        self._door = door
        self._open: dict[str, tuple[Tls, HttpServer]] = {}
        self._shown: tuple[bytes, ...] | None = None

    async def look(self) -> None:
        """Take up what is new: our certificate ends soon, the given one was replaced, or the configuration changed."""
        if not self._sockets:
            return
        try:
            identity = await asyncio.to_thread(self._identity)
            brands = self._brands()
            trusted = [brand.encode() + ca.fingerprint(hashes.SHA256()) for brand, cas in brands.items() for ca in cas]
            shown = (identity.certificate.read_bytes(), identity.key.read_bytes(), *trusted)
            if shown != self._shown:
                await self._show(identity, brands)
                self._shown = shown
        except (AuthorityBroken, CannotShow, Wrong, OSError) as error:
            self._core.tls_problem = str(error)
            log.get().error("https cannot be served", why=str(error))
        else:
            self._core.tls_problem = ""

    def _identity(self) -> Identity:
        """Find the certificate to be shown; on a thread: to make a key takes a while."""
        given = self._core.settings.https
        if given.certificate is not None and given.key is not None:
            return Identity(given.certificate, given.key)
        own = Authority(self._core.data / "tls")
        if own.ensure(self._addresses(), datetime.now(UTC)):
            log.get().info("a certificate for https was made", path=str(own.certificate))
        return Identity(own.certificate, own.key)

    def _addresses(self) -> list[str]:
        """Give the addresses that devices reach us by."""
        address = self._core.told_address
        if address is not None:
            return [address]
        return [each for here in self._core.addresses().values() for each in here]

    async def _show(self, identity: Identity, brands: Brands) -> None:
        for name, opened in self._sockets.items():
            if name in self._open:
                self._open[name][0].trust(brands)
                self._open[name][0].load(identity)
                continue
            tls = Tls(brands, old=name == "old-https")
            tls.load(identity)
            server = self._door(opened, tls, name)
            await server.start()
            self._open[name] = tls, server

    def _brands(self) -> Brands:
        brands: Brands = {}
        for each in self._core.settings.https.client_cas:
            brands.setdefault(each.brand, []).extend(read_certificates(Path(each.file)))
        return brands

    async def follow(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            await self.look()

    async def close(self) -> None:
        """Close every door."""
        for _, server in self._open.values():
            await server.close()
        for name, opened in self._sockets.items():
            if name not in self._open:
                with contextlib.suppress(OSError):
                    opened.close()
