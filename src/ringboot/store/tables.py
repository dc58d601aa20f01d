"""The tables of fleet.db; the newest revision in revisions/ makes exactly these."""

from __future__ import annotations

import sqlalchemy as sa

METADATA = sa.MetaData()


def _text(name: str, *, key: bool = False, null: bool = True, unique: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, primary_key=key, nullable=null and not key, unique=unique or None)


DEVICE = sa.Table(
    "device",
    METADATA,
    _text("id", key=True),
    _text("mac", unique=True),
    _text("ip"),
    _text("sn"),
    _text("uuid"),
    _text("vendor"),
    _text("model"),
    _text("version"),
    _text("plugin"),
    _text("config"),
    sa.Column("configured", sa.Integer, nullable=False),
    _text("added"),
    _text("description"),
    _text("options", null=False),  # JSON
    _text("association"),
    _text("problem"),
    *(sa.Index(f"device_{key}", key) for key in ("ip", "sn", "uuid", "plugin", "config")),
)

CONFIG = sa.Table(
    "config",
    METADATA,
    _text("id", key=True),
    _text("raw_config", null=False),  # JSON
    _text("role"),
    sa.Column("transient", sa.Integer, nullable=False),
    sa.Column("deletable", sa.Integer, nullable=False),
    _text("label"),
    _text("code"),
    sa.Index("config_role", "role"),
    sa.Index("config_code", "code", unique=True),
)

CONFIG_PARENT = sa.Table(
    "config_parent",
    METADATA,
    _text("config", key=True),
    sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
    _text("parent", null=False),
    sa.Index("config_parent_parent", "parent"),
)

HISTORY = sa.Table(
    "history",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    _text("kind", null=False),  # device | config | setting
    _text("subject", null=False),
    sa.Column("utc", sa.Float, nullable=False),
    _text("who", null=False),
    _text("before"),  # JSON
    _text("after"),  # JSON
    sa.Index("history_subject", "kind", "subject", "id"),
)

AUDIT = sa.Table(
    "audit",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("utc", sa.Float, nullable=False),
    *(_text(name, null=False) for name in ("who", "role", "via", "method", "path")),
    sa.Column("status", sa.Integer, nullable=False),
    *(_text(name) for name in ("request", "before", "after")),  # JSON
)

FILE = sa.Table(
    "file",
    METADATA,
    _text("plugin", key=True),
    _text("path", key=True),
    _text("device"),
    _text("part", null=False),
    sa.Column("secret", sa.Integer, nullable=False),
    _text("sha256", null=False),
    _text("template", null=False),
    sa.Index("file_device", "device"),
)

EVENT = sa.Table(
    "event",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("utc", sa.Float, nullable=False),
    _text("reason", null=False),
    _text("mac"),
    _text("device"),
    _text("address"),
    _text("detail", null=False),  # JSON
    sa.Index("event_device", "device", "id"),
    sa.Index("event_mac", "mac", "id"),
    sa.Index("event_reason", "reason", "id"),
)

RESERVATION = sa.Table(
    "reservation",
    METADATA,
    _text("network", key=True),
    _text("kind", key=True),
    _text("value", key=True),
    _text("address", null=False),
    _text("hostname"),
    _text("options", null=False),  # JSON
    sa.UniqueConstraint("network", "address"),
)

SECRET_URL = sa.Table(
    "secret_url",
    METADATA,
    _text("device", key=True),
    _text("word", null=False),
    _text("digest", null=False, unique=True),
)

DNS_NAME = sa.Table(
    "dns_name",
    METADATA,
    _text("address", key=True),
    _text("mac"),
    *(_text(name, null=False) for name in ("wanted", "dhcid", "there", "there_dhcid")),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("due", sa.Float, nullable=False),
    _text("problem", null=False),
    _text("why", null=False),
    sa.Column("waits", sa.Integer, nullable=False),  # 1: the DNS does not hold yet what it is to hold
    sa.Index("dns_name_waits", "waits", "due"),
)

SETTING = sa.Table("setting", METADATA, _text("name", key=True), _text("value", null=False))

PLUGIN_STATE = sa.Table(
    "plugin_state",
    METADATA,
    _text("id", key=True),
    _text("state", null=False),
    _text("source", null=False),
)

NUMBER = sa.Table(
    "number",
    METADATA,
    _text("name", key=True),
    sa.Column("value", sa.Integer, nullable=False),
)

POOL_USE = sa.Table(
    "pool_use",
    METADATA,
    _text("network", key=True),
    _text("pool", key=True),
    *(sa.Column(name, sa.Integer, primary_key=True) for name in ("step", "utc")),
    *(sa.Column(name, sa.Integer, nullable=False) for name in ("size", "used", "declined")),
)

ROLLOUT = sa.Table(
    "rollout",
    METADATA,
    _text("id", key=True),
    *(_text(name, null=False) for name in ("old", "new", "who")),
    sa.Column("began", sa.Float, nullable=False),
    _text("state", null=False),
    sa.Column("stage", sa.Integer, nullable=False),
    sa.Column("resume_at", sa.Float),
    *(sa.Column(name, sa.Integer, nullable=False) for name in ("stop_at", "failures")),
    *(_text(name, null=False) for name in ("window", "reason", "why")),
    sa.Column("ended", sa.Float),
    sa.Column("sync", sa.Integer, nullable=False, server_default="0"),
)

ROLLOUT_DEVICE = sa.Table(
    "rollout_device",
    METADATA,
    _text("rollout", key=True),
    _text("device", key=True),
    sa.Column("stage", sa.Integer, nullable=False),
    _text("state", null=False),
    _text("why", null=False),
    sa.Index("rollout_device_state", "rollout", "state", "stage", "device"),
)

SYNC_JOB = sa.Table(
    "sync_job",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("utc", sa.Float, nullable=False),
    *(_text(name, null=False) for name in ("who", "state")),
    sa.Column("ended", sa.Float),
    sa.Column("sent", sa.Integer, nullable=False),
    *(sa.Column(name, sa.Float) for name in ("first", "last")),
)

SYNC_ROW = sa.Table(
    "sync_row",
    METADATA,
    sa.Column("job", sa.Integer, primary_key=True, autoincrement=False),
    _text("device", key=True),
    _text("mac"),
    *(_text(name, null=False) for name in ("state", "reason", "detail")),  # detail: JSON
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("due", sa.Float, nullable=False),
    *(sa.Column(name, sa.Float) for name in ("told", "ended")),
    sa.Index("sync_row_state", "state", "job"),
)

DELIVERY = sa.Table(
    "delivery",
    METADATA,
    _text("id", key=True),
    *(_text(name, null=False) for name in ("hook", "event")),
    sa.Column("utc", sa.Float, nullable=False),
    _text("body", null=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("due", sa.Float, nullable=False),
    _text("why", null=False),
    sa.Index("delivery_hook", "hook", "id"),
)

TOLD = sa.Table(
    "told",
    METADATA,
    _text("kind", key=True),
    _text("subject", key=True),
    sa.Column("utc", sa.Float, nullable=False),
)

USER_ACCOUNT = sa.Table(
    "user_account",
    METADATA,
    _text("name", key=True),
    *(_text(name, null=False) for name in ("role", "digest")),
    sa.Column("created", sa.Float, nullable=False),
    sa.Column("seen", sa.Float),
    sa.Column("must_change", sa.Integer, nullable=False),
)

USER_SESSION = sa.Table(
    "user_session",
    METADATA,
    _text("digest", key=True),
    *(_text(name, null=False) for name in ("id", "user")),
    *(sa.Column(name, sa.Float, nullable=False) for name in ("created", "seen")),
    *(_text(name, null=False) for name in ("address", "agent")),
)

USER_TOKEN = sa.Table(
    "user_token",
    METADATA,
    _text("id", key=True),
    _text("name", null=False),
    _text("digest", null=False, unique=True),
    *(_text(name, null=False) for name in ("role", "scope")),  # scope: JSON
    _text("user"),
    *(sa.Column(name, sa.Float, nullable=False) for name in ("created", "expires")),
    sa.Column("used", sa.Float),
)

MACHINE = sa.Table(
    "machine",
    METADATA,
    _text("device", key=True),
    _text("state", null=False),
    sa.Column("since", sa.Float, nullable=False),
    *(_text(name, null=False) for name in ("who", "word", "digest")),
    sa.Column("asked", sa.Float),
    sa.Index("machine_digest", "digest"),
)

ONCE_USED = sa.Table(
    "once_used",
    METADATA,
    _text("device", key=True),
    _text("name", key=True),
    sa.Column("utc", sa.Float, nullable=False),
)

JOB = sa.Table(
    "job",
    METADATA,
    _text("id", key=True),
    *(_text(name, null=False) for name in ("kind", "what", "who")),
    sa.Column("started", sa.Float, nullable=False),
    _text("state", null=False),
    sa.Column("ended", sa.Float),
    _text("doing", null=False),
    sa.Column("done", sa.Integer, nullable=False),
    sa.Column("total", sa.Integer),
    _text("unit", null=False),
    *(_text(name) for name in ("result", "problem", "code", "again")),  # result, again: JSON
)
