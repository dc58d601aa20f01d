"""Made-up CAs of brands, and what they sign."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


class Pair(NamedTuple):
    """A certificate and its key, as files."""

    certificate: Path
    key: Path

    def curl(self) -> tuple[str, ...]:
        """Give what lets curl show it."""
        return ("--cert", str(self.certificate), "--key", str(self.key))


class BrandCa:
    """A CA in a folder."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.name = name
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = _signed(_named(name), self._key.public_key(), _named(name), self._key, ca=True)
        self.path = folder / f"{name}.pem"
        self.path.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))

    def sign(
        self, common: str, *others: str, days: int = 30, itself: bool = False, organization: str | None = None
    ) -> Pair:
        """Make a certificate for a common name and others; `days` below 0: it ended; `itself`: nobody signs it."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = _named(common, organization)
        issuer, signing = (subject, key) if itself else (self.certificate.subject, self._key)
        made = _signed(subject, key.public_key(), issuer, signing, others=others, days=days)
        stem = self.folder / f"{self.name}-{len(list(self.folder.iterdir()))}"
        pair = Pair(stem.with_suffix(".crt"), stem.with_suffix(".key"))
        pair.certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
        pair.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return pair


def _named(common: str, organization: str | None = None) -> x509.Name:
    parts = [x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, organization)] if organization else []
    return x509.Name([*parts, x509.NameAttribute(x509.NameOID.COMMON_NAME, common)])


def _signed(
    subject: x509.Name,
    key: ec.EllipticCurvePublicKey,
    issuer: x509.Name,
    signing: ec.EllipticCurvePrivateKey,
    *,
    others: Sequence[str] = (),
    days: int = 30,
    ca: bool = False,
) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=60))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if others:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(each) for each in others]), False)
    return builder.sign(signing, hashes.SHA256())
