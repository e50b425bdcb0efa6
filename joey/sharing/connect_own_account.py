"""A keeper connects an account of their own at a marketplace, by which one of their shops goes there from then on.

Its marketplace pays the keeper itself. The shop's lease at the operator's account ends as others do: what was shared by
it may still sell and is paid by the plan, and it resumes once the keeper's account is removed.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from joey.kit import limits, sql
from joey.kit.rate_limit import hit
from joey.kit.refusals import Invalid, NotFound, Text
from joey.marketplaces import registry
from joey.marketplaces.connect_account import OtherAccount, asked_once, connector_of
from joey.marketplaces.manifest_shape import CredentialField, Manifest
from joey.marketplaces.own_accounts import (
    account_of,
    code_of_account,
    destroy_account,
    keep_account,
    own_configuration,
)
from joey.marketplaces.own_codes import new_own_code
from joey.marketplaces.port import Connector, MarketplaceRefused
from joey.people.actors import name_of
from joey.people.models import Person
from joey.record.append import append
from joey.sharing.end_lease import end_open_lease
from joey.sharing.lease_position import lease_at, lock_leases, uses_positions
from joey.sharing.models import Position, PositionLease
from joey.sharing.own_position import choose_position, prove_position, with_answer
from joey.sharing.register_positions import check_key
from joey.shops.models import Shop, ShopAccount
from joey.shops.own_account import own_account_of, own_accounts_of

JUST_NOW = timedelta(minutes=10)  # of the reports, to see whether they are granted
LONGEST = 2000  # characters of one credential
CREDENTIAL = re.compile(r"[A-Za-z0-9_.~+/=@:|-]+")


def may_connect(manifest: Manifest) -> bool:
    """Whether keepers can connect accounts of their own where the operator's account has this manifest."""
    can = manifest.capabilities
    by_position = uses_positions(manifest) and manifest.evidence[0] == "position"
    return bool(manifest.own_account) and by_position and (can.track, can.report) == ("api", "api")


def problem_of(asked: CredentialField, value: str) -> Text:
    """What is wrong with what was typed for it, as far as that is known without its marketplace; "" of nothing."""
    if not value:
        return _("“%s” is missing.") % asked.label.text if asked.is_needed else ""
    if len(value) > LONGEST:
        return _("“%s” is too long.") % asked.label.text
    if not CREDENTIAL.fullmatch(value):
        return _("“%s” has a blank or a character that does not belong there. Copy it again.") % asked.label.text
    return ""


def connect_own_account(
    shop: Shop, marketplace: str, given: Mapping[str, str], *, position: str, by: Person, now: datetime
) -> str:
    """Keep the account once a call of it was taken; its code. The same account again: new credentials replace the old.

    `given` is what the manifest asks for (`own_account`). `position`: the shop's links go by it; "": one is made, where
    an account can. Raises NotFound where none can be connected; TooMany, Invalid, NotAnswered,
    MarketplaceUnavailable, Conflict, OtherAccount, AccountLocked, and then nothing has changed.
    """
    if shop.owner_id != by.pk:
        raise NotFound(_("There is no such shop."))
    marketplace = registry.code_for(marketplace)
    operators = registry.connector(marketplace)
    if not may_connect(operators.manifest):
        raise NotFound(_("No account of your own can be connected at %s.") % registry.name_of(marketplace))
    with transaction.atomic():  # counts whatever comes of it
        hit(
            (limits.OWN_ACCOUNTS_OF_PERSON, str(shop.owner_id)),
            now=now,
            text=_("You tried often today. Try again tomorrow."),
        )
    credentials, position = _typed(operators.manifest, given), position.strip()
    connector = connector_of(marketplace, own_configuration(marketplace, credentials))
    if position:
        check_key(connector, position, field="position")
    _ask(connector, now)  # first: without a secret no one learns which accounts are connected
    _check_is_free(shop, marketplace, connector.account, operators)
    own = own_account_of(shop.pk, marketplace)
    before = own or _had_before(shop, marketplace, connector.account)
    key = choose_position(connector, shop, typed=position, before=before, is_in_use=own is not None)
    prove_position(connector, key, is_typed=bool(position))
    with transaction.atomic(durable=True):
        return _keep(shop, marketplace, connector.account, credentials, operators, key=key, by=by, now=now)


def remove_own_account(shop: Shop, marketplace: str, *, by: Person, now: datetime) -> None:
    """Destroy what was kept of the account. From now on the shop goes there by the operator's account again.

    What the account's reports said of its orders stays, and no more is asked. Raises NotFound.
    """
    if shop.owner_id != by.pk or not _remove(shop, registry.code_for(marketplace), by=by, now=now):
        raise NotFound(_("No account of your own is connected there."))


def remove_own_accounts(shop: Shop, *, by: Person | None, now: datetime) -> int:
    """The same for all accounts of a shop that is erased; how many. `by` is None at the terminal."""
    return sum(_remove(shop, marketplace, by=by, now=now) for marketplace in own_accounts_of(shop.pk))


@transaction.atomic
def _remove(shop: Shop, marketplace: str, *, by: Person | None, now: datetime) -> bool:
    lock_leases(shop, marketplace)
    code = own_account_of(shop.pk, marketplace)
    if code is None:
        return False
    _end_lease(shop, code, by=by, now=now)
    destroy_account(code, now=now)
    ShopAccount.objects.filter(code=code).update(ended_at=now)
    _append("own_account.removed", shop, code, by, now=now)
    return True


def _typed(manifest: Manifest, given: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for asked in manifest.own_account:
        value = str(given.get(asked.name) or "").strip()
        if problem := problem_of(asked, value):
            raise Invalid(problem, field=asked.name)
        if value:
            found[asked.name] = value
    return found


def _check_is_free(shop: Shop, marketplace: str, account: str, operators: Connector) -> None:
    """Orders of one account that came in twice would be counted twice."""
    place = registry.name_of(marketplace)
    if account == operators.account:
        raise OtherAccount(_("This is the account of this site at %s. Connect one of your own.") % place)
    own, connected = own_account_of(shop.pk, marketplace), code_of_account(marketplace, account)
    if connected is not None and connected != own:
        raise OtherAccount(
            _("This account of %s is connected already, for another shop. Remove it there first.") % place
        )
    if own is not None and account_of(own) != account:
        raise OtherAccount(_("Another account of %s is connected for this shop. Remove it first.") % place)


def _ask(connector: Connector, now: datetime) -> None:
    """A call to see whether the marketplace takes what was typed, and one for each report that its orders need.

    The first counts as taken where that call is not granted, which says nothing of the key and the secret.
    """
    not_answered = _(
        "%(place)s did not answer, so whether it takes this account is not known, and nothing was changed. Try"
        " again later. What went wrong: %(why)s"
    )
    try:
        asked_once(connector, not_answered)
    except MarketplaceRefused as refused:
        text = _(
            "%(place)s did not take this account, and nothing was changed. Check the key and the secret first: whole,"
            " and both of one application. Its answer: %(why)s"
        )
        raise with_answer(text, connector, refused) from None
    try:
        for question in connector.manifest.questions:
            if not question.is_second_look:
                next(iter(connector.rows(question, now - JUST_NOW, now)), None)
    except MarketplaceRefused as refused:
        text = _("%(place)s does not let this account read its orders, so nothing was changed. Its answer: %(why)s")
        raise with_answer(text, connector, refused) from None


def _keep(
    shop: Shop, marketplace: str, account: str, credentials: Mapping[str, str], operators: Connector, *,
    key: str, by: Person, now: datetime,
) -> str:  # fmt: skip
    sql.lock_until_end(f"own_accounts:{marketplace}")
    lock_leases(shop, marketplace)
    _check_is_free(shop, marketplace, account, operators)  # now as the last word
    code = own_account_of(shop.pk, marketplace)
    again = code is not None
    if code is None:
        code = _had_before(shop, marketplace, account) or new_own_code(marketplace)
        ShopAccount.objects.update_or_create(
            code=code, defaults={"ended_at": None}, create_defaults={"shop": shop, "marketplace": marketplace}
        )
    keep_account(code, account, credentials, now=now)
    _end_lease(shop, marketplace, by=by, now=now)
    position, _new = Position.objects.get_or_create(
        marketplace=code, key=key, defaults={"free_from": now.replace(microsecond=0), "registered_at": now}
    )
    Position.objects.filter(pk=position.pk).update(refused_at=None)  # it was asked about just now
    if PositionLease.objects.filter(shop=shop, marketplace=code, ended_at=None).exclude(position=position).exists():
        _end_lease(shop, code, by=by, now=now)
    lease_at(shop, code, key=key, now=now)
    _append("own_account.connected", shop, code, by, now=now, again=again)
    return code


def _had_before(shop: Shop, marketplace: str, account: str) -> str | None:
    """The code under which this shop had the account before: its orders go on where they were."""
    codes = ShopAccount.objects.filter(shop=shop, marketplace=marketplace).values_list("code", flat=True)
    return next((code for code in codes if account_of(code) == account), None)


def _end_lease(shop: Shop, code: str, *, by: Person | None, now: datetime) -> None:
    """The shop's open lease there ends: its position rests, and what was shared by it still counts for the shop."""
    lease = PositionLease.objects.filter(shop=shop, marketplace=code, ended_at=None).first()
    if lease is not None:
        end_open_lease(lease, by=name_of(by), now=now)


def _append(kind: str, shop: Shop, code: str, by: Person | None, *, now: datetime, again: bool = False) -> None:
    facts = {"by": name_of(by), "marketplace": code, **({"again": True} if again else {})}
    append(kind, f"own_account:{code}", facts, happened_at=now, shop_id=shop.pk)
