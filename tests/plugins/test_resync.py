"""How devices are told to read their files again: the rules of a manifest, by model and firmware."""

from __future__ import annotations

import pytest

from ringboot.catalog import FOLDER
from ringboot.plugins.manifest import BadManifest, load_manifest, parse_manifest

MANIFEST = """
name = "acme"
title = "Acme"
version = "1.0"
format = "ini"
[device.files]
"{mac}.cfg" = ""
"{mac}.xml" = "xml"
[resync]
how = "sip-notify"
event = "check-sync"
done = "{mac}.cfg"
[[resync.rule]]
models = ["A1", "D*"]
how = "none"
[[resync.rule]]
before = "8.10"
event = "resync"
done = "{mac}.xml"
[[resync.rule]]
since = "10"
before = "11"
event = "check-sync;reboot=false"
"""


@pytest.mark.parametrize(
    ("model", "version", "how", "event", "done"),
    [
        ("A1", "9", "none", "check-sync", "{mac}.cfg"),
        ("D77", None, "none", "check-sync", "{mac}.cfg"),
        ("B1", "8.9.9", "sip-notify", "resync", "{mac}.xml"),
        ("B1", "8.10", "sip-notify", "check-sync", "{mac}.cfg"),
        ("B1", "10.0.1", "sip-notify", "check-sync;reboot=false", "{mac}.cfg"),
        (None, "11", "sip-notify", "check-sync", "{mac}.cfg"),
        ("B1", None, "sip-notify", "check-sync", "{mac}.cfg"),
    ],
)
def test_the_first_rule_that_fits_says_what_is_different(
    model: str | None, version: str | None, how: str, event: str, done: str
) -> None:
    found = parse_manifest(MANIFEST).resync_of(model, version)
    assert (found.how, found.event, found.done) == (how, event, done)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ('done = "{mac}.xml"', 'done = "{mac}.txt"', "resync.rule.1.done: is none of [device.files]"),
        ('event = "check-sync"', "", "resync.how: a NOTIFY needs `event`"),
        ('event = "resync"', 'event = "a\\nB: c"', "resync.rule.1.event"),
        ('event = "resync"', 'events = "x"', "resync.rule.1.events: unknown key"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_with_its_place(before: str, after: str, words: str) -> None:
    assert before in MANIFEST
    with pytest.raises(BadManifest) as caught:
        parse_manifest(MANIFEST.replace(before, after))
    assert words in str(caught.value)


def test_snoms_desk_phones_read_on_and_its_bases_restart() -> None:
    manifest = load_manifest(FOLDER / "snom")
    for model in manifest.models:
        wanted = "true" if model.startswith("M") and model[1:].isdecimal() else "false"
        assert manifest.resync_of(model, None).event == f"check-sync;reboot={wanted}"
