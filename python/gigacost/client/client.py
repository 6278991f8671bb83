"""A client of ``gigacost serve``: the package's questions, answered elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from gigacost.client.address import read_address
from gigacost.client.asked import Asked
from gigacost.client.job import Job
from gigacost.client.questions import Questions
from gigacost.client.sweep import ServedSweep
from gigacost.client.transport import ARROW, JSON, Transport
from gigacost.errors import Fault, SpecError, nearest, show, unplaced

if TYPE_CHECKING:
    import ssl
    from types import TracebackType

T = TypeVar("T")
_OF_SWEEPS = ("bounds", "count", "counted", "pareto", "summary", "top")
_OTHERS = (
    "break_even", "choose", "compare", "elasticities", "estimate", "explain", "layouts", "over_time", "solve",
    "uncertainty",
)  # fmt: skip


class Client(Questions):
    """Asks a service what the package would answer: the same keywords, the same answers, the same SpecError.

    Any number of threads may share one; connections are kept open between requests.

    Parameters
    ----------
    url : str
        Where the service is, as ``http://127.0.0.1:8000``.
    token : str, optional
        What the service wants to be shown, if it does.
    timeout : float
        Seconds that an answer may take.
    retries : int
        How often a request is put again that a service refuses because it is too busy (429, 503).
    longest_wait : float
        Seconds that are waited before that, at most; where a service asks for more, it is refused at once.
    answers_kept : int
        How many answers are kept here. They are asked for again with their ``ETag``, and not sent again if they are the
        same, which they are until the service has another version, model or catalogue.
    proxy : str, optional
        URL of a proxy, ``""`` for none; by default that of the environment, and none for this machine.
    ssl_context : ssl.SSLContext, optional
        How certificates are checked; by default as Python does.

    Raises
    ------
    SpecError
        For a URL or a token that is none. Questions raise it as the package does.
    ServiceError
        Of questions: where the service cannot be reached, refuses the token, is too busy, or has failed; one that has
        not answered in time is a ServiceTimeoutError.

    Examples
    --------
    >>> from gigacost.client import Client
    >>> client = Client("http://127.0.0.1:8000")
    >>> client.url
    'http://127.0.0.1:8000'
    """

    def __init__(
        self,
        url: str,
        token: str | None = None,
        *,
        timeout: float = 60.0,
        retries: int = 4,
        longest_wait: float = 30.0,
        answers_kept: int = 0,
        proxy: str | None = None,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        if token is not None and not (token and token.isascii() and token.isprintable() and " " not in token):
            raise SpecError(Fault("token", "", "not a token", "letters, digits and -._~+/="))
        if not timeout > 0.0:
            raise SpecError(Fault("timeout", show(timeout), "out of range", "> 0 s"))
        address = read_address(url, proxy)
        self.url = address.url
        self._transport = Transport(address, token, timeout, retries, longest_wait, ssl_context, answers_kept)

    def __repr__(self) -> str:
        return f"<Client of {self.url}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that are kept open; the next question opens another."""
        self._transport.close()

    def answered(self, asked: Asked[T]) -> T:
        """The answer to a question. Raises SpecError, ServiceError."""
        try:
            accept = ARROW if asked.as_table else JSON
            reply = self._transport.ask("POST", f"/v1/{asked.question}", asked.body, accept)
        except SpecError as error:
            if not asked.by_keyword:
                raise
            raise SpecError(*unplaced(error.faults)) from None
        return asked.made(reply.body if asked.as_table else reply.document)

    def job(self, question: str, *given: Any, **keywords: Any) -> Job[Any]:  # noqa: ANN401 - those of the method
        """Start what may take longer than a request: ``question`` is the name of a method, with what this takes.

        The questions of a sweep take that first: ``client.job("summary", sweep, per="market")``. Raises SpecError,
        ServiceError.
        """
        noting = _Noting()
        if question in _OTHERS:
            asked = getattr(noting, question)(*given, **keywords)
        elif question in _OF_SWEEPS:
            if not given or not isinstance(given[0], ServedSweep):
                raise SpecError(Fault(question, "", "asks a sweep", "job(QUESTION, client.sweep(...), ...)"))
            asked = getattr(given[0].asked_by(noting), question)(*given[1:], **keywords)
        else:
            known = sorted((*_OTHERS, *_OF_SWEEPS))
            raise SpecError(
                Fault("question", show(question), "no such question", ", ".join(known), nearest(question, known))
            )
        return Job(self._transport, asked)


class _Noting(Questions):
    """Answers with the question itself, for a job to ask it."""

    def answered(self, asked: Asked[T]) -> T:
        """The question."""
        return cast("T", asked)
