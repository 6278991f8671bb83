"""The software a published run used, as far as it decides the time of a step, and the run as inputs of the model.

Nothing here knows single runs. A run's source, chip, sharding, recompute and notes say which family of software it
belongs to, and each family has documented habits, which are switches of the model:

* Megatron (Megatron-LM, NeMo, Megatron-Bridge, NVIDIA's MLPerf submissions): kernels tuned for the chip. From Hopper
  on, tensor-parallel traffic runs behind the products (Transformer Engine's userbuffers); on A100 it does not, and
  gradients are reduced in 32 bits.
* PyTorch FSDP (torchtitan, llm-foundry, Composer): generic FlashAttention-2, no such overlap unless "async TP" is on;
  gradients in 32 bits under mixed precision ("DEFAULT" of llm-foundry), in 16 with pure bf16 weights.
* DeepSpeed's ZeRO-3 of 2021: collectives that know nothing of the node.

Sequence parallelism came with Korthikanti et al. 2022 (arXiv 2205.05198): nothing older has it, nor have the baselines
with full recompute in that paper. torchtitan's selective recompute works by operator, elsewhere it is attention's.
A plain statement in the notes ("sequence parallel on", "tp_comm_overlap=False") wins over the habit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from gigacost.catalog import Catalog
from gigacost.errors import CatalogError
from gigacost.validation.published.throughput import Run

_SHAPE = {
    "layers": "layers",
    "hidden": "hidden",
    "heads": "heads",
    "ffn": "ffn",
    "glu": "glu",
    "vocab": "vocab",
    "context_tokens": "seq_len",
    "global_batch_sequences": "global_batch_seqs",
    "chips": "n_accel",
}
"""Inputs that each row must have, with their columns."""
_OPTIONAL = ("kv_heads", "head_dim")
"""Inputs that the model makes of the others where they are blank."""
_DEGREES = {"tp": None, "pp": None, "vp": 1.0, "cp": 1.0, "ep": 1.0, "microbatch": None}
"""The degrees of a layout, and what is assumed of those that a source may leave out."""
_MIXTURE = {
    "experts": ("moe_experts", 1.0),
    "experts_per_token": ("moe_topk", 1.0),
    "shared_experts": ("moe_shared", 0.0),
    "dense_layers": ("dense_layers", 0.0),
    "dense_ffn": ("dense_ffn", 0.0),
    "mla": ("mla", 0.0),
}
"""Inputs of mixtures and latent attention with their columns, and what a blank means."""
_LATENT = ("q_lora_rank", "kv_lora_rank", "rope_head_dim", "v_head_dim")
_LATENT_MODEL = "deepseek-v3"
"""Whose latent attention it is where the catalogue does not know the model."""
_RECOMPUTE = {"none": 0.0, "selective": 1.0, "full": 2.0}
_SHARDING = {"none": 0.0, "zero1": 1.0, "zero2": 2.0, "zero3": 3.0, "fsdp": 3.0}
_UNKNOWN = ("", "unknown")
_ASSUMED = {"recompute": 0.0, "dp_sharding": 1.0}
"""What is assumed where it is unknown: no recomputation, and the sharding of Megatron's distributed optimiser."""
_GIGA = 1e9
_TERA = 1e12
_SEQUENCE_PARALLEL_SINCE = (22, 5)
"""Year and month of arXiv 2205.05198."""
_LAST_YEAR_WITHOUT = 2021
_YEAR = re.compile(r"\b(20[0-9]{2})\b")
_ARXIV = re.compile(r"\b([0-9]{2})([0-9]{2})\.[0-9]{4,5}\b")
_BANDWIDTH = re.compile(r"\b([0-9]+(?:\.[0-9]+)?) ?TB/s\b")
_WORD = re.compile(r"[a-z0-9]*")
_MEMORY = re.compile(r"\b([0-9]+) ?GB HBM")


class Unpredictable(Exception):  # noqa: N818 - a state of the row, not an error of the program
    """Why the step time of a run cannot be predicted."""


def inputs_of(run: Run, catalog: Catalog) -> dict[str, float | str]:
    """The run as the model's inputs: shape, batch, chips, precision, stack, layout. Raises Unpredictable."""
    return {**stacked(run, catalog), **layout_of(run)}


def stacked(run: Run, catalog: Catalog) -> dict[str, float | str]:
    """The run as inputs but for its layout. Raises Unpredictable."""
    hardware = _hardware(run, catalog)
    precision = _precision(run, hardware, catalog)
    return {
        "hardware": hardware,
        "precision": precision,
        **_shape(run, catalog),
        **_chip(run, hardware, catalog),
        **switches(run, str(catalog.entry("hardware", hardware).get("generation", ""))),
    }


def layout_of(run: Run) -> dict[str, float]:
    """The run's layout. Raises Unpredictable where a part of it is not known or it contradicts the chips."""
    figures = run.figures
    blank = [axis for axis, assumed in _DEGREES.items() if axis not in figures and assumed is None]
    if blank:
        raise Unpredictable(f"no layout: {', '.join(blank)} not published")
    degrees = {axis: figures.get(axis, assumed or 1.0) for axis, assumed in _DEGREES.items()}
    chips, replica = figures.get("n_accel", 0.0), degrees["tp"] * degrees["pp"] * degrees["cp"]
    if "dp" in figures and figures["dp"] != chips // replica:
        raise Unpredictable(f"dp is {figures['dp']:g}, but {chips:g} chips make {chips // replica:g} replicas")
    sharding = _chosen("dp_sharding", run.dp_sharding, _SHARDING)
    # Tables do not say how experts are split; the constants were fitted with them split as the rest of a layer.
    split = {"expert_tp": degrees["tp"]} if run.kind == "moe" else {}
    return {**degrees, **split, "zero_stage": sharding, "recompute": _chosen("recompute", run.recompute, _RECOMPUTE)}


def assumptions_about(run: Run) -> str:
    """What is taken for granted of a run that its source does not say; empty where nothing is."""
    assumed = [f"{axis} = 1" for axis, value in _DEGREES.items() if value is not None and axis not in run.figures]
    assumed += ["no recomputation"] if _first_word(run.recompute) in _UNKNOWN else []
    assumed += ["ZeRO 1"] if _first_word(run.dp_sharding) in _UNKNOWN else []
    return f"assumed, as it is not published: {', '.join(assumed)}" if assumed else ""


def _chosen(column: str, said: str, known: Mapping[str, float]) -> float:
    """The number of a choice that a row names. Raises Unpredictable for one that is not known."""
    word = _first_word(said)
    if word in _UNKNOWN:
        return _ASSUMED[column]
    if word not in known:
        raise Unpredictable(f"{column} is {said}; known: {', '.join(known)}")
    return known[word]


def switches(run: Run, generation: str) -> dict[str, float]:
    """The habits of the run's software, as switches of the model."""
    is_fsdp = _says(run.source, "torchtitan", "mosaicml", "llm-foundry", "composer", "fsdp", "pytorch")
    by_operator = _says(run.source, "torchtitan") and _first_word(run.recompute) == "selective"
    flat = _first_word(run.dp_sharding) == "zero3" and (_says(run.source, "deepspeed") or _is_older(run))
    chosen = {
        "flash_attention": run.figures.get("flash_attention", 1.0) > 0.0,
        "tuned_attention": not is_fsdp,
        "sequence_parallel": _has_sequence_parallelism(run),
        "tp_overlap": _overlaps(run, generation, is_fsdp=is_fsdp),
        "hierarchical_collectives": not flat,
        "op_level_recompute": by_operator,
    }
    return {**{name: float(on) for name, on in chosen.items()}, "gradient_byte": _gradient_byte(run, generation)}


def _has_sequence_parallelism(run: Run) -> bool:
    if _says(run.notes, "no sequence parallel"):
        return False
    if _says(run.notes, "sequence parallel on"):
        return True
    baseline = _says(run.source, "korthikanti") and _first_word(run.recompute) == "full"
    return not (baseline or _is_older(run))


def _is_older(run: Run) -> bool:
    """Whether the source is older than sequence parallelism, and than collectives that know the node."""
    papers = [(int(year), int(month)) for year, month in _ARXIV.findall(run.source)]
    years = [int(year) for year in _YEAR.findall(run.source)]
    if papers:
        return max(papers) < _SEQUENCE_PARALLEL_SINCE
    return bool(years and max(years) <= _LAST_YEAR_WITHOUT) or _says(run.source, "mt-nlg")


def _overlaps(run: Run, generation: str, *, is_fsdp: bool) -> bool:
    if _says(run.notes, "tp_comm_overlap=false"):
        return False
    if _says(run.notes, "async tp"):
        return True
    return not is_fsdp and generation != "ampere"


def _gradient_byte(run: Run, generation: str) -> float:
    if _says(run.source, "torchtitan"):
        return 4.0
    if _says(run.source, "mosaicml", "llm-foundry", "composer"):
        return 2.0 if _says(run.notes, "pure") else 4.0
    return 4.0 if generation == "ampere" else 2.0


def _hardware(run: Run, catalog: Catalog) -> str:
    try:
        return catalog.canonical("hardware", run.accelerator)
    except CatalogError:
        raise Unpredictable(f"the catalogue has no chip {run.accelerator}") from None


def _precision(run: Run, hardware: str, catalog: Catalog) -> str:
    try:
        precision = catalog.canonical("precision", run.precision)
    except CatalogError:
        raise Unpredictable(f"precision is {run.precision or 'not published'}") from None
    at = {"hardware": hardware, "precision": precision}
    if precision == "mxfp8" and catalog.cite("peak_flop_per_s", at).is_missing:
        # Recipes name the format; a chip without units for it multiplies in FP8.
        at["precision"] = "fp8"
    if catalog.cite("peak_flop_per_s", at).is_missing:
        raise Unpredictable(f"{hardware} has no {precision}")
    return at["precision"]


def _shape(run: Run, catalog: Catalog) -> dict[str, float]:
    blank = [column for column in _SHAPE.values() if column not in run.figures]
    if blank:
        raise Unpredictable(f"{', '.join(blank)} not published")
    found = {name: run.figures[column] for name, column in _SHAPE.items()}
    found |= {name: run.figures[name] for name in _OPTIONAL if name in run.figures}
    for name, (column, absent) in _MIXTURE.items():
        found[name] = run.figures.get(column, absent)
    # A dense model is one expert that every token uses, as in the catalogue.
    found |= {name: max(found[name], 1.0) for name in ("experts", "experts_per_token")}
    for name, column in (("params", "params_total_b"), ("params_active", "params_active_b")):
        if column in run.figures:
            found[name] = run.figures[column] * _GIGA
    return {**found, **(_latent(run, catalog) if found["mla"] else {})}


def _latent(run: Run, catalog: Catalog) -> dict[str, float]:
    try:
        model = catalog.canonical("model", run.model)
    except CatalogError:
        model = _LATENT_MODEL
    return {name: catalog.cite(name, {"model": model}).value for name in _LATENT}


def _chip(run: Run, hardware: str, catalog: Catalog) -> dict[str, float]:
    """What the row says of the chip itself, where it differs from the catalogue's."""
    found = {}
    if "nvlink_domain" in run.figures:
        found["scaleup_domain"] = run.figures["nvlink_domain"]
    bandwidth, memory = _BANDWIDTH.search(run.notes), _MEMORY.search(run.notes)
    if bandwidth:
        found["mem_bw_byte_per_s"] = float(bandwidth[1]) * _TERA
    label = catalog.entry("hardware", hardware).get("mem_label_gb")
    if memory and label:
        usable = catalog.cite("mem_gib", {"hardware": hardware}).value / float(label)
        found["mem_gib"] = float(memory[1]) * usable
    return found


def _says(text: str, *words: str) -> bool:
    return any(word in text.casefold() for word in words)


def _first_word(text: str) -> str:
    """The first word, which names the choice; what follows comments on it."""
    return _WORD.match(text.casefold())[0]  # type: ignore[index] # it matches any text
