"""What webhooks are to be told, and what was told and still holds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0010"
down_revision = "r0009"


def upgrade() -> None:
    """Add their tables."""
    op.create_table(
        "delivery",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("id", "hook", "event")),
        sa.Column("utc", sa.Float, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("due", sa.Float, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("delivery_hook", "delivery", ["hook", "id"])
    op.create_table(
        "told",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("kind", "subject")),
        sa.Column("utc", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("kind", "subject"),
    )
