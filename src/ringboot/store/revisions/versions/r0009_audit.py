"""Who asked for which change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0009"
down_revision = "r0008"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("utc", sa.Float, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("who", "role", "via", "method", "path")),
        sa.Column("status", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Text) for name in ("request", "before", "after")),
        sa.PrimaryKeyConstraint("id"),
    )
