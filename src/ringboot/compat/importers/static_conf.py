"""staticDHCPd's conf.py, of which the settings are read and nothing is run."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from ringboot.compat.importers.imported import BadSource, Imported, Place, read_source
from ringboot.compat.staticdhcpd.settings import BY_NAME, HERE, RENAMED, TABLE

CODE = ("code is not carried over", 'it runs unmodified: conf = "conf.py" in [dhcp]')
_DATABASES = ("DATABASE_ENGINE", "SQLITE_FILE", "INI_FILE", "CASE_INSENSITIVE_MACS")
_ENGINES = ("POSTGRESQL_", "MYSQL_")
_CARRIED = {
    "DHCP_SERVER_IP", "DHCP_RESPONSE_INTERFACE", "DHCP_SERVER_PORT", "AUTHORITATIVE", "ALLOW_DHCP_RELAYS",
    "ALLOWED_DHCP_RELAYS", "ENABLE_RAPIDCOMMIT", "PROXY_PORT", *_DATABASES,
}  # fmt: skip
# What is not carried over, and has words of its own.
_TOLD = {
    "ALLOW_LOCAL_DHCP": (
        "machines on our own wires are not to be answered", "leave their interfaces out of [dhcp] interfaces",
    ),
}  # fmt: skip


class Conf(NamedTuple):
    """Its settings, and in which line each stands."""

    path: Path
    values: dict[str, Any]
    lines: dict[str, int]

    def get(self, name: str) -> Any:
        """Give a setting, or its default."""
        return self.values[name] if name in self.values else BY_NAME[name].default

    def place(self, name: str) -> Place:
        """Say where it stands."""
        return Place(str(self.path), self.lines.get(name, 1))


def read_conf(path: Path, found: Imported) -> Conf:
    """Read its settings; what is computed and what is code is noted.  BadSource."""
    try:
        tree = ast.parse(read_source(path))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None) or 1
        raise BadSource(Place(str(path), line), "is no Python", "is it the conf.py?") from None
    conf = Conf(path, {}, {})
    for statement in tree.body:
        place = Place(str(path), statement.lineno, statement.col_offset + 1)
        if isinstance(statement, ast.Assign | ast.AnnAssign):
            _assigned(conf, statement, place, found)
        elif isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.drop(place, statement.name, *CODE)
        elif not _is_harmless(statement):
            found.drop(place, ast.unparse(statement).splitlines()[0][:60], *CODE)
    return conf


def _is_harmless(statement: ast.stmt) -> bool:
    """Tell whether it means nothing alone: an import, or the text of the file."""
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    return isinstance(statement, ast.Import | ast.ImportFrom | ast.Pass)


def _assigned(conf: Conf, statement: ast.Assign | ast.AnnAssign, place: Place, found: Imported) -> None:
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    names = [each.id for each in targets if isinstance(each, ast.Name)]
    try:
        value = ast.literal_eval(statement.value) if statement.value is not None else None
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        found.drop(place, ", ".join(names) or "an assignment", "its value is computed", "write it down, or set it here")
        return
    for name in names:
        if name.isupper():
            now = RENAMED.get(name, name)
            conf.values[now], conf.lines[now] = value, place.line


def apply(conf: Conf, found: Imported) -> None:
    """Carry over the settings of the server that have a counterpart; note the others where they are set."""
    address = _text(conf.values.get("DHCP_SERVER_IP"))
    found.address = address if address not in ("", "0.0.0.0") else None
    interface = conf.values.get("DHCP_RESPONSE_INTERFACE")
    if isinstance(interface, str) and interface not in ("", "-"):
        found.interfaces.append(interface)
    port = conf.values.get("DHCP_SERVER_PORT")
    found.port = port if isinstance(port, int) and port != 67 else None
    pxe_port = conf.values.get("PROXY_PORT")
    found.pxe_port = pxe_port if isinstance(pxe_port, int) else None
    known = {row.name: row for row in TABLE}
    for name, value in conf.values.items():
        row = known.get(name)
        if row is None:
            found.drop(conf.place(name), name, "it is no setting of the server", CODE[1])
        elif name not in _CARRIED and value != row.default and not name.startswith(_ENGINES):
            why, todo = _TOLD.get(name, ("a setting for its own code", CODE[1]))
            if name not in _TOLD and row.where is not HERE:
                why, todo = "it is set elsewhere, or nobody needs it", row.where
            found.drop(conf.place(name), name, why, todo)


def relays_of(conf: Conf | None) -> list[str]:
    """Give the relays that are allowed; nothing where any is, or none."""
    listed = conf.values.get("ALLOWED_DHCP_RELAYS") if conf is not None else None
    return [str(each) for each in listed] if isinstance(listed, list | tuple) else []


def database_of(conf: Conf) -> tuple[str, str]:
    """Say where its clients stand: "ini" and a path, "sql" and a path or a URL, or "" and why that is not known."""
    engine = conf.values.get("DATABASE_ENGINE")
    kind = engine.lower() if isinstance(engine, str) else ""
    if kind in ("ini", "sqlite"):
        name = "INI_FILE" if kind == "ini" else "SQLITE_FILE"
        file = conf.values.get(name)
        if not isinstance(file, str):
            return "", f"{name} is missing"
        return ("ini" if kind == "ini" else "sql"), str(conf.path.parent / file)
    if kind in ("postgresql", "mysql"):
        return "sql", _url(conf, kind)
    return "", "DATABASE_ENGINE names no database that can be read" if engine is not None else ""


def _url(conf: Conf, kind: str) -> str:
    def of(name: str) -> str:
        return _text(conf.values.get(f"{kind.upper()}_{name}"))

    account = quote(of("USERNAME"), safe="") + (f":{quote(of('PASSWORD'), safe='')}" if of("PASSWORD") else "")
    port = f":{of('PORT')}" if of("PORT") else ""
    host = of("HOST") or ("localhost" if kind == "mysql" else "")
    return f"{kind}://{account}@{host}{port}/{quote(of('DATABASE'), safe='')}"


def _text(value: Any) -> str:
    return "" if value is None else str(value)
