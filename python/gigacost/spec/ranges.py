"""Ranges: the values between two ends, by their number or their distance, even or logarithmic."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from gigacost.errors import Fault, SpecError, nearest, show
from gigacost.graph.declarations import Input
from gigacost.spec.fields import Field, Scalar, refused

LARGEST_RANGE = 1_000_000
"""How many values a range may make."""
_RANGE_KEYS = ("from", "to", "steps", "step", "scale", "multiple_of")


def range_values(field: Field, table: Mapping[str, object], at: str) -> tuple[Scalar, ...]:
    """The values of a range ``{from, to, steps | step, scale, multiple_of}``. Raises SpecError."""
    _check_keys(table, at)
    if field.kind == "label":
        raise refused(at, dict(table), "labels have no range; list them")
    start, stop = (field.read(table[key], f"{at}.{key}") for key in ("from", "to"))
    if not (isinstance(start, int | float) and isinstance(stop, int | float)):  # labels were refused above
        raise TypeError
    if start > stop:
        raise refused(f"{at}.from", table["from"], "above the end of the range", allowed=f"<= {stop:.15g}")
    if not math.isfinite(float(stop) - float(start)):
        raise refused(f"{at}.to", table["to"], "the range is too wide for a 64-bit float")
    if "step" in table:
        points = _by_step(field, float(start), float(stop), table, at)
    else:
        points = _by_count(float(start), float(stop), table, at)
    values: list[Scalar] = [*points]
    if "multiple_of" in table:
        values = list(_multiples(field, start, stop, points, table, at))
    elif field.kind == "integer":
        values = [round(point) for point in points]
    elif len(set(points)) < len(points):
        raise refused(at, dict(table), "so fine that neighbouring values are the same 64-bit float")
    return tuple(dict.fromkeys(values))


def _check_keys(table: Mapping[str, object], at: str) -> None:
    faults = [
        Fault(f"{at}.{key}", show(table[key]), "unknown key", ", ".join(_RANGE_KEYS), nearest(str(key), _RANGE_KEYS))
        for key in table
        if key not in _RANGE_KEYS
    ]
    faults += [Fault(f"{at}.{key}", "", "missing") for key in ("from", "to") if key not in table]
    ways = "steps (how many values) or step (their distance)"
    if "steps" in table and "step" in table:
        faults.append(Fault(at, "", f"either {ways}, not both"))
    elif "steps" not in table and "step" not in table:
        faults.append(Fault(at, "", f"a range needs either {ways}", "as 64..1024:5, which is five values"))
    if table.get("scale", "linear") not in ("linear", "log"):
        faults.append(Fault(f"{at}.scale", show(table["scale"]), "unknown scale", '"linear" or "log"'))
    elif "step" in table and table.get("scale") == "log":
        faults.append(Fault(f"{at}.step", show(table["step"]), 'scale = "log" goes with steps'))
    if faults:
        raise SpecError(*faults)


def _by_step(field: Field, start: float, stop: float, table: Mapping[str, object], at: str) -> list[float]:
    distance = Field("step", field.kind, field.unit)
    step = float(distance.read(table["step"], f"{at}.step"))
    if step <= 0.0:
        raise refused(f"{at}.step", table["step"], "a step that never arrives", allowed="> 0")
    count = (stop - start) / step
    if count >= LARGEST_RANGE:
        shown = f"{int(count) + 1}" if math.isfinite(count) else "infinitely many"
        raise refused(f"{at}.step", table["step"], f"makes {shown} values", allowed=f"at most {LARGEST_RANGE}")
    if start + step == start or stop - step == stop:
        raise refused(f"{at}.step", table["step"], "too small to change a 64-bit float of this size")
    first, last, by = field.exact(table["from"]), field.exact(table["to"]), distance.exact(table["step"])
    exact_count = (last - first) / by
    whole = round(exact_count)
    on_a_step = abs(exact_count - whole) * 10**9 <= max(1, whole)  # else the last value stays below the end
    unit = math.lcm(first.denominator, by.denominator)
    begin, each = int(first * unit), int(by * unit)
    # A quotient of whole numbers is rounded once: each value is the nearest to what the decimals say.
    inner = [(begin + i * each) / unit for i in range(1, whole if on_a_step else math.floor(exact_count) + 1)]
    return [start, *inner, stop] if on_a_step and whole else [start, *inner]


def _by_count(start: float, stop: float, table: Mapping[str, object], at: str) -> list[float]:
    limits = Input("steps", "1", "", low=1, high=LARGEST_RANGE, integer=True)
    steps = int(Field("steps", "integer", limits=limits).read(table["steps"], f"{at}.steps"))
    if steps == 1:
        return [start]
    if start == stop:
        raise refused(f"{at}.steps", table["steps"], "the range begins where it ends", allowed="1")
    if table.get("scale", "linear") == "log":
        if start <= 0.0:
            raise refused(f"{at}.from", table["from"], "a logarithmic range begins above 0", allowed="> 0")
        inner = _log_points(start, stop, steps)
    else:
        step = (stop - start) / (steps - 1)
        inner = [start + i * step for i in range(1, steps - 1)]
    return [start, *inner, stop]


def _log_points(start: float, stop: float, steps: int) -> list[float]:
    """The inner points, correctly rounded: decimal arithmetic gives the same on every machine, libm does not."""
    from decimal import Context, Decimal

    context = Context(prec=40)
    low, high = context.ln(Decimal(start)), context.ln(Decimal(stop))
    step = context.divide(context.subtract(high, low), Decimal(steps - 1))
    exponents = (context.fma(step, Decimal(i), low) for i in range(1, steps - 1))
    return [float(context.exp(exponent)) for exponent in exponents]


def _multiples(
    field: Field, start: float, stop: float, points: list[float], table: Mapping[str, object], at: str
) -> Iterable[Scalar]:
    limits = Input("multiple_of", field.unit, "", low=1, integer=True)
    multiple = int(
        Field("multiple_of", "integer", field.unit, limits=limits).read(table["multiple_of"], f"{at}.multiple_of")
    )
    for key, end in (("from", start), ("to", stop)):
        if end % multiple:
            raise refused(
                f"{at}.{key}", table[key], "not a multiple of multiple_of", allowed=f"multiples of {multiple}"
            )
    number = int if field.kind == "integer" else float
    return (number(round(point / multiple) * multiple) for point in points)
