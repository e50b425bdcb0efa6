"""Codes: sent, used once, ended, guessed at."""

import logging
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from pytest_django import Settings

from joey.insight.health import health
from joey.kit import limits
from joey.kit.models import RateWindow
from joey.kit.rate_limit import Limit
from joey.kit.refusals import Forbidden, Invalid, Refusal, TooMany, Unavailable
from joey.people.code_budgets import code_alarms
from joey.people.codes import WRONG_TRIES_MAX, Purpose
from joey.people.models import Person, SignInCode
from joey.people.send_code import JustSent, send_code
from joey.people.sign_in import CodeOver, WrongCode, person_for_code
from tests.cast import NOW, mei
from tests.people.outbox import Outbox

pytestmark = pytest.mark.django_db

MEI = "mei@example.com"
PHONE = "+8613800138000"
BROWSER = "a browser's random value"
MINUTE = timedelta(minutes=1)


def send(to: str = MEI, *, now: datetime = NOW, browser: str = BROWSER, address: str = "", **more: Any) -> str:
    return send_code(to, browser=browser, address=address, language="en", now=now, **more).value


def sent_code(outbox: Outbox, to: str = MEI, **more: Any) -> str:
    send(to, **more)
    return outbox.code(to)


def enter(contact: str, code: str, *, now: datetime = NOW, browser: str = BROWSER, **more: str) -> Person:
    return person_for_code(contact, code, browser=browser, now=now, **more)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def refusal(contact: str, code: str, **more: Any) -> Refusal:
    with pytest.raises(WrongCode) as refused:
        enter(contact, code, **more)
    return refused.value


def test_the_first_right_code_makes_the_person(outbox: Outbox) -> None:
    code = sent_code(outbox)
    assert not Person.objects.exists()

    person = enter("Mei@Example.com", code, now=NOW + MINUTE, language="en")

    assert (person.email, person.phone, person.language) == (MEI, None, "en")
    assert not person.is_staff
    assert not person.has_usable_password()


def test_the_next_code_finds_the_same_person(outbox: Outbox) -> None:
    first = enter(PHONE, sent_code(outbox, PHONE))

    again = enter("138 0013 8000", sent_code(outbox, PHONE, now=NOW + MINUTE), now=NOW + MINUTE)

    assert again == first
    assert first.phone == PHONE


def test_full_width_digits_and_spaces_around_a_code_are_fine(outbox: Outbox) -> None:
    code = sent_code(outbox)

    typed = "".join(chr(ord(digit) + 0xFEE0) for digit in code)

    assert enter(MEI, f" {typed}\n").email == MEI


def test_a_code_works_once(outbox: Outbox) -> None:
    code = sent_code(outbox)
    enter(MEI, code)

    refusal(MEI, code)


def test_a_code_ends_after_ten_minutes(outbox: Outbox) -> None:
    code = sent_code(outbox)

    refusal(MEI, code, now=NOW + 10 * MINUTE)

    assert enter(MEI, code, now=NOW + 10 * MINUTE - timedelta(seconds=1))


def test_an_older_code_of_the_same_browser_works_until_one_is_used(outbox: Outbox) -> None:
    older = sent_code(outbox)
    newer = sent_code(outbox, now=NOW + MINUTE)

    assert enter(MEI, older, now=NOW + MINUTE), "it was on its way while another one was asked for"
    assert isinstance(refusal(MEI, newer, now=NOW + MINUTE), CodeOver), "one sign-in ends all that wait"


def test_a_code_belongs_to_one_contact(outbox: Outbox) -> None:
    meis = sent_code(outbox)
    sams = sent_code(outbox, "sam@example.com")

    if meis != sams:
        refusal("sam@example.com", meis)

    assert enter("sam@example.com", sams).email == "sam@example.com"


def test_a_code_belongs_to_one_browser_and_one_purpose(outbox: Outbox) -> None:
    code = sent_code(outbox)

    for other in ({"browser": "another"}, {"purpose": Purpose.CONFIRM}):
        assert isinstance(refusal(MEI, code, **other), CodeOver)

    assert SignInCode.objects.get().wrong_tries == 0, "nor does another's try count"
    assert enter(MEI, code)


def test_three_wrong_tries_end_a_code(outbox: Outbox) -> None:
    code = sent_code(outbox)
    for _try in range(WRONG_TRIES_MAX - 1):
        refusal(MEI, wrong(code))
    assert SignInCode.objects.get().wrong_tries == WRONG_TRIES_MAX - 1

    refusal(MEI, wrong(code))

    refusal(MEI, code)
    assert not Person.objects.exists()


def test_a_wrong_try_counts_on_every_code_that_waits(outbox: Outbox) -> None:
    """Two codes at once would otherwise give each guess two chances."""
    older = sent_code(outbox)
    newer = sent_code(outbox, now=NOW + MINUTE)
    neither = next(code for code in ("000000", "111111", "222222") if code not in (older, newer))

    left = [str(refusal(MEI, neither, now=NOW + MINUTE)) for _try in range(WRONG_TRIES_MAX)]

    assert "2 tries are left" in left[0]
    assert "1 try is left" in left[1]
    assert "Ask for a new one" in left[2]
    assert set(SignInCode.objects.values_list("wrong_tries", flat=True)) == {WRONG_TRIES_MAX}


def test_a_double_tap_sends_one_code(outbox: Outbox) -> None:
    code = sent_code(outbox)

    with pytest.raises(JustSent) as refused:
        send(now=NOW + timedelta(seconds=10))

    assert refused.value.facts == {"retry_after": 20}
    assert len(outbox.messages) == 1
    assert enter(MEI, code)
    assert send(), "the next sign-in does not wait"


def test_asking_is_bounded_by_browser_and_says_for_how_long(outbox: Outbox) -> None:
    for number in range(limits.CODES_OF_BROWSER.most):
        send(now=NOW + number * MINUTE)

    with pytest.raises(TooMany) as refused:
        send(now=NOW + 10 * MINUTE)

    assert refused.value.facts == {"retry_after": 50 * 60}
    assert str(refused.value) == "Too many codes were requested. You can ask for one again in 50 minutes."
    assert send(browser="another") == MEI


@pytest.mark.parametrize(
    ("mine", "same", "other"),
    [
        (["203.0.113.7"], "::ffff:203.0.113.7", "203.0.113.8"),
        (["2001:db8:1:2::1", "2001:db8:1:2:ffff::2", "2001:DB8:1:2::3"], "2001:db8:1:2::4", "2001:db8:1:3::1"),
    ],
    ids=["IPv4", "H1: a /64 is one caller"],
)
def test_asking_is_bounded_by_caller(mine: list[str], same: str, other: str, monkeypatch: pytest.MonkeyPatch) -> None:
    without_gateway(monkeypatch)
    for number in range(limits.CODES_OF_CALLER.most):
        send(f"someone{number}@example.com", browser=f"b{number}", address=mine[number % len(mine)])

    with pytest.raises(TooMany):
        send("one-more@example.com", browser="more", address=same)

    assert send("one-more@example.com", browser="more", address=other)
    assert all(len(bytes(window.digest)) == 32 for window in RateWindow.objects.all())


def without_gateway(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("joey.people.send_code.send_notice", lambda *_args, **_kind: None)


def used(limit: Limit, key: str = "") -> None:
    full = {"hits": limit.most, "ends_at": NOW + 5 * MINUTE}
    RateWindow.objects.update_or_create(digest=limit.digest(key), defaults=full)


def test_each_wider_limit_holds_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """H1: /48, country, and each kind of receiver has a budget of its own."""
    without_gateway(monkeypatch)
    six = "2001:db8:1:2::1"
    for limit, key, to in (
        (limits.CODES_OF_NETWORK, "2001:db8:1::", MEI),
        (limits.CODES_OF_NETWORK_TO_CONTACT, f"{MEI} 2001:db8:1::", MEI),
        (limits.CODES_TO_CONTACT, MEI, MEI),
        (limits.CODES_TO_COUNTRY, "44", "+447400123456"),
        (limits.CODES_TO_NEW_CONTACTS, "", MEI),
    ):
        assert send(to, browser="before", address=six, now=NOW - MINUTE), "not yet"
        RateWindow.objects.all().delete()
        used(limit, key)
        with pytest.raises(TooMany):
            send(to, browser="then", address=six)
        RateWindow.objects.all().delete()
        SignInCode.objects.all().delete()


def test_a_flood_of_one_kind_stops_none_of_the_others(outbox: Outbox) -> None:
    """H1, M1: known accounts, known browsers and confirming go on, and an operator reads what is used up."""
    mei()
    enter(MEI, sent_code(outbox))
    kinds: tuple[tuple[Limit, dict[str, Any]], ...] = (
        (limits.CODES_TO_NEW_CONTACTS, {"browser": "new"}),
        (limits.CODES_TO_ACCOUNTS, {"browser": BROWSER}),
        (limits.CODES_TO_CONTACT, {"browser": BROWSER}),
        (limits.CODES_TO_KNOWN_BROWSERS, {"browser": "session", "purpose": Purpose.CONFIRM}),
    )
    for limit, others in kinds:
        used(limit, MEI if limit is limits.CODES_TO_CONTACT else "")
        assert send(**others)
        SignInCode.objects.filter(used_at=None).delete()
    used(limits.CODES_TO_CONFIRM)
    used(limits.CODES_TO_COUNTRY, "44")
    with pytest.raises(TooMany):
        send(browser="session", purpose=Purpose.CONFIRM)

    alarms = code_alarms(now=NOW)

    assert len(alarms) == 5
    assert any("+44" in each for each in alarms)
    assert all("no more are until 2026-" in each for each in alarms)
    assert set(alarms) <= set(health(now=NOW).notices)


def test_what_a_wrong_code_says_depends_on_the_browser_and_not_on_an_account(outbox: Outbox) -> None:
    mei()
    for_account, for_stranger = [
        [
            str(refusal(contact, "123456")),
            str(refusal(contact, wrong(sent_code(outbox, contact)))),
            str(refusal(contact, outbox.code(contact), now=NOW + 60 * MINUTE)),
        ]
        for contact in (MEI, "sam@example.com")
    ]

    assert for_account == for_stranger


@pytest.mark.parametrize("code", ["", " ", "12345", "1234567", "abcdef", "1e5", "\0", "0" * 100_000, "' OR 1=1", "💥"])
def test_hostile_codes_are_just_wrong(code: str, outbox: Outbox) -> None:
    sent_code(outbox)

    assert refusal(MEI, code).field == "code"


def test_a_closed_account_opens_with_no_code(outbox: Outbox) -> None:
    person = mei()
    Person.objects.filter(pk=person.pk).update(is_active=False)

    with pytest.raises(Forbidden):
        enter(MEI, sent_code(outbox))


def test_the_code_is_in_no_table_log_or_refusal(outbox: Outbox, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    outbox.status = 500

    with pytest.raises(Unavailable) as refused:
        send(MEI)

    code = outbox.code(MEI)
    row = SignInCode.objects.get()
    kept = bytes(row.code_hash)
    assert len(kept) == 32
    assert code.encode() not in kept
    trouble: BaseException | None = refused.value
    while trouble is not None:
        assert code not in f"{trouble!r} {trouble}"
        trouble = trouble.__cause__
    logged = [record.getMessage() for record in caplog.records if not record.name.startswith("django.db")]
    assert logged
    assert not any(code in line for line in logged)


def test_the_same_code_is_kept_differently_under_another_secret(outbox: Outbox, settings: Settings) -> None:
    code = sent_code(outbox)

    settings.SECRET_KEY = "another instance's secret"

    refusal(MEI, code)


def test_an_unavailable_gateway_is_a_refusal(settings: Settings) -> None:
    for url in ("http://127.0.0.1:9/messages", "", "no address at all"):
        settings.NOTICE_URL = url
        with pytest.raises(Unavailable):
            send(MEI)


def test_the_notice_speaks_the_persons_language_and_says_its_purpose(outbox: Outbox) -> None:
    send(PHONE)
    signs_in = outbox.code(PHONE)
    send(PHONE, browser="session", purpose=Purpose.CONFIRM)
    confirms = outbox.code(PHONE)

    assert [message["to"] for message in outbox.messages] == [PHONE] * 2
    assert [message["kind"] for message in outbox.messages] == ["code", "code_to_confirm"]
    assert [message["text"] for message in outbox.messages] == [
        f"{signs_in} is your Joey code to sign in, for 10 minutes. Do not share it.",
        f"{confirms} is your Joey code to confirm a step that moves money, for 10 minutes. Do not share it. If you did"
        " not begin such a step, do not enter it.",
    ]


def test_a_mail_host_takes_codes_for_addresses_and_leaves_phones_to_the_gateway(
    outbox: Outbox, settings: Settings
) -> None:
    settings.EMAIL_HOST = "mail.example.com"

    send(MEI)
    send(PHONE)

    (letter,) = mail.outbox
    assert isinstance(letter, EmailMessage)
    assert letter.to == [MEI]
    assert not any(sign.isdigit() for sign in str(letter.subject))
    assert [message["to"] for message in outbox.messages] == [PHONE]


def test_header_injection_never_reaches_a_mailer(outbox: Outbox, settings: Settings) -> None:
    settings.EMAIL_HOST = "mail.example.com"

    with pytest.raises(Invalid):
        send("mei@example.com\r\nBcc: everyone@example.com")

    assert mail.outbox == []
    assert not SignInCode.objects.exists()
