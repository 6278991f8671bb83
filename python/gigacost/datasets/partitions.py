"""The folders of a partitioned dataset: ``axis=value``, as Hive has it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from gigacost.errors import Fault, SpecError, nearest, show
from gigacost.queries import arguments
from gigacost.spec.axes import Axis, Zipped
from gigacost.spec.fields import Scalar
from gigacost.spec.spec import Spec

MOST = 1_000
"""How many partitions a dataset has at most, if nobody says otherwise."""
_LONGEST_NAME = 255
_NULL = "__HIVE_DEFAULT_PARTITION__"
"""What readers take for a null."""
_UNSAFE = re.compile(rb"[^A-Za-z0-9._-]")


def partitioned(spec: Spec, names: Iterable[str], most: float) -> Spec:
    """The specification with the axes to partition by outermost. Raises SpecError with every fault."""
    asked = arguments.listed("partition_by", names)
    faults = [fault for name in asked for fault in _faults(spec.axes, name)]
    if faults:
        raise SpecError(*faults)
    outer = [axis for name in asked for axis in spec.axes if axis.name == name]
    count = math.prod(len(axis) for axis in outer)
    if count > most:
        allowed = f"at most {most:,} (--max-partitions, max_partitions)"
        raise SpecError(Fault("partition_by", show(", ".join(asked)), f"{count:,} partitions", allowed))
    return replace(spec, axes=(*outer, *(axis for axis in spec.axes if axis not in outer)))


def _faults(axes: Sequence[Axis | Zipped], name: str) -> list[Fault]:
    """What keeps an axis from being partitioned by."""
    found = next((axis for axis in axes for part in _columns(axis) if part.name == name), None)
    if found is None:
        known = [axis.name for axis in axes if isinstance(axis, Axis) and axis.kind != "number"]
        return [Fault("partition_by", show(name), "not an axis of this space", ", ".join(known), nearest(name, known))]
    if isinstance(found, Zipped):
        return [Fault("partition_by", show(name), f"walks together with others, as {found.name}", "an axis of its own")]
    if found.kind == "number":
        what = "an axis of numbers with a fraction, which folders' names do not keep"
        return [Fault("partition_by", show(name), what, "an axis of labels or whole numbers")]
    return [fault for value in found.values for fault in _unfit(name, value)]


def _unfit(name: str, value: Scalar) -> list[Fault]:
    text = str(value)
    if not text or text == _NULL:
        return [Fault("partition_by", show(text), f"a value of {name} that readers take for a null", "another label")]
    length = len(folder(name, value))
    if length > _LONGEST_NAME:
        what = f"a value of {name} whose folder has a name of {length} bytes"
        return [Fault("partition_by", show(text), what, f"at most {_LONGEST_NAME} bytes")]
    return []


def _columns(axis: Axis | Zipped) -> tuple[Axis, ...]:
    return (*axis.axes, *axis.carried) if isinstance(axis, Zipped) else (axis,)


def folder(axis: str, value: Scalar) -> str:
    """The folder of a value: percent-encoded to letters, digits, ``.``, ``_`` and ``-``, so that readers decode it.

    A dot at its end is encoded too, which some systems drop.
    """
    text = _UNSAFE.sub(lambda match: b"%%%02X" % match[0][0], str(value).encode()).decode("ascii")
    name = f"{axis}={text}"
    return f"{name[:-1]}%2E" if name.endswith(".") else name
