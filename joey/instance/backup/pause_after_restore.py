"""Make a restored database safe before it is used: what the bank was told is taken over, and all payouts pause."""

from datetime import datetime

import psycopg
from django.db import DatabaseError

from joey.instance.backup.queries import one_moment
from joey.instance.progress import say


def make_safe(made_at: datetime, before_url: str | None) -> None:
    """On the database that Django works on; `before_url` names the one that it replaces, when that can be read."""
    from joey.kit.clock import now
    from joey.payouts.pause import pause_payouts

    if before_url:
        _carry_over(before_url)
    reason = f"Restored from the copy of {made_at:%Y-%m-%d %H:%M} UTC. Compare the books with the bank first."
    pause_payouts(reason=reason, now=now())
    say(
        "All payouts are paused. Compare the payouts since the copy with the bank's statement, then let them go with "
        "`joey payouts release` or in the office."
    )


def _carry_over(before_url: str) -> None:
    for take_over in (_payouts, _leases):
        try:
            with one_moment(before_url) as before:
                take_over(before)
        except (psycopg.Error, DatabaseError) as error:  # the tables there may be older than this Joey, or damaged
            say(f"The {take_over.__name__[1:]} since cannot be taken over from the database that was here: {error}")


def _payouts(before: psycopg.Connection) -> None:
    from joey.kit.clock import now
    from joey.payouts.recover_payouts import recover_payouts

    done = recover_payouts(before, now=now())
    if done.payouts:
        amounts = ", ".join(amount.text for amount in done.amounts)
        say(f"The restored books have the payouts sent since, {done.payouts} over {amounts}: not paid twice.")
    for key in done.orphaned:
        say(f"The bank also has the transfer {key}, for a shop that the copy does not know. Note it down.")


def _leases(before: psycopg.Connection) -> None:
    from joey.kit.clock import now
    from joey.sharing.carry_over import carry_over_leases

    came = carry_over_leases(before, now=now())
    if came:
        say(f"Positions at marketplaces leased since, {came}, keep their shop.")
