"""Who made a device: rules of several brands against evidence, scores, ties, and whose word counts."""

from __future__ import annotations

import pytest

from ringboot.plugins.associate import Association, associate
from ringboot.plugins.classes import brand_class
from ringboot.plugins.identify import MOST_KNOWN, MOST_TEXT, Identifier, Identity
from ringboot.plugins.manifest import parse_manifest
from ringboot.plugins.schema import Manifest

ACME = """
name = "acme"
title = "Acme"
version = "1.0"
format = "ini"
oui = ["00085d"]
[[identify]]
from = "http.user-agent"
match = '^Acme(?P<model>\\w+) (?P<version>[\\d.]+) (?P<mac>[\\dA-F-]{17})$'
rename = { 51 = "A51" }
[[identify]]
from = "http.user-agent"
match = '^AcmeSoft$'
model = "soft"
vendor = "Acme Software"
[[identify]]
from = "http.path"
match = '^/(?P<mac>[\\da-fA-F]{12})\\.cfg$'
[[identify]]
from = "dhcp.60"
match = '^AcmePhone(?P<model>\\w*)$'
[[identify]]
from = "dhcp.oui"
[dhcp]
66 = "{http}"
[models.A51]
firmware = ["1.2", "1.3"]
[models.A52]
"""
BOLT = """
name = "bolt"
title = "Bolt"
version = "1.0"
format = "xml"
oui = ["001565"]
[[identify]]
from = "http.path"
match = '^/(?P<mac>[\\da-fA-F]{12})\\.cfg$'
[[identify]]
from = "dhcp.43.2"
match = '^bolt (?P<sn>\\w+)$'
"""
UA = "Acme51 1.2 00-08-5D-00-00-01"


@pytest.fixture(scope="module")
def identifier() -> Identifier:
    return Identifier([parse_manifest(ACME), parse_manifest(BOLT)])


def facts(identity: Identity | None) -> tuple[str, str | None, str | None, str | None] | None:
    return identity and (identity.brand, identity.model, identity.version, identity.mac)


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        ({"http.user-agent": UA}, ("acme", "A51", "1.2", "00:08:5d:00:00:01")),
        ({"http.user-agent": UA, "http.path": "/00085d000002.cfg"}, ("acme", "A51", "1.2", "00:08:5d:00:00:02")),
        ({"http.path": "/00085d000002.cfg"}, ("acme", None, None, "00:08:5d:00:00:02")),
        ({"http.path": "/001565000002.cfg"}, ("bolt", None, None, "00:15:65:00:00:02")),
        ({"dhcp.60": "AcmePhonea52"}, ("acme", "A52", None, None)),
        ({"dhcp.60": "AcmePhonea52", "http.user-agent": UA}, ("acme", "A51", "1.2", "00:08:5d:00:00:01")),
        ({"dhcp.60": "AcmePhone"}, ("acme", None, None, None)),
        ({"dhcp.oui": "00085d", "dhcp.mac": "00:08:5d:00:00:01"}, ("acme", None, None, None)),
        ({"dhcp.oui": "001565"}, None),
        ({"dhcp.43.2": "bolt 77"}, ("bolt", None, None, None)),
        ({"http.user-agent": "Mozilla", "http.path": "/index.html"}, None),
        ({}, None),
    ],
    ids=str,
)
def test_identity(identifier: Identifier, evidence: dict[str, str], expected: tuple[str | None, ...] | None) -> None:
    assert facts(identifier.identify(evidence)) == expected


def test_two_brands_as_likely_are_no_brand(identifier: Identifier) -> None:
    assert identifier.identify({"http.path": "/aabbcc000002.cfg"}) is None


def test_who_knows_more_wins(identifier: Identifier) -> None:
    """A path in the other brand's range does not outweigh a User-Agent with a model."""
    found = identifier.identify({"http.user-agent": UA, "http.path": "/001565000002.cfg"})
    assert found is not None
    assert found.brand == "acme"


def test_constants_serial_and_source(identifier: Identifier) -> None:
    assert identifier.identify({"http.user-agent": "AcmeSoft"}) == Identity(
        "acme", "Acme Software", "soft", None, None, None, None, 10, "http.user-agent"
    )
    found = identifier.identify({"dhcp.43.2": "bolt 77"})
    assert found is not None
    assert found.sn == "77"
    both = identifier.identify({"http.user-agent": UA, "http.path": "/00085d000001.cfg"})
    assert both is not None
    assert both.evidence == "http.user-agent, http.path"


def test_the_more_is_known_the_higher_the_score(identifier: Identifier) -> None:
    evidence = [
        {"dhcp.60": "AcmePhone"},
        {"http.path": "/00085d000001.cfg", "dhcp.60": "AcmePhone"},
        {"dhcp.60": "AcmePhoneA52"},
        {"dhcp.60": "AcmePhoneA52", "http.path": "/00085d000001.cfg"},
        {"http.user-agent": UA},
    ]
    scores = [found.score for each in evidence if (found := identifier.identify(each))]
    assert len(scores) == 5
    assert scores == sorted(set(scores))


def test_long_evidence_is_cut_before_it_is_looked_at(identifier: Identifier) -> None:
    assert identifier.identify({"http.user-agent": UA + " " * 10_000_000}) is None


def test_what_was_named_before_is_remembered_within_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    named = Identifier([parse_manifest(ACME), parse_manifest(BOLT)])
    looks: list[dict[str, str]] = []
    look = named._identify

    def counted(evidence: dict[str, str]) -> Identity | None:
        looks.append(evidence)
        return look(evidence)

    monkeypatch.setattr(named, "_identify", counted)
    ours, nobodys = {"http.user-agent": UA}, {"http.user-agent": "nobody"}
    for _ in range(2):
        assert facts(named.identify(ours)) == ("acme", "A51", "1.2", "00:08:5d:00:00:01")
        assert named.identify(nobodys) is None
    assert looks == [ours, nobodys]

    long = {"http.user-agent": UA + "x" * MOST_TEXT}
    for _ in range(2):
        named.identify(long)
    assert looks[2:] == [long, long]
    for number in range(MOST_KNOWN * 2):
        named.identify({"http.user-agent": f"nobody {number}"})
    assert len(named._known) == MOST_KNOWN
    looks.clear()
    for length in range(3):  # what no rule reads makes no other phone of it, and the youngest are kept
        named.identify({"http.user-agent": f"nobody {MOST_KNOWN * 2 - 1}", "http.header.content-length": str(length)})
    assert looks == []


def test_two_plugins_of_one_brand_are_one_brand() -> None:
    twice = Identifier([parse_manifest(ACME), parse_manifest(ACME.replace('"1.0"', '"2.0"'))])
    assert facts(twice.identify({"http.user-agent": UA})) == ("acme", "A51", "1.2", "00:08:5d:00:00:01")


def test_class_for_dhcp() -> None:
    brand = brand_class(parse_manifest(ACME))
    assert (brand.name, brand.layer, brand.options) == ("acme", "brand", {"66": "{http}"})
    assert [[tuple(match) for match in map(_pair, each)] for each in brand.alternatives] == [
        [("dhcp.60", r"^AcmePhone(?P<model>\w*)$")],
        [("dhcp.oui", "^(?:00085d)$")],
    ]
    assert [each[0].evidence for each in brand_class(parse_manifest(BOLT)).alternatives] == ["dhcp.43.2"]


def _pair(match: object) -> tuple[str, str]:
    return getattr(match, "evidence", ""), getattr(match, "pattern", "")


def plugins(**versions: str) -> dict[str, Manifest]:
    return {
        name.replace("_", "-"): parse_manifest(ACME.replace('"1.0"', f'"{each}"')) for name, each in versions.items()
    }


@pytest.mark.parametrize(
    ("model", "version", "expected"),
    [
        ("A51", "1.3", Association("one", 600, "It is written for the Acme A51 with firmware 1.3.")),
        ("A51", "9", Association("one", 500, "It knows the Acme A51, though not with firmware 9.")),
        ("A52", None, Association("one", 500, "It knows the Acme A52, whose firmware is not yet known.")),
        ("B1", "1.2", Association("one", 300, "It is for Acme, though it does not know the model B1.")),
        (None, None, Association("one", 300, "It is for Acme; the model is not yet known.")),
        ("*", None, Association("one", 300, "It is for Acme, though it does not know the model *.")),
    ],
)
def test_association(model: str | None, version: str | None, expected: Association) -> None:
    assert associate("acme", model, version, plugins(one="1.0")) == expected


def test_among_equals_the_newest_version_then_the_newest_id() -> None:
    chosen = associate("acme", "A51", "1.2", plugins(a="9.0", b="10.0", c="1.0"))
    assert chosen is not None
    assert chosen.plugin == "b"
    assert chosen.why == "It is written for the Acme A51 with firmware 1.2; it is newer than 2 others as good."
    chosen = associate("acme", "A51", "1.2", plugins(acme_9="1.0", acme_10="1.0"))
    assert chosen is not None
    assert chosen.plugin == "acme-10"
    assert chosen.why.endswith("; it is newer than 1 other as good.")


def test_another_brands_plugin_is_never_chosen() -> None:
    assert associate("bolt", "A51", "1.2", plugins(one="1.0")) is None
