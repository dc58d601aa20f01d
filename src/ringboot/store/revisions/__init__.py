"""How fleet.db came to its present shape, step by step (Alembic)."""
