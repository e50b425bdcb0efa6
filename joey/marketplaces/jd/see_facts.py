"""How each unverified fact is seen at an account: a function each, which only reads."""

import re
from datetime import UTC, datetime

from joey.marketplaces.ask_account import NothingToSee
from joey.marketplaces.jd.ask_union import HOUR, JdAnswers
from joey.marketplaces.jd.parse import order_report
from joey.marketplaces.jd.parse_offer import looked_up_offer, searched_offer
from joey.marketplaces.manifest_shape import Wording
from joey.marketplaces.row_values import Row, fen, ppm, text, whole
from joey.marketplaces.unverified import Seen

_AMOUNTS = re.compile(r"\"?(20\d{6})\"?\s*:\s*(-?\d+(?:\.\d+)?)", re.ASCII)
COMPLETED = ("17", "18")


def search_fields(account: JdAnswers) -> Seen:
    """A search gives what an offer is made of."""
    row = account.search()[0]
    facts = searched_offer(row, as_of=datetime.now(UTC))
    lacking = [name for name, value in (("price", facts.now_minor), ("commissionShare", facts.commission_ppm),
               ("imageList", facts.picture_urls), ("shopName", facts.seller)) if not value]  # fmt: skip
    return _lacking(lacking)


def look_up_fields(account: JdAnswers) -> Seen:
    """So does a look-up, under other names."""
    facts = looked_up_offer(account.look_up()[0], as_of=datetime.now(UTC))
    lacking = [name for name, value in (("wlUnitPrice", facts.now_minor), ("commisionRatioWl", facts.commission_ppm),
               ("imgUrl", facts.picture_urls)) if not value]  # fmt: skip
    return _lacking(lacking)


def rates_agree(account: JdAnswers) -> Seen:
    """Search and look-up name one rate."""
    searched = {text(row, "skuId"): searched_offer(row, as_of=datetime.now(UTC)) for row in account.search()}
    for row in account.look_up():
        facts, found = looked_up_offer(row, as_of=datetime.now(UTC)), searched.get(text(row, "skuId"))
        if found and found.commission_ppm != facts.commission_ppm:
            return Seen.said(
                False,
                en=f"{found.commission_ppm / 10_000:g} % and {facts.commission_ppm / 10_000:g} % of one item",
                zh=f"同一商品分别为 {found.commission_ppm / 10_000:g}% 和 {facts.commission_ppm / 10_000:g}%",
            )
    return Seen.said(True, en="the same rates", zh="佣金比例一致")


def orders_granted(account: JdAnswers) -> Seen:
    """The order report answers."""
    account.orders(account.now - HOUR, account.now)
    return Seen.said(True, en="the report answers", zh="接口有返回")


def row_can_be_read(account: JdAnswers) -> Seen:
    """A row has the fields that a line is made of."""
    order_report(account.a_row())
    return Seen.said(True, en="a row was read", zh="已读取一行")


def fee_is_the_product(account: JdAnswers) -> Seen:
    """What is estimated is the price times both rates, floored to the cent."""
    row = account.a_row(lambda row: bool(fen(row, "estimateFee")) and ppm(row, "finalRate") is not None)
    return _is_product(row, "estimateCosPrice", "estimateFee")


def protection_is_inside(account: JdAnswers) -> Seen:
    """Price protection is out of the actual amounts already."""
    row = account.a_row(lambda row: text(row, "validCode") in COMPLETED and bool(fen(row, "proPriceAmount")))
    return _is_product(row, "actualCosPrice", "actualFee")


def balance_is_the_fee(account: JdAnswers) -> Seen:
    """What was paid and taken back by day adds up to the actual fee."""
    row = account.a_row(lambda row: bool(_balance(row)))
    paid, found = sum(amount for _day, amount in _balance(row)), fen(row, "actualFee") or 0
    return Seen.said(paid == found, en=f"{paid} and {found} fen", zh=f"{paid} 分与 {found} 分")


def names_a_pay_month_once_completed(account: JdAnswers) -> Seen:
    """A completed row names its day of settlement."""
    row = account.a_row(lambda row: text(row, "validCode") in COMPLETED)
    month = text(row, "payMonth")
    return Seen.said(month not in ("", "0"), en=f"payMonth is {month or 'absent'}", zh=f"payMonth 为{month or '空'}")


def sub_id_is_read_back(account: JdAnswers) -> Seen:
    """A row gives the sub-union id of its link back."""
    found = text(account.a_row(lambda row: bool(text(row, "subUnionId"))), "subUnionId")
    return Seen.said(bool(found), en="a row has one", zh="有一行带有它")


def frozen_pieces_are_counted(account: JdAnswers) -> Seen:
    """Pieces in an after-sale case are counted in the row."""
    row = account.a_row(lambda row: whole(row, "skuFrozenNum") > 0)
    return Seen.said(True, en=f"{text(row, 'skuFrozenNum')} pieces", zh=f"{text(row, 'skuFrozenNum')} 件")


def _is_product(row: Row, price: str, fee: str) -> Seen:
    rate, part = ppm(row, "commissionRate") or 0, ppm(row, "finalRate") or 0
    expected, found = (fen(row, price) or 0) * rate * part // 10**12, fen(row, fee) or 0
    same = abs(expected - found) <= 1  # either way of rounding
    return Seen.said(same, en=f"{found} of {expected} fen", zh=f"{found} 分，应为 {expected} 分")


def _balance(row: Row) -> list[tuple[str, int]]:
    """`balanceExt` by day, in fen; its names come without quotation marks, so it is not JSON."""
    found = []
    for day, amount in _AMOUNTS.findall(text(row, "balanceExt", longest=4000)):
        value = fen({"amount": amount}, "amount")
        if value is None:
            raise NothingToSee(Wording(en="balanceExt has no amount", zh="balanceExt 没有金额"))
        found.append((day, value))
    return found


def _lacking(names: list[str]) -> Seen:
    if names:
        return Seen.said(False, en=f"it lacks {', '.join(names)}", zh=f"缺少 {', '.join(names)}")
    return Seen.said(True, en="all fields are there", zh="字段齐全")
