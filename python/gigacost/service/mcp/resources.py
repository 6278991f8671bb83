"""What a client may read: the glossary, guides and the handbook of the model."""

from __future__ import annotations

from mcp_types import Annotations, Resource, ResourceTemplate, TextResourceContents

from gigacost.service.mcp.pages import HANDBOOK, PLACE, Page, page, pages

_MARKDOWN = "text/markdown"


class Resources:
    """The pages, by their addresses."""

    @property
    def listed(self) -> list[Resource]:
        """All of them; a page of the handbook stands for each driver of the model."""
        return [_resource(one) for one in pages().values()]

    @property
    def templates(self) -> list[ResourceTemplate]:
        """The addresses of pages that link to each other."""
        return [
            ResourceTemplate(
                name="page",
                title="A page of the documentation",
                uri_template=f"{PLACE}{{+page}}",
                description="Links between pages are relative to the page, as in the documentation.",
                mime_type=_MARKDOWN,
            )
        ]

    async def read(self, address: str) -> TextResourceContents:
        """The text of a page. Raises SpecError."""
        return TextResourceContents(uri=address, mime_type=_MARKDOWN, text=page(address).text)


def _resource(one: Page) -> Resource:
    is_guide = not one.name.startswith(f"{HANDBOOK}/")
    return Resource(
        uri=one.address,
        name=one.name.removesuffix(".md"),
        title=one.title,
        description=one.summary or None,
        mime_type=_MARKDOWN,
        size=len(one.text.encode()),
        annotations=Annotations(audience=["assistant", "user"], priority=0.8 if is_guide else 0.3),
    )
