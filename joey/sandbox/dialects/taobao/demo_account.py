"""The publisher account that the simulated Taobao Union knows. Public on purpose: nothing here opens anything real."""

APP_KEY = "34200001"
APP_SECRET = "9f86d081884c7d659a2feaa0c55ad015"  # noqa: S105 simulated
SESSION = "6100b07sandboxsessionofthedemopublisher0001"
# Each of these belongs to a keeper who signed in with a Taobao account of that name.
KEEPER_SESSIONS = {f"6100b07sandboxsessionofakeeper{index:014d}": f"keeper-{index:02d}" for index in range(1, 21)}
PUBLISHER_ID = 98836808
SITE_ID = 45598009
SITE_NAME = "joey"

FIRST_ADZONE = 110_000_000_001
ADZONES = tuple((FIRST_ADZONE + index, f"joey-{index + 1:03d}") for index in range(100))
RELATIONS = tuple((2_345_678_901 + index, f"channel-{index + 1:02d}") for index in range(20))


def pid_of(adzone: int) -> str:
    """The full position text, `mm_98836808_45598009_110000000001`."""
    return f"mm_{PUBLISHER_ID}_{SITE_ID}_{adzone}"
