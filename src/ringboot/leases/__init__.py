"""The lease table, pools, allocation and the life of a lease; pure."""
