"""The unique keys that do not hold shop_id, all of them, each with its reason; the database's catalogue is compared.

Rows of a shop may one day be spread over machines by shop_id. A unique key is kept by one machine alone only if it
holds shop_id; every other one is a claim on what all shops share. Three kinds need no reason of their own:

- the ledger's book_id is a shop's id, or the house's;
- a row's own generated `id` as the primary key: it is not chosen, and a UUIDv7 is unique wherever it is made;
- tables of Django and procrastinate, which hold nothing of a shop.
"""

import pytest

from joey.kit import sql

NOT_OURS = ("auth_", "django_", "procrastinate_", "people_person_groups", "people_person_user_permissions")

SHARED = "the catalogue is shared: an offer belongs to a marketplace, not to a shop"
CLAIM = "a claim: an order line is one shop's, and which one is decided here before a shop is known"
REPORT = "a report is kept before it is known whose it is, and the same report is kept once"
SINGLE = "the same for the whole instance, or one a marketplace: nothing of a shop"
PARENT = "its parent is a row of one shop: add shop_id in front when rows are spread"
PERSON = "of a person, who may keep several shops"
PUBLIC = "public, and looked up before the shop is known"
KEYS = {
    "catalog_alike (offer_id, other_id)": SHARED,
    "catalog_alike (offer_id, other_marketplace)": SHARED,
    "catalog_offer (marketplace, identity)": SHARED,
    "catalog_pricepoint (offer_id, at)": SHARED,
    "catalog_samecount (offer_id)": SHARED,
    "catalog_samecursor (marketplace)": SINGLE,
    "catalog_samekey (offer_id, key)": SHARED,
    "catalog_sametoken (token)": SHARED,
    "commissions_commission (order_line_id)": PARENT,
    "commissions_earncursor (marketplace)": SINGLE,
    "commissions_holdclosing (hold_id)": PARENT,
    "commissions_quarantinedline (line_id)": PARENT,
    "commissions_revision (commission_id, number)": PARENT,
    "kit_idempotentanswer (claim)": "names one running request",
    "kit_idempotentanswer (principal, route, key)": PERSON,
    "kit_partitioned (name)": SINGLE,
    "kit_ratewindow (digest)": "limits callers, who may be strangers",
    "ledger_pair (journal_kind, debit_kind, credit_kind)": SINGLE,
    "ledger_posting (journal_id, id)": PARENT,
    "marketplaces_feed (code)": SINGLE,
    "orders_operatorattribution (line_id)": CLAIM,
    "orders_orderclaim (marketplace, external_order, external_line)": CLAIM,
    "orders_orderline (marketplace, external_order, external_line)": CLAIM,
    "orders_refundcase (marketplace, external_order, external_line, case_id)": REPORT,
    "orders_reportdigest (digest)": REPORT,
    "orders_unreadreport (report_id)": REPORT,
    "orders_reportdismissal (report_id)": REPORT,
    "orders_synccursor (marketplace, account, question)": SINGLE,
    "payouts_payoutattempt (payout_id)": PARENT,
    "payouts_payoutattempt (payout_id, number)": PARENT,
    "payouts_approval (payout_id, operator_id)": PARENT,
    "payouts_decision (hold_id)": PARENT,
    "payouts_payoutattempt (rail_key)": "the rail answers by this key alone",
    "payouts_payoutfile (message_id)": "a file holds payouts of many shops, and the bank answers by its id alone",
    "payouts_payoutholdclosing (hold_id)": PARENT,
    "payouts_payoutlimits (currency, version)": SINGLE,
    "payouts_payoutpauseending (pause_id)": SINGLE,
    "people_apitoken (token_hash)": PERSON,
    "people_person (email)": PERSON,
    "people_person (phone)": PERSON,
    "record_eventnumber (event_id)": "one order of all events",
    "record_eventnumber (number)": "one order of all events",
    "sharing_link (code)": PUBLIC,
    "sharing_position (marketplace, key)": "registered at the marketplace once, for whichever shop leases it",
    "sharing_positionlease (position_id)": "a position is leased to one shop at a time",
    "sharing_outboundclick (click_id, id)": PARENT,
    "shops_shop (slug)": PUBLIC,
}


@pytest.mark.django_db
def test_the_unique_keys_without_a_shop_are_these_and_no_others() -> None:
    found = {
        f"{table} ({', '.join(columns)})"
        for table, columns in sql.tuples(
            """
            SELECT c.relname, array_agg(coalesce(a.attname, 'an expression') ORDER BY key.place)
            FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
            CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS key (number, place)
            LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = key.number AND key.number > 0
            WHERE i.indisunique AND c.relnamespace = 'public'::regnamespace
              AND NOT c.relispartition  -- a partition's keys are its parent's
              AND NOT (i.indisprimary AND (SELECT array_agg(attname::text) FROM pg_attribute
                                           WHERE attrelid = c.oid AND attnum = ANY(i.indkey)) = '{id}')
            GROUP BY c.relname, i.indexrelid
            """
        )
        if not {"shop_id", "book_id"} & set(columns) and not table.startswith(NOT_OURS)
    }

    assert found == KEYS.keys()


@pytest.mark.django_db
def test_tables_with_a_day_have_no_unique_key_beyond_it() -> None:
    """A key that has to hold across days is in a table without partitions, or it would hold within a day only."""
    beyond = sql.tuples(
        """
        SELECT p.name, pg_get_indexdef(i.indexrelid) FROM kit_partitioned p
        JOIN pg_index i ON i.indrelid = p.name::regclass AND i.indisunique
        WHERE NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = i.indrelid AND attnum = ANY(i.indkey)
                          AND attname = p.key)
        """
    )

    assert beyond == []
