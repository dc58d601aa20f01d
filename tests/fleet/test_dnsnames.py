"""From leases to names for the DNS, and whose they are (RFC 4701)."""

from __future__ import annotations

import base64

import pytest

from ringboot.fleet.dnsnames import dhcid

MAC = bytes.fromhex("010203040506")


@pytest.mark.parametrize(
    ("key", "name", "record"),
    [  # the examples of RFC 4701 3.6
        (
            b"\0\xff" + bytes(4) + bytes.fromhex("00010006412df166") + MAC,
            "chi6.example.com", "AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA=",
        ),
        (
            b"\0" + bytes.fromhex("010708090a0b0c"),
            "chi.example.com", "AAEBOSD+XR3Os/0LozeXVqcNc7FwCfQdWL3b/NaiUDlW2No=",
        ),
        (b"\x01" + MAC, "client.example.com", "AAABxLmlskllE0MVjd57zHcWmEH3pCQ6VytcKD//7es/deY="),
    ],
    ids=["by DUID", "by identifier", "by hardware address"],
)  # fmt: skip
def test_whose_name_it_is(key: bytes, name: str, record: str) -> None:
    assert base64.b64encode(dhcid(key, name)).decode() == record
    assert dhcid(key, name.upper()) == dhcid(key, name)
    assert dhcid(key, f"x{name}") != dhcid(key, name)
