"""A conversation with ``gigacost mcp`` by the SDK's own client, as an agent would have it.

    python examples/mcp_conversation.py

Needs ``pip install 'gigacost[mcp]'``.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import Any

from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp_types import TextContent, TextResourceContents

CALLS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("choose", {"params": "70B", "tokens": "15T", "budget": "$60M", "within": "120d"}),
    ("estimate", {"hardware": "h100-sxn", "chips": 2048, "params": "70B", "tokens": "15T"}),
    ("estimate", {"hardware": "h100-sxm", "chips": 2048, "params": "70B", "tokens": "15T"}),
    (
        "solve",
        {"unknown": "tokens", "where": "cost_total_usd <= 40e6", "hardware": "h100", "chips": 2048, "params": "70B"},
    ),
    ("explain", {"quantity": "electricity_usd_per_kwh", "region": "deu"}),
)
"""What is asked, in this order; the second has a chip misspelt."""
LINES = 40
"""Lines of an answer that are printed."""


async def main() -> None:
    """Start a server, ask, and print both sides."""
    server = StdioServerParameters(command=sys.executable, args=["-m", "gigacost", "mcp"], env=dict(os.environ))
    async with Client(stdio_client(server)) as client:
        known = client.server_info
        print(f"{known.title if known else ''}, protocol {client.protocol_version}")
        print("tools:", ", ".join(tool.name for tool in (await client.list_tools()).tools))
        print("resources:", len((await client.list_resources()).resources))
        for name, arguments in CALLS:
            print(f"\n> {name} {json.dumps(arguments)}")
            answer = await client.call_tool(name, arguments)
            print("an error:" if answer.is_error else "an answer:")
            for part in answer.content:
                _show(part)
        print("\n> read gigacost://docs/glossary.md")
        for page in (await client.read_resource("gigacost://docs/glossary.md")).contents:
            _show(page, 6)


def _show(part: object, lines: int = LINES) -> None:
    """Print the first lines of a text."""
    if isinstance(part, TextContent | TextResourceContents):
        shown = part.text.splitlines()
        print(*(f"  {line}" for line in shown[:lines]), *(["  ..."] if len(shown) > lines else []), sep="\n")


if __name__ == "__main__":
    asyncio.run(main())
