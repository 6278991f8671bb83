"""Pictures of answers, drawn from plain documents: the very dict that ``to_dict`` gives and ``--json`` prints.

Nothing is computed here that an answer does not hold, and no class of an answer is known. A *kind* of chart is a module
of its own (``over_time.py`` for ``over-time``), with ``chart(document, *, width=...)`` that returns a chart of altair;
``kinds.KINDS`` has its name and the command whose document it draws. ``kinds.drawn(kind, document)`` draws one; an
answer's class inherits ``charted.Charted``, names its ``_kind``, and so has ``.chart()``. Modules of kinds may import
altair at their top: they are loaded when a chart is drawn, and altair's absence is told before.

A kind returns ``theme.figure(chart, {"rows": [...]}, ...)``: data by name (``theme.named("rows")``), so that altair's
limit of 5,000 rows never bites; titles, sizes and configuration in one place. Axes come from ``units`` (``$1.2B``;
logarithmic where decades span). Marks say their figures in full to screen readers and to tests: ``theme.described``
makes the text, a row's ``aria``, and ``description=theme.aria()`` encodes it.

``save.saved(chart, path) -> Saved(file, bytes, sha256, marks, note)`` writes .svg, .png, .pdf or .html;
``save.svg(chart, name="a") -> Svg(text, marks, note)`` is for a page that holds several: ``name`` keeps their ids
apart; ``on_page=True`` leaves out the background and draws text in the page's colour. The same chart gives the same
bytes each time.
"""
