"""Corruptions unlike those that the design listed."""

from joey.orders.report_digest import digest_of_row
from tests.mutations.corruption import (
    REBALANCE,
    Corruption,
    accounts,
    booked,
    commission,
    confirmed,
    forget,
    journals,
    line,
    moved_to,
    payout,
    repriced,
    shop,
)

_TO_LULU = "(SELECT id FROM sharing_positionlease WHERE shop_id = {})".format(shop("lulu"))
_RAISED = (
    "UPDATE orders_orderline SET commission_minor = 10380 WHERE external_order = '1001'",
    f"UPDATE commissions_revision SET given_minor = 10380 WHERE commission_id = {commission('1001')}",
    *repriced("1001", base=10342, amount=8273, platform=2068, rounding=1),
)

_REWRITTEN = (
    "UPDATE orders_report SET commission_minor = 10380 WHERE external_order = '1001'",
    f"UPDATE orders_report r SET digest = {digest_of_row('r')} WHERE external_order = '1001'",
    "UPDATE orders_reportdigest d SET digest = r.digest FROM orders_report r"
    " WHERE r.id = d.report_id AND r.external_order = '1001'",
    *_RAISED,
)

OF_OUR_OWN = [
    Corruption(
        "an order line that came in a second time, by a keeper's own account",
        (
            "INSERT INTO marketplaces_ownaccount (code, marketplace, account, key_id, connected_at, removed_at)"
            " SELECT 'own:' || marketplace || ':moved', marketplace, 'moved', '', now(), now()"
            " FROM orders_orderline WHERE external_order = '1001'",
            "INSERT INTO orders_orderline SELECT (jsonb_populate_record(l, jsonb_build_object('id', gen_random_uuid(),"
            " 'marketplace', 'own:' || marketplace || ':moved', 'revision', nextval('orders_revision')))).*"
            " FROM orders_orderline l WHERE external_order = '1001'",
            "INSERT INTO orders_orderclaim (marketplace, external_order, external_line, shop_id)"
            " SELECT marketplace, external_order, external_line, shop_id FROM orders_orderline"
            " WHERE external_order = '1001' AND marketplace LIKE 'own:%'",
        ),
        (10,),
        f"SELECT {line('1001')}",
    ),
    Corruption(
        "a shop given to another person",
        ("UPDATE shops_shop SET owner_id = (SELECT owner_id FROM shops_shop WHERE slug = 'lulu') WHERE slug = 'sam'",),
        (0,),
        f"SELECT {shop('sam')}",
    ),
    Corruption(
        "the rate that was shown, changed with its event",
        (
            f"UPDATE commissions_commission SET shown_rate_ppm = 90000 WHERE id = {commission('1001')}",
            "UPDATE record_event SET facts = facts || '{\"shown_rate_ppm\": 90000}' WHERE kind = 'commission.earned'"
            f" AND subject_key = 'order_line:' || {line('1001')}",
        ),
        (13,),
        f"SELECT {commission('1001')}",
    ),
    Corruption(
        "the rates that an offer showed rewritten",
        ("UPDATE catalog_offer SET commission_ppm = 90000, rates_ppm = '{90000}'",),
        (13,),
        "SELECT id FROM commissions_commission WHERE shown_rate_ppm IS NOT NULL",
    ),
    Corruption(
        "a plan in another operator's name",
        (
            "UPDATE commissions_planversion SET published_by_id ="
            " (SELECT owner_id FROM shops_shop WHERE slug = 'sam') WHERE published_by_id IS NOT NULL",
        ),
        (31,),
        "SELECT id FROM commissions_planversion WHERE published_by_id IS NOT NULL",
    ),
    Corruption(
        "a line moved to another shop with its lease and evidence",
        (
            *moved_to("lulu", "1001"),
            f"UPDATE orders_orderline SET lease_id = {_TO_LULU}, evidence_key = '110000000002'"
            " WHERE external_order = '1001'",
        ),
        (10,),
        f"SELECT {line('1001')}",
    ),
    Corruption(
        "a report rewritten with its line, commission and ledger",
        ("UPDATE orders_report SET commission_minor = 10380 WHERE external_order = '1001'", *_RAISED),
        (6,),
        "SELECT id FROM orders_report WHERE external_order = '1001'",
    ),
    Corruption(
        "the same with the report's digest",
        _REWRITTEN,
        (5,),
        "SELECT poll_id FROM orders_report WHERE external_order = '1001'",
    ),
    Corruption(
        "a suspense line given to a shop without an operator",
        (
            f"UPDATE orders_orderline SET shop_id = {shop('sam')}, suspense = '', failed_evidence = '[]',"
            " revision = nextval('orders_revision') WHERE external_order = '1004'",
            "INSERT INTO orders_orderclaim (marketplace, external_order, external_line, shop_id)"
            f" SELECT marketplace, external_order, external_line, {shop('sam')} FROM orders_orderline"
            " WHERE external_order = '1004'",
        ),
        (10,),
        f"SELECT {line('1004')}",
    ),
    Corruption(
        "a suspense line given to a shop by an operator who never decided",
        (
            "INSERT INTO orders_operatorattribution (id, line_id, shop_id, by, reason_id, reason_sha256, at)"
            f" SELECT gen_random_uuid(), {line('1004')}, {shop('sam')}, NULL, reason_id, reason_sha256, now()"
            " FROM commissions_hold WHERE reason_id IS NOT NULL LIMIT 1",
            f"UPDATE orders_orderline SET shop_id = {shop('sam')}, suspense = '', failed_evidence = '[]',"
            " evidence_kind = 'operator', revision = nextval('orders_revision') WHERE external_order = '1004'",
            "INSERT INTO orders_orderclaim (marketplace, external_order, external_line, shop_id)"
            f" SELECT marketplace, external_order, external_line, {shop('sam')} FROM orders_orderline"
            " WHERE external_order = '1004'",
        ),
        (10,),
        f"SELECT {line('1004')}",
    ),
    Corruption(
        "the moment that chose a plan moved by a day",
        (
            "UPDATE commissions_commission SET plan_moment = plan_moment - interval '1 day'"
            f" WHERE id = {commission('1001')}",
        ),
        (13,),
        f"SELECT {commission('1001')}",
    ),
    Corruption(
        "a hold of a commission closed past the verb",
        (
            "INSERT INTO commissions_holdclosing (hold_id, closed_by, closed_at)"
            f" SELECT id, 'terminal', now() FROM commissions_hold WHERE commission_id = {commission('1006')}",
            f"UPDATE commissions_commission SET holds_of_all = 0 WHERE id = {commission('1006')}",
        ),
        (19,),
        f"SELECT {commission('1006')}, {line('1006')}",
    ),
    Corruption(
        "made available before its day, with revision and journals",
        confirmed("1003"),
        (17,),
        f"SELECT {commission('1003')}",
    ),
    Corruption(
        "money put on hold without a hold",
        (
            accounts(shop("mei"), "shop:held"),
            *booked(shop("mei"), "hold.placed", f"{commission('1002')} || ':1'", ("shop:available", "shop:held", "50")),
        ),
        (15, 19),
        f"SELECT {commission('1002')}, {shop('mei')}",
    ),
    Corruption(
        "a penalty hidden with its journal",
        (
            f"UPDATE commissions_commission SET penalty_minor = 0 WHERE id = {commission('1008')}",
            f"UPDATE commissions_revision SET penalty_minor = 0 WHERE commission_id = {commission('1008')}",
            *forget("(SELECT id FROM ledger_journal WHERE kind = 'penalty.taken')"),
        ),
        (14,),
        f"SELECT {commission('1008')}",
    ),
    Corruption(
        "a debt written off without a decision",
        (
            accounts(shop("lulu"), "platform:loss"),
            *booked(
                shop("lulu"), "shop.written_off", "gen_random_uuid()", ("platform:loss", "shop:available", "100000")
            ),
        ),
        (4,),
        "SELECT 'shop.written_off'",
    ),
    Corruption(
        "a pair slipped into the table, and used",
        (
            "INSERT INTO ledger_pair VALUES ('commission.confirmed', 'platform:revenue', 'shop:available', false)",
            *booked(
                shop("mei"),
                "commission.confirmed",
                "gen_random_uuid()",
                ("platform:revenue", "shop:available", "20"),
            ),
        ),
        (4,),
        "SELECT 'platform:revenue'",
    ),
    Corruption(
        "the second approval given by the shop's owner",
        (
            "UPDATE payouts_approval SET operator_id = (SELECT owner_id FROM shops_shop WHERE slug = 'mei')"
            f" WHERE id = (SELECT max(id) FROM payouts_approval WHERE payout_id = {payout('large')})",
        ),
        (24,),
        f"SELECT {payout('large')}",
    ),
    Corruption(
        "what was paid moved to another rail account",
        ("UPDATE ledger_account SET party = repeat('0', 64) WHERE kind = 'paid'",),
        (21,),
        f"SELECT {shop('mei')}, {shop('lulu')}",
    ),
    Corruption(
        "a rejection rewritten as settled, with payout and ledger",
        (
            "UPDATE payouts_answer SET outcome = 'settled' WHERE outcome = 'rejected'",
            "UPDATE payouts_payoutattempt SET state = 'settled', reason_id = NULL, reason_sha256 = NULL"
            " WHERE state = 'rejected'",
            "UPDATE payouts_payout SET state = 'paid', reason_id = NULL, reason_sha256 = NULL WHERE state = 'failed'",
            "UPDATE ledger_posting p SET credit_id = paid.id FROM ledger_journal j, ledger_account paid"
            " WHERE j.id = p.journal_id AND j.kind = 'payout.rejected' AND paid.kind = 'paid'"
            " AND paid.book_id = j.book_id",
            "UPDATE ledger_journal SET kind = 'payout.settled' WHERE kind = 'payout.rejected'",
            REBALANCE,
        ),
        (27,),
        f"SELECT rail_key FROM payouts_payoutattempt WHERE payout_id = {payout('rejected')}",
    ),
    Corruption(
        "a line hidden in quarantine",
        (
            "INSERT INTO commissions_quarantinedline (line_id, marketplace, revision, reason, detail, since)"
            " SELECT id, marketplace, revision, 'currency', '', now() FROM orders_orderline"
            " WHERE external_order = '1010'",
            "UPDATE commissions_earncursor SET revision = (SELECT max(revision) FROM orders_orderline)",
        ),
        (12, 33),
        f"SELECT {line('1010')}",
    ),
]

UNSEEN = [
    Corruption(
        "a report rewritten with its digest, its poll and everything that followed from it",
        (
            *_REWRITTEN,
            "UPDATE orders_poll p SET digest = (SELECT sha256(string_agg(r.digest, ''::bytea ORDER BY r.digest))"
            " FROM orders_report r WHERE r.poll_id = p.id)"
            " WHERE id = (SELECT poll_id FROM orders_report WHERE external_order = '1001')",
        ),
        (),
        f"SELECT {line('1001')}",
    ),
    Corruption(
        "a line forgotten with its reports, its poll, its commission and its journals",
        (
            *forget(journals(commission("2001"))),
            f"DELETE FROM commissions_revision WHERE commission_id = {commission('2001')}",
            "DELETE FROM commissions_commission WHERE order_line_id = " + line("2001"),
            "DELETE FROM orders_orderclaim WHERE external_order = '2001'",
            "DELETE FROM orders_orderline WHERE external_order = '2001'",
            "DELETE FROM orders_reportdigest WHERE report_id IN"
            " (SELECT id FROM orders_report WHERE external_order = '2001')",
            "UPDATE orders_poll p SET reports = reports - 1,"
            " digest = (SELECT sha256(string_agg(r.digest, ''::bytea ORDER BY r.digest)) FROM orders_report r"
            " WHERE r.poll_id = p.id AND r.external_order <> '2001')"
            " WHERE id = (SELECT poll_id FROM orders_report WHERE external_order = '2001')",
            "DELETE FROM orders_report WHERE external_order = '2001'",
        ),
        (),
        f"SELECT {line('2001')}",
    ),
    Corruption(
        "made available while on hold, and dated before the hold",
        (
            *confirmed(
                "1006",
                recorded_at="now()",
                booked_at=f"(SELECT recorded_at - interval '1 millisecond' FROM commissions_hold"
                f" WHERE commission_id = {commission('1006')})",
            ),
        ),
        (),
        f"SELECT {commission('1006')}",
    ),
]
