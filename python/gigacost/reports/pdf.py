"""A page as PDF, by WeasyPrint: the same page gives the same bytes."""

from __future__ import annotations

import hashlib
import logging

from gigacost.reports.html import html_of
from gigacost.reports.parts import Page


def pdf_of(page: Page) -> bytes:
    """The page on A4. Nothing is fetched."""
    import weasyprint

    text = html_of(page, paper=True)
    logging.getLogger("weasyprint").setLevel(logging.ERROR)  # it warns of each rule of CSS that is not for paper
    identifier = hashlib.sha256(text.encode()).hexdigest()[:32].encode()
    made: bytes = weasyprint.HTML(string=text, url_fetcher=_refused).write_pdf(
        pdf_identifier=identifier, uncompressed_pdf=False, full_fonts=False
    )
    return made


def _refused(url: str, *_: object, **__: object) -> dict[str, object]:
    message = f"a report asks for nothing: {url}"
    raise ValueError(message)
