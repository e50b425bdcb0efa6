"""Keep the index of this host up to date with the offers, by their `seq`; one process writes at a time.

An index that is missing, broken, of another version or built with other fees is rebuilt from PostgreSQL beside the old
one, which is used until the new one is complete.
"""

import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from joey.catalog.number_changes import newest_seqs
from joey.catalog.search import changes, folder
from joey.catalog.search.documents import MOST, OfferRow, document, earning_manifests, id_of, made_with, schema
from joey.catalog.search.folder import BUILDING, WRITING, IndexState
from joey.kit import clock
from joey.marketplaces.manifest_shape import Manifest

log = logging.getLogger(__name__)

BATCH = 20_000  # offers between two commits
HEAP = 20_000_000  # bytes; Tantivy wants at least 15 million
BUILDING_HEAP = 60_000_000
COUPONS_AT_ONCE = 5_000
COUNT_MOST = 1000  # enough to see that it is behind
SILENT_SECONDS = 120.0


@dataclass(frozen=True)
class Lag:
    """How far the index of this host is behind. `behind` counts changed offers, up to COUNT_MOST."""

    missing: bool
    behind: int
    seconds_since_looked: float | None  # since the follower last found everything done, or did a part of it

    @property
    def is_left(self) -> bool:
        """Whether no process seems to follow any more."""
        silent = self.seconds_since_looked is None or self.seconds_since_looked > SILENT_SECONDS
        return self.behind > 0 and silent


def catch_up(*, wait: bool = True) -> int:
    """Bring the index of this host up to date; how many offers were read.

    Killed at any point and run again, the result is the same. If another process of this host is updating it, this one
    waits, or does nothing without `wait`.
    """
    with folder.exclusive(WRITING, wait=wait) as mine:
        if not mine:
            return 0
        found = folder.current()
        if found is not None and _fits(found):
            _tidy()
            return _follow(found)
    return _rebuild(wait=wait, only_unfit=True)


def rebuild(*, wait: bool = True) -> int:
    """Rebuild the index from PostgreSQL and put it into use; how many offers were read.

    Searches are answered meanwhile. Without `wait` nothing is done if another process is building.
    """
    return _rebuild(wait=wait, only_unfit=False)


def _rebuild(*, wait: bool, only_unfit: bool) -> int:
    with folder.exclusive(BUILDING, wait=wait) as mine:
        if not mine:
            return 0
        found = folder.current()
        if only_unfit and found is not None and _fits(found):
            return 0  # the process that was waited for has built it
        folder.sweep()
        new = folder.make_new()
        read = _build(new)
        with folder.exclusive(WRITING, wait=True):
            read += _follow(new)
            folder.use(new)
        return read


def is_behind() -> bool:
    """Whether there is anything to do. One query; nothing that takes memory is loaded."""
    found = folder.current()
    if found is None or (found / folder.BROKEN).exists():
        return True
    state = folder.followed(found)
    if state.made_with != made_with():
        return True
    if state.next_coupon_end is not None and state.next_coupon_end <= time.time():
        return True
    if newest_seqs() != state.seqs:  # newer, or older after a restore
        return True
    _looked()
    return False


def lag() -> Lag:
    """For monitoring. One query, and one for each marketplace that is behind."""
    found = folder.current()
    if found is None:
        return Lag(True, 0, None)
    behind = changes.count_newer(folder.followed(found).seqs, COUNT_MOST)
    try:
        looked = (folder.home() / "looked").stat().st_mtime
    except OSError:
        return Lag(False, behind, None)
    return Lag(False, behind, max(0.0, time.time() - looked))


def _fits(found: Path) -> bool:
    """Whether this index can be updated: complete, built the same way, and not ahead of its database."""
    from tantivy import Index

    state = folder.followed(found)
    if (found / folder.BROKEN).exists() or state.made_with != made_with():
        return False
    newest = newest_seqs()
    if any(seq > newest.get(marketplace, -1) for marketplace, seq in state.seqs.items()):
        log.warning("the search index knows changes that the database does not: it is rebuilt")
        return False
    try:
        Index.open(str(found))
    except ValueError as error:
        log.warning("the search index cannot be opened and is rebuilt: %s", error)
        return False
    return True


def _tidy() -> None:
    """Delete replaced and unfinished indexes, unless a process is building."""
    with folder.exclusive(BUILDING, wait=False) as mine:
        if mine:
            folder.sweep()


def _build(new: Path) -> int:
    """Add every offer once, from one stream: nothing has to be replaced, and nothing is used before it is complete."""
    from tantivy import Index

    index = Index(schema(), str(new))
    writer = index.writer(BUILDING_HEAP, 1)
    earning, now, seqs, read = earning_manifests(), int(clock.now().timestamp()), dict[str, int](), 0
    for row in changes.all_offers():
        read += 1
        if row.shown:
            writer.add_document(document(row, earning, now))
        if row.seq > seqs.get(row.marketplace, -1):
            seqs[row.marketplace] = row.seq
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    folder.note_followed(new, IndexState(seqs, made_with(), _next_coupon_end(index)))
    return read


def _follow(found: Path) -> int:
    """Update batch by batch until nothing is newer; the state is noted after each commit."""
    from tantivy import Index

    index = Index.open(str(found))
    state = folder.followed(found)
    earning, now, read = earning_manifests(), int(clock.now().timestamp()), 0
    writer = None
    for marketplace, newest in newest_seqs().items():
        while newest > state.seqs.get(marketplace, -1):
            rows = changes.changed_since(marketplace, state.seqs.get(marketplace, -1), BATCH)
            if not rows:
                break
            writer = writer or index.writer(HEAP, 1)
            _replace(writer, rows, earning, now)
            state = replace(state, seqs=state.seqs | {marketplace: rows[-1].seq})
            folder.note_followed(found, state)
            read += len(rows)
            _looked()
    over = state.next_coupon_end is not None and state.next_coupon_end <= now
    if over:
        index.reload()
        while ended := _coupons_ended(index, now):
            writer = writer or index.writer(HEAP, 1)
            _replace(writer, changes.offers_with(ended), earning, now, gone=ended)
            index.reload()
            read += len(ended)
    if writer is not None:
        writer.wait_merging_threads()
    if writer is not None or over:
        index.reload()
        folder.note_followed(found, replace(state, next_coupon_end=_next_coupon_end(index)))
    _looked()
    return read


def _replace(
    writer: Any, rows: Iterable[OfferRow], earning: Mapping[str, Manifest], now: int, gone: Iterable[UUID] = ()
) -> None:
    """In one commit delete these offers and those in `gone`, and add the rows that are shown."""
    for id_ in gone:
        writer.delete_documents_by_term("id", id_.hex)
    for row in rows:
        writer.delete_documents_by_term("id", row.id)
        if row.shown:
            writer.add_document(document(row, earning, now))
    writer.commit()


def _coupons_ended(index: Any, now: int) -> list[UUID]:
    """Offers indexed with a coupon price that has ended."""
    from tantivy import FieldType, Query

    searcher = index.searcher()
    over = Query.range_query(schema(), "coupon_until", FieldType.Unsigned, 1, now)
    places = [place for _score, place in searcher.search(over, limit=COUPONS_AT_ONCE, count=False).hits]
    if not places:
        return []
    high, low = (searcher.fast_field_values(name, places) for name in ("newest", "low_id"))
    return [id_of(int(one), int(other)) for one, other in zip(high, low, strict=True)]


def _next_coupon_end(index: Any) -> int | None:
    from tantivy import FieldType, Order, Query

    running = Query.range_query(schema(), "coupon_until", FieldType.Unsigned, 1, MOST - 1)
    hits = index.searcher().search(running, limit=1, count=False, order_by_field="coupon_until", order=Order.Asc).hits
    return int(hits[0][0]) if hits else None


def _looked() -> None:
    """For `lag`: the follower of this host is alive and makes progress."""
    (folder.home() / "looked").touch()
