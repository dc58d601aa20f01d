"""The page of brands and models, from the catalog's manifests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from docs.table import table

from ringboot.catalog import FOLDER
from ringboot.dhcp.options import name_of
from ringboot.plugins.manifest import FILE, load_manifest
from ringboot.plugins.schema import ANY_MODEL, Manifest, Resync, ResyncRule

_HEAD = """\
# Brands and models

What the built-in plugins know. How sure a fact is: *capture* was seen from real phones, *documentation* is what the
vendor or a project with such phones writes, *unverified* is neither.

"""
_BRANDS = ("brand", "plugin", "models", "without keys", "recognised by", "told to read again", "unverified")
_MODELS = ("model", "type", "lines", "keys", "modules", "protocol", "firmware", "how sure")


def models_page() -> str:
    """Write docs/reference/models.md."""
    brands = [load_manifest(path) for path in sorted(FOLDER.iterdir()) if (path / FILE).exists()]
    return _HEAD + table(_BRANDS, map(_overview, brands)) + "".join(map(_brand, brands))


def _overview(manifest: Manifest) -> tuple[str, ...]:
    models = [name for name in manifest.models if name != ANY_MODEL]
    bare = sum(not manifest.phone(name)["keys"] for name in models)
    unsure = sum(bool(manifest.phone(name)["unverified"]) for name in models)
    return (
        manifest.title,
        f"`{manifest.name}`",
        str(len(models)),
        str(bare),
        ", ".join(dict.fromkeys(f"`{rule.from_}`" for rule in manifest.identify)),
        "no" if manifest.resync.how == "none" else "yes",
        f"facts of {unsure} models; {len(_unverified(manifest))} others",
    )


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
    parts.append(table(("file", "whose", "made from", "passwords", "how sure"), [*_own(manifest), *_common(manifest)]))
    if manifest.boot:
        parts.append("\n### How it boots\n\n`?` stands before a file that may be missing.\n\n")
        parts.append(table(("models", "server from option", "asks for, in order", "how sure"), _boots(manifest)))
    parts.append(f"\n{_resync(manifest.resync)}\n")
    if notes := [(f"`{key}`", param.help, param.sure or "") for key, param in manifest.params.items() if param.help]:
        parts.append(f"\n### What to know about its configuration\n\n{table(('key', 'note', 'how sure'), notes)}")
    if unsure := _unverified(manifest):
        parts.append(
            f"\n### What is unverified, beside facts of models\n\n{''.join(f'- {each}{chr(10)}' for each in unsure)}"
        )
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
        rows.append((f"`{name}`", "one phone's", made, "yes" if entry.secret else "none", entry.sure or ""))
    return rows


def _common(manifest: Manifest) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for name, entry in manifest.common.files.items():
        rows.append((f"`{name}`", "all phones'", f"`{entry.template}.tpl`", "none", entry.sure or ""))
    return rows


def _boots(manifest: Manifest) -> Iterator[tuple[str, ...]]:
    for row in manifest.boot:
        models = "all others" if row.models == (ANY_MODEL,) else ", ".join(row.models)
        yield models, ", ".join(row.url_from), " ".join(f"`{ask}`" for ask in row.asks), row.sure or ""


def _resync(resync: Resync) -> str:
    if resync.how == "none":
        told = "It cannot be told to read its files again: restart it."
    else:
        told = f"It reads its files again after a NOTIFY with the event `{resync.event}` ({resync.sure})."
    for rule in resync.rule:
        what = f"the event is `{rule.event or resync.event}`" if rule.how == "sip-notify" else "it cannot be told"
        told += (
            f"\nFor {', '.join(rule.models) or 'all models'}{_firmware_of(rule)} {what} ({rule.sure or resync.sure})."
        )
    return told


def _firmware_of(rule: ResyncRule) -> str:
    since = f" from firmware {rule.since} on" if rule.since else ""
    return since + (f" before firmware {rule.before}" if rule.before else "")


def _unverified(manifest: Manifest) -> list[str]:
    """Name what no source gives, in the order of the page."""
    facts: list[tuple[str, str | None]] = [
        *((f"recognition by `{rule.from_}` `{rule.match or 'its ranges'}`", rule.sure) for rule in manifest.identify),
        *((f"the sample `{' '.join(each.evidence.values())}`", each.sure) for each in manifest.sample),
        *((f"the name of `{name}`", entry.sure) for name, entry in manifest.device.files.items()),
        *((f"the name of `{name}`", entry.sure) for name, entry in manifest.common.files.items()),
        *(
            (f"how {'any' if ANY_MODEL in row.models else ', '.join(row.models)} boots", row.sure)
            for row in manifest.boot
        ),
        *((f"what is made of the key `{key}`", param.sure) for key, param in manifest.params.items()),
        ("the event of the NOTIFY", manifest.resync.sure),
    ]
    return list(dict.fromkeys(what for what, sure in facts if sure == "unverified"))


def _list(words: Iterable[str]) -> str:
    *most, last = [f"`{word}`" for word in words]
    return f"{', '.join(most)} or {last}" if most else last
