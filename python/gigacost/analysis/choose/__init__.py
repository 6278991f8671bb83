"""A design for who names none: the cheapest of each market within limits."""
