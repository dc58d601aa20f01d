"""The first sketch of a plugin: manifest, templates and samples, made from what one phone said of itself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ringboot.model.address import norm_mac
from ringboot.plugins import names
from ringboot.plugins.schema import Format

_MAC = re.compile(r"(?<![0-9A-Fa-f])(?:[0-9A-Fa-f]{12}|(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2})(?![0-9A-Fa-f])")
_VERSION = re.compile(r"(?<![\w.])\d+(?:\.\d+)+(?![\w.])")
_MODEL = re.compile(r"(?<![A-Za-z0-9.])(?=[A-Za-z0-9]*[A-Za-z])(?=[A-Za-z0-9]*\d)[A-Za-z0-9]+(?![A-Za-z0-9])")
_GROUPS = {"mac": "(?P<mac>[0-9A-Fa-f:-]{12,17})", "version": r"(?P<version>[\d.]+)", "model": r"(?P<model>[\w+-]+)"}
_LONGEST = 200  # characters of what a phone says
_OWN: dict[Format, str] = {
    "ini": """\
{% for number, line in sip_lines.items() -%}
account.{{ number }}.server = {{ line.proxy_ip or sip_proxy_ip }}
account.{{ number }}.user = {{ line.username }}
account.{{ number }}.password = {{ line.password }}
{% endfor -%}
""",
    "xml": """\
<config>
{% for number, line in sip_lines.items() -%}
<account number="{{ number }}">
<server>{{ line.proxy_ip or sip_proxy_ip }}</server>
<user>{{ line.username }}</user>
<password>{{ line.password }}</password>
</account>
{% endfor -%}
</config>
""",
    "json": """\
{"accounts": [
{% for number, line in sip_lines.items() -%}
{"server": {{ line.proxy_ip or sip_proxy_ip }}, "user": {{ line.username }}, "password": {{ line.password }}}
{%- if not loop.last %},{% endif %}
{% endfor -%}
]}
""",
}
_SHARED: dict[Format, str] = {
    "ini": "provisioning.url = {{ http }}\n",
    "xml": "<config>\n<url>{{ http }}</url>\n</config>\n",
    "json": '{"url": {{ http }}}\n',
}
_CASES = """\
# What `ringboot plugin test` makes files for.
mac = {mac}
shared = "office"

[models]
{model} = ["office"]

[configs.office]
sip_proxy_ip = "10.0.0.5"
sip_lines.1 = {{ username = "1001", password = "Vk3fZq0wIu5t", display_name = "Ann" }}
"""


class Said(NamedTuple):
    """What is known of a phone that no plugin knows."""

    evidence: Mapping[str, str]  # "dhcp.60", "http.user-agent" -> text
    mac: str | None = None
    model: str | None = None
    asks: tuple[str, ...] = ()  # the files that it asks for
    seen: tuple[str, ...] = ()  # the kinds of evidence that the daemon saw; the rest somebody typed


class _Piece(NamedTuple):
    start: int
    end: int
    fact: str
    text: str


def sketch(name: str, title: str, said: Said) -> dict[str, str]:
    """Write the files of a new plugin: path in its folder -> text; ValueError says what is missing or cannot be."""
    pieces = {kind: _pieces(text, said.model) for kind, text in said.evidence.items()}
    told = [piece.text for found in pieces.values() for piece in found if piece.fact == "mac"]
    mac = norm_mac(said.mac or told[0]) if said.mac or told else None
    if not pieces and mac is None:
        raise ValueError("nothing is known of the phone: say --from-device, --vendor-class or --user-agent")
    found_models = [piece.text for found in pieces.values() for piece in found if piece.fact == "model"]
    models = list(dict.fromkeys([*([said.model] if said.model else []), *found_models]))
    own, shared = _files(said.asks, mac)
    format_ = _format(own[0])
    manifest = [
        *_head(name, title, format_, mac),
        *_rules(said, pieces, mac),
        "[device.files]",
        *(f'{_quoted(path)} = ""' for path in own[:1]),
        *(
            f'{_quoted(path)} = {{ part = "file{place}", format = {_quoted(_format(path))} }}'
            for place, path in enumerate(own[1:], 2)
        ),
        "",
    ]
    if shared:
        rows = (f"{{ template = {_quoted(names.last(path))}, format = {_quoted(_format(path))} }}" for path in shared)
        manifest += [
            "[common.files]",
            *(f"{_quoted(path)} = {row}" for path, row in zip(shared, rows, strict=True)),
            "",
        ]
    manifest += ['[models."*"]', "lines = 1", ""]
    for model in models:
        manifest += [f"[models.{_quoted(model)}]", 'sure = "unverified"', ""]
    case = _CASES.format(mac=_quoted(mac or "00:00:5e:00:53:01"), model=_quoted(models[0] if models else "unknown"))
    made = {"plugin.toml": "\n".join(manifest), "templates/base.tpl": _OWN[format_], "golden/cases.toml": case}
    made |= {f"templates/base.file{place}.tpl": _OWN[_format(path)] for place, path in enumerate(own[1:], 2)}
    return made | {f"templates/{names.last(path)}.tpl": _SHARED[_format(path)] for path in shared}


def _head(name: str, title: str, format_: Format, mac: str | None) -> Iterator[str]:
    yield "# Begun by `ringboot plugin new`: what is marked unverified was guessed from one phone."
    yield f"name = {_quoted(name)}"
    yield f"title = {_quoted(title)}"
    yield 'version = "0.1"'
    yield f"format = {_quoted(format_)}"
    if mac is not None:
        yield f"oui = [{_quoted(mac.replace(':', '')[:6])}]"
    yield ""


def _rules(said: Said, pieces: Mapping[str, list[_Piece]], mac: str | None) -> Iterator[str]:
    for kind, found in pieces.items():
        pattern = _quoted(_pattern(said.evidence[kind], found))
        yield from ("[[identify]]", f"from = {_quoted(kind)}", f"match = {pattern}", 'sure = "unverified"', "")
    if not pieces:
        yield from ("[[identify]]", 'from = "dhcp.oui"', 'sure = "unverified"', "")
    for kind, found in pieces.items():
        facts = {piece.fact: norm_mac(piece.text) if piece.fact == "mac" else piece.text for piece in found}
        known = ", ".join(f"{fact} = {_quoted(text)}" for fact, text in facts.items())
        sure = "capture" if kind in said.seen else "unverified"
        yield from ("[[sample]]", f"{_quoted(kind)} = {_quoted(said.evidence[kind])}")
        yield from (f"is = {{ {known} }}", f'sure = "{sure}"', "")
    if not pieces and mac is not None:
        yield from ("[[sample]]", f'"dhcp.oui" = {_quoted(mac.replace(":", "")[:6])}', "is = {}", "")
    if not pieces or any(kind.startswith("dhcp.") for kind in pieces):
        yield from ("# Unverified: many phones take their server from option 66; see the guide of yours.", "[dhcp]")
        yield from (f"tftp-server-name = {_quoted('{http}' + _folder(said.asks))}", "")


def _folder(asks: tuple[str, ...]) -> str:
    """Give the folder that all files are asked for in: it was part of the server's URL, most likely."""
    folders = {path.lstrip("/").rpartition("/")[0] for path in asks}
    found = folders.pop() if len(folders) == 1 else ""
    return f"/{found}" if found and not _MAC.search(found) and not names.holes(found) else ""


def _pieces(text: str, model: str | None) -> list[_Piece]:
    """Find MAC, version and model in what a phone says, in the order of the text."""
    if not text or len(text) > _LONGEST or not text.isprintable():
        raise ValueError(f"{text[:40]!r} is nothing that a rule can be made of: 1 to {_LONGEST} printable characters")
    found: list[_Piece] = []
    named = re.compile(rf"(?<!\w){re.escape(model)}(?!\w)") if model else _MODEL
    for fact, regex in (("mac", _MAC), ("version", _VERSION), ("model", named)):
        free = (each for each in regex.finditer(text) if not any(_meet(each, piece) for piece in found))
        if (match := next(free, None)) is not None:
            found.append(_Piece(match.start(), match.end(), fact, match[0]))
    return sorted(found)


def _meet(match: re.Match[str], piece: _Piece) -> bool:
    return match.start() < piece.end and piece.start < match.end()


def _pattern(text: str, found: list[_Piece]) -> str:
    pattern, at = "^", 0
    for piece in found:
        group = _GROUPS[piece.fact]
        fits = re.fullmatch(group, piece.text)
        pattern += re.escape(text[at : piece.start]) + (group if fits else f"(?P<{piece.fact}>{re.escape(piece.text)})")
        at = piece.end
    return f"{pattern}{re.escape(text[at:])}$"


def _files(asks: tuple[str, ...], mac: str | None) -> tuple[list[str], list[str]]:
    """Tell a phone's own files from those that all share: the phone's MAC is in the name."""
    own: list[str] = []
    shared: list[str] = []
    for ask in asks:
        path = ask.lstrip("/")
        for found in _MAC.finditer(path):
            if norm_mac(found[0]) == (mac or norm_mac(found[0])) and len(found[0]) == 12:
                path = path.replace(found[0], "{MAC}" if found[0] != found[0].lower() else "{mac}")
                break
        wrong = names.check(path)
        if wrong:
            raise ValueError(wrong)
        (own if names.holes(path) else shared).append(path)
    return list(dict.fromkeys(own)) or ["{mac}.cfg"], list(dict.fromkeys(shared))


def _format(path: str) -> Format:
    end = path.rpartition(".")[2].lower()
    return "xml" if end == "xml" else "json" if end == "json" else "ini"


def _quoted(text: str) -> str:
    """Write text as TOML does."""
    return json.dumps(text, ensure_ascii=False)
