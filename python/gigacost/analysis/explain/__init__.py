"""How a number is made: its formula, its inputs with their sources, and what uses it."""
