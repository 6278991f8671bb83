"""Units: their algebra, quantities as people write them, and the check that formulas fit."""
