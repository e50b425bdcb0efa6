"""Each text of an event is erased by its subject: then it is nowhere in the database, and prove is clean."""

from collections.abc import Callable
from contextlib import nullcontext
from unittest.mock import patch
from uuid import UUID

import pytest
from click.testing import CliRunner
from django.conf import settings
from django.test import Client
from django.urls import reverse

from joey.cli.cli import main
from joey.commissions.earn_due import earn_due
from joey.commissions.holds import place_hold as hold_commission
from joey.commissions.holds import release_hold as release_commission
from joey.commissions.models import Commission
from joey.insight.erase_subject import erase_subject
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit import sql
from joey.kit.refusals import Forbidden, Invalid, NotFound
from joey.marketplaces.port import UnreadableReport
from joey.orders.appeal_line import appeal_line
from joey.orders.attribute_line import attribute_line
from joey.orders.close_dispute import close_dispute
from joey.orders.dismiss_unread import dismiss_unreadable
from joey.orders.end_gap import end_gap
from joey.orders.models import Dispute, OrderLine, SyncCursor, UnreadReport
from joey.payouts.decide import refuse
from joey.payouts.erase_texts import StillNeeded
from joey.payouts.file_problems import dismiss_strangers
from joey.payouts.give_up import give_up
from joey.payouts.holds import open_holds, place_hold, release_hold
from joey.payouts.limits import LimitAmounts, publish_limits
from joey.payouts.models import PayoutAttempt, PayoutFile, PayoutPause
from joey.payouts.pause import end_pause, pause_payouts
from joey.payouts.record_carried_over import record_carried_over
from joey.payouts.resolve import resolve
from joey.payouts.resolve_left_out import resolve_left_out
from joey.payouts.send_due import send_due
from joey.payouts.take_answers import take_answers
from joey.payouts.withdraw import withdraw_file
from joey.record.erasable import erased_count
from joey.record.kinds import KINDS
from joey.record.queries import events_of, texts_about
from joey.sharing.end_lease import end_lease
from joey.sharing.withdraw_position import withdraw_position
from joey.shops.answer_report import answer_report
from joey.shops.arrange import hide_listing
from joey.shops.discoverable import decide_front
from joey.shops.models import Listing, Shop
from joey.shops.open_shop import describe_shop, open_shop
from joey.shops.report_listing import report_listing
from tests.at_once import outcomes
from tests.cast import DAY, NOW, ada, flask, leased, listed, mei, meis_shop, report, sam, settled
from tests.orders.polled import take_order_reports
from tests.payouts.bank import Bank
from tests.payouts.stage import approved, left_out, ready_payee, ready_shop, requested, second_operator
from tests.payouts.test_gate import prepared
from tests.payouts.test_strangers import noted
from tests.places import places_of
from tests.proof import prove
from tests.slow import but_every

WHO = "Wang Wei"
Story = Callable[[Bank], list[str]]


def named(_bank: Bank) -> list[str]:
    shop = open_shop(mei(), slug="mei", name=f"{WHO} goods", intro=f"By {WHO}", now=NOW)
    describe_shop(shop, name=f"{WHO} cups", intro=f"By {WHO} herself", now=NOW)
    decide_front(shop, front="kept_off", reason=f"{WHO} asked for it", by=ada(), now=NOW)
    return [f"shop:{shop.pk}"]


def hidden(_bank: Bank) -> list[str]:
    listing = listed(meis_shop(), flask())
    hide_listing(meis_shop(), listing.pk, reason=f"{WHO} complained", now=NOW)
    return [f"listing:{listing.pk}"]


def reported(_bank: Bank) -> list[str]:
    listing = listed(meis_shop(), flask())
    return [a_report(listing.pk)]


def shop_reported(_bank: Bank) -> list[str]:
    return [a_report(None)]


def a_report(listing_id: UUID | None) -> str:
    words = f"{WHO} sold me a fake"
    report = report_listing(meis_shop().pk, listing_id, reason="fake", words=words, client="192.0.2.1", now=NOW)
    answer_report(report.pk, answer=f"{WHO} was right", outcome="nothing", by=ada(), now=NOW)
    return f"report:{report.pk}"


def ended(_bank: Bank) -> list[str]:
    lease = leased(meis_shop())
    end_lease(lease, reason=f"{WHO} asked for it", now=NOW)
    return [f"lease:{lease.pk}"]


def position_withdrawn(_bank: Bank) -> list[str]:
    lease = leased(meis_shop())
    withdraw_position(lease.position, reason=f"{WHO} mistyped it", now=NOW)
    return [f"position:{lease.position_id}", f"lease:{lease.pk}"]


def given(_bank: Bank) -> list[str]:
    take_order_reports("taobao", [report(position="999")], now=NOW)
    line = OrderLine.objects.get()
    attribute_line(line.pk, meis_shop(), reason=f"{WHO} has the receipt", by=ada(), now=NOW)
    return [f"order_line:{line.pk}"]


def given_up(_bank: Bank) -> list[str]:
    take_order_reports("taobao", [UnreadableReport("order", "81", NOW, {"trade": "81"}, "no amount")], now=NOW)
    report_id = UnreadReport.objects.get().pk
    dismiss_unreadable(report_id, by=ada(), reason=f"{WHO} has it on paper", now=NOW)
    return [f"order_report:{report_id}"]


def gap_ended(_bank: Bank) -> list[str]:
    SyncCursor.objects.create(
        marketplace="taobao", account="1", question="orders", read_until=NOW, gap_since=NOW - 99 * DAY,
        gap_until=NOW - 90 * DAY,
    )  # fmt: skip
    end_gap("taobao", reason=f"{WHO} imported it", by=ada(), now=NOW)
    return ["marketplace:taobao"]


def held_line(_bank: Bank) -> list[str]:
    leased(meis_shop())
    take_order_reports("taobao", [settled("1")], now=NOW)
    earn_due(now=NOW)
    hold = hold_commission(Commission.objects.get(), reason=f"Bought by {WHO}", now=NOW)
    release_commission(hold, reason=f"Not {WHO} after all", now=NOW)
    return [f"order_line:{OrderLine.objects.get().pk}"]


def disputed(_bank: Bank) -> list[str]:
    """A violation that the shop appeals, then an order of which the shop alone says that it was closed wrongly."""
    leased(meis_shop(), marketplace="jd")
    for reason in ("25", "14"):
        take_order_reports("jd", [report(reason, state="closed", reason=reason)], now=NOW)
        appeal_line(meis_shop(), OrderLine.objects.get(external_order=reason).pk, text=f"{WHO} bought it", now=NOW)
    for dispute in Dispute.objects.all():
        close_dispute(dispute.pk, answer=f"{WHO} was right", by=ada(), now=NOW)
    return [f"order_line:{line.pk}" for line in OrderLine.objects.order_by("external_order")]


def refused(_bank: Bank) -> list[str]:
    shop = ready_shop()
    payee = ready_payee(shop, holder_name=WHO)
    payout = requested(shop)
    release_hold(place_hold(shop, payout=payout, reason=f"{WHO}?", now=NOW), reason=f"It is {WHO}", now=NOW)
    refuse(payout, by=ada(), reason=f"{WHO} moved", now=NOW)
    record_carried_over([payout], [], [], [], [], now=NOW)
    return [f"payout:{payout.pk}", f"payee:{payee.pk}"]


def came_back(bank: Bank) -> list[str]:
    payout = approved(ready_shop())
    send_due(now=NOW)
    bank.decide_all("settled")
    take_answers(now=NOW)
    bank.decide_all("returned", reason_code="XX99", reason=f"{WHO} closed it")
    take_answers(now=NOW + DAY, all_files=True)
    release_hold(open_holds().get(), by=ada(), reason=f"Asked {WHO}", now=NOW)
    return [f"payout:{payout.pk}"]


def failed(bank: Bank) -> list[str]:
    payout = approved(ready_shop())
    send_due(now=NOW)
    bank.decide_all("rejected", reason_code="XX99", reason=f"{WHO} is unknown")
    take_answers(now=NOW)
    return [f"payout:{payout.pk}"]


def left_out_and_found(_bank: Bank) -> list[str]:
    lost = left_out(ready_shop())
    for by in (ada(), second_operator()):
        resolve_left_out(lost, outcome="settled", by=by, reason=f"{WHO} has it", now=NOW)
    return [f"payout:{lost.payout_id}", f"shop:{lost.shop_id}"]


def decided(bank: Bank) -> list[str]:
    payout = approved(ready_shop())
    send_due(now=NOW)
    bank.decide_all("dancing")
    take_answers(now=NOW)
    for by in (ada(), second_operator()):
        resolve(PayoutAttempt.objects.get(), outcome="settled", by=by, reason=f"{WHO} has it", now=NOW)
    return [f"payout:{payout.pk}"]


def withdrawn(bank: Bank) -> list[str]:
    approved(ready_shop())
    file = prepared(bank)
    withdraw_file(file, by=ada(), reason=f"{WHO} left the bank", now=NOW)
    return [f"payout_file:{file.message_id}"]


def strangers(bank: Bank) -> list[str]:
    file = noted(bank, end_to_end_id=f"{WHO} 13800138000", currency="Wang Wei")
    dismiss_strangers(file, by=ada(), reason=f"{WHO} tested the bank", now=NOW)
    return [f"payout:{PayoutAttempt.objects.get().payout_id}", f"payout_file:{file.message_id}"]


def sent_through(bank: Bank) -> list[str]:
    approved(ready_shop())
    with patch.dict(settings.JOEY_LICENSED_CHANNELS, CNY=f"{WHO} Payments"):
        send_due(now=NOW)
    return [f"payout_file:{PayoutFile.objects.get().message_id}"]


def not_waited_for(bank: Bank) -> list[str]:
    approved(ready_shop())
    bank.faults = ["500"]
    send_due(now=NOW)
    file = PayoutFile.objects.get()
    give_up(file, by=ada(), reason=f"{WHO} at the bank knows nothing of it", now=NOW)
    return [f"payout_file:{file.message_id}"]


def paused(_bank: Bank) -> list[str]:
    pause = pause_payouts(reason=f"{WHO} called", now=NOW)
    end_pause(pause, reason=f"{WHO} called back", now=NOW)
    return [f"pause:{pause.pk}"]


def limited(_bank: Bank) -> list[str]:
    amounts = LimitAmounts(1, 2, 3, 4)
    publish_limits("ISK", amounts, from_at=NOW, reason=f"{WHO} asked", by=ada(), now=NOW)
    return ["payout_limits:ISK"]


def erased_before(bank: Bank) -> list[str]:
    (subject,) = ended(bank)
    erase_subject(subject, reason=f"{WHO} asked", now=NOW)
    (event,) = [event for event in events_of([subject]) if event.kind == "texts.erased"]
    return [f"erasure:{event.facts['erasure']}"]


# Of each kind with a text: what brings it about, with WHO in every text of the kind.
STORIES: dict[str, Story] = {
    "shop.opened": named, "shop.described": named, "shop.front_decided": named,
    "listing.hidden": hidden, "listing.reported": reported, "shop.reported": shop_reported, "report.answered": reported,
    "position.ended": ended, "position.withdrawn": position_withdrawn,
    "order_line.given": given,
    "dispute.opened": disputed, "dispute.appealed": disputed, "dispute.closed": disputed,
    "report.dismissed": given_up, "gap.ended": gap_ended, "commission.held": held_line,
    "commission.released": held_line, "payee.changed": refused, "payout.requested": refused, "payout.held": refused,
    "payout.hold_released": refused, "payout.refused": refused, "payout.carried_over": refused,
    "payout.failed": failed, "payout.returned": came_back, "payout.decided": decided,
    "payout.left_out_found": left_out_and_found,
    "payout_file.withdrawn": withdrawn, "payout_file.given_up": not_waited_for,
    "payout_file.strangers_dismissed": strangers, "payout_file.sent_through": sent_through, "payouts.paused": paused,
    "payouts.resumed": paused, "payout_limits.published": limited,
    "erasure.made": erased_before,
}  # fmt: skip
TEXTS = {kind.name: {name for name, fact in kind.facts.items() if fact.is_text} for kind in KINDS.values()}


def test_every_kind_with_a_text_is_erased_here() -> None:
    assert set(STORIES) == {kind for kind, texts in TEXTS.items() if texts}


@pytest.mark.django_db
@pytest.mark.parametrize("story", but_every(3, dict.fromkeys(STORIES.values())), ids=lambda story: story.__name__)
def test_what_was_erased_is_nowhere_in_the_database_and_prove_is_clean(story: Story, bank: Bank) -> None:
    subjects = story(bank)
    written = {event.kind: set(event.facts) for event in events_of(subjects)}
    for kind in (kind for kind, each in STORIES.items() if each is story):
        assert TEXTS[kind] <= written[kind]
    assert "record_erasabletext.content" in places_of(WHO)
    before = erased_count()

    texts = sum(erase_subject(subject, reason="It was asked for", now=NOW).texts for subject in subjects)

    assert places_of(WHO) == []
    assert all(texts_about(subject) for subject in subjects)
    assert erased_count() == before + texts > before
    assert sum(erase_subject(subject, reason="Again", now=NOW).texts for subject in subjects) == 0
    assert places_of("Again") == [], "a repetition is no event"
    prove()


@pytest.mark.django_db
def test_erasing_a_shop_erases_all_about_it_and_names_it_by_its_address(bank: Bank) -> None:
    (shop,) = named(bank)
    for story in (hidden, ended):
        story(bank)
    (reports,) = reported(bank)

    assert erase_subject("shop:mei", reason="She closed it", now=NOW).refused == ()

    assert places_of(WHO) == ["record_erasabletext.content"], "what a buyer reported is not the shop's to have erased"
    assert list(texts_about(reports)) == [text for (text,) in sql.tuples("SELECT id FROM record_erasabletext"
        " WHERE position(%s::bytea in content) > 0", [WHO])]  # fmt: skip
    found = Shop.objects.get()
    assert (found.name, found.intro, f"shop:{found.pk}") == ("mei", "", shop)
    assert Listing.objects.get().state == "hidden"
    assert erase_subject(shop, reason="Again", now=NOW).texts == 0
    assert places_of("She closed it") == ["record_erasabletext.content"]
    prove()


@pytest.mark.django_db
def test_what_is_still_needed_stays(bank: Bank) -> None:
    shop = ready_shop()
    place_hold(shop, reason=f"{WHO}?", now=NOW)
    hold_commission(Commission.objects.get(), reason=f"Bought by {WHO}", amount_minor=1, now=NOW)
    pause = pause_payouts(reason=f"{WHO} called", now=NOW)

    erase_subject("shop:mei", reason="She asked for it", now=NOW)
    with pytest.raises(StillNeeded):
        erase_subject(f"pause:{pause.pk}", reason="She asked for it", now=NOW)

    (found,) = sql.tuples("SELECT count(*) FROM record_erasabletext WHERE position(%s::bytea in content) > 0", [WHO])
    assert found == (3,)
    prove()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "subject", ["report:1", "payout:x", f"payee:{NOW}", "shop:no-such", "lease:", "", "order_line:é"]
)
def test_a_subject_without_a_text_is_refused_by_name(subject: str) -> None:
    with pytest.raises(NotFound) as refused:
        erase_subject(subject, reason="She asked for it", now=NOW)

    assert refused.value.field == "subject"


@pytest.mark.django_db
def test_erasing_takes_an_operator_and_a_reason(bank: Bank) -> None:
    (subject,) = reported(bank)

    with pytest.raises(Forbidden):
        erase_subject(subject, reason="It was asked for", now=NOW, by=sam())
    with pytest.raises(Invalid) as empty:
        erase_subject(subject, reason=" ", now=NOW)

    assert empty.value.field == "reason"
    assert places_of(WHO) == ["record_erasabletext.content"]


def test_two_who_erase_at_once_erase_once(committed_db: EmbeddedPostgres, bank: Bank) -> None:
    (subject,) = given(bank)

    def erase() -> int:
        return erase_subject(subject, reason="She asked for it", now=NOW).texts

    assert sorted(map(str, outcomes(erase, erase))) == ["0", "1"]

    assert [event.kind for event in events_of([subject])].count("texts.erased") == 1
    prove()


@pytest.mark.django_db
def test_the_command_says_how_many_and_names_what_is_not_there(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("joey.instance.open_instance.instance", lambda *_: nullcontext())
    (subject,) = reported(bank)

    done = CliRunner().invoke(main, ["erase", subject, "--reason", "He asked for it", "--by", str(ada().email)])
    unknown = CliRunner().invoke(main, ["erase", "report:1", "--reason", "He asked for it"])

    assert (done.output, done.exit_code) == ("Texts erased: 2.\n", 0)
    assert (unknown.output, unknown.exit_code) == ("subject: The record has no text about “report:1”.\n", 1)


@pytest.mark.django_db
def test_pages_say_that_a_text_was_erased(bank: Bank) -> None:
    for story in (given, paused):
        for subject in story(bank):
            erase_subject(subject, reason="It was asked for", now=NOW)
    line = OrderLine.objects.get()
    earn_due(now=NOW)
    office, studio = Client(headers={"Accept-Language": "en"}), Client(headers={"Accept-Language": "en"})
    office.force_login(ada())
    studio.force_login(mei())

    pauses = office.get(reverse("admin:payouts_payoutpause_changelist")).content.decode()
    row = office.get(reverse("admin:orders_orderline_change", args=[line.pk])).content.decode()
    order = studio.get(f"/studio/mei/orders/{line.pk}").content.decode()

    pause = office.get(reverse("admin:payouts_payoutpause_change", args=[PayoutPause.objects.get().pk]))

    assert "erased" in pauses
    assert pause.content.decode().count(">erased<") == 2  # why it began and why it ended
    assert "The reason was erased." in row
    assert "The reason was erased." in order
