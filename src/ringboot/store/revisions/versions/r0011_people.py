"""Users, their sessions and tokens."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0011"
down_revision = "r0010"


def upgrade() -> None:
    """Add their tables."""
    op.create_table(
        "user_account",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("name", "role", "digest")),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("seen", sa.Float),
        sa.Column("must_change", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "user_session",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("digest", "id", "user")),
        *(sa.Column(name, sa.Float, nullable=False) for name in ("created", "seen")),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("address", "agent")),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "user_token",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("id", "name", "digest", "role", "scope")),
        sa.Column("user", sa.Text),
        *(sa.Column(name, sa.Float, nullable=False) for name in ("created", "expires")),
        sa.Column("used", sa.Float),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
    )
