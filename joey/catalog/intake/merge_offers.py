"""Bring what lies in the temporary table `offer_in` into the catalogue: set by set, the newest word of each offer.

`offer_key` says for each row of `offer_in` which offer it is about. It is narrow, so finding, ranking and counting move
little; the wide rows are read once, when they are written.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from joey.catalog import number_changes
from joey.catalog.intake.stage_offers import Staged
from joey.catalog.intake.withdraw import withdraw
from joey.catalog.price_now import sql_price_at
from joey.kit import sql
from joey.kit.refusals import Conflict

FORMER_IDS_KEPT = 20
MOST_MISSING_PERCENT = 20  # a complete file that lacks more than this is more likely a broken one

# What makes an offer another one to whoever follows: everything but when it was read.
TOLD = (
    "external_id", "title", "translations", "brand", "model", "gtin", "category", "seller", "seller_kind",
    "ships_from", "url", "picture_urls", "currency", "list_minor", "now_minor", "coupon_minor", "coupon_until",
    "commission_ppm", "volume", "in_stock",
)  # fmt: skip

LAST = "SELECT at, price_minor FROM catalog_pricepoint p WHERE p.offer_id = {offer} ORDER BY at DESC LIMIT 1"


class TooManyMissing(Conflict):
    """A complete file lacks too many of the offers that are known; `missing` and `live` say how many."""

    code = "too_many_missing"


@dataclass(frozen=True)
class Merged:
    """What a set came to, in rows of it: `told` of them made a new offer, changed one, or added to its prices."""

    new: int
    changed: int
    told: int
    withdrawn: int = 0


def merge(
    staged: Staged, *, dated: bool = False, complete: bool = False, named: Collection[str] = (), now: datetime
) -> Merged:
    """Write the newest row of each offer, and the prices.

    `dated` rows say each what the offer cost at their time, and each becomes a price point; otherwise there is a point
    where the price differs from the one before. With `complete` the live offers of the set's marketplaces that are
    missing in it are withdrawn; `named` are ids of rows that were refused, whose offers are not missing. Raises
    TooManyMissing before anything is written.
    """
    number_changes.lock(staged.marketplaces)
    sql.execute("SELECT set_config('work_mem', '64MB', true)")
    _find_known()
    _rank()
    withdrawn = _withdraw_missing(staged, named, now) if complete else 0
    # Numbers are given out under the lock: every older number of these offers is below this one.
    before = int(sql.value("SELECT nextval('catalog_offer_change')"))
    new, changed = _write(before)
    told = new + changed
    _write_remembered_prices()
    if dated:
        told = _write_every_price(before)
    else:
        _write_prices()
    if new or changed:
        number_changes.tell_followers()
    return Merged(new, changed, told, withdrawn)


def _price(row: str) -> str:
    """What the offer cost when `row` was read."""
    return sql_price_at(row, f"{row}.as_of")


def _find_known() -> None:
    """Which offer of ours each row is about: the one asked for, else by identity, else by the id of today.

    A new picture makes a new identity where ids rotate; the id that we asked for, or that both reports share, says
    that it is the same offer all the same, and the offer takes the new identity over. Where another offer has that
    identity already, the one asked for keeps its own. `said_at` is when the offer was last read or withdrawn,
    `paid` its price then.
    """
    sql.fresh_temp_table(
        "offer_key",
        "ordinal int, offer_id uuid, is_new boolean, marketplace text, identity text, external_id text, "
        "as_of timestamptz, said_at timestamptz, paid bigint, counts boolean",
    )
    sql.execute(
        f"""
        INSERT INTO offer_key
        SELECT s.ordinal, coalesce(o.id, s.new_id), o.id IS NULL, s.marketplace, s.identity, s.external_id,
               s.as_of, greatest(o.as_of, o.withdrawn_at), {_price("o")}, true
        FROM offer_in s LEFT JOIN catalog_offer o
          ON s.offer_id IS NULL AND o.marketplace = s.marketplace AND o.identity = s.identity
        ORDER BY s.ordinal
        """
    )
    sql.execute("ANALYZE offer_key")
    sql.execute(
        f"""
        UPDATE offer_key k SET offer_id = o.id, is_new = false, marketplace = o.marketplace,
            said_at = greatest(o.as_of, o.withdrawn_at), paid = {_price("o")},
            identity = CASE WHEN EXISTS (
                SELECT 1 FROM catalog_offer other
                WHERE other.marketplace = o.marketplace AND other.identity = k.identity AND other.id <> o.id
            ) THEN o.identity ELSE k.identity END
        FROM (
            SELECT ordinal, offer_id FROM offer_in WHERE offer_id IS NOT NULL
            UNION ALL
            SELECT ordinal, id FROM (
                SELECT DISTINCT ON (n.ordinal) n.ordinal, o.id
                FROM offer_key n JOIN catalog_offer o ON o.marketplace = n.marketplace AND o.external_id = n.external_id
                WHERE n.is_new AND n.ordinal NOT IN (SELECT ordinal FROM offer_in WHERE offer_id IS NOT NULL)
                ORDER BY n.ordinal, o.as_of DESC
            ) same_id
        ) known JOIN catalog_offer o ON o.id = known.offer_id
        WHERE known.ordinal = k.ordinal
        """
    )


def _rank() -> None:
    """One row counts for each offer: the newest, and of two of one moment the later one in the set.

    None counts that is not newer than what is known, or than the offer's withdrawal. Rows about one new offer get its
    one id.
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


def _withdraw_missing(staged: Staged, named: Collection[str], now: datetime) -> int:
    """Withdraw the live offers that no row is about; how many. Refuses when they are too many."""
    sql.fresh_temp_table("offer_named", "external_id text")
    sql.copy_rows("offer_named", ["external_id"], ((each,) for each in named))
    missing = """
        o.marketplace = ANY(%(marketplaces)s) AND o.withdrawn_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM offer_key k WHERE k.offer_id = o.id)
        AND NOT EXISTS (SELECT 1 FROM offer_named n WHERE n.external_id = o.external_id)
    """
    marketplaces = {"marketplaces": sorted(staged.marketplaces)}
    found = sql.one(
        f"""
        SELECT count(*) AS live, count(*) FILTER (WHERE {missing}) AS missing FROM catalog_offer o
        WHERE o.marketplace = ANY(%(marketplaces)s) AND o.withdrawn_at IS NULL
        """,
        marketplaces,
    )
    assert found is not None
    if found["missing"] * 100 > found["live"] * MOST_MISSING_PERCENT:
        raise TooManyMissing(
            _(
                "%(missing)d of %(live)d offers are missing in this file, which is more than %(percent)d in a hundred. "
                "Nothing was changed. Look whether the file is complete; without --full it adds and changes only."
            )
            % (found | {"percent": MOST_MISSING_PERCENT}),
            **found,
        )
    return withdraw(missing, marketplaces, now=now)


def _write(before: int) -> tuple[int, int]:
    """The rows that count, new and known; how many are new, how many say something else now.

    An offer that was only read again gets its new times but no new number: followers have nothing to do. A source that
    knows no translation does not take away one that we have, as long as the title is the same.
    """
    names = ", ".join(TOLD)
    new = sql.execute(
        f"""
        INSERT INTO catalog_offer (id, marketplace, identity, former_ids, as_of, expires_at, seq, {names})
        SELECT k.offer_id, k.marketplace, k.identity, '{{}}', s.as_of, s.expires_at,
               nextval('catalog_offer_change'), {", ".join(f"s.{name}" for name in TOLD)}
        FROM offer_key k JOIN offer_in s USING (ordinal) WHERE k.counts AND k.is_new
        """
    )
    keeps = "o.title = s.title AND NOT s.translations @> o.translations"
    says = {name: f"s.{name}" for name in TOLD} | {
        "translations": f"CASE WHEN {keeps} THEN o.translations || s.translations ELSE s.translations END"
    }
    here, there = ", ".join(says.values()), ", ".join(f"o.{name}" for name in TOLD)
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
                {", ".join(f"{name} = {expression}" for name, expression in says.items())}
            FROM offer_key k JOIN offer_in s USING (ordinal)
            WHERE o.id = k.offer_id AND k.counts AND NOT k.is_new
            RETURNING o.seq
        )
        SELECT count(*) FILTER (WHERE seq > %s) FROM written
        """,
        [before],
    )
    return new, int(changed)


def _write_remembered_prices() -> None:
    """A point wherever the price that the source remembers differs from the one before.

    Only what lies after our own last point counts: what we saw ourselves stands.
    """
    sql.execute(
        f"""
        INSERT INTO catalog_pricepoint (offer_id, at, price_minor, currency)
        SELECT offer_id, at, price_minor, currency FROM (
            SELECT k.offer_id, h.at, h.price_minor, s.currency,
                   lag(h.price_minor, 1, last.price_minor) OVER (PARTITION BY s.ordinal ORDER BY h.at) AS before
            FROM offer_in s JOIN offer_key k USING (ordinal)
            CROSS JOIN LATERAL unnest(s.history_at, s.history_minor) AS h (at, price_minor)
            LEFT JOIN LATERAL ({LAST.format(offer="k.offer_id")}) last ON true
            WHERE k.counts AND s.history_at <> '{{}}' AND (last.at IS NULL OR h.at > last.at)
        ) told
        WHERE before IS DISTINCT FROM price_minor
        ON CONFLICT (offer_id, at) DO NOTHING
        """
    )


def _write_prices() -> None:
    """A point where the price of now differs from the last one, with the coupon while it runs.

    An offer whose price is the one that it had at its last reading has that for its last point already.
    """
    sql.execute(
        f"""
        INSERT INTO catalog_pricepoint (offer_id, at, price_minor, currency)
        SELECT s.offer_id, s.as_of, s.pays, s.currency
        FROM (
            SELECT k.offer_id, k.is_new AND s.history_at = '{{}}' AS has_none, s.as_of, s.currency,
                   {_price("s")} AS pays
            FROM offer_key k JOIN offer_in s USING (ordinal)
            WHERE k.counts AND (s.history_at <> '{{}}' OR k.paid IS DISTINCT FROM {_price("s")})
        ) s LEFT JOIN LATERAL ({LAST.format(offer="s.offer_id AND NOT s.has_none")}) last ON true
        WHERE s.pays IS NOT NULL AND s.pays IS DISTINCT FROM last.price_minor
        """
    )


def _write_every_price(before: int) -> int:
    """A point for each dated row, older ones too, so that files in any order give the same prices over time.

    Of two rows of one moment the later one in the set counts. Where an older point now stands last, though the offer
    was read later at another price, that reading gets its point too. Returns how many rows made a difference.
    """
    told = sql.value(
        f"""
        WITH added AS (
            INSERT INTO catalog_pricepoint (offer_id, at, price_minor, currency)
            SELECT DISTINCT ON (k.offer_id, s.as_of) k.offer_id, s.as_of, {_price("s")}, s.currency
            FROM offer_key k JOIN offer_in s USING (ordinal) JOIN catalog_offer o ON o.id = k.offer_id
            WHERE {_price("s")} IS NOT NULL AND (k.counts OR s.as_of < o.as_of)
            ORDER BY k.offer_id, s.as_of, s.ordinal DESC
            ON CONFLICT (offer_id, at) DO NOTHING
            RETURNING offer_id, at
        )
        SELECT count(*) FROM (
            SELECT offer_id, at FROM added
            UNION
            SELECT k.offer_id, k.as_of FROM offer_key k JOIN catalog_offer o ON o.id = k.offer_id
            WHERE k.counts AND o.seq > %s
        ) rows
        """,
        [before],
    )
    sql.execute(
        f"""
        INSERT INTO catalog_pricepoint (offer_id, at, price_minor, currency)
        SELECT o.id, o.as_of, {_price("o")}, o.currency
        FROM catalog_offer o CROSS JOIN LATERAL ({LAST.format(offer="o.id")}) last
        WHERE o.id IN (SELECT offer_id FROM offer_key) AND o.now_minor IS NOT NULL
          AND last.price_minor <> {_price("o")}
        ON CONFLICT (offer_id, at) DO NOTHING
        """
    )
    return int(told)
