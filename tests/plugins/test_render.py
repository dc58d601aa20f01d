"""Making files: which template wins, what it sees, what is withheld from whom, what is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.plugins.conftest import PHONE, SERVER, Plugin

from ringboot.model.codec import BadMessage
from ringboot.plugins.context import Ground, contexts
from ringboot.plugins.job import (
    Left,
    Rendered,
    RenderFailed,
    RenderJob,
    TemplateFault,
    decode_answers,
    encode_answers,
)
from ringboot.plugins.manifest import load_manifest
from ringboot.plugins.raw import complete
from ringboot.plugins.render import Made, make, stage

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


def test_a_template_sees_the_name_of_the_file_that_it_makes(plugin: Plugin) -> None:
    plugin.manifest(PARTS).shipped(**{"base": "{{ path }}", "base.user": "{{ path }}"})
    assert {path: made for path, (_, made) in plugin.pages().items()} == {
        path: f"{path}\n" for path in ("Acme/00085D2EECFB.cfg", "Acme/00085D2EECFB-user.cfg")
    }


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
        "10.0.0.9 udp disabled|1 10.0.0.8 u |2|1|110"
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
    own, seen = contexts(RenderJob(1, str(plugin.path), {}, SERVER, PHONE), Ground(manifest))
    assert own["device"].options == {"switchboard": True}
    assert seen["device"].model == "A1"
    assert "options" not in seen["device"]
    assert "description" not in seen["device"]


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


def test_stage_writes_only_what_differs(plugin: Plugin, tmp_path: Path) -> None:
    plugin.manifest(PARTS).shipped(**{"base": "new", "base.user": "same"})
    (plugin.path / "var/tftpboot/Acme").mkdir(parents=True)
    (plugin.path / "var/tftpboot/Acme/00085D2EECFB-user.cfg").write_text("same\n")
    job = RenderJob(7, str(plugin.path), {}, SERVER, PHONE)
    made = make(job)
    assert isinstance(made, Made)
    (tmp_path / "new").mkdir()
    rendered = stage(job, made, tmp_path / "new")
    assert [(file.path, file.part, file.changed, file.size) for file in rendered.files] == [
        ("Acme/00085D2EECFB.cfg", "", True, 4),
        ("Acme/00085D2EECFB-user.cfg", "user", False, 5),
    ]
    plain = {path.name: path.read_text() for path in (tmp_path / "new").iterdir() if path.suffix != ".z"}
    assert plain == {"0-0": "new\n"}
    assert rendered.revision == 7


@pytest.mark.parametrize(
    "outcome",
    [Rendered(1, (), (Left("a", "b"),)), TemplateFault("base.tpl", 3, "why"), RenderFailed("died")],
    ids=lambda outcome: type(outcome).__name__,
)
def test_outcomes_survive_the_way_from_the_worker(outcome: Rendered | TemplateFault | RenderFailed) -> None:
    data = encode_answers([outcome, outcome])
    assert decode_answers(data, 2) == [outcome, outcome]
    with pytest.raises(BadMessage, match="2 answers to 3 jobs"):
        decode_answers(data, 3)
