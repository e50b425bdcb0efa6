"""What a reporter reads by the reference: whether it is answered, by when it will be, and the answer."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from joey.catalog.title_in import title_in
from joey.kit.refusals import NotFound
from joey.record.kept_texts import kept_text, was_erased, with_texts
from joey.shops.gone_listing import no_longer_shown
from joey.shops.models import BuyerReport, Listing, Shop
from joey.shops.report_listing import APPEAL


@dataclass(frozen=True)
class ReportState:
    """Nothing in it names who reported or who answered."""

    reference: str
    shop: str
    title: str  # "" when it is about the whole shop, or the item was removed since
    title_language: str
    reported_at: datetime
    answer_by: datetime
    answered_at: datetime | None
    outcome: str
    answer: str  # "" before there is one, or once it was erased

    def is_late(self, now: datetime) -> bool:
        return self.answered_at is None and self.answer_by < now


def report_by_reference(reference: str, *, language: str) -> ReportState:
    """The report; the reference may be written in small letters, and with or without its hyphen. Raises NotFound."""
    plain = "".join(reference.upper().replace("-", " ").split())
    known = with_texts(BuyerReport.objects.select_related("shop", "listing__offer"), "answer")
    report = known.filter(reference=f"{plain[:5]}-{plain[5:10]}").first() if len(plain) == 10 else None
    if report is None:
        raise NotFound(_("There is no report with this reference. Compare it with what you noted."), field="reference")
    offer = report.listing.offer if report.listing else None
    title, title_language = title_in(language, offer.title, offer.translations) if offer else ("", language)
    return ReportState(
        reference=report.reference,
        shop=report.shop.name,
        title=title,
        title_language=title_language,
        reported_at=report.reported_at,
        answer_by=report.answer_by,
        answered_at=report.answered_at,
        outcome=report.outcome,
        answer="" if was_erased(report, "answer") else kept_text(report, "answer"),
    )


def reportable_title(shop: Shop, listing_id: UUID | None, *, language: str) -> tuple[str, str]:
    """The title of what is reported and its language; "" for the whole shop. Raises NotFound, Gone."""
    if listing_id is None:
        return "", language
    listing = Listing.objects.select_related("offer").filter(shop=shop, pk=listing_id, state="published").first()
    if listing is None:
        raise no_longer_shown(shop, listing_id)
    return title_in(language, listing.offer.title, listing.offer.translations)


@dataclass(frozen=True)
class Appeal:
    """The keeper's most recent request for another look at one listing."""

    answer_by: datetime
    answer: str | None  # None while it waits; "" once it was erased


def appeals_of(shop: Shop) -> dict[UUID | None, Appeal]:
    """By the listing that they are about. One query."""
    made = with_texts(BuyerReport.objects.filter(shop=shop, reason=APPEAL), "answer").order_by("reported_at")
    return {
        each.listing_id: Appeal(each.answer_by, None if each.answered_at is None else kept_text(each, "answer"))
        for each in made
    }


def only_open(reports: QuerySet[BuyerReport], is_open: bool) -> QuerySet[BuyerReport]:
    """Those that wait for an answer, or those that have one."""
    return reports.filter(answered_at__isnull=is_open)


def open_reports(*, limit: int) -> list[BuyerReport]:
    """The oldest first, with their words."""
    waiting = with_texts(only_open(BuyerReport.objects.select_related("shop", "listing__offer"), True), "words")
    return list(waiting.order_by("answer_by", "id")[:limit])
