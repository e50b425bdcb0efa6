"""M9: the security log has one event for each sign-in, failure, limit, token, role, approval and change of settings."""

import logging
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from joey.instance.processes.note_settings import note_settings
from joey.kit import limits, security_log
from joey.kit.current_request import begin_request, end_request, request_id
from joey.kit.jobs import forget_security_events
from joey.kit.models import SecurityEvent
from joey.kit.rate_limit import Limit
from joey.kit.utc_log import UtcFormatter
from joey.office.words_of_security import KINDS, LIMITS, facts_in_words
from joey.people.models import ApiToken
from joey.people.operators import end_operator, make_operator
from joey.record.kinds import SECURITY
from tests.cast import ada, lulu, mei, meis_shop, token_of
from tests.office.test_office import act
from tests.office.test_office import signed_in as operator_signed_in
from tests.payouts.stage import ready_shop, requested
from tests.studio.test_sign_in import CODE, CONFIRM, MEI, SIGN_IN, code_in, sent
from tests.studio.test_studio import EN, signed_in

__all__ = ["sent"]

pytestmark = pytest.mark.django_db
CALLER = "203.0.113.7"


def events(kind: str) -> list[SecurityEvent]:
    return list(SecurityEvent.objects.filter(kind=kind).order_by("id"))


def one(kind: str) -> SecurityEvent:
    (found,) = events(kind)
    return found


def client() -> Client:
    return Client(headers=EN, REMOTE_ADDR=CALLER)


def test_a_sign_in_and_each_failure_of_it_are_there_with_person_caller_and_request(sent: list[str]) -> None:
    person, browser = mei(), client()
    browser.post(SIGN_IN, {"contact": MEI})
    browser.post(CODE, {"code": "12345"})
    browser.post(CODE, {"code": code_in(sent[-1])})
    browser.post(CONFIRM)
    browser.post(CONFIRM, {"code": "12345"})
    browser.post(CONFIRM, {"code": code_in(sent[-1])})
    browser.post("/studio/sign-out")

    failed = one("sign_in.failed")
    assert (failed.person_id, failed.caller, failed.facts) == (person.pk, CALLER, {"reason": "wrong_code"})
    signed = one("sign_in.succeeded")
    assert (signed.person_id, signed.about, signed.facts) == (person.pk, failed.about, {"by": "email"})
    assert (one("confirm.failed").person_id, one("confirm.succeeded").person_id) == (person.pk, person.pk)
    assert one("session.ended").person_id == person.pk
    requests = set(SecurityEvent.objects.values_list("request_id", flat=True))
    assert len(requests) == SecurityEvent.objects.count() == 5
    assert all(requests)


def test_a_stranger_who_tries_an_account_is_seen_at_the_account_and_no_contact_is_kept(sent: list[str]) -> None:
    mei()
    for contact in (MEI, "no-one@example.com"):
        stranger = client()
        stranger.post(SIGN_IN, {"contact": contact})
        for _try in range(4):
            stranger.post(CODE, {"code": "12345"})

    reasons = [(event.person_id, event.facts["reason"]) for event in events("sign_in.failed")]
    assert reasons == [
        (person, reason)
        for person in (mei().pk, None)
        for reason in ("wrong_code", "wrong_code", "wrong_code", "code_over")
    ]
    assert len({event.about for event in events("sign_in.failed")}) == 2
    assert "example.com" not in str(list(SecurityEvent.objects.values()))


def test_a_limit_is_there_once_however_often_it_refuses(monkeypatch: pytest.MonkeyPatch, sent: list[str]) -> None:
    monkeypatch.setattr(limits, "WRITES", Limit("writes", 2, timedelta(hours=1)))
    monkeypatch.setattr(limits, "CODES_OF_CALLER", Limit("codes of a caller", 1, timedelta(hours=1)))
    browser = client()
    answers = [browser.post(SIGN_IN, {"contact": f"someone{n}@example.com"}).status_code for n in range(5)]

    assert answers == [302, 429, 429, 429, 429]
    assert [(event.facts["limit"], event.caller) for event in events("limit.reached")] == [
        ("codes of a caller", CALLER),  # refused in a transaction, which it undid
        ("writes", CALLER),
    ]


def test_tokens_are_there_when_they_are_made_used_wrongly_and_ended() -> None:
    shop, person = meis_shop(), mei()
    token = token_of(person, None, "read")
    api = client()
    assert api.get("/api/v1/me", headers={"Authorization": "Bearer joey_none"}).status_code == 401
    refused = api.post(f"/api/v1/shops/{shop.slug}/payouts", headers={"Authorization": f"Bearer {token}"})
    assert refused.status_code == 403
    assert (
        api.get("/api/v1/office/suspense", headers={"Authorization": f"Bearer {token_of(lulu())}"}).status_code == 404
    )
    kept = ApiToken.objects.get(person=person)
    act(operator_signed_in(ada()), "people_apitoken", "end", kept.pk)

    made = events("token.made")[0]
    assert (made.person_id, made.about, made.facts["scopes"]) == (person.pk, f"token:{kept.pk}", ["read"])
    assert one("token.unknown").caller == CALLER
    missing = one("token.scope_missing")
    assert (missing.person_id, missing.facts) == (person.pk, {"scope": "money"})
    assert one("office.refused").person_id == lulu().pk
    ended = one("token.ended")
    assert (ended.person_id, ended.about, ended.facts["of"]) == (ada().pk, made.about, str(person.pk))
    assert refused.json()["request_id"] == missing.request_id
    assert token.removeprefix("joey_") not in str(list(SecurityEvent.objects.values()))


def test_roles_and_those_who_lose_one_are_there_with_what_ended_with_it() -> None:
    boss, leaving = ada(), make_operator("leaving@example.com")
    token_of(leaving)
    operator_signed_in(leaving)
    end_operator(leaving, by=boss)

    assert one("person.made_operator").about == f"person:{leaving.pk}"
    assert (one("person.operator_ended").person_id, one("token.ended").person_id) == (boss.pk, boss.pk)
    assert one("session.ended").facts == {"by": str(boss.pk), "of": str(leaving.pk)}


def test_who_tries_the_office_without_the_right_is_there_once_a_day() -> None:
    keeper = signed_in(mei())
    for _time in range(3):
        assert keeper.get("/office/").status_code == 404

    assert one("office.refused").person_id == mei().pk


def test_an_approval_is_there_with_who_gave_it_and_the_request() -> None:
    payout = requested(ready_shop(), 6_000)
    act(operator_signed_in(ada()), "payouts_payout", "approve", payout.pk)

    event = one("payout.approved")
    assert (event.person_id, event.about) == (ada().pk, f"payout:{payout.pk}")
    assert event.request_id


def test_a_start_with_other_settings_names_them_and_keeps_no_value(tmp_path: Path) -> None:
    accounts = tmp_path / "accounts.toml"
    accounts.write_text("secret = 'one'")
    first = {"JOEY_URL": "https://a.example", "JOEY_SECRET": "hush", "JOEY_RAILS": str(accounts), "HOME": "/root"}
    note_settings(first)
    note_settings(first)
    note_settings({**first, "JOEY_URL": "https://b.example", "JOEY_ZONE": "UTC"})
    accounts.write_text("secret = 'two'")
    note_settings({**first, "JOEY_URL": "https://b.example", "JOEY_ZONE": "UTC"})

    assert [event.facts["changed"] for event in events("settings.changed")] == [
        ["JOEY_RAILS", "JOEY_SECRET", "JOEY_URL"],
        ["JOEY_URL", "JOEY_ZONE"],
        ["JOEY_RAILS"],
    ]
    assert not any(value in str(events("settings.changed")[0].facts) for value in ("hush", "a.example", "one"))


def test_a_form_from_elsewhere_is_there_once_an_hour_of_each_caller() -> None:
    strict = Client(enforce_csrf_checks=True, REMOTE_ADDR=CALLER)
    assert [strict.post(SIGN_IN, {"contact": MEI}).status_code for _time in range(3)] == [403] * 3

    assert one("form.refused").caller == CALLER


def test_it_is_searched_by_contact_caller_request_and_thing(sent: list[str]) -> None:
    mei()
    stranger = client()
    stranger.post(SIGN_IN, {"contact": MEI})
    stranger.post(CODE, {"code": "12345"})
    Client(headers=EN, REMOTE_ADDR="2001:db8::1").post(SIGN_IN, {"contact": "other@example.com"})
    token_of(lulu())
    failed, made = one("sign_in.failed"), one("token.made")
    table, boss = reverse("admin:kit_securityevent_changelist"), operator_signed_in(ada())

    def found(**query: str) -> set[str]:
        page = boss.get(table, query).content.decode()
        return set(re.findall(r"/change/[^>]*>\s*([^<]+?)\s*</a>", page)) - {"Limit reached"}

    assert found() == {"Sign-in failed", "API token made"}
    for term in (MEI, " MEI@example.com ", CALLER, failed.request_id, failed.about):
        assert found(q=term) == {"Sign-in failed"}, term
    for term in ("lulu@example.com", made.about):
        assert found(q=term) == {"API token made"}, term
    for term in ("sam@example.com", "198.51.100.1", "mei", "%"):
        assert found(q=term) == set(), term
    assert found(kind="token.made") == {"API token made"}


def test_every_kind_and_limit_has_words() -> None:
    assert set(KINDS) == security_log.KINDS | set(SECURITY)
    assert set(LIMITS) == {limit.name for limit in vars(limits).values() if isinstance(limit, Limit)}
    said = facts_in_words({"limit": "writes", "until": "2026-11-23T10:00:00+00:00", "reason": "a:b"})
    assert said == "Limit: changes by one caller · Until: 2026-11-23 6:00\u00a0pm Beijing time"


@pytest.mark.parametrize("statement", ["UPDATE kit_securityevent SET kind = ''", "DELETE FROM kit_securityevent"])
def test_no_event_is_changed_or_deleted_before_its_time(statement: str) -> None:
    token_of(mei())
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert len(events("token.made")) == 1


def test_events_are_deleted_when_their_time_is_over(settings: Any) -> None:
    settings.JOEY_SECURITY_LOG_DAYS = 60
    with connection.cursor() as cursor:
        for days in (59, 61):
            cursor.execute(
                "INSERT INTO kit_securityevent (at, kind, about, caller, request_id, facts)"
                " VALUES (now() - make_interval(days => %s), 'token.unknown', %s, '', '', '{}')",
                [days, str(days)],
            )
    forget_security_events(0)

    assert [event.about for event in events("token.unknown")] == ["59"]


def test_a_line_in_the_log_names_the_request_that_it_is_about() -> None:
    line = UtcFormatter("{message}", style="{")
    record = logging.LogRecord("joey", logging.INFO, "", 0, "something happened", (), None)
    begun = begin_request()
    inside, name = line.format(record), request_id()
    end_request(begun)

    assert inside == f"something happened (request {name})"
    assert line.format(record) == "something happened"


def test_a_request_that_is_refused_as_suspicious_is_one_line_and_an_error_has_its_traceback() -> None:
    line = UtcFormatter("{message}", style="{")
    try:
        raise ValueError("odd")
    except ValueError as odd:
        found = (type(odd), odd, odd.__traceback__)
    refused, broken = (
        logging.LogRecord(name, logging.ERROR, "", 0, "it happened", (), found)
        for name in ("django.security.DisallowedModelAdminLookup", "django.request")
    )

    assert line.format(refused) == "it happened"
    assert "Traceback" in line.format(broken)
