"""Shopkeepers ask for their money: once, again, for more than there is, and several times at the same moment."""

from functools import partial

from joey.kit.refusals import Refusal
from joey.money.money import Money
from joey.payouts.first_limits import FIRST_LIMITS
from joey.payouts.holds import open_holds
from joey.payouts.models import Payout
from joey.payouts.request_payout import request_payout
from joey.payouts.states import IN_PROGRESS
from tests.at_once import outcomes
from tests.properties.machine.crash import run_with_crash
from tests.properties.machine.line_operator_rules import LineOperatorRules
from tests.properties.machine.market import CURRENCIES, ELSEWHERE

LARGEST = 4_900_000  # an operator may approve no more on a day


class RequestSteps(LineOperatorRules):
    """P5 and P6: a request is refused for a reason that is there, and is made where none is."""

    def __init__(self) -> None:
        super().__init__()
        self.keys: dict[tuple[str, str], tuple[Money, object]] = {}
        self.usable_from = dict.fromkeys(self.shops, self.now)

    def ask_for_all(self, shop: str) -> None:
        if self.available(shop, "CNY") < 1_000:
            self.earns_in_full(shop, "CNY", 1_250_000)
        available = self.available(shop, "CNY")
        self.ask_for(shop, Money(available + 1, "CNY"), f"too-much-{len(self.keys)}")
        self.ask_for(shop, Money(min(available, LARGEST), "CNY"), f"straight-{len(self.keys)}")

    def ask_for(self, shop: str, amount: Money, key: str) -> None:
        right = self.reasons_to_refuse(shop, amount, key)
        known = self.keys.get((shop, key))
        try:
            payout = run_with_crash(lambda: request_payout(
                self.shops[shop], amount=amount, idempotency_key=key, now=self.now), "request",
                self.seed.choice([0, 0, 50]))  # fmt: skip
        except Refusal as refusal:
            self.refused_rightly(refusal.code, right)
            return
        if known is not None:
            assert known == (amount, payout.pk), "P5: the same key with another body"
            assert not self.follow_payouts(), "P6: the same request pays again"
            return
        assert not right, f"P6: {amount} was accepted in spite of {right}"
        self.keys[shop, key] = (amount, payout.pk)
        assert self.follow_payouts() == {str(payout.pk): "requested"}
        others = [Money(amount.minor + 1, amount.currency), Money(amount.minor, ELSEWHERE[amount.currency]), amount]
        self.ask_for(shop, self.seed.choice(others), key)

    def refused_rightly(self, code: str, right: set[str]) -> None:
        assert code in right, f"P6: refused as {code} and not as one of {right}"
        assert not self.follow_payouts(), "a refusal moves nothing"

    def ask_as_before(self, payout: Payout, *, as_other_shop: bool) -> None:
        """A client sends an old request again, whatever became of its payout; another shop's may use the same key."""
        shop, amount = payout.shop.slug, Money(payout.amount_minor, payout.currency)
        key = next(key for (_slug, key), (_amount, made) in self.keys.items() if made == payout.pk)
        other = next(slug for slug in self.shops if slug != shop)
        self.ask_for(other if as_other_shop else shop, amount, key)
        self.seen["requested as before"] += 1

    def ask_at_once(self, shop: str, *, equal: bool) -> None:
        """Three requests at the same moment, each for all there is or for a third of it: one payout comes of them."""
        if self.available(shop, "CNY") < 3_000:
            self.earns_in_full(shop, "CNY", 1_250_000)
        amount = Money(min(self.available(shop, "CNY") // self.seed.choice([1, 3]), LARGEST), "CNY")
        keys = [f"at-once-{len(self.keys)}-{number * (not equal)}" for number in range(3)]
        is_possible = not self.reasons_to_refuse(shop, amount, keys[0])

        def ask(key: str) -> Payout:
            return request_payout(self.shops[shop], amount=amount, idempotency_key=key, now=self.now)

        came = outcomes(*[partial(ask, key) for key in keys])
        assert all(isinstance(each, Payout | Refusal) for each in came), f"P6: {came}"
        made = {key: each.pk for key, each in zip(keys, came, strict=True) if isinstance(each, Payout)}
        assert len(made) == is_possible, f"P6: {came}"
        assert not equal or len({type(each) for each in came}) == 1, f"P6: equal, and answered otherwise: {came}"
        self.keys |= {(shop, key): (amount, payout) for key, payout in made.items()}
        assert list(self.follow_payouts().values()) == ["requested"] * is_possible, "P6"
        self.seen[f"{'equal' if equal else 'different'} requests at once"] += is_possible

    def reasons_to_refuse(self, shop: str, amount: Money, key: str) -> set[str]:
        """What speaks against a request, by the code of the refusal; a request that was made is answered again."""
        known = self.keys.get((shop, key))
        held = open_holds().filter(shop__slug=shop, payout=None).exists()
        running = Payout.objects.filter(shop__slug=shop, currency=amount.currency, state__in=IN_PROGRESS).exists()
        always = {"invalid": amount.minor <= 0, "below_floor": amount.minor < 10 ** CURRENCIES[amount.currency]}
        if known is None:
            always["invalid"] |= amount.minor > FIRST_LIMITS[amount.currency][3]  # what no operator may approve
            reasons = always | {
                "insufficient_balance": amount.minor > self.available(shop, amount.currency),
                "payee_paused": self.now < self.usable_from[shop],
                "payout_in_progress": running,
                "payouts_held": held,
            }
        else:
            reasons = always | {"key_used_for_another_payout": known[0] != amount}
        return {code for code, is_there in reasons.items() if is_there}

    def available(self, shop: str, currency: str) -> int:
        return self.books.ledger[shop, currency, "shop:available"]
