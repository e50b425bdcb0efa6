"""The unique keys that do not hold shop_id, all of them, each with its reason; the database's catalogue is compared.

Rows of a shop may one day be spread over machines by shop_id. A unique key is kept by one machine alone only if it
holds shop_id; every other one is a claim on what all shops share. Three kinds need no reason of their own:

- the ledger's book_id is a shop's id, or the house's;
- a row's own UUID `id` as the primary key: it is not chosen, and a UUIDv7 is unique wherever it is made;
- tables of Django and procrastinate, which hold nothing of a shop.
"""

import psycopg
import pytest

from joey.instance.postgres.embedded_postgres import EmbeddedPostgres

NOT_OURS = ("auth_", "django_", "procrastinate_", "people_person_groups", "people_person_user_permissions")

SHARED = "the catalogue is shared: an offer belongs to a marketplace, not to a shop"
CLAIM = "a claim: an order line is one shop's, and which one is decided here before a shop is known"
REPORT = "a report is kept before it is known whose it is, and the same report is kept once"
SINGLE = "the same for the whole instance, or one a marketplace: nothing of a shop"
ACCOUNT = "a claim: an account at a marketplace is one shop's, and its orders name it before the shop is known"
PARENT = "its parent is a row of one shop: add shop_id in front when rows are spread"
PERSON = "of a person, who may keep several shops"
PUBLIC = "public, and looked up before the shop is known"
FILE = "of a payout file, which holds payouts of many shops"
NUMBERED = "a number that one database gives, which only rows of the same shop name: put shop_id in front when spread"
KEYS = {
    "catalog_alike (id)": SHARED,
    "catalog_alike (offer_id, other_id)": SHARED,
    "catalog_alike (offer_id, other_marketplace)": SHARED,
    "catalog_askedsearch (marketplace, words, category, sort, page)": SHARED,
    "catalog_feedaddress (marketplace)": SINGLE,
    "catalog_offer (marketplace, identity)": SHARED,
    "catalog_pricepoint (id)": SHARED,
    "catalog_pricepoint (offer_id, at)": SHARED,
    "catalog_samecount (offer_id)": SHARED,
    "catalog_samecursor (marketplace)": SINGLE,
    "catalog_samekey (id)": SHARED,
    "catalog_samekey (offer_id, key)": SHARED,
    "catalog_sametoken (token)": SHARED,
    "commissions_commission (order_line_id)": PARENT,
    "commissions_earncursor (marketplace)": SINGLE,
    "commissions_holdclosing (hold_id)": PARENT,
    "commissions_planversion (id)": SINGLE,
    "commissions_quarantinedline (line_id)": PARENT,
    "commissions_revision (commission_id, number)": PARENT,
    "kit_idempotentanswer (id)": PERSON,
    "kit_idempotentanswer (claim)": "names one running request",
    "kit_idempotentanswer (principal, route, key)": PERSON,
    "kit_partitioned (name)": SINGLE,
    "kit_securityevent (once)": "of callers, who may be strangers, and of the whole instance",
    "kit_ratewindow (digest)": "limits callers, who may be strangers",
    "ledger_account (id)": "as NUMBERED: only postings of the same book name it, so put book_id in front",
    "ledger_pair (journal_kind, debit_kind, credit_kind)": SINGLE,
    "ledger_posting (journal_id, id)": PARENT,
    "marketplaces_callturn (id)": SINGLE,
    "marketplaces_callturn (marketplace, account, kind)": SINGLE,
    "marketplaces_feed (code)": SINGLE,
    "orders_dispute (line_id)": PARENT,
    "orders_dispute (line_id, reason)": PARENT,
    "marketplaces_ownaccount (code)": ACCOUNT,
    "marketplaces_ownaccount (marketplace, account)": ACCOUNT,
    "orders_operatorattribution (line_id)": CLAIM,
    "orders_orderclaim (id)": CLAIM,
    "orders_orderclaim (marketplace, external_order, external_line, external_part)": CLAIM,
    "orders_orderline (marketplace, external_order, external_line, external_part)": CLAIM,
    "orders_poll (id)": SINGLE,
    "orders_refundcase (id)": REPORT,
    "orders_refundcase (marketplace, external_order, external_line, case_id)": REPORT,
    "orders_tradehold (id)": REPORT,
    "orders_tradehold (marketplace, trade, part)": REPORT,
    "orders_reportdigest (digest)": REPORT,
    "orders_othernumber (id)": REPORT,
    "orders_othernumber (number, trade, marketplace)": REPORT,
    "orders_unreadreport (report_id)": REPORT,
    "orders_reportdismissal (report_id)": REPORT,
    "orders_synccursor (id)": SINGLE,
    "orders_synccursor (marketplace, account, question)": SINGLE,
    "payouts_answer (id)": FILE,
    "payouts_payoutattempt (payout_id)": PARENT,
    "payouts_payoutattempt (payout_id, number)": PARENT,
    "payouts_approval (id)": NUMBERED,
    "payouts_approval (payout_id, operator_id)": PARENT,
    "payouts_decision (id)": NUMBERED,
    "payouts_decision (hold_id)": PARENT,
    "payouts_payoutattempt (rail_key)": "the rail answers by this key alone",
    "payouts_payoutfile (message_id)": "a file holds payouts of many shops, and the bank answers by its id alone",
    "payouts_payoutholdclosing (hold_id)": PARENT,
    "payouts_payoutlimits (id)": SINGLE,
    "payouts_payoutlimits (currency, version)": SINGLE,
    "payouts_payoutpauseending (pause_id)": SINGLE,
    "payouts_submission (id)": FILE,
    "people_personsession (session_key)": PERSON,
    "people_apitoken (token_hash)": PERSON,
    "people_person (email)": PERSON,
    "people_person (phone)": PERSON,
    "record_eventnumber (event_id)": "one order of all events",
    "record_eventnumber (number)": "one order of all events",
    "sharing_leasechange (id)": NUMBERED,
    "sharing_link (code)": PUBLIC,
    "sharing_position (id)": "a position is a marketplace's, and any shop may lease it",
    "sharing_position (marketplace, key)": "registered at the marketplace once, for whichever shop leases it",
    "sharing_positionlease (position_id)": "a position is leased to one shop at a time",
    "sharing_outboundclick (click_id, id)": PARENT,
    "sharing_trackedurl (id)": NUMBERED,
    "shops_buyerreport (reference)": PUBLIC,
    "shops_ratenotice (person_id, day)": PERSON,
    "shops_shopaccount (code)": ACCOUNT,
    "shops_shopaccount (id)": NUMBERED,
    "shops_shop (slug)": PUBLIC,
}


# By column of the key alone: what an index only includes keeps nothing apart, nor does a column that an exclusion
# compares otherwise than by equality.
IN_THE_CATALOGUE = """
    SELECT c.relname, array_agg(coalesce(a.attname, 'an expression')
                                || CASE WHEN o.oprname <> '=' THEN ' WITH ' || o.oprname ELSE '' END ORDER BY key.place)
    FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
    CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS key (number, place)
    LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = key.number AND key.number > 0
    LEFT JOIN pg_constraint x ON x.conindid = i.indexrelid AND x.contype = 'x'
    LEFT JOIN pg_operator o ON o.oid = x.conexclop[key.place]
    WHERE (i.indisunique OR i.indisexclusion) AND c.relnamespace = 'public'::regnamespace
      AND key.place <= i.indnkeyatts
      AND NOT c.relispartition  -- a partition's keys are its parent's
    GROUP BY c.relname, i.indexrelid
    HAVING NOT (bool_and(i.indisprimary) AND count(*) = 1
                AND bool_and(a.attname = 'id' AND a.atttypid = 'uuid'::regtype))
"""


def keys_without_a_shop(connection: psycopg.Connection) -> set[str]:
    return {
        f"{table} ({', '.join(columns)})"
        for table, columns in connection.execute(IN_THE_CATALOGUE)
        if not {"shop_id", "book_id"} & set(columns) and not table.startswith(NOT_OURS)
    }


@pytest.mark.django_db
def test_the_unique_keys_without_a_shop_are_these_and_no_others(postgres: EmbeddedPostgres) -> None:
    with psycopg.connect(postgres.urls.owner) as owner:
        assert keys_without_a_shop(owner) == KEYS.keys()


@pytest.mark.parametrize(
    ("columns", "key"),
    [
        ("shop_id uuid, name text, UNIQUE (name)", "name"),
        ("shop_id uuid, name text, UNIQUE (name) INCLUDE (shop_id)", "name"),
        ("shop_id uuid, name text, EXCLUDE USING btree (name WITH =)", "name"),
        (
            "shop_id int4range, name int4range, EXCLUDE USING gist (name WITH =, shop_id WITH &&)",
            "name, shop_id WITH &&",
        ),
        ("shop_id uuid, id bigserial PRIMARY KEY", "id"),
        ("shop_id uuid, id text PRIMARY KEY", "id"),
        ("shop_id uuid, id uuid UNIQUE", "id"),
        ("shop_id uuid, id uuid PRIMARY KEY", None),
        ("shop_id uuid, name text, UNIQUE (shop_id, name)", None),
        ("shop_id uuid, name text, EXCLUDE USING btree (name WITH =, shop_id WITH =)", None),
    ],
)
def test_every_way_to_write_such_a_key_is_found(postgres: EmbeddedPostgres, columns: str, key: str | None) -> None:
    with psycopg.connect(postgres.urls.owner) as owner:
        before = keys_without_a_shop(owner)
        owner.execute(f"CREATE TABLE planted ({columns})".encode())

        assert keys_without_a_shop(owner) - before == ({f"planted ({key})"} if key else set())
        owner.rollback()


@pytest.mark.django_db
def test_tables_with_a_day_have_no_unique_key_beyond_it(postgres: EmbeddedPostgres) -> None:
    """A key that has to hold across days is in a table without partitions, or it would hold within a day only."""
    with psycopg.connect(postgres.urls.owner) as owner:
        beyond = owner.execute(
            """
            SELECT p.name, pg_get_indexdef(i.indexrelid) FROM kit_partitioned p
            JOIN pg_index i ON i.indrelid = p.name::regclass AND (i.indisunique OR i.indisexclusion)
            WHERE NOT EXISTS (
                SELECT FROM pg_attribute
                WHERE attrelid = i.indrelid AND attname = p.key
                  AND attnum = ANY((i.indkey::int2[])[0:i.indnkeyatts - 1])  -- not what is only included
            )
            """
        ).fetchall()

    assert beyond == []
