"""What a lease change or a file request says of a device, under the names that manifests use."""

from __future__ import annotations

from urllib.parse import unquote

from ringboot.model import evidence
from ringboot.model.address import mac_octets
from ringboot.model.file import FileRequest

_RULES_NAME = (12, 43, 60, 77)  # the options that manifests may have rules for


def lease_evidence(mac: bytes, packed: bytes) -> dict[str, str]:
    """Name what a DHCP client said of itself."""
    options = evidence.unpack(packed)
    return evidence.texts({code: options[code] for code in _RULES_NAME if code in options}, mac)


def mac_evidence(mac: str) -> dict[str, str]:
    """Name what a MAC alone tells, of a device that a person adds."""
    return evidence.texts({}, mac_octets(mac))


def request_evidence(request: FileRequest) -> dict[str, str]:
    """Name what a file request says."""
    if request.door == "tftp":
        return {"tftp.path": request.path}
    found = {"http.path": unquote(request.path, encoding="latin-1")}
    for name, value in request.headers:
        found["http.user-agent" if name == "user-agent" else f"http.header.{name}"] = value
    if request.certificate is not None and not request.certificate.fault:
        found["tls.subject"] = request.certificate.subject
    return found
