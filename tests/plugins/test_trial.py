"""What is wrong with a plugin is found before anybody installs it, each with file and line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ringboot.plugins.manifest import parse_manifest
from ringboot.plugins.trial import Fault, faults, fits_ini

MANIFEST = """\
name = "acme"
title = "Acme"
version = "1.0"
format = "ini"

[[identify]]
from = "dhcp.60"
match = '^AcmePhone-(?P<model>\\w+)$'

[dhcp]
tftp-server-name = "{http}"

[device.files]
"{mac}.cfg" = ""

[common.files]
"common.cfg" = "common.cfg"

[models.D10]
lines = 2

[[sample]]
"dhcp.60" = "AcmePhone-D10"
is = { model = "D10" }
"""
BASE = "user = {{ sip_lines['1'].username if sip_lines else '' }}\n"


class Acme:
    """A sound plugin, and what becomes of it when something in it is replaced."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "templates").mkdir(parents=True)
        (folder / "plugin.toml").write_text(MANIFEST)
        self.template("base.tpl", BASE)
        self.template("common.cfg.tpl", "url = {{ http }}\n")

    def template(self, name: str, text: str) -> None:
        (self.folder / "templates" / name).write_text(text)

    def manifest(self, old: str, new: str) -> None:
        assert old in MANIFEST
        (self.folder / "plugin.toml").write_text(MANIFEST.replace(old, new))

    def one(self) -> Fault:
        (found,) = faults(self.folder)
        return found


@pytest.fixture
def acme(tmp_path: Path) -> Acme:
    return Acme(tmp_path / "acme")


def test_a_sound_plugin_has_no_fault(acme: Acme) -> None:
    assert faults(acme.folder) == ()


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        (
            'format = "ini"',
            'format = "yaml"',
            4,
            "format: must be 'ini', 'xml', 'json', 'commands' or 'raw', not 'yaml'",
        ),
        ("lines = 2", "lines = two", 20, "not TOML: "),
        ('name = "acme"', 'name = "acne"', 1, "is acne, but the folder is acme: give both one name"),
        ("lines = 2", 'lines = 2\n\n[[identify]]\nfrom = "dhcp.12"\nmatch = "x"', 22, "no [[sample]] has dhcp.12"),
        ('from = "dhcp.60"', 'from = "http.user-agent"', 6, "no [[sample]] has http.user-agent"),
        ("AcmePhone-D10", "Other", 22, "no rule matches it"),
        ('is = { model = "D10" }', 'is = { model = "D20" }', 22, "model is recognised as 'D10', not as 'D20'"),
        ('is = { model = "D10" }', "is = {}", 22, "model is recognised as 'D10', not as nothing"),
        ('is = { model = "D10" }', 'is = { model = "D10", sn = "7" }', 22, "sn is recognised as nothing, not as '7'"),
    ],
)
def test_the_manifest(acme: Acme, old: str, new: str, line: int, what: str) -> None:
    acme.manifest(old, new)
    found = faults(acme.folder)
    assert [(each.file, each.line) for each in found if each.what.startswith(what)] == [("plugin.toml", line)]


def test_options_that_nobody_is_given(acme: Acme) -> None:
    text = MANIFEST.replace("dhcp.60", "http.user-agent")
    (acme.folder / "plugin.toml").write_text(text)
    assert acme.one() == Fault(
        "plugin.toml", 10, "nobody is given these options: no [[identify]] has a rule for dhcp.*"
    )


def test_no_files(acme: Acme) -> None:
    acme.manifest('[device.files]\n"{mac}.cfg" = ""\n\n[common.files]\n"common.cfg" = "common.cfg"\n', "")
    assert Fault("plugin.toml", 1, "no file is made: name some in [device.files]") in faults(acme.folder)


@pytest.mark.parametrize(
    ("pattern", "what"),
    [
        (r"^AcmePhone-(?P<model>\w+)$", "another brand's rules know it as well as these"),
        ("^Acme", ""),
        (r"^AcmePhone-(?P<model>\w)(?P<version>\d+)$", "is taken for other, whose rules know more of it"),
    ],
)
def test_samples_that_other_brands_claim(acme: Acme, pattern: str, what: str) -> None:
    head = 'name = "other"\ntitle = "Other"\nversion = "1"\nformat = "ini"\n'
    other = parse_manifest(f"{head}[[identify]]\nfrom = \"dhcp.60\"\nmatch = '{pattern}'\n")
    assert faults(acme.folder, [other]) == ((Fault("plugin.toml", 22, what),) if what else ())
    same_brand = other.model_copy(update={"name": "acme"})
    assert faults(acme.folder, [same_brand]) == ()


@pytest.mark.parametrize(
    ("name", "text", "line", "what"),
    [
        ("base.tpl", "a = 1\nb = {{ sip_proxy }}\n", 2, "there is nothing named sip_proxy; did you mean sip_proxy_ip"),
        ("base.tpl", "a = {% if %}\n", 1, "Expected an expression"),
        ("common.cfg.tpl", "a = 1\npassword = {{ admin_password }}\n", 2, "admin_password is withheld in a file that"),
        ("common.cfg.tpl", "{{ sip_lines }}\n", 1, "sip_lines is withheld in a file that all devices share"),
        ("D11.tpl", "a = 1\n", 0, "no file is made of it"),
    ],
)
def test_templates(acme: Acme, name: str, text: str, line: int, what: str) -> None:
    acme.template(name, text)
    found = acme.one()
    assert (found.file, found.line) == (f"templates/{name}", line)
    assert found.what.startswith(what)


def test_what_fails_only_with_nothing_configured_is_found_once_for_all_models(acme: Acme) -> None:
    acme.template("base.tpl", "a = 1\nuser = {{ sip_lines['1'].username }}\n")
    found = acme.one()
    assert (found.file, found.line) == ("templates/base.tpl", 2)
    assert found.what.endswith("(model D10 with nothing configured, model unheard-of with nothing configured)")


def test_what_fails_only_with_everything_configured(acme: Acme) -> None:
    acme.template("D10.tpl", "{% if ntp_enabled %}{{ 1 // 0 }}{% endif %}a = 1\n")
    found = acme.one()
    assert (found.file, found.line) == ("templates/D10.tpl", 1)
    assert found.what.endswith("(model D10 with everything configured)")


def test_files_that_break_their_format(acme: Acme) -> None:
    acme.template("base.tpl", "a = 1\njust words\n")
    assert re.match(r"line 2 of [0-9a-f]{12}\.cfg is no setting: 'just words' \(", acme.one().what)
    acme.manifest('format = "ini"', 'format = "xml"')
    acme.template("common.cfg.tpl", "<a/>")
    acme.template("base.tpl", "<a><b></a>")
    found = acme.one()
    assert found.file == "templates/base.tpl"
    assert found.what.startswith("the result is not XML: line 1: mismatched tag")


@pytest.mark.parametrize(
    ("line", "fits"),
    [
        ("name = value", True),
        ("name: value", True),
        ("SET NAME value", True),
        ("GET $MACADDR.txt", True),
        ("SERVER_PORT1_1 5060", True),
        ("[sip]", True),
        ("just words", False),
        ("Just Words", False),
    ],
)
def test_a_line_of_settings_is_known_from_words(line: str, fits: bool) -> None:
    assert fits_ini(line) is fits
