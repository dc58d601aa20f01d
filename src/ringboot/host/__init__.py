"""Processes: the supervisor, and tenants that run templates under limits."""
