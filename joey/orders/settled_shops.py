"""Which shops have sold something for good: the packages below know no orders, and ask by this condition."""

from django.db.models import Exists, OuterRef

from joey.orders.models import OrderLine


def has_settled(shop: str = "id") -> Exists:
    """A condition on shops, whose id is the outer query's column `shop`: an order of theirs is settled."""
    return Exists(OrderLine.objects.filter(shop=OuterRef(shop), state=OrderLine.State.SETTLED))
