"""General settings, which provd's users know as Configuration > Provisioning > General."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, NamedTuple

from starlette.responses import Response

from ringboot.admin.asking import Answer
from ringboot.admin.pages.config_form import Field, chosen, patch
from ringboot.admin.pages.section import Section, Way
from ringboot.admin.pages.visit import Failed, Visit

PATH = "/settings"
Row = dict[str, Any]


class Group(NamedTuple):
    """Settings that stand under one heading."""

    title: str
    words: str
    names: tuple[str, ...]


class Layer(NamedTuple):
    """Keys of a config that belong to the general settings, too."""

    title: str
    words: str
    config: str
    keys: tuple[str, ...]


GROUPS: tuple[Group, ...] = (
    Group("Plugins and firmware", "Where what is not built in is fetched from.", ("plugin_server", "http_proxy")),
    Group("What devices are told", "", ("server_address", "locale")),
    Group(
        "How devices are met",
        "They hold for the next packet and the next request.",
        ("dhcp_integration", "NAT", "boot_approval"),
    ),
    Group(
        "Synchronisation service",
        "How devices are told to read their files again, and how many at a time.",
        ("sync_through", "sync_rate", "sync_rate_per_address", "sync_wait", "sync_tries", "sync_pause", "sip_port"),
    ),
    Group(
        "Manager interface of Asterisk",
        "Used when Asterisk tells the devices.",
        ("ami_host", "ami_port", "ami_user", "ami_secret"),
    ),
)
_REST = Group("More", "", ())
TITLES = {
    "server_address": "Address of this server",
    "locale": "Language and country",
    "plugin_server": "Repository",
    "http_proxy": "HTTP proxy",
    "dhcp_integration": "DHCP integration",
    "boot_approval": "Machines wait for approval",
    "NAT": "NAT",
    "sync_through": "Who tells the devices",
    "sync_rate": "Devices a minute",
    "sync_rate_per_address": "Devices a minute at one address",
    "sync_wait": "Seconds to fetch the files",
    "sync_tries": "Tries",
    "sync_pause": "Seconds between tries",
    "sip_port": "SIP port of devices",
    "ami_host": "Address",
    "ami_port": "Port",
    "ami_user": "User",
    "ami_secret": "Secret",
}
LAYERS: tuple[Layer, ...] = (
    Layer(
        "Language and time",
        "What every device has unless a config of its own says otherwise. The files of the devices that it reaches "
        "are made again.",
        "base",
        ("locale", "timezone", "ntp_enabled", "ntp_ip"),
    ),
    Layer(
        "Addresses told to devices",
        "Where devices find this server. Empty: the address at which they reach it, which is right unless a router or "
        "a proxy stands between.",
        "base",
        ("ip", "http_port", "http_base_url", "tftp_port"),
    ),
    Layer(
        "Account of a phone that nobody has assigned",
        "With it a new phone registers, so that it can dial a code. Each phone gets a name and a password of its own; "
        "these say where it registers and what it shows.",
        "autoprov",
        tuple(
            f"sip_lines.1.{key}"
            for key in ("username", "password", "display_name", "number", "proxy_ip", "proxy_port", "registrar_ip")
        ),
    ),
)


class Panel(NamedTuple):
    """A layer with its fields as they are now, or why they cannot be shown."""

    layer: Layer
    place: int  # among the layers
    fields: list[Field]
    etag: str
    errors: Mapping[str, str] = {}
    error: str = ""
    conflict: bool = False
    said: str = ""


async def _settings(visit: Visit) -> Response:
    """Draw the page: each setting is saved on its own, a panel of config keys as a whole."""
    found = await visit.get(PATH, [("limit", 1000)])
    names = [str(row["name"]) for row in found["items"]]
    answers = await asyncio.gather(*(visit.try_get(f"{PATH}/{name}") for name in names))
    rows = {name: _row(answer) for name, answer in zip(names, answers, strict=True) if answer.is_good}
    placed = {name for group in GROUPS for name in group.names}
    rest = _REST._replace(names=tuple(name for name in rows if name not in placed))
    groups = [
        (group, [rows[name] for name in group.names if name in rows]) for group in (*GROUPS, rest)
    ]  # fmt: skip
    panels = await asyncio.gather(*(_panel(visit, place) for place in range(len(LAYERS))))
    return await visit.draw(
        "settings.html",
        titles=TITLES,
        groups=[each for each in groups if each[1]],
        panels=[each for each in panels if each is not None],
    )


def _row(answer: Answer) -> Row:
    return {"kind": "text", "choices": [], "least": None, "most": None, **answer.value, "etag": answer.etag}


async def _change(visit: Visit) -> Response:
    """Change one setting, and draw it as it is then: changed, refused, or changed by somebody else meanwhile."""
    form, name = await visit.form(), visit.part("name")
    value = form.text(name)
    if value == form.text("was"):
        return await _drawn(visit, _row(await visit.try_get(f"{PATH}/{name}")), said="Nothing was changed.")
    answer = await visit.send("PUT", f"{PATH}/{name}", {"value": value}, etag=form.text("etag"))
    if answer.is_good:
        fresh = await visit.try_get(f"{PATH}/{name}")
        row = _row(fresh if fresh.is_good else answer)
        return await _drawn(visit, row, said="Saved.")
    fresh = await visit.try_get(f"{PATH}/{name}")
    if not fresh.is_good:
        raise Failed(fresh)
    row = _row(fresh)
    if answer.status == 412:
        why = f"Somebody set it to {row['value']!s} meanwhile. Save again to replace that."
    else:
        why = answer.fields.get(name) or answer.fields.get("value") or answer.detail
    return await _drawn(visit, row, value, why)


async def _drawn(visit: Visit, row: Row, written: str | None = None, error: str = "", said: str = "") -> Response:
    return await visit.draw("setting.html", row=row, titles=TITLES, written=written, error=error, said=said)


async def _panel(visit: Visit, place: int) -> Panel | None:
    layer = LAYERS[place]
    own, flat = await asyncio.gather(
        visit.try_get(f"/configs/{layer.config}"), visit.try_get(f"/configs/{layer.config}/raw")
    )
    if not own.is_good or not flat.is_good:
        return None  # the config was removed
    fields = chosen(layer.keys, own.value["raw_config"], flat.value["raw_config"], flat.value["layers"])
    return Panel(layer, place, fields, own.etag)


async def _change_panel(visit: Visit) -> Response:
    """Change the keys of one panel in their config."""
    number = visit.part("place")
    if not (number.isdecimal() and int(number) < len(LAYERS)):
        raise Failed(Answer(404, {"detail": "There are no such settings."}, {}))
    place, form = int(number), await visit.form()
    layer = LAYERS[place]
    own = await visit.get(f"/configs/{layer.config}")
    changes = patch(dict(form.pairs), own["raw_config"])
    answer = None
    if changes:
        answer = await visit.send(
            "PATCH", f"/configs/{layer.config}", {"raw_config": changes}, etag=form.text("etag"),
            query=[("wait", "false")],
        )  # fmt: skip
    panel = await _panel(visit, place)
    if panel is None:
        raise Failed(Answer(404, {"detail": f"Config {layer.config} is no longer there."}, {}))
    if answer is None:
        return await visit.draw("settings_panel.html", panel=panel._replace(said="Nothing was changed."))
    if answer.is_good:
        return await visit.draw("settings_panel.html", panel=panel._replace(said="Saved; files are made again."))
    words = dict(form.pairs)
    fields = [field._replace(value=words.get(field.name, field.value), theirs=field.value) for field in panel.fields]
    if answer.status == 412:
        changed = [each if each.theirs != each.value else each._replace(theirs=None) for each in fields]
        return await visit.draw("settings_panel.html", panel=panel._replace(fields=changed, conflict=True))
    error = "" if answer.fields else answer.detail
    return await visit.draw(
        "settings_panel.html", panel=panel._replace(fields=fields, errors=answer.fields, error=error)
    )  # fmt: skip


SETTINGS = Section(
    "General settings",
    (
        Way("GET", PATH, _settings),
        Way("PUT", f"{PATH}/panels/{{place}}", _change_panel),
        Way("PUT", f"{PATH}/{{name}}", _change),
    ),
    icon="settings",
    group="System",
)
