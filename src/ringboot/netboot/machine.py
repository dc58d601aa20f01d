"""What a machine says of its firmware when it boots from the network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ringboot.model.evidence import sub_options

VENDOR, USER, ARCH, UUID, IPXE, SPACE = 60, 77, 93, 97, 175, 43
PXE, HTTP = b"PXEClient", b"HTTPClient"  # how option 60 begins (RFC 4578 2, UEFI 2.10 24.7)
_USER_CLASS = b"iPXE"
_ITEM = 71  # of option 43: the line of a menu that was chosen

# What iPXE says that it can do, as sub-options of 175 (src/include/ipxe/features.h)
FEATURES: dict[str, int] = {"http": 0x13, "https": 0x14, "tftp": 0x15, "ftp": 0x16, "nfs": 0x28}


class Machine(NamedTuple):
    """A machine that boots, or a client that does not: then neither `pxe` nor `http` nor `ipxe` holds."""

    pxe: bool
    http: bool
    ipxe: bool
    features: frozenset[int]  # of iPXE; none: it does not say
    arch: int | None  # the first that it names
    uuid: bytes  # as it was sent, with its type; empty when it was not
    item: int | None  # of a boot menu

    def can_load(self, text: str) -> bool:
        """Say whether its iPXE has the protocol of a URL; a bare path is TFTP's."""
        scheme, found, _ = text.partition("://")
        code = FEATURES.get(scheme.lower() if found else "tftp")
        if text.startswith("{http"):  # {http} and {https}
            code = FEATURES[text[1:].partition("}")[0]]
        return not self.features or code is None or code in self.features


def machine_of(options: Mapping[int, bytes]) -> Machine:
    """Read what a client says."""
    vendor, ipxe = options.get(VENDOR, b""), options.get(IPXE)
    arches = options.get(ARCH, b"")
    space = sub_options(options.get(SPACE, b"")) if vendor.startswith(PXE) else {}
    chosen = space.get(_ITEM, b"")
    features = () if ipxe is None else sub_options(ipxe)
    return Machine(
        pxe=vendor.startswith(PXE),
        http=vendor.startswith(HTTP),
        # Whoever fills 175 for something else sends none of the features.
        ipxe=_is_ipxe(options.get(USER, b"")) or not set(FEATURES.values()).isdisjoint(features),
        features=frozenset(features),
        arch=int.from_bytes(arches[:2], "big") if len(arches) > 1 else None,
        uuid=options.get(UUID, b""),
        item=int.from_bytes(chosen[:2], "big") if len(chosen) >= 2 else None,
    )


def _is_ipxe(user: bytes) -> bool:
    """Read a user class, as one bare text or as RFC 3004 has it."""
    return user in (_USER_CLASS, bytes((len(_USER_CLASS),)) + _USER_CLASS)
