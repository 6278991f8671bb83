"""Readers of the tables of published figures that ship with the package."""
