"""The page of brands and models, from the catalog's manifests."""

from __future__ import annotations

from collections.abc import Iterable

from docs.table import table

from ringboot.catalog import FOLDER
from ringboot.dhcp.options import name_of
from ringboot.plugins.manifest import FILE, load_manifest
from ringboot.plugins.schema import ANY_MODEL, Manifest, Resync

_HEAD = """\
# Brands and models

What the built-in plugins know. How sure a fact is: *capture* was seen from real phones, *documentation* is what the
vendor or a project with such phones writes, *unverified* is neither.
"""
_MODELS = ("model", "type", "lines", "keys", "modules", "protocol", "firmware", "how sure")


def models_page() -> str:
    """Write docs/reference/models.md."""
    brands = [load_manifest(path) for path in sorted(FOLDER.iterdir()) if (path / FILE).exists()]
    return _HEAD + "".join(_brand(manifest) for manifest in brands)


def _brand(manifest: Manifest) -> str:
    parts = [f"\n## {manifest.title}: plugin `{manifest.name}`\n"]
    if manifest.oui:
        parts.append(f"\nIts MACs begin with {_list(':'.join((o[:2], o[2:4], o[4:])) for o in manifest.oui)}.\n")
    models = [_model(manifest, name) for name in manifest.models if name != ANY_MODEL]
    parts.append(
        "\n`firmware` is what the templates are written for; a phone with another one is served all the same. `keys` "
        "stand on\nthe phone itself, `modules` can be attached.\n\n"
    )
    parts.append(table(_MODELS, models))
    parts.append("\n### How it is recognised\n\n")
    rules = [
        (f"`{rule.from_}`", f"`{rule.match or 'one of its ranges'}`", rule.sure or "") for rule in manifest.identify
    ]
    parts.append(table(("evidence", "pattern", "how sure"), rules))
    parts.append("\n### What DHCP tells it\n\n")
    parts.append(
        table(("option", "name", "value"), [(key, f"`{name_of(key)}`", f"`{text}`") for key, text in _dhcp(manifest)])
    )
    parts.append("\n### Its files\n\n")
    parts.append(table(("file", "whose", "made from", "how sure"), [*_own(manifest), *_common(manifest)]))
    parts.append(f"\n{_resync(manifest.resync)}\n")
    if notes := [(f"`{key}`", param.help, param.sure or "") for key, param in manifest.params.items() if param.help]:
        parts.append(f"\n### What to know about its configuration\n\n{table(('key', 'note', 'how sure'), notes)}")
    if manifest.sources:
        parts.append("\n### Where the facts are from\n\n")
        parts += [f"- {name}: {words}\n" for name, words in manifest.sources.items()]
    return "".join(parts)


def _dhcp(manifest: Manifest) -> list[tuple[str, str]]:
    return sorted(manifest.dhcp.items(), key=lambda item: [int(part) for part in item[0].split(".")])


def _model(manifest: Manifest, name: str) -> tuple[str, ...]:
    facts = manifest.phone(name)
    unsure = facts["unverified"] or ()
    protocol = (facts["protocol"],) if isinstance(facts["protocol"], str) else facts["protocol"] or ()
    return (
        name,
        str(facts["type"] or ""),
        *(str(facts[key] or 0) for key in ("lines", "keys")),
        " ".join((f"{facts['expansion'] or 0}{':' if facts['modules'] else ''}", *(facts["modules"] or ()))),
        ", ".join(protocol),
        ", ".join(manifest.models[name].versions),
        str(facts["sure"] or "") + (f"; unverified: {', '.join(unsure)}" if unsure else ""),
    )


def _own(manifest: Manifest) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for name, entry in manifest.device.files.items():
        part = f".{entry.part}" if entry.part else ""
        made = f"`<model>{part}.tpl` or `base{part}.tpl`{', when there is something to say' if entry.optional else ''}"
        rows.append((f"`{name}`", "one phone's", made, entry.sure or ""))
    return rows


def _common(manifest: Manifest) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for name, entry in manifest.common.files.items():
        rows.append((f"`{name}`", "all phones'", f"`{entry.template}.tpl`", entry.sure or ""))
    return rows


def _resync(resync: Resync) -> str:
    if resync.how == "none":
        return "It cannot be told to read its files again: restart it."
    return (
        f"It reads its files again after a NOTIFY with the event `{resync.event}` (which Ringboot does not send yet)."
    )


def _list(words: Iterable[str]) -> str:
    *most, last = [f"`{word}`" for word in words]
    return f"{', '.join(most)} or {last}" if most else last
