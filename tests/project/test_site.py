"""Every link and anchor of the pages leads somewhere, and every page can be reached. ``make site`` builds them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from scripts import loaded

import gigacost
from gigacost.cli.app import gigacost as group

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
TEXTS = [*PAGES, *ROOT.glob("*.md")]


def prose(path: Path) -> str:
    """A page without its blocks of code and without code in lines."""
    text = re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"`[^`\n]*`", "", text)


def links(path: Path) -> Iterator[tuple[Path, str]]:
    """The files that a page links to, each with the anchor in it."""
    text = path.read_text(encoding="utf-8")
    blocks = re.findall(r"^```\{(?:toctree|include)\}(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    for name in "\n".join(blocks).split("\n"):
        if re.fullmatch(r"[\w./-]+", name.strip()):
            yield path.parent / f"{name.strip().removesuffix('.md')}.md", ""
        elif name.startswith(" ../"):
            yield path.parent / name.strip(), ""
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#\s]*)(?:#([\w-]+))?\)", text):
        yield (path.parent / target if target else path), anchor


def anchors(path: Path) -> set[str]:
    """What a page may be linked at: its headings as GitHub and the site write them, and anchors in HTML."""
    text = path.read_text(encoding="utf-8")
    found = set(re.findall(r'<a id="([\w-]+)">', text))
    text = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    for heading in re.findall(r"^#{1,4} (.+)$", text, re.MULTILINE):
        found.add(re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-"))
    return found


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(path: Path) -> None:
    for target, anchor in links(path):
        assert target.exists(), target
        if anchor and target.suffix == ".md":
            assert anchor in anchors(target), f"{target}#{anchor}"


def test_every_page_can_be_reached_from_the_readme() -> None:
    seen: set[Path] = set()
    due = [ROOT / "README.md"]
    while due:
        path = due.pop().resolve()
        if path not in seen:
            seen.add(path)
            due += [target for target, _ in links(path) if target.suffix == ".md"]
    assert set(PAGES) <= seen


def test_every_page_has_its_place_in_the_table_of_contents() -> None:
    placed = [DOCS / "index.md"]
    for page in PAGES:
        for block in re.findall(r"^```\{toctree\}(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL):
            placed += [page.parent / f"{name}.md" for name in re.findall(r"^[\w./-]+$", block, re.MULTILINE)]
    assert sorted(placed) == PAGES


def test_every_public_name_is_in_the_reference() -> None:
    text = (DOCS / "reference" / "python.md").read_text(encoding="utf-8")
    described = set(re.findall(r"^\.\. auto(?:function|class|exception):: gigacost\.(\w+)$", text, re.MULTILINE))
    assert described == set(gigacost.__all__) - {"__version__"}


def test_every_command_is_in_the_overview() -> None:
    text = (DOCS / "cli.md").read_text(encoding="utf-8")
    for name in group.list_commands(None):
        assert re.search(rf"`(?:gigacost )?{name}\b", text), name


def test_every_word_of_our_own_is_in_the_glossary() -> None:
    text = (DOCS / "glossary.md").read_text(encoding="utf-8").lower()
    for word in (
        *("axis", "combination", "design", "state", "contribution", "subtotal", "price book", "tape", "hybrid"),
        *("tp, pp, dp, cp, ep", "zero", "mfu", "goodput", "pue", "evpi", "evppi", "s1, st", "pareto front"),
        *("branch and bound", "aggregate over draws", "shapley", "elasticity"),
    ):
        assert re.search(rf"^- \*\*.*{re.escape(word)}.*\*\*:", text, re.MULTILINE), word


@pytest.mark.parametrize("path", [path for path in PAGES if path.parent.name != "model"], ids=lambda path: path.name)
def test_words_are_those_of_the_field(path: Path) -> None:
    private = r"\b(fold(ed|s)?|mixtures? that|so many|what is asked|gives way|is told|are told|beliefs?|refusals?)\b"
    assert not re.findall(private, prose(path), re.IGNORECASE)


@pytest.fixture(scope="module")
def checker() -> ModuleType:
    return loaded(DOCS / "links.py")


def test_faults_of_a_built_site_are_found(checker: ModuleType, tmp_path: Path) -> None:
    pages = {
        "index.html": '<a href="a.html#there">a</a><h1 id="top"><a href="#top">up</a></h1><a href="https://x.org">x</a>',
        "a.html": '<a href="index.html#nowhere"></a><a href="gone.html"></a><img src="https://x.org/y.png">'
        '<h1 id="there"></h1>',
        "alone.html": "",
    }
    for name, text in pages.items():
        (tmp_path / name).write_text(text)
    found = [fault.removeprefix(f"{tmp_path}/") for fault in checker.faults(tmp_path.resolve())]
    assert found == [
        "a.html: no anchor index.html#nowhere",
        "a.html: no file gone.html",
        "a.html: loads https://x.org/y.png",
        "alone.html: no link leads here",
    ]
