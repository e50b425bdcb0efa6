"""Changed offers, read from PostgreSQL in the order of `seq` by COPY."""

from collections.abc import Iterator
from uuid import UUID

from joey.catalog.number_changes import newest_seqs
from joey.catalog.search.documents import OfferRow
from joey.kit import sql

PART = "\x1f"  # between titles; no clean text contains it
_COLUMNS = f"""
    id, marketplace, seq, withdrawn_at IS NULL AND now_minor IS NOT NULL,
    title, CASE WHEN translations = '{{}}' THEN '' ELSE (
        SELECT coalesce(string_agg(value, '{PART}'), '') FROM jsonb_each_text(translations)) END,
    brand, model, category, currency, coalesce(now_minor, 0), coupon_minor,
    ceil(extract(epoch FROM coupon_until))::bigint, commission_ppm, coalesce(volume, 0), in_stock
"""


def all_offers() -> Iterator[OfferRow]:
    """Every offer, in no order, all as of one moment. One query."""
    return _copied(f"SELECT {_COLUMNS} FROM catalog_offer")


def changed_since(marketplace: str, seq: int, most: int) -> list[OfferRow]:
    """The next offers of a marketplace that changed after `seq`, oldest change first. One query.

    A marketplace gives out its numbers under a lock held until the commit: a reader of one sees all smaller ones.
    """
    return list(
        _copied(
            f"SELECT {_COLUMNS} FROM catalog_offer WHERE marketplace = %s AND seq > %s ORDER BY seq LIMIT {int(most)}",
            [marketplace, seq],
        )
    )


def offers_with(ids: list[UUID]) -> list[OfferRow]:
    """These offers as they are now. One query."""
    return list(_copied(f"SELECT {_COLUMNS} FROM catalog_offer WHERE id = ANY(%s)", [ids]))


def count_newer(seqs: dict[str, int], most: int) -> int:
    """How many offers changed since, counted up to `most`. One query for each marketplace that has any."""
    counted = 0
    for marketplace, newest in newest_seqs().items():
        known = seqs.get(marketplace, -1)
        if newest > known and counted < most:
            counted += sql.value(
                "SELECT count(*) FROM (SELECT FROM catalog_offer WHERE marketplace = %s AND seq > %s LIMIT %s) newer",
                [marketplace, known, most - counted],
            )
    return counted


def _copied(query: str, params: sql.Params = None) -> Iterator[OfferRow]:
    """Rows split by hand, which is several times faster than having the driver make Python objects."""
    return (_row(line) for line in sql.copy_out(query, params))


def _row(line: str) -> OfferRow:
    if "\\" in line:
        values = [value.replace("\\\\", "\\") if value != "\\N" else value for value in line[:-1].split("\t")]
    else:
        values = line[:-1].split("\t")
    (
        id_, marketplace, seq, shown, title, titles, brand, model, category, currency, now_minor, coupon_minor,
        coupon_until, commission_ppm, volume, in_stock,
    ) = values  # fmt: skip
    return OfferRow(
        id_.replace("-", ""),
        marketplace,
        int(seq),
        shown == "t",
        (title, *(each for each in titles.split(PART) if each != title)) if titles else (title,),
        brand,
        model,
        category,
        currency,
        int(now_minor),
        None if coupon_minor == "\\N" else int(coupon_minor),
        None if coupon_until == "\\N" else int(coupon_until),
        int(commission_ppm),
        int(volume),
        in_stock == "t",
    )
