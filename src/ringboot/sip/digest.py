"""Digest access authentication, the client's side: what a challenge asks, and the header that answers it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import NamedTuple

_HASHES = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}
_PAIR = re.compile(r'\s*([!#$%&\'*+.^_`|~0-9A-Za-z-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))\s*(?:,|$)')
_ESCAPED = re.compile(r"\\(.)")
_SPECIAL = re.compile(r'["\\]')


class Challenge(NamedTuple):
    """What a server wants to see answered (RFC 7616 3.3)."""

    realm: str
    nonce: str
    opaque: str | None = None
    algorithm: str = ""  # as it was written; empty: none was named, which means MD5
    qop: tuple[str, ...] = ()  # in lower case; empty: RFC 2069, which knew none
    stale: bool = False

    @property
    def is_known(self) -> bool:
        """Tell whether we can answer it."""
        return self._hash in _HASHES and (not self.qop or bool({"auth", "auth-int"} & set(self.qop)))

    @property
    def is_session(self) -> bool:
        """Tell whether the key is made anew with each nonce (-sess)."""
        return self.algorithm.upper().endswith("-SESS")

    @property
    def _hash(self) -> str:
        return (self.algorithm or "MD5").upper().removesuffix("-SESS")

    def digest(self, *parts: str) -> str:
        """Give the hash of some texts with colons between them, in hex."""
        return _HASHES[self._hash](":".join(parts).encode()).hexdigest()


class Account(NamedTuple):
    """Who we say that we are."""

    username: str
    password: str


def parameters(header: str) -> dict[str, str] | None:
    """Read what stands after `Digest`, by names in lower case; None when it is another scheme, or cannot be read."""
    scheme, _, text = header.strip().partition(" ")
    if scheme.lower() != "digest":
        return None
    given: dict[str, str] = {}
    place = 0
    while place < len(text):
        pair = _PAIR.match(text, place)
        if pair is None:
            return None
        name, quoted, plain = pair.groups()
        given.setdefault(name.lower(), plain if quoted is None else _ESCAPED.sub(r"\1", quoted))
        place = pair.end()
    return given


def read(header: str) -> Challenge | None:
    """Read the value of WWW-Authenticate or Proxy-Authenticate; None when it is no challenge of this scheme."""
    given = parameters(header)
    if given is None:
        return None
    if "realm" not in given or not given.get("nonce"):
        return None
    return Challenge(
        given["realm"],
        given["nonce"],
        given.get("opaque"),
        given.get("algorithm", ""),
        tuple(word.strip().lower() for word in given.get("qop", "").split(",") if word.strip()),
        given.get("stale", "").lower() == "true",
    )


def choose(headers: Iterable[str]) -> Challenge | None:
    """Give the first challenge that we can answer: the server puts first what it likes best (RFC 8760 2.4)."""
    return next((found for found in map(read, headers) if found is not None and found.is_known), None)


def answer(challenge: Challenge, account: Account, method: str, uri: str, cnonce: str) -> str:
    """Give the value of Authorization for a challenge that is known (RFC 7616 3.4).

    It is the first with its nonce, and the request has no body.
    """
    qop = "auth" if "auth" in challenge.qop else "auth-int" if challenge.qop else ""
    secret = challenge.digest(account.username, challenge.realm, account.password)
    if challenge.is_session:
        secret = challenge.digest(secret, challenge.nonce, cnonce)
    what = challenge.digest(method, uri, *((challenge.digest(""),) if qop == "auth-int" else ()))
    count = "00000001"
    proof = (challenge.nonce, count, cnonce, qop) if qop else (challenge.nonce,)
    rows = [
        ("username", _quoted(account.username)),
        ("realm", _quoted(challenge.realm)),
        ("nonce", _quoted(challenge.nonce)),
        ("uri", _quoted(uri)),
        ("response", _quoted(challenge.digest(secret, *proof, what))),
    ]
    if challenge.algorithm:
        rows.append(("algorithm", challenge.algorithm))
    if challenge.opaque is not None:
        rows.append(("opaque", _quoted(challenge.opaque)))
    if qop:
        rows += [("qop", qop), ("nc", count)]
    if qop or challenge.is_session:
        rows.append(("cnonce", _quoted(cnonce)))
    return "Digest " + ", ".join(f"{name}={value}" for name, value in rows)


def _quoted(text: str) -> str:
    return '"' + _SPECIAL.sub(r"\\\g<0>", text) + '"'
