"""The search: which layouts are tried for every design, and what makes one better than another.

The layout of the shortest step wins among those that are legal and fit; of equally short ones the first in the order
below: least tensor parallelism first, then least context, expert parallelism, smallest microbatch, least
recomputation, fewest stages, least interleaving, least sharding. ZeRO 0 is not tried: ZeRO 1 sends the same and holds
less. An axis that a specification gives is not searched.
"""

from __future__ import annotations

from gigacost.graph.wiring import Search

LAYOUT = Search(
    "layout",
    over=(
        ("tp", (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)),
        ("cp", (1.0, 2.0, 4.0, 8.0, 16.0)),
        ("ep", (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)),
        ("microbatch", (1.0, 2.0, 4.0, 8.0, 16.0)),
        ("recompute", (0.0, 1.0, 2.0)),
        ("pp", (1.0, 2.0, 4.0, 8.0, 12.0, 16.0, 24.0, 32.0, 64.0)),
        ("vp", (1.0, 2.0, 4.0, 8.0)),
        ("zero_stage", (1.0, 2.0, 3.0)),
    ),
    minimise="layout_seconds",
    among="layout_legal",
    unless=("context_split_short", "context_split_in_vain", "recompute_in_vain", "microbatch_in_vain"),
)
AXES = tuple(axis for axis, _ in LAYOUT.over)
"""What a layout is given by, in the order of the search."""
