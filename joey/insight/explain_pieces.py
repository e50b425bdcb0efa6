"""How many pieces an order was of and what of it came back, in words: what heads it in a list and on its page."""

from django.utils.translation import gettext as _

from joey.commissions.queries import OrderRow

MOST_TRIED = 1000  # pieces that came back before the price fell; of more, the figures stand for themselves


def pieces_in_words(line: OrderRow) -> str:
    """Pieces that came back where the figures name them exactly, else what was refunded; "" of an order of one."""
    if line.bought <= 1:
        return ""
    pieces = {"bought": line.bought, "units": _units_back(line), "back": line.refunded.text}
    if line.state == "closed" or not (pieces["units"] or line.refunded.minor):
        return f"× {line.bought}"
    if pieces["units"]:
        return _("%(bought)d bought, %(units)d returned") % pieces
    return _("%(bought)d bought, %(back)s refunded") % pieces


def whole_pieces(back: int, *, of: int, quantity: int, protected: int = 0) -> int:
    """How many of `quantity` equal pieces, `of` together, come to exactly `back`; 0 where none do.

    `protected` is by how much the price fell of all that had not come back until then: so many pieces at the full
    price, then so many at the lower one.
    """
    if back <= 0 or of <= 0:
        return 0
    for full in range(min(back * quantity // of, MOST_TRIED if protected else 0) + 1):
        left = quantity - full
        price, rest = of * left - protected * quantity, back * quantity - full * of  # both times the quantity
        if not rest:
            return full
        if price > 0 and not rest * left % price and rest <= price:
            return full + rest * left // price
    return 0


def _units_back(line: OrderRow) -> int:
    """A report of fewer pieces names them; else what was refunded does."""
    if line.quantity < line.bought:
        return line.bought - line.quantity
    return whole_pieces(
        line.refunded.minor, of=line.bought_for.minor, quantity=line.bought, protected=line.protected.minor
    )
