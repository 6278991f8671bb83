"""Answers as Excel workbooks: sums, shares and differences are formulas, whose kept values are the answer's own."""
