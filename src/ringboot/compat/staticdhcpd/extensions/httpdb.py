"""`httpdb`: a web service that knows the clients; settings X_HTTPDB_* of conf.py."""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
from typing import Any, ClassVar

from ringboot.compat.staticdhcpd.addresses import MAC
from ringboot.compat.staticdhcpd.databases import CachingDatabase, Database, Found
from ringboot.compat.staticdhcpd.definition import Definition
from ringboot.compat.staticdhcpd.world import World

SECONDS = 2.0  # the time limit of the hook is shorter, as a rule
_MOST = 1 << 20  # octets of an answer
_DEFAULTS: dict[str, Any] = {
    "PARAMETERS": {}, "PARAMETER_KEY_MAC": "mac", "POST": True, "HEADERS": {}, "CONCURRENCY_LIMIT": 10,
    "DEFAULT_NAME_SERVERS": "", "DEFAULT_LEASE_TIME": 0, "DEFAULT_SERIAL": 0,
}  # fmt: skip


class Service:
    """Asks the web service."""

    def __init__(self, config: Any) -> None:
        """ValueError when X_HTTPDB_URI is missing, or no web address."""
        uri = getattr(config, "X_HTTPDB_URI", None)
        if not uri or urllib.parse.urlsplit(uri).scheme not in ("http", "https"):
            raise ValueError(f"httpdb needs X_HTTPDB_URI, the address of a web service, and it is {uri!r}")
        self.uri: str = uri
        self._said = {name: getattr(config, f"X_HTTPDB_{name}", default) for name, default in _DEFAULTS.items()}
        self.limit = int(self._said["CONCURRENCY_LIMIT"])

    def look_up(self, mac: MAC) -> Found:
        """Give what it says: null or {} is nobody, a list several; ValueError for garbage, OSError when it is down."""
        said = self._said
        asked = {**said["PARAMETERS"], said["PARAMETER_KEY_MAC"]: str(mac)}
        headers = {str(name): str(value) for name, value in said["HEADERS"].items()}
        if said["POST"]:
            data = json.dumps(asked).encode()
            request = urllib.request.Request(self.uri, data, {"Content-Type": "application/json", **headers})
        else:
            sign = "&" if urllib.parse.urlsplit(self.uri).query else "?"
            request = urllib.request.Request(self.uri + sign + urllib.parse.urlencode(asked), headers=headers)
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            found = json.loads(answer.read(_MOST) or b"null")
        if not found:
            return None
        return [self._definition(row) for row in found] if isinstance(found, list) else self._definition(found)

    def _definition(self, row: Any) -> Definition:
        if not isinstance(row, dict) or "ip" not in row:
            raise ValueError(f"the web service said {row!r}, where an object with ip, subnet and serial is expected")
        said = self._said
        return Definition(
            row["ip"], row.get("lease_time", said["DEFAULT_LEASE_TIME"]), row.get("subnet"),
            row.get("serial", said["DEFAULT_SERIAL"]), row.get("hostname"), row.get("gateway"),
            row.get("subnet_mask"), row.get("broadcast_address"), row.get("domain_name"),
            row.get("domain_name_servers", said["DEFAULT_NAME_SERVERS"]), row.get("ntp_servers"), row.get("extra"),
        )  # fmt: skip


class HTTPDatabase(Database):
    """Asks for each client each time."""

    world: ClassVar[World]

    def __init__(self) -> None:
        """Read the settings; ValueError."""
        self._service = Service(self.world.config)

    def lookupMAC(self, mac: MAC) -> Found:
        """Ask."""
        return self._service.look_up(mac)


class HTTPCachingDatabase(CachingDatabase):
    """Keeps who was found, where USE_CACHE says so."""

    world: ClassVar[World]

    def __init__(self) -> None:
        """Read the settings; ValueError."""
        self._service = Service(self.world.config)
        super().__init__(self._service.limit)

    def _lookupMAC(self, mac: MAC) -> Found:
        return self._service.look_up(mac)


def extension(world: World) -> dict[str, Any]:
    """Give what the module holds at this site."""
    return {
        each.__name__: type(each.__name__, (each,), {"world": world}) for each in (HTTPDatabase, HTTPCachingDatabase)
    }
