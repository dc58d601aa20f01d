"""plugin.toml: what it may hold, `like`, option names, and every error with its line, all at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from ringboot.plugins.manifest import BadManifest, load_manifest, parse_manifest
from ringboot.plugins.schema import Manifest

HEAD = """\
name = "acme"
title = "Acme"
version = "1.0"
format = "ini"
oui = ["00:08:5D", "0010bc"]
"""


def read(text: str) -> Manifest:
    return parse_manifest(HEAD + text)


def problems(text: str) -> list[tuple[int, str, str]]:
    """Read a broken manifest; lines are counted from the first line of `text`."""
    with pytest.raises(BadManifest) as caught:
        read(text)
    offset = HEAD.count("\n")
    return [(line - offset, key, why) for line, key, why in caught.value.problems]


def test_a_whole_manifest() -> None:
    manifest = read(
        """
        [[identify]]
        from = "http.header.X-Model"
        match = '^(?P<model>\\w+)$'
        rename = { 51i = "6751i" }
        [dhcp]
        tftp-server-name = "{http}/Acme"
        43.2 = "{http}"
        [device.files]
        "Acme/{MAC}.cfg" = ""
        "Acme/{MAC}-user.cfg" = { part = "user", secret = false, format = "xml" }
        [common.files]
        "Acme/acme.cfg" = "acme.cfg"
        "Acme/start.cfg" = { template = "acme.cfg", format = "raw" }
        [models."*"]
        lines = 1
        colour = false
        [models.A]
        lines = 2
        keys = 8
        firmware = "1.0"
        [models.B]
        like = "A"
        keys = 9
        [models.C]
        like = "B"
        firmware = ["1.0", "2.0"]
        colour = true
        [params.admin_password]
        secret = true
        [resync]
        how = "sip-notify"
        event = "check-sync"
        done = "Acme/{MAC}.cfg"
        [firmware.files]
        "Acme/{model}.rom" = "1.0"
        [tables.levels]
        info = 3
        [[sample]]
        "http.header.X-Model" = "A"
        is = { model = "A" }
        """
    )
    assert manifest.oui == ("00085d", "0010bc")
    assert manifest.identify[0].from_ == "http.header.x-model"
    assert manifest.dhcp == {"66": "{http}/Acme", "43.2": "{http}"}
    assert manifest.device.files["Acme/{MAC}-user.cfg"].part == "user"
    assert [entry.secret for entry in manifest.device.files.values()] == [True, False]
    assert {entry.template for entry in manifest.common.files.values()} == {"acme.cfg"}
    row = manifest.models["C"]
    assert (row.lines, row.keys, row.versions) == (2, 9, ("1.0", "2.0"))
    assert manifest.phone("C")["colour"] is True
    assert manifest.phone("B")["colour"] is False
    assert manifest.phone("never heard of")["lines"] == 1
    assert manifest.phone(None)["firmware"] is None
    assert manifest.known_model("a") == "A"
    assert manifest.firmware_version("Acme/A.rom") == "1.0"
    assert manifest.firmware_version("Acme/x/A.rom") is None
    assert manifest.sample[0].evidence == {"http.header.x-model": "A"}


def test_all_that_is_wrong_is_said_at_once_with_its_line() -> None:
    assert problems(
        """\
[[identify]]
from = "http.body"
match = "x"

[[identify]]
from = "dhcp.60"
match = "(?P<colour>.)"
like = 1

[dhcp]
66 = "{https}/x"
no-such-option = "x"
150 = "not an address"
67 = "{port}"

[device.files]
"../{mac}.cfg" = ""
"{mac}.cfg" = { part = "A B" }

[models.A]
lines = "two"
like = "Z"

[params.admin_password]
secret = "yes"
"""
    ) == [
        (
            2,
            "identify.0.from",
            ANY,
        ),
        (7, "identify.1.match", "group 'colour' is not known; there is model version mac sn uuid"),
        (8, "identify.1.like", "unknown key"),
        (12, "dhcp.no-such-option", ANY),
        (13, "dhcp.150", ANY),
        (14, "dhcp.67", "{port} is no placeholder; there are {server} {http} {http_port} {https} {tftp} {mac} {token}"),
        (17, "device.files.../{mac}.cfg", "'../{mac}.cfg' is not a relative path of plain names"),
        (18, "device.files.{mac}.cfg.part", ANY),
        (21, "models.A.lines", "input should be a valid integer, not 'two'"),
        (22, "models.A.like", "there is no model 'Z'"),
        (25, "params.admin_password.secret", "input should be a valid boolean, not 'yes'"),
    ]


class _Any:
    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and bool(other)

    def __hash__(self) -> int:
        return 0

    def __repr__(self) -> str:
        return "ANY"


ANY = _Any()


@pytest.mark.parametrize(
    ("text", "line", "key", "why"),
    [
        ('[models.A]\nlike = "A"', 2, "models.A.like", "goes round in a circle: A -> A"),
        ('[models.A]\nlike = "B"\n[models.B]\nlike = "A"', 4, "models.B.like", "goes round in a circle: A -> B -> A"),
        ('[dhcp]\n66 = "a"\ntftp-server-name = "b"', 3, "dhcp.tftp-server-name", "option 66 stands twice"),
        ("[dhcp]\n66 = 1", 2, "dhcp.66", "an option's value is text, in quotes, not 1"),
        ('[device.files]\n"all.cfg" = ""', 2, "device.files.all.cfg", "one device's own file needs one of {mac}"),
        (
            '[device.files]\n"{model}.cfg" = ""',
            2,
            "device.files.{model}.cfg",
            "one device's own file needs one of {mac}",
        ),
        (
            '[device.files]\n"{nose}.cfg" = ""',
            2,
            "device.files.{nose}.cfg",
            "{nose} is no placeholder; there are {mac}",
        ),
        ('[device.files]\n"/{mac}.cfg" = ""', 2, "device.files./{mac}.cfg", "'/{mac}.cfg' is not a relative path"),
        ('[common.files]\n"a.cfg" = "a.tpl"', 2, "common.files.a.cfg.template", "leave out .tpl: 'a' stands for"),
        ('[common.files]\n"{mac}.cfg" = "a"', 1, "common.files", "'{mac}.cfg': a file that all share has no"),
        ('[resync]\ndone = "{mac}.cfg"', 2, "resync.done", "is none of [device.files]"),
        ('[resync]\nhow = "sip-notify"', 2, "resync.how", "a NOTIFY needs `event`"),
        ('[models."*"]\nfirmware = "1"', 2, "models.*.firmware", "firmware belongs to a model"),
        ('[[identify]]\nfrom = "dhcp.60"', 1, "identify.0", "`match` is missing; only dhcp.oui can do without"),
        ("[[identify]]\nfrom = 'dhcp.60'\nmatch = '('", 3, "identify.0.match", "not a regular expression: missing )"),
        (
            "[[identify]]\nfrom = 'dhcp.60'\nmatch = '^(a+)+$'",
            3,
            "identify.0.match",
            "a repeat or a choice inside a repeated group can",
        ),
        ("[[sample]]\nis = {}", 1, "sample.0", 'a sample needs evidence, such as "http.user-agent" = "..."'),
        ('[[sample]]\n"http.nose" = "x"\nis = {}', 1, "sample.0", "'http.nose' is no evidence"),
        (
            '[[sample]]\n"dhcp.60" = "x"\nis = { mac = "nonsense" }',
            3,
            "sample.0.is.mac",
            "'nonsense' is not a MAC address",
        ),
        ("[tables]\nx = 1", 2, "tables.x", ""),
    ],
    ids=lambda value: value.replace("\n", " ") if isinstance(value, str) and "\n" in value else None,
)
def test_what_is_wrong(text: str, line: int, key: str, why: str) -> None:
    assert any((line, key) == each[:2] and each[2].startswith(why) for each in problems(text))


def test_an_oui_rule_needs_ranges() -> None:
    with pytest.raises(BadManifest, match=r"^plugin.toml:7: identify.0.from: dhcp.oui without `match` needs"):
        parse_manifest(HEAD.replace('oui = ["00:08:5D", "0010bc"]\n', "\n") + '[[identify]]\nfrom = "dhcp.oui"')


def test_what_is_missing_is_said() -> None:
    with pytest.raises(BadManifest) as caught:
        parse_manifest("oui = []")
    assert {problem.key for problem in caught.value.problems} == {"name", "title", "version", "format"}


def test_broken_toml_has_its_line(tmp_path: Path) -> None:
    (tmp_path / "plugin.toml").write_text('name = "a"\ntitle = \n')
    with pytest.raises(BadManifest) as caught:
        load_manifest(tmp_path)
    assert str(caught.value).startswith(f"{tmp_path}/plugin.toml:2: not TOML: ")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "cannot be read: No such file or directory"),
        (b'name = "\xff"', "not UTF-8 at octet 8"),
        (b"#" * 600_000, "larger than"),
    ],
)
def test_a_file_that_is_none(tmp_path: Path, content: bytes | None, why: str) -> None:
    if content is not None:
        (tmp_path / "plugin.toml").write_bytes(content)
    with pytest.raises(BadManifest, match=why) as caught:
        load_manifest(tmp_path)
    assert caught.value.line == 1


@pytest.mark.parametrize("entry", ["soft/{id}.xml", "soft/{id}/", ""])
def test_what_stands_behind_a_secret_url(entry: str) -> None:
    assert read(f'[device]\nentry = "{entry}"\n').device.entry == entry


@pytest.mark.parametrize("entry", ["/soft.xml", "../{id}", "{password}.xml", "a//", "/"])
def test_an_entry_that_is_no_path(entry: str) -> None:
    ((line, key, _why),) = problems(f'[device]\nentry = "{entry}"\n')
    assert (line, key) == (2, "device.entry")
