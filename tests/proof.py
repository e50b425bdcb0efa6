"""`prove()` for tests: every invariant of every package, the first offender in the failure."""

from django.db import transaction

from joey.insight.prove import all_checks


@transaction.atomic
def prove() -> None:
    """Fail on the first row that breaks a rule."""
    for check in all_checks():
        offender = check.first_offender()
        assert offender is None, f"{check.rule}: {offender}"
