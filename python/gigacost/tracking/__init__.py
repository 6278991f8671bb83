"""A run while it goes on: what its log says of pace, stops and rate, and what that makes of its end."""
