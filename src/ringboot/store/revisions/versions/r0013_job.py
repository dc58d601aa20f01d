"""Work that takes a while."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0013"
down_revision = "r0012"


def upgrade() -> None:
    """Add its table."""
    op.create_table(
        "job",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("id", "kind", "what", "who")),
        sa.Column("started", sa.Float, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("ended", sa.Float),
        sa.Column("doing", sa.Text, nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("total", sa.Integer),
        sa.Column("unit", sa.Text, nullable=False),
        *(sa.Column(name, sa.Text) for name in ("result", "problem", "code", "again")),
        sa.PrimaryKeyConstraint("id"),
    )
