"""Scripts written for staticDHCPd, run as they are: its conf.py, hooks, packets, values and extensions."""
