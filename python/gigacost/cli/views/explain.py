"""How a number is made, on a screen."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from gigacost.cli.terminal import out, plain, shortened, show_more

if TYPE_CHECKING:
    from gigacost.analysis.explain.explain import Explanation


def render(one: Explanation, *, everything: bool) -> None:
    """Print the derivation in lines as wide as the screen, or all of the text in lines of any width."""
    if everything:
        plain(one.text)
        return
    width = out().width
    for line in one.derivation:
        branch, dash, text = line.partition("─ ")
        if dash:
            plain(branch + dash + shortened(text, width - len(branch + dash)))
        else:
            indent = line[: len(line) - len(line.lstrip())]
            plain(textwrap.fill(line, width, subsequent_indent=indent, break_on_hyphens=False))
    counts = [f"{len(of)} {word}" for of, word in ((one.constants, "constants"), (one.inputs, "inputs")) if of]
    if counts:
        plain("")
        show_more(f"--all ({', '.join(counts)}, whole lines)")
