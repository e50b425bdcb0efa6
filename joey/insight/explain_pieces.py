"""How many pieces an order was of and what of it came back, in words: what heads it in a list and on its page."""

from django.utils.translation import gettext as _

from joey.commissions.queries import OrderRow


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


def whole_pieces(back: int, *, of: int, quantity: int) -> int:
    """How many of `quantity` equal pieces, `of` together, come to exactly `back`; 0 where none do."""
    if back <= 0 or of <= 0:
        return 0
    units, rest = divmod(back * quantity, of)
    return units if not rest and units <= quantity else 0


def _units_back(line: OrderRow) -> int:
    """A report of fewer pieces names them; else what was refunded does, at the price with or without its protection."""
    if line.quantity < line.bought:
        return line.bought - line.quantity
    prices = (line.bought_for, line.bought_for - line.protected)
    found = (whole_pieces(line.refunded.minor, of=price.minor, quantity=line.bought) for price in prices)
    return next((units for units in found if units), 0)
