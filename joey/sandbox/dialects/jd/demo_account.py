"""The publisher account that the simulated JD Union knows. Public on purpose: nothing here opens anything real."""

APP_KEY = "6720fcc04eab1ccc9c101d4e9f3ac305"
APP_SECRET = "c8e990e8eaee473facde33fdb3db6b2d"  # noqa: S105 simulated
UNION_ID = 1_000_000_001
UNION_KEY = "5f4dcc3b5aa765d61d8327deb882cf99"  # the account's own key, for its positions

SITE_ID = 4_100_464_321  # the registered website
SOCIAL_MEDIA_ID = 4_100_464_399  # what the account shares in groups and feeds
OWN_SITES = (SITE_ID, SOCIAL_MEDIA_ID)

FIRST_POSITION = 3_000_000_001
POSITIONS = tuple((FIRST_POSITION + index, f"joey-{index + 1:03d}") for index in range(20))
