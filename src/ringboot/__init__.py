"""Ringboot: from its box to working, for IP phones and machines that boot from the network."""

__version__ = "0.1.0"
