"""Writes the model's handbook: one page for each module, from the docstrings and declarations of the model itself.

``make docs`` runs it; a test fails when the pages are not those of the model.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from gigacost.catalog import Catalog
from gigacost.graph.declarations import Constant, Contribution, Doubt, Input, Rule, Status, Subtotal
from gigacost.graph.model import Model
from gigacost.graph.wiring import Quantity
from gigacost.model import DRIVERS, default

HERE = Path(__file__).parent
NOTE = "<!-- Written by `make docs` from the model's docstrings: change them, not this page. -->\n"
MODULES = (*DRIVERS, "compute_optimal", "later_years", "constants")


@dataclass(slots=True)
class Page:
    """What one module of the model defines."""

    name: str
    module: ModuleType
    inputs: list[Input] = field(default_factory=list)
    constants: dict[str, Constant] = field(default_factory=dict)
    subtotals: list[Subtotal] = field(default_factory=list)
    quantities: list[Quantity] = field(default_factory=list)
    rules: list[Quantity] = field(default_factory=list)
    """Conditions that no run could be in."""
    formulas: list[Quantity] = field(default_factory=list)
    """Functions that are quantities only when others are given (``Alternative``)."""

    @property
    def title(self) -> str:
        """The module's name in words, without its package's."""
        return self.name.rpartition(".")[2].replace("_", " ").capitalize()

    @property
    def summary(self) -> str:
        """The first line of the module's docstring, without its title."""
        return (self.module.__doc__ or "").split("\n", 1)[0].removeprefix(f"{self.title}: ").replace("``", "`")


class Handbook:
    """The model, sorted by the modules that define it."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.pages = [self._page(name) for name in MODULES]
        self.home: dict[str, str] = {}
        for page in self.pages:
            for item in page.inputs:
                self.home.setdefault(item.name, page.name)
        for page in self.pages:
            names = [quantity.name for quantity in page.quantities] + [subtotal.name for subtotal in page.subtotals]
            self.home.update(dict.fromkeys(names, page.name))
        self.uses: dict[str, list[str]] = {}
        for quantity in model.quantities.values():
            for parameter in quantity.parameters:
                self.uses.setdefault(parameter, []).append(quantity.name)

    def _page(self, name: str) -> Page:
        module = importlib.import_module(f"gigacost.model.{name}")
        page = Page(name, module)
        for symbol in _defined(module):
            member = getattr(module, symbol)
            if isinstance(member, Input):
                page.inputs.append(member)
            elif isinstance(member, Subtotal):
                page.subtotals.append(member)
            elif isinstance(member, Constant) and not symbol.startswith("_"):
                page.constants[symbol] = member
            elif inspect.isfunction(member) and not symbol.startswith("_"):
                known = self.model.quantities.get(symbol)
                if known is not None and known.function is member:
                    page.quantities.append(known)
                elif rule := next((one for one in self.model.rules if one.function is member), None):
                    page.rules.append(rule)
                else:
                    page.formulas.append(Model(member).quantities[symbol])
        return page

    def link(self, name: str, page: str) -> str:
        """A name of the model as a link, seen from a page."""
        home = self.home.get(name)
        if home is None:
            return f"`{name}`"
        return f"[`{name}`]({'' if home == page else home + '.md'}#{name})"

    def text(self, doc: str, page: str) -> str:
        """A docstring as Markdown: its tables set as they are, its names of the model as links."""
        lines, table = [], False
        for line in [*doc.strip().splitlines(), ""]:
            if line.startswith("==") and not table:
                lines.append("```text")
                table = True
            elif table and not line:
                lines.append("```")
                table = False
            lines.append(line if table else self._line(line, page))
        return "\n".join(lines).strip()

    def _line(self, line: str, page: str) -> str:
        bullet, rest = ("* ", line[2:]) if line.startswith("* ") else ("", line)
        parts = re.split(r"``(.+?)``", rest)
        code = [self.link(part, page) if index % 2 else part.replace("*", r"\*") for index, part in enumerate(parts)]
        return bullet + "".join(code)


def pages() -> Mapping[str, str]:
    """The text of every generated page by its path from here."""
    book = Handbook(default())
    made = {f"model/{page.name}.md": _page_text(page, book) for page in book.pages}
    return {**made, "model/README.md": _index(book), "catalogue.md": _catalogue()}


def _defined(module: ModuleType) -> Iterable[str]:
    """The names that a module's own text defines, in its order."""
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, ast.FunctionDef):
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id


def _page_text(page: Page, book: Handbook) -> str:
    parts = [NOTE, f"# {page.title}\n", book.text(page.module.__doc__ or "", page.name) + "\n"]
    parts += [
        f"## {subtotal.name}\n\n{subtotal.doc} [$]\n\n{_sum(subtotal, book, page.name)}\n"
        for subtotal in page.subtotals
    ]
    if page.quantities or page.formulas:
        parts.append("## Quantities\n")
        parts += [_quantity(quantity, book, page.name) for quantity in (*page.quantities, *page.formulas)]
    if page.rules:
        parts.append("## Rules\n")
        parts += [_quantity(rule, book, page.name) for rule in page.rules]
    if page.inputs:
        parts.append("## Inputs\n")
        head = ("input", "unit", "what it is", "default", "allowed", "source of the default")
        parts.append(_table(head, [_input(item, page.name) for item in page.inputs]))
    if page.constants:
        parts.append("## Constants\n")
        rows = [
            (f"`{symbol}`", f"{float(constant):.10g}", constant.unit, _cited(constant.source, constant.date))
            for symbol, constant in page.constants.items()
        ]
        parts.append(_table(("constant", "value", "unit", "source"), rows))
    return "\n".join(parts)


def _quantity(quantity: Quantity, book: Handbook, page: str) -> str:
    lines = [f"### {quantity.name}\n", book.text(quantity.doc, page) + "\n"]
    code = _body(quantity)
    if code:
        lines.append(f"```python\n{code}\n```\n")
    facts = []
    if isinstance(quantity.mark, Contribution):
        facts.append(f"counted in {book.link(quantity.mark.to, page)}")
    if isinstance(quantity.mark, Status):
        spoiled = ", ".join(book.link(name, page) for name in quantity.mark.spoils)
        facts.append(f"row state `{quantity.mark.label}`; null where it holds: {spoiled}")
    if isinstance(quantity.mark, Doubt):
        facts.append(f"a warning about {book.link(quantity.mark.of, page)} where it holds: {quantity.mark.what}")
    if isinstance(quantity.mark, Rule):
        facts.append(f"an error where it holds: {quantity.mark.what}; allowed: {quantity.mark.allowed}")
    if quantity.parameters:
        facts.append("computed from " + ", ".join(book.link(name, page) for name in quantity.parameters))
    if uses := book.uses.get(quantity.name):
        facts.append("used by " + ", ".join(book.link(name, page) for name in uses))
    lines += [f"- {fact}" for fact in facts]
    return "\n".join(lines) + "\n"


def _body(quantity: Quantity) -> str:
    """The function's lines after its docstring."""
    source = inspect.getsource(quantity.function)
    function = ast.parse(source).body[0]
    if not isinstance(function, ast.FunctionDef) or len(function.body) < 2:  # noqa: PLR2004 - docstring and formula
        return ""
    lines = source.splitlines()[function.body[1].lineno - 1 :]
    return "\n".join(line.removeprefix("    ") for line in lines)


def _input(item: Input, page: str) -> tuple[str, ...]:
    if item.name in Catalog.bundled().columns:
        value = "from the catalogue"
    elif item.default is None:
        value = "must be given"
    elif math.isnan(item.default):
        value = "may be absent"
    else:
        value = f"{item.default:.6g}"
    # A limit of a quantity has the quantity's name, and the link to that name leads to the quantity.
    anchor = "" if page == "limits" else f'<a id="{item.name}"></a>'
    source = _cited(item.source, item.date)
    return (f"{anchor}`{item.name}`", item.unit, item.doc, value, item.allowed.replace("<", "&lt;"), source)


def _cited(source: str, date: str) -> str:
    return f"{source} ({date})" if source and date else source


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table."""
    names = list(head)
    lines = [names, ["---"] * len(names)]
    lines += [[re.sub(r"\s+", " ", cell).replace("|", r"\|").replace("``", "`") for cell in row] for row in rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def _sum(subtotal: Subtotal, book: Handbook, page: str) -> str:
    """What a subtotal adds up, one line each."""
    parameters = book.model.quantities[subtotal.name].parameters
    return "\n".join(f"- {book.link(name, page)}: {_first(book.model.quantities[name])}" for name in parameters)


def _first(quantity: Quantity) -> str:
    """The first sentence of a quantity's docstring, without its unit."""
    sentence = quantity.doc.split("\n\n", 1)[0].replace("\n", " ").replace("``", "`")
    return re.sub(r"\s*\[[^\]]*\]\.?$", "", sentence).strip().rstrip(".")


def _index(book: Handbook) -> str:
    parts = [
        NOTE,
        "# The model\n",
        (
            f"{len(book.model.quantities)} quantities and {len(book.model.inputs)} inputs. One page for each module of "
            "`gigacost.model`, one function for each quantity; its parameters name what it is computed from.\n"
        ),
        "## Modules\n",
    ]
    parts += [f"- [{page.name}]({page.name}.md): {page.summary}" for page in book.pages]
    parts.append("\n## The subtotals\n")
    for page in book.pages:
        for subtotal in page.subtotals:
            parts.append(f"**{book.link(subtotal.name, 'README')}** {subtotal.doc}\n")
            parts.append(_sum(subtotal, book, "README") + "\n")
    parts.append("## Row states\n")
    parts.append(
        "The status of an infeasible combination is the first of these states that holds; that of any other is `ok`.\n"
    )
    rows = [
        (
            f"`{quantity.mark.label}`",
            _first(quantity),
            ", ".join(book.link(name, "README") for name in quantity.mark.spoils),
        )
        for quantity in book.model.states
        if isinstance(quantity.mark, Status)
    ]
    parts.append(_table(("state", "when", "null, with all that is computed from it"), rows))
    parts.append("## Warnings\n")
    parts.append("What is possible, but hardly meant. Commands say so of the rows they show or count.\n")
    doubts = [
        (book.link(quantity.name, "README"), _first(quantity), book.link(quantity.mark.of, "README"))
        for quantity in book.model.doubts
        if isinstance(quantity.mark, Doubt)
    ]
    parts.append(_table(("warning", "when", "about"), doubts))
    names = "\n".join(page.name for page in book.pages)
    parts.append(f"```{{toctree}}\n:hidden:\n\n{names}\n```\n")
    return "\n".join(parts)


def _catalogue() -> str:
    catalog = Catalog.bundled()
    parts = [
        NOTE,
        "# The catalogue\n",
        (
            f"Figures of {catalog.date}, each with its source and date: `gigacost catalog list`, "
            "`gigacost catalog show`. What depends on `as_of` has several, each from its date on: rents, and what "
            "chips are bought for ([dates and prices](prices.md)). A private price book is layered over it: "
            "`--catalog mine.toml`.\n"
        ),
        "## Axes\n",
    ]
    axes = []
    for axis in catalog.axes:
        labels = ", ".join(f"`{label}`" for label in catalog.labels(axis)) or "any date"
        axes.append((f"`{axis}`", labels, catalog.default(axis) or ""))
    parts.append(_table(("axis", "labels", "default"), axes))
    parts.append("## Columns\n")
    columns = [
        (f"`{column.name}`", column.unit, ", ".join(column.axes), column.doc) for column in catalog.columns.values()
    ]
    parts.append(_table(("column", "unit", "depends on", "what it is"), columns))
    return "\n".join(parts)


def write(into: Path = HERE) -> None:
    """Write the pages, and remove those of modules that are gone."""
    made = pages()
    (into / "model").mkdir(parents=True, exist_ok=True)
    for old in (into / "model").glob("*.md"):
        if f"model/{old.name}" not in made:
            old.unlink()
    for path, text in made.items():
        (into / path).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write()
