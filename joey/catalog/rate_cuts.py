"""Cuts of an offer's commission rate, read from its history (rate_history.py).

A rate of 0 is none that an offer showed: sources leave it out where they do not say the rate, so a change to it is no
cut, and what it interrupts goes on. Offers are left out whose marketplace reports no orders here, or is not known, and
those whose marketplace lets nothing be kept of what its offers showed before.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from joey.catalog.cards import earning_marketplaces
from joey.catalog.models import Offer
from joey.kit.days import day_text, today_of
from joey.marketplaces import registry
from joey.money.rate import rate_text

SHOWN_FOR = timedelta(days=7)


@dataclass(frozen=True)
class RateCut:
    """An offer paid `was_ppm`, and since a moment less."""

    was_ppm: int
    now_ppm: int
    since: datetime

    def in_words(self, now: datetime) -> str:
        """“15 → 12% since yesterday”."""
        rates = {"was": rate_text(self.was_ppm).removesuffix("%"), "now": rate_text(self.now_ppm)}
        day, today = today_of(self.since), today_of(now)
        if day == today:
            return _("%(was)s → %(now)s since today") % rates
        if day == today - timedelta(days=1):
            return _("%(was)s → %(now)s since yesterday") % rates
        return _("%(was)s → %(now)s since %(day)s") % {**rates, "day": day_text(day, today.year)}


def with_known_cuts() -> frozenset[str]:
    """The marketplaces of whose offers cuts are shown."""
    return earning_marketplaces() - set(registry.without_price_history())


def newest_cut(offer: Offer, *, now: datetime, marketplaces: Collection[str]) -> RateCut | None:
    """The newest change of the offer's rate, if that is a cut of the last days; of `with_known_cuts` alone."""
    if offer.marketplace not in marketplaces or not offer.commission_ppm:
        return None
    changes: list[tuple[datetime, int]] = []
    for since, ppm in zip(offer.rates_since, offer.rates_ppm, strict=True):
        if ppm and (not changes or changes[-1][1] != ppm):
            changes.append((since, ppm))
    if len(changes) < 2:
        return None
    was_ppm, (since, now_ppm) = changes[-2][1], changes[-1]
    return RateCut(was_ppm, now_ppm, since) if now_ppm < was_ppm and now - since < SHOWN_FOR else None


def sql_cuts_between(offer: str) -> str:
    """SQL to join to an offer: a row `cut` (was_ppm, now_ppm, since) if its rate at %(until)s was below that at
    %(begin)s, and it has not risen to that again. What rose and fell between the two leaves nothing.
    """
    known = f"unnest({offer}.rates_since, {offer}.rates_ppm) WITH ORDINALITY AS known (since, ppm, number)"
    newest = f"SELECT ppm, since FROM {known} WHERE ppm > 0 AND since < {{}} ORDER BY number DESC LIMIT 1"
    return f"""(
        SELECT was.ppm AS was_ppm, became.ppm AS now_ppm, became.since
        FROM ({newest.format("%(begin)s")}) AS was, ({newest.format("%(until)s")}) AS became
        WHERE became.ppm < was.ppm AND {offer}.commission_ppm BETWEEN 1 AND was.ppm - 1
    ) AS cut"""
