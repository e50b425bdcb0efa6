"""Take in offers as marketplaces show them: one path for one offer and for a hundred thousand.

The newest word counts, whatever the order in which words arrive: facts that are not newer than what is known change
nothing. Ids of a marketplace rotate, so an offer is found by its identity, or by the id that we asked for.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from joey.catalog.clean_facts import cleaned
from joey.catalog.search_text import search_text
from joey.kit import sql
from joey.kit.refusals import Invalid
from joey.marketplaces.port import OfferFacts
from joey.marketplaces.registry import policy_of

FORMER_IDS_KEPT = 20

COLUMNS = """
    ordinal int, offer_id uuid, marketplace text, identity text, external_id text, title text, translations jsonb,
    brand text, model text, gtin text, category text, seller text, seller_kind text, ships_from text, url text,
    picture_urls varchar[], currency text, list_minor bigint, now_minor bigint, coupon_minor bigint,
    coupon_until timestamptz, commission_ppm int, volume bigint, in_stock boolean, as_of timestamptz,
    expires_at timestamptz, search_text text
"""
# What makes an offer another one to whoever follows: everything but when it was read.
TOLD = (
    "external_id", "title", "translations", "brand", "model", "gtin", "category", "seller", "seller_kind",
    "ships_from", "url", "picture_urls", "currency", "list_minor", "now_minor", "coupon_minor", "coupon_until",
    "commission_ppm", "volume", "in_stock",
)  # fmt: skip


@dataclass(frozen=True)
class RefusedFacts:
    """One offer that could not be taken in: where it stood in the set, which field, and why."""

    ordinal: int
    external_id: str
    field: str
    reason: str


@dataclass(frozen=True)
class Taken:
    """What a set of facts came to. Facts that are older than what is known count as unchanged."""

    new: int
    changed: int
    unchanged: int
    refused: tuple[RefusedFacts, ...] = ()


def take_offers(facts: Iterable[OfferFacts], *, now: datetime) -> Taken:
    """Take in a set of offers. The same set twice changes nothing; a bad one is refused and the others survive."""
    return take_known(((None, each) for each in facts), now=now)


@transaction.atomic
def take_known(facts: Iterable[tuple[UUID | None, OfferFacts]], *, now: datetime) -> Taken:
    """The same, where we know for some which offer of ours they are about because we asked for it by its id."""
    count, marketplaces, refused = _stage(facts, now)
    for marketplace in sorted(marketplaces):  # in one order always: two sets never wait for each other
        sql.value("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"catalog:{marketplace}"])
    _find_known()
    _keep_the_newest()
    _mark_changed()
    new, changed = _write()
    _write_prices()
    if new or changed:
        sql.execute("NOTIFY joey_offers")  # followers need not wait for their next look
    return Taken(new, changed, count - new - changed, tuple(refused))


def _stage(facts: Iterable[tuple[UUID | None, OfferFacts]], now: datetime) -> tuple[int, set[str], list[RefusedFacts]]:
    """Spread clean facts over two temporary tables: how many, of which marketplaces, and what was refused."""
    offers: list[tuple[object, ...]] = []
    points: list[tuple[object, ...]] = []
    refused: list[RefusedFacts] = []
    lives = {}
    for ordinal, (offer_id, raw) in enumerate(facts):
        try:
            each = cleaned(raw, now=now)
        except Invalid as refusal:
            refused.append(RefusedFacts(ordinal, raw.external_id[:120], refusal.field or "", str(refusal)))
            continue
        if each.marketplace not in lives:
            lives[each.marketplace] = policy_of(each.marketplace).price_life
        offers.append(
            (
                ordinal, offer_id, each.marketplace, each.identity, each.external_id, each.title,
                json.dumps(dict(each.translations), ensure_ascii=False), each.brand, each.model, each.gtin,
                each.category, each.seller, each.seller_kind, each.ships_from, each.url, list(each.picture_urls),
                each.currency, each.list_minor, each.now_minor, each.coupon_minor, each.coupon_until,
                each.commission_ppm, each.volume, each.in_stock, each.as_of, each.as_of + lives[each.marketplace],
                search_text((each.title, *each.translations.values())),
            )
        )  # fmt: skip
        points += [(ordinal, at, price) for at, price in each.history if at < each.as_of]
    sql.fresh_temp_table("offer_in", COLUMNS + ", is_new boolean DEFAULT false, changed boolean, former_ids text[]")
    sql.fresh_temp_table("point_in", "ordinal int, at timestamptz, price_minor bigint")
    sql.copy_rows("offer_in", [part.split()[0] for part in COLUMNS.split(",")], offers)
    sql.copy_rows("point_in", ["ordinal", "at", "price_minor"], points)
    sql.execute("ANALYZE offer_in")
    sql.execute("ANALYZE point_in")
    return len(offers), set(lives), refused


def _find_known() -> None:
    """Which offer of ours each row is about: the one asked for, else by identity, else by the id of today.

    A new picture makes a new identity at Taobao; the id that we asked for, or that both reports share, says that it
    is the same offer all the same, and the offer takes the new identity over. Where another offer has that identity
    already, the one asked for keeps its own.
    """
    sql.execute(
        """
        UPDATE offer_in s SET offer_id = o.id FROM catalog_offer o
        WHERE s.offer_id IS NULL AND o.marketplace = s.marketplace AND o.identity = s.identity
        """
    )
    sql.execute(
        """
        UPDATE offer_in s SET offer_id = known.id
        FROM (
            SELECT DISTINCT ON (s.ordinal) s.ordinal, o.id
            FROM offer_in s JOIN catalog_offer o ON o.marketplace = s.marketplace AND o.external_id = s.external_id
            WHERE s.offer_id IS NULL ORDER BY s.ordinal, o.as_of DESC
        ) known
        WHERE known.ordinal = s.ordinal
        """
    )
    sql.execute(
        """
        UPDATE offer_in s SET marketplace = o.marketplace,
            identity = CASE WHEN EXISTS (
                SELECT 1 FROM catalog_offer other
                WHERE other.marketplace = o.marketplace AND other.identity = s.identity AND other.id <> o.id
            ) THEN o.identity ELSE s.identity END
        FROM catalog_offer o
        WHERE o.id = s.offer_id AND (o.marketplace, o.identity) <> (s.marketplace, s.identity)
        """
    )


def _keep_the_newest() -> None:
    """One row for each offer, and none that is not newer than what is known (or than the offer's withdrawal)."""
    for same in ("marketplace, identity", "offer_id"):
        sql.execute(
            f"""
            DELETE FROM offer_in s USING (
                SELECT ordinal, row_number() OVER (PARTITION BY {same} ORDER BY as_of DESC, ordinal DESC) AS place
                FROM offer_in WHERE {same.rpartition(" ")[2]} IS NOT NULL
            ) ranked
            WHERE ranked.ordinal = s.ordinal AND ranked.place > 1
            """
        )
    sql.execute(
        """
        DELETE FROM offer_in s USING catalog_offer o
        WHERE o.id = s.offer_id AND s.as_of <= greatest(o.as_of, o.withdrawn_at)
        """
    )


def _mark_changed() -> None:
    """Whether a row says something else than what is known, and which ids the offer had before.

    A source that knows no translation does not take away one that we have, as long as the title is the same.
    """
    sql.execute("UPDATE offer_in SET offer_id = joey_uuid7(), is_new = true WHERE offer_id IS NULL")
    sql.execute(
        """
        UPDATE offer_in s SET translations = o.translations || s.translations,
            search_text = CASE WHEN o.translations || s.translations = o.translations THEN o.search_text
                               ELSE o.search_text || chr(10) || s.search_text END
        FROM catalog_offer o
        WHERE o.id = s.offer_id AND o.title = s.title AND NOT s.translations @> o.translations
        """
    )
    here, there = (", ".join(f"{table}.{name}" for name in TOLD) for table in ("s", "o"))
    sql.execute(
        f"""
        UPDATE offer_in s SET
            changed = o.withdrawn_at IS NOT NULL OR ({here}) IS DISTINCT FROM ({there}),
            former_ids = CASE WHEN o.external_id = s.external_id THEN o.former_ids::text[] ELSE (
                SELECT ids[greatest(1, cardinality(ids) - {FORMER_IDS_KEPT - 1}):]
                FROM (
                    SELECT array_append(array_remove(o.former_ids::text[], s.external_id), o.external_id::text) AS ids
                ) AS appended
            ) END
        FROM catalog_offer o WHERE o.id = s.offer_id AND NOT s.is_new
        """
    )


def _write() -> tuple[int, int]:
    """One statement for new and known offers; how many were new, how many say something else now.

    An offer that was only read again gets its new times but no new number: followers have nothing to do.
    """
    names = ", ".join(TOLD)
    sql.execute(
        f"""
        INSERT INTO catalog_offer AS o
            (id, marketplace, identity, former_ids, as_of, expires_at, search_text, seq, {names})
        SELECT offer_id, marketplace, identity, coalesce(former_ids, '{{}}'), as_of, expires_at, search_text,
               CASE WHEN is_new OR changed THEN nextval('catalog_offer_change') ELSE 0 END, {names}
        FROM offer_in ORDER BY marketplace, identity
        ON CONFLICT (id) DO UPDATE SET
            identity = excluded.identity, former_ids = excluded.former_ids, as_of = excluded.as_of,
            expires_at = excluded.expires_at, search_text = excluded.search_text, withdrawn_at = NULL, looked_at = NULL,
            seq = CASE WHEN excluded.seq > 0 THEN excluded.seq ELSE o.seq END,
            {", ".join(f"{name} = excluded.{name}" for name in TOLD)}
        """
    )
    found = sql.one(
        "SELECT count(*) FILTER (WHERE is_new) AS new, count(*) FILTER (WHERE changed) AS changed FROM offer_in"
    )
    assert found is not None
    return int(found["new"]), int(found["changed"])


def _write_prices() -> None:
    """A point wherever the price differs from the one before: first what the source remembers, then today's.

    Of the source's memory only what lies after our own last point counts: what we saw ourselves stands. Today's price
    is the one with the coupon, while the coupon runs.
    """
    last = "SELECT at, price_minor FROM catalog_pricepoint p WHERE p.offer_id = s.offer_id ORDER BY at DESC LIMIT 1"
    sql.execute(
        f"""
        INSERT INTO catalog_pricepoint (offer_id, at, price_minor, currency)
        SELECT offer_id, at, price_minor, currency FROM (
            SELECT s.offer_id, h.at, h.price_minor, s.currency,
                   lag(h.price_minor, 1, last.price_minor) OVER (PARTITION BY s.ordinal ORDER BY h.at) AS before
            FROM point_in h JOIN offer_in s USING (ordinal) LEFT JOIN LATERAL ({last}) last ON true
            WHERE last.at IS NULL OR h.at > last.at
        ) told
        WHERE before IS DISTINCT FROM price_minor
        ON CONFLICT (offer_id, at) DO NOTHING
        """
    )
    sql.execute(
        f"""
        INSERT INTO catalog_pricepoint (offer_id, at, price_minor, currency)
        SELECT s.offer_id, s.as_of, s.pays, s.currency
        FROM (
            SELECT *, CASE WHEN coupon_minor IS NOT NULL AND (coupon_until IS NULL OR coupon_until > as_of)
                           THEN coupon_minor ELSE now_minor END AS pays
            FROM offer_in
        ) s LEFT JOIN LATERAL ({last}) last ON true
        WHERE s.pays IS NOT NULL AND s.pays IS DISTINCT FROM last.price_minor
        """
    )
