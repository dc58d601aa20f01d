"""Routes of webhooks: ringboot.toml says who they are, so that here they are looked at and tried."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from ringboot.admin.access import caller
from ringboot.admin.described import Described
from ringboot.admin.desk_webhooks import WebhookDesk
from ringboot.admin.lists import query_of, written
from ringboot.admin.shapes.things import Listed
from ringboot.admin.shapes.webhooks import Webhook, WebhookTried
from ringboot.desk.listing import select

KEYS = ("name", "url", "waiting", "taken", "failed", "dropped", "last", "problem")


def webhook_routes(desk: WebhookDesk) -> APIRouter:
    """Build them over the desk."""
    routes = APIRouter(prefix="/webhooks")

    @routes.get("")
    async def webhooks(request: Request) -> Any:
        query = query_of(request, KEYS)
        return written(request, select(await desk.webhooks(), query), query)

    @routes.post("/{name}/test")
    async def test(name: str, request: Request) -> dict[str, Any]:
        return await desk.test_webhook(name, caller(request).who)

    return routes


DESCRIBED = (
    Described("GET", "/webhooks", "List receivers that are told what happens.", Listed[Webhook], keys=KEYS),
    Described("POST", "/webhooks/{name}/test", "Tell a receiver something now.", WebhookTried),
)
