"""The administrator's door over the network: its certificate found or made, and looked after while the daemon runs."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from datetime import UTC, datetime

from ringboot import log
from ringboot.admin.access import App
from ringboot.admin.hosts import Hosts
from ringboot.admin.server import ApiServer
from ringboot.admin.signin import SignIn
from ringboot.desk.core import Core
from ringboot.desk.signins import SignIns
from ringboot.servers.tls import Identity
from ringboot.setup.admin import Admin
from ringboot.store.authority import Authority, AuthorityBroken

LOOK_EVERY = 3600.0  # seconds until files that somebody may have renewed are looked at again


class AdminDoor:
    """The socket "admin"; what hinders it is told and tried again, and hinders nothing else."""

    def __init__(self, core: Core, opened: socket.socket, app: App, signins: SignIns) -> None:
        """`app`: what is behind the door."""
        self._core = core
        self._opened = opened
        self._signins = signins
        self._hosts = Hosts(())
        self._door = SignIn(app, lambda: signins, lambda: self._hosts)
        self._tls: ssl.SSLContext | None = None
        self._shown: tuple[bytes, bytes] | None = None
        self._server: ApiServer | None = None

    async def look(self) -> None:
        """Take up what is new: the names, and the certificate; and open the door the first time."""
        self._hosts = Hosts((socket.gethostname(), *self._core.settings.admin.names))
        try:
            if self._core.began_with.admin.is_tls:
                await asyncio.to_thread(self._look_at_certificate)
        except (AuthorityBroken, ssl.SSLError, OSError) as error:
            self._core.admin_problem = f"The certificate of [admin] cannot be used: {error}"
            log.get().error("the administrator's certificate cannot be used", why=str(error))
        else:
            self._core.admin_problem = ""
            await self._open()

    async def _open(self) -> None:
        if self._server is not None:
            return
        await self._signins.begin()
        self._server = ApiServer(self._door, self._opened, self._tls)
        await self._server.start()
        log.get().info("the administrator's door is open", url=self.url)

    @property
    def url(self) -> str:
        """Give where a browser finds it on this machine."""
        listen = self._core.began_with.admin.listen
        assert listen is not None  # the supervisor opened it
        scheme = "https" if self._core.began_with.admin.is_tls else "http"
        return f"{scheme}://{listen.address or socket.gethostname()}:{listen.port}/"

    def _look_at_certificate(self) -> None:
        identity = self._identity()
        shown = (identity.certificate.read_bytes(), identity.key.read_bytes())
        if shown == self._shown:
            return
        # Tried first: a pair that does not fit must not spoil the one that is shown.
        tried = _context()
        tried.load_cert_chain(identity.certificate, identity.key, password=_no_password)
        if self._tls is None:
            self._tls = tried
        else:
            self._tls.load_cert_chain(identity.certificate, identity.key, password=_no_password)
        self._shown = shown

    def _identity(self) -> Identity:
        """Find the certificate to be shown: the given one, else one that our own CA signs."""
        given = self._core.settings.admin
        if given.certificate is not None and given.key is not None:
            return Identity(given.certificate, given.key)
        own = Authority(self._core.data / "tls", "admin")
        if own.ensure(self._addresses(self._core.began_with.admin), datetime.now(UTC), ("localhost", *given.names)):
            log.get().info("a certificate for the administrator's door was made", path=str(own.certificate))
        return Identity(own.certificate, own.key)

    def _addresses(self, admin: Admin) -> list[str]:
        if admin.listen is not None and admin.listen.address:
            return [admin.listen.address]
        return [each for here in self._core.addresses().values() for each in here]

    async def follow(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            await self.look()

    async def close(self) -> None:
        """Close it."""
        if self._server is not None:
            await self._server.stop()
        with contextlib.suppress(OSError):
            self._opened.close()


def _context() -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    return made


def _no_password() -> str:
    """Give none, where OpenSSL would ask at the terminal."""
    return ""
