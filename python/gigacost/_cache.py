"""A thread-safe, fork-safe LRU cache."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

T = TypeVar("T")


class LruCache:
    """Things by what they are made from: at most ``most`` of them, those not asked for the longest forgotten first.

    Any thread may ask at any time. None waits for another: two that ask for the same at once may both make it, and both
    get the one that was kept first. There is no lock that a forked process could inherit closed: every single operation
    on an OrderedDict is atomic.
    """

    __slots__ = ("_kept", "_most")

    def __init__(self, most: int) -> None:
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._most = most

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """What ``make`` makes, or made when it was last asked for with this key. What it raises is not kept."""
        kept = self._kept
        try:
            found = kept[key]
            kept.move_to_end(key)
        except KeyError:  # never made, or forgotten between the two lines above
            found = kept.setdefault(key, make())
            while len(kept) > self._most:
                kept.popitem(last=False)
        return cast("T", found)

    def __len__(self) -> int:
        return len(self._kept)
