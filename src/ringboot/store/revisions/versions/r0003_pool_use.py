"""How full each pool was, over time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0003"
down_revision = "r0002"


def upgrade() -> None:
    """Add its table."""
    op.create_table(
        "pool_use",
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("step", "utc")),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("network", "pool")),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("size", "used", "declined")),
        sa.PrimaryKeyConstraint("network", "pool", "step", "utc"),
    )
