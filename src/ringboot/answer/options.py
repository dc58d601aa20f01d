"""The options of an answer: layers of text forms, the later wins, placeholders filled, written once and remembered."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ringboot.answer.classes import Classes, ClassIds
from ringboot.answer.network import Net, Place, Reserved
from ringboot.answer.timers import with_timers
from ringboot.dhcp import options as dhcp_options
from ringboot.dhcp.reply import block as write_block
from ringboot.model.address import ip_text
from ringboot.model.site import OptionTexts, Site

_REMEMBERED = 4096
_PLACEHOLDER = re.compile(r"\{(server|http|http_port|https|tftp|mac|token)\}")
_MASK = "1"
_NO_TEXTS: OptionTexts = {}
_EXAMPLES = {
    "server": "10.0.0.1",
    "http": "http://10.0.0.1:8667",
    "http_port": "8667",
    "https": "https://10.0.0.1:8667",
    "tftp": "10.0.0.1",
    "mac": "00085d2eecfb",
    "token": "0123456789abcdef0123456789abcdef",
}


class Layer(NamedTuple):
    """One source of options; `layer` is brand, global, network, pool, class, boot or reservation."""

    layer: str
    source: str  # which of them
    texts: OptionTexts


class _Set(NamedTuple):
    """The merged options of a place without those of a reservation."""

    texts: OptionTexts
    plain: bool  # the same for every client
    octets: dict[int, bytes]  # of a plain one


class Asker(NamedTuple):
    """What of a client decides its options."""

    classes: ClassIds
    reserved: Reserved | None
    mac: bytes
    wanted: bytes  # option 55
    seconds: int | None  # of the lease; None: there is none
    boot: OptionTexts = _NO_TEXTS  # what a boot rule says


class Options:
    """All that a site says about options."""

    def __init__(self, site: Site, classes: Classes, words: Mapping[bytes, str]) -> None:
        self._site = site
        self._classes = classes
        self._words = words  # MAC -> the secret word of its device's URL; others change it
        self._sets: dict[tuple[int, ClassIds, int], _Set] = {}
        # By place, classes, server, option 55, seconds of the lease
        self.written: dict[tuple[int, ClassIds, int, bytes, int | None], bytes] = {}

    def write(self, net: Net, place: Place, server: int, asker: Asker) -> bytes:
        """Write the options of an answer that are not in `written` yet."""
        ids, reserved, _, wanted, seconds, boot = asker
        merged = self._set(net, place, ids, server)
        same = merged.plain and not boot and (reserved is None or not reserved.texts)
        octets = self._octets(merged, server, asker)
        written = write_block(with_timers(octets, net.row, seconds), wanted)
        if same:
            if len(self.written) >= _REMEMBERED:
                self.written.clear()  # options 51 and 55 are the client's, so this could grow without end
            self.written[place.number, ids, server, wanted, seconds] = written
        return written

    def of(self, net: Net, place: Place, server: int, asker: Asker) -> Mapping[int, bytes]:
        """Give the values of a client's options, whatever it asks for."""
        return self._octets(self._set(net, place, asker.classes, server), server, asker)

    def _octets(self, merged: _Set, server: int, asker: Asker) -> dict[int, bytes]:
        own = [] if asker.reserved is None or not asker.reserved.texts else [asker.reserved.texts]
        if merged.plain and not asker.boot and not own:
            return merged.octets
        texts = merge([merged.texts, asker.boot, *own])
        return build(texts, self.values(server, asker.mac))

    def _set(self, net: Net, place: Place, ids: ClassIds, server: int) -> _Set:
        key = (place.number, ids, server)
        found = self._sets.get(key)
        if found is None:
            texts = merge(layer.texts for layer in self.layers(net, place, ids))
            plain = not any(own in text for text in texts.values() for own in ("{mac}", "{token}"))
            found = _Set(texts, plain, build(texts, self.values(server, b"")) if plain else {})
            if len(self._sets) >= _REMEMBERED:
                self._sets.clear()
            self._sets[key] = found
        return found

    def layers(
        self, net: Net, place: Place, ids: ClassIds, reserved: Reserved | None = None, boot: Layer | None = None
    ) -> list[Layer]:
        """Give all that speaks about a client's options, the later wins: the order of DESIGN 5."""
        rows = [self._classes.rows[number] for number in ids]
        brands = [Layer("brand", row.name, row.options) for row in rows if row.layer == "brand"]
        classes = [Layer("class", row.name, row.options) for row in rows if row.layer != "brand"]
        found = [
            *brands,
            Layer("global", "dhcp", self._site.options),
            Layer("network", net.name, {_MASK: ip_text(net.mask), **net.row.options}),
        ]
        if place.pool is not None:
            found.append(Layer("pool", f"{ip_text(place.pool.first)}-{ip_text(place.pool.last)}", place.pool.options))
        found += classes
        if boot is not None:
            found.append(boot)
        if reserved is not None:
            found.append(Layer("reservation", f"{reserved.row.kind} {reserved.row.value}", reserved.texts))
        return found

    def values(self, server: int, mac: bytes) -> dict[str, str]:
        """Give what the placeholders stand for; what is missing has no value."""
        address = self._site.server or ip_text(server)
        values = {
            "server": address,
            "http": f"http://{address}:{self._site.http_port}",
            "http_port": str(self._site.http_port),
            "tftp": address,
            "mac": mac.hex(),
        }
        if self._site.https_port:
            values["https"] = f"https://{address}:{self._site.https_port}"
        if mac in self._words:
            values["token"] = self._words[mac]
        return values


def merge(layers: Iterable[OptionTexts]) -> OptionTexts:
    """Lay option sets over each other; a whole value and sub-options of one code displace each other."""
    merged: OptionTexts = {}
    for texts in layers:
        for key in texts:
            if "." in key:
                merged.pop(key.partition(".")[0], None)
            else:
                for other in [other for other in merged if other.startswith(f"{key}.")]:
                    del merged[other]
        merged.update(texts)
    return merged


def lacking(text: str, values: Mapping[str, str]) -> list[str]:
    """Name the placeholders of an option that have no value here."""
    return [name for name in _PLACEHOLDER.findall(text) if name not in values]


def fill(text: str, values: Mapping[str, str]) -> str | None:
    """Fill the placeholders of an option; None when one of them has no value here."""
    if "{" not in text:
        return text
    if lacking(text, values):
        return None
    return _PLACEHOLDER.sub(lambda match: values[match[1]], text)


def build(texts: OptionTexts, values: Mapping[str, str]) -> dict[int, bytes]:
    """Write options as octets; one whose placeholder has no value is left out."""
    filled = {key: value for key, text in texts.items() if (value := fill(text, values)) is not None}
    try:
        return dhcp_options.build(filled)
    except ValueError:  # a client's own {mac} made something odd: the others are sent all the same
        return dhcp_options.build({key: text for key, text in filled.items() if not _why_not(key, text)})


def _why_not(key: str, text: str) -> str:
    try:
        dhcp_options.build({key: text})
    except ValueError as error:
        return str(error)
    return ""


def check(texts: OptionTexts, where: str) -> tuple[OptionTexts, list[str]]:
    """Sort out the options that cannot be written, and say why."""
    why_not = {key: _why_not(key, fill(text, _EXAMPLES) or "") for key, text in texts.items()}
    good = {key: text for key, text in texts.items() if not why_not[key]}
    return good, [f"{where}: {why}" for why in why_not.values() if why]
