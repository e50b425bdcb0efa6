"""Rules of positions: they change hands, and what either shop has shared on one goes on selling."""

from datetime import datetime

from hypothesis import strategies as st
from hypothesis.stateful import rule

from joey.kit.refusals import Conflict, Unavailable
from joey.marketplaces.port import ByPosition, OrderReport
from joey.orders.models import OrderLine
from joey.sharing.end_lease import end_lease
from joey.sharing.lease_position import lease_for
from joey.sharing.models import PositionLease
from tests.properties.machine.market import MARKETS, step
from tests.properties.machine.market_rules import AMOUNTS, MarketRules
from tests.properties.machine.model_line import Tenancy, moment_of, second, too_large

SHOPS = st.sampled_from(["mei", "lulu"])
USUALLY = st.sampled_from([True, True, True, False])


class PositionRules(MarketRules):
    """What was shared before a position changed hands pays no one; what the new tenant shared pays the new tenant."""

    def __init__(self) -> None:
        super().__init__()
        self.ended: dict[str, datetime] = {}  # when a position had its last tenant no more

    @rule(shop=SHOPS, both=USUALLY, rests=USUALLY, then=USUALLY, amount=AMOUNTS)
    def position_changes_hands(self, shop: str, both: bool, rests: bool, then: bool, amount: int) -> None:
        self.change_hands(shop, both=both, rests=rests, then=then, amount=amount)

    def change_hands(self, shop: str, *, both: bool, rests: bool, then: bool, amount: int) -> None:
        """The shop's lease ends, and an hour later the other's. Once a position has rested, the first person who goes
        on may take it for the other shop, the longest rested first; before that only its own shop does.
        """
        leases = PositionLease.objects.filter(marketplace="taobao", ended_at=None).select_related("shop", "position")
        for lease in sorted(leases, key=lambda each: each.shop.slug != shop):
            if both or lease.shop.slug == shop:
                end_lease(lease, reason="It is idle", now=self.now)
                self.ended[lease.position.key] = second(self.now)
                self.time_passes(1)
        self.time_passes(24 * 46 if rests else 1)
        if then:
            for slug in sorted(self.shops, key=lambda each: each == shop):
                self.first_person_goes_on(slug)
        for slug in self.shops:
            if (tenancy := self.tenancy_of(slug)) is not None and self.books.is_reused(tenancy):
                self.sells_on(tenancy, amount)

    def first_person_goes_on(self, slug: str) -> None:
        had = {lease.pk for lease in PositionLease.objects.all()}
        try:
            lease = lease_for(self.shops[slug], "taobao", now=self.now)
        except (Conflict, Unavailable):
            return
        if lease.pk in had:
            return
        key, since = lease.position.key, lease.leased_from
        tenants = [each for each in self.tenancies if (each.marketplace, each.position) == ("taobao", key)]
        if tenants and tenants[-1].shop != slug:
            assert since >= self.last_use(key) + MARKETS["taobao"].rest, f"{key} has not rested"
            self.seen["positions with a new tenant"] += 1
        self.tenancies.append(Tenancy("taobao", key, slug, since))

    def sells_on(self, tenancy: Tenancy, amount: int) -> None:
        """Three orders through a reused position: by its tenant's link, by what was shared before, and an old click."""
        linked = self.sold_by_link(tenancy, "CNY", amount)
        other = self.row("taobao", tenancy.position, "CNY", amount)
        other.clicked_at = other.made_at
        old = self.row("taobao", tenancy.position, "CNY", amount)
        old.clicked_at = tenancy.since - MARKETS["taobao"].rest
        for row in (linked, other, old):
            step(row, "pay", 0, self.now)
        self.deliver("taobao", [row.report() for row in (linked, other, old)])
        self.earn()
        lines = {each.external_line: each.shop for each in OrderLine.objects.select_related("shop")}
        if not too_large(linked.report()):
            assert lines[linked.name] == self.shops[tenancy.shop], "P7: it was sold by the tenant's link"
            assert lines[other.name] is None, "P7: it is not known who sold it"
            self.seen["sold through a reused position"] += 1

    def last_use(self, key: str) -> datetime:
        """When the lease ended, or the last click or order on the position of which a report is there."""
        used = [
            second(at)
            for marketplace, reports in self.delivered
            for report in reports
            if marketplace == "taobao" and isinstance(report, OrderReport) and not too_large(report)
            for piece in report.evidence
            if isinstance(piece, ByPosition) and piece.key == key and (at := moment_of(piece, report))
        ]
        return max([self.ended[key], *used])
