"""Two connections with one right code, and two that ask for the last code allowed; operators who end each other."""

from django.test import Client

from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit import limits
from joey.kit.clock import now
from joey.kit.models import RateWindow
from joey.kit.refusals import Conflict, TooMany
from joey.people.models import Person, SignInCode
from joey.people.operators import end_operator, make_operator
from joey.people.send_code import JustSent, send_code
from joey.people.sessions import sessions_of
from joey.people.sign_in import WrongCode, person_for_code
from joey.people.tokens import live_token
from tests.at_once import die_at, outcomes, statements_of
from tests.cast import NOW, token_of
from tests.people.outbox import Outbox

MEI = "mei@example.com"
BROWSER = "a browser's random value"


def test_of_two_connections_with_the_right_code_one_signs_in(committed_db: EmbeddedPostgres, outbox: Outbox) -> None:
    for _round in range(3):
        SignInCode.objects.all().delete()
        send_code(MEI, browser=BROWSER, address="", language="en", now=NOW)
        code = outbox.code(MEI)

        came = outcomes(*[lambda: person_for_code(MEI, code, browser=BROWSER, now=NOW)] * 4)  # noqa: B023 (run within the round)

        assert sum(isinstance(each, Person) for each in came) == 1
        assert sum(isinstance(each, WrongCode) for each in came) == 3
    assert Person.objects.count() == 1


def test_guessing_at_once_counts_every_try(committed_db: EmbeddedPostgres, outbox: Outbox) -> None:
    send_code(MEI, browser=BROWSER, address="", language="en", now=NOW)
    wrong = f"{(int(outbox.code(MEI)) + 1) % 1_000_000:06}"

    came = outcomes(*[lambda: person_for_code(MEI, wrong, browser=BROWSER, now=NOW)] * 4)

    assert all(isinstance(each, WrongCode) for each in came)
    assert SignInCode.objects.get().wrong_tries == 3


def test_asking_at_once_sends_one_code_and_from_many_browsers_no_more_than_allowed(
    committed_db: EmbeddedPostgres, outbox: Outbox
) -> None:
    came = outcomes(*[lambda: ask(BROWSER)] * 4)

    assert sum(isinstance(each, JustSent) for each in came) == 3
    limit = limits.CODES_TO_CONTACT
    RateWindow.objects.filter(digest=limit.digest(MEI)).update(hits=limit.most - 1)
    came = outcomes(*[lambda number=number: ask(f"browser {number}") for number in range(4)])
    assert sum(isinstance(each, TooMany) for each in came) == 3
    assert SignInCode.objects.count() == 2


def test_operators_who_end_each_other_at_once_leave_one_and_one_killed_midway_is_as_it_was(
    committed_db: EmbeddedPostgres,
) -> None:
    ends = "boss@example.com", "mei@example.com"
    boss, leaving = (make_operator(each) for each in ends)

    came = outcomes(lambda: end_operator(leaving, by=boss), lambda: end_operator(boss, by=leaving))

    assert [type(each) for each in came if each is not None] == [Conflict]
    assert Person.objects.filter(is_staff=True).count() == 1
    boss, leaving = (make_operator(each) for each in ends)
    points = statements_of(lambda: end_operator(leaving, by=boss))
    for point in range(1, points + 1):
        make_operator("mei@example.com")
        token, browser = token_of(leaving), Client()
        browser.force_login(leaving)
        die_at(point, lambda: end_operator(leaving, by=boss))
        left = (
            Person.objects.get(pk=leaving.pk).is_staff,
            live_token(token) is not None,
            bool(sessions_of(leaving, this_key=None, now=now())),
        )
        assert left in ((True, True, True), (False, False, False)), f"killed at statement {point}: half done"


def ask(browser: str) -> None:
    send_code(MEI, browser=browser, address="", language="en", now=NOW)
