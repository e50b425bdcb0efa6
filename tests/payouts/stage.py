"""Setting the scene: a shop with details older than their pause and money that it earned."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction

from joey.commissions.confirm_due import confirm_due
from joey.commissions.earn_due import earn_due
from joey.kit import sql
from joey.kit.ids import new_id
from joey.ledger.chart import AccountKind
from joey.money.money import Money
from joey.payouts.decide import approve
from joey.payouts.holds import place_hold
from joey.payouts.left_out import LEFT_OUT, LeftOutPayout, left_out_behind
from joey.payouts.models import Payee, Payout, PayoutAttempt
from joey.payouts.pause import pause_payouts
from joey.payouts.payee import set_payee
from joey.payouts.payee_details import PayeeDetails, read_details
from joey.payouts.request_payout import request_payout
from joey.people.models import Person
from joey.record.append import append
from joey.record.erasable import text_of
from joey.shops.models import Shop
from tests.cast import NOW, ada, leased, lulus_shop, meis_shop, settled
from tests.orders.polled import take_order_reports

ACCOUNT = "6222020200112243445"
LONG_AGO = NOW - timedelta(days=30)


def cny(minor: int) -> Money:
    return Money(minor, "CNY")


def ready_shop(available: int = 10_000) -> Shop:
    """Mei's shop: details set a month ago, `available` fen to pay out."""
    shop = meis_shop()
    ready_payee(shop)
    leased(shop)
    earn(available, "4294159887444064307")
    return shop


def lulus_ready_shop(available: int = 4_000, **details: str) -> Shop:
    """Lulu's shop in the same state, on a position of its own."""
    shop = lulus_shop()
    ready_payee(shop, **details)
    leased(shop, "110000000002")
    earn(available, "4294159887444064999", position="110000000002")
    return shop


def ready_payee(shop: Shop, **changes: str) -> Payee:
    details = {"holder_name": "李小美", "account_number": ACCOUNT, "bank_code": "102100099996"} | changes
    return set_payee(shop, **details, now=LONG_AGO)


@transaction.atomic
def left_out(shop: Shop | None, amount_minor: int = 4_000) -> LeftOutPayout:
    """A payout that a restore could not take over and the backup does not know; None: its shop is not here either."""
    key = new_id()
    stop = place_hold(shop, reason="It is missing", now=NOW) if shop else pause_payouts(reason="It is missing", now=NOW)
    facts = {"amount_minor": amount_minor, "currency": "CNY", "transfer": key.hex.upper(), "state": "sent"}
    facts |= {"shop": str(shop.pk if shop else new_id()), "rail": "bank", "stopped_by": str(stop.pk)}
    append(LEFT_OUT, f"payout:{key}", facts, happened_at=NOW)
    left_out = left_out_behind(stop.pk)
    assert left_out is not None
    return left_out


def earn(share: int, order: str, *, position: str = "110000000001") -> None:
    """Let the shop with that position earn `share` fen through a settled order; the plan gives it four fifths."""
    assert share % 4 == 0
    base = share * 5 // 4
    line = settled(order, commission_minor=base, service_fee_minor=0, paid_minor=base * 20, position=position)
    take_order_reports("taobao", [line], now=NOW)
    earn_due(now=NOW)
    confirm_due(now=NOW)


def requested(shop: Shop, minor: int = 10_000, key: str = "key-1") -> Payout:
    return request_payout(shop, amount=cny(minor), idempotency_key=key, now=NOW)


def approved(shop: Shop, minor: int = 10_000, key: str = "key-1") -> Payout:
    return approve(requested(shop, minor, key), by=ada(), now=NOW)


def details_of(row: Payee | Payout) -> PayeeDetails | None:
    """Where it goes, as it was kept; None once it was erased."""
    return read_details(text_of(row.details_id))


def reason_of(row: Payout | PayoutAttempt) -> str:
    """The reason that was kept with it; "" without any."""
    return (text_of(row.reason_id) or "") if row.reason_id else ""


def second_operator() -> Person:
    return Person.objects.get_or_create(email="bo@example.com", defaults={"is_staff": True})[0]


def held(shop_id: UUID, currency: str = "CNY") -> dict[str, int]:
    """What the ledger holds for the shop, by where: available, reserved, in_transit, paid."""
    places = {
        "available": AccountKind.SHOP_AVAILABLE,
        "reserved": AccountKind.SHOP_RESERVED,
        "in_transit": AccountKind.RAIL_IN_TRANSIT,
        "paid": AccountKind.PAID,
    }
    found = {
        row["kind"]: int(row["minor"])
        for row in sql.rows(
            "SELECT kind, sum(balance_minor) AS minor FROM ledger_account"
            " WHERE book_id = %s AND currency = %s GROUP BY 1",
            [shop_id, currency],
        )
    }
    return {place: found.get(kind, 0) for place, kind in places.items()}


def money(available: int = 0, reserved: int = 0, in_transit: int = 0, paid: int = 0) -> dict[str, int]:
    return {"available": available, "reserved": reserved, "in_transit": in_transit, "paid": paid}
