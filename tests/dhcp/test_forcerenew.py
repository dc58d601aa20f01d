"""FORCERENEW (RFC 3203) and its nonce (RFC 6704): the octets, and who can tell that they are ours."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from ringboot.dhcp.forcerenew import Addressee, forcerenew, is_capable, nonce_option
from ringboot.dhcp.message import FORCERENEW, Message, decode

NONCE = bytes(range(16))
WHO = Addressee(0x0A000114, 1, bytes.fromhex("00085d2eecfb"), b"\xffown", NONCE)


def sent(**change: object) -> tuple[bytes, Message]:
    data = forcerenew(WHO._replace(**change), 0x0A000002, b"\1\2\3\4", 77)  # type: ignore[arg-type]  # several types
    message = decode(data)
    assert isinstance(message, Message)
    return data, message


def test_it_says_who_asks_whom() -> None:
    data, message = sent()
    assert (message.op, message.kind, message.xid) == (2, FORCERENEW, b"\1\2\3\4")
    assert (message.ciaddr, message.yiaddr, message.giaddr, message.hops) == (WHO.address, 0, 0, 0)
    assert (message.htype, message.chaddr) == (1, WHO.mac)
    assert {code: message.options[code] for code in (53, 54, 61)} == {53: b"\x09", 54: b"\x0a\0\0\2", 61: b"\xffown"}
    assert list(message.options) == [53, 54, 61, 90]
    assert len(data) >= 300
    assert 61 not in sent(client_id=None)[1].options


def test_it_is_signed_over_the_whole_of_it() -> None:
    data, message = sent()
    value = message.options[90]
    assert value[:11] == b"\x03\x01\x00" + (77).to_bytes(8, "big")
    kind, digest = value[11:12], value[12:]
    assert (kind, len(digest)) == (b"\x02", 16)
    # As the client does it (RFC 6704 3.1.3): the digest is of the message with zeros in its place.
    blank = data.replace(digest, bytes(16))
    assert digest == hmac.new(NONCE, blank, hashlib.md5).digest()
    assert digest != sent(nonce=bytes(16))[1].options[90][12:]


def test_the_client_is_told_its_nonce_like_this() -> None:
    assert nonce_option(NONCE, 5) == b"\x5a\x1c\x03\x01\x00" + (5).to_bytes(8, "big") + b"\x01" + NONCE


@pytest.mark.parametrize(("said", "can"), [(b"\x01", True), (b"\x02\x01", True), (b"\x02", False), (b"", False)])
def test_who_can_be_asked(said: bytes, can: bool) -> None:
    assert is_capable({145: said}) is can
    assert not is_capable({})
