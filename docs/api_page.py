"""docs/reference/api.md: every route of the API, what it takes and gives, from its description."""

from __future__ import annotations

from typing import Any

from docs.shapes import named, shape, title
from docs.table import table

from ringboot.admin.openapi import describe
from ringboot.admin.route_table import TABLE

_HEAD = """\
# The API

Everything that commands and pages do goes through it: `/api/v1`, JSON in and out. The daemon describes it itself, as
OpenAPI 3.1: `/api/v1/openapi.json`. Commands reach it over the daemon's unix socket (`api_socket` in
[ringboot.toml](configuration.md)), where the kernel says who asks:

```console
$ curl --unix-socket /run/ringboot/api.sock "http://localhost/api/v1/devices?filter=configured=false&sort=-added"
```

- **Lists** take `filter=key=value` (repeated: all must hold), `text`, `sort=key` or `sort=-key`, `limit` and `offset`,
  and say how many rows there are (`total`). `filter` and `sort` know the keys that the list's description names.
- **Errors** are `application/problem+json` (RFC 9457): a `code` for programs, a `detail` for people, and `fields`,
  which maps places in the request to what is wrong there.
- **Versions**: what GET shows has an `ETag`. Sent back as `If-Match`, it keeps a change from overwriting another one:
  412 `changed-meanwhile`, with `current`. As `If-None-Match` it spares what you have: 304.
- **Secrets** read `***`; `secrets=1` shows them to administrators. `***` is never taken for a value.
- **PATCH** changes the keys that it names; `raw_config` and `options` are merge patches (RFC 7396): null removes a key.
- Every request that is no mere question [is written down](../howto/audit.md).

"""


def api_page() -> str:
    """List the routes by what they are about, then write every shape."""
    made = describe(TABLE)
    parts = [_HEAD]
    for tag in (each["name"] for each in made["tags"]):
        rows = [
            _row(method.upper(), path, operation)
            for path, operations in made["paths"].items()
            for method, operation in operations.items()
            if operation["tags"] == [tag]
        ]
        parts.append(f"## Routes: {tag}\n\n{table(('request', 'what it does', 'body', 'answer'), rows)}\n")
    parts += [f"## {title(name)}\n\n{shape(each)}\n" for name, each in sorted(made["components"]["schemas"].items())]
    return "".join(parts)


def _row(method: str, path: str, operation: dict[str, Any]) -> tuple[str, ...]:
    names = [each["name"] for each in operation["parameters"] if each["in"] == "query"]
    if "filter" in names:
        names = ["*a list*", *names[names.index("secrets") + 1 :]]
    asked = f" ({', '.join(name if name.startswith('*') else f'`{name}`' for name in names)})" if names else ""
    said = [answer["content"] for status, answer in operation["responses"].items() if "content" in answer]
    body = operation.get("requestBody", {}).get("content", {})
    what = " ".join(filter(None, (operation["summary"], operation.get("description", ""))))
    return f"`{method} {path}`{asked}", what, _kinds([body]), _kinds(said)


def _kinds(contents: list[dict[str, Any]]) -> str:
    """Name the shapes of bodies or answers; what is no JSON by its kind."""
    return " or ".join(
        named(each["schema"]) if kind == "application/json" else f"`{kind}`"
        for content in contents
        for kind, each in content.items()
    )
