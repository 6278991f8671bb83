"""Keeping and moving data: raw, clean and checkpoints in an object store over the project's life, reads and egress.

Raw crawl is streamed, not kept, by default: 38 PB would cost $9.6M a year.
"""

from __future__ import annotations

from gigacost.graph.declarations import Constant, Input, contribution
from gigacost.model.constants import B_PER_TB, MONTHS_PER_YEAR
from gigacost.ops import Value, maximum, minimum, total

RAW_KEPT_SHARE = Input(
    "raw_kept_share",
    "1",
    "Share of the raw crawl that is stored; 0 when it is streamed through extraction.",
    default=0.0,
    source="assumption: Common Crawl stays where it is, free to read again",
    high=1.0,
)
FULL_CHECKPOINTS_KEPT = Input(
    "full_checkpoints_kept",
    "1",
    "Checkpoints kept with the optimiser's state, to resume from.",
    default=3.0,
    source="assumption: the last ones, to fall back on",
    high=1e6,
    plausible=(1.0, 100.0),
)
WEIGHT_SNAPSHOTS_PER_DAY = Input(
    "weight_snapshots_per_day",
    "1/d",
    "Copies of the weights alone that are kept for each day of the run.",
    default=1.0,
    source="assumption: daily weights, to evaluate and to publish",
    high=1e5,
    plausible=(0.0, 24.0),
)
WEIGHT_BYTES_PER_PARAM = Input(
    "weight_bytes_per_param",
    "B/param",
    "Size of a parameter in a copy of the weights.",
    default=2.0,
    source="definition: bf16",
    high=64.0,
    plausible=(0.5, 8.0),
)
RETRIEVAL_USD_PER_TB = Input(
    "retrieval_usd_per_tb",
    "$/TB",
    "Price of reading stored data back, within the store's region.",
    default=0.0,
    source="AWS S3 pricing, as of 2025: Standard has no charge for retrieval; colder tiers do",
    date="2025",
    high=1e6,
)
EGRESS_COPIES = Input(
    "egress_copies",
    "1",
    "Times that the clean corpus and the final weights leave the store's region, as to a cluster elsewhere.",
    default=1.0,
    source="assumption: the cluster is not where the data are prepared",
    high=1e6,
    plausible=(0.0, 100.0),
)

_STORAGE = "AWS S3 Standard, us-east-1"
STORAGE_TIER_1 = Constant(23, "$/(TB·month)", _STORAGE, "2025")
STORAGE_TIER_2 = Constant(22, "$/(TB·month)", _STORAGE, "2025")
STORAGE_TIER_3 = Constant(21, "$/(TB·month)", _STORAGE, "2025")
STORAGE_TIER_1_END = Constant(50, "TB", _STORAGE, "2025")
STORAGE_TIER_2_END = Constant(500, "TB", _STORAGE, "2025")

_EGRESS = "AWS data transfer out to the internet, us-east-1 (usage.ai, S3 egress cost)"
EGRESS_TIER_1 = Constant(90, "$/TB", _EGRESS, "2026-05")
EGRESS_TIER_2 = Constant(85, "$/TB", _EGRESS, "2026-05")
EGRESS_TIER_3 = Constant(70, "$/TB", _EGRESS, "2026-05")
EGRESS_TIER_4 = Constant(50, "$/TB", _EGRESS, "2026-05")
EGRESS_TIER_1_END = Constant(10, "TB", _EGRESS, "2026-05")
EGRESS_TIER_2_END = Constant(50, "TB", _EGRESS, "2026-05")
EGRESS_TIER_3_END = Constant(150, "TB", _EGRESS, "2026-05")


def _between(volume: Value, start: Value, end: Value) -> Value:
    """The part of a volume that falls into a tier [TB]."""
    return minimum(maximum(volume, start), end) - start


def weights_tb(params: Value, weight_bytes_per_param: Value) -> Value:
    """One copy of the model's weights [TB].

    params · weight_bytes_per_param.

    Source: definition (2 bytes a parameter in bf16).
    """
    return params * weight_bytes_per_param / B_PER_TB


def checkpoints_tb(
    full_checkpoints_kept: Value,
    checkpoint_bytes: Value,
    weights_tb: Value,
    weight_snapshots_per_day: Value,
    train_days: Value,
) -> Value:
    """Checkpoints and copies of the weights that are kept [TB].

    full_checkpoints_kept · checkpoint_bytes + weights_tb · snapshots a day · train_days.

    Source: assumption: 3 full checkpoints and daily weights.
    """
    return full_checkpoints_kept * checkpoint_bytes / B_PER_TB + weights_tb * weight_snapshots_per_day * train_days


def stored_tb(raw_tb: Value, raw_kept_share: Value, clean_tb: Value, checkpoints_tb: Value) -> Value:
    """All that is stored: raw, clean, checkpoints [TB].

    raw_tb · raw_kept_share + clean_tb + checkpoints_tb.

    Source: definition.
    """
    return total(raw_tb * raw_kept_share, clean_tb, checkpoints_tb)


def storage_usd_per_month(stored_tb: Value) -> Value:
    """Monthly price of the object store [$/month].

    $23 a TB up to 50 TB, $22 up to 500 TB, $21 beyond; each TB at the price of its tier.

    Source: AWS S3 Standard, us-east-1.
    """
    return total(
        STORAGE_TIER_1 * minimum(stored_tb, STORAGE_TIER_1_END),
        STORAGE_TIER_2 * _between(stored_tb, STORAGE_TIER_1_END, STORAGE_TIER_2_END),
        STORAGE_TIER_3 * maximum(stored_tb - STORAGE_TIER_2_END, 0),
    )


@contribution(to="total_project_usd")
def cost_data_storage_usd(storage_usd_per_month: Value, project_life_years: Value) -> Value:
    """Storage of raw, clean and checkpoint data over the project's life [$].

    storage_usd_per_month · 12 · project_life_years. All is taken to be kept for the whole life: an upper bound.

    Source: AWS S3 Standard, us-east-1.
    """
    return storage_usd_per_month * MONTHS_PER_YEAR * project_life_years


def retrieved_tb(experiments_factor: Value, tokens: Value, clean_bytes_per_token: Value) -> Value:
    """Training data read from the store by the run and its experiments [TB].

    f · tokens · clean_bytes_per_token: who spends f times the compute reads f times the tokens.

    Source: assumption.
    """
    return experiments_factor * tokens * clean_bytes_per_token / B_PER_TB


def egress_tb(egress_copies: Value, clean_tb: Value, weights_tb: Value) -> Value:
    """Data that leave the store's region [TB].

    egress_copies · (clean_tb + weights_tb).

    Source: assumption: the corpus to the cluster once, the final weights once.
    """
    return egress_copies * (clean_tb + weights_tb)


def egress_usd(egress_tb: Value) -> Value:
    """Price of the data that leave the store's region [$].

    $90 a TB up to 10 TB, $85 up to 50, $70 up to 150, $50 beyond: a month's tiers, for all leaves in one month.

    Source: AWS data transfer out to the internet, us-east-1.
    """
    return total(
        EGRESS_TIER_1 * minimum(egress_tb, EGRESS_TIER_1_END),
        EGRESS_TIER_2 * _between(egress_tb, EGRESS_TIER_1_END, EGRESS_TIER_2_END),
        EGRESS_TIER_3 * _between(egress_tb, EGRESS_TIER_2_END, EGRESS_TIER_3_END),
        EGRESS_TIER_4 * maximum(egress_tb - EGRESS_TIER_3_END, 0),
    )


@contribution(to="total_project_usd")
def cost_data_transfer_usd(retrieved_tb: Value, retrieval_usd_per_tb: Value, egress_usd: Value) -> Value:
    """Reading stored data back, and moving them out of the store's region [$].

    retrieved_tb · retrieval_usd_per_tb + egress_usd.

    Source: AWS S3 pricing.
    """
    return retrieved_tb * retrieval_usd_per_tb + egress_usd
