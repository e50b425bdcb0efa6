"""M3: what guessing codes wins, by a simulation against the verbs themselves (docs/decisions/0029 has the arithmetic).

A guess at a code of N digits is right once in 10^N; the stranger here asks for codes from a new browser and network
each time, and uses up every try of every code that they get.
"""

from datetime import datetime, timedelta

import pytest

from joey.kit.refusals import TooMany
from joey.people.codes import DIGITS, SHORT_CODES_IN_ALL, SHORT_CODES_OF_CONTACT, WRONG_TRIES_MAX
from joey.people.models import SignInCode
from joey.people.send_code import send_code
from joey.people.sign_in import CodeOver, WrongCode, person_for_code
from tests.cast import NOW

pytestmark = pytest.mark.django_db
MEI = "mei@example.com"


class Stranger:
    """Guesses; `chance` adds up what all guesses win."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked, self.digits, self.chance = 0, 0, 0.0
        monkeypatch.setattr("joey.people.send_code.send_notice", lambda _to, text, **_: self._read(text))

    def _read(self, text: object) -> None:
        self.digits = len(str(text).split()[0])

    def guess(self, contact: str, now: datetime) -> bool:
        """One code and all its tries; whether there was one."""
        self.asked += 1
        browser, address = f"browser {self.asked}", f"2001:db8:{self.asked:x}::1"
        try:
            send_code(contact, browser=browser, address=address, language="en", now=now)
        except TooMany:
            return False
        for _try in range(2 * WRONG_TRIES_MAX):
            try:
                person_for_code(contact, "no code", browser=browser, now=now)
            except CodeOver:
                break
            except WrongCode:
                self.chance += 10**-self.digits
        self.chance += 10**-self.digits  # the last try, which says CodeOver
        return True


def test_guessing_at_one_contact_for_a_year_wins_less_than_one_in_a_hundred(monkeypatch: pytest.MonkeyPatch) -> None:
    stranger, day = Stranger(monkeypatch), timedelta(days=1)

    for minute in range(0, 24 * 60, 20):
        stranger.guess(MEI, NOW + timedelta(minutes=minute))

    short = SignInCode.objects.filter(is_long=False).count()
    assert short == SHORT_CODES_OF_CONTACT
    assert SignInCode.objects.count() == 60, "and the contact gets no more messages from strangers in a day"
    assert 0 < stranger.chance * 366 < 0.01
    assert stranger.guess(MEI, NOW + day + timedelta(hours=4)), "the day after they may be asked for again"


def test_guessing_at_many_contacts_for_an_hour_wins_less_than_one_in_a_thousand(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stranger, seconds = Stranger(monkeypatch), 70 * 60  # those of ten minutes before can be tried, too
    before = SHORT_CODES_IN_ALL - 20
    rows = (
        SignInCode(
            contact=f"c{number}@example.com",
            browser_hash=bytes(32),
            code_hash=bytes(32),
            sent_at=NOW + timedelta(seconds=number * 10),
            expires_at=NOW,
        )
        for number in range(before)
    )
    SignInCode.objects.bulk_create(rows)
    stranger.chance = before * WRONG_TRIES_MAX * 10**-DIGITS

    asked = [stranger.guess(f"d{number}@example.com", NOW + timedelta(seconds=seconds - 60)) for number in range(40)]

    assert all(asked), "no one is refused a code for it"
    assert SignInCode.objects.filter(is_long=False).count() == SHORT_CODES_IN_ALL
    assert 0 < stranger.chance < 0.001
