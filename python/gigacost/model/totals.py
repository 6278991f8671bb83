"""The four nested subtotals, so that nobody compares apples with pears.

Each begins with the smaller one and adds the contributions declared to it. What counts where, and what to compare it
with, is decided by the declarations ``@contribution(to=...)`` in the modules of the drivers.
"""

from __future__ import annotations

from gigacost.graph.declarations import Subtotal

TOTAL_RUN = Subtotal(
    "total_run_usd",
    "The final run, pre- and post-training, hours used: compute and energy. Compare with a published run's cost.",
)
TOTAL_DEVELOPMENT = Subtotal(
    "total_development_usd",
    "The run, its experiments and people. Compare with published development costs.",
    of="total_run_usd",
)
TOTAL_PROJECT = Subtotal(
    "total_project_usd",
    "The development, data and unused capacity. Compare with budgets.",
    of="total_development_usd",
)
COST_TOTAL = Subtotal(
    "cost_total_usd",
    "The project and continuous improvement over horizon_years; equal to the project when that is 0.",
    of="total_project_usd",
)
