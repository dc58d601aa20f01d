"""The first shape: devices, configs, files, events, reservations, settings, plugins, numbers, history."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0001"
down_revision = None


def _text(name: str, *, null: bool = True) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=null)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


def upgrade() -> None:
    """Make every table."""
    _fleet()
    _happenings()
    op.create_table(
        "reservation",
        *(_text(name, null=False) for name in ("network", "kind", "value", "address")),
        _text("hostname"),
        _text("options", null=False),
        sa.PrimaryKeyConstraint("network", "kind", "value"),
        sa.UniqueConstraint("network", "address"),
    )
    op.create_table("setting", _text("name", null=False), _text("value", null=False), sa.PrimaryKeyConstraint("name"))
    op.create_table(
        "plugin_state",
        *(_text(name, null=False) for name in ("id", "state", "source")),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table("number", _text("name", null=False), _number("value"), sa.PrimaryKeyConstraint("name"))


def _fleet() -> None:
    op.create_table(
        "device",
        _text("id", null=False),
        *(_text(name) for name in ("mac", "ip", "sn", "uuid", "vendor", "model", "version", "plugin", "config")),
        _number("configured"),
        *(_text(name) for name in ("added", "description")),
        _text("options", null=False),
        *(_text(name) for name in ("association", "problem")),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("mac"),
    )
    for key in ("ip", "sn", "uuid", "plugin", "config"):
        op.create_index(f"device_{key}", "device", [key])
    op.create_table(
        "config",
        _text("id", null=False),
        _text("raw_config", null=False),
        _text("role"),
        _number("transient"),
        _number("deletable"),
        _text("label"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("config_role", "config", ["role"])
    op.create_table(
        "config_parent",
        _text("config", null=False),
        _number("place"),
        _text("parent", null=False),
        sa.PrimaryKeyConstraint("config", "place"),
    )
    op.create_index("config_parent_parent", "config_parent", ["parent"])
    op.create_table(
        "file",
        *(_text(name, null=False) for name in ("plugin", "path")),
        _text("device"),
        _text("part", null=False),
        _number("secret"),
        *(_text(name, null=False) for name in ("sha256", "template")),
        sa.PrimaryKeyConstraint("plugin", "path"),
    )
    op.create_index("file_device", "file", ["device"])


def _happenings() -> None:
    op.create_table(
        "event",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("utc", sa.Float, nullable=False),
        _text("reason", null=False),
        *(_text(name) for name in ("mac", "device", "address")),
        _text("detail", null=False),
    )
    for key in ("device", "mac", "reason"):
        op.create_index(f"event_{key}", "event", [key, "id"])
    op.create_table(
        "history",
        sa.Column("id", sa.Integer, primary_key=True),
        *(_text(name, null=False) for name in ("kind", "subject")),
        sa.Column("utc", sa.Float, nullable=False),
        _text("who", null=False),
        *(_text(name) for name in ("before", "after")),
    )
    op.create_index("history_subject", "history", ["kind", "subject", "id"])
