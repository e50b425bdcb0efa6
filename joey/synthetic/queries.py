"""Every statement of the synthetic load, in sets: offers, people, shops, and leased positions.

Each row says that it is synthetic: addresses end in a domain that can never exist (RFC 2606), shops in their address,
name and first line, positions by a key that no marketplace knows. No other package imports this one but `cli`.
"""

from datetime import datetime

from joey.kit import sql
from joey.record.append import append_set
from joey.shops.models import Shop

MARKETPLACE = "feed:synthetic"
PREFIX = "synthetic-"  # of identities, addresses and position keys; a number follows
DOMAIN = "example.invalid"
IS_SYNTHETIC = rf"^{PREFIX}[0-9]{{7}}$"
INTRO = "合成数据，只为测量，不是真的店。Synthetic, made for measuring only."
SHELF_SIZE = 10  # listings on a shelf


# ── Offers ────────────────────────────────────────────────────────────────────────────────────────────────


def synthetic_offers() -> int:
    """How many there are."""
    return int(sql.value("SELECT count(*) FROM catalog_offer WHERE marketplace = %s", [MARKETPLACE]))


def offers_into(table: str, *, limit: int) -> int:
    """Fill temporary table `table` (n int, offer_id uuid) with the first synthetic offers by number; how many.

    The table stays until the connection is closed: many transactions read it.
    """
    sql.execute(f"DROP TABLE IF EXISTS pg_temp.{table}")
    sql.execute(f"CREATE TEMP TABLE {table} (n int PRIMARY KEY, offer_id uuid)")
    filled = sql.execute(
        f"""
        INSERT INTO {table}
        SELECT row_number() OVER (ORDER BY substr(identity, %s)::int) - 1, id
        FROM catalog_offer WHERE marketplace = %s ORDER BY 1 LIMIT %s
        """,
        [len(PREFIX) + 1, MARKETPLACE, limit],
    )
    sql.execute(f"ANALYZE {table}")
    return filled


# ── People and shops ──────────────────────────────────────────────────────────────────────────────────────


def people_into(table: str, first: int, last: int) -> None:
    """Fill temporary table `table` (n int, person_id uuid) with new people number `first` to `last`."""
    sql.fresh_temp_table(table, "n int PRIMARY KEY, person_id uuid")
    sql.execute(
        f"INSERT INTO {table} SELECT n, joey_uuid7() FROM generate_series(%s::int, %s::int) AS n", [first, last]
    )
    sql.execute(
        f"""
        INSERT INTO people_person (id, password, is_superuser, phone, email, name, language, is_staff, is_active)
        SELECT person_id, '!', false, NULL, 'synthetic-' || lpad(n::text, 7, '0') || '@{DOMAIN}', '合成店主 ' || n,
               'zh-hans', false, true
        FROM {table}
        """
    )


def slug_of(number: int) -> str:
    """The address of synthetic shop number 1, 2 …"""
    return f"{PREFIX}{number:07}"


def synthetic_shops() -> int:
    """How many there are."""
    return int(sql.value("SELECT count(*) FROM shops_shop WHERE slug ~ %s", [IS_SYNTHETIC]))


def other_shops(known: list[str]) -> list[str]:
    """A few addresses of shops that are neither synthetic nor among `known`."""
    found = sql.rows(
        "SELECT slug FROM shops_shop WHERE slug !~ %s AND slug <> ALL(%s) ORDER BY slug LIMIT 3", [IS_SYNTHETIC, known]
    )
    return [row["slug"] for row in found]


def open_shops(people: str, offers: str, *, offer_count: int, per_shop: int, seed: int, now: datetime) -> int:
    """Open a shop for everyone in temporary table `people`, with shelves and `per_shop` listings; how many listings.

    `people` has (n int, person_id uuid), `offers` has (n int from 0 on, offer_id uuid) with `offer_count` rows. The
    goods of a shop are far apart in the catalogue, as a keeper's picks are; the same seed picks the same.
    """
    assert per_shop <= offer_count, "a shop lists an offer once"
    sql.fresh_temp_table("synthetic_shop", "n int PRIMARY KEY, shop_id uuid")
    sql.execute(f"INSERT INTO synthetic_shop SELECT n, joey_uuid7() FROM {people}")
    sql.execute(
        f"""
        INSERT INTO shops_shop (id, slug, owner_id, name, intro, opened_at, front)
        SELECT s.shop_id, '{PREFIX}' || lpad(s.n::text, 7, '0'), p.person_id, '合成小店 ' || s.n,
               %s, %s, '{Shop.Front.SHOWN}'
        FROM synthetic_shop s JOIN {people} p USING (n)
        """,
        [INTRO, now],
    )
    sql.fresh_temp_table("synthetic_shelf", "shop_id uuid, place int, shelf_id uuid")
    sql.execute(
        "INSERT INTO synthetic_shelf SELECT shop_id, place, joey_uuid7() FROM synthetic_shop,"
        " generate_series(0, %s - 1) AS place",
        [-(-per_shop // SHELF_SIZE)],
    )
    sql.execute(
        """
        INSERT INTO shops_shelf (id, shop_id, name, position)
        SELECT shelf_id, shop_id, '合成货架 ' || (place + 1), place FROM synthetic_shelf
        """
    )
    sql.execute("ANALYZE synthetic_shop")
    sql.execute("ANALYZE synthetic_shelf")
    listed = sql.execute(
        f"""
        INSERT INTO shops_listing (id, shop_id, offer_id, shelf_id, position, note, state, rule_id, reason,
                                   pack_version, hidden_by_operator, added_at)
        SELECT joey_uuid7(), s.shop_id, o.offer_id, h.shelf_id, picked.place %% {SHELF_SIZE}, '', 'published', '', '',
               'synthetic', false, %(now)s
        FROM synthetic_shop s
        CROSS JOIN LATERAL (
            SELECT place, ((s.n + %(seed)s)::bigint * 7919 + place::bigint * %(apart)s) %% %(count)s AS n
            FROM generate_series(0, %(per_shop)s - 1) AS place
        ) AS picked
        JOIN {offers} o ON o.n = picked.n
        JOIN synthetic_shelf h ON h.shop_id = s.shop_id AND h.place = picked.place / {SHELF_SIZE}
        ORDER BY s.n, picked.place
        """,
        {
            "now": now,
            "seed": seed,
            "apart": max(1, offer_count // per_shop) if per_shop else 1,
            "count": offer_count,
            "per_shop": per_shop,
        },
    )
    append_set(
        f"""
        SELECT shop_id, 'shop.opened' AS kind, 'shop:' || shop_id AS subject_key,
               jsonb_build_object('by', person_id, 'slug', '{PREFIX}' || lpad(n::text, 7, '0'),
                                  'synthetic', true) AS facts,
               %s::timestamptz AS happened_at
        FROM synthetic_shop JOIN {people} USING (n)
        """,
        [now],
    )
    return listed


def shops_into(table: str, *, limit: int) -> int:
    """Fill temporary table `table` (n int from 0 on, shop_id uuid) with the first synthetic shops; how many."""
    sql.fresh_temp_table(table, "n int PRIMARY KEY, shop_id uuid")
    return sql.execute(
        f"""
        INSERT INTO {table}
        SELECT row_number() OVER (ORDER BY slug) - 1, id FROM (
            SELECT slug, id FROM shops_shop WHERE slug ~ %s ORDER BY slug LIMIT %s
        ) AS first
        """,
        [IS_SYNTHETIC, limit],
    )


# ── Positions ─────────────────────────────────────────────────────────────────────────────────────────────


def lease_to(shops: str, marketplace: str, *, since: datetime) -> int:
    """Give every shop in temporary table `shops` (shop_id uuid) that has no lease at the marketplace one; how many.

    Each gets a position of its own, leased from `since` on.
    """
    have = sql.value(
        "SELECT count(*) FROM sharing_position WHERE marketplace = %s AND key LIKE %s", [marketplace, f"{PREFIX}%"]
    )
    sql.fresh_temp_table("synthetic_lease", "key text, shop_id uuid")
    sql.execute(
        f"""
        INSERT INTO synthetic_lease
        SELECT '{PREFIX}' || (%(have)s + row_number() OVER (ORDER BY s.n)), s.shop_id FROM {shops} s
        WHERE NOT EXISTS (
            SELECT FROM sharing_positionlease l
            WHERE l.shop_id = s.shop_id AND l.marketplace = %(marketplace)s AND l.ended_at IS NULL
        )
        """,
        {"have": have, "marketplace": marketplace},
    )
    leased = sql.execute(
        """
        WITH registered AS (
            INSERT INTO sharing_position (marketplace, key, free_from)
            SELECT %(marketplace)s, key, NULL FROM synthetic_lease RETURNING id, key
        )
        INSERT INTO sharing_positionlease (id, position_id, marketplace, shop_id, leased_from, last_used_at)
        SELECT joey_uuid7(), registered.id, %(marketplace)s, x.shop_id, %(since)s, %(since)s
        FROM registered JOIN synthetic_lease x USING (key)
        """,
        {"marketplace": marketplace, "since": since},
    )
    append_set(
        """
        SELECT shop_id, 'position.leased' AS kind, 'shop:' || shop_id AS subject_key,
               jsonb_build_object('marketplace', %(marketplace)s::text, 'position', key) AS facts,
               %(since)s AS happened_at
        FROM synthetic_lease
        """,
        {"marketplace": marketplace, "since": since},
    )
    return leased


def leased_keys(shops: str, marketplace: str) -> list[str]:
    """The position that each shop of temporary table `shops` (n int, shop_id uuid) holds, in the order of n."""
    found = sql.rows(
        f"""
        SELECT p.key FROM {shops} s
        JOIN sharing_positionlease l ON l.shop_id = s.shop_id AND l.marketplace = %s AND l.ended_at IS NULL
        JOIN sharing_position p ON p.id = l.position_id ORDER BY s.n
        """,
        [marketplace],
    )
    return [row["key"] for row in found]
