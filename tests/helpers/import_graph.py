"""The imports between the modules of a package, and the circles among them; ``python import_graph.py [FOLDER]``.

Stricter than import-linter: imports inside of functions and those for types only count like any other. ``from
package import name`` is an import of the submodule where there is one, else of the package itself. Who imports a module
also imports the packages that it lies in, other than those that the importer lies in.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "python" / "gigacost"

Graph = Mapping[str, frozenset[str]]
"""For each module, those of the same package that it imports."""


def import_graph(package: Path = PACKAGE) -> Graph:
    """The graph of a package's Python modules (stubs and compiled ones left out)."""
    modules = {_name(path, package): path for path in sorted(package.rglob("*.py"))}
    return {name: frozenset(_imported(name, path, modules) - {name}) for name, path in modules.items()}


def circles(graph: Graph) -> list[frozenset[str]]:
    """The largest groups of modules each of which leads to all others of its group, by whatever way."""
    reached = {module: _reached(module, graph) for module in graph}
    groups = {frozenset(other for other in reached[module] if module in reached[other]) for module in graph}
    return sorted((group for group in groups if group), key=lambda group: (-len(group), sorted(group)))


def shortest_circle(graph: Graph, group: frozenset[str]) -> list[str]:
    """A circle within a group, for people to read."""
    within = {module: graph[module] & group for module in group}
    try:
        TopologicalSorter(within).prepare()
    except CycleError as error:
        return list(reversed(error.args[1]))
    return []


def _name(path: Path, package: Path) -> str:
    parts = path.relative_to(package.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imported(name: str, path: Path, modules: Mapping[str, Path]) -> set[str]:
    around = set(_packages(name)) | {name}
    found: set[str] = set()
    for target in _targets(ast.parse(path.read_text(encoding="utf-8")), modules):
        found.add(target)
        found.update(package for package in _packages(target) if package not in around)
    return found & modules.keys()


def _targets(tree: ast.AST, modules: Mapping[str, Path]) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                message = f"line {node.lineno}: a relative import, which this script does not read"
                raise ValueError(message)
            for alias in node.names:
                submodule = f"{node.module}.{alias.name}"
                yield submodule if submodule in modules else str(node.module)


def _packages(name: str) -> Iterator[str]:
    while "." in name:
        name = name.rpartition(".")[0]
        yield name


def _reached(module: str, graph: Graph) -> set[str]:
    found: set[str] = set()
    ahead = [module]
    while ahead:
        for target in graph[ahead.pop()] - found:
            found.add(target)
            ahead.append(target)
    return found


def main() -> int:
    """Print how many modules, imports and circles there are; 1 if there is a circle."""
    graph = import_graph(Path(sys.argv[1]) if len(sys.argv) > 1 else PACKAGE)
    found = circles(graph)
    print(f"modules {len(graph)}, imports {sum(map(len, graph.values()))}, circles {len(found)}")  # noqa: T201
    for group in found:
        print(f"  {len(group)} modules: {' -> '.join(shortest_circle(graph, group))}")  # noqa: T201
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
