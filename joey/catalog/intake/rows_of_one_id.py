"""Find rows of one file that are about one offer: their pictures are put together, and where they differ it is said."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from joey.catalog.intake.clean_facts import MOST_PICTURES
from joey.catalog.intake.stage_offers import OFFERS_IN
from joey.kit import sql
from joey.kit.sets import Int, SetTable

# What rows of one offer may say differently → what a file calls it.
COMPARED = {
    "title": "title", "url": "url", "currency": "currency", "now_minor": "price", "list_minor": "list_price",
    "coupon_minor": "coupon_price", "brand": "brand", "model": "model", "gtin": "gtin", "category": "category",
    "seller": "seller", "commission_ppm": "commission_rate_percent", "in_stock": "in_stock",
}  # fmt: skip
MOST_NAMED = 10


@dataclass(frozen=True)
class SeveralRows:
    """An offer that several rows are about at one moment, and the last of them."""

    marketplace: str
    identity: str
    as_of: datetime
    kept: Int


SEVERAL = SetTable("offer_several", SeveralRows)


@dataclass(frozen=True)
class RowsOfOneId:
    """Rows, by their place in the set, that differ in some fields; of one moment the later one is kept."""

    id: str
    ordinals: tuple[int, ...]
    kept: int
    fields: tuple[str, ...]

    def say(self, number_of: Callable[[int], int]) -> str:
        """The sentence for the report, with rows as the file numbers them."""
        numbers = [str(number_of(each)) for each in self.ordinals]
        more = f" … ({len(numbers)})" if len(numbers) > MOST_NAMED else ""
        return str(
            _("Rows %(rows)s have one id, “%(id)s”, and differ in: %(fields)s. Row %(kept)d was kept.")
        ) % {
            "rows": ", ".join(numbers[:MOST_NAMED]) + more,
            "id": self.id[:60],
            "fields": ", ".join(self.fields),
            "kept": number_of(self.kept),
        }  # fmt: skip


def rows_of_one_id() -> list[RowsOfOneId]:
    """The rows in `offer_in` that say different things of one offer at one moment.

    The row that will be kept, the later one, takes in the pictures of those that have its title.
    """
    SEVERAL.create().insert(
        f"""
        SELECT marketplace, identity, as_of, max(ordinal) AS kept FROM {OFFERS_IN}
        GROUP BY marketplace, identity, as_of HAVING count(*) > 1
        """
    )
    if not sql.value(f"SELECT count(*) FROM {SEVERAL}"):
        return []
    rows = f"""
        FROM {SEVERAL} several JOIN {OFFERS_IN} s
          ON s.marketplace = several.marketplace AND s.identity = several.identity AND s.as_of = several.as_of
        """
    sql.execute(
        f"""
        UPDATE {OFFERS_IN} s SET picture_urls = gathered.urls
        FROM (
            SELECT kept, (array_agg(url ORDER BY first))[:{MOST_PICTURES}] AS urls FROM (
                SELECT several.kept, p.url, min(s.ordinal::bigint * 100 + p.place) AS first {rows}
                JOIN {OFFERS_IN} k ON k.ordinal = several.kept AND k.title = s.title
                CROSS JOIN LATERAL unnest(s.picture_urls) WITH ORDINALITY AS p (url, place)
                GROUP BY several.kept, p.url
            ) pictures GROUP BY kept
        ) gathered
        WHERE s.ordinal = gathered.kept AND s.picture_urls <> gathered.urls
        """
    )
    differing = ", ".join(f"count(DISTINCT coalesce(s.{name}::text, '')) > 1" for name in COMPARED)
    found = sql.tuples(
        f"""
        SELECT max(s.external_id), array_agg(s.ordinal ORDER BY s.ordinal), several.kept, ARRAY[{differing}] AS differ
        {rows} GROUP BY several.kept HAVING true = ANY(ARRAY[{differing}]) ORDER BY several.kept
        """
    )
    return [
        RowsOfOneId(
            number,
            tuple(ordinals),
            kept,
            tuple(name for name, is_so in zip(COMPARED.values(), differ, strict=True) if is_so),
        )
        for number, ordinals, kept, differ in found
    ]
