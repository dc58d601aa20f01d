"""The shape of a manifest: what each table of plugin.toml may hold (DESIGN 6)."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    field_validator,
    model_validator,
)

from ringboot.model.address import norm_mac
from ringboot.plugins import names, patterns
from ringboot.plugins.packaged import PackageRow
from ringboot.plugins.version import natural

Format = Literal["ini", "xml", "json", "commands", "raw"]
Sure = Literal["documentation", "capture", "unverified"]
ANY_MODEL = "*"  # the row of [models] for models that have none, and for what a row leaves out


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _file_name(name: str) -> str:
    wrong = names.check(name)
    if wrong:
        raise ValueError(wrong)
    return name


def _oui(text: str) -> str:
    bare = re.sub(r"[:.-]", "", text).lower()
    if not re.fullmatch("[0-9a-f]{6}", bare):
        raise ValueError(f"{text!r} is not the first half of a MAC, such as 00085d")
    return bare


def _mac(text: str) -> str:
    return norm_mac(text)


FileName = Annotated[str, AfterValidator(_file_name)]
Oui = Annotated[
    str, BeforeValidator(lambda value: value if isinstance(value, str) else str(value)), AfterValidator(_oui)
]
Evidence = Annotated[str, AfterValidator(patterns.evidence_name)]
Part = Annotated[str, Field(pattern=r"^[a-z0-9_-]*$")]


class Rule(_Table):
    """One way to recognise the brand: this evidence matches this pattern; groups and constants are facts."""

    from_: Evidence = Field(alias="from")
    match: str | None = None  # dhcp.oui without one: any of the manifest's `oui`
    model: str | None = None
    vendor: str | None = None
    rename: dict[str, str] = {}  # what the device calls a model -> our name of it
    sure: Sure | None = None

    @field_validator("match")
    @classmethod
    def _compiles(cls, value: str | None) -> str | None:
        if value is not None:
            patterns.compiled(value)
        return value

    @model_validator(mode="after")
    def _has_a_pattern(self) -> Rule:
        if self.match is None and self.from_ != "dhcp.oui":
            raise ValueError("`match` is missing; only dhcp.oui can do without (it then means the manifest's oui)")
        return self


class DeviceFile(_Table):
    """A file of one device, by part."""

    part: Part = ""
    format: Format | None = None
    secret: StrictBool = True  # False: rendered without secrets, because others may read it
    optional: StrictBool = False  # an empty result means that there is no such file
    once: StrictBool = False  # served by a one-shot URL only, while the machine is being installed
    sure: Sure | None = None


class CommonFile(_Table):
    """A file that all devices share."""

    template: FileName
    format: Format | None = None
    optional: StrictBool = False
    sure: Sure | None = None

    @field_validator("template")
    @classmethod
    def _bare(cls, value: str) -> str:
        if value.endswith(".tpl"):
            raise ValueError(f"leave out .tpl: {value[:-4]!r} stands for templates/{value}")
        return value


def _device_file(value: Any) -> Any:
    return {"part": value} if isinstance(value, str) else value


def _common_file(value: Any) -> Any:
    return {"template": value} if isinstance(value, str) else value


def _entry(name: str) -> str:
    """Check what stands behind a secret URL: a file, or a folder with its slash."""
    return name and _file_name(name.removesuffix("/")) + name[len(name.removesuffix("/")) :]


class DeviceFiles(_Table):
    """[device]"""

    entry: Annotated[str, AfterValidator(_entry)] = ""  # what a person gives the device, behind its secret URL
    files: dict[FileName, Annotated[DeviceFile, BeforeValidator(_device_file)]] = {}


class CommonFiles(_Table):
    """[common]"""

    files: dict[FileName, Annotated[CommonFile, BeforeValidator(_common_file)]] = {}

    @field_validator("files")
    @classmethod
    def _for_all(cls, value: dict[str, CommonFile]) -> dict[str, CommonFile]:
        for name in value:
            if names.holes(name):
                raise ValueError(f"{name!r}: a file that all share has no placeholder")
        return value


class ModelFacts(BaseModel):
    """What is known of a model; any other fact may stand beside these, for the templates."""

    model_config = ConfigDict(extra="allow", frozen=True)

    lines: StrictInt | None = Field(None, ge=0, le=1000)
    keys: StrictInt | None = Field(None, ge=0, le=2000)
    expansion: StrictInt | None = Field(None, ge=0, le=50)  # modules that can be attached
    modules: tuple[str, ...] = ()  # which ones fit
    firmware: str | tuple[str, ...] | None = None
    protocol: Literal["SIP", "SCCP"] | tuple[Literal["SIP", "SCCP"], ...] | None = None
    type: (
        Literal[
            "deskphone",
            "dect",
            "wifidect",
            "conference",
            "pager",
            "ata",
            "softphone",
            "doorphone",
            "generic",
            "gateway",
            "machine",
        ]
        | None
    ) = None
    unverified: tuple[str, ...] = ()  # facts of this row that no source gives
    sure: Sure | None = None

    @property
    def versions(self) -> tuple[str, ...]:
        """Give the firmware versions that the templates are written for."""
        if self.firmware is None:
            return ()
        return (self.firmware,) if isinstance(self.firmware, str) else self.firmware


class Param(_Table):
    """What is particular about a key of the configuration; `name.field` for a field of every line."""

    secret: StrictBool = False
    help: str = ""
    values: dict[str, str | StrictInt] = {}
    sure: Sure | None = None


Event = Annotated[str, Field(pattern=r"^[!-~]([ -~]{0,198}[!-~])?$")]  # the value of a header, on one line


class ResyncRule(_Table):
    """[[resync.rule]]: what is different for some models, or some firmware."""

    models: tuple[str, ...] = ()  # names, or patterns such as "M*"; empty: all
    since: str | None = None  # the first firmware that it is for
    before: str | None = None  # the first that it is not for any more
    how: Literal["sip-notify", "none"] = "sip-notify"
    event: Event | None = None  # what is left out is as [resync] says
    done: FileName | None = None
    sure: Sure | None = None

    def fits(self, model: str | None, version: str | None) -> bool:
        """Tell whether it is for such a device; firmware that is not known fits no rule that names any."""
        if self.models and not any(fnmatchcase(model or "", each) for each in self.models):
            return False
        if version is None:
            return self.since is None and self.before is None
        late = self.since is None or natural(self.since) <= natural(version)
        return late and (self.before is None or natural(version) < natural(self.before))


class Resync(_Table):
    """How a device is told to read its files again, and which file it then fetches."""

    how: Literal["sip-notify", "none"] = "none"
    event: Event | None = None
    done: FileName | None = None
    rule: tuple[ResyncRule, ...] = ()  # the first that fits counts
    sure: Sure | None = None


class Machines(_Table):
    """[machine]: its devices boot from the network, are installed once and left alone."""

    scripts: tuple[FileName, ...]  # files of a device by which it asks what to do
    thanks: FileName  # the file that all share and that a machine gets which calls home


class Firmware(_Table):
    """[firmware]: which paths are firmware, and of which version."""

    files: dict[FileName, str] = {}


class Is(_Table):
    """What a sample must be recognised as; a field left out must stay unknown."""

    vendor: str | None = None
    model: str | None = None
    version: str | None = None
    mac: Annotated[str, AfterValidator(_mac)] | None = None
    sn: str | None = None
    uuid: str | None = None


class Sample(BaseModel):
    """Evidence that was seen, and what it means; the keys are the names of `from`."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, str]

    is_: Is = Field(alias="is")
    sure: Sure | None = None
    source: str = ""

    @property
    def evidence(self) -> dict[str, str]:
        """Give the evidence by its canonical names."""
        return {patterns.evidence_name(name): text for name, text in self.__pydantic_extra__.items()}

    @model_validator(mode="after")
    def _has_evidence(self) -> Sample:
        if not self.__pydantic_extra__:
            raise ValueError('a sample needs evidence, such as "http.user-agent" = "..."')
        for name in self.__pydantic_extra__:
            patterns.evidence_name(name)
        return self


class Boot(_Table):
    """How devices of some models boot: what they say to DHCP and which files they ask for, in order."""

    models: tuple[str, ...] = (ANY_MODEL,)
    # DHCP option -> text: {model} {version} {mac} {MAC} {mac_dashes} {mac_colons}
    # {mac_underscores} {serial} or a {fact} of the model
    says: dict[str, str] = {}
    agent: str = ""  # User-Agent, with the same names; {fact} is one of the model
    version: str = ""  # the firmware that a simulated device reports; without it the last that its model has
    url_from: tuple[str, ...]  # options that name the server; the first one that came wins
    asks: tuple[str, ...]  # names below that URL; "?" before one that may be missing; {fact} is one of the model
    sure: Sure | None = None


def _with_facts(text: str, facts: dict[str, Any]) -> str:
    """Put a model's facts into what its phones say or ask for; what is no fact is left to the device."""
    for name, fact in facts.items():
        text = text.replace(f"{{{name}}}", fact) if isinstance(fact, str) else text
    return text


class Manifest(_Table):
    """All that is known of a brand."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,40}$")
    title: str = Field(min_length=1, max_length=80)
    version: str = Field(pattern=r"^\d[\w.+-]*$")
    format: Format
    description: str = Field(default="", max_length=400)
    needs: str = Field(default="", pattern=r"^(\d[\w.+-]*)?$")
    end_of_life: bool = False
    oui: tuple[Oui, ...] = ()
    identify: tuple[Rule, ...] = ()
    dhcp: dict[str, str] = {}  # "43.2" -> text form with placeholders
    device: DeviceFiles = DeviceFiles()
    common: CommonFiles = CommonFiles()
    models: dict[str, ModelFacts] = {}  # `like` is resolved
    params: dict[Annotated[str, Field(pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)?$")], Param] = {}
    tables: dict[str, dict[str, Any] | list[Any]] = {}
    resync: Resync = Resync()
    machine: Machines | None = None
    firmware: Firmware = Firmware()
    package: tuple[PackageRow, ...] = ()
    sample: tuple[Sample, ...] = ()
    boot: tuple[Boot, ...] = ()
    sources: dict[str, str] = {}  # where the facts are from, in words

    def phone(self, model: str | None) -> dict[str, Any]:
        """Give the facts of a model; an unknown one has those of the row "*"."""
        rows = (self.models.get(ANY_MODEL), self.models.get(model or ANY_MODEL))
        facts: dict[str, Any] = dict.fromkeys(ModelFacts.model_fields)
        for row in rows:
            if row is not None:
                facts |= row.model_dump(exclude_unset=True)
        return facts

    def boot_of(self, model: str) -> Boot | None:
        """Give how a model boots: the first row that names it, else the first for any; its own facts filled in."""
        named = (row for row in self.boot if model in row.models)
        row = next(named, next((row for row in self.boot if ANY_MODEL in row.models), None))
        if row is None:
            return None
        facts, known = self.phone(model), self.models.get(model)
        version = row.version or ((known and known.versions) or ("",))[-1]
        agent, asks = _with_facts(row.agent, facts), tuple(_with_facts(ask, facts) for ask in row.asks)
        says = {option: _with_facts(text, facts) for option, text in row.says.items()}
        return row.model_copy(update={"version": version, "agent": agent, "asks": asks, "says": says})

    def resync_of(self, model: str | None, version: str | None) -> Resync:
        """Give how such a device is told to read its files again: the first rule that fits, over what holds for all."""
        rule = next((each for each in self.resync.rule if each.fits(model, version)), None)
        if rule is None:
            return self.resync
        said = rule.model_dump(exclude={"models", "since", "before"}, exclude_none=True)
        return self.resync.model_copy(update=said)

    def known_model(self, claimed: str) -> str:
        """Give a model's name as the manifest spells it, whatever case the device uses."""
        return claimed if claimed in self.models else self._spelling.get(claimed.lower(), claimed)

    @cached_property
    def _spelling(self) -> dict[str, str]:
        return {model.lower(): model for model in self.models}

    def firmware_version(self, path: str) -> str | None:
        """Say which firmware version a path below the plugin's files is, or None."""
        for pattern, version in self._firmware:
            if pattern.fullmatch(path):
                return version
        return None

    def is_one_devices(self, path: str) -> bool:
        """Tell whether only a device's own file has such a name; told by MAC and uuid, whose form nothing else has."""
        return any(pattern.fullmatch(path) for pattern in self._own)

    def is_once(self, path: str) -> bool:
        """Tell whether a path is served by a one-shot URL only."""
        return any(entry.once and names.shape(name).fullmatch(path) for name, entry in self.device.files.items())

    def may_be_one_devices(self, path: str) -> bool:
        """Tell whether a device's own file may have such a name; what is not so named is for all, or does not exist."""
        return any(pattern.fullmatch(path) for pattern in self._any_own)

    @cached_property
    def _any_own(self) -> tuple[re.Pattern[str], ...]:
        return tuple(names.shape(name) for name in self.device.files)

    @cached_property
    def _own(self) -> tuple[re.Pattern[str], ...]:
        return tuple(names.shape(name) for name in self.device.files if set(names.holes(name)) & set(names.DISTINCT))

    @cached_property
    def _firmware(self) -> tuple[tuple[re.Pattern[str], str], ...]:
        return tuple((names.shape(name), version) for name, version in self.firmware.files.items())
