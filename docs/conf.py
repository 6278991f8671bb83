"""The site: ``make site`` builds it with Sphinx from these pages, the docstrings of gigacost, and its commands.

Nothing is loaded from a network, neither when it is built nor when it is read: no fonts, scripts or inventories of
others.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from docutils import nodes
from pygments.lexer import RegexLexer
from pygments.lexers.special import TextLexer
from pygments.token import Generic
from sphinx.highlighting import lexers

from gigacost import __version__
from gigacost.cli.options import HEADINGS, heading_of

if TYPE_CHECKING:
    import click
    from sphinx.application import Sphinx

project = "gigacost"
project_copyright = "the gigacost authors"
version = release = __version__
language = "en"
smartquotes = False  # `--json` stays two hyphens


class Console(RegexLexer):  # type: ignore[misc] # pygments has no types
    """Commands after ``$`` and what they print, in which nothing is code."""

    name = "console"
    tokens = {"root": [(r"^\$ .*\n", Generic.Strong), (r".*\n", Generic.Output)]}  # noqa: RUF012 - as pygments has it


lexers["csv"] = TextLexer()
lexers["console"] = Console()

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_click", "sphinx_copybutton"]
exclude_patterns = ["_build"]
nitpicky = False  # annotations name types of numpy and of the standard library, which have no page here

myst_enable_extensions = ["attrs_inline"]
myst_heading_anchors = 4

toc_object_entries_show_parents = "hide"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True}
napoleon_google_docstring = False
napoleon_numpy_docstring = True
python_use_unqualified_type_names = True
maximum_signature_line_length = 88

html_theme = "furo"
html_title = "gigacost"
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_domain_indices = False
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_theme_options = {"navigation_with_keys": True, "top_of_page_buttons": []}
# What is copied from a console block is the commands, without prompts and output.
copybutton_prompt_text = "$ "

_ANCHOR = re.compile(r'<a id="([\w-]+)"></a>')


def _anchors(_app: Sphinx, _page: str, source: list[str]) -> None:
    """Turn anchors in HTML, which GitHub and others understand, into targets that Sphinx can check links against."""
    source[0] = _ANCHOR.sub(r"[]{#\1}", source[0])


def _headings(_app: Sphinx, ctx: click.Context, lines: list[str]) -> None:
    """Sort the options of a command under the headings that its ``--help`` has."""
    text = "\n".join(lines)
    head, *options = re.split(r"(?m)^(?=\.\. option::)", text)
    headings = {name: heading_of(option) for option in ctx.command.params for name in option.opts}
    sorted_options: dict[str, list[str]] = {heading: [] for heading in HEADINGS}
    for option in options:
        names = re.findall(r"(?<![\w-])-{1,2}[\w-]+", option.split("\n", 1)[0])
        sorted_options[next((headings[name] for name in names if name in headings), "Options")].append(option)
    parts = [head.rstrip(), ""]
    for heading, group in sorted_options.items():
        # "Options" stands above all of them already.
        parts += [f".. rubric:: {heading}", ""] if group and heading != "Options" else []
        parts += group
    lines[:] = "\n".join(parts).split("\n")


_ATTRIBUTES: dict[str, list[str]] = {}


def _keep(_app: Sphinx, what: str, name: str, _value: object, _options: object, lines: list[str]) -> None:
    """Keep the text of an attribute from napoleon, which takes what stands before a colon for a type."""
    if what in {"attribute", "property"}:
        _ATTRIBUTES[name] = list(lines)


def _put_back(_app: Sphinx, _what: str, name: str, _value: object, _options: object, lines: list[str]) -> None:
    lines[:] = _ATTRIBUTES.pop(name, lines)


def _dashes(_app: Sphinx, document: nodes.document, _page: str) -> None:
    """Set the two hyphens that Sphinx writes between a parameter and its text as a dash."""
    for text in list(document.findall(nodes.Text)):
        if text == " -- ":
            text.parent.replace(text, nodes.Text(" – "))


def setup(app: Sphinx) -> None:
    """Connect what is above."""
    app.connect("source-read", _anchors)
    app.connect("autodoc-process-docstring", _keep, priority=400)
    app.connect("autodoc-process-docstring", _put_back, priority=600)
    app.connect("sphinx-click-process-options", _headings)
    app.connect("doctree-resolved", _dashes)
