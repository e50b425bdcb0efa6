"""Where a person is signed in: listed, ended, and over by itself (L13, L14)."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from joey.kit import clock
from joey.people.jobs import forget
from joey.people.models import PersonSession, SignInCode
from joey.people.send_code import send_code
from joey.people.sessions import NOTED_EVERY, end_sessions_of
from tests.cast import lulu, mei, meis_shop
from tests.studio.test_studio import EN, signed_in

pytestmark = pytest.mark.django_db
PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/131.0 Mobile Safari/537.36"
WECHAT = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Mobile/15E148 MicroMessenger/8.0.53"
PAGE = "/studio/sessions"


def by_code(monkeypatch: pytest.MonkeyPatch, agent: str, contact: str = "mei@example.com") -> Client:
    sent: list[str] = []
    monkeypatch.setattr("joey.people.send_code.send_notice", lambda _to, text, **_: sent.append(str(text)))
    client = Client(headers=EN | {"user-agent": agent})
    client.post("/studio/sign-in", {"contact": contact})
    client.post("/studio/sign-in/code", {"code": sent[-1].split()[0]})
    return client


def is_open(client: Client) -> bool:
    return client.get(PAGE).status_code == 200


def age(client: Client, **earlier: float) -> PersonSession:
    """As if all in this session had been so much earlier."""
    session, by = client.session, timedelta(**earlier)
    for name in ("signed_in_at", "seen_at"):
        session[name] = (clock.now() - by).isoformat()
    session.save()
    row = PersonSession.objects.get(session_key=session.session_key)
    PersonSession.objects.filter(pk=row.pk).update(expire_date=row.expire_date - by)
    return row


def test_a_person_sees_where_they_are_signed_in_and_ends_it_there(monkeypatch: pytest.MonkeyPatch) -> None:
    meis_shop()
    phone, wechat = by_code(monkeypatch, PHONE), by_code(monkeypatch, WECHAT)
    third, other = by_code(monkeypatch, "curl/8"), signed_in(lulu())

    shown = phone.get(PAGE).content.decode()

    for mark in ("Chrome · Android", "WeChat · iPhone", "Unknown browser", "this browser", "after 14 days without use"):
        assert mark in shown
    assert not any(key in shown for key in PersonSession.objects.values_list("session_key", flat=True))
    row = next(each for each in shown.split("<li")[1:] if "iPhone" in each)
    session_id = row.split('name="session" value="')[1].split('"')[0]
    assert other.post(PAGE, {"session": session_id}).status_code == 404
    assert phone.post(PAGE, {"session": "0" * 32}).status_code == 404
    assert is_open(wechat)
    assert phone.post(PAGE, {"session": session_id}).status_code == 302
    assert [is_open(each) for each in (phone, wechat, third, other)] == [True, False, True, True]
    assert phone.post(PAGE, {"session": "others"}).status_code == 302
    assert [is_open(each) for each in (phone, third, other)] == [True, False, True]
    assert end_sessions_of(mei(), by=None) == 1
    assert not is_open(phone)


def test_a_session_ends_without_use_or_after_a_month_and_use_moves_its_end(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    meis_shop()
    client = by_code(monkeypatch, PHONE)
    before = age(client, days=13)
    assert is_open(client)
    after = PersonSession.objects.get(pk=before.pk)
    assert after.expire_date - timezone.now() > timedelta(days=13), "it was used, so it ends in another 14 days"
    writes = after.seen_at
    client.get(PAGE)
    assert PersonSession.objects.get(pk=before.pk).seen_at == writes, f"noted once in {NOTED_EVERY}"

    age(client, days=29)
    PersonSession.objects.update(expire_date=timezone.now() + timedelta(hours=1))
    assert is_open(client)
    end = PersonSession.objects.get(pk=before.pk).expire_date
    assert end - timezone.now() < timedelta(days=1, minutes=1), "a month after the code, whatever is used"
    age(client, days=15)
    assert not is_open(client)

    settings.JOEY_OFFICE_IDLE_HOURS = 3
    person = mei()
    person.is_staff = True
    person.save()
    operator = by_code(monkeypatch, PHONE)
    assert "after 3 hours without use" in operator.get(PAGE).content.decode()
    age(operator, hours=4)
    assert not is_open(operator)


def test_codes_contacts_and_sessions_that_are_over_are_forgotten(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setattr("joey.people.send_code.send_notice", lambda *_args, **_kind: None)
    settings.JOEY_KNOWN_BROWSER_DAYS = 90
    now, day = clock.now(), timedelta(days=1)
    for name, sent, used in (("asked", 1, None), ("never", 3, None), ("known", 89, 89), ("left", 91, 91)):
        send_code(f"{name}@example.com", browser=name, address="", language="en", now=now - sent * day)
        used_at = now - used * day if used else None
        SignInCode.objects.filter(contact=f"{name}@example.com").update(used_at=used_at)
    signed_in(mei())
    signed_in(lulu())
    PersonSession.objects.filter(person=lulu()).update(expire_date=now - day)

    assert forget(now=now) == (2, 1)

    assert sorted(SignInCode.objects.values_list("contact", flat=True)) == ["asked@example.com", "known@example.com"]
    assert [row.person for row in PersonSession.objects.all()] == [mei()]
