"""Every route of the API, each described beside what answers it."""

from __future__ import annotations

from ringboot.admin import (
    routes_audit,
    routes_configs,
    routes_daemon,
    routes_devices,
    routes_dns,
    routes_firmware,
    routes_leases,
    routes_openapi,
    routes_plugins,
    routes_pools,
    routes_provision,
    routes_reservations,
    routes_rollouts,
    routes_settings,
    routes_syncs,
    routes_templates,
)

TABLE = (
    *routes_daemon.DESCRIBED,
    *routes_devices.DESCRIBED,
    *routes_configs.DESCRIBED,
    *routes_plugins.DESCRIBED,
    *routes_firmware.DESCRIBED,
    *routes_templates.DESCRIBED,
    *routes_rollouts.DESCRIBED,
    *routes_syncs.DESCRIBED,
    *routes_provision.DESCRIBED,
    *routes_leases.DESCRIBED,
    *routes_pools.DESCRIBED,
    *routes_reservations.DESCRIBED,
    *routes_dns.DESCRIBED,
    *routes_settings.DESCRIBED,
    *routes_audit.DESCRIBED,
    *routes_openapi.DESCRIBED,
)
