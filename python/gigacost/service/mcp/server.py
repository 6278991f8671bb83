"""The server: the tools and resources that a client is offered, as the SDK takes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListResourcesResult,
    ListResourceTemplatesResult,
    ListToolsResult,
    PaginatedRequestParams,
    ReadResourceRequestParams,
    ReadResourceResult,
)

from gigacost.errors import CatalogError, SpecError
from gigacost.service.mcp.checks import Checks
from gigacost.service.mcp.resources import Resources
from gigacost.service.mcp.tools import Tools

_Context = ServerRequestContext[Any, Any]

INSTRUCTIONS = """\
What it costs to train an AI model: chips, energy, staff, data; rented or owned; with P10, P50 and P90 and sources.
- "What would it cost to train N parameters on T tokens?" and no chips are known: choose. Chips are known: estimate.
- Many designs at once (lists and ranges are allowed as values): top for the cheapest, pareto for trade-offs.
- "How many tokens for $50M in 90 days?": solve. "Why is B dearer than A?": compare. "Where is this from?": explain.
- Names of chips, regions, architectures, published runs, and prices with their sources: catalog.
Numbers may be written as people do: "70B", "15T", "90d", "$50M"; lists [512, 1024] and ranges "64..1024:5:log" (five
values) are many designs. Money is US dollars. Names in where, by, columns: cost_total_usd, total_run_usd, train_days,
chip_hours, mfu, facility_mw, energy_mwh, carbon_t, loss, and the arguments of a design; explain says what each is.
An answer shows what is read most; left_out says what else there is, and show asks for it. Read-only, local.
What words mean: the resource gigacost://docs/glossary.md; what an input is: explain, or gigacost://docs/model/README.md.
"""


def server(tools: Tools, resources: Resources, version: str) -> Server:
    """The server of one connection."""

    async def list_tools(_: _Context, __: PaginatedRequestParams | None) -> ListToolsResult:
        return ListToolsResult(tools=tools.listed)

    async def call_tool(context: _Context, params: CallToolRequestParams) -> CallToolResult:
        return await tools.call(params.name, params.arguments or {}, context.session.report_progress)

    async def list_resources(_: _Context, __: PaginatedRequestParams | None) -> ListResourcesResult:
        return ListResourcesResult(resources=resources.listed)

    async def list_templates(_: _Context, __: PaginatedRequestParams | None) -> ListResourceTemplatesResult:
        return ListResourceTemplatesResult(resource_templates=resources.templates)

    async def read_resource(_: _Context, params: ReadResourceRequestParams) -> ReadResourceResult:
        try:
            return ReadResourceResult(contents=[await resources.read(params.uri)])
        except (SpecError, CatalogError) as error:
            raise MCPError(code=INVALID_PARAMS, message=str(error)) from None

    made: Server[Mapping[str, Any]] = Server(
        "gigacost",
        version=version,
        title="Costs of AI training",
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_list_resource_templates=list_templates,
        on_read_resource=read_resource,
    )
    made.middleware[:] = [Checks()]
    return made
