"""Golden files: made from cases, compared, written."""

from __future__ import annotations

from pathlib import Path

import pytest

from ringboot.plugins.golden import BadCases, Difference, differences, expected, load_cases, update

MANIFEST = """\
name = "acme"
title = "Acme"
version = "1.0"
format = "ini"
[device.files]
"{mac}.cfg" = ""
[common.files]
"common.cfg" = "common.cfg"
"""
CASES = """\
mac = "02:aa:bb:00:11:22"
shared = "none"
[models]
D10 = ["none", "office"]
[configs.none]
[configs.office]
ntp_ip = "10.0.0.1"
"""


@pytest.fixture
def acme(tmp_path: Path) -> Path:
    (tmp_path / "templates").mkdir()
    (tmp_path / "golden").mkdir()
    (tmp_path / "plugin.toml").write_text(MANIFEST)
    (tmp_path / "templates" / "base.tpl").write_text("ntp = {{ ntp_ip }}\n")
    (tmp_path / "templates" / "common.cfg.tpl").write_text("url = {{ http }}\n")
    (tmp_path / "golden" / "cases.toml").write_text(CASES)
    return tmp_path


def test_every_case_and_what_all_share(acme: Path) -> None:
    assert expected(acme, load_cases(acme)) == {
        "all/common.cfg": b"url = http://10.0.0.2:8667\n",
        "D10-none/02aabb001122.cfg": b"ntp = \n",
        "D10-office/02aabb001122.cfg": b"ntp = 10.0.0.1\n",
    }


def test_what_differs_is_named_and_written(acme: Path) -> None:
    golden = acme / "golden"
    wanted = expected(acme, load_cases(acme))
    assert [each.was for each in differences(golden, wanted)] == [None] * 3
    update(golden, differences(golden, wanted))
    assert differences(golden, wanted) == []
    (golden / "all" / "old.cfg").write_text("old")
    (golden / "all" / "common.cfg").write_text("changed")
    found = differences(golden, wanted)
    assert found == [
        Difference("all/common.cfg", b"changed", b"url = http://10.0.0.2:8667\n"),
        Difference("all/old.cfg", b"old", None),
    ]
    update(golden, found)
    assert differences(golden, wanted) == []
    assert (golden / "cases.toml").read_text() == CASES


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "cases.toml: No such file or directory"),
        ("shared = ", "cases.toml: not TOML: "),
        ('shared = "a"', "cases.toml: configs: Field required"),
        ('shared = "a"\n[configs.b]', r"there is no \[configs.a\]"),
        ('shared = "a"\n[configs.a]\n[models]\nD10 = ["b"]', r"there is no \[configs.b\]"),
        ('shared = "a"\nmodel = 1\n[configs.a]', "cases.toml: model: "),
    ],
)
def test_cases_that_cannot_be_read(acme: Path, text: str | None, why: str) -> None:
    (acme / "golden" / "cases.toml").unlink()
    if text is not None:
        (acme / "golden" / "cases.toml").write_text(text)
    with pytest.raises(BadCases, match=why):
        load_cases(acme)


def test_a_template_that_fails_is_named_with_its_line(acme: Path) -> None:
    (acme / "templates" / "base.tpl").write_text("\n{{ 1 // 0 }}\n")
    with pytest.raises(BadCases, match=r"templates/base\.tpl:2: .* \(D10-none\)$"):
        expected(acme, load_cases(acme))
