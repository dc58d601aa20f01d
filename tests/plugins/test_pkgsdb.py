"""pkgs.db as provd's plugins have it: read as it is meant, and every fault with its line, beside what is sound."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringboot.plugins.manifest import BadManifest, parse_manifest
from ringboot.plugins.package import BadPackages, Package, Step, in_order
from ringboot.plugins.pkgsdb import read_text
from ringboot.plugins.stock import read_stock

SHA1 = "a9993e364706816aba3e25717850c26c9cd0d89d"
SHA256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
DB = f"""\
# firmware
[pkg_fw]
description: Firmware of the D10
description_fr: Micrologiciel
version: 2.1
files: rom
  lang
install: acme-fw D10.rom
depends: base

[pkg_base]
version = 1.0

[file_rom]
url: https://acme.example.org/fw/D10%202.1.zip
size: 123
sha1sum: {SHA1.upper()}

[file_lang]
url:
filename: lang.tar.gz
size: 7
sha1sum: {SHA1}

[install_acme-fw]
a-b: unzip $FILE1
a-c: untar $FILE2
b-d: cp $ARG1
  'two words/*' Acme/
c-e: include *.lng
"""


def test_a_whole_file() -> None:
    packages, faults = read_text(DB)
    assert faults == []
    assert packages["base"] == Package("base", "1.0", place="pkgs/pkgs.db:11")
    fw = packages["fw"]
    assert (fw.version, fw.description, fw.depends, fw.size) == ("2.1", "Firmware of the D10", ("base",), 130)
    rom, lang = fw.files
    assert (rom.name, rom.kind, rom.digits) == ("D10 2.1.zip", "sha1", SHA1)
    assert (lang.name, lang.url) == ("lang.tar.gz", ""), "to be fetched by hand"
    assert fw.steps == (
        Step("a", "b", "unzip", ("D10 2.1.zip",)),
        Step("a", "c", "untar", ("lang.tar.gz",)),
        Step("b", "d", "cp", ("D10.rom", "two words/*", "Acme/")),
        Step("c", "e", "include", ("*.lng",)),
    )


def test_what_wants_a_password_is_fetched_by_hand() -> None:
    packages, faults = read_text(DB.replace("size: 123", "size: 123\ndownloader: auth"))
    assert faults == []
    assert (packages["fw"].files[0].name, packages["fw"].files[0].url) == ("D10 2.1.zip", "")


WRONG = [
    ("version = 1.0", "verzion = 1.0", "pkgs/pkgs.db:12: unknown key verzion"),
    ("version = 1.0", "", "pkgs/pkgs.db:11: package base: its version is missing"),
    ("size: 123", "size: 12k", "pkgs/pkgs.db:14: file rom: size: '12k' is no number of octets"),
    (SHA1.upper(), "12", "pkgs/pkgs.db:14: file rom: '12' is no SHA1: 40 hexadecimal digits"),
    ("lang.tar.gz", "../lang", "pkgs/pkgs.db:19: file lang: '../lang' cannot be the name of a file in var/cache"),
    ("filename: lang.tar.gz", "", "pkgs/pkgs.db:19: file lang: a file that has no URL needs a name"),
    ("  lang", "  long", "pkgs/pkgs.db:2: package fw: [file_long] is not there"),
    ("acme-fw D10.rom", "acme", "pkgs/pkgs.db:2: package fw: [install_acme] is not there"),
    ("acme-fw D10.rom", "acme-fw", "pkgs/pkgs.db:2: package fw: b-d: $ARG1 is not there: 0 are given"),
    ("$FILE2", "$FILE3", "pkgs/pkgs.db:2: package fw: a-c: $FILE3 is not there: 2 are given"),
    ("unzip $", "unpack $", "package fw: a-b: there is no command unpack; there are unzip untar"),
    ("unzip $FILE1", "unzip", "package fw: a-b: write unzip FILE"),
    ("include *.lng", "null x", "package fw: c-e: write null"),
    ("include *.lng", "include ../*", "package fw: c-e: '../*' leads out of the package"),
    (" Acme/", " /etc/", "package fw: b-d: '/etc/' leads out of the package"),
    ("a-b: unzip", "c-a: unzip", "package fw: c-a: a holds the package's own files, nothing is put there"),
    ("a-c: untar", "e-c: untar", "package fw: the steps go in a circle: "),
    ("c-e: include", "x-e: include", "package fw: x-e: include '*.lng': nothing is put into x"),
    ("c-e: include", "ce: include", "package fw: 'ce' is no step: write it as FROM-TO, such as a-b"),
    ("'two words/*'", "'two words/*", "package fw: b-d: No closing quotation"),
    ("[file_lang]", "[file_rom]", "pkgs/pkgs.db:19: [file_rom] stands twice"),
    ("[pkg_base]", "[package_base]", "pkgs/pkgs.db:11: [package_base] is no pkg_, file_ or install_"),
    ("# firmware", "firmware", "pkgs/pkgs.db:1: 'firmware' is neither [SECTION] nor key: value"),
]


@pytest.mark.parametrize(("right", "wrong", "told"), WRONG, ids=[row[2] for row in WRONG])
def test_a_fault_is_told_with_its_line_and_takes_nothing_else_along(right: str, wrong: str, told: str) -> None:
    assert right in DB
    sound = (
        f"[pkg_sound]\nversion: 3\n{DB}" if not told.startswith("pkgs/pkgs.db:") else f"{DB}\n[pkg_sound]\nversion: 3\n"
    )
    packages, faults = read_text(sound.replace(right, wrong, 1))
    assert any(told in str(fault) for fault in faults), [str(fault) for fault in faults]
    assert "sound" in packages


@settings(max_examples=60)
@given(st.text(alphabet=st.sampled_from("[]pkg_filenstal a-b:=\n$1#;'ü"), max_size=200) | st.text(max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    packages, faults = read_text(text)
    assert all(package.id == ident for ident, package in packages.items())
    assert all(str(fault) for fault in faults)


def packages_of(**needs: str) -> dict[str, Package]:
    return {name: Package(name, "1", depends=tuple(text.split())) for name, text in needs.items()}


def test_what_is_needed_comes_first_and_once() -> None:
    packages = packages_of(phone="lang boot", lang="boot", boot="", other="")
    assert [each.id for each in in_order(["phone", "boot"], packages)] == ["boot", "lang", "phone"]


def test_circles_and_what_is_not_there_are_named() -> None:
    with pytest.raises(BadPackages, match="packages need each other: b needs c needs b"):
        in_order(["a"], packages_of(a="b", b="c", c="b"))
    with pytest.raises(BadPackages, match="there is no package z, which a needs"):
        in_order(["a"], packages_of(a="z"))
    with pytest.raises(BadPackages, match=r"there is no package q$"):
        in_order(["q"], {})


MANIFEST = f"""
name = "acme"
title = "Acme"
version = "1.0"
format = "ini"
[[package]]
id = "fw"
version = "2.1"
depends = ["base"]
files = [{{ url = "http://x.example.org/D10.zip", size = 123, sha256 = "{SHA256}" }}]
install = {{ a-b = "unzip $FILE1", b-c = "cp *.rom Acme/" }}
"""


def test_the_manifest_has_packages_of_its_own_beside_those_of_pkgs(tmp_path: Path) -> None:
    (tmp_path / "pkgs").mkdir()
    (tmp_path / "pkgs" / "pkgs.db").write_text(DB)
    (tmp_path / "pkgs" / "more").write_text("[pkg_more]\nversion: 7\ndepends: most\n")
    (tmp_path / "pkgs" / ".hidden").write_text("[pkg_hidden]\nversion: 7\n")
    packages, faults = read_stock(tmp_path, parse_manifest(MANIFEST))
    assert sorted(packages) == ["base", "fw", "more"]
    assert packages["fw"].place == "plugin.toml"
    assert packages["fw"].steps == (Step("a", "b", "unzip", ("D10.zip",)), Step("b", "c", "cp", ("*.rom", "Acme/")))
    assert packages["fw"].files[0].kind == "sha256"
    assert [str(fault) for fault in faults] == [
        "pkgs/pkgs.db:2: package fw stands in plugin.toml, too; that one is taken",
        "packages: there is no package most, which more needs",
    ]


@pytest.mark.parametrize(
    ("right", "wrong", "line", "told"),
    [
        ('id = "fw"', 'id = "../fw"', 6, "package.0: '../fw' is no id of a package"),
        ("$FILE1", "$FILE2", 6, "package.0: a-b: $FILE2 is not there: 1 are given"),
        (SHA256, SHA1, 10, "package.0.files.0: "),
        ("size = 123, ", "", 10, "package.0.files.0.size: is missing"),
        ("[[package]]", '[[package]]\nid = "fw"\nversion = "1"\n[[package]]', 10, "package.1.id: stands twice"),
    ],
)
def test_a_fault_of_the_manifest_has_its_line(right: str, wrong: str, line: int, told: str) -> None:
    with pytest.raises(BadManifest) as caught:
        parse_manifest(MANIFEST.replace(right, wrong, 1))
    assert f"plugin.toml:{line}: {told}" in str(caught.value)
