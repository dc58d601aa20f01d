"""The description of the API: every route has a row, nothing is left out, and what routes read is what it says."""

from __future__ import annotations

import json
import re
from typing import Any, cast

import jsonschema_rs
import pytest
from tests.admin.asked import Site

from ringboot.admin.api import build_api
from ringboot.admin.asking import PREFIX
from ringboot.admin.described import JSON, Described
from ringboot.admin.desk import Desk
from ringboot.admin.openapi import SERVER, describe, refusals
from ringboot.admin.route_table import TABLE
from ringboot.fleet.entries import ConfigEntry, DeviceEntry

MADE = describe(TABLE)
OPERATIONS = [
    pytest.param(path, method, operation, id=f"{method.upper()} {path}")
    for path, operations in MADE["paths"].items()
    for method, operation in operations.items()
]


def test_every_route_has_a_row_and_every_row_a_route(desk: Any) -> None:
    served = build_api(cast(Desk, desk)).openapi()["paths"]
    routes = {(method, path.removeprefix(PREFIX)) for path, methods in served.items() for method in methods}
    rows = [(row.method.lower(), row.path) for row in TABLE]
    assert routes - set(rows) == set(), (
        "add a row to DESCRIBED beside the route; its module stands in admin/route_table.py"
    )
    assert set(rows) - routes == set()
    assert len(rows) == len(set(rows))
    assert SERVER == PREFIX


def test_it_is_openapi_and_can_be_sent() -> None:
    assert MADE["openapi"].startswith("3.1.")
    assert json.loads(json.dumps(MADE)) == MADE
    for name, schema in MADE["components"]["schemas"].items():
        assert re.fullmatch(r"[A-Za-z0-9._-]+", name)
        jsonschema_rs.meta.validate(schema)
        assert schema.get("description") or name.startswith("Listed_"), f"{name} needs a docstring"


def test_every_reference_leads_somewhere() -> None:
    found = set(re.findall(r'"\$ref": "#/components/(\w+)/([^"]+)"', json.dumps(MADE)))
    assert found
    for kind, name in found:
        assert name in MADE["components"][kind]


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_nothing_of_a_route_is_undescribed(path: str, method: str, operation: Any) -> None:
    assert operation["summary"].endswith(".")
    named = [each["name"] for each in operation["parameters"] if each["in"] == "path"]
    assert named == re.findall(r"{(\w+)}", path)
    for each in operation["parameters"]:
        assert each["schema"]
        assert each["in"] == "path" or each["description"]
    good = {status: answer for status, answer in operation["responses"].items() if status < "300"}
    assert good
    for status, answer in good.items():
        assert (status == "204") == ("content" not in answer), "what is answered needs a type"
    assert {"401", "403", "500"} <= operation["responses"].keys()
    assert ("412" in operation["responses"]) == (method in ("put", "patch", "delete"))
    assert ("413" in operation["responses"]) == ("requestBody" in operation)


def test_names_of_operations_are_unique() -> None:
    names = [each["operationId"] for operations in MADE["paths"].values() for each in operations.values()]
    assert len(names) == len(set(names))


def test_a_list_names_what_it_can_be_sorted_by() -> None:
    asked = {each["name"]: each["schema"] for each in MADE["paths"]["/devices"]["get"]["parameters"]}
    assert {"mac", "-mac", "configured"} <= set(asked["sort"]["enum"])
    assert re.match(asked["filter"]["items"]["pattern"], "model=M1")
    assert not re.match(asked["filter"]["items"]["pattern"], "options=x")
    assert (asked["limit"]["maximum"], asked["offset"]["minimum"]) == (100_000, 0)


def test_every_problem_has_its_words() -> None:
    for row in TABLE:
        assert {str(status) for status in refusals(row)} <= MADE["components"]["responses"].keys()


def keys_of(schema: Any) -> set[str]:
    """Give the keys of a body, or of all that it may be."""
    if "anyOf" in schema:
        return {key for each in schema["anyOf"] for key in keys_of(each)}
    if "$ref" in schema:
        return keys_of(MADE["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    return set(schema.get("properties", {}))


BODIES = [row for row in TABLE if row.takes is not None and row.sends == JSON]
# Whose keys the fleet knows: entries.py refuses others.
OF_THE_FLEET = {"/devices", "/devices/{device_id}", "/configs", "/configs/{config_id}"}


@pytest.mark.parametrize("row", BODIES, ids=lambda row: f"{row.method} {row.path}")
def test_a_body_has_the_keys_that_its_route_knows(row: Described, desk: Any) -> None:
    described = keys_of(MADE["paths"][row.path][row.method.lower()]["requestBody"]["content"][JSON]["schema"])
    if row.path in OF_THE_FLEET:
        entry = DeviceEntry if "device" in row.path else ConfigEntry
        assert described - {"id"} == entry.model_fields.keys()
        return
    said = Site(desk).ask(row.method, re.sub("{[a-z_]+}", "10.0.0.9", row.path), {"no-such-key": 1})
    assert said.value["code"] == "unknown-keys", said
    assert set(said.value["detail"].partition("Known are ")[2].rstrip(".").split(", ")) == described
