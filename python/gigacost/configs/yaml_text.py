"""YAML, read safely: nothing is made of a tag, no value twice under one key, bounded in depth, size and aliases.

Values are what PyYAML's safe loader makes of them, as training frameworks read them; but ``1e5`` is a number and
``1:30`` no number of minutes.
"""

from __future__ import annotations

import re
from typing import Any

from gigacost.errors import Fault, SpecError, escape, not_installed, show
from gigacost.spec.files import DEEPEST

LARGEST = 2**20
"""Characters of a text."""
MOST_NODES = 50_000
"""Values, those that aliases repeat among them."""
_TOO_MANY = f"more than {MOST_NODES:,} values, with what aliases repeat"
_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)[eE][-+]?[0-9]+")
_SEXAGESIMAL = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?")
_PLAIN_TAGS = tuple(f"tag:yaml.org,2002:{kind}" for kind in ("null", "bool", "int", "float", "str", "timestamp"))


def parse_yaml(text: str, name: str, key: str) -> Any:  # noqa: ANN401 - whatever the file holds
    """The value of a YAML document. Raises SpecError with ``key`` as the field; needs the extra ``configs``."""
    try:
        import yaml
    except ImportError:
        raise not_installed(key, "PyYAML", "gigacost[configs]") from None
    if len(text) > LARGEST:
        raise SpecError(Fault(key, "", "too long for YAML", f"at most {LARGEST} characters", path=name))
    try:
        _refuse_shape(yaml, text, name, key)
        loader = yaml.SafeLoader(text)
        root = loader.get_single_node()
        return None if root is None else _Tree(loader, name, key).plain(root)
    except RecursionError:
        raise SpecError(Fault(key, "", f"nested too deeply (max {DEEPEST})", path=name)) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        what = escape(str(getattr(error, "problem", None) or "no YAML").splitlines()[0])
        raise SpecError(Fault(key, "", f"not YAML: {what}", path=f"{name}{line}")) from None
    except SpecError:
        raise
    except ValueError as error:  # a date that is none, an integer of too many digits
        raise SpecError(Fault(key, "", f"not YAML: {escape(str(error))}", path=name)) from None


def _refuse_shape(yaml: Any, text: str, name: str, key: str) -> None:  # noqa: ANN401 - the module
    """Raise SpecError for collections too deep within each other, and for too many values, before any is made."""
    depth = count = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        count += isinstance(event, yaml.NodeEvent)
        what = f"nested too deeply (max {DEEPEST})" if depth > DEEPEST else _TOO_MANY if count > MOST_NODES else ""
        if what:
            raise SpecError(Fault(key, "", what, path=f"{name}:{event.start_mark.line + 1}"))


class _Tree:
    """Makes values of nodes, and counts them."""

    def __init__(self, loader: Any, name: str, key: str) -> None:  # noqa: ANN401 - PyYAML has no types
        self.loader = loader
        self.name = name
        self.key = key
        self.count = 0
        self.within: set[int] = set()

    def plain(self, node: Any) -> Any:  # noqa: ANN401 - as above
        """The value of a node. Raises SpecError."""
        self.count += 1
        if self.count > MOST_NODES:
            raise self._refused(node, _TOO_MANY)
        if id(node) in self.within:
            raise self._refused(node, "an alias within what it stands for")
        if len(self.within) >= DEEPEST:
            raise self._refused(node, f"nested too deeply (max {DEEPEST})")
        self.within.add(id(node))
        try:
            return self._made(node)
        finally:
            self.within.remove(id(node))

    def _made(self, node: Any) -> Any:  # noqa: ANN401 - as above
        if node.id == "sequence" and node.tag.endswith(":seq"):
            return [self.plain(one) for one in node.value]
        if node.id == "mapping" and node.tag.endswith(":map"):
            made: dict[str, Any] = {}
            for key, value in node.value:
                name = key.value
                if key.id != "scalar":
                    raise self._refused(key, "a key must be a string")
                if key.tag.endswith(":merge"):
                    raise self._refused(key, "merge keys (<<) are not read; write the values out")
                if name in made:
                    raise self._refused(key, f"the key {show(name)} stands twice in one table")
                made[name] = self.plain(value)
            return made
        if node.id == "scalar" and node.tag in _PLAIN_TAGS:
            return self._scalar(node)
        raise self._refused(node, f"the tag {show(node.tag)} is not read")

    def _scalar(self, node: Any) -> Any:  # noqa: ANN401 - as above
        is_text = node.tag.endswith((":str", ":timestamp"))
        if not is_text and _SEXAGESIMAL.fullmatch(node.value):
            raise self._refused(node, f"{node.value} is a number to base 60 in YAML; quote it")
        if node.tag.endswith(":str") and node.style is None and _NUMBER.fullmatch(node.value):
            return float(node.value)
        return node.value if is_text else self.loader.construct_object(node)

    def _refused(self, node: Any, what: str) -> SpecError:  # noqa: ANN401 - as above
        return SpecError(Fault(self.key, "", what, path=f"{self.name}:{node.start_mark.line + 1}"))
