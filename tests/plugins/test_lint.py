"""The linter names what is wrong in a template, with file and line, and says nothing of one that is right."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringboot.catalog import FOLDER as CATALOG
from ringboot.plugins.inspection import Finding, Inspection
from ringboot.plugins.lint import lint

FILES = (
    '[device.files]\n"{mac}.cfg" = ""\n"{mac}.dir" = {part = "dir", secret = false}\n[common.files]\n"all.cfg" = "all"'
)


def found(plugin: Any, **about: Any) -> list[tuple[str, int, str, str]]:
    findings = lint(Inspection(str(plugin.path), **about))
    return [(each.template, each.line, each.kind, each.what) for each in findings.items]


def one(plugin: Any, **about: Any) -> Finding:
    (only,) = found(plugin, **about)
    return Finding(*only)


@pytest.mark.parametrize(
    "folder", sorted(path.parent for path in CATALOG.glob("*/plugin.toml")), ids=lambda each: each.name
)
def test_the_catalog_has_no_fault(folder: Path) -> None:
    findings = lint(Inspection(str(folder)))
    assert findings.items == ()
    assert findings.read == len(list(folder.glob("templates/*.tpl")))


@pytest.mark.parametrize(
    ("source", "line", "kind", "what"),
    [
        ("a\n{{ sip_prox_ip }}", 2, "name", "there is nothing named sip_prox_ip; did you mean sip_proxy_ip?"),
        ("{{ backlight | default(600) }}", 1, "name", "nothing named backlight; keys of your own begin with X_"),
        ("{% if x %}\n{% endif %}", 1, "name", "there is nothing named x"),
        ("\n\n{{ X_light }}", 3, "name", "no config sets X_light: give it a default, or set it"),
        ("{% for n in sip_lines %}{% endfor %}\n{{ n }}", 2, "name", "there is nothing named n"),
        ("{% block x %}\n{% set b = 1 %}{% endblock %}{% block y %}\n{{ b }}{% endblock %}", 3, "name", "named b"),
        ("{% macro m(a) %}\n{{ a }}{{ c }}{% endmacro %}{{ m(1) }}", 2, "name", "there is nothing named c"),
        ("{{ mac | uper }}", 1, "filter", "there is no filter uper"),
        ("\n{% if mac is orderly %}{% endif %}", 2, "test", "there is no test orderly"),
        ("\n{% include 'other.tpl' %}", 2, "include", "there is no template other.tpl"),
        ("{% extends 'other.tpl' %}", 1, "include", "there is no template other.tpl"),
        ("\n{% from 'other.tpl' import put %}", 2, "include", "there is no template other.tpl"),
        ("\n{% include ['a.tpl', 'b.tpl'] %}", 2, "include", "there is no template a.tpl or b.tpl"),
        ("a\n{% if mac %}", 2, "syntax", "Unexpected end of template"),
        ("a\n\n{{ mac", 3, "syntax", "unexpected end of template"),
        ("{% conflict %}", 1, "syntax", "unknown tag 'conflict'"),
        ("\n{{ device.makc }}", 2, "attribute", "device has no makc; did you mean mac?"),
        ("{{ zone.ofset }}", 1, "attribute", "zone has no ofset; did you mean offset?"),
        ("{{ tables.colours }}", 1, "attribute", "tables has no colours"),
        ("{{ phone['liness'] }}", 1, "attribute", "phone has no liness; did you mean lines?"),
        ("{% for n, l in sip_lines.items() %}\n{{ l.pasword }}{% endfor %}", 2, "attribute",
         "a row of sip_lines has no pasword; did you mean password?"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_line(plugin: Any, source: str, line: int, kind: str, what: str) -> None:
    plugin.shipped(base="{{ mac }}").custom(base=source)
    fault = one(plugin)
    assert fault[:3] == ("var/templates/base.tpl", line, kind)
    assert what in fault.what


@pytest.mark.parametrize(
    "source",
    [
        "{{ mac }}{{ MAC }}{{ server }}{{ http }}{{ tftp }}{{ path }}{{ zone.dst }}{{ phone.lines }}{{ device.ip }}",
        "{% for n, line in sip_lines.items() %}{{ loop.index }}{{ line.password }}{{ line.x | default }}{% endfor %}",
        "{% for line in sip_lines.values() %}{% for key, value in line.items() %}{{ key }}{% endfor %}{% endfor %}",
        "{{ X_light | default(600) }}{% if X_a is defined %}{{ X_a }}{% endif %}",
        "{% if X_a | default(none) %}{{ X_a }}{% endif %}",
        "{% set a = 1 %}{% block x %}{{ a }}{{ self.y() }}{% endblock %}{% block y %}{% endblock %}",
        "{% if mac %}{% set a = 1 %}{% endif %}{{ a }}",
        "{% macro put(a, b=2) %}{{ a }}{{ caller() }}{% endmacro %}{% call put(1) %}{{ put }}{% endcall %}",
        "{% set box = namespace(n=0) %}{% set box.n = box.n + 1 %}{{ range(box.n) | list | length }}",
        "{% include 'none.tpl' ignore missing %}{% include path ~ '.tpl' %}",
        "{% with a = 1 %}{{ a }}{% endwith %}{% filter upper %}{{ ip }}{% endfilter %}",
        "{% raw %}{{ nothing }}{% endraw %}{# {{ nothing }} #}",
    ],
)
def test_what_is_right_is_left_alone(plugin: Any, source: str) -> None:
    plugin.shipped(base=source)
    assert found(plugin) == []
    plugin.path.joinpath("templates/base.tpl").unlink()
    plugin.custom(base=source)
    assert found(plugin) == []


def test_a_key_of_ones_own_that_a_config_sets_needs_no_default(plugin: Any) -> None:
    plugin.shipped(base="{{ X_light }}")
    assert one(plugin).kind == "name"
    assert found(plugin, own=("X_light",)) == []


def test_what_is_withheld_or_not_there_in_a_file_is_said(plugin: Any) -> None:
    plugin.manifest(FILES).shipped(base="{{ admin_password }}", all="{{ ntp_ip }}\n{{ mac }}\n{{ sip_lines }}")
    plugin.shipped(**{"base.dir": "{{ mac }}\n{{ user_password }}"})
    assert found(plugin) == [
        ("templates/all.tpl", 2, "name", "there is no mac in a file that all devices share"),
        ("templates/all.tpl", 3, "name",
         "sip_lines is withheld in a file that all devices share, because others than the device may read it"),
        ("templates/base.dir.tpl", 2, "name",
         "user_password is withheld in the file {mac}.dir, because others than the device may read it"),
    ]  # fmt: skip


def test_templates_lend_each_other_what_they_set(plugin: Any) -> None:
    plugin.shipped(
        base="{% set a = 1 %}{% include 'part.tpl' %}{% block x %}{% endblock %}",
        part="{{ a }}",
        A1="{% extends 'base.tpl' %}{% block x %}{{ a }}{{ b }}{% endblock %}",
        made="{% macro put(x) %}{{ x }}{{ mac }}{% endmacro %}",
        A2="{% from 'made.tpl' import put %}{{ put(1) }}",
    )
    assert found(plugin, models=("A1", "A2")) == [
        ("templates/A1.tpl", 1, "name", "there is nothing named b; keys of your own begin with X_"),
        ("templates/made.tpl", 1, "name", "there is no mac in a template that is imported without `with context`"),
    ]


def test_a_template_that_names_itself_means_the_shipped_one(plugin: Any) -> None:
    plugin.shipped(base="{% block x %}{% endblock %}").custom(
        base="{% extends 'base.tpl' %}{% block x %}\n{{ nobody }}{% endblock %}"
    )
    assert one(plugin)[:2] == ("var/templates/base.tpl", 2)
    plugin.custom(base="{% extends 'base.tpl' %}").path.joinpath("templates/base.tpl").unlink()
    assert one(plugin).kind == "include"


def test_a_template_of_which_no_file_is_made_is_told(plugin: Any) -> None:
    plugin.shipped(base="").custom(**{"00085d2eecfb.cfg": "", "00085D2EECFB.cfg": "", "A1": "", "A9": ""})
    assert [each[:3] for each in found(plugin, models=("A1",))] == [
        ("var/templates/00085D2EECFB.cfg.tpl", 0, "unused"),  # the file's name has a small MAC
        ("var/templates/A9.tpl", 0, "unused"),
    ]
    assert "base.tpl, after a model, or {mac}.cfg.tpl" in found(plugin)[0][3]


def test_a_broken_manifest_is_a_fault(plugin: Any) -> None:
    plugin.manifest("formt = 3")
    assert one(plugin)[:3] == ("plugin.toml", 5, "syntax")


def test_a_template_that_is_no_text_is_a_fault(plugin: Any) -> None:
    plugin.shipped(base="")
    plugin.path.joinpath("templates/base.tpl").write_bytes(b"\xff")
    assert one(plugin)[:3] == ("templates/base.tpl", 0, "syntax")


PIECES = (
    *(
        "{% if mac %}",
        "{% elif ip %}",
        "{% else %}",
        "{% endif %}",
        "{% for a in sip_lines %}",
        "{% endfor %}",
        "{{ a }}",
    ),
    *("{% block x %}", "{% block y scoped %}", "{% endblock %}", "{{ super() }}", "{{ self.x() }}", "{{ loop.index }}"),
    *("{% set a = a %}", "{% set a.b = 1 %}", "{% set a, b = 1, 2 %}", "{% set b %}", "{% endset %}", "{{ b.c['d'] }}"),
    *("{% macro a(b=c) %}", "{% endmacro %}", "{% call a(1) %}", "{% endcall %}", "{{ caller() }}", "{{ a(*b, **c) }}"),
    *("{% extends 'base.tpl' %}", "{% include 'base.tpl' %}", "{% include mac %}", "{% import 'base.tpl' as a %}"),
    *("{% from 'base.tpl' import a as b %}", "{% with %}", "{% endwith %}", "{% filter odd %}", "{% endfilter %}"),
    *(
        "{{ a | b(c) }}",
        "{{ a is b }}",
        "{{ (",
        "}}",
        "{#",
        "#}",
        "{% raw %}",
        "{% endraw %}",
        "{% do %}",
        "\n",
        "text",
    ),
)


@settings(max_examples=60)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_whatever_stands_in_a_template_the_linter_comes_to_an_end(source: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder)
        (path / "templates").mkdir()
        (path / "plugin.toml").write_text('name = "x"\ntitle = "x"\nversion = "1"\nformat = "raw"\n' + FILES)
        (path / "templates" / "base.tpl").write_text("{% block x %}{% endblock %}")
        (path / "templates" / "all.tpl").write_text(source)
        lines = source.count("\n") + 1
        for each in lint(Inspection(folder)).items:
            assert each.line <= lines
            assert each.what
