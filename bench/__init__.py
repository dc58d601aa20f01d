"""Measures Ringboot's DHCP beside Kea, on one machine, in one run."""
