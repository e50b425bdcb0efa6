"""Corruptions of reports, lines, claims, positions and cursors."""

from tests.mutations.corruption import (
    Corruption,
    claimed,
    commission,
    forget,
    hidden_as_conflicting,
    journals,
    line,
    moved_to,
    repriced,
    shop,
)

# Line, commission and ledger of 1002 as they were before its refund.
_AS_IF_NOTHING_CAME_BACK = (
    *forget(
        "(SELECT j.id FROM ledger_journal j JOIN commissions_commission c"
        f" ON j.reference = c.id || ':' || c.revision WHERE c.id = {commission('1002')})"
    ),
    f"""
    UPDATE orders_orderline l SET returned_paid_minor = 0, returned_commission_minor = 0,
        revision = r.line_revision
    FROM commissions_revision r JOIN commissions_commission c
      ON (c.id, c.revision - 1) = (r.commission_id, r.number)
    WHERE l.id = c.order_line_id AND c.id = {commission("1002")}
    """,
    f"""
    UPDATE commissions_commission c SET base_minor = r.base_minor, amount_minor = r.amount_minor,
        pending_minor = r.pending_minor, released_minor = r.released_minor,
        platform_minor = r.platform_minor, platform_released_minor = r.platform_released_minor,
        rounding_minor = r.rounding_minor, revision = r.number, line_revision = r.line_revision
    FROM commissions_revision r WHERE (r.commission_id, r.number) = (c.id, c.revision - 1)
      AND c.id = {commission("1002")}
    """,
    f"DELETE FROM commissions_revision r USING commissions_commission c"
    f" WHERE r.commission_id = c.id AND r.number > c.revision AND c.id = {commission('1002')}",
)

_WAITS_NO_MORE = (
    "UPDATE orders_orderline SET has_unread = false, revision = nextval('orders_revision')"
    " WHERE external_order = '1012' AND has_unread"
)
_NOT_LISTED = "DELETE FROM orders_unreadreport WHERE external_order = '1012'"


def _dismissed(**by: str) -> str:
    return (
        "INSERT INTO orders_reportdismissal (report_id, marketplace, kind, external_order, payload_sha256, at,"
        f" {', '.join(by)}) SELECT id, marketplace, kind, external_order, payload_sha256, now(),"
        f" {', '.join(by.values())} FROM orders_report WHERE external_order = '1012' AND problem <> ''"
    )


def _by_position(slug: str, key: str) -> dict[str, str]:
    """The evidence of a line that a position at the click decided."""
    lease = f"JOIN sharing_position p ON p.id = l.position_id WHERE p.key = '{key}' AND l.shop_id = {shop(slug)}"
    return {
        "evidence_kind": "'position_at_click'",
        "evidence_key": f"'{key}'",
        "evidence_at": "clicked_at",
        "lease_id": f"(SELECT l.id FROM sharing_positionlease l {lease} ORDER BY l.leased_from DESC LIMIT 1)",
    }


# An address of Otto's listing that his lease had from its beginning on.
_OTTO_HAD_A_LINK = (
    "INSERT INTO sharing_trackedurl (shop_id, listing_id, lease_id, sub_id, item, title, url, copy_code, made_at)"
    " SELECT l.shop_id, g.id, l.id, '', 'thing', 'thing', 'https://example.com/', '', l.leased_from"
    " FROM sharing_positionlease l JOIN shops_listing g ON g.shop_id = l.shop_id WHERE l.is_reuse"
)

OF_EVIDENCE = [
    Corruption(
        "evidence of two shops decided for one of them",
        claimed("lulu", "3002", **_by_position("lulu", "110000000002")),
        (10,),
        f"SELECT {line('3002')}",
    ),
    Corruption(
        "a link made for a sub-id that was reported before",
        (
            "INSERT INTO sharing_link (id, code, shop_id, listing_id, channel) SELECT gen_random_uuid(),"
            f" 'nosuchcode1', shop_id, id, 'x' FROM shops_listing WHERE shop_id = {shop('lulu')}",
            *claimed("lulu", "3001", evidence_kind="'sub_id'", evidence_key="'nosuchcode1'"),
        ),
        (10,),
        f"SELECT {line('3001')}",
    ),
    Corruption(
        "a line given to the shop that has the position now, which had no link to the item",
        claimed("otto", "3003", **_by_position("otto", "110000000003")),
        (10,),
        f"SELECT {line('3003')}",
    ),
    Corruption(
        "the same, with a link to something and the line's item changed to it",
        (
            _OTTO_HAD_A_LINK,
            *claimed("otto", "3003", external_item="'thing'", **_by_position("otto", "110000000003")),
        ),
        (10,),
        f"SELECT {line('3003')}",
    ),
    Corruption(
        "a line's item and title changed",
        ("UPDATE orders_orderline SET external_item = 'x', title = 'y' WHERE external_order = '1001'",),
        (8,),
        f"SELECT {line('1001')}",
    ),
    Corruption(
        "a line's click moved to the days of another plan",
        ("UPDATE orders_orderline SET clicked_at = clicked_at - interval '3 days' WHERE external_order = '1010'",),
        (10,),
        f"SELECT {line('1010')}",
    ),
    Corruption(
        "a line said to be decided by the later of two clicks",
        (
            "UPDATE orders_orderline l SET clicked_at = r.clicked_at, evidence_at = r.clicked_at FROM orders_report r"
            " WHERE l.external_order = '1013' AND r.external_order = '1013' AND r.clicked_at > l.clicked_at",
        ),
        (10,),
        f"SELECT {line('1013')}",
    ),
    Corruption(
        "an unbooked line of a shop hidden as one that two shops are named for",
        hidden_as_conflicting("1010"),
        (11,),
        f"SELECT {line('1010')}",
    ),
    Corruption(
        "a booked line hidden as one that two shops are named for, and booked no more",
        (
            *forget(journals(commission("2001"))),
            f"DELETE FROM commissions_revision WHERE commission_id = {commission('2001')}",
            f"DELETE FROM commissions_commission WHERE order_line_id = {line('2001')}",
            *hidden_as_conflicting("2001"),
        ),
        (11,),
        f"SELECT {line('2001')}",
    ),
    Corruption(
        "another reason for suspense",
        ("UPDATE orders_orderline SET suspense = 'no_click_time' WHERE external_order = '1004'",),
        (11,),
        f"SELECT {line('1004')}",
    ),
    Corruption(
        "what a piece of evidence in suspense lacks, changed",
        (
            "UPDATE orders_orderline SET failed_evidence = jsonb_set(failed_evidence, '{0,problem}', '\"not_linked\"')"
            " WHERE external_order = '1004'",
        ),
        (11,),
        f"SELECT {line('1004')}",
    ),
]

OF_REPORTS = [
    *OF_EVIDENCE,
    Corruption(
        "an unreadable report pointed at no line",
        ("UPDATE orders_unreadreport SET external_line = 'none' WHERE external_order = '1012'", _WAITS_NO_MORE),
        (7,),
        "SELECT report_id FROM orders_unreadreport WHERE external_order = '1012'",
    ),
    Corruption(
        "an unreadable report listed again, for no line",
        (
            "CREATE TEMPORARY TABLE again ON COMMIT DROP AS SELECT * FROM orders_unreadreport",
            "UPDATE again SET external_line = 'none'",
            "DELETE FROM orders_unreadreport",
            "INSERT INTO orders_unreadreport SELECT * FROM again",
            _WAITS_NO_MORE,
        ),
        (7,),
        "SELECT report_id FROM orders_unreadreport WHERE external_order = '1012'",
    ),
    Corruption(
        "an unreadable report replaced by a later one of another line",
        (
            _dismissed(replaced_by="(SELECT id FROM orders_report WHERE external_line = '1012-2')"),
            _NOT_LISTED,
            _WAITS_NO_MORE,
        ),
        (7,),
        "SELECT report_id FROM orders_unreadreport WHERE external_order = '1012'",
    ),
    Corruption(
        "an unreadable report given up by an operator who never did",
        (
            _dismissed(
                by="(SELECT id FROM people_person WHERE is_staff LIMIT 1)",
                reason_id="(SELECT reason_id FROM commissions_hold WHERE commission_id = {})".format(
                    commission("1006")
                ),
                reason_sha256="(SELECT reason_sha256 FROM commissions_hold WHERE commission_id = {})".format(
                    commission("1006")
                ),
            ),
            _NOT_LISTED,
            _WAITS_NO_MORE,
        ),
        (7,),
        "SELECT report_id FROM orders_unreadreport WHERE external_order = '1012'",
    ),
    Corruption(
        "an unreadable report taken off the list as one of others, which no reading showed",
        (_dismissed(by="NULL"), _NOT_LISTED, _WAITS_NO_MORE),
        (7,),
        "SELECT report_id FROM orders_unreadreport WHERE external_order = '1012'",
    ),
    Corruption(
        "a frozen trade released here with its line, and not by its marketplace",
        (
            "UPDATE orders_tradehold SET frozen = false WHERE trade = '1014-1'",
            "UPDATE orders_orderline SET is_frozen = false, revision = nextval('orders_revision')"
            " WHERE external_line = '1014-1'",
        ),
        (8,),
        "SELECT trade FROM orders_tradehold WHERE trade = '1014-1'",
    ),
    Corruption(
        "a frozen trade said to be frozen in one part, though its marketplace named none",
        ("UPDATE orders_tradehold SET part = '110000000002' WHERE trade = '1014-1'",),
        (7,),
        "SELECT id FROM orders_report WHERE kind = 'hold' AND external_line = '1014-1'",
    ),
    Corruption(
        "a line's only report deleted",
        ("DELETE FROM orders_report WHERE external_order = '1001'",),
        (5, 7),
        f"SELECT id::text, external_order, external_line FROM orders_orderline WHERE id = {line('1001')}",
    ),
    Corruption(
        "one of several reports deleted",
        (
            "DELETE FROM orders_reportdigest WHERE digest IN"
            " (SELECT digest FROM orders_report WHERE external_order = '1007' AND state = 'received')",
            "DELETE FROM orders_report WHERE external_order = '1007' AND state = 'received'",
        ),
        (5,),
        "SELECT poll_id FROM orders_report WHERE external_order = '1007' AND state = 'received'",
    ),
    Corruption(
        "a suspense line deleted and its report kept",
        ("DELETE FROM orders_orderline WHERE external_order = '1004'",),
        (7,),
        "SELECT id::text, external_order FROM orders_report WHERE external_order = '1004'",
    ),
    Corruption(
        "line 3.80 → 103.80 with commission and ledger",
        (
            "UPDATE orders_orderline SET commission_minor = 10380 WHERE external_order = '1001'",
            f"UPDATE commissions_revision SET given_minor = 10380 WHERE commission_id = {commission('1001')}",
            *repriced("1001", base=10342, amount=8273, platform=2068, rounding=1),
        ),
        (8,),
        f"SELECT {line('1001')}",
    ),
    Corruption(
        "a line moved to another shop everywhere",
        moved_to("lulu", "1001"),
        (10,),
        f"SELECT {line('1001')}",
    ),
    Corruption(
        "a lease given to another shop",
        (f"UPDATE sharing_positionlease SET shop_id = {shop('sam')} WHERE shop_id = {shop('mei')}",),
        (10,),
        f"SELECT l.id, o.id FROM sharing_positionlease l LEFT JOIN orders_orderline o ON o.lease_id = l.id"
        f" WHERE l.shop_id = {shop('mei')}",
    ),
    Corruption(
        "a refund forgotten: case, line, commission and ledger put back",
        (
            "DELETE FROM orders_refundcase WHERE external_order = '1002'",
            *_AS_IF_NOTHING_CAME_BACK,
        ),
        (7, 9),
        "SELECT id, external_order FROM orders_report WHERE external_order = '1002' AND kind = 'refund'",
    ),
    Corruption(
        "a refund case moved to before its settlement: case, line, commission and ledger put back",
        (
            "UPDATE orders_refundcase SET counted_from = '2020-01-01Z', refunded_at = '2020-01-01Z',"
            " refunded_by = '2020-01-01Z' WHERE external_order = '1002'",
            *_AS_IF_NOTHING_CAME_BACK,
        ),
        (9,),
        f"SELECT case_id, {line('1002')}::text FROM orders_refundcase WHERE external_order = '1002'",
    ),
    Corruption(
        "the sync cursor a month ahead",
        ("UPDATE orders_synccursor SET read_until = read_until + interval '1 month'",),
        (33,),
        "SELECT id::text, marketplace FROM orders_synccursor",
    ),
    Corruption(
        "a marketplace said to have answered since it was last asked",
        ("UPDATE orders_synccursor SET last_success_at = now()",),
        (33,),
        "SELECT marketplace FROM orders_synccursor",
    ),
    Corruption(
        "days of 2099 said to be asked again",
        ("UPDATE orders_synccursor SET rechecked_at = '2099-01-01Z', rescanned_on = '2099-01-01'",),
        (33,),
        "SELECT marketplace FROM orders_synccursor",
    ),
    Corruption(
        "an unreadable report tried in 2099",
        ("UPDATE orders_unreadreport SET tried_at = '2099-01-01Z'",),
        (33,),
        "SELECT report_id FROM orders_unreadreport",
    ),
    Corruption(
        "an unbooked line seen first in 2099",
        ("UPDATE orders_orderline SET first_seen_at = '2099-01-01Z' WHERE external_order = '1010'",),
        (8,),
        f"SELECT {line('1010')}",
    ),
    Corruption(
        "a booking that caught up in 2099",
        ("UPDATE commissions_earncursor SET caught_up_at = '2099-01-01Z'",),
        (33,),
        "SELECT marketplace FROM commissions_earncursor",
    ),
    Corruption(
        "a lease used in 2099",
        (f"UPDATE sharing_positionlease SET last_used_at = '2099-01-01Z' WHERE shop_id = {shop('mei')}",),
        (32,),
        f"SELECT id FROM sharing_positionlease WHERE shop_id = {shop('mei')}",
    ),
    Corruption(
        "offers read in 2099",
        ("UPDATE catalog_offer SET as_of = '2099-01-01Z'",),
        (0,),
        "SELECT id FROM catalog_offer",
    ),
    Corruption(
        "the cursors a month ahead with an invented poll that found nothing",
        (
            "INSERT INTO orders_poll (id, marketplace, account, question, since, until, asked_at, reports, digest)"
            " SELECT nextval('orders_poll_number'), marketplace, account, question, read_until, now() + interval"
            " '30 days', now() + interval '30 days', 0, sha256('') FROM orders_synccursor",
            "UPDATE orders_synccursor SET read_until = now() + interval '30 days', rechecked_at = now() + interval"
            " '30 days', rescanned_on = (now() + interval '30 days')::date",
        ),
        (33,),
        "SELECT id::text, marketplace FROM orders_synccursor",
    ),
    Corruption(
        "a poll of the month to come, written down in that month",
        (
            "INSERT INTO orders_poll (id, marketplace, account, question, since, until, asked_at, reports, digest,"
            " recorded_at) SELECT nextval('orders_poll_number'), marketplace, account, question, read_until, at.at,"
            " at.at, 0, sha256(''), at.at FROM orders_synccursor, (SELECT now() + interval '30 days' AS at) AS at",
        ),
        (33,),
        "SELECT id::text, marketplace FROM orders_synccursor",
    ),
    Corruption(
        "a leased position marked free",
        ("UPDATE sharing_position SET free_from = now() WHERE key = '110000000001'",),
        (32,),
        "SELECT id FROM sharing_position WHERE key = '110000000001'",
    ),
]
