"""Codes of configs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0007"
down_revision = "r0006"


def upgrade() -> None:
    """Add their column, and find a config by it."""
    op.add_column("config", sa.Column("code", sa.Text))
    op.create_index("config_code", "config", ["code"], unique=True)
