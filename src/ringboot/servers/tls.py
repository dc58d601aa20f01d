"""TLS for devices: any certificate of theirs is let in, and only told about; what it proves is judged by the fleet.

asyncio's own TLS comes from the ssl module, which ends the handshake of a client whose certificate it cannot verify:
phones send the one they were made with whether we know its CA or not.  So OpenSSL is asked through pyOpenSSL, behind
the few methods of ssl.SSLContext and ssl.SSLObject that asyncio calls.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from OpenSSL import SSL, crypto

from ringboot.model.file import Certificate

T = TypeVar("T")

_FAULTS = {
    9: "it is not valid yet",
    10: "it has expired",
    18: "it is signed by itself",
    19: "its CA is not known here",
    20: "its CA is not known here",
    21: "its CA is not known here",
    26: "it was not made for clients",
}  # X509_V_ERR_ of x509_vfy.h
_OLD_CIPHERS = b"ALL:!aNULL:!eNULL:@SECLEVEL=0"


class Identity(NamedTuple):
    """The files that the server shows itself with: its certificate and those that follow it, and its key."""

    certificate: Path
    key: Path


class CannotShow(Exception):
    """A certificate or key of ours that cannot be used; says which and why."""


class Tls:
    """What asyncio takes for an ssl.SSLContext; `load` may be called again, for connections to come."""

    def __init__(self, brands: Mapping[str, list[x509.Certificate]], *, old: bool = False) -> None:
        """`brands`: the CAs whose certificates are asked for; `old` lets TLS 1.0 and 1.1 in."""
        self._old = old
        self._context: SSL.Context | None = None
        self.trust(brands)

    def trust(self, brands: Mapping[str, list[x509.Certificate]]) -> None:
        """Take these CAs instead, from the next `load` on."""
        self._brands = brands
        self._of_ca = {each.fingerprint(hashes.SHA256()): brand for brand, cas in brands.items() for each in cas}

    def load(self, identity: Identity) -> None:
        """Take up a certificate and its key; CannotShow."""
        context = SSL.Context(SSL.TLS_SERVER_METHOD)
        context.set_min_proto_version(SSL.TLS1_VERSION if self._old else SSL.TLS1_2_VERSION)
        if self._old:
            context.set_cipher_list(_OLD_CIPHERS)
        # A session that is taken up again would come without the verdict on its certificate.
        context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
        context.set_options(SSL.OP_NO_TICKET | SSL.OP_NO_RENEGOTIATION)
        try:
            context.use_certificate_chain_file(str(identity.certificate))
            context.use_privatekey_file(str(identity.key))
            context.check_privatekey()
        except (SSL.Error, OSError) as error:
            raise CannotShow(f"{identity.certificate} with {identity.key}: {_said(error)}") from None
        if self._brands:
            store = context.get_cert_store()
            assert store is not None  # a context always has one
            store.set_flags(crypto.X509StoreFlags.PARTIAL_CHAIN)  # what was named is trusted, root or not
            for cas in self._brands.values():
                for ca in cas:
                    store.add_cert(crypto.X509.from_cryptography(ca))
                    context.add_client_ca(ca)
            context.set_verify(SSL.VERIFY_PEER, _note)
        self._context = context

    def wrap_bio(
        self,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
        server_side: bool = True,  # noqa: ARG002  # asyncio calls it so
        server_hostname: str | None = None,  # noqa: ARG002
    ) -> Session:
        """Begin one connection."""
        assert self._context is not None, "load() comes first"
        return Session(self._context, incoming, outgoing, self._of_ca)


class Session:
    """What asyncio takes for an ssl.SSLObject: one connection between two buffers."""

    def __init__(
        self, context: SSL.Context, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO, of_ca: Mapping[bytes, str]
    ) -> None:
        self._connection = SSL.Connection(context, None)
        self._connection.set_accept_state()
        self._faults: list[int] = []
        self._connection.set_app_data(self._faults)
        self._incoming = incoming
        self._outgoing = outgoing
        self._of_ca = of_ca

    @property
    def protocol(self) -> str:
        """Name the version of TLS that is spoken."""
        return self._connection.get_protocol_version_name()

    def certificate(self) -> Certificate | None:
        """Give what the other side showed itself with, and what is wrong with it."""
        shown = self._connection.get_peer_certificate(as_cryptography=True)
        if shown is None:
            return None
        subject = shown.subject.rfc4514_string()
        if self._faults:
            code = self._faults[0]
            return Certificate(subject, fault=_FAULTS.get(code, f"it cannot be verified (error {code})"))
        chain = self._connection.get_verified_chain(as_cryptography=True) or []
        brands = (self._of_ca.get(each.fingerprint(hashes.SHA256())) for each in reversed(chain))
        brand = next((brand for brand in brands if brand is not None), None)
        if brand is None:
            return Certificate(subject, fault=_FAULTS[20])
        return Certificate(subject, _names(shown), brand)

    # --- as asyncio calls it

    def do_handshake(self) -> None:
        """Go on with the handshake."""
        self._step(self._connection.do_handshake)

    def read(self, size: int = 1024, buffer: Any = None) -> int | bytes:
        """Give octets, or put them into the buffer; nothing at the end."""
        try:
            if buffer is not None:
                return self._step(lambda: self._connection.recv_into(buffer, size))
            return self._step(lambda: self._connection.recv(size))
        except SSL.ZeroReturnError:
            return b"" if buffer is None else 0

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Take octets to be sent."""
        return self._step(lambda: self._connection.send(data))

    def unwrap(self) -> None:
        """Say good-bye; SSLWantReadError until the other side did too."""
        if not self._step(self._connection.shutdown):
            raise ssl.SSLWantReadError

    def pending(self) -> int:
        """Tell how many octets can be read at once."""
        return self._connection.pending()

    def getpeercert(self, binary_form: bool = False) -> None:
        """Give nothing: see `certificate`."""

    def cipher(self) -> tuple[str | None, str | None, int | None]:
        """Name the cipher as ssl does."""
        return self._connection.get_cipher_name(), self.protocol, self._connection.get_cipher_bits()

    def compression(self) -> None:
        """Give nothing: there is none."""

    def _step(self, step: Callable[[], T]) -> T:
        if data := self._incoming.read():
            self._connection.bio_write(data)
        try:
            return step()
        except SSL.WantReadError:
            raise ssl.SSLWantReadError from None
        except SSL.SysCallError as error:
            raise ssl.SSLEOFError(*error.args) from None
        except SSL.ZeroReturnError:
            raise
        except SSL.Error as error:
            raise ssl.SSLError(_said(error)) from None
        finally:
            while True:
                try:
                    self._outgoing.write(self._connection.bio_read(65536))
                except SSL.WantReadError:
                    break


def _note(connection: SSL.Connection, _certificate: crypto.X509, code: int, _depth: int, good: int) -> bool:
    """Remember what is wrong with a certificate and go on."""
    if not good:
        connection.get_app_data().append(code)
    return True


def _names(shown: x509.Certificate) -> tuple[str, ...]:
    """Give the names that a certificate was made for: common names, then alternative ones."""
    names = [str(each.value) for each in shown.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)]
    try:
        others = shown.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return tuple(names)
    return (*names, *(each.value for each in others if isinstance(each.value, str)))


def _said(error: Exception) -> str:
    """Say an error of OpenSSL in its own last words."""
    rows = error.args[0] if error.args and isinstance(error.args[0], list) else []
    return str(rows[-1][-1]) if rows else str(error) or type(error).__name__
