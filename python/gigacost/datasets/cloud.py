"""A dataset in a bucket, by obstore: ``s3://``, tested; ``gs://`` and ``az://``, untested.

Credentials and endpoints are taken from the environment alone (``AWS_ACCESS_KEY_ID``, ``AWS_SECRET_ACCESS_KEY``,
``AWS_REGION``, ``AWS_ENDPOINT_URL``, …), and no message shows them.
"""

from __future__ import annotations

import os
import re
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from gigacost.datasets.store import Stored, interruptible, stored, stored_chunks
from gigacost.errors import Fault, OutputError, SpecError, escape

if TYPE_CHECKING:
    from obstore.store import ObjectStore

T = TypeVar("T")
_SCHEMES = ("s3", "gs", "az")
_URL = re.compile(r"([a-z0-9]+)://([A-Za-z0-9][A-Za-z0-9._-]*)(?:/([^?#]*))?")
_BEFORE_AT = re.compile(r"//[^/@]*@")
_AFTER_MARK = re.compile(r"([?#]).*", re.DOTALL)
_SECRET = re.compile(
    r"(AWS|AZURE|GOOGLE|GCP|GCS|OBJECT_STORE)_\w*(SECRET|TOKEN|KEY|PASSWORD|SAS|CREDENTIAL|ACCOUNT)\w*", re.IGNORECASE
)
_LEAST_SECRET = 4
"""What is shorter is no secret, and would be found in any text."""
RETRIES = 8
RETRY_SECONDS = 60.0
"""How often, and for how long [s], a request is repeated that failed by a fault of the store or of the way to it."""
_LONGEST_BACKOFF = 5.0
_TRIES = 4
"""How often what a request is part of is begun anew where its repetition alone cannot help: a body that was cut, a
create whose answer was lost."""
_PAUSE = 0.2
_SHOWN = 200


class CloudStore:
    """A prefix of a bucket. An object appears whole or not at all, and is put where there is none by its store."""

    def __init__(self, location: str, field: str) -> None:
        """Raises SpecError for a bad URL, or without obstore; asks nothing of the store yet."""
        self.shown = escape(_AFTER_MARK.sub(r"\1***", _BEFORE_AT.sub("//***@", location)), shown=_SHOWN)
        match = _URL.fullmatch(location)
        allowed = "s3://BUCKET/PREFIX/ (gs:// and az:// are untested)"
        if _BEFORE_AT.search(location):
            what = "credentials are taken from the environment alone (AWS_ACCESS_KEY_ID, …)"
            raise SpecError(Fault(field, f'"{self.shown}"', what, allowed))
        if match is None or match[1] not in _SCHEMES:
            raise SpecError(Fault(field, f'"{self.shown}"', "not the URL of a bucket", allowed))
        steps = [step for step in (match[3] or "").split("/") if step]
        if any(step in {".", ".."} for step in steps):
            raise SpecError(Fault(field, f'"{self.shown}"', "a prefix with dots for a name", allowed))
        self.location = "/".join([f"{match[1]}://{match[2]}", *steps]) + "/"
        self.shown = escape(self.location, shown=_SHOWN)
        self._store = _connected(match[1], match[2], "/".join(steps), field)

    def read(self, name: str) -> bytes | None:
        """An object's content; None where there is none."""
        return self._asked(name, lambda obstore: obstore.get(self._store, name).bytes().to_bytes())

    def create(self, name: str, data: bytes) -> bool:
        """Put an object where there is none; False where there is one, which may be ours: an answer may be lost."""
        from obstore.exceptions import AlreadyExistsError, PreconditionError

        def put(obstore: Any) -> bool:  # noqa: ANN401 - a module
            try:
                obstore.put(self._store, name, data, mode="create")
            except (AlreadyExistsError, PreconditionError):
                return False
            return True

        return bool(self._asked(name, put))

    def replace(self, name: str, data: bytes) -> None:
        """Put an object, in place of one that may be there."""
        self._asked(name, lambda obstore: obstore.put(self._store, name, data))

    def put(self, name: str, write: Callable[[str], int]) -> tuple[int, Stored]:
        """Put what ``write`` writes to a temporary file, which is gone afterwards."""
        with tempfile.TemporaryDirectory(prefix="gigacost-") as folder:
            path = os.path.join(folder, name.rpartition("/")[2])  # noqa: PTH118 - importing pathlib takes 5 ms
            rows = write(path)
            with open(path, "rb") as file:  # noqa: PTH123 - as above
                found = stored(file)

            def put(obstore: Any) -> bool:  # noqa: ANN401 - a module
                with open(path, "rb") as file:  # noqa: PTH123 - as above
                    obstore.put(self._store, name, file)
                size: int = obstore.head(self._store, name)["size"]
                if size != found.bytes:
                    message = f"{size} bytes are there of {found.bytes}"
                    raise OSError(message)
                return True

            self._asked(name, put)
        return rows, found

    def holds(self, name: str) -> Stored | None:
        """What an object holds, all of it read; None where there is none."""
        return self._asked(name, lambda obstore: stored_chunks(map(bytes, obstore.get(self._store, name).stream())))

    def names(self, folder: str = "") -> Iterator[str]:
        """The names of all objects, or of those in a folder, in order."""

        def pages(obstore: Any) -> list[str]:  # noqa: ANN401 - a module
            return [one["path"] for page in obstore.list(self._store, folder or None) for one in page]

        listed = self._asked(folder, pages)
        yield from sorted(listed or ())

    def other(self, folder: str) -> str | None:
        """The name of some object that is not in a folder; None where there is none. Not all of them are listed."""

        def found(obstore: Any) -> str:  # noqa: ANN401 - a module
            names = (one["path"] for page in obstore.list(self._store) for one in page)
            return next((name for name in names if not name.startswith(f"{folder}/")), "")

        return self._asked("", found) or None

    def prepare(self, folders: Iterable[str]) -> None:
        """Nothing: buckets have no folders."""

    def sweep(self, folders: Iterable[str], finals: Callable[[str], bool]) -> None:
        """Nothing: what is half-written has no name."""

    def _asked(self, name: str, ask: Callable[[Any], T]) -> T | None:
        """What the store answers; None for what is not there. Raises OutputError, with what is secret masked."""
        import obstore
        from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError

        def tried() -> T | None:
            end = time.monotonic() + RETRY_SECONDS
            for left in reversed(range(_TRIES)):
                try:
                    return ask(obstore)
                except FileNotFoundError as error:
                    if "NoSuchBucket" in str(error):
                        raise OutputError(f"{self.shown}: there is no such bucket") from None
                    return None
                except (BaseError, OSError, ValueError) as error:
                    said = " ".join(str(error).partition("Debug source:")[0].split())
                    tired = f"after {RETRIES} retries" in said or time.monotonic() > end or not left
                    if tired or isinstance(error, (PermissionDeniedError, UnauthenticatedError)):
                        told = escape(masked(said), quotes="", shown=_SHOWN)
                        raise OutputError(f"{self.shown}{name}: {told}") from None
                    time.sleep(_PAUSE)
            return None

        return interruptible(tried)


def masked(text: str) -> str:
    """A text without the values of the environment's secrets."""
    secrets = {value for key, value in os.environ.items() if _SECRET.fullmatch(key) and len(value) >= _LEAST_SECRET}
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "***")
    return _BEFORE_AT.sub("//***@", text)


def _connected(scheme: str, bucket: str, prefix: str, field: str) -> ObjectStore:
    try:
        from obstore.store import AzureStore, GCSStore, S3Store
    except ImportError:
        what = "buckets are written and read with obstore, which is not installed"
        raise SpecError(Fault(field, f'"{scheme}://"', what, "pip install 'gigacost[cloud]'; or a folder")) from None
    retry: Any = {
        "max_retries": RETRIES,
        "retry_timeout": timedelta(seconds=RETRY_SECONDS),
        "backoff": {
            "init_backoff": timedelta(seconds=0.1),
            "max_backoff": timedelta(seconds=_LONGEST_BACKOFF),
            "base": 2,
        },
    }
    endpoint = os.environ.get("AWS_ENDPOINT_URL") or os.environ.get("AWS_ENDPOINT") or ""
    client: Any = {"allow_http": True} if endpoint.startswith("http://") else {}
    kind: Any = {"s3": S3Store, "gs": GCSStore, "az": AzureStore}[scheme]
    try:
        made: ObjectStore = kind(bucket, prefix=prefix or None, client_options=client, retry_config=retry)
    except Exception as error:  # noqa: BLE001 - whatever obstore makes of the environment
        said = escape(masked(" ".join(str(error).split())), quotes="", shown=_SHOWN)
        raise SpecError(Fault(field, f'"{scheme}://{bucket}"', f"cannot be opened: {said}")) from None
    return made
