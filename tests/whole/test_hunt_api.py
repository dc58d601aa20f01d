"""The API's description put to the test: requests that fit it and requests that do not, sent to a running daemon."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from tests.admin.test_rights import TABLE as REVIEWED
from tests.whole.daemon import LOOPBACK, free_port
from tests.whole.described import Api
from tests.whole.passage import passage
from tests.whole.test_admin import Site

from ringboot.admin.described import STREAM, Described
from ringboot.admin.rights import FOR_VIEWERS
from ringboot.admin.route_table import TABLE
from ringboot.model.user import ADMINISTRATOR

# Requests for each route, half of them such as do not fit: for one that reads a body, and for any other.
BODY, PLAIN, LONG = 20, 4, 400
SLOW = {"/reload", "/plugins/{plugin_id}/reload", "/templates/check"}  # they read everything again
CONFIG = (
    LOOPBACK
    + """\
[https]
listen = "127.0.0.1:{https}"
[admin]
listen = "127.0.0.1:{admin}"
[[dhcp.network]]
name = "phones"
subnet = "127.79.0.0/16"
pools = ["127.79.1.1-127.79.1.50"]
"""
)
MAC = "00:08:5d:18:00:01"
THERE = {
    "device_id": "d1", "config_id": "c1", "plugin_id": "aastra", "plugin": "aastra", "ident": 1, "rollout_id": "1",
    "number": 1, "address": "127.79.1.1", "mac": MAC, "package": "none",
    "model": "6731i", "job_id": "1",
}  # fmt: skip
NAMES = {"/settings/{name}": "NAT", "/templates/of/{plugin}/{name}": "base.tpl"}  # elsewhere: of a network
# What streams does not end; what removes things comes last.
ROWS = sorted(
    (row for row in TABLE if row.kind != STREAM), key=lambda row: (row.method == "DELETE", row.path.startswith("/plug"))
)


RIGHTS = [tuple(line.split()) for line in REVIEWED.read_text().splitlines() if line and not line.startswith("#")]


def is_for_administrators(row: Described) -> bool:
    """Tell whether the table of rights leaves a route to them."""
    reviewed = {(method, path.removeprefix("/api/v1").replace(":path}", "}")): least for least, method, path in RIGHTS}
    return reviewed[row.method, row.path] == ADMINISTRATOR


class Hunt:
    """A stocked daemon, its description, and a way in."""

    def __init__(self, site: Site, door: str) -> None:
        import schemathesis
        from schemathesis.checks import CHECKS, load_all_checks

        self.site, self.door = site, door
        self.token: str | None = None
        self.schema = schemathesis.openapi.from_dict(Api(site.socket).described)
        # Busy is 503, and no fault; what fits the description may still name what is not there, or is not acceptable.
        checks = self.schema.config.checks
        checks.not_a_server_error.expected_statuses = ["2xx", "3xx", "4xx", "503"]
        checks.positive_data_acceptance.expected_statuses = ["2xx", "3xx", "4xx", "503"]
        checks.negative_data_rejection.expected_statuses = ["4xx", "503"]
        load_all_checks()
        self._left_out: Any = [CHECKS.get_one("ignored_auth")]  # the kernel knows who asks, whatever a request says

    def stock(self) -> None:
        """Let there be one of everything that a path may name."""
        api = Api(self.site.socket)
        self.site.obtain("02:00:5e:18:00:01")
        api.ask("POST", "/configs", {"id": "c1", "parent_ids": ["base"]})
        api.ask("POST", "/devices", {"id": "d1", "mac": MAC, "vendor": "Aastra", "model": "6731i"})
        api.ask("POST", "/devices/reconfigure", {"ids": ["d1"], "sync": True})
        api.ask("POST", "/rollouts", {"from": "aastra", "to": "aastra"})

    def put(self, row: Described, url: str, count: int, allowed: set[int] | None = None, chance: bool = False) -> None:
        """Send requests to a route; each answer must be one that is described, and its status among those allowed."""
        from schemathesis import GenerationMode
        from schemathesis.generation.case import Case

        operation = self.schema[row.path][row.method]
        there = {name: NAMES.get(row.path, "phones") if name == "name" else THERE[name] for name in _named(row.path)}
        wanted = settings(
            max_examples=max(count // 2, 1), derandomize=not chance, database=None, deadline=None,
            phases=[Phase.generate], suppress_health_check=list(HealthCheck),
        )  # fmt: skip

        def ask(case: Case[Any]) -> None:
            shown = None if self.token is None else {"Authorization": f"Bearer {self.token}"}
            answer = case.call_and_validate(base_url=f"{url}/api/v1", headers=shown, excluded_checks=self._left_out)
            assert allowed is None or answer.status_code in allowed, f"{row.method} {row.path}: {answer.status_code}"

        for mode in GenerationMode.POSITIVE, GenerationMode.NEGATIVE:
            wanted(given(case=operation.as_strategy(generation_mode=mode, path_parameters=there or None))(ask))()


def _named(path: str) -> list[str]:
    return re.findall(r"{(\w+)}", path)


@pytest.fixture(scope="module")
def hunt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hunt]:
    dhcp = free_port()
    ports = {"dhcp": dhcp, "tftp": free_port(), "http": free_port(), "https": free_port(), "admin": free_port()}
    daemon = Site(tmp_path_factory.mktemp("hunt"), CONFIG.format(**ports))
    daemon.port = dhcp
    daemon.start()
    hunt = Hunt(daemon, f"http://127.0.0.1:{ports['admin']}")
    hunt.stock()
    yield hunt
    assert daemon.stop() == 0
    assert "API request failed" not in daemon.log.read_text()


@pytest.fixture(scope="module")
def administrator(hunt: Hunt) -> Iterator[str]:
    with passage(hunt.site.socket) as url:
        yield url


def each(rows: list[Described]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("row", rows, ids=lambda row: f"{row.method} {row.path}")


@each(ROWS)
def test_an_administrator_is_answered_as_described(row: Described, hunt: Hunt, administrator: str) -> None:
    hunt.put(row, administrator, BODY if row.takes is not None and row.path not in SLOW else PLAIN)


@each([row for row in ROWS if not row.is_open])
def test_without_a_sign_in_nothing_is_told(row: Described, hunt: Hunt) -> None:
    hunt.put(row, hunt.door, 2, {401})


@pytest.fixture(scope="module")
def viewer(hunt: Hunt) -> str:
    token: str = Api(hunt.site.socket).ask("POST", "/tokens", {"name": "hunt", "role": "viewer"}).value["secret"]
    return token


@each([row for row in ROWS if row.method != "GET" and (row.method, row.path) not in FOR_VIEWERS and not row.is_open])
def test_a_viewer_changes_nothing(row: Described, hunt: Hunt, viewer: str) -> None:
    with shown(hunt, viewer):
        hunt.put(row, hunt.door, 2, {400, 403, 412})


@pytest.fixture(scope="module")
def operator(hunt: Hunt) -> str:
    api = Api(hunt.site.socket)
    api.ask("POST", "/tokens", {"name": "first", "role": "viewer"})  # number 1 is deleted on the way
    token: str = api.ask("POST", "/tokens", {"name": "hunt", "role": "operator"}).value["secret"]
    return token


@contextmanager
def shown(hunt: Hunt, token: str) -> Iterator[None]:
    hunt.token = token
    try:
        yield
    finally:
        hunt.token = None


@each([row for row in ROWS if is_for_administrators(row)])
def test_an_operator_is_kept_from_what_is_for_administrators(row: Described, hunt: Hunt, operator: str) -> None:
    with shown(hunt, operator):
        hunt.put(row, hunt.door, 2, {400, 403, 412})


@each([row for row in ROWS if row.method != "GET" and not is_for_administrators(row)])
def test_an_operator_is_answered_as_described(row: Described, hunt: Hunt, operator: str) -> None:
    with shown(hunt, operator):
        hunt.put(row, hunt.door, 2)


@pytest.mark.long
@pytest.mark.timeout(600)
@each([row for row in ROWS if not is_for_administrators(row)])
def test_an_operator_too_for_long(row: Described, hunt: Hunt, operator: str) -> None:
    with shown(hunt, operator):
        hunt.put(row, hunt.door, LONG // 10 if row.path in SLOW else LONG // 2, chance=True)


@pytest.mark.long
@pytest.mark.timeout(600)
@each(ROWS)
def test_and_so_for_long(row: Described, hunt: Hunt, administrator: str) -> None:
    hunt.put(row, administrator, LONG // 10 if row.path in SLOW else LONG, chance=True)


def test_the_daemon_is_well_after_all_of_it(hunt: Hunt) -> None:
    status: Any = hunt.site.get("status")
    assert status["dhcp"]["connected"]
    assert all(process["restarts"] == 0 for process in status["processes"])
