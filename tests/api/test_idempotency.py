"""A write with a key happens once: repeated, concurrent, killed midway."""

import threading
from datetime import timedelta

import pytest
from django.db import connections

from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit.clock import now
from joey.kit.idempotency import Answer, StillInProgress, answer_once
from joey.kit.jobs import forget_answers
from joey.kit.models import IdempotentAnswer
from joey.kit.refusals import Conflict
from joey.payouts.models import Payout
from joey.shops.models import Shop
from tests.api.client import Caller, assert_problem
from tests.at_once import die_after, outcomes
from tests.cast import ada, lulu, lulus_shop, mei, meis_shop
from tests.payouts.stage import held, money, ready_shop
from tests.proof import prove
from tests.slow import but_every

BODY = {"amount": {"minor": 6000, "currency": "CNY"}}
LARGE = {"amount": {"minor": 100_000, "currency": "CNY"}}  # the rule leaves it to an operator


@pytest.fixture
def shop(committed_db: EmbeddedPostgres) -> Shop:
    return ready_shop(10_000)


def test_a_payout_without_a_key_is_refused_and_moves_nothing(shop: Shop) -> None:
    answer = Caller(mei()).post("/shops/mei/payouts", BODY)

    document = assert_problem(answer, 400, "idempotency_key_missing")
    assert "Idempotency-Key" in document["detail"]
    assert held(shop.pk) == money(available=10_000)


def test_the_same_payout_again_is_answered_the_same_and_paid_once(shop: Shop) -> None:
    me = Caller(mei())

    first = me.post("/shops/mei/payouts", BODY, key="once")
    again = me.post("/shops/mei/payouts", {"amount": {"currency": "CNY", "minor": 6000}}, key="once")

    assert first.status_code == again.status_code == 201
    assert again.json() == first.json()
    assert "Idempotent-Replay" not in first.headers
    assert again.headers["Idempotent-Replay"] == "true"
    assert held(shop.pk) == money(available=4_000, reserved=6_000)
    assert Payout.objects.count() == 1
    prove()


def test_the_same_key_with_another_body_is_refused(shop: Shop) -> None:
    me = Caller(mei())
    me.post("/shops/mei/payouts", BODY, key="once")

    other = me.post("/shops/mei/payouts", {"amount": {"minor": 3000, "currency": "CNY"}}, key="once")

    assert_problem(other, 422, "idempotency_key_used_before", "Idempotency-Key")
    assert held(shop.pk) == money(available=4_000, reserved=6_000)


def test_a_token_limited_to_another_shop_hears_nothing_of_an_answer_kept_for_its_person(shop: Shop) -> None:
    Caller(mei()).post("/shops/mei/payouts", BODY, key="once")
    other = Shop.objects.create(slug="mei-two", owner=mei(), name="另一家")

    answer = Caller(mei(), shop_id=other.pk).post("/shops/mei/payouts", BODY, key="once")

    assert_problem(answer, 404, "not_found")


def test_a_refused_payout_is_not_remembered_and_may_be_tried_again(shop: Shop) -> None:
    me = Caller(mei())

    refused = me.post("/shops/mei/payouts", {"amount": {"minor": 10_001, "currency": "CNY"}}, key="once")

    document = assert_problem(refused, 409, "insufficient_balance", "amount")
    assert document["facts"]["available"] == {"minor": 10_000, "currency": "CNY", "text": "CN¥100.00"}
    assert not IdempotentAnswer.objects.exists()
    assert me.post("/shops/mei/payouts", BODY, key="once").status_code == 201


def test_keys_of_two_people_and_of_two_addresses_are_strangers(shop: Shop) -> None:
    lulus_shop()
    me = Caller(mei())

    assert me.post("/shops/mei/shelves", {"name": "新品"}, key="k").status_code == 201
    assert me.post("/shops", {"slug": "another", "name": "Another"}, key="k").status_code == 201
    assert Caller(lulu()).post("/shops/lulu/shelves", {"name": "新品"}, key="k").status_code == 201
    assert IdempotentAnswer.objects.count() == 3


@pytest.mark.parametrize("key", ["", " ", "x" * 201, "键", "a\tb"])
def test_a_key_that_cannot_be_one_is_refused_by_name(shop: Shop, key: str) -> None:
    answer = Caller(mei()).post("/shops/mei/payouts", BODY, key=key)

    assert answer.status_code in (400, 422)
    assert held(shop.pk) == money(available=10_000)


def test_eight_at_once_with_one_key_make_one_payout(shop: Shop) -> None:
    callers = [Caller(mei()) for _ in range(8)]

    came = outcomes(*[lambda each=each: each.post("/shops/mei/payouts", BODY, key="once") for each in callers])

    codes = sorted(answer.status_code for answer in came)  # type: ignore[attr-defined]
    assert set(codes) <= {201, 409}, codes
    assert 201 in codes
    assert Payout.objects.count() == 1
    assert held(shop.pk) == money(available=4_000, reserved=6_000)
    prove()


def test_a_write_in_progress_on_another_connection_is_a_conflict(committed_db: EmbeddedPostgres) -> None:
    inside, go_on = threading.Event(), threading.Event()
    first: list[Answer] = []

    def slow() -> Answer:
        inside.set()
        assert go_on.wait(timeout=20)
        return Answer(201, {"made": 1})

    def run() -> None:
        first.append(answer_once(principal="p", route="r", key="k", request={}, write=slow))
        connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    assert inside.wait(timeout=20)

    with pytest.raises(StillInProgress):
        answer_once(principal="p", route="r", key="k", request={}, write=lambda: pytest.fail("it ran twice"))
    go_on.set()
    thread.join(timeout=20)

    again = answer_once(principal="p", route="r", key="k", request={}, write=lambda: pytest.fail("it ran twice"))
    assert (first[0].replayed, again.replayed) == (False, True)
    assert again.body == {"made": 1}


@pytest.mark.parametrize(
    "moment",
    but_every(
        2,
        [
            "pg_try_advisory_xact_lock",
            'INSERT INTO "payouts_payout"',
            "INSERT INTO ledger_posting",
            "INSERT INTO record_event",
            "INSERT INTO kit_idempotentanswer",
        ],
    ),
)
def test_a_payout_killed_midway_promised_nothing_and_may_be_sent_again(shop: Shop, moment: str) -> None:
    me = Caller(mei())

    die_after(moment, lambda: me.post("/shops/mei/payouts", BODY, key="once"))

    assert held(shop.pk) == money(available=10_000)
    assert not IdempotentAnswer.objects.exists()
    prove()
    again = me.post("/shops/mei/payouts", BODY, key="once")
    assert again.status_code == 201
    assert "Idempotent-Replay" not in again.headers
    assert held(shop.pk) == money(available=4_000, reserved=6_000)
    prove()


def test_the_connection_is_as_before_after_an_answer_and_after_a_refusal(committed_db: EmbeddedPostgres) -> None:
    from django.db import connection

    def refuse() -> Answer:
        raise Conflict("No.")

    answer_once(principal="p", route="r", key="k", request={}, write=lambda: Answer(200, None))
    assert connection.get_autocommit()
    with pytest.raises(Conflict):
        answer_once(principal="p", route="r", key="k2", request={}, write=refuse)
    assert connection.get_autocommit()
    meis_shop()
    assert Shop.objects.filter(slug="mei").exists()


def test_an_operator_approves_once_and_refuses_with_a_reason(committed_db: EmbeddedPostgres) -> None:
    shop = ready_shop(200_000)
    payout = Caller(mei()).post("/shops/mei/payouts", LARGE, key="p").json()["id"]
    office = Caller(ada())

    (waiting,) = office.get("/office/payouts").json()["items"]
    assert (waiting["payout"]["id"], waiting["shop_slug"]) == (payout, "mei")
    refused = office.post(f"/office/payouts/{payout}/refuse", {"reason": "Please check the name"}, key="r")
    again = office.post(f"/office/payouts/{payout}/refuse", {"reason": "Please check the name"}, key="r")

    assert refused.json()["state"] == "refused"
    assert again.json() == refused.json()
    assert held(shop.pk) == money(available=200_000)
    assert_problem(office.post(f"/office/payouts/{payout}/approve"), 409, "conflict")
    second = Caller(mei()).post("/shops/mei/payouts", LARGE, key="p2").json()["id"]
    assert office.post(f"/office/payouts/{second}/approve", key="a").json()["state"] == "approved"
    prove()


@pytest.mark.django_db
def test_answers_are_forgotten_after_a_month() -> None:
    for days in (29, 31):
        IdempotentAnswer.objects.create(
            principal="p",
            route="r",
            key=str(days),
            request_sha256=bytes(32),
            status=200,
            body={},
            recorded_at=now() - timedelta(days=days),
        )

    forget_answers(timestamp=0)

    assert [answer.key for answer in IdempotentAnswer.objects.all()] == ["29"]
