"""Specifications: what they hold, how they are read, how settings override them."""
