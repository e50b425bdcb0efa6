"""The index as this process reads it: opened once, and reloaded after each commit of the follower."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from joey.catalog.search import folder
from joey.catalog.search.split_words import know_brands
from joey.kit.refusals import Unavailable

if TYPE_CHECKING:
    from tantivy import Index, Searcher

BRAND, MOST_BRANDS = "brand=", 20_000
LEARN_EVERY_SECONDS = 60.0  # reading all brands takes longer than a search, and new ones are rare


class NoIndex(Unavailable):
    """This host has no search index that can be read; its follower is making one."""

    code = "search_not_ready"

    def __init__(self) -> None:
        super().__init__(
            _("The search index is being built. Try again in a minute; everything else works."),
            retry_after=15,
        )


Stamp = tuple[int, int, int]  # device, inode and time of the file that each commit replaces


@dataclass(frozen=True)
class _Open:
    stamp: Stamp
    folder: Path
    index: "Index"
    searcher: "Searcher"
    learnt_at: float  # when the brands of the catalogue were last read


_open: _Open | None = None
_lock = Lock()


def searcher() -> "Searcher":
    """The newest commit of the index in use. Raises NoIndex. Costs one stat of a file when nothing is new."""
    global _open
    try:
        meta = os.stat(f"{settings.DATA}/search/current/meta.json")
        stamp = (meta.st_dev, meta.st_ino, meta.st_mtime_ns)
        kept = _open
        if kept is None or kept.stamp != stamp:
            with _lock:
                kept = _open
                if kept is None or kept.stamp != stamp:
                    _open = kept = _opened(stamp, kept)
        return kept.searcher
    except OSError:
        raise NoIndex from None


@contextmanager
def guarded() -> Iterator[None]:
    """Turn Tantivy's errors about broken files into NoIndex, and have the follower build a new index."""
    try:
        yield
    except BaseException as error:
        # A panic of the library is no Exception: it must not take the web worker with it.
        if type(error).__name__ == "PanicException" or (isinstance(error, ValueError) and _cannot_be_opened()):
            _mark_broken()
            raise NoIndex from error
        raise


def _opened(stamp: Stamp, before: _Open | None) -> _Open:
    from tantivy import Index

    found = folder.current()
    if found is None:  # of another version of the schema
        raise NoIndex
    with guarded():
        if before is not None and before.folder == found:
            index, learnt_at = before.index, before.learnt_at
        else:
            index, learnt_at = Index.open(str(found)), float("-inf")
            index.config_reader("manual")
        index.reload()
        newest = index.searcher()
        if time.monotonic() - learnt_at > LEARN_EVERY_SECONDS:
            brands = newest.terms_with_prefix("facts", BRAND, limit=MOST_BRANDS)
            know_brands(name.removeprefix(BRAND) for name, _count in brands)
            learnt_at = time.monotonic()
        return _Open(stamp, found, index, newest, learnt_at)


def _cannot_be_opened() -> bool:
    """Whether the files are broken. A query that Tantivy refuses is a bug, and no reason to rebuild."""
    from tantivy import Index

    found = folder.current()
    try:
        return found is None or not Index.open(str(found))
    except ValueError:
        return True


def _mark_broken() -> None:
    found = folder.current()
    if found is not None:
        with suppress(OSError):
            (found / folder.BROKEN).touch()
