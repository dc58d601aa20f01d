"""fleet.db and the lease journal."""
