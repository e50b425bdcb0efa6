"""The first risky bet: the set verbs that serve one order line also carry a hundred thousand, `prove` clean."""

from collections.abc import Iterator

import pytest

from joey.commissions.confirm_due import confirm_due
from joey.commissions.earn_due import earn_due
from joey.commissions.models import Commission
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit import sql
from joey.marketplaces.port import OrderReport, RefundReport
from joey.shops.models import Shop
from tests.cast import NOW, leased, mei, refund, settled
from tests.orders.polled import take_order_reports
from tests.proof import prove
from tests.slow import slow

SHOPS = 200
SET = 10_000  # reports per take_order_reports, as a sync window would bring them


def reports(lines: int) -> Iterator[OrderReport]:
    for n in range(lines):
        yield settled(str(10**9 + n), position=str(5000 + n % SHOPS), commission_minor=300 + n % 97)


def returns(lines: int) -> Iterator[RefundReport]:
    for n in range(0, lines, 20):
        yield refund(str(10**9 + n), case=str(n), back=262)


def in_sets(things: Iterator[OrderReport] | Iterator[RefundReport]) -> Iterator[list[object]]:
    batch: list[object] = []
    for thing in things:
        batch.append(thing)
        if len(batch) == SET:
            yield batch
            batch = []
    if batch:
        yield batch


@pytest.mark.parametrize("lines", [2_000, slow(100_000)])
def test_lines_by_the_hundred_thousand_go_from_report_to_available_and_one_in_twenty_comes_back(
    committed_db: EmbeddedPostgres, lines: int
) -> None:
    owner = mei()
    shops = Shop.objects.bulk_create(Shop(slug=f"shop-{n}", owner=owner, name=f"Shop {n}") for n in range(SHOPS))
    for n, shop in enumerate(shops):
        leased(shop, key=str(5000 + n))

    for batch in in_sets(reports(lines)):
        take_order_reports("taobao", batch, now=NOW)  # type: ignore[arg-type]
    earned = earn_due(now=NOW)
    confirmed = confirm_due(now=NOW)
    for batch in in_sets(returns(lines)):
        take_order_reports("taobao", batch, now=NOW)  # type: ignore[arg-type]
    returned = earn_due(now=NOW)

    bases = [300 + n % 97 - 38 for n in range(lines)]
    bases[::20] = [max(0, base - 262) for base in bases[::20]]
    assert (earned.lines, confirmed.commissions, returned.lines) == (lines, lines, lines // 20)
    assert sql.value("SELECT sum(base_minor) FROM commissions_commission") == sum(bases)
    assert Commission.objects.filter(shop=shops[0]).count() == lines // SHOPS
    available = sql.value("SELECT sum(balance_minor) FROM ledger_account WHERE kind = 'shop:available'")
    assert available == sum(base * 8 // 10 for base in bases)
    prove()
