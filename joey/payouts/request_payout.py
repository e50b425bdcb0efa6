"""Requests a payout: the amount moves from available to reserved at once."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from joey.kit.idempotency import key_digest, read_key
from joey.kit.refusals import Conflict, Invalid, Text
from joey.ledger.chart import AccountKind
from joey.ledger.queries import balances_of, lock_account
from joey.money.money import Money
from joey.payouts.floors import floor_of, missing_for
from joey.payouts.holds import open_holds
from joey.payouts.journals import RESERVED, PayoutJournal, book
from joey.payouts.licensed_channels import check_channel
from joey.payouts.limits import limits_at
from joey.payouts.models import Payee, Payout, PayoutHold
from joey.payouts.payee import latest_payee, lock_payees
from joey.payouts.payee_details import PayeeDetails, keep_details, read_details
from joey.payouts.payee_pause import why_paused
from joey.payouts.questions import words_about
from joey.payouts.rails.registry import default_rail, rail_manifests
from joey.payouts.states import IN_PROGRESS
from joey.record.append import append
from joey.record.erasable import text_of
from joey.record.kept_texts import kept_text, refer, with_texts
from joey.shops.models import Shop


class KeyUsedForAnotherPayout(Invalid):
    """The idempotency key belongs to a payout of another amount."""

    code = "key_used_for_another_payout"


class NoPayee(Conflict):
    """The shop has no payout details yet."""

    code = "no_payee"


class PayeePaused(Conflict):
    """The payout details were saved or changed less than 72 hours ago; `usable_from` is in the facts."""

    code = "payee_paused"


class PayoutsHeld(Conflict):
    """An open hold blocks this shop's payouts; its reason is in the text."""

    code = "payouts_held"


class PayoutInProgress(Conflict):
    """One payout in this currency is being decided or sent."""

    code = "payout_in_progress"


class InsufficientBalance(Conflict):
    """Less is available than was requested; `available` (Money) is in the facts."""

    code = "insufficient_balance"


class BelowFloor(Invalid):
    """Below the smallest payout, `least`. What the balance lacks is `missing`, if it does (Money, in the facts)."""

    code = "below_floor"


@transaction.atomic(durable=True)
def request_payout(
    shop: Shop, *, amount: Money, idempotency_key: str, now: datetime, rail: str | None = None
) -> Payout:
    """Reserve `amount` of what is available. The same key with the same amount returns the first payout again.

    Locks the shop's payees, then the account: two requests at once queue at the payees, so the second sees what the
    first did. Raises NoPayee, PayeePaused, PayoutsHeld, PayoutInProgress, InsufficientBalance, NoLimits,
    NoLicensedChannel (all Conflict), BelowFloor, KeyUsedForAnotherPayout, Invalid ("amount", "idempotency_key").
    """
    rail = rail or default_rail()
    key_sha256 = key_digest(shop.id, read_key(idempotency_key, field="idempotency_key"))
    _check_currency(rail, amount.currency)
    check_channel(amount.currency)
    _check_floor(shop, amount, now)
    lock_payees(shop)
    payee = latest_payee(shop, rail)
    earlier = Payout.objects.filter(shop=shop, key_sha256=key_sha256).first()
    if earlier is not None:
        return _same_or_refuse(earlier, amount)
    payee, details = _usable(payee, now)
    _refuse_when_blocked(shop, amount.currency)
    available = Money(lock_account(shop.id, AccountKind.SHOP_AVAILABLE, amount.currency), amount.currency)
    _check_amount(amount, available, now)
    kept = keep_details(details, shop_id=shop.id)
    payout = Payout.objects.create(
        shop=shop,
        payee=payee,
        rail=rail,
        **refer("details", kept),
        currency=amount.currency,
        amount_minor=amount.minor,
        state=Payout.State.REQUESTED,
        key_sha256=key_sha256,
        requested_at=now,
    )
    reserved = PayoutJournal(RESERVED, payout.id, None, shop.id, "", amount.currency, amount.minor, now)
    book([reserved])
    facts = {"amount_minor": amount.minor, "currency": amount.currency, "rail": rail, "account": details.account_end}
    facts |= {"payee": str(payee.id), "details": kept.fact, "key": key_sha256.hex()}
    append("payout.requested", f"payout:{payout.id}", facts, shop_id=shop.id, happened_at=now)
    return payout


def check_request(shop: Shop, *, amount: Money, now: datetime, rail: str | None = None) -> None:
    """Refuse what request_payout would refuse, and reserve nothing: for the page on which a keeper confirms."""
    rail = rail or default_rail()
    _check_currency(rail, amount.currency)
    check_channel(amount.currency)
    _check_floor(shop, amount, now)
    _usable(latest_payee(shop, rail), now)
    _refuse_when_blocked(shop, amount.currency)
    held = balances_of(shop.id).get(amount.currency)
    _check_amount(amount, held.available if held else Money(0, amount.currency), now)


def _check_floor(shop: Shop, amount: Money, now: datetime) -> None:
    if amount.minor <= 0:
        raise Invalid(_("The amount must be greater than zero."), field="amount")
    least = floor_of(shop, amount.currency, now)
    if amount.minor >= least.minor:
        return
    missing = missing_for(least, balances_of(shop.id).get(amount.currency))
    if missing is None:
        raise BelowFloor(_("A payout is at least %(least)s.") % {"least": least.text}, field="amount", least=least)
    raise BelowFloor(
        _("A payout is at least %(least)s: %(missing)s to go.") % {"least": least.text, "missing": missing.text},
        field="amount",
        least=least,
        missing=missing,
    )


def _check_amount(amount: Money, available: Money, now: datetime) -> None:
    """It is there, and no more than operators may approve: what they may not would wait for ever."""
    if available.minor < amount.minor:
        raise InsufficientBalance(
            _("Only %(available)s is available, but %(requested)s was requested.")
            % {"available": available.text, "requested": amount.text},
            field="amount",
            available=available,
        )
    most = Money(limits_at(amount.currency, now).per_operator_day_minor, amount.currency)
    if amount.minor > most.minor:
        raise Invalid(
            _("At most %(most)s is paid out at once. Request the rest once it has arrived.") % {"most": most.text},
            field="amount",
        )


def _check_currency(rail: str, currency: str) -> None:
    manifest = rail_manifests().get(rail)
    if manifest is not None and currency not in manifest.currencies:
        raise Invalid(
            _("%(currency)s cannot be paid out by %(rail)s.") % {"currency": currency, "rail": manifest.name},
            field="amount",
        )


def _same_or_refuse(earlier: Payout, amount: Money) -> Payout:
    if (earlier.amount_minor, earlier.currency) != (amount.minor, amount.currency):
        raise KeyUsedForAnotherPayout(
            _("This Idempotency-Key was used for a payout of another amount. Use a new key for a new payout."),
            field="idempotency_key",
        )
    return earlier


def _usable(payee: Payee | None, now: datetime) -> tuple[Payee, PayeeDetails]:
    details = read_details(text_of(payee.details_id)) if payee else None
    if payee is None or details is None:
        raise NoPayee(_("Add your payout details first, so that we know where to send the money."))
    if paused := why_paused(payee.usable_from, now):
        raise PayeePaused(paused, usable_from=payee.usable_from)
    return payee, details


def _why_held(hold: PayoutHold) -> Text:
    """In the language of who asks; what an operator wrote is quoted, in whatever language that is."""
    if hold.attempt is not None:
        return _("Payouts of this shop are on hold: %s") % words_about(hold.attempt, PayoutHold.Cause(hold.cause))
    reason = kept_text(hold, "reason")
    if not reason:
        return _("Payouts of this shop are on hold.")
    return _("Payouts of this shop are on hold. The operator wrote: “%s”") % reason


def _refuse_when_blocked(shop: Shop, currency: str) -> None:
    holds = open_holds().filter(shop=shop, payout=None)
    hold = with_texts(holds, "reason").select_related("attempt__payout").order_by("placed_at").first()
    if hold is not None:
        raise PayoutsHeld(_why_held(hold))
    if Payout.objects.filter(shop=shop, currency=currency, state__in=IN_PROGRESS).exists():
        raise PayoutInProgress(_("A payout is already in progress. Request the next one once it has arrived."))
