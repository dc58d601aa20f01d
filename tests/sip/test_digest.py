"""Digest by the examples of the RFCs, and headers as phones write them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringboot.sip import digest
from ringboot.sip.digest import Account, Challenge

RFC7616 = Challenge(
    "http-auth@example.org", "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
    "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS", "MD5", ("auth", "auth-int"),
)  # fmt: skip
CNONCE = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
RFC2617 = Challenge("testrealm@host.com", "dcd98b7102dd2f0e8b11d0f600bfb0c093", None, "", ("auth",))
LION, CUB = Account("Mufasa", "Circle of Life"), Account("Mufasa", "Circle Of Life")


def said(header: str, key: str) -> str | None:
    found = re.search(rf'[ ,]{key}="?([^",]*)', header)
    return found and found[1]


@pytest.mark.parametrize(
    ("challenge", "account", "cnonce", "response"),
    [
        (RFC7616, LION, CNONCE, "8ca523f5e9506fed4657c9700eebdbec"),
        (
            RFC7616._replace(algorithm="SHA-256"), LION, CNONCE,
            "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
        ),
        (RFC2617, CUB, "0a4f113b", "6629fae49393a05397450978507c4ef1"),
        (RFC2617._replace(qop=()), CUB, "", "670fd8c2df070c60b045671b8b24ff02"),
    ],
    ids=["RFC 7616 MD5", "RFC 7616 SHA-256", "RFC 2617", "RFC 2069"],
)  # fmt: skip
def test_the_examples_of_the_rfcs(challenge: Challenge, account: Account, cnonce: str, response: str) -> None:
    header = digest.answer(challenge, account, "GET", "/dir/index.html", cnonce)
    assert said(header, "response") == response
    assert said(header, "qop") == ("auth" if challenge.qop else None)
    assert said(header, "opaque") == challenge.opaque


def test_a_session_key_and_the_body_count_where_they_are_asked_for() -> None:
    plain = RFC2617._replace(qop=("auth-int",))
    for challenge in (plain, plain._replace(algorithm="SHA-256-sess"), plain._replace(algorithm="MD5-sess")):
        header = digest.answer(challenge, LION, "NOTIFY", "sip:1@192.0.2.1", "abc")
        key = challenge.digest("Mufasa", challenge.realm, "Circle of Life")
        if challenge.is_session:
            key = challenge.digest(key, challenge.nonce, "abc")
        what = challenge.digest("NOTIFY", "sip:1@192.0.2.1", challenge.digest(""))
        wanted = challenge.digest(key, challenge.nonce, "00000001", "abc", "auth-int", what)
        assert (said(header, "response"), said(header, "qop")) == (wanted, "auth-int")


@pytest.mark.parametrize(
    ("header", "challenge"),
    [
        (
            'Digest realm="pbx", nonce="a,b", qop="auth,auth-int", opaque=""',
            ("pbx", "a,b", "", "", ("auth", "auth-int")),
        ),
        ('digest nonce=abc,realm="x \\"y\\"",algorithm=md5,stale=TRUE', ('x "y"', "abc", None, "md5", (), True)),
        ('Digest realm="a" , nonce="b" , algorithm = SHA-256 , more=1', ("a", "b", None, "SHA-256")),
        ('Basic realm="a"', None),
        ('Digest realm="a"', None),
        ('Digest realm="a", nonce=""', None),
        ('Digest realm="a", nonce="b', None),
        ("Digest", None),
        ("", None),
    ],
)
def test_a_challenge_is_read(header: str, challenge: tuple[object, ...] | None) -> None:
    assert digest.read(header) == (challenge and Challenge(*challenge))  # type: ignore[arg-type]  # a table's row


def test_the_first_challenge_that_we_can_answer_is_chosen() -> None:
    unknown = 'Digest realm="a", nonce="1", algorithm=SHA-512-256'
    odd = 'Digest realm="a", nonce="2", qop="auth-token"'
    strong, weak = 'Digest realm="a", nonce="3", algorithm=SHA-256, qop="auth"', 'Digest realm="a", nonce="4"'
    assert digest.choose([unknown, odd, strong, weak]) == digest.read(strong)
    assert digest.choose(["Basic x", weak]) == digest.read(weak)
    assert digest.choose([unknown, odd]) is None


@given(st.text('ab"\\ ,=', max_size=12), st.text('ab"\\ ,=', min_size=1, max_size=12))
def test_what_stands_in_quotes_comes_through(realm: str, nonce: str) -> None:
    quoted = [each.replace("\\", "\\\\").replace('"', '\\"') for each in (realm, nonce)]
    found = digest.read(f'Digest realm="{quoted[0]}", nonce="{quoted[1]}"')
    assert found == Challenge(realm, nonce)
    header = digest.answer(found, Account('a"b', "c"), "NOTIFY", "sip:a", "d")
    assert header.startswith('Digest username="a\\"b", ')
    assert digest.read(header) == Challenge(realm, nonce)
