"""Erase what people wrote about something, and what they called it, when a person asks for that.

Every text that the record refers to is about a subject, such as `report:ID` or `payout:ID`. Packages whose texts may
still be needed, or are also kept elsewhere, erase their own subjects; all others are erased by the record itself.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from joey.commissions.erase_reasons import erase_line_texts
from joey.kit.refusals import Refusal
from joey.kit.text import read_reason
from joey.payouts.erase_texts import erase_pause, erase_payee, erase_payout, erase_shop_texts, payouts_and_payees_of
from joey.people.actors import name_of
from joey.people.models import Person
from joey.record.erasable import texts_of
from joey.record.erase_texts import Erasure, erase_texts_about, id_in
from joey.record.queries import subjects_of_shop, texts_about
from joey.sharing.connect_own_account import remove_own_accounts
from joey.shops.erase_words import erase_listing_texts
from joey.shops.models import Shop
from joey.shops.operators import check_operator
from joey.shops.queries import shop_id_of

log = logging.getLogger(__name__)

ERASERS: Mapping[str, Callable[[str, Erasure], int]] = MappingProxyType(
    {
        "listing": erase_listing_texts,
        "order_line": erase_line_texts,
        "pause": erase_pause,
        "payee": erase_payee,
        "payout": erase_payout,
        "shop": erase_shop_texts,
    }
)
# A hold in force keeps its reason among the texts of these.
HELD = ("order_line", "payout", "shop")
# Not the shop's to have erased: what buyers reported, and why something was erased before.
OF_OTHERS = ("report:", "erasure:")


@dataclass(frozen=True)
class ErasedTexts:
    """How many texts were erased, and a line for each subject of which something is still there, with the reason."""

    texts: int
    refused: tuple[str, ...] = ()


def erase_subject(subject: str, *, reason: str, now: datetime, by: Person | None = None) -> ErasedTexts:
    """Erase the texts about `subject`, such as "payout:ID"; "shop:ID" or "shop:SLUG" is all that is a shop's,
    with what is kept of its keeper's own accounts.

    An id may be written in any form of a UUID. What cannot be erased of a shop is named and stops nothing else.

    Done twice it is the same as once; killed midway it can be repeated. `by` is None at the terminal. Raises Invalid
    ("reason"), Forbidden, NotFound ("subject") where the record has no text about it, StillNeeded.
    """
    why = read_reason(reason)
    if by is not None:
        check_operator(by)
    erasure = Erasure(by=name_of(by), reason=why, now=now)
    kind, _colon, name = subject.partition(":")
    if kind == "shop":
        shop_id = shop_id_of(name, field="subject")
        remove_own_accounts(Shop.objects.get(pk=shop_id), by=by, now=now)
        return _erase_shop(f"shop:{shop_id}", erasure)
    of_record = _as_recorded(subject)
    return ErasedTexts(_eraser_of(of_record)(of_record, erasure), tuple(_kept_by_holds(of_record)))


def _erase_shop(shop: str, erasure: Erasure) -> ErasedTexts:
    """The shop itself, then each subject with a text of it, in a transaction of its own: one stops no other."""
    shop_id = id_in(shop)
    found = {*subjects_of_shop(shop_id), *payouts_and_payees_of(shop_id)} - {shop}
    texts, refused = 0, []
    for subject in (shop, *sorted(each for each in found if not each.startswith(OF_OTHERS))):
        try:
            texts += _eraser_of(subject)(subject, erasure)
            refused += _kept_by_holds(subject)
        except Refusal as refusal:
            refused.append(f"{subject}: {refusal}")
        except Exception as failure:
            log.exception("erasing the texts about %s failed", subject)
            why = _("This failed (%s). Erase the shop once more, or this subject by itself.") % type(failure).__name__
            refused.append(f"{subject}: {why}")
    return ErasedTexts(texts, tuple(refused))


def _as_recorded(subject: str) -> str:
    """The subject's key as its events have it."""
    kind, _colon, name = subject.partition(":")
    try:
        return f"{kind}:{UUID(name)}"
    except ValueError:  # a key that ends in no id of ours, such as a file's
        return subject


def _kept_by_holds(subject: str) -> list[str]:
    """A line that says so where a text about it is still there."""
    if subject.partition(":")[0] not in HELD or not any(texts_of(list(texts_about(subject))).values()):
        return []
    why = _("A hold in force keeps its reason. It can be erased once the hold is released.")
    return [f"{subject}: {why}"]


def _eraser_of(subject: str) -> Callable[[str, Erasure], int]:
    return ERASERS.get(subject.partition(":")[0], erase_texts_about)
