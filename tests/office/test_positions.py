"""Positions in the office: who has which, more are registered at the sandbox, a lease is ended with a reason."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from joey.kit import clock
from joey.office.columns import time_text
from joey.record.queries import events_of
from joey.sharing.lease_position import lease_for
from joey.sharing.models import Position, PositionLease
from joey.sharing.positions_report import position_counts
from tests.cast import ada, mei, meis_shop
from tests.marketplaces.conftest import connected
from tests.office.test_office import signed_in
from tests.proof import prove
from tests.sandbox.conftest import Sandbox, sandbox

__all__ = ["connected", "sandbox"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(connected: Sandbox) -> Client:
    return signed_in(ada())


def test_an_operator_registers_positions_and_adds_some_of_the_console(office: Client) -> None:
    address = reverse("admin:register_positions")

    made = office.post(address, {"marketplace": "taobao", "count": "2"}, follow=True).content.decode()
    office.post(address, {"marketplace": "taobao", "keys": "110099 110098\n110099"}, follow=True)
    refused = office.post(address, {"marketplace": "dangdang", "count": "2"}, follow=True).content.decode()

    assert "Done: 2." in made
    assert Position.objects.filter(key__in=["110098", "110099"]).count() == 2
    assert Position.objects.count() == 4
    assert "has no positions" in refused


def test_an_operator_takes_in_those_who_accepted_an_invitation(office: Client, settings: Settings) -> None:
    address, given = reverse("admin:register_positions"), {"marketplace": "taobao", "granted": "yes"}
    not_by_relation = office.post(address, given, follow=True).content.decode()
    account = settings.JOEY_MARKETPLACES["taobao"]
    by_relation = {**account, "credentials": {**account["credentials"], "positions": "relations"}}
    settings.JOEY_MARKETPLACES = {**settings.JOEY_MARKETPLACES, "taobao": by_relation}

    with_a_count = office.post(address, {**given, "count": "2"}, follow=True).content.decode()
    assert not Position.objects.exists()
    taken = office.post(address, given, follow=True).content.decode()

    assert "does not work by relations" in not_by_relation
    assert "Give either a number" in with_a_count
    assert "Done: 20." in taken
    assert Position.objects.filter(key="relation:2345678901").exists()
    events = events_of(["position:taobao"])
    assert ({each.kind for each in events}, {each.facts["by"] for each in events}) == (
        {"position.registered"}, {str(ada().pk)},
    )  # fmt: skip
    prove()


def test_a_refusal_keeps_the_keys_that_were_written(office: Client) -> None:
    refused = office.post(reverse("admin:register_positions"), {"marketplace": "dangdang", "keys": "110099\n110098"})

    assert "has no positions" in refused.content.decode()
    assert ">110099\n110098</textarea>" in refused.content.decode()
    assert not Position.objects.exists()


@pytest.mark.parametrize(
    ("marketplace", "key"),
    [("jd", "03000000068"), ("pinduoduo", "9_012"), ("taobao", "0110099"), ("taobao", "relation:7")],
)
def test_a_key_that_no_order_could_name_is_refused_and_none_beside_it_is_kept(
    office: Client, marketplace: str, key: str
) -> None:
    given = {"marketplace": marketplace, "keys": f"110098 {key}" if marketplace != "pinduoduo" else f"9_12 {key}"}

    refused = office.post(reverse("admin:register_positions"), given).content.decode()

    assert f"“{key}” cannot be the key of a position at" in refused
    assert not Position.objects.exists()


def test_an_operator_ends_a_lease_with_a_reason(office: Client) -> None:
    Position.objects.create(marketplace="taobao", key="110001", free_from=clock.now())
    lease = lease_for(meis_shop(), "taobao", now=clock.now())
    table, chosen = reverse("admin:sharing_positionlease_changelist"), {"_selected_action": str(lease.pk), "index": "0"}

    asked = office.post(table, {"action": "end", **chosen}).content.decode()
    office.post(table, {"action": "end", "reason": "The shop is gone", **chosen}, follow=True)
    page = office.get(reverse("admin:sharing_positionlease_change", args=[lease.pk])).content.decode()

    assert 'name="reason"' in asked
    assert PositionLease.objects.get().ended_at is not None
    (event,) = [each for each in events_of([f"lease:{lease.pk}"]) if each.kind == "position.ended"]
    assert event.facts["by"] == str(ada().pk)
    assert "110001" in page
    assert re.search(r"\d:\d\d\W[ap]m [^·]+ · leased to mei<br>", page)
    assert re.search(r"\d:\d\d\W[ap]m [^·]+ · ended, rests until \d{4}-", page)
    prove()


def test_an_operator_withdraws_a_position_with_a_reason(office: Client) -> None:
    position = Position.objects.create(marketplace="taobao", key="110001", free_from=clock.now())
    lease_for(meis_shop(), "taobao", now=clock.now())
    address = reverse("admin:sharing_position_changelist")
    chosen = {"action": "withdraw", "_selected_action": str(position.pk)}

    asked = office.post(address, chosen).content.decode()
    office.post(address, chosen | {"reason": "Mistyped"})

    assert 'name="reason"' in asked
    assert PositionLease.objects.get().ended_at is not None
    (event,) = events_of([f"position:{position.pk}"])
    assert (event.kind, event.facts["by"]) == ("position.withdrawn", str(ada().pk))
    assert "110001" in office.get(address, {"use": "withdrawn"}).content.decode()
    assert "110001" not in office.get(address, {"use": "resting"}).content.decode()
    prove()


def test_a_resting_position_says_why_and_until_when(office: Client) -> None:
    leased, resting, free, new = (
        Position.objects.create(marketplace="taobao", key=key, free_from=free_from, was_leased=key != "n")
        for key, free_from in (
            ("110001", None),
            ("110002", clock.now() + timedelta(days=9)),
            ("110003", clock.now()),
            ("n", clock.now()),
        )
    )
    until = time_text(resting.free_from)

    shown = {
        position.pk: office.get(reverse("admin:sharing_position_change", args=[position.pk])).content.decode()
        for position in (leased, resting, free, new)
    }
    rest = office.get(reverse("admin:sharing_position_changelist"), {"use": "resting"}).content.decode()

    assert "Leased now" in shown[leased.pk]
    assert f"Rests until {until}: orders of its last shop may still come" in shown[resting.pk]
    assert "Rests until" not in shown[free.pk]
    assert "Free, never leased" in shown[new.pk]
    assert [key for key in ("110001", "110002", "110003") if key in rest] == ["110002"]


def test_a_position_that_an_order_named_before_any_shop_had_it_says_so(office: Client) -> None:
    free_from = clock.now() + timedelta(days=9)
    position = Position.objects.create(marketplace="taobao", key="110001", free_from=free_from)

    page = office.get(reverse("admin:sharing_position_change", args=[position.pk])).content.decode()
    (count,) = position_counts(now=clock.now())

    assert f"Rests until {time_text(free_from)}: an order named it, though no shop has had it" in page
    assert "its last shop" not in page
    assert (count.resting, count.free, count.never_leased) == (1, 0, 0)


def test_positions_that_shops_have_come_first_with_their_shop(office: Client) -> None:
    now = clock.now()
    Position.objects.create(marketplace="taobao", key="110001", free_from=now)
    lease_for(meis_shop(), "taobao", now=now)
    for key, free_from in (("110002", now), ("110003", now + timedelta(days=9))):
        Position.objects.create(marketplace="taobao", key=key, free_from=free_from)

    page = office.get(reverse("admin:sharing_position_changelist")).content.decode()

    assert re.findall("1100[0-9]{2}(?=</a>)", page) == ["110001", "110003", "110002"]
    assert page.count(">mei</td>") == 1


def test_only_operators_register_positions(connected: Sandbox) -> None:
    client = Client()
    client.force_login(mei())

    assert client.post(reverse("admin:register_positions"), {"marketplace": "taobao", "count": "2"}).status_code == 404
    assert not Position.objects.exists()
