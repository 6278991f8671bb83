"""What computing and storing cost where nobody says: list prices without a discount."""

from __future__ import annotations

from gigacost.graph.declarations import Constant
from gigacost.model.storage import STORAGE_TIER_1

_INSTANCE = Constant(
    0.1008, "$/h", "AWS m7i.large, on demand, us-east-1; SkyPilot catalogue v8 @e385a0d3, aws/vms.csv", "2026"
)
_INSTANCE_CORES = Constant(2, "core", "AWS m7i.large: 2 vCPU, each a thread of a core", "2026")
CORE_HOUR = _INSTANCE / _INSTANCE_CORES
"""A core of a general-purpose machine; a core is what runs one thread, as clouds sell it [$/(core·h)]."""
_GB_PER_TB = Constant(1000, "GB/TB")
GB_MONTH = STORAGE_TIER_1 / _GB_PER_TB
"""Object storage [$/(GB·month)]."""
