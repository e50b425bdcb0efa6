"""Codes: sent, used once, ended, guessed at."""

import logging
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from pytest_django import Settings

from joey.kit.models import RateWindow
from joey.kit.refusals import Forbidden, Invalid, Refusal, TooMany, Unavailable
from joey.people.models import Person, SignInCode
from joey.people.send_code import IN_ALL, PER_CLIENT, PER_CONTACT, send_code
from joey.people.sign_in import WRONG_TRIES_MAX, WrongCode, person_for_code
from tests.cast import NOW, mei
from tests.people.outbox import Outbox

pytestmark = pytest.mark.django_db

MEI = "mei@example.com"
PHONE = "+8613800138000"
MINUTE = timedelta(minutes=1)


def sent_code(outbox: Outbox, to: str = MEI, *, now: object = NOW) -> str:
    send_code(to, language="en", now=now)  # type: ignore[arg-type]
    return outbox.code(to)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def refusal(contact: str, code: str, *, now: object = NOW) -> Refusal:
    with pytest.raises(WrongCode) as refused:
        person_for_code(contact, code, now=now)  # type: ignore[arg-type]
    return refused.value


def test_the_first_right_code_makes_the_person(outbox: Outbox) -> None:
    code = sent_code(outbox)
    assert not Person.objects.exists()

    person = person_for_code("Mei@Example.com", code, now=NOW + MINUTE, language="en")

    assert (person.email, person.phone, person.language) == (MEI, None, "en")
    assert not person.is_staff
    assert not person.has_usable_password()


def test_the_next_code_finds_the_same_person(outbox: Outbox) -> None:
    first = person_for_code(PHONE, sent_code(outbox, PHONE), now=NOW)

    again = person_for_code("138 0013 8000", sent_code(outbox, PHONE, now=NOW + MINUTE), now=NOW + MINUTE)

    assert again == first
    assert first.phone == PHONE


def test_full_width_digits_and_spaces_around_a_code_are_fine(outbox: Outbox) -> None:
    code = sent_code(outbox)

    typed = "".join(chr(ord(digit) + 0xFEE0) for digit in code)

    assert person_for_code(MEI, f" {typed}\n", now=NOW).email == MEI


def test_a_code_works_once(outbox: Outbox) -> None:
    code = sent_code(outbox)
    person_for_code(MEI, code, now=NOW)

    refusal(MEI, code)


def test_a_code_ends_after_ten_minutes(outbox: Outbox) -> None:
    code = sent_code(outbox)

    refusal(MEI, code, now=NOW + 10 * MINUTE)

    assert person_for_code(MEI, code, now=NOW + 10 * MINUTE - timedelta(seconds=1))


def test_a_new_code_ends_the_older_ones(outbox: Outbox) -> None:
    older = sent_code(outbox)
    newer = sent_code(outbox, now=NOW + MINUTE)

    if older != newer:
        refusal(MEI, older, now=NOW + MINUTE)

    assert person_for_code(MEI, newer, now=NOW + MINUTE)


def test_a_code_belongs_to_one_contact(outbox: Outbox) -> None:
    meis = sent_code(outbox)
    sams = sent_code(outbox, "sam@example.com")

    if meis != sams:
        refusal("sam@example.com", meis)

    assert person_for_code("sam@example.com", sams, now=NOW).email == "sam@example.com"


def test_five_wrong_tries_end_a_code(outbox: Outbox) -> None:
    code = sent_code(outbox)
    for _try in range(WRONG_TRIES_MAX - 1):
        refusal(MEI, wrong(code))
    assert SignInCode.objects.get().wrong_tries == WRONG_TRIES_MAX - 1

    refusal(MEI, wrong(code))

    refusal(MEI, code)
    assert not Person.objects.exists()


def test_guessing_is_bounded_by_the_hour(outbox: Outbox) -> None:
    guesses = 0
    for _code in range(PER_CONTACT.most):
        code = sent_code(outbox)
        for _try in range(10):
            refusal(MEI, wrong(code))
        guesses += SignInCode.objects.latest("id").wrong_tries

    with pytest.raises(TooMany) as refused:
        send_code(MEI, language="en", now=NOW + 59 * MINUTE)

    assert guesses == PER_CONTACT.most * WRONG_TRIES_MAX
    assert refused.value.facts["retry_after"] == 60
    assert len(outbox.messages) == PER_CONTACT.most
    assert send_code(MEI, language="en", now=NOW + 61 * MINUTE).value == MEI


def test_asking_is_bounded_by_client(outbox: Outbox) -> None:
    for number in range(PER_CLIENT.most):
        send_code(f"someone{number}@example.com", language="en", now=NOW, client_key="203.0.113.7")

    with pytest.raises(TooMany):
        send_code("one-more@example.com", language="en", now=NOW, client_key="203.0.113.7")

    send_code("one-more@example.com", language="en", now=NOW, client_key="198.51.100.9")
    assert all(len(bytes(window.digest)) == 32 for window in RateWindow.objects.all())


def test_asking_is_bounded_in_all(outbox: Outbox) -> None:
    RateWindow.objects.create(digest=IN_ALL.digest(""), hits=IN_ALL.most, ends_at=NOW + 5 * MINUTE)

    with pytest.raises(TooMany):
        send_code(MEI, language="en", now=NOW)

    assert outbox.messages == []


def test_one_text_for_every_wrong_code_whether_or_not_there_is_an_account(outbox: Outbox) -> None:
    mei()
    used = sent_code(outbox)
    person_for_code(MEI, used, now=NOW)
    guessed = sent_code(outbox, "sam@example.com")

    texts = {
        str(refusal(MEI, used)),
        str(refusal("sam@example.com", wrong(guessed))),
        str(refusal("sam@example.com", guessed, now=NOW + 60 * MINUTE)),
        str(refusal("stranger@example.com", "123456")),
        str(refusal(PHONE, "")),
    }

    assert len(texts) == 1


@pytest.mark.parametrize("code", ["", " ", "12345", "1234567", "abcdef", "1e5", "\0", "0" * 100_000, "' OR 1=1", "💥"])
def test_hostile_codes_are_just_wrong(code: str, outbox: Outbox) -> None:
    sent_code(outbox)

    assert refusal(MEI, code).field == "code"


def test_a_closed_account_opens_with_no_code(outbox: Outbox) -> None:
    person = mei()
    Person.objects.filter(pk=person.pk).update(is_active=False)

    with pytest.raises(Forbidden):
        person_for_code(MEI, sent_code(outbox), now=NOW)


def test_the_code_is_in_no_table_log_or_refusal(outbox: Outbox, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    outbox.status = 500

    with pytest.raises(Unavailable) as refused:
        send_code(MEI, language="en", now=NOW)

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
            send_code(MEI, language="en", now=NOW)


def test_the_notice_speaks_the_persons_language_and_says_its_kind(outbox: Outbox) -> None:
    send_code(PHONE, language="en", now=NOW)

    (message,) = outbox.messages
    assert message["to"] == PHONE
    assert message["kind"] == "code"
    assert message["text"] == f"{outbox.code(PHONE)} is your Joey code, for 10 minutes. Do not share it."


def test_a_mail_host_takes_codes_for_addresses_and_leaves_phones_to_the_gateway(
    outbox: Outbox, settings: Settings
) -> None:
    settings.EMAIL_HOST = "mail.example.com"

    send_code(MEI, language="en", now=NOW)
    send_code(PHONE, language="en", now=NOW)

    (letter,) = mail.outbox
    assert isinstance(letter, EmailMessage)
    assert letter.to == [MEI]
    assert not any(sign.isdigit() for sign in str(letter.subject))
    assert [message["to"] for message in outbox.messages] == [PHONE]


def test_header_injection_never_reaches_a_mailer(outbox: Outbox, settings: Settings) -> None:
    settings.EMAIL_HOST = "mail.example.com"

    with pytest.raises(Invalid):
        send_code("mei@example.com\r\nBcc: everyone@example.com", language="en", now=NOW)

    assert mail.outbox == []
    assert not SignInCode.objects.exists()
