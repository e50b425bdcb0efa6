"""The key of a payout's transfer at its rail, and what rows that are never deleted keep of what a rail calls one.

A rail may name a transfer that is not ours by anything, a person's name or number among them. Only what has the form of
our keys is a code and may stay for ever; of anything else an answer's row keeps a digest.
"""

import re

from django.utils.crypto import salted_hmac

from joey.payouts.models import Payout

_OURS = re.compile("[0-9A-F]{32}")


def rail_key(payout: Payout) -> str:
    """The payout's one key at the rail: its id, so that it never has another."""
    return payout.id.hex.upper()


def has_our_form(named: str) -> bool:
    """Whether a transfer's name could be a key of ours, so is no words of a rail's; no name is none either."""
    return not named or _OURS.fullmatch(named) is not None


def key_to_keep(named: str) -> str:
    """What `PayoutAnswer.key` keeps of a transfer's name: a key of ours as it is, of other words a digest.

    The same words have the same digest, so that a rail that repeats them after they were erased says nothing new. It is
    made with this instance's secret, without which nothing can be guessed from it. Under another secret the words count
    as new, and no more: what they were is proved by their text (`PayoutAnswer.words_id`).
    """
    if has_our_form(named):
        return named
    return "~" + salted_hmac("joey.payouts.rail_key", named, algorithm="sha256").hexdigest()[:32]
