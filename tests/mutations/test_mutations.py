"""The mutation catalogue of docs/money.md: each corruption is refused, or seen by `prove` with the offender named.

A corruption is run as the app role and, where that is refused, as the owner with triggers off. Books are made once;
each case is rolled back. Add a case for every incident.
"""

import pytest

from tests.mutations.catalogue import CATALOGUE, ONLY_OUTSIDE_EVIDENCE, OPEN_TO_THE_APP_ROLE
from tests.mutations.corruption import Corruption, Outcome, corrupt


@pytest.mark.parametrize("corruption", CATALOGUE, ids=lambda each: each.name)
@pytest.mark.usefixtures("books")
def test_a_corruption_is_refused_or_seen(corruption: Corruption) -> None:
    by_app, offenders = corrupt(corruption, owner=False)
    assert bool(by_app.refused) == (corruption.name not in OPEN_TO_THE_APP_ROLE), by_app.refused
    if not by_app.refused:
        assert_seen(corruption, by_app, offenders)
        return

    by_owner, offenders = corrupt(corruption, owner=True)

    assert not by_owner.refused, f"this does not keep the tables consistent: {by_owner.refused}"
    assert_seen(corruption, by_owner, offenders)


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize("corruption", ONLY_OUTSIDE_EVIDENCE, ids=lambda each: each.name)
def test_what_only_outside_evidence_can_see_is_refused_to_the_app_role(corruption: Corruption) -> None:
    """Once a rule sees one of these, it moves into the catalogue."""
    by_app, _offenders = corrupt(corruption, owner=False)
    by_owner, _offenders = corrupt(corruption, owner=True)

    assert by_app.refused
    assert (by_owner.refused, by_owner.seen) == ("", {})


def assert_seen(corruption: Corruption, outcome: Outcome, offenders: set[str]) -> None:
    """One of the rules that should see it does, and shows one of the offenders."""
    named = {
        rule
        for rule, offender in outcome.seen.items()
        if offenders & {part for value in offender.values() for part in (str(value), *str(value).split(":"))}
    }
    assert named, f"not seen by {corruption.seen_by}, or without one of {offenders}: {outcome.seen}"
