"""Our own CA and the server certificate that it signs, in <data>/tls: made at the first start, renewed in time."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

CA_DAYS = 20 * 365  # it is written into phones, so it must outlive them
SERVER_DAYS = 397
RENEW_BEFORE = timedelta(days=30)
EARLIER = timedelta(days=1)  # before the present: a phone's clock may be behind
_PRIVATE, _PUBLIC = 0o600, 0o644


class AuthorityBroken(Exception):
    """What lies in the folder cannot be used; it is never replaced, because phones trust this CA."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(
            f"{path} {why}. Restore it from a backup; or move the folder {path.parent} away for a new CA, "
            "which every phone must then be given."
        )


class Authority:
    """The CA in a folder; `now` is aware of its time zone."""

    def __init__(self, folder: Path, server: str = "server") -> None:
        """`server` names the certificate of one of our servers."""
        self.folder = folder
        self.ca = folder / "ca.crt"
        self.ca_key = folder / "ca.key"
        self.certificate = folder / f"{server}.crt"
        self.key = folder / f"{server}.key"

    def ensure(self, addresses: Iterable[str], now: datetime, hosts: Iterable[str] = ()) -> bool:
        """Make what is missing, ends soon or is for others; tells whether the server's certificate is new."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not self.ca.exists():  # it is written after its key
                self._make_ca(now)
            ca, key = self._ca(), self._ca_key()
            if ca.public_key() != key.public_key():
                raise AuthorityBroken(self.ca_key, f"is not the key of {self.ca.name}")
            names = sorted(set(addresses), key=ip_address)
            if self._serves(ca, names, set(hosts), now):
                return False
            self._make_server(ca, key, names, sorted(set(hosts)), now)
        except OSError as error:
            raise AuthorityBroken(Path(error.filename or self.folder), f"cannot be used: {error.strerror}") from None
        return True

    def _ca(self) -> x509.Certificate:
        try:
            return x509.load_pem_x509_certificate(self.ca.read_bytes())
        except ValueError as error:
            raise AuthorityBroken(self.ca, f"is no certificate: {error}") from None

    def _ca_key(self) -> rsa.RSAPrivateKey:
        try:
            key = serialization.load_pem_private_key(self.ca_key.read_bytes(), None)
        except (ValueError, TypeError) as error:
            raise AuthorityBroken(self.ca_key, f"is no key: {error}") from None
        if not isinstance(key, rsa.RSAPrivateKey):
            raise AuthorityBroken(self.ca_key, "is no RSA key")
        return key

    def _make_ca(self, now: datetime) -> None:
        key = _new_key()
        # A name of its own each time: a phone that keeps an older CA of ours must not take one for the other.
        name = x509.Name(
            [
                x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "Ringboot"),
                x509.NameAttribute(x509.NameOID.COMMON_NAME, f"Ringboot CA {os.urandom(4).hex()}"),
            ]
        )
        builder = _builder(name, name, key.public_key(), now, CA_DAYS)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        builder = builder.add_extension(_usage(signs=True), critical=True)
        made = builder.sign(key, hashes.SHA256())
        _write(self.ca_key, _pem(key), _PRIVATE)
        _write(self.ca, made.public_bytes(serialization.Encoding.PEM), _PUBLIC)

    def _serves(self, ca: x509.Certificate, names: list[str], hosts: set[str], now: datetime) -> bool:
        """Tell whether the server's certificate is good for some time yet, for these addresses."""
        try:
            found = x509.load_pem_x509_certificate(self.certificate.read_bytes())
            key = serialization.load_pem_private_key(self.key.read_bytes(), None)
            found.verify_directly_issued_by(ca)
            held = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        except Exception:  # whatever is wrong with it: a new one costs nothing
            return False
        named = sorted((str(each) for each in held.get_values_for_type(x509.IPAddress)), key=ip_address)
        ours = key.public_key() == found.public_key() and hosts <= set(held.get_values_for_type(x509.DNSName))
        return ours and named == names and found.not_valid_before_utc <= now < found.not_valid_after_utc - RENEW_BEFORE

    def _make_server(
        self, ca: x509.Certificate, ca_key: rsa.RSAPrivateKey, names: list[str], hosts: list[str], now: datetime
    ) -> None:
        key = _new_key()
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, names[0] if names else "ringboot")])
        builder = _builder(subject, ca.subject, key.public_key(), now, SERVER_DAYS)
        # Some phones compare the address with a DNS name, although RFC 2818 3.1 says otherwise.
        held: list[x509.GeneralName] = [x509.IPAddress(ip_address(each)) for each in names]
        held += [x509.DNSName(each) for each in (*names, *hosts, "ringboot")]
        for extension, critical in (
            (x509.SubjectAlternativeName(held), False),
            (x509.BasicConstraints(ca=False, path_length=None), True),
            (_usage(signs=False), True),
            (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
            (x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), False),
        ):
            builder = builder.add_extension(extension, critical=critical)
        made = builder.sign(ca_key, hashes.SHA256())
        _write(self.key, _pem(key), _PRIVATE)
        chain = [made, ca]  # some phones want the whole of it
        _write(self.certificate, b"".join(each.public_bytes(serialization.Encoding.PEM) for each in chain), _PUBLIC)


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)  # what every phone can verify


def _builder(
    subject: x509.Name, issuer: x509.Name, key: rsa.RSAPublicKey, now: datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - EARLIER)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_encipherment=not signs,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, data: bytes, mode: int) -> None:
    """Write a file whole or not at all, with its rights from the beginning."""
    fresh = path.with_name(path.name + ".new")
    with contextlib.suppress(FileNotFoundError):
        fresh.unlink()
    with os.fdopen(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)


def describe(path: Path) -> dict[str, Any]:
    """Tell what a certificate says, the first of its file; AuthorityBroken, OSError."""
    try:
        found = x509.load_pem_x509_certificate(path.read_bytes())
    except ValueError as error:
        raise AuthorityBroken(path, f"is no certificate: {error}") from None
    try:
        held = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names = list(dict.fromkeys(str(each.value) for each in held))
    except (x509.ExtensionNotFound, ValueError):
        names = []
    return {
        "path": str(path),
        "subject": found.subject.rfc4514_string(),
        "names": names,
        "since": found.not_valid_before_utc.timestamp(),
        "until": found.not_valid_after_utc.timestamp(),
        "sha256": found.fingerprint(hashes.SHA256()).hex(":"),
    }
