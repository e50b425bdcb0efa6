"""Lists of goods that are fetched from an address: what came of each last, and when it is asked next."""

from collections.abc import Iterable

from django.contrib import admin
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from joey.catalog.feeds.arrange_feeds import ask_soon, let_it_shrink, pause_feed
from joey.catalog.feeds.models import FeedAddress
from joey.kit import clock
from joey.kit.sentences import worded
from joey.office.columns import NOTHING, time_text
from joey.office.read_only import ReadOnly, each, operator
from joey.office.site import office


@admin.register(FeedAddress, site=office)
class Feeds(ReadOnly):
    """An address may hold a password, so only its host is shown."""

    heading = _("Feeds by address")
    named_by = ("feed",)
    list_display = ("feed", "host", "schedule", "last", "result", "then")
    ordering = ("marketplace",)
    actions = ("ask", "pause", "shrink")
    fields = (
        "feed", "host", "mapping_used", "schedule", "last", "then", "failing", "result", "withdraws", "added_at",
    )  # fmt: skip

    @admin.action(description=_("Fetch these now"))
    def ask(self, request: HttpRequest, chosen: Iterable[FeedAddress]) -> None:
        now, by = clock.now(), operator(request)
        each(request, chosen, lambda feed: ask_soon(feed.pk, by=by, now=now))

    @admin.action(description=_("Pause these"))
    def pause(self, request: HttpRequest, chosen: Iterable[FeedAddress]) -> None:
        now, by = clock.now(), operator(request)
        each(request, chosen, lambda feed: pause_feed(feed.pk, by=by, now=now))

    @admin.action(description=_("Let these lists count, and withdraw what they lack"))
    def shrink(self, request: HttpRequest, chosen: Iterable[FeedAddress]) -> None:
        now, by = clock.now(), operator(request)
        each(request, chosen, lambda feed: let_it_shrink(feed.pk, by=by, now=now))

    @admin.display(description=_("Feed"), ordering="marketplace")
    def feed(self, feed: FeedAddress) -> str:
        return feed.pk

    @admin.display(description=_("Mapping"))
    def mapping_used(self, feed: FeedAddress) -> str:
        return feed.mapping or NOTHING

    @admin.display(description=_("Schedule"))
    def schedule(self, feed: FeedAddress) -> str:
        hours = feed.every_hours
        every = gettext("every hour") if hours == 1 else gettext("every %(hours)d hours") % {"hours": hours}
        return gettext("%(every)s, from %(at)s") % {"every": every, "at": f"{feed.at:%H:%M}"} if feed.at else every

    @admin.display(description=_("Last answer"), ordering="asked_at")
    def last(self, feed: FeedAddress) -> str:
        if feed.asked_at is None:
            return gettext("Not asked yet")
        said = {"": NOTHING, "none": gettext("no answer"), "304": gettext("304, unchanged")}
        parts = [time_text(feed.asked_at), said.get(feed.answer, feed.answer)]
        if feed.bytes:
            parts.append(filesizeformat(feed.bytes))
        return " · ".join(parts)

    @admin.display(description=_("Last import"), ordering="imported_at")
    def result(self, feed: FeedAddress) -> str:
        if feed.imported_at is None:
            return NOTHING
        counts = gettext("%(taken)d rows taken, %(changed)d changed, %(refused)d refused; %(withdrawn)d withdrawn")
        named = {name: getattr(feed, name) for name in ("taken", "changed", "refused", "withdrawn")}
        return f"{time_text(feed.imported_at)} · {counts % named}"

    @admin.display(description=_("What happens next"), ordering="next_at")
    def then(self, feed: FeedAddress) -> str:
        if feed.held_at is not None:
            held = gettext("Held: %(missing)d of %(live)d goods are missing in its list")
            return held % {"missing": feed.missing, "live": feed.live}
        if feed.paused_at is not None:
            return gettext("Paused since %s") % time_text(feed.paused_at)
        if feed.failures:
            failed = gettext("Failed %(times)d in a row, tried again %(at)s")
            return failed % {"times": feed.failures, "at": time_text(feed.next_at)}
        return gettext("Next at %s") % time_text(feed.next_at)

    @admin.display(description=_("Why it fails"))
    def failing(self, feed: FeedAddress) -> str:
        return worded(feed.trouble) if feed.failures else NOTHING

    @admin.display(description=_("Withdraws goods that the list lacks"), boolean=True)
    def withdraws(self, feed: FeedAddress) -> bool:
        return feed.is_complete
