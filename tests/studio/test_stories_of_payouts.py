"""Stories 11, 12, 37 (without closing) and 38 as their shopkeeper reads them, word for word in both languages."""

import html
import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from joey.commissions.confirm_due import confirm_due
from joey.ledger.queries import balances_of
from joey.orders.models import OrderLine
from joey.payouts.decide import approve
from joey.payouts.limits import LimitAmounts, publish_limits
from joey.payouts.models import Payout
from joey.payouts.payee import set_payee
from joey.payouts.request_payout import request_payout
from joey.payouts.send_due import send_due
from joey.payouts.take_answers import take_answers
from joey.people.models import Person
from tests.cast import DAY, NOW, ada, leased, lulu, mei, meis_shop, refund, settled
from tests.commissions.stage import take_in
from tests.payouts.bank import NS, Bank, running_bank, transfers
from tests.payouts.stage import (
    ACCOUNT,
    approved,
    cny,
    earn,
    held,
    lulus_ready_shop,
    money,
    ready_payee,
    ready_shop,
)
from tests.people.outbox import Outbox, running_outbox
from tests.proof import prove
from tests.studio.test_studio import signed_in

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture
def outbox(settings: Settings) -> Iterator[Outbox]:
    with running_outbox() as running:
        settings.NOTICE_URL = running.url
        yield running


@pytest.fixture
def bank(settings: Settings) -> Iterator[Bank]:
    with running_bank() as running:
        settings.JOEY_RAILS = running.settings
        yield running


def read(path: str, language: str, person: Person | None = None) -> str:
    """The words of a page of the studio."""
    person = person or mei()
    slug = person.name.lower()
    page = signed_in(person).get(f"/studio/{slug}/{path}", headers={"accept-language": language})
    assert page.status_code == 200
    return re.sub(r"\s+", " ", html.unescape(re.sub("<[^>]+>", " ", page.content.decode())))


def paid(bank: Bank, minor: int, key: str) -> Payout:
    """A payout of Mei's, from its request to the bank's answer."""
    payout = approved(meis_shop(), minor, key)
    send_due(now=NOW)
    bank.decide_all("settled")
    take_answers(now=NOW + MINUTE)
    payout.refresh_from_db()
    assert payout.state == "paid"
    return payout


def test_a_refund_after_the_payout_leaves_it_alone_and_the_next_one_carries_the_rest(
    bank: Bank, outbox: Outbox
) -> None:
    """Stories 11 and 12: 29.70 was paid and is refunded; of the next 100.00 the bank pays 70.30."""
    shop = meis_shop()
    ready_payee(shop)
    leased(shop)
    take_in(settled("1001", paid_minor=29_700, commission_minor=3_713, service_fee_minor=0))
    confirm_due(now=NOW)
    first = paid(bank, 2_970, "first")
    row = Payout.objects.filter(pk=first.pk).values().get()

    take_in(refund("1001", back=3_713, refund_minor=29_700))
    prove()

    line = OrderLine.objects.get()
    assert held(shop.pk) == money(available=-2_970, paid=2_970)
    assert "Refunded: −CN¥29.70, set off against new earnings; your payout stays" in read(f"orders/{line.pk}", "en")
    assert "已退款：−¥29.70，由之后的收益抵扣；已提现的不动" in read(f"orders/{line.pk}", "zh")
    assert BELOW in read("payout", "en")
    assert BELOW_ZH in read("payout", "zh")
    assert outbox.messages == []  # no one is asked to pay it back

    earn(10_000, "1002")
    assert balances_of(shop.pk)["CNY"].available.minor == 7_030
    paid(bank, 7_030, "second")

    assert list(bank.instructions().values()) == ["29.70", "70.30"]
    assert Payout.objects.filter(pk=first.pk).values().get() == row
    assert held(shop.pk) == money(paid=10_000)
    listed = read("payout", "en").partition("Payouts so far")[2].replace(" ", "")
    assert re.findall(r"CN¥[\d.]+Paid", listed) == ["CN¥70.30Paid", "CN¥29.70Paid"]
    assert "Your available balance is" not in read("payout", "en")
    prove()


def names_in(file: bytes) -> list[str]:
    """Whom the transfers of a file go to."""
    return [transfer.findtext(f"{NS}Cdtr/{NS}Nm") or "" for transfer in transfers(file)]


BELOW = (
    "Your available balance is −CN¥29.70: more was taken back than was left."
    " New earnings make up for it first; nothing is collected from you."
)
BELOW_ZH = "你的可提现余额是 −¥29.70：扣回的比剩下的多。以后的收益会先补上它，不会向你收钱。"


def test_under_a_floor_a_keeper_reads_what_is_missing_and_a_higher_one_spares_what_was_earned_before() -> None:
    """Story 37: 7.40 under a floor of 10.00."""
    floor_from(1_000, NOW - 20 * DAY, published=NOW - 20 * DAY)
    ready_shop(740)
    OrderLine.objects.update(first_seen_at=NOW - 15 * DAY)
    assert "At least CN¥10.00. Joey takes no fee for a payout. CN¥2.60 to go." in read("payout", "en")
    assert "至少 ¥10.00。Joey 不收提现手续费。 还差 ¥2.60。" in read("payout", "zh")

    floor_from(2_000, NOW - DAY, published=NOW - 5 * DAY)
    lulus_ready_shop(740)
    OrderLine.objects.filter(shop__slug="lulu").update(first_seen_at=NOW - 4 * DAY)

    assert "At least CN¥10.00. Joey takes no fee for a payout. CN¥2.60 to go." in read("payout", "en")
    assert "At least CN¥20.00. Joey takes no fee for a payout. CN¥12.60 to go." in read("payout", "en", lulu())
    for language, words in (
        ("en", "A payout is at least CN¥10.00: CN¥2.60 to go."),
        ("zh", "每笔提现至少 ¥10.00：还差 ¥2.60。"),
    ):
        assert words in refused("7.40", language)
        assert words in refused("1.00", language)  # it is the balance that lacks it, whatever was asked for
    assert not Payout.objects.exists()


@pytest.mark.parametrize(
    ("language", "words"), [("en", "A payout is at least CN¥1.00."), ("zh", "每笔提现至少 ¥1.00。")]
)
def test_a_keeper_who_asks_for_less_than_the_floor_with_enough_in_the_balance_reads_the_floor_alone(
    language: str, words: str
) -> None:
    ready_shop(740)

    page = refused("0.10", language)

    assert f">{words}<" in page
    assert not re.search("to go|还差", page)
    assert not Payout.objects.exists()


def refused(amount: str, language: str) -> str:
    """The page after that much was asked for."""
    wish = {"amount": amount, "currency": "CNY", "key": "k"}
    answer = signed_in(mei()).post("/studio/mei/payout", wish, headers={"accept-language": language})
    assert answer.status_code == 422
    return html.unescape(answer.content.decode())


def floor_from(floor: int, from_at: datetime, *, published: datetime) -> None:
    amounts = LimitAmounts(floor, 100_000, 1_000_000, 5_000_000)
    publish_limits("CNY", amounts, from_at=from_at, reason="As the bank asks", by=ada(), now=published)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Not paid; the money is available again The account holder's name does not match the account."
               " Check your payout details, then request the payout again."),
        ("zh-hans", "未付款，金额已恢复为可提现 户名与账户不符。请核对收款信息，然后重新申请提现。"),
    ],
    ids=["en", "zh"],
)  # fmt: skip
def test_a_name_that_the_bank_rejects_brings_all_of_it_back_and_the_corrected_one_is_paid(
    bank: Bank, language: str, words: str
) -> None:
    """Story 38. Whatever her language was when it failed, she reads it in the one that she has now."""
    shop = ready_shop()
    Person.objects.filter(pk=mei().pk).update(language="en" if language != "en" else "zh-hans")
    failed = approved(shop)
    send_due(now=NOW)
    bank.decide_all("rejected", reason_code="BE01")
    take_answers(now=NOW + MINUTE)

    failed.refresh_from_db()
    assert failed.state == "failed"
    assert held(shop.pk) == money(available=10_000)
    Person.objects.filter(pk=mei().pk).update(language=language)
    assert words in read("payout", language)

    set_payee(shop, holder_name="李晓美", account_number=ACCOUNT, bank_code="102100099996", now=NOW + MINUTE)
    later = NOW + 4 * DAY
    again = request_payout(shop, amount=cny(10_000), idempotency_key="again", now=later)
    approve(again, by=ada(), now=later)
    send_due(now=later)
    bank.decide(again.id.hex.upper(), "settled")
    take_answers(now=later + MINUTE)

    assert again.payee_id != failed.payee_id
    assert [names_in(content) for content in bank.files.values()] == [["李小美"], ["李晓美"]]
    assert list(bank.instructions().values()) == ["100.00", "100.00"]
    assert held(shop.pk) == money(paid=10_000)
    prove()
