"""The formats that can be imported, one row each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from ringboot.compat.importers.dnsmasq import read_dnsmasq
from ringboot.compat.importers.imported import Imported
from ringboot.compat.importers.isc import read_dhcpd
from ringboot.compat.importers.kea import read_kea
from ringboot.compat.importers.leases import Row, read_dnsmasq_leases, read_isc_leases, read_kea_leases


class Format(NamedTuple):
    """One server's format."""

    name: str  # on the command line
    title: str
    usual: str  # where its configuration usually lies
    read: Callable[[Path], Imported]
    leases: Callable[[Path], Iterator[Row]]


FORMATS: dict[str, Format] = {
    row.name: row
    for row in (
        Format("kea", "Kea", "/etc/kea/kea-dhcp4.conf", read_kea, read_kea_leases),
        Format("isc", "ISC dhcpd", "/etc/dhcp/dhcpd.conf", read_dhcpd, read_isc_leases),
        Format("dnsmasq", "dnsmasq", "/etc/dnsmasq.conf", read_dnsmasq, read_dnsmasq_leases),
    )
}
