"""Composes the processes; nothing below knows all the parts."""
