"""The index as this process reads it: opened once, looked at again as soon as the follower has committed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from joey.catalog.search import folder
from joey.catalog.search.split_words import know_brands
from joey.kit.refusals import Unavailable

if TYPE_CHECKING:
    from tantivy import Index, Searcher

BRANDS_KNOWN = 20_000


class NoIndex(Unavailable):
    """This host has no search index that can be read; its follower is making one."""

    code = "search_not_ready"

    def __init__(self) -> None:
        super().__init__(
            _("The search index of this Joey is being built. Try again in a minute; everything else works."),
            retry_after=15,
        )


@dataclass
class _Open:
    stamp: tuple[Path, int, int]  # folder, inode and time of the last commit
    index: "Index"
    searcher: "Searcher"


_open: _Open | None = None
_lock = Lock()


def searcher() -> "Searcher":
    """The newest commit of the index in use. Raises NoIndex. Costs two looks at the file system when nothing is new."""
    global _open
    found = folder.current()
    try:
        if found is None:
            raise NoIndex
        told = os.stat(found / "meta.json")
        stamp = (found, told.st_ino, told.st_mtime_ns)
        if _open is None or _open.stamp != stamp:
            with _lock:
                if _open is None or _open.stamp != stamp:
                    _open = _opened(stamp, _open)
        return _open.searcher
    except OSError:
        raise NoIndex from None


@contextmanager
def guarded() -> Iterator[None]:
    """What Tantivy says of files that are broken becomes NoIndex, and the follower is told to build a new index."""
    try:
        yield
    except BaseException as error:
        # A panic of the library is no Exception: it must not take the web worker with it.
        if not isinstance(error, ValueError) and type(error).__name__ != "PanicException":
            raise
        _tell_broken()
        raise NoIndex from error


def _opened(stamp: tuple[Path, int, int], before: _Open | None) -> _Open:
    from tantivy import Index

    with guarded():
        if before is not None and before.stamp[0] == stamp[0]:
            index = before.index
            index.reload()
        else:
            index = Index.open(str(stamp[0]))
            index.config_reader("manual")
            index.reload()
        found = index.searcher()
        know_brands(name.removeprefix("brand=") for name in _terms(found, "facts", "brand=", BRANDS_KNOWN))
        return _Open(stamp, index, found)


def _terms(found: "Searcher", field: str, prefix: str, most: int) -> list[str]:
    return [term for term, _count in found.terms_with_prefix(field, prefix, limit=most)]


def _tell_broken() -> None:
    found: Any = folder.current()
    if found is not None:
        try:
            (found / "broken").touch()
        except OSError:
            raise NoIndex from None
