"""Making files: which template wins, what it sees, what is withheld, what a fault says, what a template may not do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ringboot.plugins import templates
from ringboot.plugins.context import contexts
from ringboot.plugins.job import (
    Left,
    Rendered,
    RenderFailed,
    RenderJob,
    ServerFacts,
    TemplateFault,
    decode_outcome,
    encode_outcome,
)
from ringboot.plugins.manifest import load_manifest
from ringboot.plugins.raw import complete
from ringboot.plugins.render import Made, make, stage

SERVER = ServerFacts("10.0.0.2", "http://10.0.0.2:8667", "10.0.0.3")
HEAD = 'name = "acme"\ntitle = "Acme"\nversion = "1.0"\nformat = "{}"\n'
PHONE = {
    "id": "one",
    "mac": "00:08:5d:2e:ec:fb",
    "ip": "10.0.1.7",
    "model": "A1",
    "version": "1.2",
    "description": "desk",
    "options": {"switchboard": True},
    "plugin": "acme",
}


class Plugin:
    """A plugin folder that a test writes as it goes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.manifest('[device.files]\n"{mac}.cfg" = ""')

    def manifest(self, text: str, format_: str = "ini") -> Plugin:
        self.path.mkdir(exist_ok=True)
        (self.path / "plugin.toml").write_text(HEAD.format(format_) + text)
        return self

    def shipped(self, **sources: str) -> Plugin:
        return self._write("templates", sources)

    def custom(self, **sources: str) -> Plugin:
        return self._write("var/templates", sources)

    def _write(self, folder: str, sources: dict[str, str]) -> Plugin:
        for name, source in sources.items():
            path = self.path / folder / f"{name}.tpl"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(source)
        return self

    def outcome(self, raw: dict[str, Any] | None = None, **device: Any) -> Made | TemplateFault:
        return make(RenderJob(1, str(self.path), raw or {}, SERVER, {**PHONE, **device}))

    def pages(self, raw: dict[str, Any] | None = None, **device: Any) -> dict[str, tuple[str, str]]:
        made = self.outcome(raw, **device)
        assert isinstance(made, Made), made
        return {page.path: (page.template, page.data.decode()) for page in made.pages}

    def text(self, source: str, raw: dict[str, Any] | None = None, **device: Any) -> str:
        """Render one template for one phone."""
        self.shipped(base=source)
        ((_, text),) = self.pages(raw, **device).values()
        return text

    def fault(self, raw: dict[str, Any] | None = None, **device: Any) -> TemplateFault:
        outcome = self.outcome(raw, **device)
        assert isinstance(outcome, TemplateFault), outcome
        return outcome

    def common(self, raw: dict[str, Any] | None = None) -> Made | TemplateFault:
        return make(RenderJob(1, str(self.path), raw or {}, SERVER))


@pytest.fixture
def plugin(tmp_path: Path) -> Plugin:
    return Plugin(tmp_path / "acme")


PARTS = """
[device.files]
"Acme/{MAC}.cfg" = ""
"Acme/{MAC}-user.cfg" = "user"
"""


def test_the_order_of_templates(plugin: Plugin) -> None:
    """<file name>, then <model>, then base; of each the administrator's first."""
    plugin.manifest(PARTS).shipped(**{"base": "shipped base", "base.user": "shipped user"})
    files = ("Acme/00085D2EECFB.cfg", "Acme/00085D2EECFB-user.cfg")
    own = "var/templates/00085D2EECFB.cfg.tpl"
    for parts, name in (
        (("templates/base.tpl", "templates/base.user.tpl"), None),
        (("var/templates/base.tpl", "templates/base.user.tpl"), ("custom", "base")),
        (("templates/A1.tpl", "templates/base.user.tpl"), ("shipped", "A1")),
        (("templates/A1.tpl", "templates/A1.user.tpl"), ("shipped", "A1.user")),
        (("var/templates/A1.tpl", "templates/A1.user.tpl"), ("custom", "A1")),
        (("templates/00085D2EECFB.cfg.tpl", "templates/A1.user.tpl"), ("shipped", "00085D2EECFB.cfg")),
        ((own, "templates/A1.user.tpl"), ("custom", "00085D2EECFB.cfg")),
        ((own, "var/templates/00085D2EECFB-user.cfg.tpl"), ("custom", "00085D2EECFB-user.cfg")),
    ):
        if name:
            getattr(plugin, name[0])(**{name[1]: "x"})
        assert {path: template for path, (template, _) in plugin.pages().items()} == dict(
            zip(files, parts, strict=True)
        )


def test_custom_templates_come_first_in_include_and_extends_too(plugin: Plugin) -> None:
    plugin.shipped(
        base="{% block a %}shipped{% endblock %} {% include 'part.tpl' %}",
        part="shipped part",
        A1="{% extends 'base.tpl' %}{% block a %}model{% endblock %}",
    )
    assert plugin.pages() == {"00085d2eecfb.cfg": ("templates/A1.tpl", "model shipped part\n")}
    plugin.custom(part="my part")
    assert plugin.pages() == {"00085d2eecfb.cfg": ("templates/A1.tpl", "model my part\n")}
    plugin.custom(base="{% include 'part.tpl' %}, {% block a %}{% endblock %}")
    assert plugin.pages() == {"00085d2eecfb.cfg": ("templates/A1.tpl", "my part, model\n")}
    plugin.custom(**{"00085d2eecfb.cfg": "{% extends 'A1.tpl' %}{% block a %}{{ super() }} one phone{% endblock %}"})
    assert plugin.pages() == {"00085d2eecfb.cfg": ("var/templates/00085d2eecfb.cfg.tpl", "my part, model one phone\n")}


def test_a_custom_template_may_extend_the_one_it_replaces(plugin: Plugin) -> None:
    plugin.shipped(base="{% block a %}shipped{% endblock %}")
    plugin.custom(base="{% extends 'base.tpl' %}{% block a %}{{ super() }} and mine{% endblock %}")
    assert plugin.pages() == {"00085d2eecfb.cfg": ("var/templates/base.tpl", "shipped and mine\n")}


def test_devices_without_a_mac_are_ordinary(plugin: Plugin) -> None:
    plugin.manifest('[device.files]\n"{mac}.cfg" = ""\n"soft/{uuid}.cfg" = ""\n"{id}.xml" = ""\n"{serial}.cfg" = ""')
    plugin.shipped(base="{{ device.id }} {{ mac }}").custom(**{"soft-1.xml": "{% extends 'base.tpl' %}"})
    made = plugin.outcome(mac=None, id="soft-1", uuid="5f7c1c52-6f4d-4c0e-9a8f-7f7a3a1f0a11")
    assert isinstance(made, Made)
    assert [(page.path, page.template) for page in made.pages] == [
        ("soft/5f7c1c52-6f4d-4c0e-9a8f-7f7a3a1f0a11.cfg", "templates/base.tpl"),
        ("soft-1.xml", "var/templates/soft-1.xml.tpl"),
    ]
    assert made.left == (Left("{mac}.cfg", "the device has no mac"), Left("{serial}.cfg", "the device has no serial"))


def test_a_device_for_which_no_file_can_be_named(plugin: Plugin) -> None:
    plugin.shipped(base="x")
    assert plugin.fault(mac=None) == TemplateFault(
        "plugin.toml", 0, "no file can be named: {mac}.cfg: the device has no mac"
    )


def test_one_file_a_line(plugin: Plugin) -> None:
    plugin.manifest('[device.files]\n"{mac}-{line}.cfg" = ""').shipped(base="{{ line_number }}: {{ line.username }}")
    raw = {"sip_lines": {"10": {"username": "j"}, "2": {"username": "b"}}}
    assert [text for _, text in plugin.pages(raw).values()] == ["2: b\n", "10: j\n"]
    assert plugin.fault().why == "no file can be named: {mac}-{line}.cfg: the device has no line"


@pytest.mark.parametrize("model", ["00085d000001", "../base", "a/b", "x" * 400, "a\x00b"])
def test_a_model_that_reads_like_a_file_chooses_no_template(plugin: Plugin, model: str) -> None:
    """The model is a claim: it must not fetch another device's own template, with what is written there."""
    plugin.manifest('[device.files]\n"cfg{mac}" = ""\n"{mac}" = ""')
    plugin.shipped(base="base").custom(**{"00085d000001": "someone else's", "cfg00085d000001": "someone else's"})
    for claimed in (model, f"cfg{model}"):
        assert {template for template, _ in plugin.pages(model=claimed).values()} == {"templates/base.tpl"}


def test_what_a_template_sees(plugin: Plugin) -> None:
    plugin.manifest(
        '[device.files]\n"{mac}.cfg" = ""\n[models.A1]\nlines = 2\nkeys = 8\ncolour = "red"\n'
        '[models."*"]\nlines = 1\n[tables.level]\ninfo = 3\n'
    )
    raw = {
        "timezone": "Europe/Paris",
        "sip_proxy_ip": "10.0.0.9",
        "sip_lines": {"1": {"username": "u", "proxy_ip": "10.0.0.8"}},
        "X_mine": {"a": [1, 2]},
    }
    assert plugin.text(
        "{{ server }} {{ http }} {{ tftp }} {{ ip }} {{ http_port }} {{ http_base_url }}|"
        "{{ mac }} {{ MAC }} {{ device.model }} {{ device.options.switchboard|int }}|"
        "{{ phone.lines }} {{ phone.keys }} {{ phone.colour }} {{ phone.type }}|{{ tables.level.info }}|"
        "{{ zone.name }} {{ zone.offset }} {{ zone.posix }} {{ zone.dst.save }} {{ zone.dst.start.month }}"
        " {{ zone.dst.start.week }} {{ zone.dst.end.seconds }}|"
        "{{ sip_registrar_ip }} {{ sip_transport }} {{ sip_srtp_mode }}|"
        "{% for number, line in sip_lines.items() %}{{ number }} {{ line.registrar_ip }} {{ line.auth_username }}"
        " {{ line.password }}{% endfor %}|{{ X_mine.a[1] }}|{{ admin_password is none }}|{{ 'keys' in phone }}"
        "{{ phone|length }}".replace("{{ admin_password is none }}", "{{ admin_password is none|int }}").replace(
            "{{ 'keys' in phone }}", "{{ 'keys' in phone and 1 }}"
        ),
        raw,
    ).strip() == (
        "10.0.0.2 http://10.0.0.2:8667 10.0.0.3 10.0.0.2 8667 http://10.0.0.2:8667|"
        "00085d2eecfb 00085D2EECFB A1 1|2 8 red |3|Europe/Paris 3600 CET-1CEST,M3.5.0,M10.5.0/3 3600 3 5 10800|"
        "10.0.0.9 udp disabled|1 10.0.0.8 u |2|1|19"
    )
    assert plugin.text("{{ phone.lines }}{{ phone.keys }}", model="B9") == "1\n"


def test_numbered_tables_are_in_the_order_of_their_numbers() -> None:
    full = complete({"funckeys": {"10": {}, "9": {"type": "blf"}, "1": {}}})
    assert list(full["funckeys"]) == ["1", "9", "10"]
    assert full["funckeys"]["9"] == {"type": "blf", "value": None, "label": None, "line": None}


def test_provds_defaults() -> None:
    full = complete(
        {"syslog_enabled": True, "sip_proxy_ip": "p", "sip_lines": {"1": {"proxy_ip": "q", "username": "u"}}}
    )
    assert (full["syslog_port"], full["syslog_level"], full["sip_registrar_ip"]) == (514, "warning", "p")
    assert (full["sip_lines"]["1"]["registrar_ip"], full["sip_lines"]["1"]["auth_username"]) == ("q", "u")
    assert complete({})["syslog_port"] is None
    assert complete(full) == full


COMMON = """
[device.files]
"{mac}.cfg" = ""
"{mac}.pub" = { part = "pub", secret = false }
[common.files]
"all.cfg" = "all"
"more/extra.xml" = { template = "common/extra", format = "xml", optional = true }
[params.X_shared]
help = "may be seen"
[params.X_hidden]
secret = true
[params.syslog_ip]
secret = true
[models.A1]
keys = 8
"""
WITHHELD = ["admin_password", "sip_lines", "funckeys", "sip_local_key", "syslog_ip", "X_hidden", "X_undeclared"]


def test_common_files(plugin: Plugin) -> None:
    plugin.manifest(COMMON).shipped(
        **{
            "all": "{{ ntp_ip }} {{ X_shared }} {{ tftp }}{% for m in models %} {{ models[m].keys }}{% endfor %}",
            "common/extra": "{% if ntp_enabled %}<a>{{ locale }}</a>{% endif %}",
        }
    )
    made = plugin.common({"ntp_ip": "10.0.0.1", "X_shared": "s"})
    assert isinstance(made, Made)
    assert [(page.path, page.secret, page.data) for page in made.pages] == [
        ("all.cfg", False, b"10.0.0.1 s 10.0.0.3 8\n")
    ]
    assert made.left == (Left("more/extra.xml", "it is empty"),)
    made = plugin.common({"ntp_ip": "10.0.0.1", "X_shared": "s", "ntp_enabled": True, "locale": "fr_FR"})
    assert isinstance(made, Made)
    assert made.pages[1].data == b"<a>fr_FR</a>\n"


@pytest.mark.parametrize("key", WITHHELD)
def test_secrets_are_withheld_from_what_others_can_read(plugin: Plugin, key: str) -> None:
    raw = {"X_shared": "s", "X_hidden": "h", "X_undeclared": "u", "admin_password": "p", "sip_lines": {"1": {}}}
    plugin.manifest(COMMON).shipped(
        **{"base": f"{{{{ {key}|string|length }}}}", "base.pub": "x", "all": f"a\n{{{{ {key} }}}}"}
    )
    fault = plugin.common(raw)
    assert isinstance(fault, TemplateFault)
    assert (fault.template, fault.line) == ("templates/all.tpl", 2)
    assert fault.why == (
        f"there is nothing named {key}"
        if key.startswith("X_")
        else f"{key} is withheld here, because others than the device may read this file"
    )
    assert isinstance(plugin.outcome(raw), Made)
    plugin.shipped(**{"base.pub": f"{{{{ {key} }}}}"})
    assert plugin.fault(raw).template == "templates/base.pub.tpl"


def test_a_public_file_sees_the_device_but_not_its_options(plugin: Plugin) -> None:
    manifest = load_manifest(plugin.manifest(COMMON).path)
    own, seen = contexts(RenderJob(1, str(plugin.path), {}, SERVER, PHONE), manifest)
    assert own["device"].options == {"switchboard": True}
    assert seen["device"].model == "A1"
    assert "options" not in seen["device"]
    assert "description" not in seen["device"]


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


def test_a_broken_manifest_or_zone_is_a_fault_too(plugin: Plugin) -> None:
    plugin.shipped(base="x")
    assert plugin.fault({"timezone": "Mars/Base"}) == TemplateFault(
        "plugin.toml", 0, "there is no time zone 'Mars/Base'"
    )
    plugin.manifest("colour = 1")
    assert plugin.fault() == TemplateFault("plugin.toml", 5, "colour: unknown key")
    (plugin.path / "plugin.toml").unlink()
    assert plugin.fault().why == "cannot be read: No such file or directory"


def test_no_template(plugin: Plugin) -> None:
    assert plugin.fault() == TemplateFault(
        "templates/base.tpl",
        0,
        "there is no template for 00085d2eecfb.cfg: 00085d2eecfb.cfg.tpl or A1.tpl or base.tpl",
    )


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


def test_stage_writes_only_what_differs(plugin: Plugin, tmp_path: Path) -> None:
    plugin.manifest(PARTS).shipped(**{"base": "new", "base.user": "same"})
    (plugin.path / "var/tftpboot/Acme").mkdir(parents=True)
    (plugin.path / "var/tftpboot/Acme/00085D2EECFB-user.cfg").write_text("same\n")
    job = RenderJob(7, str(plugin.path), {}, SERVER, PHONE)
    made = make(job)
    assert isinstance(made, Made)
    rendered = stage(job, made, tmp_path / "new")
    assert [(file.path, file.part, file.changed, file.size) for file in rendered.files] == [
        ("Acme/00085D2EECFB.cfg", "", True, 4),
        ("Acme/00085D2EECFB-user.cfg", "user", False, 5),
    ]
    assert {path.name: path.read_text() for path in (tmp_path / "new").iterdir()} == {"0": "new\n"}
    assert rendered.revision == 7


@pytest.mark.parametrize(
    "outcome",
    [Rendered(1, (), (Left("a", "b"),)), TemplateFault("base.tpl", 3, "why"), RenderFailed("died")],
    ids=lambda outcome: type(outcome).__name__,
)
def test_outcomes_survive_the_way_from_the_worker(outcome: Rendered | TemplateFault | RenderFailed) -> None:
    assert decode_outcome(encode_outcome(outcome)) == outcome


def test_the_limit_is_what_the_fault_says() -> None:
    assert templates.LARGEST_RESULT == 4194304
