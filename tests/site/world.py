"""So many of everything that a page can list, so that the same page can be read with few rows and with many."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction

from joey.catalog.models import FeedAddress, Offer, PricePoint
from joey.catalog.pictures.keep_pictures import _path as kept_at
from joey.commissions.earn_due import earn_due
from joey.commissions.models import Commission, Hold, QuarantinedLine
from joey.kit import clock, sql
from joey.kit.ids import new_id
from joey.marketplaces.port import UnreadableReport
from joey.orders.models import Dispute, LostOrder, OrderLine, SyncCursor
from joey.orders.request_lost_order import request_lost_order
from joey.payouts.holds import place_hold
from joey.payouts.models import Payee, Payout, PayoutAttempt, PayoutFile
from joey.payouts.pause import pause_payouts
from joey.payouts.payee import set_payee
from joey.payouts.payee_details import PayeeDetails, keep_details
from joey.people.models import Person
from joey.record.erasable import keep_text
from joey.record.kept_texts import refer
from joey.sharing.make_link import make_link
from joey.sharing.models import Click, Link, OutboundClick
from joey.shops.models import BuyerReport, Listing, Shelf, Shop
from tests.cast import DAY, NOW, ada, leased, listed, mei, meis_shop, report, token_of
from tests.orders.polled import take_order_reports
from tests.storefront.goods import fresh_flask


def fill(count: int) -> None:
    """Bring Mei's shop, and what operators see, up to `count` rows of each kind."""
    shop = meis_shop()
    ada()
    if not Payee.objects.exists():
        set_payee(shop, rail="bank", holder_name="李小美", account_number="6222020200112243445", now=NOW)
        leased(shop)
    for number in range(1, count + 1):
        if not Offer.objects.filter(external_id=f"flask-{number}").exists():
            _one_more(shop, number)


def _one_more(shop: Shop, number: int) -> None:
    now = clock.now()
    offer = fresh_flask(identity=f"flask-{number}", external_id=f"flask-{number}", url=f"http://localhost:1/{number}")
    _picture(offer)
    for days in range(5):
        PricePoint.objects.create(offer=offer, at=now - timedelta(days=days + 1), price_minor=6900, currency="CNY")
    listing = listed(shop, offer)
    listing.shelf = Shelf.objects.create(shop=shop, name=f"Shelf {number}", position=number)
    listing.save()
    link = make_link(shop, listing_id=listing.pk, channel="wechat", now=now)
    _visits(link, number)
    unread = UnreadableReport("order", f"8{number}", NOW, {"trade": f"8{number}"}, "no amount")
    take_order_reports("taobao", [report(str(number)), report(f"7{number}", position="nobodys"), unread], now=NOW)
    earn_due(now=NOW)
    commission = Commission.objects.order_by("-id")[0]
    with transaction.atomic():
        reason = refer("reason", keep_text("Looks odd", shop_id=None))
        Hold.objects.create(
            shop=shop, commission=commission, hold_class="review", opened_by="terminal", opened_at=NOW, **reason
        )
    line = OrderLine.objects.get(external_order=f"7{number}")
    QuarantinedLine.objects.create(line=line, marketplace="taobao", revision=1, reason="cannot_be_booked", since=NOW)
    ordered_at = now - timedelta(days=1)
    request_lost_order(shop, marketplace="taobao", number=f"9000{number}", ordered_at=ordered_at, now=now)
    _dispute(shop, number)
    _payout(shop, number)
    BuyerReport.objects.create(
        reference=f"ABCDE-FGH{number:02}", shop=shop, listing=listing, reason="fake", reported_at=NOW, answer_by=NOW
    )
    FeedAddress.objects.create(
        marketplace=f"feed:tea-{number}", sealed=b"", host="tea.example", every_hours=6, is_complete=True, added_at=NOW,
        next_at=NOW,
    )  # fmt: skip
    token_of(mei())
    Person.objects.create(email=f"person-{number}@example.com")
    Shop.objects.create(slug=f"mei-{number}", name=f"Mei {number}", owner=mei())
    read = {"read_until": now, "last_success_at": now}
    gap = {"read_until": NOW, "gap_since": NOW - 2 * DAY, "gap_until": NOW - DAY}
    SyncCursor.objects.get_or_create(marketplace="jd", account="1", question="orders", defaults=gap)
    SyncCursor.objects.update_or_create(marketplace="taobao", account="1", question="orders", defaults=read)
    sql.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
    sql.execute(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status) VALUES ('default', 'a', '{}', 'failed')"
    )


def _dispute(shop: Shop, number: int) -> None:
    closed = report(f"6{number}", state="closed", reason="refunded", commission_minor=0, service_fee_minor=0)
    take_order_reports("taobao", [closed], now=NOW)
    line = OrderLine.objects.get(external_order=f"6{number}")
    with transaction.atomic():
        text = refer("text", keep_text("It was no return", shop_id=shop.pk))
        Dispute.objects.create(line=line, cause="appeal", reason="refunded", opened_at=NOW, appealed_at=NOW, **text)


def _picture(offer: Offer) -> None:
    """Fetched already, so that no marketplace is asked for it."""
    offer.picture_urls = ["http://localhost:1/flask.webp"]
    offer.save()
    path = kept_at(offer.pk, offer.picture_urls[0])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"RIFF")


def _visits(link: Link, number: int) -> None:
    now = clock.now()
    click = Click.objects.create(
        id=new_id(), shop_id=link.shop_id, link_id=link.pk, listing_id=link.listing_id, at=now, visitor="person",
        visitor_key=str(number).encode(),
    )  # fmt: skip
    OutboundClick.objects.create(shop_id=link.shop_id, click_id=click.id, at=now, marketplace="taobao")


@transaction.atomic
def _payout(shop: Shop, number: int) -> None:
    payee = Payee.objects.get(shop=shop)
    details = keep_details(PayeeDetails("李小美", "6222020200112243445", ""), shop_id=shop.pk)
    file = PayoutFile.objects.create(
        message_id=f"M{number}",
        rail="bank",
        rail_account="a",
        file_format="csv",
        currency="CNY",
        **refer("content", keep_text(b"x", shop_id=None)),
        problems="Odd",
    )
    payout = Payout.objects.create(
        shop=shop, payee=payee, rail="bank", **refer("details", details), currency="CNY",
        amount_minor=100, state="paid", key_sha256=b"%d" % number, requested_at=NOW, decided_at=NOW,
    )  # fmt: skip
    PayoutAttempt.objects.create(
        shop=shop, payout=payout, number=1, rail_key=f"K{number}", file=file, state="settled", made_at=NOW
    )
    waiting = Shop.objects.create(slug=f"waiting-{number}", name="Waiting", owner=mei(), closed_at=NOW)
    Payout.objects.create(
        shop=waiting, payee=payee, rail="bank", **refer("details", details),
        currency="CNY", amount_minor=100_000, state="requested", key_sha256=b"key", requested_at=NOW,
    )  # fmt: skip
    place_hold(shop, payout=payout, reason="Checking", now=NOW)
    pause_payouts(reason="Restored", now=NOW)


def ids() -> dict[str, UUID | str | int]:
    """What is written in the address of a page that shows one thing: the first of each."""
    job = sql.value("SELECT min(id) FROM procrastinate_jobs")
    line = OrderLine.objects.exclude(shop=None).order_by("id")[0]
    return {
        "slug": "mei",
        "listing_id": Listing.objects.order_by("id")[0].pk,
        "offer_id": Offer.objects.order_by("id")[0].pk,
        "click_id": Click.objects.order_by("id")[0].pk,
        "marketplace": "taobao",
        "language": "en",
        "line_id": line.pk,
        "order_id": line.pk,
        "lost_id": LostOrder.objects.order_by("id")[0].pk,
        "payout_id": Payout.objects.filter(shop=meis_shop()).order_by("id")[0].pk,
        "code": Link.objects.filter(channel="wechat").order_by("id")[0].code,
        "token": "2345678923",
        "job": job,
        "content_type_id": 1,
        "object_id": 1,
    }
