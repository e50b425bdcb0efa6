"""A feed in a line or two of the terminal."""

from joey.catalog.feeds.models import FeedAddress
from joey.kit.sentences import worded
from joey.kit.utc_text import utc_text


def say_feed(feed: FeedAddress) -> str:
    """What came of it last, and what happens next."""
    if feed.held_at is not None:
        then = f"held: {feed.missing} of {feed.live} goods are missing in its list (joey feed shrink, or resume)"
    elif feed.paused_at is not None:
        then = f"paused since {utc_text(feed.paused_at)}"
    else:
        then = f"asked next {utc_text(feed.next_at)}"
    asked = "not asked yet"
    if feed.asked_at is not None:
        size = f", {feed.bytes:,} bytes" if feed.bytes is not None else ""
        asked = f"asked {utc_text(feed.asked_at)}: {feed.answer or 'no answer yet'}{size}"
    lines = [f"{feed.pk}  {feed.host}  every {feed.every_hours} h  {asked}  {then}"]
    if feed.imported_at is not None:
        lines.append(
            f"  imported {utc_text(feed.imported_at)}: {feed.taken:,} rows taken, of which {feed.changed:,} changed"
            f" something; {feed.refused:,} refused; {feed.withdrawn:,} goods withdrawn"
        )
    if feed.failures:
        lines.append(f"  failed {feed.failures} in a row: {worded(feed.trouble)}")
    return "\n".join(lines)
