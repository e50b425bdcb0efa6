"""Merge the offers in the temporary table `offer_in` into the catalogue, set by set. The most recent report wins.

`offer_key` says for each row of `offer_in` which offer it is about. It is narrow, so finding, ranking and counting move
little; the wide rows are read once, when they are written.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from joey.catalog import number_changes
from joey.catalog.intake.price_points import write_every_price, write_prices, write_remembered_prices
from joey.catalog.intake.stage_offers import OFFERS_IN, Staged
from joey.catalog.intake.withdraw import MOST_MISSING_PERCENT, withdraw_missing
from joey.catalog.price_now import DUE_PART, sql_price_at, sql_price_until
from joey.catalog.rate_history import sql_first_rate, sql_next_rate
from joey.kit import sql
from joey.kit.sets import Int, SetTable

FORMER_IDS_KEPT = 20

# A change in one of these columns counts as a change for followers (search, same item).
TRACKED_COLUMNS = (
    "external_id", "title", "translations", "brand", "model", "gtin", "category", "seller", "seller_kind",
    "ships_from", "url", "picture_urls", "currency", "list_minor", "now_minor", "coupon_minor", "coupon_until",
    "commission_ppm", "volume", "in_stock",
)  # fmt: skip


@dataclass(frozen=True)
class OfferOfRow:
    """Which offer a row of `offer_in` is about, and whether it `counts`: only the most recent row of an offer does."""

    ordinal: Int
    offer_id: UUID
    is_new: bool
    marketplace: str
    identity: str
    external_id: str
    as_of: datetime
    said_at: datetime | None  # when the offer was last read or withdrawn; None for a new one
    paid: int | None  # its price then
    counts: bool


OFFER_KEYS = SetTable("offer_key", OfferOfRow)


@dataclass(frozen=True)
class Merged:
    """The result for a set, in rows: `affected` of them made a new offer, changed one, or added to its prices."""

    new: int
    changed: int
    affected: int
    withdrawn: int = 0


def merge(
    staged: Staged,
    *,
    dated: bool = False,
    complete: bool = False,
    named: Collection[str] = (),
    most_missing: int = MOST_MISSING_PERCENT,
    now: datetime,
) -> Merged:
    """Write the most recent row of each offer, and the prices.

    Each `dated` row reports what the offer cost at its time and becomes a price point; otherwise a point is written
    where the price differs from the one before. With `complete` the live offers of the set's marketplaces that are
    missing in it are withdrawn; `named` are ids of refused rows, whose offers are not missing. Raises TooManyMissing
    before anything is written, if more than `most_missing` in a hundred are.
    """
    number_changes.lock(staged.marketplaces)
    sql.execute("SELECT set_config('work_mem', '64MB', true)")
    _find_known()
    _choose_rows()
    if staged.any_silent:
        _fill_in_what_is_known()
    withdrawn = 0
    if complete:
        withdrawn = withdraw_missing(staged.marketplaces, named, most_percent=most_missing, now=now)
    # Numbers are given out under the lock: every older number of these offers is below this one.
    before = int(sql.value("SELECT nextval('catalog_offer_change')"))
    new, changed = _write(before, now)
    affected = new + changed
    write_remembered_prices()
    if dated:
        affected = write_every_price(before)
    else:
        write_prices()
    if new or changed:
        number_changes.notify_followers()
    return Merged(new, changed, affected, withdrawn)


def offers_of_rows() -> tuple[UUID, ...]:
    """The offers that the rows of the set merged last are about, in the order of the rows. One query."""
    return tuple(offer_id for (offer_id,) in sql.tuples(f"SELECT offer_id FROM {OFFER_KEYS} ORDER BY ordinal"))


def _find_known() -> None:
    """Find the offer each row is about: the one that was asked for, else the one with its identity, else its id.

    At a marketplace with rotating ids a new picture makes a new identity; the id that we asked for, or that both
    reports share, shows that it is the same offer, which then takes the new identity. If another offer has that
    identity already, the one that was asked for keeps its own.
    """
    price = sql_price_at("o", "o.as_of")
    OFFER_KEYS.create().insert(
        f"""
        SELECT s.ordinal, coalesce(o.id, s.new_id) AS offer_id, o.id IS NULL AS is_new, s.marketplace, s.identity,
               s.external_id, s.as_of, greatest(o.as_of, o.withdrawn_at) AS said_at, {price} AS paid, true AS counts
        FROM {OFFERS_IN} s LEFT JOIN catalog_offer o
          ON s.offer_id IS NULL AND o.marketplace = s.marketplace AND o.identity = s.identity
        ORDER BY s.ordinal
        """
    )
    sql.execute(
        f"""
        UPDATE {OFFER_KEYS} k SET offer_id = o.id, is_new = false, marketplace = o.marketplace,
            said_at = greatest(o.as_of, o.withdrawn_at), paid = {price},
            identity = CASE WHEN EXISTS (
                SELECT 1 FROM catalog_offer other
                WHERE other.marketplace = o.marketplace AND other.identity = k.identity AND other.id <> o.id
            ) THEN o.identity ELSE k.identity END
        FROM (
            SELECT ordinal, offer_id FROM {OFFERS_IN} WHERE offer_id IS NOT NULL
            UNION ALL
            SELECT ordinal, id FROM (
                SELECT DISTINCT ON (n.ordinal) n.ordinal, o.id
                FROM {OFFER_KEYS} n
                JOIN catalog_offer o ON o.marketplace = n.marketplace AND o.external_id = n.external_id
                WHERE n.is_new AND n.ordinal NOT IN (SELECT ordinal FROM {OFFERS_IN} WHERE offer_id IS NOT NULL)
                ORDER BY n.ordinal, o.as_of DESC
            ) same_id
        ) known JOIN catalog_offer o ON o.id = known.offer_id
        WHERE known.ordinal = k.ordinal
        """
    )


def _choose_rows() -> None:
    """Choose one row of the set for each offer: the others no longer count, so are not written as the offer.

    Several rows are about one offer if they share its identity or its id. The most recent is chosen, and of two of one
    moment the later one in the set; the others take its `offer_id`, so that a new offer gets one. A row that is not
    newer than what is known of the offer, or than its withdrawal, does not count at all.
    """
    for same in ("marketplace, identity", "offer_id"):
        sql.execute(
            f"""
            UPDATE offer_key k SET counts = place = 1 AND counts, offer_id = winner
            FROM (
                SELECT ordinal, row_number() OVER newest_first AS place,
                       first_value(offer_id) OVER newest_first AS winner
                FROM offer_key
                WHERE ({same}) IN (SELECT {same} FROM offer_key WHERE counts GROUP BY {same} HAVING count(*) > 1)
                WINDOW newest_first AS (PARTITION BY {same} ORDER BY counts DESC, as_of DESC, ordinal DESC)
            ) ranked
            WHERE ranked.ordinal = k.ordinal
            """
        )
    sql.execute("UPDATE offer_key SET counts = false WHERE counts AND as_of <= said_at")


def _fill_in_what_is_known() -> None:
    """Let rows that are silent about a field say of it what is known (OfferFacts.silent).

    A coupon is known while it runs, as long as the price without it is the same and is not due to be read again; and
    that price is then as old as it was, since no one has said since that the coupon still runs.
    """
    kept = ("brand", "seller", "seller_kind", "list_minor", "picture_urls")
    due = f"s.as_of + (s.expires_at - s.as_of) / {DUE_PART}"
    coupon = (
        f"('coupon_minor' = ANY(s.silent) AND o.now_minor = s.now_minor AND o.expires_at > {due}"
        f" AND {sql_price_at('o', 's.as_of')} < o.now_minor AND {sql_price_until('o', 's.as_of')} IS NOT NULL)"
    )
    says = {name: f"CASE WHEN '{name}' = ANY(s.silent) THEN o.{name} ELSE s.{name} END" for name in kept}
    says |= {
        name: f"CASE WHEN {coupon} THEN o.{name} ELSE s.{name} END"
        for name in ("coupon_minor", "coupon_until", "as_of", "expires_at")
    }
    sql.execute(
        f"""
        UPDATE {OFFERS_IN} s SET {", ".join(f"{name} = {said}" for name, said in says.items())}
        FROM {OFFER_KEYS} k JOIN catalog_offer o ON o.id = k.offer_id
        WHERE k.ordinal = s.ordinal AND k.counts AND NOT k.is_new AND s.silent <> '{{}}'
        """
    )


def _write(before: int, now: datetime) -> tuple[int, int]:
    """Write the rows that count, new and known; how many are new, and how many changed a tracked column.

    An offer that was only read again gets its new times but no new number: followers have nothing to do. A source
    without a translation does not remove one that we have, as long as the title is the same.
    """
    names = ", ".join(TRACKED_COLUMNS)
    moment = {"since": now.replace(microsecond=0)}
    first, following = sql_first_rate("s", "%(since)s"), sql_next_rate("o", "s", "%(since)s")
    new = sql.execute(
        f"""
        INSERT INTO catalog_offer (id, marketplace, identity, former_ids, as_of, expires_at, seq, {names},
                                   {", ".join(first)})
        SELECT k.offer_id, k.marketplace, k.identity, '{{}}', s.as_of, s.expires_at,
               nextval('catalog_offer_change'), {", ".join(f"s.{name}" for name in TRACKED_COLUMNS)},
               {", ".join(first.values())}
        FROM offer_key k JOIN offer_in s USING (ordinal) WHERE k.counts AND k.is_new
        """,
        moment,
    )
    keeps = "o.title = s.title AND NOT s.translations @> o.translations"
    says = {name: f"s.{name}" for name in TRACKED_COLUMNS} | {
        "translations": f"CASE WHEN {keeps} THEN o.translations || s.translations ELSE s.translations END"
    }
    here, there = ", ".join(says.values()), ", ".join(f"o.{name}" for name in TRACKED_COLUMNS)
    changed = sql.value(
        f"""
        WITH written AS (
            UPDATE catalog_offer o SET
                identity = k.identity, as_of = s.as_of, expires_at = s.expires_at,
                withdrawn_at = NULL, looked_at = NULL,
                former_ids = CASE WHEN o.external_id = s.external_id THEN o.former_ids ELSE (
                    SELECT ids[greatest(1, cardinality(ids) - {FORMER_IDS_KEPT - 1}):] FROM (
                        SELECT array_append(array_remove(o.former_ids::text[], s.external_id), o.external_id::text)
                    ) AS appended (ids)
                ) END,
                seq = CASE WHEN o.withdrawn_at IS NOT NULL OR ({here}) IS DISTINCT FROM ({there})
                           THEN nextval('catalog_offer_change') ELSE o.seq END,
                {", ".join(f"{name} = {expression}" for name, expression in (says | following).items())}
            FROM offer_key k JOIN offer_in s USING (ordinal)
            WHERE o.id = k.offer_id AND k.counts AND NOT k.is_new
            RETURNING o.seq
        )
        SELECT count(*) FILTER (WHERE seq > %(before)s) FROM written
        """,
        moment | {"before": before},
    )
    return new, int(changed)
