"""Distributions, draws from them, and statistics of what the draws give."""
