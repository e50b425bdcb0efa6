"""What rate was shown when the buyer clicked: found for lines that are booked for the first time, and then fixed.

The reported rate pays. A marketplace that does not lock rates may report another one than it showed (story 18).
"""

from joey.kit.sets import SetTable
from joey.marketplaces.manifest_shape import Manifest
from joey.sharing.queries import OrderedItem, ShownRate, shown_rates_into

ORDERED = SetTable("ordered_item", OrderedItem)
SHOWN = SetTable("shown_rate", ShownRate)


def find_shown_rates(manifest: Manifest) -> None:
    """Fill SHOWN, by commission, for the new lines of `worked_out`. Whose rate is not known then has no row.

    The moment is the one that chose the plan, if that is the click or the order: no later one tells what a buyer saw.
    """
    SHOWN.create()
    ordered = ORDERED.create().insert(
        """
        SELECT commission_id AS key, shop_id, external_item AS item, title, plan_moment AS at FROM worked_out
        WHERE is_new AND plan_moment_kind IN ('clicked', 'placed')
        """
    )
    if ordered:
        shown_rates_into(SHOWN, ORDERED, manifest.marketplaces)
