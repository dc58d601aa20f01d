"""The API's description (OpenAPI 3.1), made from the rows of its routes and the types that they name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter

from ringboot import __version__
from ringboot.admin.described import CSV, FORMAT, JSON, OCTETS, STREAM, TEXT, Described, of_list
from ringboot.admin.shapes.things import Address, ChangedMeanwhile, Problem

SERVER = "/api/v1"
PROBLEM = "application/problem+json"
_COMPONENT = "#/components/schemas/{model}"
_SAFE = ("GET", "HEAD")
_ABOUT = """\
Everything that the daemon does can be done here. Over its unix socket the kernel says who asks; over the network a
browser signs in, which gives it a cookie, and a program shows a token.

Viewers may look, operators may change what concerns phones, administrators may do all. What somebody may not do is
answered with 403. Keys may be added to answers in later versions: ignore those that you do not know."""
_ANY: Mapping[str, Any] = {"type": "string", "minLength": 1}
# What each parameter of a path may be wherever it stands; any other is text.
_IN_PATH: Mapping[str, Any] = {
    "address": TypeAdapter(Address).json_schema(),
    "mac": {"type": "string", "description": "A MAC address, in any of the usual spellings."},
}
_VERSIONED = {"ETag": {"description": "The version of what is shown.", "schema": {"type": "string"}}}
_IF_NONE_MATCH = {
    "name": "If-None-Match", "in": "header", "schema": {"type": "string"},
    "description": "Versions that you have: when it is one of them, the answer is 304 and empty.",
}  # fmt: skip
_IF_MATCH = {
    "name": "If-Match", "in": "header", "schema": {"type": "string"},
    "description": "The version that the change is meant for: when it is another one by now, nothing is changed.",
}  # fmt: skip
_CSRF = {
    "name": "X-CSRF-Token", "in": "header", "schema": {"type": "string"},
    "description": "What signing in gave; for browsers only.",
}  # fmt: skip
_REFUSED = {
    400: "The request cannot be read: its body, or a parameter.",
    401: "Nobody has signed in.",
    403: "Who asks may not do that.",
    404: "It is not there.",
    408: "The request came too slowly.",
    409: "It cannot be done as things are.",
    412: "It was changed meanwhile.",
    413: "The body is too large.",
    422: "The request is understood, and not acceptable.",
    429: "Too many requests.",
    500: "The daemon failed; its log says where.",
    503: "It cannot be done now; the same request may succeed in a moment.",
    507: "The disk is full, and nothing was changed.",
}


def describe(table: Sequence[Described]) -> dict[str, Any]:
    """Describe the routes of a table."""
    schemas = _Schemas(table)
    paths: dict[str, dict[str, Any]] = {}
    for row in table:
        paths.setdefault(row.path, {})[row.method.lower()] = _operation(row, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Ringboot", "version": __version__, "description": _ABOUT},
        "servers": [{"url": SERVER}],
        "security": [{"session": []}, {"token": []}],
        "tags": [{"name": tag} for tag in dict.fromkeys(row.tag for row in table)],
        "paths": paths,
        "components": {
            "schemas": schemas.shared,
            "responses": {str(status): _problem(status) for status in _REFUSED},
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": "ringboot_session"},
                "token": {"type": "http", "scheme": "bearer", "bearerFormat": "rb_..."},
            },
        },
    }


class _Schemas:
    """The schema of each type that a row names, and those that they share."""

    def __init__(self, table: Sequence[Described]) -> None:
        inputs: list[tuple[Any, Any, TypeAdapter[Any]]] = [
            ("problem", "serialization", TypeAdapter(Problem)),
            ("changed", "serialization", TypeAdapter(ChangedMeanwhile)),
        ]
        for row in table:
            place = (row.method, row.path)
            for status, kind in row.answers.items():
                if kind is not None and row.kind == JSON:
                    inputs.append(((*place, status), "serialization", TypeAdapter(kind)))
            if row.takes is not None and row.sends == JSON:
                inputs.append(((*place, "takes"), "validation", TypeAdapter(row.takes)))
        self._found, rest = TypeAdapter.json_schemas(inputs, ref_template=_COMPONENT)
        self.shared: dict[str, Any] = _plain(rest["$defs"])

    def of(self, *place: Any) -> Any:
        """Give that of an answer, by method, path and status, or of a body, by method, path and "takes"."""
        found = next(schema for (key, _), schema in self._found.items() if key == place)
        return _plain(found)


def _operation(row: Described, schemas: _Schemas) -> dict[str, Any]:
    made: dict[str, Any] = {
        "operationId": _name(row),
        "summary": row.what,
        "tags": [row.tag],
        "parameters": _parameters(row),
        "responses": {str(status): _answer(row, status, kind, schemas) for status, kind in row.answers.items()},
    }
    if row.more:
        made["description"] = row.more
    if row.is_open:
        made["security"] = []
    if row.takes is not None:
        schema = schemas.of(row.method, row.path, "takes") if row.sends == JSON else _raw(row.sends)
        made["requestBody"] = {"required": True, "content": {row.sends: {"schema": schema}}}
    if row.method == "GET" and row.kind == JSON:
        made["responses"]["304"] = {"description": "It is the version that you have.", "headers": _VERSIONED}
    made["responses"] |= {str(status): {"$ref": f"#/components/responses/{status}"} for status in refusals(row)}
    return made


def refusals(row: Described) -> list[int]:
    """Give the statuses of the problems that a route may answer with."""
    found = {400, 401, 403, 429, 500, 503, *row.refuses}
    if "{" in row.path:
        found |= {404, 422}
    if row.method not in _SAFE:
        found |= {409, 422, 507}
    if row.method not in (*_SAFE, "POST"):
        found.add(412)
    if row.takes is not None:
        found.add(413)
    return sorted(found)


def _parameters(row: Described) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {**_IN_PATH, **row.named}.get(name, _ANY)}
        for name in re.findall(r"{(\w+)}", row.path)
    ]
    made += [
        {"name": name, "in": "query", "required": required, "description": what, "schema": dict(schema)}
        for name, what, schema, required in (*(of_list(row.keys) if row.keys else ()), *row.asks)
    ]
    if row.method == "GET":
        made += [_IF_NONE_MATCH] if row.kind == JSON else []
    else:
        made += [_CSRF] if row.method == "POST" else [_CSRF, _IF_MATCH]
    return made


def _answer(row: Described, status: int, kind: Any, schemas: _Schemas) -> dict[str, Any]:
    if kind is None:
        return {"description": "Done."}
    schema = schemas.of(row.method, row.path, status) if row.kind == JSON else _raw(row.kind)
    what = "What is there." if row.method == "GET" else "Done."
    content = {row.kind: {"schema": schema}}
    if row.keys or any(asks.name == FORMAT.name for asks in row.asks):
        content[CSV] = {"schema": _raw(CSV)}
    made = {"description": what, "content": content}
    return {**made, "headers": _VERSIONED} if row.method == "GET" and row.kind == JSON else made


def _problem(status: int) -> dict[str, Any]:
    name = "ChangedMeanwhile" if status == 412 else "Problem"
    return {
        "description": _REFUSED[status],
        "content": {PROBLEM: {"schema": {"$ref": _COMPONENT.format(model=name)}}},
    }


def _raw(kind: str) -> dict[str, Any]:
    """Give the schema of what is no JSON."""
    return {OCTETS: {}, TEXT: {"type": "string"}, CSV: {"type": "string"}, STREAM: {"type": "string"}}[kind]


def _name(row: Described) -> str:
    """Name an operation by its method and path."""
    words = re.findall(r"\w+", row.path.replace(".", "_"))
    return "_".join((row.method.lower(), *words))


def _plain(schema: Any) -> Any:
    """Leave out the titles that only repeat a key."""
    if isinstance(schema, list):
        return [_plain(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {key: _plain(value) for key, value in schema.items() if key != "title" or not isinstance(value, str)}
