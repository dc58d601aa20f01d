"""Bytes to values and back: a bounded reader, value kinds, TLV; knows no protocol."""
