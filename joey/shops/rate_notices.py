"""Notifies keepers of cuts in the commission rates of what they list: each once a day, of all cuts of the day before.

A cut is found by comparing the rates at both ends of a day, so a rate that falls and rises in between makes no notice,
and no cut is in two of them. It waits for the morning after: by then the day is complete, and no one is woken.
"""

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from procrastinate.contrib.django import app

from joey.catalog.models import Offer
from joey.catalog.rate_cuts import RateCut, with_known_cuts
from joey.catalog.title_in import title_in
from joey.kit import sql
from joey.kit.days import today_of
from joey.kit.text import sentences
from joey.kit.zone import zone
from joey.people.notices import notify_person
from joey.shops.models import RateNotice
from joey.shops.queries import CUTS_OF_KEEPERS

NOTIFY_RATES_CUT = "joey.shops.notify_rates_cut"
BY_DAY = range(9, 21)  # hours in the zone of the pages
DAYS_BACK = 3  # days that a worker may have been off
KEPT_FOR = timedelta(days=30)
NAMED_MOST = 5  # goods in one notice


def notify_of_cuts(*, now: datetime) -> int:
    """Make and queue the notices that are due; how many. Safe to run at any time, twice, and beside itself."""
    if now.astimezone(zone()).hour not in BY_DAY:
        return 0
    RateNotice.objects.filter(made_at__lt=now - KEPT_FOR).delete()
    return sum(_notify_of_day(today_of(now) - timedelta(days=back), now) for back in range(DAYS_BACK, 0, -1))


@transaction.atomic
def _notify_of_day(day: date, now: datetime) -> int:
    """One notice a keeper: the unique key of person and day keeps a second run from making another."""
    made = sql.tuples(
        f"""
        INSERT INTO shops_ratenotice (id, person_id, day, cuts, made_at)
        SELECT joey_uuid7(), person_id, %(day)s, jsonb_agg(
                   jsonb_build_object('offer', offer_id, 'was_ppm', was_ppm, 'now_ppm', now_ppm)
                   ORDER BY was_ppm - now_ppm DESC, offer_id), %(now)s
        FROM ({CUTS_OF_KEEPERS}) AS cuts
        GROUP BY person_id ON CONFLICT (person_id, day) DO NOTHING RETURNING id::text
        """,
        {"day": day, "now": now, "begin": _begin(day), "until": _begin(day + timedelta(days=1)),
         "marketplaces": sorted(with_known_cuts())},
    )  # fmt: skip
    if made:
        app.configure_task(NOTIFY_RATES_CUT).batch_defer(*({"notice_id": notice} for (notice,) in made))
    return len(made)


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), zone())


def send_rate_notice(notice: RateNotice, *, now: datetime) -> None:
    """Send it to every contact of the keeper, in their language. Raises Unavailable."""
    person = notice.person
    if not person.is_active:
        return
    with override(person.language):
        text = _in_words(notice, person.language, now)
    notify_person(person, "%(text)s", kind="rates_cut", facts={"text": text})


def _in_words(notice: RateNotice, language: str, now: datetime) -> str:
    offers = Offer.objects.in_bulk([each["offer"] for each in notice.cuts[:NAMED_MOST]])
    since = _begin(notice.day)
    lines = [
        _("%(title)s: %(cut)s.")
        % {
            "title": title_in(language, offer.title, offer.translations)[0],
            "cut": RateCut(each["was_ppm"], each["now_ppm"], since).in_words(now),
        }
        for each in notice.cuts[:NAMED_MOST]
        for offer in offers.values()
        if str(offer.pk) == each["offer"]
    ]
    count = len(notice.cuts)
    begin = ngettext(
        "The commission rate of %(num)d item that you list was cut.",
        "The commission rates of %(num)d items that you list were cut.",
        count,
    ) % {"num": count}
    more = [_("Your shelves page shows the others.")] if count > NAMED_MOST else []
    return sentences(begin, *lines, *more)
