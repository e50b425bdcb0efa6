"""The one rule by which an amount is shared: floor to people, the remainder to a named rounding account."""

from collections.abc import Sequence

PPM = 1_000_000


def split(amount_minor: int, shares_ppm: Sequence[int]) -> tuple[list[int], int]:
    """Each share's floor of `amount_minor`, and what is left over; the parts and the rest sum to the whole.

    `shares_ppm` are parts per million, none negative, together at most a million. `amount_minor` is not
    negative: a reversal is the difference of two splits, never a split of a negative amount.
    """
    if amount_minor < 0:
        raise ValueError("split what was earned; a reversal is the difference of two splits")
    if any(share < 0 for share in shares_ppm) or sum(shares_ppm) > PPM:
        raise ValueError("shares are parts per million and together at most the whole")
    parts = [amount_minor * share // PPM for share in shares_ppm]
    return parts, amount_minor - sum(parts)
