"""A dataset in a folder here."""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

from gigacost.datasets.store import Stored, stored
from gigacost.errors import Fault, OutputError, SpecError, escape, show

_LONGEST_NAME = 255
_STAGED = re.compile(r"\.(.+)\.[0-9a-f]{16}\.partial")
"""The names of files being written, as the engine's writer has them: hidden, and none that a reader takes."""
_ATTEMPTS = 16
_WITHOUT_LINKS = frozenset((errno.EPERM, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK))
"""What file systems without links answer."""
_FULL = frozenset((errno.ENOSPC, errno.EDQUOT))
_NO_LINKS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)


class LocalStore:
    """A folder. Files are written under a name of their own beside the final one, and renamed when they are on disk."""

    def __init__(self, location: str, field: str) -> None:
        """Raises SpecError where no folder is or can be made."""
        self._field = field
        self.location = os.path.abspath(location)  # noqa: PTH100 - importing pathlib takes 5 ms, here and below
        self.shown = escape(os.path.join(location, ""))  # noqa: PTH118
        name, parent = os.path.basename(self.location), os.path.dirname(self.location)  # noqa: PTH119, PTH120
        refused = ""
        if len(os.fsencode(name)) > _LONGEST_NAME:
            refused, allowed = f"a name of {len(os.fsencode(name))} bytes", f"at most {_LONGEST_NAME} bytes"
        elif os.path.lexists(self.location) and not os.path.isdir(self.location):  # noqa: PTH112
            refused, allowed = "is a file, not a folder", "a new name, an empty folder, a dataset"
        elif not os.path.isdir(parent):  # noqa: PTH112
            refused, allowed = f"there is no folder {escape(parent)}", "a folder in one that exists"
        elif inner := _dataset_above(parent):
            refused, allowed = f"lies within the dataset {escape(inner)}", "a folder elsewhere"
        if refused:
            raise SpecError(Fault(field, show(location), refused, allowed))

    def read(self, name: str) -> bytes | None:
        """A file's content; None where there is none, or something else than a file."""
        try:
            with open(os.open(self._path(name), os.O_RDONLY | _NO_LINKS), "rb") as file:  # noqa: PTH123
                return file.read()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None
        except OSError:
            if os.path.islink(self._path(name)):  # noqa: PTH114
                return None
            raise

    def create(self, name: str, data: bytes) -> bool:
        """Put a file where there is none; False where there is one."""
        path = self._path(name)
        with _staged(path, data) as staged:
            try:
                os.link(staged, path, follow_symlinks=False)
            except FileExistsError:
                return False
            except OSError as error:
                if error.errno not in _WITHOUT_LINKS:
                    raise OutputError(error.errno, error.strerror, path) from None
                if os.path.lexists(path):
                    return False
                os.rename(staged, path)  # noqa: PTH104
        return True

    def replace(self, name: str, data: bytes) -> None:
        """Put a file, in place of one that may be there."""
        path = self._path(name)
        with _staged(path, data) as staged:
            os.replace(staged, path)  # noqa: PTH105

    def put(self, name: str, write: Callable[[str], int]) -> tuple[int, Stored]:
        """Put what the engine's writer writes, which stages, syncs and renames."""
        rows = write(self._path(name))
        found = self.holds(name)
        if found is None:
            raise OutputError(f"{self.shown}{name}: gone as soon as it was written")
        return rows, found

    def holds(self, name: str) -> Stored | None:
        """What a file holds, all of it read; None where there is none."""
        path = self._path(name)
        try:
            if not stat.S_ISREG(os.lstat(path).st_mode):
                return None
            with open(path, "rb") as file:  # noqa: PTH123
                return stored(file)
        except (FileNotFoundError, NotADirectoryError):
            return None

    def names(self, folder: str = "") -> Iterator[str]:
        """The names of all files, or of those in a folder, in order; hidden ones left out, as those half-written."""
        for place, inner, files in os.walk(self._path(folder)):
            inner[:] = sorted(name for name in inner if not name.startswith("."))
            within = os.path.relpath(place, self.location)
            for name in sorted(files):
                if not name.startswith("."):
                    yield name if within == "." else f"{within}/{name}".replace(os.sep, "/")

    def other(self, folder: str) -> str | None:
        """The name of the first file that is not in a folder; None where there is none."""
        return next((name for name in self.names() if not name.startswith(f"{folder}/")), None)

    def prepare(self, folders: Iterable[str]) -> None:
        """Make the folders. Raises SpecError for one that cannot be made, or that a link leads out of the dataset."""
        made = [self.location]
        for folder in folders:
            steps = folder.split("/") if folder else []
            made += [os.path.join(self.location, *steps[: i + 1]) for i in range(len(steps))]  # noqa: PTH118
        root = ""
        for path in dict.fromkeys(made):
            try:
                os.mkdir(path)  # noqa: PTH102
                _synced(os.path.dirname(path))  # noqa: PTH120
            except FileExistsError:
                pass
            except OSError as error:
                if error.errno in _FULL:
                    raise OutputError(error.errno, error.strerror, path) from None
                raise SpecError(Fault(self._field, show(path), f"cannot be made: {error.strerror}")) from None
            root = root or os.path.realpath(path)
            real = os.path.realpath(path)
            if real != root and not real.startswith(os.path.join(root, "")):  # noqa: PTH118
                raise SpecError(Fault(self._field, show(path), f"leads out of the dataset, to {escape(real)}"))

    def sweep(self, folders: Iterable[str], finals: Callable[[str], bool]) -> None:
        """Remove what dead runs have left half-written in some folders, of files whose names are ``finals``."""
        for folder in folders:
            path = os.path.join(self.location, *folder.split("/"))  # noqa: PTH118
            try:
                entries = list(os.scandir(path))
            except OSError:
                continue
            for entry in entries:
                name = _STAGED.fullmatch(entry.name)
                if name and finals(name[1]) and entry.is_file(follow_symlinks=False):
                    _remove_if_dead(entry.path)

    def _path(self, name: str) -> str:
        return os.path.join(self.location, *name.split("/"))  # noqa: PTH118


def _dataset_above(folder: str) -> str:
    """The dataset that a folder lies in; empty for none."""
    while True:
        if os.path.isfile(os.path.join(folder, "_gigacost", "plan.json")):  # noqa: PTH113, PTH118
            return folder
        outer = os.path.dirname(folder)  # noqa: PTH120
        if outer == folder:
            return ""
        folder = outer


@contextmanager
def _staged(path: str, data: bytes) -> Iterator[str]:
    """A file with the data, on disk, beside the path: to be renamed, else removed.

    It is locked for as long, which says that its writer lives. Between creation and lock another run may have swept
    it: then another one is made.
    """
    folder, name = os.path.split(path)
    for _ in range(_ATTEMPTS):
        staged = os.path.join(folder, f".{name}.{secrets.token_hex(8)}.partial")  # noqa: PTH118
        try:
            with open(os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINKS, 0o666), "wb") as file:  # noqa: PTH123
                try:
                    if not _locked(file) or not os.fstat(file.fileno()).st_nlink:
                        continue
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                    yield staged
                    _synced(folder)
                finally:
                    _removed(staged)
        except OSError as error:
            raise OutputError(error.errno, error.strerror, path) from None
        return
    raise OutputError(f"{escape(path)}: what is staged for it was removed again and again")


def _locked(file: BinaryIO) -> bool:
    """Whether nobody else has the lock of a file; we have it then, where there are such locks."""
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        pass
    return True


def _removed(path: str) -> None:
    with suppress(OSError):  # renamed, or swept by another run
        os.unlink(path)  # noqa: PTH108


def _synced(folder: str) -> None:
    """Make what was renamed last through a loss of power, as far as the file system can."""
    try:
        place = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(place)
    except OSError:
        pass
    finally:
        os.close(place)


def _remove_if_dead(path: str) -> None:
    """Remove a half-written file unless its writer lives, which holds its lock."""
    try:
        import fcntl
    except ImportError:  # no such locks: nothing is ever removed
        return
    try:
        with open(os.open(path, os.O_WRONLY | _NO_LINKS), "ab") as file:  # noqa: PTH123
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.unlink(path)  # noqa: PTH108
    except OSError:
        return
