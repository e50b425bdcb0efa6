"""Whose order is this? The shop that held the reported position at the reported time of the click, or nobody.

There is no nearest match and no guess from the goods: item ids differ per publisher and rotate.
"""

from joey.kit import sql


def attribute_set(marketplace: str, table: str) -> None:
    """Fill `shop_id`, `lease_id` and `suspense` of every row of temporary table `table`.

    The table has `position_key text, clicked_at timestamptz, shop_id uuid, lease_id uuid, suspense text`.
    A lease holds a click from `leased_from` until `until`, which lies the order window and the refund time
    after the lease ended; a position serves no other shop before that, so at most one lease holds a moment.
    """
    sql.execute(
        f"""
        UPDATE {table} AS t
        SET shop_id = found.shop_id,
            lease_id = found.lease_id,
            suspense = CASE
                WHEN found.position_id IS NULL THEN 'unknown_position'
                WHEN t.clicked_at IS NULL THEN 'no_click_time'
                WHEN found.lease_id IS NULL THEN 'not_leased_at_click'
                ELSE ''
            END
        FROM (
            SELECT asked.position_key, asked.clicked_at, p.id AS position_id, l.id AS lease_id, l.shop_id
            FROM (SELECT DISTINCT position_key, clicked_at FROM {table}) AS asked
            LEFT JOIN sharing_position p ON p.marketplace = %(marketplace)s AND p.key = asked.position_key
            LEFT JOIN sharing_positionlease l
              ON l.position_id = p.id AND asked.clicked_at >= l.leased_from
             AND (l.until IS NULL OR asked.clicked_at < l.until)
        ) AS found
        WHERE t.position_key = found.position_key AND t.clicked_at IS NOT DISTINCT FROM found.clicked_at
        """,
        {"marketplace": marketplace},
    )
