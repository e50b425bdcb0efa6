"""After the healing: what was acknowledged is there exactly once, the rest at most once, and the books are right."""

from collections import Counter

from tests.journeys.faults.town import ANSWERED_WITHIN, Pressed, Town
from tests.journeys.running import until

KEEPERS_SHARE = (80, 100)  # of what the marketplace pays net of its own fee, rounded down
BOOKED_WITHIN = 120.0


def as_acknowledged(town: Town, pressed: Pressed) -> None:
    """The rule of the journal, for visits and writes."""
    clicks = Counter(
        dict(town.ask("SELECT referrer_host, count(*) FROM sharing_click WHERE referrer_host <> '' GROUP BY 1"))
    )
    ways = Counter(
        dict(
            town.ask(
                "SELECT c.referrer_host, count(*) FROM sharing_click c"
                " JOIN sharing_outboundclick w ON w.click_id = c.id"
                " WHERE c.referrer_host <> '' GROUP BY 1"
            )
        )
    )
    shelves = Counter(
        dict(
            town.ask(
                "SELECT f.name, count(*) FROM shops_shelf f JOIN shops_shop s ON s.id = f.shop_id"
                " WHERE s.slug = %s GROUP BY 1",
                town.keeper.slug,
            )
        )
    )
    for kind, kept in (("page", clicks), ("way", clicks), ("way", ways), ("shelf", shelves)):
        acked, asked = pressed.marked("acked", kind), pressed.marked("asked", kind)
        assert acked, f"nothing of kind {kind} was acknowledged: {pressed.seen}"
        assert [marker for marker in acked if kept[marker] != 1] == [], f"acknowledged {kind}, not there exactly once"
        assert [marker for marker in asked if kept[marker] > 1] == [], f"{kind} there more than once"
    assert [m for m in pressed.marked("asked", "way") if clicks[m] != ways[m]] == [], "clicks lost"


def answered_well(pressed: Pressed) -> None:
    """No request waited without end, and every refusal had the promised form."""
    assert pressed.odd == []
    assert pressed.longest < ANSWERED_WITHIN, pressed.longest


def booked_once(town: Town, pressed: Pressed) -> None:
    """Every order of the simulated world is booked once, with the amounts that its own arithmetic gives."""
    orders = pressed.orders.read_text().split()
    assert orders, "nothing was bought"
    assert len(orders) == len(set(orders))
    expected = {order: [_as_it_must_be(town, order)] for order in orders}

    def booked_as_expected() -> dict[str, list[tuple[str, int]]] | None:
        """All lines of the shop, once those of the orders are reported, earned and as the marketplace left them."""
        town.joey.run("sync")
        found: dict[str, list[tuple[str, int]]] = {}
        for order, state, amount in town.ask(
            "SELECT l.external_line, l.state, coalesce(c.amount_minor, 0) FROM orders_orderline l"
            " JOIN shops_shop s ON s.id = l.shop_id AND s.slug = %s"
            " LEFT JOIN commissions_commission c ON c.order_line_id = l.id",
            town.keeper.slug,
        ):
            found.setdefault(order, []).append((state, amount))
        wrong.clear()
        wrong.update({order: (found.get(order), rows) for order, rows in expected.items() if found.get(order) != rows})
        return None if wrong else found

    wrong: dict[str, object] = {}
    try:
        booked = until(booked_as_expected, "every order in the books", BOOKED_WITHIN)
    finally:
        assert not wrong, wrong
    total = sum(amount for rows in booked.values() for _state, amount in rows)
    balance = town.keeper.api.get(f"/shops/{town.keeper.slug}/balance")["CNY"]
    assert balance["pending"]["minor"] + balance["available"]["minor"] == total


def _as_it_must_be(town: Town, order: str) -> tuple[str, int]:
    """(state, the shop's part) by the simulated world's own figures."""
    truth = town.sandbox.truth(order)
    numerator, denominator = KEEPERS_SHARE
    earned = (truth["settled_minor"] - truth["service_minor"]) * numerator // denominator
    assert truth["state"] in ("settled", "closed"), truth
    return truth["state"], earned if truth["state"] == "settled" else 0


def books_are_right(town: Town) -> None:
    assert "All" in town.joey.run("prove")
