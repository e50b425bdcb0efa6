"""What marketplaces reported is reported again: as it was, in other polls, and without what the other shop sold."""

from collections.abc import Iterator, Sequence
from typing import Any

from joey.commissions.confirm_due import confirm_due
from joey.commissions.earn_due import earn_due
from joey.commissions.models import PlanVersion
from joey.kit import sql
from tests.properties.machine.market import MARKETS, Reported
from tests.properties.machine.model_line import second
from tests.properties.machine.payout_rules import PayoutRules

EVERYTHING = (
    "SELECT l.external_line, coalesce(s.slug, ''), l.state, l.held, l.commission_minor, l.returned_commission_minor"
    " FROM orders_orderline l LEFT JOIN shops_shop s ON s.id = l.shop_id ORDER BY 1",
    "SELECT l.external_line, c.base_minor, c.penalty_minor, c.amount_minor, c.platform_minor, c.rounding_minor,"
    " c.elsewhere::text, c.settled FROM commissions_commission c JOIN orders_orderline l ON l.id = c.order_line_id"
    " ORDER BY 1",
)
MOVED = (
    "SELECT (SELECT count(*) FROM ledger_journal), (SELECT count(*) FROM commissions_revision),"
    " (SELECT count(*) FROM record_event)"
)
MOST_IN_A_POLL = ((100,), (100,), (1, 9, 100))  # of one repetition, the next poll may hold each of these


class ReportedAgain(PayoutRules):
    """P2, P3 and P7. None of it needs the model: Joey is compared with itself."""

    def a_prefix_comes_again(self) -> None:
        """P2: whatever was delivered once moves nothing when it comes again, as do the jobs."""
        before = self.everything(), sql.tuples(MOVED)
        prefix = self.delivered[: self.seed.randint(1, len(self.delivered))]
        for marketplace in MARKETS:
            again = [
                each for code, reports in prefix if code == marketplace
                for each in reports if not self.was_seen_once(each)
            ]  # fmt: skip
            if again:
                self.take(marketplace, again)
        earn_due(now=self.now)
        confirm_due(now=self.now)
        assert (self.everything(), sql.tuples(MOVED)) == before, "P2"

    def the_same_in_other_polls(self) -> None:
        """P3: the same reports in the same order, grouped otherwise, and booked at other times."""
        self.tell_again(set(self.books.lines), "P3")
        self.seen["runs in other polls"] += 1

    def the_same_without_the_other(self) -> None:
        """P7: what one shop has does not depend on what the other sold, nor on what no one is known to have sold."""
        shop = self.seed.choice(list(self.shops))
        self.tell_again({name for name, line in self.books.lines.items() if line.shop == shop}, "P7")
        self.seen["runs without the other shop"] += 1

    def tell_again(self, names: set[str], broken: str) -> None:
        """Only what was reported of these lines, in an empty database."""
        # of a line in quarantine is booked what it was before; whom an operator named is not reported
        same = {name for name in names if not self.books.lines[name].quarantined} - self.attributed
        right = self.everything(same)
        self.begin()
        for plan in self.books.plans[1:]:
            PlanVersion.objects.create(**vars(plan))
        mosts = self.seed.choice(MOST_IN_A_POLL)
        for marketplace in self.seed.sample(list(MARKETS), len(MARKETS)):
            for reports in self.other_polls(marketplace, names, mosts):
                self.take(marketplace, reports)
                if self.seed.random() < 0.2:
                    earn_due(now=self.now)
        earn_due(now=self.now)
        for was, now in zip(right, self.everything(same), strict=True):
            assert now == was, f"{broken}: {sorted(set(was) - set(now))} became {sorted(set(now) - set(was))}"

    def other_polls(self, marketplace: str, names: set[str], mosts: Sequence[int]) -> Iterator[list[Reported]]:
        """A poll says at most one thing of one second: its gateway answers with what is there now."""
        reported = [each for code, reports in self.delivered if code == marketplace for each in reports]
        poll: list[Reported] = []
        most = self.seed.choice(mosts)
        for report in [each for each in reported if each.external_line in names]:
            before = [each for each in poll if same_thing(each, report)]
            if len(poll) == most or not (report in before or all(is_later(report, each) for each in before)):
                yield poll
                poll, most = [], self.seed.choice(mosts)
            poll.append(report)
        yield poll

    def was_seen_once(self, report: Reported) -> bool:
        """What a row was for less than a second: later its gateway never answers with it."""
        return any(
            each.reported_at == report.reported_at and each != report
            for _, reports in self.delivered for each in reports if same_thing(each, report)
        )  # fmt: skip

    def everything(self, names: set[str] | None = None) -> list[list[tuple[Any, ...]]]:
        return [[row for row in sql.tuples(query) if names is None or row[0] in names] for query in EVERYTHING]


def same_thing(one: Reported, other: Reported) -> bool:
    """Whether both are about the same line, or the same refund case of it."""
    return thing(one) == thing(other)


def thing(report: Reported) -> tuple[str, str]:
    return report.external_line, getattr(report, "case_id", "")


def is_later(one: Reported, other: Reported) -> bool:
    return second(one.reported_at) > second(other.reported_at)
