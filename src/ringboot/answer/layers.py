"""Where each option of an answer comes from, for a person to read: from the code that builds the answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ringboot.answer.facts import Facts
from ringboot.answer.netboot import layer_of, plan_for
from ringboot.answer.options import fill, lacking, merge
from ringboot.model.whose import names_of


class Told(NamedTuple):
    """One option in one layer."""

    key: str
    text: str  # as it was written
    layer: str  # brand, global, network, pool, class, boot or reservation
    source: str  # which of them
    value: str | None  # with its placeholders filled; None when one of them has no value, then it is left out
    is_sent: bool  # no later layer displaces it
    lacks: tuple[str, ...] = ()  # the placeholders without a value


def option_layers(
    facts: Facts, network: str, address: int, mac: bytes, options: Mapping[int, bytes], *, server: int
) -> list[Told]:
    """List all that speaks about a client's options at this address, the later wins.

    `options` is what the client said (model.evidence.unpack), `server` our address that it talks to.
    Empty for a network that is not there.
    """
    net = facts.nets.by_name.get(network)
    if net is None:
        return []
    reserved = net.reserved_for(names_of(mac, options))
    known = reserved is not None or facts.is_known(mac, options.get(61))
    found = plan_for(facts, options, mac, network=network, known=known, server=server)
    booted = None if found is None else layer_of(found)
    layers = facts.options.layers(net, net.place(address), facts.classes.of(options, mac), reserved, booted)
    values = facts.options.values(server, mac)
    last = merge({key: str(number) for key in layer.texts} for number, layer in enumerate(layers))
    return [
        Told(
            key,
            text,
            layer.layer,
            layer.source,
            fill(text, values),
            last.get(key) == str(number),
            tuple(lacking(text, values)),
        )
        for number, layer in enumerate(layers)
        for key, text in layer.texts.items()
    ]
