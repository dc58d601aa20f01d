"""Secret URLs of devices."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0002"
down_revision = "r0001"


def upgrade() -> None:
    """Add their table."""
    op.create_table(
        "secret_url",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("device", "word", "digest")),
        sa.PrimaryKeyConstraint("device"),
        sa.UniqueConstraint("digest"),
    )
