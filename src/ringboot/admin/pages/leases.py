"""Leases: who has which address; ending one, keeping the address, asking a client to renew; names in the DNS."""

from __future__ import annotations

import asyncio

from starlette.responses import Response

from ringboot.admin.pages.lists import look_at
from ringboot.admin.pages.section import Section, Way
from ringboot.admin.pages.visit import Failed, Visit

PATH = "/leases"
PAGE = 100
_RENEWED = "asked-and-renewed"
KINDS = (
    ("mac", "its MAC"),
    ("client-id", "its client identifier"),
    ("circuit-id", "the port of the relay"),
    ("remote-id", "the remote id of the relay"),
)


async def _leases(visit: Visit) -> Response:
    """Draw a page of them; dhcp keeps them, so it is read on by a cursor."""
    asked = {name: visit.word(name).strip() for name in ("text", "network")}
    query: list[tuple[str, str | int]] = [(name, value) for name, value in asked.items() if value]
    after = visit.word("after", "0")
    after = after if after.isascii() and after.isdecimal() and len(after) < 18 else "0"
    found, networks = await asyncio.gather(
        visit.try_get("/leases", [*query, ("after", after), ("limit", PAGE)]),
        visit.look("/networks", [("limit", 1000)]),
    )
    return await visit.draw(
        "leases.html",
        rows=found.value["items"] if found.is_good else [],
        following=found.value["next"] if found.is_good else None,
        total=found.value["total"] if found.is_good else None,
        error=found.detail,
        asked=asked,
        after=after,
        networks=[row["name"] for row in networks.value["items"]] if networks.is_good else [],
    )


async def _lease(visit: Visit) -> Response:
    """Draw one in a dialog, with what can be done with it."""
    found = await visit.get(f"{PATH}/{visit.part('address')}")
    return await visit.draw("lease.html", lease=found, kinds=KINDS, problem=None, form={})


async def _release(visit: Visit) -> Response:
    answer = await visit.send("DELETE", f"{PATH}/{visit.part('address')}")
    if not answer.is_good:
        raise Failed(answer)
    return await visit.say(f"{visit.part('address')} is free; it was {answer.value['mac']}'s.", stirs=["leases"])


async def _reserve(visit: Visit) -> Response:
    form, address = await visit.form(), visit.part("address")
    body = {"kind": form.text("kind") or "mac"}
    if form.text("hostname"):
        body["hostname"] = form.text("hostname")
    answer = await visit.send("POST", f"{PATH}/{address}/reservation", body)
    if not answer.is_good:
        lease = await visit.get(f"{PATH}/{address}")
        values = dict(form.pairs)
        return await visit.draw(
            "lease.html", answer.status, lease=lease, kinds=KINDS, problem=answer, form=values
        )  # fmt: skip
    row = answer.value
    return await visit.say(f"{row['address']} is kept for {row['kind']} {row['value']}.", stirs=["leases"])


async def _renew(visit: Visit) -> Response:
    answer = await visit.send("POST", f"{PATH}/renew", {"addresses": [visit.part("address")]})
    if not answer.is_good:
        raise Failed(answer)
    [row] = answer.value
    is_done = row["reason"] == _RENEWED
    return await visit.say(f"{row['text']}. {row['help']}".strip(), stirs=["leases"], bad=not is_done)


async def _names(visit: Visit) -> Response:
    return await visit.draw("names.html", look=await look_at(visit, "/dns", ("state",), sort="name"))


async def _retry(visit: Visit) -> Response:
    answer = await visit.send("POST", "/dns/retry")
    if not answer.is_good:
        raise Failed(answer)
    return await visit.say(f"{answer.value['retried']} names are tried again now.", stirs=["names"])


LEASES = Section(
    "Leases",
    (
        Way("GET", PATH, _leases),
        Way("GET", f"{PATH}/{{address}}", _lease),
        Way("POST", f"{PATH}/{{address}}/release", _release),
        Way("POST", f"{PATH}/{{address}}/reserve", _reserve),
        Way("POST", f"{PATH}/{{address}}/renew", _renew),
        Way("GET", "/names", _names),
        Way("POST", "/names/retry", _retry),
    ),
    icon="clock",
    group="Addresses",
)
