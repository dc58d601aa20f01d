"""What main compiles for dhcp survives the way through the file between them, and nothing else is taken for it."""

from __future__ import annotations

import json
from dataclasses import fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringboot.model import codec
from ringboot.model.codec import BadMessage
from ringboot.model.lease import Lease
from ringboot.model.site import SITE_VERSION, Class, Match, Network, Pool, Reservation, Site, Snapshot, read_snapshot

text = st.text(max_size=12)
number = st.integers(0, 2**32 - 1)
texts = st.dictionaries(text, text, max_size=3)


def tuples(inner: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(inner, max_size=3).map(tuple)


pool = st.builds(Pool, first=number, last=number, options=texts)
network = st.builds(
    Network, name=text, subnet=number, prefix=st.integers(0, 32), segment=text, authoritative=st.booleans(),
    pools=tuples(pool), lease_time=number, unknown=text, quarantine=st.none() | text, trust=st.none() | text,
    options=texts,
)  # fmt: skip
class_ = st.builds(
    Class,
    name=text,
    layer=text,
    alternatives=tuples(tuples(st.builds(Match, evidence=text, pattern=text))),
    options=texts,
)
reservation = st.builds(
    Reservation, network=text, kind=text, value=text, address=text, hostname=st.none() | text, options=texts
)
site = st.builds(
    Site, revision=st.integers(0, 2**53), networks=tuples(network), classes=tuples(class_), options=texts,
    server=st.none() | text, http_port=number, tftp_port=number, probe=st.booleans(),
    question_deadline=st.floats(0, 60), on_no_answer=text, dhcp_integration=st.booleans(),
)  # fmt: skip
snapshot = st.builds(
    Snapshot,
    version=st.just(SITE_VERSION),
    seq=st.integers(0, 2**53),
    site=site,
    reservations=tuples(reservation),
    known=tuples(text),
)


@settings(max_examples=40)
@given(snapshot)
def test_round_trip(value: Snapshot) -> None:
    assert read_snapshot(codec.encode(value)) == value


def test_every_field_is_on_the_way() -> None:
    plain = json.loads(codec.encode(Snapshot(SITE_VERSION, 7, Site(3, networks=(Network("n", 1, 24, "s"),)))))
    assert plain.keys() == {field.name for field in fields(Snapshot)}
    assert plain["site"].keys() == {field.name for field in fields(Site)}
    assert plain["site"]["networks"][0].keys() == {field.name for field in fields(Network)}


GOOD = {"version": SITE_VERSION, "seq": 7, "site": {"revision": 3}}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"version": SITE_VERSION + 1}, f"this program reads {SITE_VERSION}"),
        ({"colour": 1}, "Snapshot: expected only known keys, got ['colour']"),
        ({"seq": "7"}, "Snapshot.seq: expected int, got '7'"),
        ({"seq": True}, "Snapshot.seq: expected int, got True"),
        ({"site": {}}, "Snapshot.site: a key is missing, one of "),
        ({"site": []}, "Snapshot.site: expected an object, got []"),
        ({"site": {"revision": 3, "networks": {}}}, "Snapshot.site.networks: expected a list, got {}"),
        ({"site": {"revision": 3, "options": {"66": 1}}}, "Snapshot.site.options.66: expected str, got 1"),
        ({"site": {"revision": 3, "options": "66"}}, "Snapshot.site.options: expected an object, got '66'"),
        ({"site": {"revision": 3, "server": 1}}, "Snapshot.site.server: expected str, got 1"),
        ({"known": ["a", 1]}, "Snapshot.known[1]: expected str, got 1"),
    ],
)
def test_what_does_not_fit_is_named(changes: dict[str, object], says: str) -> None:
    assert read_snapshot(json.dumps(GOOD).encode()).seq == 7
    with pytest.raises(BadMessage) as caught:
        read_snapshot(json.dumps({**GOOD, **changes}).encode())
    assert says in str(caught.value)


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b"[]", b"null"])
def test_anything_else_is_a_bad_message(data: bytes) -> None:
    with pytest.raises(BadMessage, match="Snapshot"):
        read_snapshot(data)


@given(st.builds(Lease))
def test_leases_go_the_same_way(lease: Lease) -> None:
    assert codec.decode(Lease, codec.encode(lease)) == lease
