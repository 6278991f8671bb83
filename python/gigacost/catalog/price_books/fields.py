"""The form of a private price book: its tables and, for each, the fields it may have and their ranges."""

from __future__ import annotations

from gigacost.catalog import regions
from gigacost.catalog.architectures import FIELDS as MODEL_FIELDS
from gigacost.catalog.price_books.schema import Kind, Names, Number, Table, Text

PRECISIONS = ("fp32", "tf32", "fp16", "bf16", "fp8", "mxfp8", "fp4", "int8")
RENTED = ("on_demand", "reserved_1y", "reserved_3y", "spot")
CLASSES = ("neocloud", "hyperscaler", "marketplace")
GENERATIONS = (
    "volta", "ampere", "ada", "hopper", "blackwell", "blackwell-rtx", "rubin", "cdna", "tpu", "trainium", "gaudi",
    "ascend", "wse", "other",
)  # fmt: skip
SCOPES = ("chip", "card", "board", "superchip", "server", "rack", "system")

_POSITIVE = Number()
_COUNT = Number(low=1, open_low=False, high=2**53, whole=True)
_FLAG = Number(low=0, high=1, open_low=False, whole=True)
_SOURCED: dict[str, Kind] = {"source": Text(), "date": Text(date=True)}

BOOK: dict[str, str] = {
    "name": "text",
    "date": "text",
    "accelerators": "tables",
    "rental": "list",
    "chip_prices": "list",
    "regions": "tables",
    "models": "tables",
    "discounts": "table",
}
ACCELERATOR: dict[str, Kind] = {
    "name": Text(),
    "vendor": Text(),
    "kind": Text(("gpu", "tpu", "other")),
    "generation": Text(GENERATIONS),
    "status": Text(("available", "legacy", "announced", "china-export")),
    "aliases": Names(),
    "release": Text(date=True),
    "dense_tflops": Table(PRECISIONS, _POSITIVE),
    "achieved_tflops": Table(PRECISIONS, _POSITIVE),
    "fp8_per_bf16": _POSITIVE,
    **dict.fromkeys(("mem_label_gb", "mem_gib", "mem_bw_gbyte_per_s", "tdp_w", "system_w"), _POSITIVE),
    "scaleup_domain": _COUNT,
    "scaleup_gbyte_per_s": _POSITIVE,
    "scaleout_gbit_per_s": _POSITIVE,
    "price_usd": _POSITIVE,
    "price_scope": Text(SCOPES),
    "price_date": Text(date=True),
    "price_kind": Text(("transaction", "list")),
    "price_basis": Text(),
    "power_basis": Text(("nameplate", "mean")),
    "system_w_basis": Text(),
    "mem_gib_basis": Text(),
    "is_sold": _FLAG,
    "notes": Text(),
    **_SOURCED,
}
REGION: dict[str, Kind] = {
    "name": Text(),
    "country": Text(),
    "electricity_usd_per_kwh": _POSITIVE,
    "pue": Number(low=1, open_low=False, high=10),
    "carbon_g_per_kwh": Number(open_low=False, high=5000),
    **_SOURCED,
}
_FLAGS = ("glu", "tied_embeddings", "mla", "relative_positions")
_MAY_BE_NONE = ("shared_experts", "dense_layers", "dense_ffn")
MODEL: dict[str, Kind] = {
    "name": Text(),
    "notes": Text(),
    "taken_as": Text(),
    **dict.fromkeys(MODEL_FIELDS, _COUNT),
    **dict.fromkeys(("params", "params_active", "trained_tokens"), _POSITIVE),
    **dict.fromkeys(_FLAGS, _FLAG),
    **dict.fromkeys(_MAY_BE_NONE, Number(open_low=False, high=2**53, whole=True)),
    **_SOURCED,
}
RENTAL: dict[str, Kind] = {
    "hardware": Text(),
    "market": Text(RENTED),
    "provider_class": Text(CLASSES),
    "usd_per_chip_hour": _POSITIVE,
    "provider": Text(),
    "region": Text(),
    "note": Text(),
    **_SOURCED,
}
CHIP_PRICE: dict[str, Kind] = {
    "hardware": Text(),
    "usd": _POSITIVE,
    "scope": Text(SCOPES),
    "kind": Text(("transaction", "list")),
    "basis": Text(),
    **_SOURCED,
}
REGION_FIELDS = {column: field for column, (field, _, _) in regions.FIELDS.items()}
NOT_FIGURES = {
    "name", "vendor", "kind", "generation", "status", "aliases", "notes", "taken_as", "source", "date", "country",
}  # fmt: skip
NEW_CHIP = ("vendor", "kind", "release", "dense_tflops")
