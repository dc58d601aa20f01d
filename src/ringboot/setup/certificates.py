"""The certificates and keys that ringboot.toml names: read, and whether they can be used."""

from __future__ import annotations

from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization

from ringboot.setup.problems import Wrong

_PEM = "write it as PEM: it begins with -----BEGIN"


def read_certificates(path: Path) -> list[x509.Certificate]:
    """Read the certificates of a PEM file; Wrong when there is none."""
    octets = _octets(path)
    try:
        return x509.load_pem_x509_certificates(octets)
    except ValueError as error:
        raise Wrong(f"{path} holds no certificate: {error}", _PEM) from None


def check_pair(certificate: Path, key: Path) -> None:
    """Check that a key can be read and is that of a certificate; Wrong."""
    first = read_certificates(certificate)[0]
    octets = _octets(key)
    try:
        found = serialization.load_pem_private_key(octets, None)
    except TypeError:
        raise Wrong(f"{key} is locked with a password", "write it without: openssl pkey -in ... -out ...") from None
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Wrong(f"{key} holds no key: {error}", _PEM) from None
    if found.public_key() != first.public_key():
        raise Wrong(f"{key} is not the key of {certificate}", "name the key that the certificate was made with")


def _octets(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Wrong(f"{path} cannot be read: {error.strerror}", "correct the path, or see to its rights") from None
