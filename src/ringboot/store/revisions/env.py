"""Alembic's entry: run the steps over the connection that `opening` holds."""

from __future__ import annotations

from alembic import context

from ringboot.store.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
with context.begin_transaction():
    context.run_migrations()
