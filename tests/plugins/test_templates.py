"""Running templates: what a fault says, what a template may not do, and values escaped in every mix."""

from __future__ import annotations

import zlib

import pytest
from tests.plugins.conftest import Plugin

from ringboot.plugins import templates
from ringboot.plugins.job import TemplateFault


@pytest.mark.parametrize(
    ("source", "line", "why"),
    [
        ("a\n{{ nothing }}", 2, "there is nothing named nothing"),
        ("a\n\n{{ phone.nose }}", 3, "phone has no 'nose'; it has lines keys"),
        ("{{ sip_lines['1'].nose }}", 1, "no 'nose' in it"),
        ("{% if %}", 1, "Expected an expression"),
        ("a\n{% for %}", 2, "Expected an expression"),
        ("a\n{% endif %}", 2, "Encountered unknown tag 'endif'"),
        ("{{ 'a'|nosuch }}", 1, "No filter named 'nosuch'"),
        ("\n{% include 'other.tpl' %}", 2, "there is no template other.tpl, neither in var/templates nor in templates"),
        ("{% extends '../plugin.toml' %}", 1, "../plugin.toml"),
        ("{{ 1 // 0 }}", 1, "ZeroDivisionError"),
        ("{{ sip_lines }}", 1, "a dict cannot be written as one value"),
        ("{{ device.options.switchboard }}", 1, "yes or no has no spelling of its own here"),
        ("{{ 1 }}{{ 1 == 1 }}", 1, "yes or no has no spelling of its own here"),
        ("a\nb: {{ X_name }}", 2, "X_name holds a line end or control character (U+000A)"),
        ("{{ ''.__class__ }}", 1, "access to attribute '__class__' of 'str' object is unsafe."),
        ("{{ ''['__class__'] }}", 1, "access to attribute '__class__' of 'str' object is unsafe."),
        ("{{ '{0.__class__}'.format(mac) }}", 1, "access to attribute '__class__'"),
        ("{{ phone._facts }}", 1, "access to attribute '_facts'"),
        ("{{ sip_lines.update(a=1) }}", 1, "access to attribute 'update'"),
        ("{{ self.__init__.__globals__ }}", 1, "access to attribute '__init__'"),
        ("{% for i in range(1000000) %}{% endfor %}", 1, "OverflowError: Range too big"),
        ("{{ lipsum() }}", 1, "there is nothing named lipsum"),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", 1, "includes, extends or calls itself without end"),
        ("{% include 'base.tpl' %}", 1, "includes, extends or calls itself without end"),
        ("{{ 'x' * 5000000 }}", 0, "the result is longer than 4194304 characters"),
    ],
)
def test_faults(plugin: Plugin, source: str, line: int, why: str) -> None:
    fault = plugin.shipped(base=source).fault({"sip_lines": {"1": {}}, "X_name": "a\nb"})
    assert (fault.template, fault.line) == ("templates/base.tpl", line)
    assert fault.why.startswith(why)
    assert str(plugin.path) not in fault.why


def test_a_fault_is_placed_in_the_template_that_has_it(plugin: Plugin) -> None:
    plugin.shipped(base="a\n{% include 'part.tpl' %}", part="fine").custom(part="\n\n{{ oops }}")
    assert plugin.fault() == TemplateFault("var/templates/part.tpl", 3, "there is nothing named oops")
    plugin.custom(part="\n{% if %}")
    assert plugin.fault()[:2] == ("var/templates/part.tpl", 2)
    (plugin.path / "var/templates/part.tpl").write_bytes(b"\xff")
    assert plugin.fault() == TemplateFault("var/templates/part.tpl", 1, "not UTF-8 at octet 0")
    (plugin.path / "var/templates/part.tpl").write_bytes(b"x" * 1_100_000)
    assert plugin.fault() == TemplateFault("var/templates/part.tpl", 1, "larger than 1048576 octets")


@pytest.mark.parametrize("format_", ["xml", "json"])
def test_a_result_that_its_format_does_not_allow(plugin: Plugin, format_: str) -> None:
    plugin.manifest('[device.files]\n"{mac}.cfg" = ""', format_).shipped(base="<a>\n{{ 1 }}<b></a>")
    fault = plugin.fault()
    assert fault.template == "templates/base.tpl"
    assert fault.why.startswith(f"the result is not {format_.upper()}: line ")


# Every way of putting a value into a text that a macro, a block or a filter has already made.
MIXES = [
    "{{ v }}",
    "{{ m(v) }}",
    "{{ m('a') ~ v }}",
    "{{ v ~ m('a') }}",
    "{{ m('a') + v }}",
    "{{ v + m('a') }}",
    "{{ [m('a'), v]|join }}",
    "{{ [1, 2]|join(v) ~ m('a') }}",
    "{{ [m('a'), 'b']|join(v) }}",
    "{{ m('%s') % v }}",
    "{{ m('%(x)s') % {'x': v} }}",
    "{{ m('%s')|format(v) }}",
    "{{ m('%(x)s')|format(x=v) }}",
    "{{ m('a')|replace('a', v) }}",
    "{{ v|replace('q', '') ~ m('a') }}",
    "{{ v|upper|lower }}",
    "{{ (v|upper|lower) ~ m('a') }}",
    "{{ v|e }}",
    "{{ v|escape ~ 'a' }}",
    "{{ v|forceescape }}",
    "{{ v|trim('q') }}",
    "{% set x %}{{ v }}{% endset %}{{ x }}",
    "{% set x %}a{% endset %}{{ x ~ v }}",
    "{% filter trim('q') %}{{ v }}{% endfilter %}",
    "{% call m2() %}{{ v }}{% endcall %}",
    "{{ {'k': v}['k'] }}",
    "{{ v.replace('q', '') }}",
    "{{ '{}'.format(v) ~ m('a') }}",
    "{{ v|default('x') }}",
    "{{ ''|default(v, true) }}",
    "{% autoescape false %}{{ v }}{% endautoescape %}",
    "{% include 'inc.tpl' %}",
]
MACROS = "{% macro m(x) %}{{ x }}{% endmacro %}{% macro m2() %}{{ caller() }}{% endmacro %}{% set v = X_v %}"


@pytest.mark.parametrize("mix", MIXES)
def test_no_mix_lets_a_line_end_into_an_ini_file(plugin: Plugin, mix: str) -> None:
    plugin.shipped(inc="{{ v }}")
    assert "a&<b" in plugin.text(f"{MACROS}key: {mix}", {"X_v": "a&<b"})
    plugin.shipped(base=f"{MACROS}key: {mix}")
    fault = plugin.fault({"X_v": "a\nb"})
    assert "holds a line end" in fault.why
    assert "a\nb" not in fault.why


@pytest.mark.parametrize("mix", MIXES)
def test_every_mix_is_escaped_once_in_xml(plugin: Plugin, mix: str) -> None:
    plugin.manifest('[device.files]\n"{mac}.cfg" = ""', "xml").shipped(inc="{{ v }}")
    assert "a&lt;b&amp;" in plugin.text(f"<k>{MACROS}{mix}</k>", {"X_v": "a<b&"})


@pytest.mark.parametrize(
    "source",
    ["{{ m('a').join([v]) }}", "{{ m('{}').format(v) }}", "{{ m('a').ljust(9, '\n') }}", "{{ m('a').__add__(v) }}"],
)
def test_methods_that_would_mix_are_refused(plugin: Plugin, source: str) -> None:
    fault = plugin.shipped(base=MACROS + source).fault({"X_v": "a\nb"})
    assert "unsafe" in fault.why or "use the filter" in fault.why


def test_constants_are_written_as_they_stand(plugin: Plugin) -> None:
    assert plugin.text("{{ 'a & b' }} {{ 'c' ~ ' & d' }} {{ '<' if true }} & <") == "a & b c & d < & <\n"


def test_a_method_goes_before_a_key_of_its_name(plugin: Plugin) -> None:
    table = {"X_t": {"items": "a", "colour": "b"}}
    assert plugin.text("{{ X_t.colour }} {{ X_t.items()|length }} {{ X_t['items'] }}", table) == "b 2 a\n"


def test_a_table_is_read_as_python_reads_it_and_never_changed(plugin: Plugin) -> None:
    table = {"X_t": {"a": 1, "get": 2}}
    source = "{% for key in X_t.keys() %}{{ X_t.get(key) }} {% endfor %}{{ X_t.get('b', 3) }} {{ X_t.values()|sum }}"
    assert plugin.text(source, table) == "1 2 3 3\n"
    for call, why in (
        ("get(key='a')", "keyword"), ("get()", "argument"), ("update({})", "unsafe"), ("pop('a')", "unsafe"),
        ("setdefault('b', 1)", "unsafe"), ("clear()", "unsafe"),
    ):  # fmt: skip
        plugin.shipped(base=f"{{{{ X_t.{call} }}}}")
        assert why in plugin.fault(table).why


def test_safe_is_for_lines_that_the_administrator_means(plugin: Plugin) -> None:
    assert plugin.text("{{ X_extra|safe }}", {"X_extra": "a: 1\nb: 2"}) == "a: 1\nb: 2\n"


def test_json_values_bring_their_quotes(plugin: Plugin) -> None:
    plugin.manifest('[device.files]\n"{mac}.cfg" = ""', "json")
    assert (
        plugin.text('{"a": {{ X_a }}, "b": {{ ntp_ip }}, "c": {{ [1, true] }}}', {"X_a": 'x"\n</'})
        == '{"a": "x\\"\\n</", "b": null, "c": [1, true]}\n'
    )


def test_white_space_is_jinjas_default_and_a_last_line_end_is_sure(plugin: Plugin) -> None:
    assert plugin.text("a\n{% if true %}\n  b\n{% endif %}\n") == "a\n\n  b\n"
    assert plugin.text("a\n") == "a\n"
    assert plugin.text("\n \n") == ""
    plugin.manifest('[device.files]\n"{mac}.cfg" = ""', "raw")
    assert plugin.text("a") == "a"


def test_d_takes_absent_keys_for_undefined(plugin: Plugin) -> None:
    assert plugin.text("{{ ntp_ip|d('x') }} {{ X_none|d('y') }} {{ 0|d(1) }} {{ ''|d('z', true) }}") == "x y 0 z\n"


def test_nothing_in_a_template_is_by_chance(plugin: Plugin) -> None:
    assert plugin.shipped(base="{{ [1, 2]|random }}").fault().why == "No filter named 'random'."


def test_edits_count_at_once(plugin: Plugin) -> None:
    assert plugin.text("one") == "one\n"
    assert plugin.text("another") == "another\n"
    plugin.custom(base="mine")
    assert plugin.pages() == {"00085d2eecfb.cfg": ("var/templates/base.tpl", "mine\n")}
    (plugin.path / "var/templates/base.tpl").unlink()
    assert plugin.pages() == {"00085d2eecfb.cfg": ("templates/base.tpl", "another\n")}


def test_the_limit_is_what_the_fault_says() -> None:
    assert templates.LARGEST_RESULT == 4194304


def test_a_checksum_follows_the_file_as_it_is_written(plugin: Plugin) -> None:
    """Phones that compare a version within the file read it again when, and only when, something changed."""
    source = "{% set body %}name: {{ X_name }}\n{% endset %}version: {{ body | checksum }}\n{{ body }}"
    files = [plugin.text(source, {"X_name": name}) for name in ("Ann", "Ann", "Bob")]
    assert files[0] == files[1] == f"version: {zlib.crc32(b'name: Ann' + bytes([10]))}\nname: Ann\n"
    assert files[2].splitlines()[0] != files[0].splitlines()[0]
