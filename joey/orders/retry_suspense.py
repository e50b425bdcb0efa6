"""Look again at lines that no shop could be named for: a position may have been filed or leased since."""

from datetime import datetime

from django.db import transaction

from joey.kit import sql
from joey.record.append import append_set
from joey.sharing.attribute import attribute_set


@transaction.atomic(durable=True)
def retry_suspense(marketplace: str, *, now: datetime) -> int:
    """Attribute this marketplace's suspense lines again; how many found their shop. The rest keep a reason."""
    sql.value("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"orders:{marketplace}"])
    sql.fresh_temp_table(
        "again", "id uuid, position_key text, clicked_at timestamptz, shop_id uuid, lease_id uuid, suspense text"
    )
    sql.execute(
        "INSERT INTO again (id, position_key, clicked_at) SELECT id, position_key, clicked_at FROM orders_orderline"
        " WHERE suspense <> '' AND marketplace = %s",
        [marketplace],
    )
    attribute_set(marketplace, "again")
    sql.execute(
        """
        WITH claimed AS (
            INSERT INTO orders_orderclaim (marketplace, external_order, external_line, shop_id)
            SELECT l.marketplace, l.external_order, l.external_line, again.shop_id
            FROM again JOIN orders_orderline l USING (id) WHERE again.shop_id IS NOT NULL
        )
        UPDATE orders_orderline l
        SET shop_id = again.shop_id, lease_id = again.lease_id, suspense = again.suspense,
            revision = nextval('orders_revision')
        FROM again WHERE again.id = l.id AND again.shop_id IS NOT NULL
        """
    )
    return append_set(
        f"""(
        SELECT shop_id, 'order_line.attributed' AS kind, 'order_line:' || id AS subject_key,
               jsonb_build_object('position', position_key, 'clicked_at', clicked_at) AS facts,
               '{now.isoformat()}'::timestamptz AS happened_at
        FROM again WHERE shop_id IS NOT NULL)"""
    )
