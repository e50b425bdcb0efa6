"""What the API keeps to answer a repeated write is erased too, and the repetition does nothing a second time."""

import pytest

from joey.insight.erase_subject import erase_subject
from joey.kit import sql
from joey.kit.idempotency import Answer, answer_once
from joey.payouts.models import Payout
from joey.shops.models import Shop
from tests.api.client import Caller, assert_problem
from tests.cast import NOW, ada, lulu, mei
from tests.payouts.stage import held, money, ready_payee, ready_shop
from tests.proof import prove

pytestmark = pytest.mark.django_db

WHO = "Wang Xiu"
OPENED = {"slug": "wang-xiu", "name": f"{WHO} goods", "intro": f"By {WHO}"}
REQUESTED = {"amount": {"minor": 6000, "currency": "CNY"}}


def kept_answers() -> str:
    return " ".join(str(body) for (body,) in sql.tuples("SELECT body::text FROM kit_idempotentanswer"))


def erase(subject: str) -> None:
    erase_subject(subject, reason="She asked for it", now=NOW)


def test_after_erasing_a_shop_the_same_write_again_is_refused_and_names_no_one() -> None:
    me, other = Caller(mei()), Caller(lulu())
    assert me.post("/shops", OPENED, key="once").status_code == 201
    assert other.post("/shops", {"slug": "other", "name": "Other cups"}, key="once").status_code == 201
    assert WHO in kept_answers()

    erase("shop:wang-xiu")

    assert WHO not in kept_answers()
    again = me.post("/shops", OPENED, key="once")
    document = assert_problem(again, 409, "answer_erased")
    assert document["facts"] == {"status": 201}
    assert WHO not in again.content.decode()
    assert Shop.objects.count() == 2
    assert other.post("/shops", {"slug": "other", "name": "Other cups"}, key="once").json()["name"] == "Other cups"
    assert_problem(
        me.post("/shops", {"slug": "new", "name": "New"}, key="once"),
        422, "idempotency_key_used_before", "Idempotency-Key",
    )  # fmt: skip
    prove()


@pytest.mark.parametrize("of", ["payout", "payee", "shop"])
def test_after_erasing_a_payee_a_payout_or_its_shop_no_kept_answer_has_the_name_and_nothing_is_paid_twice(
    of: str,
) -> None:
    shop = ready_shop(10_000)
    payee = ready_payee(shop, holder_name=WHO)
    me, operator = Caller(mei()), Caller(ada())
    limited = Caller(mei(), shop_id=shop.pk)
    first = me.post("/shops/mei/payouts", REQUESTED, key="once").json()
    refusal = f"/office/payouts/{first['id']}/refuse"
    assert operator.post(refusal, {"reason": f"{WHO} moved"}, key="no").status_code == 200
    assert limited.post("/shops/mei/payouts", REQUESTED, key="once").json()["id"] == first["id"]
    assert kept_answers().count(f'"{WHO}"') == 3

    erase({"payout": f"payout:{first['id']}", "payee": f"payee:{payee.pk}", "shop": "shop:mei"}[of])

    assert kept_answers().count(WHO) == 0
    for caller in (me, limited):
        assert_problem(caller.post("/shops/mei/payouts", REQUESTED, key="once"), 409, "answer_erased")
    assert_problem(operator.post(refusal, {"reason": f"{WHO} moved"}, key="no"), 409, "answer_erased")
    assert Payout.objects.count() == 1
    assert held(shop.pk) == money(available=10_000)
    prove()


def test_an_answer_of_null_is_not_an_erased_one() -> None:
    def once() -> Answer:
        return answer_once(principal="p", route="r", key="k", request={}, write=lambda: Answer(200, None))

    once()

    assert once() == Answer(200, None, replayed=True)
