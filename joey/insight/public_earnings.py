"""What shops really earn, for everyone to read: the median, how many earn nothing, and of how many shops that is.

CN-A5 and US-P3: a claim about earnings has to be typical and proved, so no shop may make one, and these figures are
from the ledger. Nothing is published of so few shops that one of them could be recognised.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median_low
from uuid import UUID

from django.conf import settings

from joey.ledger.chart import AccountKind
from joey.ledger.models import Account
from joey.money.money import Money
from joey.shops.models import Shop

# Where a shop's money can be once it was earned for good; what came back lowers it.
EARNED = (
    AccountKind.SHOP_AVAILABLE, AccountKind.SHOP_HELD, AccountKind.SHOP_RESERVED, AccountKind.RAIL_IN_TRANSIT,
    AccountKind.PAID,
)  # fmt: skip
MONTH = timedelta(days=30)


@dataclass(frozen=True)
class PublicEarnings:
    """Of shops that are open for a month or longer: what each has earned for good a month, on average since it opened.

    `medians` has one amount for each currency in which something was earned.
    """

    shops: int
    without: int  # of them, those that have earned nothing
    medians: tuple[Money, ...]

    @property
    def without_ppm(self) -> int:
        return self.without * 1_000_000 // self.shops


def public_earnings(*, now: datetime) -> PublicEarnings | None:
    """Two queries. None: there are too few shops."""
    opened = dict(Shop.objects.filter(closed_at=None, opened_at__lt=now - MONTH).values_list("id", "opened_at"))
    earned: dict[UUID, dict[str, int]] = {}
    for book_id, currency, minor in Account.objects.filter(kind__in=EARNED).values_list(
        "book_id", "currency", "balance_minor"
    ):
        of_shop = earned.setdefault(book_id, {})
        of_shop[currency] = of_shop.get(currency, 0) + minor
    shops = [(opened_at, earned.get(shop_id, {})) for shop_id, opened_at in opened.items()]
    if len(shops) < max(1, settings.JOEY_EARNINGS_FROM_SHOPS):
        return None
    currencies = sorted({currency for _opened, earned in shops for currency in earned})
    medians = tuple(
        Money(median_low(_a_month(earned.get(currency, 0), now - opened) for opened, earned in shops), currency)
        for currency in currencies
    )
    return PublicEarnings(
        len(shops), sum(not any(each > 0 for each in earned.values()) for _, earned in shops), medians
    )


def _a_month(minor: int, open_for: timedelta) -> int:
    """The average, floored, of the months since a shop opened."""
    return minor * (MONTH // timedelta(seconds=1)) // (open_for // timedelta(seconds=1))
