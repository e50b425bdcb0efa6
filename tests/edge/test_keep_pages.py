"""What is kept, for how long, and what makes it go; the clock is the test's own."""

from joey.edge.keep_pages import FRESH, Key, Pages, kept

PUBLIC = ((b"content-type", b"text/html"), (b"cache-control", b"public, max-age=60"))


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def key(slug: str = "mei", listing: str = "", start: int = 0, language: str = "en") -> Key:
    return (slug, listing, start, language, False)


def test_a_page_is_shown_until_it_is_too_old_and_not_a_moment_longer() -> None:
    clock = Clock()
    pages = Pages(10_000, clock)
    pages.put(key(), kept(PUBLIC, b"page", made=clock.now), seen=pages.changes)

    clock.now += FRESH - 0.01
    assert pages.get(key()) is not None
    clock.now += 0.02
    assert pages.get(key()) is None


def test_a_price_that_ends_sooner_ends_the_page() -> None:
    clock = Clock()
    pages = Pages(10_000, clock)
    pages.put(key(), kept(((b"cache-control", b"public, max-age=2"),), b"page", made=clock.now), seen=0)

    clock.now += 2.01

    assert pages.get(key()) is None


def test_what_its_headers_make_private_is_not_kept() -> None:
    clock = Clock()
    pages = Pages(10_000, clock)
    private = ((b"cache-control", b"private, no-store"),)
    with_cookie = (*PUBLIC, (b"Set-Cookie", b"a=b"))

    for headers in (private, with_cookie, ()):
        assert not pages.put(key(), kept(headers, b"page", made=clock.now), seen=0)
    assert pages.get(key()) is None


def test_a_change_takes_the_pages_of_its_shop_and_no_others() -> None:
    pages = Pages(100_000, Clock())
    for each in (key(), key(start=120), key(listing="x"), key("lulu")):
        pages.put(each, kept(PUBLIC, b"page", made=1000.0), seen=0)

    pages.forget("mei")

    assert [pages.get(each) is None for each in (key(), key(start=120), key(listing="x"), key("lulu"))] == [
        True, True, True, False,
    ]  # fmt: skip
    pages.forget_all()
    assert (len(pages), pages.bytes) == (0, 0)


def test_a_page_that_was_being_made_while_something_changed_is_not_kept() -> None:
    pages = Pages(10_000, Clock())
    seen = pages.changes

    pages.forget("mei")

    assert not pages.put(key(), kept(PUBLIC, b"old", made=1000.0), seen=seen)
    assert pages.get(key()) is None


def test_memory_is_bounded_and_the_oldest_page_goes_first() -> None:
    pages = Pages(10 * 1524, Clock())
    for number in range(25):
        assert pages.put(key(f"shop-{number}"), kept(PUBLIC, b"x" * 500, made=1000.0), seen=0)

    assert len(pages) == 10
    assert pages.bytes == 10 * 1524
    assert pages.get(key("shop-14")) is None
    assert pages.get(key("shop-15")) is not None
    assert not pages.put(key("huge"), kept(PUBLIC, b"x" * 20_000, made=1000.0), seen=0)


def test_the_same_page_again_takes_no_more_room() -> None:
    pages = Pages(10_000, Clock())
    for _again in range(3):
        pages.put(key(), kept(PUBLIC, b"x" * 500, made=1000.0), seen=0)

    assert (len(pages), pages.bytes) == (1, 1524)


def test_expired_pages_are_dropped() -> None:
    clock = Clock()
    pages = Pages(10_000, clock)
    pages.put(key(), kept(PUBLIC, b"page", made=clock.now), seen=0)
    clock.now += FRESH

    pages.sweep()

    assert (len(pages), pages.bytes) == (0, 0)


def test_a_browser_may_keep_a_copy_no_longer_than_the_first_one_could() -> None:
    page = kept(((b"cache-control", b"public, max-age=20"),), b"page", made=1000.0)

    assert dict(page.headers_at(1003.2, page.encode(b"")))[b"cache-control"] == b"public, max-age=16"
    assert dict(page.headers_at(1019.5, page.encode(b"")))[b"cache-control"] == b"private, no-store"
