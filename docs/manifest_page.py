"""The page of plugin.toml: kinds and defaults from the schema that checks it, meanings from here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, get_type_hints

from docs.kinds import kind_of
from docs.table import table
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from ringboot.plugins import packaged, schema
from ringboot.plugins.package import COMMANDS


class Part(NamedTuple):
    """One table of the file."""

    title: str
    kind: type[BaseModel]
    words: str
    meanings: Mapping[str, str]


PARTS: tuple[Part, ...] = (
    Part(
        "The file itself",
        schema.Manifest,
        "These stand at the top, before the first table.",
        {
            "name": "The brand. Two plugins of one brand may be installed beside each other, each under an id of its "
            "own.",
            "title": "What people call the brand; it becomes the vendor of its devices.",
            "version": "The plugin's own version; of two that fit equally well the newer is used.",
            "format": "How values are escaped in the files: `ini` for `key: value` and `key = value` lines, `xml`, "
            "`json`, `commands` for lines of any form, where a value cannot end the line either (the template quotes), "
            "`raw` for not at all.",
            "description": "What somebody who looks for a plugin reads of it in `ringboot plugin list`.",
            "needs": "The oldest version of Ringboot that it works with.",
            "end_of_life": "`true`: it is no longer kept up. It goes on working where it is installed, and is "
            "installed nowhere else.",
            "oui": "The first halves of its MACs, such as `00085d`.",
            "identify": "Ways to recognise it, see below.",
            "dhcp": 'DHCP options that its devices need, by name or number; `"43.2"` is a sub-option. Values may hold '
            "`{server}`, `{http}`, `{http_port}`, `{https}`, `{tftp}`, `{mac}` and `{token}`.",
            "device": "The files of one device, see below.",
            "common": "The files that all devices share, see below.",
            "models": "Its models, see below.",
            "params": "What is particular about a key of the configuration, see below.",
            "tables": "Tables of your own, for the templates: `[tables.NAME]` is `tables.NAME` there.",
            "resync": "How a device is told to read its files again, see below.",
            "machine": "For devices that boot from the network, see below.",
            "firmware": "Which files are firmware, see below.",
            "package": "Firmware that can be installed, see below.",
            "sample": "What was seen of real devices, see below.",
            "boot": "How its devices boot, see below.",
            "sources": "Where the facts are from, in your words.",
        },
    ),
    Part(
        "[[identify]]",
        schema.Rule,
        "One way to recognise the brand. The pattern is a Python regular expression that is searched for; its named "
        "groups "
        "`model`, `version`, `mac`, `sn` and `uuid` are facts about the device.\nEvidence is one of `dhcp.60` "
        "`dhcp.12` "
        "`dhcp.77` `dhcp.43.N` `dhcp.oui` `dhcp.mac` `http.user-agent` `http.path` `http.header.NAME` `tftp.path` "
        "`tls.subject`.",
        {
            "from": "The evidence that is looked at.",
            "match": "The pattern. `dhcp.oui` can do without: it then means the ranges of `oui`.",
            "model": "The model that this means, when the evidence does not name it.",
            "vendor": "The vendor that this means, when it is not the title.",
            "rename": "What the device calls a model = what the manifest calls it.",
            "sure": "How sure this is.",
        },
    ),
    Part(
        "[device.files]",
        schema.DeviceFile,
        'A row a file: `"{mac}.cfg" = ""` names the part alone, `"{mac}.cfg" = { part = "", optional = true }` says '
        "more. "
        "The name needs one of `{mac}` `{MAC}` `{mac_dashes}` (upper case) `{mac_hyphens}` `{mac_underscores}` (lower "
        "case) `{serial}` `{id}` `{uuid}`, may hold `{model}` and `{line}` (one file a line), and may lie in a folder. "
        "A device without a MAC has a secret URL: `entry` in `[device]` is the file there that a person gives it, such "
        'as `"linphone/{id}.xml"`, or the folder, with a slash at its end; `ringboot device url` prints it.',
        {
            "part": 'Which template makes it: `""` is `base.tpl`, `"user"` is `base.user.tpl`.',
            "format": "How its values are escaped, when not like the rest.",
            "secret": "`false`: rendered without passwords, because others may read it.",
            "optional": "An empty result means that there is no such file.",
            "once": "Served by a one-shot URL only, and while the machine is being installed: see `[machine]`.",
            "sure": "How sure the name is.",
        },
    ),
    Part(
        "[common.files]",
        schema.CommonFile,
        'A row a file: `"y000000000000.cfg" = "common.cfg"` names its template without `.tpl`. Such a file never '
        "sees a "
        "password.",
        {
            "template": "Its template, without `.tpl`.",
            "format": "How its values are escaped, when not like the rest.",
            "optional": "An empty result means that there is no such file.",
            "sure": "How sure the name is.",
        },
    ),
    Part(
        "[models.NAME]",
        schema.ModelFacts,
        'What is known of a model; templates see it as `phone`. Any other fact may stand here too. `like = "OTHER"` '
        "takes "
        'over the facts of another model, and `[models."*"]` holds what a row leaves out.',
        {
            "lines": "Accounts that fit.",
            "keys": "Function keys on the phone itself.",
            "expansion": "Modules that can be attached.",
            "modules": "Which modules fit, by name.",
            "firmware": "The firmware that the templates are written for.",
            "protocol": "What it speaks.",
            "type": "What kind of device it is.",
            "unverified": "Facts of this row that no source gives.",
            "sure": "How sure the others are.",
        },
    ),
    Part(
        "[params.KEY]",
        schema.Param,
        'What is particular about a key of the configuration; `"sip_lines.password"` is a key of every line.',
        {
            "secret": "It never stands in a file that others may read.",
            "help": "What a person should know.",
            "values": "What a value of the configuration is called by the brand.",
            "sure": "How sure this is.",
        },
    ),
    Part(
        "[resync]",
        schema.Resync,
        "How a device is told to read its files again.",
        {
            "how": "`none`: it cannot be told.",
            "event": "The event of the NOTIFY.",
            "done": "The file whose fetching shows that it did so; one of `[device.files]`.",
            "rule": "What is different for some, see below.",
            "sure": "How sure this is.",
        },
    ),
    Part(
        "[[resync.rule]]",
        schema.ResyncRule,
        "What is different for some models or some firmware: the first rule that fits counts, and what it leaves out "
        "is as `[resync]` says.",
        {
            "models": "Names of models, or patterns such as `M*`; empty: all.",
            "since": "The first firmware that it is for.",
            "before": "The first firmware that it is not for any more.",
            "how": "`none`: these cannot be told.",
            "event": "The event of the NOTIFY.",
            "done": "The file whose fetching shows that it did so; one of `[device.files]`.",
            "sure": "How sure this is.",
        },
    ),
    Part(
        "[machine]",
        schema.Machines,
        "Its devices boot from the network, are installed once and left alone: their templates know `boot.state` "
        "(`new`, `waiting`, `installing`, `done`), and while a machine is installed `boot.once` (where its files with "
        "`once` are, each to be fetched once) and `boot.home` (what it fetches when it is installed).",
        {
            "scripts": "Files of `[device.files]` by which a machine asks what to boot.",
            "thanks": "The file of `[common.files]` that a machine gets which calls home.",
        },
    ),
    Part(
        "[firmware]",
        schema.Firmware,
        "Which paths are firmware. When a device asks for one that is not there, `explain` says so.",
        {"files": "Path = version. The path may hold the placeholders of `[device.files]`."},
    ),
    Part(
        "[[package]]",
        packaged.PackageRow,
        "A firmware package: `ringboot firmware install` fetches its files, carries out its steps and puts what comes "
        "out of them where it is served from. `pkgs/pkgs.db` may hold more of them, in provd's form. "
        "[Install firmware](../howto/firmware.md) shows both.",
        {
            "id": "Its name.",
            "version": "Its version; `ringboot firmware upgrade` looks at it.",
            "description": "What it is, for people.",
            "depends": "Packages of this plugin that it needs; they are installed before it.",
            "files": 'Its files, see below: `files = [{ url = "https://...", size = 123, sha256 = "..." }]`.',
            "install": 'Its steps: `"a-b" = "unzip $FILE1"` makes what is in `b` of what is in `a`. `a` holds the '
            "package's files, `$FILE1` is the first one's name. What no step goes on from is put into `var/tftpboot`; "
            "without steps these are the files themselves. Commands: "
            + "; ".join(f"`{name}` {shape.help}".replace("|", "or") for name, shape in COMMANDS.items())
            + ".",
        },
    ),
    Part(
        "files of [[package]]",
        packaged.FileRow,
        "A file that a package is made of.",
        {
            "url": "Where it is. Without one a person has to fetch it, for `ringboot firmware upload`.",
            "name": "Its name in `var/cache`; the last part of the URL when it is left out.",
            "size": "Octets.",
            "sha256": "SHA-256, hexadecimal.",
        },
    ),
    Part(
        "[[sample]]",
        schema.Sample,
        "Evidence of a real device, under the names of `from`, and what it must be recognised as. Every sample is a "
        "test.",
        {
            "is": "`vendor`, `model`, `version`, `mac`, `sn`, `uuid`; what is left out must stay unknown.",
            "sure": "How sure this is.",
            "source": "Where it was seen.",
        },
    ),
    Part(
        "[[boot]]",
        schema.Boot,
        "How devices of some models boot, for the simulator. Texts may hold `{model}` `{version}` `{mac}` `{MAC}` "
        "`{mac_dashes}` `{mac_colons}` `{mac_underscores}` `{serial}`.",
        {
            "models": 'Which models; `"*"` is all that no other row names.',
            "says": "DHCP options that it sends; `{fact}` is one of the model.",
            "agent": "Its User-Agent; `{fact}` is one of the model.",
            "version": "The firmware that it reports; without it the last that its model has.",
            "url_from": "Options that name the server; the first one that came wins. "
            'Of an option that is a list `NAME=value,...` the URL may be told: `"242 http://{NAME}"`.',
            "asks": "Names below that URL, in order; `?` stands before one that may be missing. "
            "`{fact}` is any text among the facts of the model.",
            "sure": "How sure this is.",
        },
    ),
)
_HEAD = """\
# plugin.toml

The manifest of a plugin: all that is known of a brand. [Write a plugin](../howto/write-a-plugin.md) builds one step by
step. Unknown keys are errors; every error names its line.
"""
_NAMED: Mapping[Any, str] = {
    schema.FileName: "file name",
    schema.Oui: "first half of a MAC",
    schema.Evidence: "evidence",
}


def manifest_page() -> str:
    """Write docs/reference/manifest.md."""
    return _HEAD + "".join(f"\n## {part.title}\n\n{part.words}\n\n{_table(part)}" for part in PARTS)


def _table(part: Part) -> str:
    fields = {entry.alias or name: (name, entry) for name, entry in part.kind.model_fields.items()}
    if fields.keys() != part.meanings.keys():
        wrong = sorted(fields.keys() ^ part.meanings.keys())
        raise KeyError(f"docs/manifest_page.py does not say what these keys of {part.title} mean: {', '.join(wrong)}")
    hints = get_type_hints(part.kind, include_extras=True)
    rows = [
        (f"`{key}`", kind_of(hints[name], _NAMED), _default(entry), part.meanings[key])
        for key, (name, entry) in fields.items()
    ]
    return table(("key", "value", "default", "meaning"), rows)


def _default(entry: Any) -> str:
    value = entry.default
    if value is PydanticUndefined:
        return "required"
    if value in (None, "", (), {}) or isinstance(value, BaseModel):
        return ""
    if isinstance(value, tuple):
        return f"`[{', '.join(_plain(each) for each in value)}]`"
    return f"`{_plain(value)}`"


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else f'"{value}"' if isinstance(value, str) else str(value)
