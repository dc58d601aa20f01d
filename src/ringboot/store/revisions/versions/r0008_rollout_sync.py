"""Roll-outs that tell devices to read their files again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0008"
down_revision = "r0007"


def upgrade() -> None:
    """Add the column."""
    op.add_column("rollout", sa.Column("sync", sa.Integer, nullable=False, server_default="0"))
