"""Make a restored database safe to use: take over payouts that were sent since the backup, and pause all payouts.

The database that it replaces is paused as well: it is kept and can be started, and would pay the same payouts again.
"""

import os
import subprocess
from datetime import datetime

import psycopg
from django.db import DatabaseError
from django.utils.translation import gettext_noop as _

from joey.instance.backup.queries import one_moment
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.instance.processes.server_command import joey_command
from joey.instance.progress import say
from joey.kit.sentences import Sentence, Words
from joey.kit.utc_text import utc_text


def pause_after_restore(made_at: datetime, before_url: str | None) -> None:
    """Work on Django's database; `before_url` is the database that it replaces, if that can be read."""
    from joey.kit.clock import now
    from joey.payouts.pause import open_pauses, pause_payouts
    from joey.record.kept_texts import kept_text

    came = before_url is not None and _carry_over(before_url)
    others = open_pauses()
    pause_payouts(reason=_why_restored(made_at, came=came), now=now())
    say(
        "All payouts are paused. Compare the payouts since the backup with the bank's statement, then resume them with "
        "`joey payouts resume REASON` or in the office."
    )
    for pause in others:
        say(f"The pause of {utc_text(pause.placed_at)} stays in force as well: {kept_text(pause, 'reason')}")


def pause_replaced(made_at: datetime, before: EmbeddedPostgres) -> str:
    """Pause all payouts in the database that is about to be replaced; why that is not possible, "" once it is done.

    By the command, in a process of its own: Django in this one works on the restored database.
    """
    if before.pid() is None:
        return "its database does not start"
    environment = os.environ | {"DATABASE_URL": before.urls.app, "DATABASE_OWNER_URL": before.urls.owner}
    command = joey_command("pause-replaced", made_at.isoformat())
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    return "" if done.returncode == 0 else " ".join(done.stderr.split()) or f"`joey` ended with {done.returncode}"


def why_replaced(made_at: datetime) -> Words:
    """Why the replaced database pays no more."""
    replaced = _("Replaced by the backup of %(made_at)s UTC: payouts are paid from what was restored.")
    return (Sentence(replaced, {"made_at": f"{made_at:%Y-%m-%d %H:%M}"}),)


def _why_restored(made_at: datetime, *, came: bool) -> Words:
    compare = (
        _("Compare the books with the bank first.")
        if came
        else _("Compare the books with the bank first: what was paid since is not in them.")
    )
    restored = _("Restored from the backup of %(made_at)s UTC.")
    return Sentence(restored, {"made_at": f"{made_at:%Y-%m-%d %H:%M}"}), Sentence(compare)


def _carry_over(before_url: str) -> bool:
    """Whether the payouts came; without the leases no money goes out twice."""
    came = set()
    for what, take_over in (("payouts, holds, pauses and limits", _payouts), ("leases", _leases), ("plans", _plans)):
        try:
            with one_moment(before_url) as before:
                take_over(before)
            came.add(take_over)
        except (psycopg.Error, DatabaseError) as error:  # its tables may be older than this version, or damaged
            say(f"The {what} since then cannot be taken over from the previous database: {error}")
    return _payouts in came


def _payouts(before: psycopg.Connection) -> None:
    from joey.kit.clock import now
    from joey.payouts.recover_payouts import recover_payouts

    done = recover_payouts(before, now=now())
    if done.payouts:
        amounts = ", ".join(amount.text for amount in done.amounts)
        say(f"The restored books have the payouts sent since, {done.payouts} over {amounts}: not paid twice.")
    for each in done.left_out:
        what = f"The transfer {each.transfer} over {each.amount.text}" if each.amount else "A hold by an operator"
        what = f"{what}, shop {each.shop}," if each.shop else "A pause of all payouts"
        then = (
            "It was refused, never sent, and is refused here too."
            if each.is_refused
            else ("`joey waiting` lists what waits for it.")
        )
        say(f"{what} could not be taken over ({each.why}). {then}")


def _leases(before: psycopg.Connection) -> None:
    from joey.kit.clock import now
    from joey.sharing.restore_leases import restore_leases

    came = restore_leases(before, now=now())
    if came:
        say(f"{came} positions leased since the backup keep their shop.")


def _plans(before: psycopg.Connection) -> None:
    from joey.instance.backup.take_over_plans import take_over_plans
    from joey.kit.clock import now

    for plan in take_over_plans(before, now=now()):
        say(
            f"The plan published since is plan {plan.pk}, from {utc_text(plan.from_at)} as announced: "
            f"{plan.shopkeeper_ppm} ppm to the shopkeeper."
        )
