"""The API as one application: every route over one desk; and all that stands behind the gate."""

from __future__ import annotations

from fastapi import APIRouter, Depends, FastAPI

from ringboot.admin import problems
from ringboot.admin.access import Access, Gate
from ringboot.admin.asking import PREFIX
from ringboot.admin.desk import Desk
from ringboot.admin.front import Front, build_front
from ringboot.admin.ledger import Ledger
from ringboot.admin.masks import judge_secrets
from ringboot.admin.probes import Probes
from ringboot.admin.rights import judge
from ringboot.admin.route_table import TABLE
from ringboot.admin.routes_assign import assign_routes
from ringboot.admin.routes_audit import audit_routes
from ringboot.admin.routes_bulk import bulk_routes
from ringboot.admin.routes_configs import config_routes
from ringboot.admin.routes_daemon import daemon_routes
from ringboot.admin.routes_devices import device_routes
from ringboot.admin.routes_dns import dns_routes
from ringboot.admin.routes_events import event_routes
from ringboot.admin.routes_firmware import firmware_routes
from ringboot.admin.routes_jobs import job_routes
from ringboot.admin.routes_leases import lease_routes
from ringboot.admin.routes_machines import machine_routes
from ringboot.admin.routes_networks import network_routes
from ringboot.admin.routes_openapi import openapi_routes
from ringboot.admin.routes_people import people_routes
from ringboot.admin.routes_plugins import plugin_routes, repository_routes
from ringboot.admin.routes_pools import pool_routes
from ringboot.admin.routes_provision import provision_routes
from ringboot.admin.routes_registrations import registration_routes
from ringboot.admin.routes_reservations import reservation_routes
from ringboot.admin.routes_rollouts import rollout_routes
from ringboot.admin.routes_scripts import script_routes
from ringboot.admin.routes_session import session_routes
from ringboot.admin.routes_settings import setting_routes
from ringboot.admin.routes_syncs import sync_routes
from ringboot.admin.routes_templates import template_routes
from ringboot.admin.routes_webhooks import webhook_routes


def build_app(desk: Desk, access: Access) -> Gate:
    """Build API and pages for the unix socket; who may use them is `access`, as access_here() gives it."""
    return Gate(build_site(desk), access)


def build_site(desk: Desk) -> Front:
    """Build all that stands behind each door: API, probes, pages."""
    return build_front(build_api(desk), Probes(desk))


def build_api(desk: Desk) -> FastAPI:
    """Build the API; it believes the caller that a door has put into the scope."""
    app = FastAPI(
        title="Ringboot", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False,
        dependencies=[Depends(judge), Depends(judge_secrets)],
    )  # fmt: skip
    app.add_middleware(Ledger, desk=desk, prefix=PREFIX)
    problems.install(app)
    for routes in _routes(desk):
        app.include_router(routes, prefix=PREFIX)
    return app


def _routes(desk: Desk) -> tuple[APIRouter, ...]:
    return (
        daemon_routes(desk),
        lease_routes(desk),
        pool_routes(desk),
        network_routes(desk),
        event_routes(desk),
        job_routes(desk),
        dns_routes(desk),
        reservation_routes(desk),
        registration_routes(desk),
        bulk_routes(desk),
        assign_routes(desk),
        device_routes(desk),
        machine_routes(desk),
        sync_routes(desk),
        config_routes(desk),
        plugin_routes(desk),
        repository_routes(desk),
        template_routes(desk),
        rollout_routes(desk),
        provision_routes(desk),
        firmware_routes(desk),
        setting_routes(desk),
        webhook_routes(desk),
        script_routes(desk),
        audit_routes(desk),
        openapi_routes(TABLE),
        people_routes(desk),
        session_routes(desk),
    )
