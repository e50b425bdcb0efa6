"""A list that did not change says its prices again: without this they would not be shown any more after a day."""

from datetime import datetime

from django.db import transaction

from joey.catalog import number_changes
from joey.catalog.feeds.models import FeedAddress
from joey.kit import sql
from joey.marketplaces.imported import AllowedFeed, feeds


@transaction.atomic(durable=True)
def confirm_offers(feed: FeedAddress, *, now: datetime) -> int:
    """What the last import of the feed said, and nothing has changed since, is read as of now; how many offers.

    Rows with a date of their own keep it, as they would if the list were imported again. No follower has anything to
    do: no column that one reads has changed.
    """
    if feed.confirmed_at is None:
        return 0
    number_changes.lock([feed.pk])
    life = feeds().get(feed.pk, AllowedFeed()).price_life
    return sql.execute(
        """
        UPDATE catalog_offer SET as_of = %(now)s, expires_at = %(now)s + %(life)s
        WHERE marketplace = %(feed)s AND withdrawn_at IS NULL AND as_of = %(read)s AND %(now)s > %(read)s
        """,
        {"now": now, "life": life, "feed": feed.pk, "read": feed.confirmed_at},
    )
