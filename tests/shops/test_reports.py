"""Reports reach someone: cases P3 and M8."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from joey.catalog.models import Offer
from joey.insight.waiting import stuck
from joey.kit.clock import now as database_now
from joey.kit.refusals import Conflict, Forbidden
from joey.record.erasable import text_of
from joey.shops.answer_report import answer_report, delete_old_reports
from joey.shops.arrange import hide_listing, remove_listing, show_listing
from joey.shops.models import BuyerReport, Listing
from joey.shops.report_listing import report_listing
from tests.cast import DAY, NOW, ada, flask, listed, lulu, mei, meis_shop
from tests.places import places_of
from tests.proof import prove

pytestmark = pytest.mark.django_db
EN = {"accept-language": "en"}
WORDS = "The logo is wrong"


def signed_in(person: Any) -> Client:
    client = Client(headers=EN)
    client.force_login(person)
    return client


def a_report(words: str = WORDS, **changes: Any) -> BuyerReport:
    listing = listed(meis_shop(), flask())
    given: dict[str, Any] = {"reason": "fake", "words": words, "client": "192.0.2.1", "now": NOW} | changes
    return report_listing(meis_shop().pk, listing.pk, **given)


def test_a_report_gets_a_reference_and_its_answer_is_read_by_it(client: Client) -> None:
    listing = listed(meis_shop(), flask())
    Offer.objects.update(translations={"en": "A flask that keeps warm"})
    taken = client.post(f"/s/mei/{listing.pk}/report", {"reason": "fake", "words": WORDS}, headers=EN)
    report = BuyerReport.objects.get()
    assert report.reference in taken.content.decode()
    assert "waits for an operator" in read(client, report.reference.lower().replace("-", " "))

    table = reverse("admin:shops_buyerreport_changelist")
    queue = signed_in(ada()).get(table + "?open=yes").content.decode()
    assert report.reference in queue
    assert WORDS in queue
    assert "A flask that keeps warm" in queue  # case P20: in the reader's language
    done = signed_in(ada()).post(
        table, {"action": "answer", "_selected_action": [str(report.pk)], "index": "0", "reason": "You are right",
                "outcome": "hidden"}, follow=True,
    )  # fmt: skip

    assert "Done: 1" in done.content.decode()
    assert Listing.objects.get().state == "hidden"
    assert report.reference not in signed_in(ada()).get(table + "?open=yes").content.decode()
    answer = read(client, report.reference)
    assert "You are right" in answer
    assert "The item was hidden" in answer
    assert client.get("/reports?reference=ABCDE-FGHJK", headers=EN).status_code == 404
    assert "You are right" in signed_in(mei()).get("/studio/mei/shelves").content.decode()
    prove()


def read(client: Client, reference: str) -> str:
    return client.get("/reports", {"reference": reference}, headers=EN).content.decode()


def test_a_whole_shop_is_reported_too_and_what_was_typed_is_kept(client: Client) -> None:
    meis_shop()
    without_reason = client.post("/s/mei/report", {"words": WORDS}, headers=EN)
    assert without_reason.status_code == 422
    assert WORDS in without_reason.content.decode()
    hidden_mark = client.post("/s/mei/report", {"reason": "other", "words": WORDS + "\u202e"}, headers=EN)
    assert WORDS in hidden_mark.content.decode()
    assert "autofocus" in hidden_mark.content.decode()
    assert not BuyerReport.objects.exists()

    assert client.post("/s/mei/report", {"reason": "other", "words": WORDS}, headers=EN).status_code == 200

    report = BuyerReport.objects.get()
    assert (report.shop.slug, report.listing) == ("mei", None)
    assert '/s/mei/report"' in client.get("/s/mei", headers=EN).content.decode()


def test_one_client_silences_no_one_else(client: Client, settings: Settings) -> None:
    path = f"/s/mei/{listed(meis_shop(), flask()).pk}/report"

    def send(address: str) -> int:
        return client.post(path, {"reason": "fake"}, headers=EN, REMOTE_ADDR=address).status_code

    sent = [send("192.0.2.1") for _each in range(25)]

    assert (sent[:3], set(sent[3:])) == ([200] * 3, {429})
    assert send("192.0.2.2") == 200
    assert BuyerReport.objects.count() == 4
    settings.BEHIND_PROXY = True
    by_proxy = [client.post(path, {"reason": "fake"}, headers=EN | {"x-forwarded-for": f"1.2.3.4, 198.51.100.{n}"})
                for n in range(3)]  # fmt: skip
    assert [each.status_code for each in by_proxy] == [200] * 3, "the proxy is not the client"


def test_an_answer_that_is_late_is_named_to_operators_and_to_the_reporter(client: Client, settings: Settings) -> None:
    settings.JOEY_REPORT_HOURS = 48
    report = a_report()
    assert report.answer_by == NOW + timedelta(hours=48)
    assert [each.label for each in stuck(now=NOW + timedelta(hours=47))] == []

    assert [each.model for each in stuck(now=NOW + timedelta(hours=49))] == [BuyerReport]
    if database_now() > report.answer_by:
        assert "is late" in read(client, report.reference)
    answer_report(report.pk, answer="Looked into it", outcome="nothing", by=ada(), now=NOW)
    assert stuck(now=NOW + 99 * DAY) == []


def test_what_an_operator_hid_its_keeper_cannot_show_again_but_asks_for_another_look() -> None:
    report = a_report()
    answer_report(report.pk, answer="A counterfeit", outcome="hidden", by=ada(), now=NOW)
    listing = Listing.objects.get()
    studio = signed_in(mei())
    for verb in (show_listing, remove_listing):
        with pytest.raises(Conflict):
            verb(meis_shop(), listing.pk, now=NOW)
    hide_listing(meis_shop(), listing.pk, now=NOW)
    assert Listing.objects.get().reason == "A counterfeit"
    assert "Show again" not in studio.get("/studio/mei/shelves").content.decode()

    asked = {"do": "ask_again", "listing_id": str(listing.pk), "words": "Here is the invoice"}
    assert studio.post("/studio/mei/shelves", asked).status_code == 302
    assert studio.post("/studio/mei/shelves", asked).status_code == 409
    assert signed_in(lulu()).post("/studio/mei/shelves", asked).status_code == 404
    appeal = BuyerReport.objects.get(reason="appeal")
    with pytest.raises(Forbidden):
        answer_report(appeal.pk, answer="Fine", outcome="shown", by=mei(), now=NOW)
    answer_report(appeal.pk, answer="The invoice shows it", outcome="shown", by=ada(), now=NOW)

    assert (Listing.objects.get().state, Listing.objects.get().hidden_by_operator) == ("published", False)
    with pytest.raises(Conflict):
        answer_report(appeal.pk, answer="Again", outcome="hidden", by=ada(), now=NOW)
    prove()


def test_answered_reports_are_deleted_with_their_texts_when_their_time_is_over(settings: Settings) -> None:
    settings.JOEY_REPORT_DAYS = 30
    old, waiting = a_report("Wang Wei sold it"), a_report("Wang Wei again", client="192.0.2.9")
    answer_report(old.pk, answer="Wang Wei is right", outcome="nothing", by=ada(), now=NOW)
    assert delete_old_reports(now=NOW + 29 * DAY) == 0

    assert delete_old_reports(now=NOW + 31 * DAY) == 1

    assert BuyerReport.objects.get() == waiting
    assert waiting.words_id is not None
    assert text_of(waiting.words_id) == "Wang Wei again"
    assert places_of("Wang Wei sold it") == places_of("Wang Wei is right") == []
    prove()
