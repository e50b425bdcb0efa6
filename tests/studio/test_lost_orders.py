"""The page on which a shopkeeper asks for an order that is missing: form, answers in both languages, no script."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest

from joey.kit.clock import now
from joey.orders.models import LostOrder, OrderLine
from joey.orders.request_lost_order import request_lost_order
from tests.cast import DAY, leased, mei, meis_shop, report
from tests.orders.polled import polled
from tests.studio.test_studio import signed_in

pytestmark = pytest.mark.django_db

PAGE = "/studio/mei/lost-orders"


@pytest.fixture(autouse=True)
def shop() -> None:
    leased(meis_shop())


def ask(**changes: str) -> Any:
    an_hour_ago = datetime.now(UTC) + timedelta(hours=7)  # in Beijing, as Taobao's app shows it
    given = {"marketplace": "taobao", "order": "77001", "ordered_at": f"{an_hour_ago:%Y-%m-%dT%H:%M}"}
    return signed_in(mei()).post(PAGE, given | changes)


def seen(language: str = "en") -> str:
    page = signed_in(mei()).get(PAGE, headers={"accept-language": language}).content.decode()
    return unescape(re.sub(r"\s+", " ", re.sub(r"<(style|script).*?</\1>|<[^>]+>", " ", page, flags=re.DOTALL)))


def test_the_orders_page_leads_to_it() -> None:
    assert f'href="{PAGE}"' in signed_in(mei()).get("/studio/mei/orders").content.decode()


JD = {"gateway": "http://localhost:1/", "credentials": {"app_key": "1", "app_secret": "2", "site_id": "3"}}


@pytest.mark.parametrize(
    ("codes", "label"),
    [
        (["jd"], {"en": "Time of the order (optional)", "zh": "下单时间（选填）"}),
        (["taobao"], {"en": "Time of the order", "zh": "下单时间"}),
        (
            ["jd", "taobao"],
            {
                "en": "Time of the order (needed at Taobao or Tmall, else optional)",
                "zh": "下单时间（淘宝或天猫必填，其他平台选填）",
            },
        ),
    ],
)
def test_the_time_says_where_it_is_needed_and_in_which_zone_it_is(
    settings: Any, codes: list[str], label: dict[str, str]
) -> None:
    known = settings.JOEY_MARKETPLACES | {"jd": JD}
    settings.JOEY_MARKETPLACES = {code: known[code] for code in codes}
    settings.JOEY_ZONE = "Europe/Paris"  # of this site's pages, not of the marketplaces

    for language, zone in {"en": "in Beijing time.", "zh": "是北京时间。"}.items():
        page = signed_in(mei()).get(PAGE, headers={"accept-language": language}).content.decode()
        assert f'<label for="f-ordered_at">{label[language]}</label>' in page
        assert re.search(rf'id="h-ordered_at">[^<]*{zone}<', page)


@pytest.mark.parametrize("marketplace", ["taobao", "tmall"])
def test_an_order_is_asked_for_with_the_time_that_the_buyer_reads_in_beijing(marketplace: str) -> None:
    answer = ask(marketplace=marketplace)

    assert (answer.status_code, answer.headers["Location"]) == (302, f"{PAGE}?done=1")
    lost = LostOrder.objects.get()
    assert lost.ordered_at
    assert timedelta(minutes=59) < now() - lost.ordered_at < timedelta(minutes=62)
    assert "We are asking Taobao or Tmall. You have an answer by" in seen()
    assert "正在向淘宝或天猫查询" in seen("zh")


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"order": "??"}, "order", "This is no order number."),
        ({"order": "12ab"}, "order", "Order numbers of Taobao or Tmall have digits only."),
        ({"order": "4294159887-444064307"}, "order", "have digits only. Copy the one that the buyer’s app shows."),
        ({"ordered_at": ""}, "ordered_at", "only by its time"),
        ({"ordered_at": "yesterday"}, "ordered_at", "Write the time as 2026-11-23 18:05."),
        ({"ordered_at": "2020-01-01 10:00"}, "ordered_at", "orders of the last 82 days only"),
        ({"marketplace": "jd"}, "marketplace", "cannot be asked for an order"),
    ],
)
def test_what_cannot_be_asked_is_said_beside_its_field(changes: dict[str, str], field: str, words: str) -> None:
    answer = ask(**changes)

    page = unescape(answer.content.decode())
    assert answer.status_code == 422
    assert re.search(rf'<p class="error" id="e-{field}">[^<]*{re.escape(words)}', page)
    assert re.search(rf'name="{field}"[^>]*aria-invalid="true"[^>]*aria-describedby="[^"]*e-{field}"', page)
    assert not LostOrder.objects.exists()


def test_each_answer_is_a_sentence_and_a_found_order_leads_to_its_page() -> None:
    polled(report("77001"), report("77002", position="nobodys"), report("77003", clicked_at=None))
    for number in ("77001", "77002", "77003", "77004", "77005"):
        lost = request_lost_order(meis_shop(), marketplace="taobao", number=number, ordered_at=now() - DAY, now=now())
    LostOrder.objects.filter(number="77004").update(state="unknown", answered_at=now())
    LostOrder.objects.filter(pk=lost.pk).update(state="not_found", answered_at=now())

    for language, sentences in ANSWERS.items():
        page = seen(language)
        assert [each for each in sentences if each not in page] == [], page

    line = OrderLine.objects.get(external_order="77001")
    page = signed_in(mei()).get(PAGE).content.decode()
    assert page.count(f'href="/studio/mei/orders/{line.pk}"') == page.count("/studio/mei/orders/") == 1


ANSWERS = {
    "en": (
        "reports this order as yours",
        "with an id that is not your shop’s",
        "it is not clear yet whose it is",
        "does not know this order so far. We go on asking until",
        "did not report this order in all the days",
    ),
    "zh": (
        "报告这笔订单是你的",
        "不是你的小店的",
        "还不清楚它属于哪家店",
        "目前还没有这笔订单",
        "一直没有报告这笔订单",
    ),
}
