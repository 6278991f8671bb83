"""Sweeps as tables of other engines."""
