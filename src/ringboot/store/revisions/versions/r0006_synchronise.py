"""Jobs that let devices read their files again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0006"
down_revision = "r0005"


def upgrade() -> None:
    """Add their tables."""
    op.create_table(
        "sync_job",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("utc", sa.Float, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("who", "state")),
        sa.Column("ended", sa.Float),
        sa.Column("sent", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Float) for name in ("first", "last")),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "sync_row",
        sa.Column("job", sa.Integer, nullable=False),
        sa.Column("device", sa.Text, nullable=False),
        sa.Column("mac", sa.Text),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("state", "reason", "detail")),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("due", sa.Float, nullable=False),
        *(sa.Column(name, sa.Float) for name in ("told", "ended")),
        sa.PrimaryKeyConstraint("job", "device"),
    )
    op.create_index("sync_row_state", "sync_row", ["state", "job"])
