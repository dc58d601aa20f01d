"""Names of addresses in the DNS."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0004"
down_revision = "r0003"


def upgrade() -> None:
    """Add their table."""
    op.create_table(
        "dns_name",
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("mac", sa.Text),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("wanted", "dhcid", "there", "there_dhcid")),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("due", sa.Float, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("problem", "why")),
        sa.Column("waits", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("address"),
    )
    op.create_index("dns_name_waits", "dns_name", ["waits", "due"])
