"""How many people opened links: the one definition that every page and every answer counts by.

A person is one browser on one link on one day, from midnight to midnight in the zone of the pages (`JOEY_ZONE`), which
is also as long as the salt of the visitor key lasts. Opening the link again that day does not make another person,
however long the pause; previews, prefetches, robots and frames are never people. Over a window of several days, or over
several links, the people of each day and link add up.
"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.conf import settings

from joey.kit import sql
from joey.kit.partitions import first_id_of

CLOCKS_APART = timedelta(hours=1)  # an id is made by a host's clock, `at` by the database's


def people_in(clicks: str) -> str:
    """The aggregate that counts the people among rows of `sharing_click` under the alias `clicks`.

    The statement takes the zone's name as its parameter `zone`.
    """
    day = f"({clicks}.at AT TIME ZONE %(zone)s)::date"
    return f"count(DISTINCT ({day}, {clicks}.link_id, {clicks}.visitor_key)) FILTER (WHERE {clicks}.visitor = 'person')"


# By id alone it is known which days' partitions hold the rows.
PEOPLE_OF_SHOP = (
    f"SELECT {people_in('c')} FROM sharing_click c"
    " WHERE c.shop_id = %(shop)s AND c.id >= %(from_id)s AND c.id < %(to_id)s AND c.at >= %(since)s"
)


def people_of_shop(shop_id: UUID, *, since: datetime) -> int:
    """People who opened any link of the shop in the window from `since` on. One query."""
    return int(
        sql.value(
            PEOPLE_OF_SHOP,
            {
                "shop": shop_id,
                "since": since,
                "zone": settings.JOEY_ZONE,
                "from_id": first_id_of(since - CLOCKS_APART),
                "to_id": first_id_of(datetime.now(UTC) + CLOCKS_APART),
            },
        )
    )
