"""Commission rates that were changed by `POST /control/rates`; every call and every order takes them from then on."""

from joey.sandbox.world.goods import CHANGED_RATES
from joey.sandbox.world.state import World


def set_rate(world: World, marketplace: str, item: str, rate_ppm: int | None) -> None:
    """Let an item pay this rate from now on; None: its usual one again."""
    with world.change() as db:
        db.execute("DELETE FROM changed_rate WHERE (marketplace, item) = (?, ?)", (marketplace, item))
        if rate_ppm is not None:
            db.execute("INSERT INTO changed_rate VALUES (?, ?, ?)", (marketplace, item, rate_ppm))
    read_rates(world)


def read_rates(world: World) -> None:
    """Take over the rates that this world remembers."""
    CHANGED_RATES.clear()
    for row in world.rows("SELECT marketplace, item, rate_ppm FROM changed_rate"):
        CHANGED_RATES[row["marketplace"], row["item"]] = row["rate_ppm"]
