"""Digest access authentication, the server's side: a challenge that needs no memory, and what proves an account."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from typing import NamedTuple

from ringboot.sip import digest
from ringboot.sip.digest import Challenge

REALM = "ringboot"
LIFE = 120.0  # seconds that a nonce holds
_USER = re.compile(r"sips?:([^@;:]+)[@;:]", re.IGNORECASE)
_COUNT = re.compile(r"[0-9a-fA-F]{8}")


class Proven(NamedTuple):
    """Who asks knows the password of this account."""

    username: str


class Refused(NamedTuple):
    """It is not proven; `is_stale`: the password may be right, but the nonce is too old."""

    is_stale: bool = False


class Gate:
    """Makes nonces that only it can make, each for one address, and checks what answers them."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def challenge(self, address: str, now: float, *, is_stale: bool = False) -> str:
        """Give the value of WWW-Authenticate for who asks from this address.

        MD5 alone: it is what each phone knows, and older ones do not read a second challenge.
        """
        stale = ", stale=true" if is_stale else ""
        return f'Digest realm="{REALM}", nonce="{self._nonce(int(now), address)}", algorithm=MD5, qop="auth"{stale}'

    def _nonce(self, second: int, address: str) -> str:
        proof = hmac.new(self._secret, f"{second:x} {address}".encode(), "sha256").hexdigest()
        return f"{second:x}.{proof[:32]}"

    def _is_ours(self, nonce: str, address: str) -> int | None:
        """Give the second in which we made a nonce; None when we did not."""
        try:
            second = int(nonce.partition(".")[0][:16], 16)
        except ValueError:
            return None
        return second if _same(nonce, self._nonce(second, address)) else None

    def check(
        self,
        header: str,
        method: str,
        user: str,
        *,
        address: str,
        now: float,
        passwords: Callable[[str], tuple[str, ...]],
    ) -> Proven | Refused:
        """Check the value of Authorization (RFC 7616 3.4); `user`: that of the request's URI, `""` for any."""
        given = digest.parameters(header) or {}
        if {"username", "nonce", "uri", "response"} - given.keys() or given.get("realm") != REALM:
            return Refused()
        second = self._is_ours(given["nonce"], address)
        named = _USER.match(given["uri"])
        if second is None or (user and (named is None or named[1] != user)):
            return Refused()
        if given.get("algorithm", "MD5").upper() != "MD5" or given.get("qop", "auth") != "auth":
            return Refused()
        if not 0 <= now - second <= LIFE:
            return Refused(is_stale=True)
        if "qop" in given and not (_COUNT.fullmatch(given.get("nc", "")) and given.get("cnonce")):
            return Refused()
        name = given["username"]
        if any(_same(given["response"].lower(), _response(given, method, each)) for each in passwords(name)):
            return Proven(name)
        return Refused()


def _response(given: dict[str, str], method: str, password: str) -> str:
    ours = Challenge(REALM, given["nonce"])
    secret = ours.digest(given["username"], REALM, password)
    count = (given["nc"], given["cnonce"], given["qop"]) if "qop" in given else ()
    return ours.digest(secret, given["nonce"], *count, ours.digest(method, given["uri"]))


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
