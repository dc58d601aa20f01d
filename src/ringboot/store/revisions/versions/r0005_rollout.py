"""Roll-outs, and the devices of each."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0005"
down_revision = "r0004"


def upgrade() -> None:
    """Add their tables."""
    op.create_table(
        "rollout",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("id", "old", "new", "who")),
        sa.Column("began", sa.Float, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("stage", sa.Integer, nullable=False),
        sa.Column("resume_at", sa.Float),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("stop_at", "failures")),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("window", "reason", "why")),
        sa.Column("ended", sa.Float),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "rollout_device",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("rollout", "device")),
        sa.Column("stage", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("state", "why")),
        sa.PrimaryKeyConstraint("rollout", "device"),
    )
    op.create_index("rollout_device_state", "rollout_device", ["rollout", "state", "stage", "device"])
