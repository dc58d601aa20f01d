"""Each command of a package's steps on a real archive, and what is refused."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.plugins.archives import needs_bsdtar, rarred, seven_zipped, signed, tarred, zipped

from ringboot.plugins import steps
from ringboot.plugins.package import COMMANDS, Package, make_steps
from ringboot.plugins.steps import StepFailed, run
from ringboot.plugins.unpack import Limits

INSIDE = {
    "fw/a.rom": b"ROM",
    "fw/b.rom": b"rom of b",
    "fw/._b.rom": b"left by a desktop",
    "lang/de.lng": b"de",
    "readme": b"r",
}


def carried(
    tmp_path: Path, lines: Mapping[str, str], limits: Limits = steps.LIMITS, **files: bytes
) -> dict[str, bytes]:
    """Carry out steps over files (x_zip is x.zip), and give what comes out."""
    cache = tmp_path / "cache"
    cache.mkdir(exist_ok=True)
    named = {name.replace("_", "."): data for name, data in files.items()}
    for name, data in named.items():
        (cache / name).write_bytes(data)
    made = make_steps(lines.items(), tuple(named), ("a.rom",))
    work = tmp_path / "work"
    tree = run(Package("fw", "1", steps=made), {name: cache / name for name in named}, work, limits)
    return {path: file.read_bytes() for path, file in tree.items()}


def test_every_command_is_carried_out() -> None:
    assert steps.TABLE.keys() == COMMANDS.keys()


def test_without_steps_the_files_go_as_they_are(tmp_path: Path) -> None:
    assert carried(tmp_path, {}, a_rom=b"1", b_rom=b"2") == {"a.rom": b"1", "b.rom": b"2"}


def test_unzip(tmp_path: Path) -> None:
    assert carried(tmp_path, {"a-b": "unzip $FILE1"}, x_zip=zipped(INSIDE)) == INSIDE


@pytest.mark.parametrize("compression", ["", "gz", "bz2"])
def test_untar(tmp_path: Path, compression: str) -> None:
    assert carried(tmp_path, {"a-b": "untar $FILE1"}, x_tgz=tarred(INSIDE, compression)) == INSIDE


FLAT = {path.rpartition("/")[2]: data for path, data in INSIDE.items()}


@needs_bsdtar
def test_unrar(tmp_path: Path) -> None:
    assert carried(tmp_path, {"a-b": "unrar $FILE1"}, x_rar=rarred(INSIDE)) == FLAT, (
        "without its folders, as provd does"
    )


@needs_bsdtar
def test_7z(tmp_path: Path) -> None:
    assert carried(tmp_path, {"a-b": "7z $FILE1"}, x_7z=seven_zipped(INSIDE)) == FLAT


def test_unsign_finds_the_gzip_file_behind_the_signature(tmp_path: Path) -> None:
    lines = {"a-b": "unsign $FILE1 plain.gz", "b-c": "untar plain.gz", "c-d": "cp fw/*.rom Acme/"}
    assert carried(tmp_path, lines, x_sgn=signed(tarred(INSIDE, ""))) == {
        "Acme/a.rom": b"ROM", "Acme/b.rom": b"rom of b",
    }  # fmt: skip


def test_include_and_exclude_keep_folders(tmp_path: Path) -> None:
    lines = {"a-b": "unzip $FILE1", "b-c": "include fw/*.rom 'lang'", "c-d": "exclude */b*"}
    assert carried(tmp_path, lines, x_zip=zipped(INSIDE)) == {"fw/a.rom": b"ROM", "lang/de.lng": b"de"}


@pytest.mark.parametrize(
    ("line", "paths"),
    [
        ("cp fw/*.rom firmware/", ["firmware/a.rom", "firmware/b.rom"]),
        ("cp fw/*.rom firmware", ["firmware/a.rom", "firmware/b.rom"]),
        ("cp fw/$ARG1 D10.rom", ["D10.rom"]),
        ("cp fw/$ARG1 x/", ["x/a.rom"]),
        ("cp readme .", ["readme"]),
        ("cp lang Acme/", ["Acme/lang/de.lng"]),
        ("cp lang readme fw/a* ./Acme/", ["Acme/a.rom", "Acme/lang/de.lng", "Acme/readme"]),
        ("null", []),
    ],
)
def test_cp_and_null(line: str, paths: list[str], tmp_path: Path) -> None:
    assert sorted(carried(tmp_path, {"a-b": "unzip $FILE1", "b-c": line}, x_zip=zipped(INSIDE))) == paths


def test_branches_meet_and_every_end_counts(tmp_path: Path) -> None:
    lines = {
        "c-d": "cp *.rom roms/", "a-b": "unzip $FILE1", "b-c": "cp fw/a.rom one.rom", "b-e": "include readme",
        "a-c": "cp $FILE2 two.rom",
    }  # fmt: skip
    assert carried(tmp_path, lines, x_zip=zipped(INSIDE), y_bin=b"y") == {
        "roms/one.rom": b"ROM", "roms/two.rom": b"y", "readme": b"r",
    }  # fmt: skip


BOMB = {"big": bytes(100_000)}
REFUSED = [
    ({"a-b": "cp *.bin x/"}, "fw, step a-b: cp '*.bin' x/: there is no *.bin among x.zip"),
    ({"a-b": "unzip other.zip"}, "there is no other.zip among x.zip"),
    ({"a-b": "unzip $FILE1", "b-c": "untar readme"}, "readme cannot be read"),
    ({"a-b": "unzip $FILE1", "b-c": "untar fw/*.rom"}, "fw/*.rom is not one file: fw/a.rom, fw/b.rom"),
    ({"a-b": "unzip $FILE1", "b-c": "unsign readme x"}, "readme holds no gzip file behind a signature"),
    ({"a-b": "unzip $FILE1", "a-c": "unzip $FILE1"}, "fw: fw/._b.rom comes from two places"),
    ({"a-b": "unzip $FILE1", "b-c": "cp fw/a.rom x/a.rom", "b-d": "cp fw/a.rom x/a.rom"}, "x/a.rom comes from two"),
]


@pytest.mark.parametrize(("lines", "why"), REFUSED)
def test_a_step_that_fails_says_which_and_why(lines: dict[str, str], why: str, tmp_path: Path) -> None:
    with pytest.raises(StepFailed) as caught:
        carried(tmp_path, lines, x_zip=zipped(INSIDE))
    assert why in str(caught.value)


HOSTILE = [
    ("unzip", zipped({"../x": b""}), "leads out of the folder"),
    ("untar", tarred({"/etc/x": b""}), "is an absolute path"),
    pytest.param("unrar", rarred({"../x": b""}), "leads out of the folder", marks=needs_bsdtar),
    pytest.param("unrar", rarred({"x": bytes(900)})[:500], "x.bin cannot be read", marks=needs_bsdtar),
    pytest.param("unrar", b"no archive", "x.bin cannot be read: bsdtar", marks=needs_bsdtar),
    ("unsign", b"sig" + signed(b"xyz")[:-9], "no whole gzip file"),
    ("unzip", zipped(BOMB), "octets would come out"),
    ("untar", tarred(BOMB), "octets would come out"),
    ("unsign", signed(BOMB["big"]), "octets come out"),
    pytest.param("unrar", rarred(BOMB), "octets come out", marks=needs_bsdtar),
]


@pytest.mark.parametrize(("command", "data", "why"), HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_archive_is_refused(command: str, data: bytes, why: str, tmp_path: Path) -> None:
    with pytest.raises(StepFailed) as caught:
        carried(tmp_path, {"a-b": f"{command} $FILE1{' x' * (command == 'unsign')}"}, Limits(100, 20_000), x_bin=data)
    assert why in str(caught.value)
    assert sorted(os.listdir(tmp_path)) == ["cache", "work"]


@pytest.mark.parametrize("command", ["unrar", "7z"])
def test_a_program_that_is_missing_is_named_with_its_package(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StepFailed, match=r"bsdtar is missing; install it \(Debian: apt install libarchive-tools\)"):
        carried(tmp_path, {"a-b": f"{command} $FILE1"}, x_rar=b"")
