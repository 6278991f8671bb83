"""The questions over HTTP: each a path of its own, with the JSON that the command line prints."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from gigacost.errors import CatalogError, Fault, SpecError, show
from gigacost.service import page, tables
from gigacost.service.answers import Answers
from gigacost.service.asgi import dumped, errors_of
from gigacost.service.calls import PROGRESS, SECONDS
from gigacost.service.catalogue import Catalogue
from gigacost.service.limits import Cancelled, LimitError
from gigacost.service.metrics import Metrics, resident_bytes
from gigacost.service.operation import Asked, Operation, Watch
from gigacost.service.requests import BodyError, asked_of, looked_up, parsed, tag
from gigacost.service.settings import Settings

if TYPE_CHECKING:
    from gigacost.queries.export import Tabular

_JSON = "application/json"
_GONE = 499
"""Nobody reads this answer: the client has gone."""
_PLACES = ("axis", "label")
_RETRY = {"retry-after": "1"}


class Questions:
    """Answers what a path asks."""

    def __init__(
        self,
        operations: Sequence[Operation],
        catalogue: Catalogue,
        described: Mapping[str, Any],
        settings: Settings,
        counts: Metrics,
    ) -> None:
        self._operations = {one.name: one for one in operations}
        self._catalogue = catalogue
        self._described = dumped(described)
        self._page = page.page(described, settings)
        self._settings = settings
        self._counts = counts
        self._answers = Answers(settings.at_once, settings.waiting)

    def routes(self) -> list[Route]:
        """The paths."""
        return [
            Route("/", self._as_page, methods=["GET"]),
            Route("/openapi.json", self._as_openapi, methods=["GET"]),
            Route("/v1/catalog", self._of_catalogue, methods=["GET"]),
            Route("/v1/catalog/{axis}", self._of_catalogue, methods=["GET"]),
            Route("/v1/catalog/{axis}/{label}", self._of_catalogue, methods=["GET"]),
            Route("/v1/{question}", self._ask, methods=["POST"]),
        ]

    async def _ask(self, request: Request) -> Response:
        if request.path_params["question"] == "catalog":
            raise HTTPException(405, headers={"allow": "GET"})
        operation = self._operations.get(request.path_params["question"])
        if operation is None:
            raise HTTPException(404)
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != _JSON:
            return refused(request, 415, [Fault("content-type", show(kind), "not JSON", _JSON)])
        if request.headers.get("content-encoding", "identity") != "identity":
            return refused(request, 415, [Fault("content-encoding", "", "not read here", "identity")])
        as_table = tables.KIND in request.headers.get("accept", "")
        if as_table and not operation.has_rows:
            accept = request.headers["accept"]
            return refused(request, 406, [Fault("accept", show(accept), "the answer has no rows", _JSON)])
        body = await request.body()
        asked = asked_of(operation.documents, parsed(body, operation.documents))
        headers = _headers(tag(*self._catalogue.hashes, operation.name, "table" if as_table else "", body=body))
        if (response := self._without_answer(request, headers)) is not None:
            return response
        if as_table:
            return await self._streamed(request, headers, operation, asked)
        return await self._answered(request, headers, lambda watch: self._computed(operation, asked, watch))

    def _computed(self, operation: Operation, asked: Asked, watch: Watch) -> bytes:
        watch.check()
        return dumped(operation.answer(asked, watch).document)

    async def _of_catalogue(self, request: Request) -> Response:
        path = [request.path_params[name] for name in _PLACES if name in request.path_params]
        given = looked_up(request.query_params.multi_items())
        query = request.scope["query_string"]
        headers = _headers(tag(*self._catalogue.hashes, "catalog", *path, body=query))
        if (response := self._without_answer(request, headers)) is not None:
            return response
        try:
            return await self._answered(
                request, headers, lambda watch: dumped(self._catalogue.answer(path, given, watch))
            )
        except (SpecError, CatalogError) as error:
            found = _faults(error)
            in_query = any(one.field.startswith(("options.", "catalog")) for one in found)
            return refused(request, 422 if in_query or not path else 404, found)

    def _without_answer(self, request: Request, headers: Mapping[str, str]) -> Response | None:
        """The response that needs no answer, if there is one: the client has it, or there is no room for it."""
        if matches(request.headers.get("if-none-match", ""), headers["etag"]):
            return Response(status_code=304, headers=headers)
        if self._answers.is_full:
            what = "too many questions at once"
            return refused(request, 429, [Fault("questions", "", what, f"<= {self._most}")], _RETRY)
        memory, most = resident_bytes() or 0, self._settings.memory_bytes
        if memory > most:
            what = "the service has no memory left for an answer"
            return refused(request, 429, [Fault("memory", f"{memory:,}", what, f"<= {most:,}")], _RETRY)
        return None

    def _watch(self, request: Request) -> Watch:
        extensions = request.scope.get("extensions") or {}
        limits = replace(self._settings.limits, seconds=extensions.get(SECONDS, self._settings.seconds))
        return Watch(limits, extensions.get(PROGRESS))

    async def _answered(
        self, request: Request, headers: Mapping[str, str], compute: Callable[[Watch], bytes]
    ) -> Response:
        watch = self._watch(request)
        gone = asyncio.ensure_future(_left(request))
        try:
            found = await self._answers.get(lambda: compute(watch), watch, gone)
        finally:
            gone.cancel()
        self._counts.evaluated(watch.combinations)
        return Response(found, media_type=_JSON, headers=headers)

    async def _streamed(
        self, request: Request, headers: Mapping[str, str], operation: Operation, asked: Asked
    ) -> Response:
        watch = self._watch(request)
        pipe = tables.Pipe(watch, watch.limits.table_bytes)

        def write(rows: Tabular) -> None:
            limit = None if (given := asked.options.get("limit")) is None else int(given)
            progress = watch.progress(watch.combinations)
            rows.write_stream(pipe, limit=limit, threads=watch.limits.threads, progress=progress)

        def compute() -> None:
            watch.check()
            operation.answer(replace(asked, rows_to=write), watch)
            pipe.close()

        async def pieces() -> AsyncGenerator[bytes, None]:
            async with self._answers.streamed(compute, watch) as computed:
                try:
                    async for piece in pipe.pieces(computed):
                        yield piece
                except LimitError as error:  # where something was sent, all there is to do is to end the connection
                    request.scope.setdefault("state", {})["refused"] = error.fault.field
                    raise
            self._counts.evaluated(watch.combinations)

        gone = asyncio.ensure_future(_left(request))
        try:
            return await tables.Streamed.begun(pieces(), watch, gone, headers)
        finally:
            gone.cancel()

    @property
    def _most(self) -> int:
        return self._settings.at_once + self._settings.waiting

    async def _as_openapi(self, request: Request) -> Response:
        return self._unless_had(request, Response(self._described, media_type=_JSON))

    async def _as_page(self, request: Request) -> Response:
        return self._unless_had(request, Response(self._page, media_type="text/html", headers=page.HEADERS))

    def _unless_had(self, request: Request, response: Response) -> Response:
        """The response, or that the client has it."""
        headers = _headers(tag(body=bytes(response.body)))
        if matches(request.headers.get("if-none-match", ""), headers["etag"]):
            return Response(status_code=304, headers=headers)
        response.headers.update(headers)
        return response


def application(
    operations: Sequence[Operation],
    catalogue: Catalogue,
    described: Mapping[str, Any],
    settings: Settings,
    counts: Metrics,
) -> Starlette:
    """The application; ``described`` is the document that describes it."""
    questions = Questions(operations, catalogue, described, settings, counts)
    made = Starlette(
        routes=questions.routes(),
        exception_handlers={
            HTTPException: _no_such,
            BodyError: _bad_body,
            SpecError: _bad_question,
            CatalogError: _bad_question,
            LimitError: _beyond,
            MemoryError: _no_memory,
            Cancelled: _nobody,
            ClientDisconnect: _nobody,
        },
    )
    made.router.redirect_slashes = False  # to wherever the client says that we are
    return made


def refused(
    request: Request, status: int, faults: Sequence[Fault], headers: Mapping[str, str] | None = None
) -> Response:
    """A refusal in the one form that refusals have."""
    request.scope.setdefault("state", {})["refused"] = faults[0].field
    return Response(dumped(errors_of(faults)), status, headers=headers, media_type=_JSON)


def matches(given: str, etag: str) -> bool:
    """Whether an ``If-None-Match`` names an answer."""
    names = [name.strip().removeprefix("W/") for name in given.split(",")]
    return etag in names  # "*" is any answer that there is already, and none is kept here


def _headers(etag: str) -> dict[str, str]:
    return {"etag": etag, "cache-control": "private, no-cache", "vary": "accept"}


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _no_such(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    told = {
        404: ("path", "nothing is there", "GET /openapi.json lists what is"),
        405: ("method", "not a method of this path", "POST for questions, GET for the rest"),
    }
    field, what, allowed = told.get(status, ("request", "refused", ""))
    return refused(request, status, [Fault(field, "", what, allowed)], getattr(error, "headers", None))


async def _bad_body(request: Request, error: Exception) -> Response:
    return refused(request, 400, _faults(error))


async def _bad_question(request: Request, error: Exception) -> Response:
    return refused(request, 422, _faults(error))


async def _beyond(request: Request, error: Exception) -> Response:
    return refused(request, 422, [error.fault] if isinstance(error, LimitError) else [])


async def _no_memory(request: Request, error: Exception) -> Response:
    del error
    return refused(request, 422, [Fault("memory", "", "the answer needs more memory than there is", "a smaller space")])


async def _nobody(request: Request, error: Exception) -> Response:
    del error
    return refused(request, _GONE, [Fault("client", "", "has gone before the answer was there")])


def _faults(error: Exception) -> Sequence[Fault]:
    if isinstance(error, SpecError):
        return error.faults
    given = error.args[0] if error.args else ""
    return [given if isinstance(given, Fault) else Fault("catalog", "", str(given))]
