"""A small namespace to read specifications with, and files to read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from gigacost.errors import CatalogError, Fault, nearest
from gigacost.graph.declarations import Input
from gigacost.spec.namespace import Namespace
from gigacost.spec.spec import Spec


@dataclass(frozen=True)
class Labels:
    """The one spelling of some labels."""

    known: tuple[str, ...]

    def __call__(self, label: str) -> str:
        if label.lower() not in self.known:
            message = f"unknown label; did you mean {nearest(label, self.known)}?"
            raise CatalogError(message)
        return label.lower()


class SmallNamespace:
    """A small namespace, as a model and a catalogue would give it."""

    inputs: ClassVar[Mapping[str, Input]] = {
        item.name: item
        for item in (
            Input("chips", "chip", "", low=1, integer=True),
            Input("params", "param", "", low=0, low_open=True, plausible=(1e6, 1e14)),
            Input("tokens", "token", "", low=1),
            Input("electricity_usd_per_kwh", "$/kWh", "", plausible=(0.005, 1.0)),
            Input("rental_usd_per_chip_hour", "$/(chip·h)", "", plausible=(0.05, 50.0)),
            Input("runs_per_year", "run/yr", ""),
            Input("horizon_days", "d", "", high=366),
        )
    }
    quantities: ClassVar[Mapping[str, str]] = {
        "cost_total_usd": "$",
        "train_days": "d",
        "loss": "1",
        "mfu": "1",
        "pue": "1",
        "fits": "truth",
    }
    ranges: ClassVar[Mapping[str, Input]] = {
        "mfu": Input("mfu", "1", "", low=0, low_open=True, high=1),
        "pue": Input("pue", "1", "", low=1),
    }
    label_axes: ClassVar[Mapping[str, Callable[[str], str]]] = {
        "hardware": Labels(("h100-sxm", "b200-sxm", "a100-sxm-80")),
        "market": Labels(("own", "colo", "on_demand", "spot")),
        "as_of": Labels(("2025-01-01", "2026-11-21", "2025-02-29")),
    }
    states = ("no_price",)
    presets = ("gpt-3", "llama-3")
    accountings = ("epoch-2024",)

    def labels(self, axis: str) -> tuple[str, ...]:
        known: Labels = self.label_axes[axis]  # type: ignore[assignment] # all of them are
        return known.known

    def under(self, accounting: str) -> SmallNamespace:
        del accounting
        return self

    def check(self, spec: Spec) -> Iterable[Fault]:
        if spec.fixed.get("chips") == 13:
            yield Fault("fixed.chips", "13", "does not go with anything")

    def doubts(self, spec: Spec) -> Iterable[Fault]:
        del spec
        return ()


NAMESPACE: Namespace = SmallNamespace()


def spec_file(folder: Path, text: str, name: str = "spec.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path
