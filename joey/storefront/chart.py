"""Where the lines of a price history go on a drawing. Server-made, so that it shows without script and prints."""

from dataclasses import dataclass
from datetime import datetime

from joey.money.money import Money
from joey.shops.price_history import PriceHistory, PriceStep

WIDTH, HEIGHT = 360, 150
LEFT, RIGHT, TOP = 8, 352, 26
FLOOR = 130  # where a price of nothing would be: a small change of a price looks small
LABEL_ROOM = 24  # above the floor, for a label below the line
LABEL_HALF = 40  # half the width of a long price: no label is cut off at the edge


@dataclass(frozen=True)
class LowMark:
    """A stretch at the lowest price: from x to x at y."""

    x: int
    until_x: int
    y: int


@dataclass(frozen=True)
class Chart:
    """An SVG of WIDTH x HEIGHT. What is unknown before the first price stays empty: the line begins later."""

    width: int
    height: int
    line: str
    area: str
    lows: tuple[LowMark, ...]
    high: Money
    low: Money
    zero: Money
    floor: int
    high_y: int
    low_label_y: int
    low_label_x: int
    first: datetime
    last: datetime
    left: int
    right: int


def chart_of(history: PriceHistory) -> Chart:
    """The step line: a price holds until the next one. The axis begins at zero."""
    span = max((history.ends - history.begins).total_seconds(), 1)
    least, greatest = history.low.minor, history.high.minor

    def x(at: datetime) -> int:
        return LEFT + round((RIGHT - LEFT) * (at - history.begins).total_seconds() / span)

    def y(step: PriceStep) -> int:
        return FLOOR - round((FLOOR - TOP) * step.price.minor / greatest)

    path = ""
    for step in history.steps:
        path += f"{'L' if path else 'M'}{x(step.since)} {y(step)}H{x(step.until)}"
    lows = tuple(LowMark(x(step.since), x(step.until), y(step)) for step in history.steps if step.is_low)
    last_low = lows[-1]
    return Chart(
        width=WIDTH,
        height=HEIGHT,
        line=path,
        area=f"{path}V{FLOOR}H{x(history.steps[0].since)}Z",
        lows=lows if greatest != least else (),
        high=history.high,
        low=history.low,
        high_y=min(y(step) for step in history.steps),
        low_label_y=last_low.y + 18 if last_low.y <= FLOOR - LABEL_ROOM else last_low.y - 10,
        zero=Money(0, history.low.currency),
        floor=FLOOR,
        low_label_x=min(max((last_low.x + last_low.until_x) // 2, LEFT + LABEL_HALF), RIGHT - LABEL_HALF),
        first=history.begins,
        last=history.ends,
        left=LEFT,
        right=RIGHT,
    )
