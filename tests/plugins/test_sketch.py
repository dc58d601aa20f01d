"""A plugin that is begun from one phone has no fault, whatever the phone says."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringboot.plugins.golden import expected, load_cases
from ringboot.plugins.manifest import load_manifest
from ringboot.plugins.sketch import Said, sketch
from ringboot.plugins.trial import faults


def written(folder: Path, said: Said) -> Path:
    for path, text in sketch("acme", "Acme", said).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


@pytest.mark.parametrize(
    ("said", "facts"),
    [
        (Said({"dhcp.60": "AcmePhone-D10"}), {"model": "D10"}),
        (Said({"dhcp.60": "acme.x"}), {}),
        (Said({"http.user-agent": "Acme D10 2.1.0 02aabb001122"}),
         {"model": "D10", "version": "2.1.0", "mac": "02:aa:bb:00:11:22"}),
        (Said({"http.user-agent": "Acme (T-33+/02-AA-BB-00-11-22) 4.0"}, model="T-33+"),
         {"model": "T-33+", "version": "4.0", "mac": "02:aa:bb:00:11:22"}),
        (Said({"http.user-agent": "Acme X.7 'quoted \\ [x]\""}, model="X.7"), {"model": "X.7"}),
        (Said({}, "02:aa:bb:00:11:22"), {}),
    ],
)  # fmt: skip
def test_what_a_phone_says_becomes_a_rule_and_its_sample(tmp_path: Path, said: Said, facts: dict[str, str]) -> None:
    folder = written(tmp_path / "acme", said)
    assert faults(folder) == ()
    (sample,) = load_manifest(folder).sample
    assert sample.is_.model_dump(exclude_none=True) == facts
    assert expected(folder, load_cases(folder))


def test_files_asked_for_are_ones_own_or_shared(tmp_path: Path) -> None:
    asks = ("/acme/02AABB001122.xml", "02AABB001122-keys.json", "/acme/all.cfg", "/acme/all.cfg")
    folder = written(tmp_path / "acme", Said({"dhcp.60": "Acme"}, "02:aa:bb:00:11:22", asks=asks))
    manifest = load_manifest(folder)
    assert {name: each.part for name, each in manifest.device.files.items()} == {
        "acme/{MAC}.xml": "", "{MAC}-keys.json": "file2",
    }  # fmt: skip
    assert list(manifest.common.files) == ["acme/all.cfg"]
    assert (manifest.format, manifest.oui) == ("xml", ("02aabb",))
    assert faults(folder) == ()


@pytest.mark.parametrize(
    ("asks", "url"),
    [
        (("/Acme/02aabb001122.cfg", "Acme/all.cfg"), "{http}/Acme"),
        (("Acme/02aabb001122.cfg", "all.cfg"), "{http}"),
        (("02aabb001122/a.cfg",), "{http}"),
        (("{mac}/a.cfg",), "{http}"),
        ((), "{http}"),
    ],
)
def test_the_folder_of_all_files_is_guessed_to_be_of_the_url(tmp_path: Path, asks: tuple[str, ...], url: str) -> None:
    folder = written(tmp_path / "acme", Said({"dhcp.60": "Acme"}, "02:aa:bb:00:11:22", asks=asks))
    assert load_manifest(folder).dhcp == {"66": url}
    assert faults(folder) == ()


def test_what_was_seen_and_what_was_guessed_is_marked(tmp_path: Path) -> None:
    said = Said({"dhcp.60": "Acme D1", "http.user-agent": "Acme D1 1.0"}, seen=("dhcp.60",))
    manifest = load_manifest(written(tmp_path / "acme", said))
    assert [each.sure for each in manifest.sample] == ["capture", "unverified"]
    assert {each.sure for each in manifest.identify} == {"unverified"}


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (Said({}), "nothing is known of the phone: say --from-device"),
        (Said({"dhcp.60": ""}), "nothing that a rule can be made of"),
        (Said({"dhcp.60": "a\nb"}), "nothing that a rule can be made of"),
        (Said({"dhcp.60": "a"}, asks=("../x",)), "is not a relative path"),
    ],
)
def test_what_cannot_be_sketched(said: Said, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        sketch("acme", "Acme", said)


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=60))
def test_no_user_agent_makes_a_plugin_with_a_fault(agent: str) -> None:
    with tempfile.TemporaryDirectory() as place:
        assert faults(written(Path(place, "acme"), Said({"http.user-agent": agent}))) == ()
