"""What the marketplace answers for an order that a shop misses, in a sentence for its shopkeeper."""

from collections.abc import Callable
from datetime import datetime

from django.utils.translation import gettext as _

from joey.kit.days import clock_text, day_text, today_of
from joey.marketplaces import registry
from joey.marketplaces.own_codes import is_own
from joey.orders.lost_orders import LostOrderShown


def answer_in_words(lost: LostOrderShown, *, now: datetime, time_text: Callable[[datetime], str] | None = None) -> str:
    """What is known, and what happens next. It never says whose an order is that is not the shop's.

    Its times are those of pages, in their zone, or as `time_text` writes them.
    """
    written = time_text or (lambda moment: _moment(moment, now))
    terms = {
        "marketplace": registry.reporter_name(lost.marketplace),
        "until": written(lost.ask_until),
        "by": written(lost.answer_by),
    }
    if lost.state == "asking":
        return _asking(lost, now=now) % terms
    if lost.state == "unknown" and lost.ask_until <= now:  # the job that decides has not run yet
        return _("%(marketplace)s does not know this order so far. We go on asking.") % terms
    if lost.state == "not_asked":
        return _not_asked(lost) % terms
    return {
        "found": _("%(marketplace)s reports this order as yours. It is among your orders, from the day it was placed."),
        "other_id": _(
            "%(marketplace)s reports this order with an id that is not your shop’s, so it does not count for you. The"
            " buyer may have come last through another link."
        ),
        "undecided": _(
            "%(marketplace)s reports this order, but it is not clear yet whose it is. An operator looks at it; you need"
            " not do anything."
        ),
        "unknown": _("%(marketplace)s does not know this order so far. We go on asking until %(until)s."),
        "not_found": _(
            "%(marketplace)s did not report this order in all the days in which we asked. Compare number and time with"
            " the buyer’s app; you can ask for it again."
        ),
    }[lost.state] % terms


def _asking(lost: LostOrderShown, *, now: datetime) -> str:
    if lost.trouble and lost.answer_by <= now:
        return _("%(marketplace)s cannot be asked at the moment. You have an answer as soon as it can be.")
    if lost.trouble:
        return _(
            "%(marketplace)s cannot be asked at the moment. You have an answer by %(by)s, or later by as long as this"
            " still lasts."
        )
    if lost.answer_by < now:
        return _("The answer was due by %(by)s and is late. An operator sees that.")
    return _("We are asking %(marketplace)s. You have an answer by %(by)s.")


def _not_asked(lost: LostOrderShown) -> str:
    """Why the marketplace cannot be asked for it, and what still answers it."""
    connector = registry.find_connector(lost.marketplace)
    if is_own(lost.marketplace) and not registry.is_configured(lost.marketplace):
        return _("Your own account at %(marketplace)s was removed, so this order cannot be asked for.")
    if connector is None:
        return _("This site has no account at %(marketplace)s any more, so this order cannot be asked for.")
    if connector.manifest.order_look_up is None:
        return _(
            "%(marketplace)s cannot be asked for an order from this site: its reports come as files. The order is found"
            " when a file with it is imported."
        )
    return _("%(marketplace)s cannot be asked for this order any more: it answers for newer ones only.")


def _moment(moment: datetime, now: datetime) -> str:
    """A day with its time, as sentences write it."""
    terms = {"day": day_text(moment, today_of(now).year), "clock": clock_text(moment)}
    return _("%(day)s, %(clock)s") % terms
