"""Packing: the same folder makes the same octets, the index names them, and what comes out is the plugin."""

from __future__ import annotations

import hashlib
import json
import os
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from ringboot.catalog import FOLDER
from ringboot.plugins.folder import NotInstalled, install_plugin
from ringboot.plugins.index import BadIndex, load_index, read_index, write_index
from ringboot.plugins.pack import index_folder, pack
from ringboot.plugins.unpack import BadArchive, unpack

MANIFEST = (
    'name = "acme"\ntitle = "Acme"\nversion = "1.2"\nformat = "ini"\ndescription = "Desk phones"\nneeds = "0.1"\n'
    '[device.files]\n"{mac}.cfg" = ""\n'
)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "acme-1"
    for path in (
        "templates/base.tpl", "var/tftpboot/ring.wav", "var/tftpboot/00005e005301.cfg", "var/templates/base.tpl",
        "var/cache/fw.zip", "golden/a.cfg", "README",
    ):  # fmt: skip
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(path)
    (folder / "plugin.toml").write_text(MANIFEST)
    return folder


def test_what_is_packed_comes_out_without_what_is_ones_own(source: Path, tmp_path: Path) -> None:
    entry = pack(source, tmp_path / "repository")
    archive = tmp_path / "repository" / "acme-1-1.2.tar.gz"
    assert (entry.id, entry.name, entry.version, entry.description, entry.needs, entry.end_of_life) == (
        "acme-1", "acme", "1.2", "Desk phones", "0.1", False,
    )  # fmt: skip
    assert (entry.size, entry.sha256) == (archive.stat().st_size, hashlib.sha256(archive.read_bytes()).hexdigest())
    assert sorted(os.listdir(tmp_path / "repository")) == ["acme-1-1.2.tar.gz", "index.json"]
    assert unpack(archive, tmp_path / "out") == [
        f"acme-1/{path}" for path in ("README", "plugin.toml", "templates/base.tpl", "var/tftpboot/ring.wav")
    ]
    assert load_index(tmp_path / "repository") == {"acme-1": entry}


def test_the_same_files_make_the_same_octets(source: Path, tmp_path: Path) -> None:
    one = pack(source, tmp_path / "one")
    for path in source.rglob("*"):
        os.utime(path, (1, 1))
        path.chmod(0o700)
    assert pack(source, tmp_path / "two") == one


def test_the_index_keeps_the_others_and_replaces_its_own(source: Path, tmp_path: Path) -> None:
    pack(source, tmp_path / "r")
    pack(source, tmp_path / "r", "other")
    (source / "plugin.toml").write_text(MANIFEST.replace("1.2", "1.10").replace("needs", "end_of_life = true\nneeds"))
    pack(source, tmp_path / "r")
    found = load_index(tmp_path / "r")
    assert {ident: (entry.version, entry.end_of_life) for ident, entry in found.items()} == {
        "acme-1": ("1.10", True), "other": ("1.2", False),
    }  # fmt: skip
    assert read_index(write_index(found.values()), "x") == found


@pytest.mark.parametrize("name", sorted(path.parent.name for path in FOLDER.glob("*/plugin.toml")))
def test_each_built_in_plugin_goes_through_an_archive_unchanged(name: str, tmp_path: Path) -> None:
    entry = pack(FOLDER / name, tmp_path / "r")
    unpack(tmp_path / "r" / entry.file, tmp_path / "out")
    packed, direct = (
        install_plugin(folder, tmp_path / side / name)
        for side, folder in (("packed", tmp_path / "out" / name), ("direct", FOLDER / name))
    )
    assert (packed.path / ".shipped.json").read_text() == (direct.path / ".shipped.json").read_text()


def test_an_index_is_written_anew_from_what_lies_there(source: Path, tmp_path: Path) -> None:
    repository = tmp_path / "r"
    for ident, version in (("acme-1", "1.10"), ("acme-1", "1.2"), ("other", "1.2"), ("gone", "1.2")):
        (source / "plugin.toml").write_text(MANIFEST.replace("1.2", version))
        pack(source, repository, ident)
    assert load_index(repository)["acme-1"].version == "1.2", "it was packed last"
    with zipfile.ZipFile(repository / "flat.zip", "w") as flat:
        flat.writestr("plugin.toml", MANIFEST)
    (repository / "gone-1.2.tar.gz").unlink()
    (repository / "README").write_text("no archive")
    (repository / ".half.tar.gz").write_text("not there yet")
    found = {entry.id: entry.file for entry in index_folder(repository)}
    assert found == {"acme": "flat.zip", "acme-1": "acme-1-1.10.tar.gz", "other": "other-1.2.tar.gz"}
    whole = load_index(repository)
    assert {ident: entry.file for ident, entry in whole.items()} == found
    assert whole["other"] == pack(source, tmp_path / "s", "other"), "as pack says it"


@pytest.mark.parametrize(
    ("name", "members", "why"),
    [
        ("a.zip", {"x/plugin.toml": "name = 1"}, "a.zip: 'plugin.toml' line 1: "),
        ("a.zip", {"x/plugin.toml": MANIFEST, "y/z": ""}, "a.zip is no plugin"),
        ("a.zip", {"x y/plugin.toml": MANIFEST}, "a.zip cannot be in an index: 'x y' is no plugin id"),
        ("a b.zip", {"x/plugin.toml": MANIFEST}, "a b.zip cannot be in an index: file: String should"),
        ("a.tar.gz", {}, "a.tar.gz cannot be read"),
    ],
)
def test_an_archive_that_is_no_plugin_is_named_and_the_index_stays(
    source: Path, tmp_path: Path, name: str, members: dict[str, str], why: str
) -> None:
    pack(source, tmp_path / "r")
    before = (tmp_path / "r" / "index.json").read_text()
    if name.endswith(".zip"):
        with zipfile.ZipFile(tmp_path / "r" / name, "w") as archive:
            for path, text in members.items():
                archive.writestr(path, text)
    else:
        (tmp_path / "r" / name).write_text("x")
    with pytest.raises(BadArchive, match=f"^{re.escape(why)}"):
        index_folder(tmp_path / "r")
    assert (tmp_path / "r" / "index.json").read_text() == before


def test_what_cannot_be_packed_is_said(source: Path, tmp_path: Path) -> None:
    with pytest.raises(NotInstalled, match="no plugin id"):
        pack(source, tmp_path / "r", "a b")
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / "index.json").write_text("{}")
    with pytest.raises(BadIndex, match=r"index\.json: no index"):
        pack(source, tmp_path / "r")
    assert os.listdir(tmp_path / "r") == ["index.json"]


ROW = {"id": "a", "name": "a", "title": "A", "version": "1", "file": "a.tar.gz", "size": 1, "sha256": "0" * 64}


@pytest.mark.parametrize(
    ("whole", "why"),
    [
        ("", "no JSON"), ("[]", "no index"), ("{}", "no index"), ("[" * 100_000, "no JSON"),
        ({"format": 2, "plugins": []}, "its format is not 1"), ({"format": 1, "plugins": {}}, "its format is not 1"),
        ({"format": 1, "plugins": [ROW, 3]}, "plugin 2"), ({"format": 1, "plugins": [ROW, ROW]}, "an id stands twice"),
        ({"format": 1, "plugins": [{**ROW, "file": "../a"}]}, "plugin 1: file"),
        ({"format": 1, "plugins": [{**ROW, "sha256": "0"}]}, "plugin 1: sha256"),
        ({"format": 1, "plugins": [{**ROW, "id": ".."}]}, "plugin 1: id"),
        ({"format": 1, "plugins": [{**ROW, "size": 1 << 40}]}, "plugin 1: size"),
    ],
)  # fmt: skip
def test_an_index_that_cannot_be_used_says_where_and_why(whole: Any, why: str) -> None:
    with pytest.raises(BadIndex, match=f"^http://x: .*{why}"):
        read_index(whole if isinstance(whole, str) else json.dumps(whole), "http://x")


def test_what_a_later_index_says_more_is_ignored() -> None:
    text = json.dumps({"format": 1, "plugins": [{**ROW, "colour": "red", "needs": "0.2"}], "more": 1})
    entry = read_index(text, "x")["a"]
    assert entry.needs == "0.2"
