"""A copy of a shipped template knows its original; what is replaced is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ringboot.plugins.folder import PluginFolder
from ringboot.plugins.merged import Texts
from ringboot.plugins.originals import NotCopied, Originals


@pytest.fixture
def originals(plugin: Any) -> Originals:
    plugin.shipped(base="one\n")
    return Originals(PluginFolder(plugin.path))


def put(originals: Originals, name: str, text: str) -> Path:
    path = originals.folder.path / name
    path.write_text(text)
    return path


def state(originals: Originals, name: str = "base.tpl") -> str:
    return originals.state(name, originals.all().get(name))


def test_a_copy_knows_its_original_also_when_that_changes_or_goes(originals: Originals) -> None:
    originals.copy("base.tpl", "A1.tpl", force=False, stamp="now")
    origin = originals.all()["A1.tpl"]
    assert (origin.template, origin.version) == ("base.tpl", "1.0")
    assert state(originals, "A1.tpl") == "current"
    put(originals, "var/templates/A1.tpl", "mine\n")
    assert state(originals, "A1.tpl") == "current"
    shipped = put(originals, "templates/base.tpl", "two\n")
    assert state(originals, "A1.tpl") == "changed"
    assert originals.original(origin.sha256) == "one\n"
    shipped.unlink()
    assert state(originals, "A1.tpl") == "gone"


def test_one_that_was_not_copied_has_no_original(originals: Originals) -> None:
    originals.folder.custom.mkdir(parents=True)
    put(originals, "var/templates/x.tpl", "x")
    put(originals, "var/templates/base.tpl", "x")
    assert (state(originals, "x.tpl"), state(originals)) == ("own", "unrecorded")


def test_a_copy_is_not_overwritten_unless_forced_and_then_kept(originals: Originals) -> None:
    originals.copy("base.tpl", "base.tpl", force=False, stamp="then")
    custom = put(originals, "var/templates/base.tpl", "mine\n")
    with pytest.raises(NotCopied, match="is there already"):
        originals.copy("base.tpl", "base.tpl", force=False, stamp="now")
    assert custom.read_text() == "mine\n"
    originals.copy("base.tpl", "base.tpl", force=True, stamp="now")
    assert custom.read_text() == "one\n"
    kept = originals.folder.path / "var/replaced/base.tpl.now"
    assert kept.read_text() == "mine\n"
    put(originals, "var/templates/base.tpl", "again\n")
    originals.copy("base.tpl", "base.tpl", force=True, stamp="now")
    assert kept.read_text() == "mine\n"
    assert kept.with_name("base.tpl.now-2").read_text() == "again\n"


@pytest.mark.parametrize("name", ["../base.tpl", "/base.tpl", "a//b.tpl", "{mac}.tpl", "base", "base.conflict", ""])
def test_a_copy_cannot_leave_its_folder(originals: Originals, name: str) -> None:
    with pytest.raises(NotCopied):
        originals.copy("base.tpl", name, force=False, stamp="now")
    with pytest.raises(NotCopied):
        originals.copy(name, "base.tpl", force=False, stamp="now")


def test_what_is_not_shipped_or_no_text_cannot_be_copied(originals: Originals) -> None:
    with pytest.raises(NotCopied, match=r"there is no shipped template x\.tpl"):
        originals.copy("x.tpl", "x.tpl", force=False, stamp="now")
    (originals.folder.shipped / "x.tpl").write_bytes(b"a\xff")
    with pytest.raises(NotCopied, match="is not UTF-8 at octet 1"):
        originals.copy("x.tpl", "x.tpl", force=False, stamp="now")
    (originals.folder.shipped / "x.tpl").write_bytes(b"a" * ((1 << 20) + 1))
    with pytest.raises(NotCopied, match="larger than"):
        originals.copy("x.tpl", "x.tpl", force=False, stamp="now")


def test_a_copy_is_to_the_byte(originals: Originals) -> None:
    (originals.folder.shipped / "x.tpl").write_bytes(b"a\r\nb\xc3\xa9\n\x0c")
    originals.copy("x.tpl", "x.tpl", force=False, stamp="now")
    assert (originals.folder.custom / "x.tpl").read_bytes() == b"a\r\nb\xc3\xa9\n\x0c"


def test_a_damaged_record_is_said_and_a_damaged_original_is_none(originals: Originals) -> None:
    originals.copy("base.tpl", "base.tpl", force=False, stamp="now")
    sha256 = originals.all()["base.tpl"].sha256
    put(originals, f"var/originals/{sha256}", "other")
    assert originals.original(sha256) is None
    put(originals, "var/originals/origins.json", "[]")
    with pytest.raises(NotCopied, match=r"origins\.json cannot be read"):
        originals.all()


def test_a_conflict_waits_beside_and_is_taken_when_no_mark_is_left(originals: Originals) -> None:
    originals.copy("base.tpl", "base.tpl", force=False, stamp="then")
    custom = put(originals, "var/templates/base.tpl", "mine\n")
    put(originals, "templates/base.tpl", "two\n")
    originals.keep_conflict("base.tpl", "<<<<<<< a\nmine\n>>>>>>> b\n", Texts("one\n", "mine\n", "two\n"), "base.tpl")
    assert (state(originals), custom.read_text()) == ("conflict", "mine\n")
    with pytest.raises(NotCopied, match=r"base.tpl.conflict, line 1: a mark"):
        originals.resolved("base.tpl", "now")
    put(originals, "var/templates/base.tpl.conflict", "mine and two\n")
    kept = originals.resolved("base.tpl", "now")
    assert (state(originals), custom.read_text()) == ("current", "mine and two\n")
    assert kept is not None
    assert kept.read_text() == "mine\n"
    with pytest.raises(NotCopied, match=r"nothing of base\.tpl waits"):
        originals.resolved("base.tpl", "now")


def test_a_copy_made_by_hand_gets_its_original_before_that_is_replaced(originals: Originals) -> None:
    originals.folder.custom.mkdir(parents=True)
    put(originals, "templates/A1.tpl", "{% block x %}{% endblock %}")
    put(originals, "var/templates/A1.tpl", "{%- extends 'A1.tpl' %}{% block x %}1{% endblock %}")
    put(originals, "var/templates/base.tpl", "mine\n")
    put(originals, "var/templates/own.tpl", "own\n")
    originals.adopt()
    assert list(originals.all()) == ["base.tpl"]
    put(originals, "templates/base.tpl", "two\n")
    assert state(originals) == "changed"
    assert originals.original(originals.all()["base.tpl"].sha256) == "one\n"
    originals.adopt()
    assert originals.original(originals.all()["base.tpl"].sha256) == "one\n", "what is on record stays"
