"""Machines that boot from the network, and which of their one-shot URLs were used."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0012"
down_revision = "r0011"


def upgrade() -> None:
    """Add their tables."""
    op.create_table(
        "machine",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("device", "state")),
        sa.Column("since", sa.Float, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("who", "word", "digest")),
        sa.Column("asked", sa.Float),
        sa.PrimaryKeyConstraint("device"),
    )
    op.create_index("machine_digest", "machine", ["digest"])
    op.create_table(
        "once_used",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("device", "name")),
        sa.Column("utc", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("device", "name"),
    )
