"""How much synthetic load there is to be."""

from dataclasses import dataclass

MAX_OFFERS = 1_000_000
LISTINGS_PER_OFFER = 10  # so many shops list one offer


@dataclass(frozen=True)
class Load:
    """Totals to reach. `listings` and `orders` are spread evenly over the shops."""

    shops: int
    listings: int
    orders: int
    seed: int = 1

    @property
    def per_shop(self) -> int:
        return self.listings // self.shops if self.shops else 0

    @property
    def offers(self) -> int:
        """As many as one shop lists at least, a tenth of the listings usually, a million at most."""
        return max(self.per_shop, min(MAX_OFFERS, self.listings // LISTINGS_PER_OFFER))
