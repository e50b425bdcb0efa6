"""The publisher accounts that the simulated JD Union knows. Public on purpose: nothing here opens anything real."""

from dataclasses import dataclass

APP_KEY = "6720fcc04eab1ccc9c101d4e9f3ac305"
APP_SECRET = "c8e990e8eaee473facde33fdb3db6b2d"  # noqa: S105 simulated
UNION_ID = 1_000_000_001
UNION_KEY = "5f4dcc3b5aa765d61d8327deb882cf99"  # the account's own key, for its positions

SITE_ID = 4_100_464_321  # the registered website
SOCIAL_MEDIA_ID = 4_100_464_399  # what the account shares in groups and feeds

FIRST_POSITION = 3_000_000_001
POSITIONS = tuple((FIRST_POSITION + index, f"joey-{index + 1:03d}") for index in range(20))


@dataclass(frozen=True)
class DemoAccount:
    """A publisher's account. An order is of the account whose site its link names."""

    app_key: str
    secret: str
    union_id: int
    union_key: str
    site: int
    social_media: int

    @property
    def sites(self) -> tuple[int, int]:
        return self.site, self.social_media


OPERATORS = DemoAccount(APP_KEY, APP_SECRET, UNION_ID, UNION_KEY, SITE_ID, SOCIAL_MEDIA_ID)
# Those of keepers, who share by them at other places too.
KEEPERS = (
    DemoAccount(
        "b1c2fcc04eab1ccc9c101d4e9f3ac701", "0d90e8eaee473facde33fdb3db6b2da1", 1_000_000_702,
        "7f4dcc3b5aa765d61d8327deb882c701", 4_100_470_021, 4_100_470_099,
    ),
    DemoAccount(
        "b1c2fcc04eab1ccc9c101d4e9f3ac702", "0d90e8eaee473facde33fdb3db6b2da2", 1_000_000_703,
        "7f4dcc3b5aa765d61d8327deb882c702", 4_100_471_021, 4_100_471_099,
    ),
)  # fmt: skip
ACCOUNTS = (OPERATORS, *KEEPERS)


def account_of_site(site: int) -> DemoAccount:
    """The account that has registered the site; the operator's where none has."""
    return next((each for each in ACCOUNTS if site in each.sites), OPERATORS)
