"""Reports of orders that an account brings and that are not to come in by it.

- A keeper's own account: whatever it sells elsewhere is none of Joey's. Its keeper may share by it anywhere. Joey keeps
  the orders through the positions that the shop goes by, from when it first did: what the account sold before, for
  another shop of this instance maybe, is not that shop's. Of a row that cannot be read, and of which it cannot be made
  out whether it came by such a position, only what names its order is kept, so that an operator sees that there is one.
- Any account: the orders that are known by another account of the same marketplace already, as where an account was a
  keeper's and is the operator's now. One sale comes in once.

Reports that name no order line by a position, as those of refunds, come to nothing where there is no line.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from joey.marketplaces.own_accounts import codes_beside, codes_of_one_marketplace
from joey.marketplaces.own_codes import is_own
from joey.marketplaces.port import MINUTE, AnyReport, ByPosition, OrderReport, UnreadableReport
from joey.marketplaces.read_reports import left_out
from joey.orders.models import OrderLine
from joey.sharing.lease_position import first_leases

LineKey = tuple[str, str, str]


def without_orders_of_others(code: str, reports: Sequence[AnyReport]) -> list[AnyReport]:
    """The reports without those of order lines that are none of Joey's, or known by another account."""
    kept = list(reports)
    if is_own(code) and kept:
        first = first_leases(code)
        kept = [ours for each in kept if (ours := _of_the_shop(each, first)) is not None]
    elsewhere = known_under(code, [line_key(each) for each in kept if isinstance(each, OrderReport)])
    return [each for each in kept if not isinstance(each, OrderReport) or line_key(each) not in elsewhere]


def line_key(line: OrderReport | OrderLine) -> LineKey:
    """What tells the line from every other of its marketplace."""
    return line.external_order, line.external_line, line.external_part


def known_under(code: str, lines: Sequence[LineKey], *, claimed: bool = False) -> dict[LineKey, str]:
    """Those of the lines that are known by other accounts of the marketplace, with the code of one. `claimed`: those
    alone that belong to a shop.
    """
    others = codes_beside(code) if lines else []
    if not others:
        return {}
    orders = {order for order, _line, _part in lines}
    found = OrderLine.objects.filter(marketplace__in=others, external_order__in=orders)
    if claimed:
        found = found.exclude(shop=None)
    asked = set(lines)
    return {line_key(each): each.marketplace for each in found if line_key(each) in asked}


def asked_of_all(lost: str) -> str:
    """SQL for a request once for each account of its marketplace, as `has_number` takes it: a shop does not know which
    one an order came in by.
    """
    codes = codes_of_one_marketplace(f"{lost}.marketplace")
    return f"(SELECT account.code AS marketplace, {lost}.number FROM ({codes}) AS account)"


def _of_the_shop(report: AnyReport, first: dict[str, datetime]) -> AnyReport | None:
    """The report as it may be kept; None where it is about an order that did not come by the shop's positions."""
    if isinstance(report, OrderReport):
        return report if _is_since(report, first) else None
    if not isinstance(report, UnreadableReport):
        return report
    positions = [piece.key for piece in report.evidence if isinstance(piece, ByPosition)]
    if not positions:
        return replace(report, payload=left_out(report.payload, report.reported_at))
    return report if any(key in first for key in positions) else None


def _is_since(report: OrderReport, first: dict[str, datetime]) -> bool:
    """Whether any piece of its evidence may be of the shop's time; one that names no time may be."""
    for piece in report.evidence:
        if isinstance(piece, ByPosition) and piece.key in first:
            at = report.clicked_at if piece.at == "clicked" else report.placed_at
            if at is None or at + (MINUTE if piece.to_the_minute else MINUTE * 0) >= first[piece.key]:
                return True
    return False
