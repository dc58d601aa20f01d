"""What a lease change or a file request says of a device, under the names that manifests use."""

from __future__ import annotations

from urllib.parse import unquote

from ringboot.model.address import mac_octets, mac_text
from ringboot.model.evidence import unpack
from ringboot.model.file import FileRequest

_PLAIN = {12: "dhcp.12", 60: "dhcp.60", 77: "dhcp.77"}
_VENDOR = 43


def lease_evidence(mac: bytes, packed: bytes) -> dict[str, str]:
    """Name what a DHCP client said of itself."""
    options = unpack(packed)
    evidence = {"dhcp.mac": mac_text(mac), "dhcp.oui": mac[:3].hex()}
    for code, name in _PLAIN.items():
        if code in options:
            evidence[name] = _text(options[code])
    for sub, value in _sub_options(options.get(_VENDOR, b"")):
        evidence[f"dhcp.43.{sub}"] = _text(value)
    return evidence


def mac_evidence(mac: str) -> dict[str, str]:
    """Name what a MAC alone tells, of a device that a person adds."""
    octets = mac_octets(mac)
    return {"dhcp.mac": mac_text(octets), "dhcp.oui": octets[:3].hex()}


def request_evidence(request: FileRequest) -> dict[str, str]:
    """Name what a file request says."""
    if request.door == "tftp":
        return {"tftp.path": request.path}
    evidence = {"http.path": unquote(request.path, encoding="latin-1")}
    for name, value in request.headers:
        evidence["http.user-agent" if name == "user-agent" else f"http.header.{name}"] = value
    if request.certificate is not None:
        evidence["tls.subject"] = request.certificate
    return evidence


def _text(value: bytes) -> str:
    return value.rstrip(b"\0").decode("latin-1")


def _sub_options(value: bytes) -> list[tuple[int, bytes]]:
    """Read encapsulated options (RFC 2132 8.4); what does not fit ends the list."""
    found = []
    place = 0
    while place < len(value) and value[place] != 255:
        if value[place] == 0:
            place += 1
            continue
        if place + 1 >= len(value) or place + 2 + value[place + 1] > len(value):
            break
        size = value[place + 1]
        found.append((value[place], value[place + 2 : place + 2 + size]))
        place += 2 + size
    return found
