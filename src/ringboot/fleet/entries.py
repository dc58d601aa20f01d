"""What a person may enter of a device or a config, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from ringboot.fleet.fields import ID, ID_RULE, check_text, from_pydantic
from ringboot.model.address import ip_number, ip_text, norm_mac

_ENTRY = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def _ident(text: str) -> str:
    if not ID.fullmatch(text):
        raise ValueError(ID_RULE)
    return text


def _nothing(value: object) -> object:
    return None if value == "" else value


Ident = Annotated[str, AfterValidator(_ident)]
Text = Annotated[str | None, BeforeValidator(lambda value: check_text(value) if value not in ("", None) else None)]
Mac = Annotated[Annotated[str, AfterValidator(norm_mac)] | None, BeforeValidator(_nothing)]
Address = Annotated[
    Annotated[str, AfterValidator(lambda text: ip_text(ip_number(text)))] | None, BeforeValidator(_nothing)
]
OptionalIdent = Annotated[Ident | None, BeforeValidator(_nothing)]


def _code(text: str) -> str:
    if not re.fullmatch("[0-9]{6}", text):
        raise ValueError("must be six digits")
    return text


Code = Annotated[Annotated[str, AfterValidator(_code)] | None, BeforeValidator(_nothing)]


class DeviceEntry(BaseModel):
    """The keys of a device that a person sets; empty text is None."""

    model_config = _ENTRY

    mac: Mac = None
    ip: Address = None
    sn: Text = None
    uuid: Text = None
    vendor: Text = None
    model: Text = None
    version: Text = None
    plugin: OptionalIdent = None
    config: OptionalIdent = None
    description: Text = None
    options: dict[Annotated[str, BeforeValidator(check_text)], Any] = Field(default_factory=dict)


class ConfigEntry(BaseModel):
    """The keys of a config that a person sets; raw_config is checked by its own schema."""

    model_config = _ENTRY

    parent_ids: tuple[Ident, ...] = ()
    raw_config: dict[str, Any] = Field(default_factory=dict)
    role: Annotated[Literal["autocreate", "default"] | None, BeforeValidator(_nothing)] = None
    label: Text = None
    code: Code = None


def device_entry(values: Mapping[str, Any]) -> DeviceEntry:
    """Check what was entered of a device; FieldErrors."""
    try:
        return DeviceEntry.model_validate(values)
    except ValidationError as error:
        raise from_pydantic(error) from None


def config_entry(values: Mapping[str, Any]) -> ConfigEntry:
    """Check what was entered of a config; FieldErrors.  Parents may be a list, or text with commas."""
    parents = values.get("parent_ids")
    if isinstance(parents, str):
        values = {**values, "parent_ids": [part.strip() for part in parents.split(",") if part.strip()]}
    try:
        return ConfigEntry.model_validate(values)
    except ValidationError as error:
        raise from_pydantic(error) from None
