"""The answer to an offer of media (RFC 3264): the call stands, and nothing is sent in either direction."""

from __future__ import annotations

import re

TYPE = "application/sdp"
_OFFER = re.compile(r"m=([a-z]{1,20}) \d{1,5}(?:/\d{1,5})? ([A-Za-z0-9/]{1,20}) ([^\r\n]{1,200})")
_NOWHERE = 9  # the port where everything is thrown away
_MOST = 16  # streams of one offer
_OFFERED = ("audio", "RTP/AVP", "0")  # what we offer ourselves where the phone leaves that to us


def answer(offer: bytes, address: str, ident: int) -> bytes:
    """Take the first stream of plain audio as inactive, refuse the others; `ident`: a number for this session."""
    lines = offer.decode("utf-8", "replace").splitlines()
    found = [match.groups() for line in lines if (match := _OFFER.fullmatch(line.strip()))][:_MOST]
    streams = found or [_OFFERED]
    taken = next((place for place, (kind, profile, _) in enumerate(streams) if (kind, profile) == _OFFERED[:2]), None)
    text = [
        "v=0",
        f"o=ringboot {ident} 1 IN IP4 {address}",
        "s=ringboot",
        f"c=IN IP4 {address}",
        "t=0 0",
    ]
    for place, (kind, profile, formats) in enumerate(streams):
        text.append(f"m={kind} {_NOWHERE if place == taken else 0} {profile} {formats}")
        if place == taken:
            text += [each for each in lines if _is_of(each, formats)]
            text.append("a=inactive")
    return ("\r\n".join(text) + "\r\n").encode()


def _is_of(line: str, formats: str) -> bool:
    """Tell whether a line names a codec of the stream that is taken: a phone need not guess what its numbers mean."""
    named = re.fullmatch(r"a=rtpmap:(\d{1,3}) [A-Za-z0-9._/-]{1,60}", line)
    return named is not None and named[1] in formats.split()
