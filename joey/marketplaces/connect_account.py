"""Connect an account at a marketplace: ask it, and keep it with the other accounts once a call of it was taken."""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from joey.kit.accounts_file import accounts_in, keep_accounts
from joey.kit.refusals import Conflict, Invalid, Refusal, Text, Unavailable
from joey.marketplaces import registry
from joey.marketplaces.keepers_accounts import check_operators
from joey.marketplaces.own_accounts import code_of_account
from joey.marketplaces.port import ChecksFacts, Connector
from joey.marketplaces.unverified import CheckedFact


class OtherAccount(Conflict):
    """The marketplace is connected already, to another account."""

    code = "other_account"


class NotAnswered(Unavailable):
    """The marketplace did not answer, so whether it takes the account is not known."""

    code = "marketplace_unavailable"


@dataclass(frozen=True)
class ConnectedAccount:
    """An account that is in the file now."""

    code: str  # its connector's
    account: str  # "" where it has no name
    is_new: bool  # False: the file had it already, and is as it was
    seen: CheckedFact | None  # what it answered; None where its connector asks nothing


def connect_account(marketplace: str, configuration: object, file: Path, *, replace: bool = False) -> ConnectedAccount:
    """Keep the account in `file`, which every process reads when it starts. A repetition changes nothing.

    `configuration` is what the README of the marketplace's folder says. One call that only reads is made where the
    connector can make one. New credentials of the same account take the place of its old ones; `replace` lets another
    account take its place. Raises NotInstalled; Invalid, MarketplaceRefused, NotAnswered and OtherAccount, and then the
    file is as it was; ImproperlyConfigured where the file cannot be read. None quotes a value of the account.
    """
    check_operators(marketplace)
    code = registry.code_for(marketplace)
    if code not in registry.packages():
        registry.manifest_of(marketplace)  # says that it is not installed
        text = _("%s is filled by files that are imported, and needs no account. `joey import` imports one.")
        raise Invalid(text % registry.name_of(marketplace), field="marketplace")
    connector = connector_of(code, configuration)
    before = accounts_in(file).get(code)
    if before is not None and not replace and not _is_of(code, before, connector):
        raise OtherAccount(
            _(
                "Another account of %s is connected here, so this one was not, and nothing was changed. If it is to"
                " take the other's place, run the same command with --replace."
            )
            % registry.name_of(marketplace)
        )
    seen = asked_once(
        connector,
        _(
            "%(place)s did not answer, so whether it takes this account is not known, and nothing was changed. Run the"
            " same command again later. What went wrong: %(why)s"
        ),
    )
    if code_of_account(code, connector.account) is not None:
        text = _(
            "A keeper has connected this account of %s as their own, and its orders come in as theirs. It was not"
            " connected for this site, and nothing was changed."
        )
        raise OtherAccount(text % registry.name_of(code))
    is_new = before != configuration
    if is_new:
        keep_accounts(file, accounts_in(file) | {code: configuration})
    return ConnectedAccount(code, connector.account, is_new, seen)


def connector_of(code: str, configuration: object) -> Connector:
    """The marketplace's connector for an account as it was typed. Raises Invalid, MarketplaceRefused."""
    if not isinstance(configuration, dict) or not isinstance(configuration.get("credentials", {}), dict):
        raise Invalid(_('This is not an account: one is written as a JSON object like {"credentials": {…}}.'))
    try:
        connector: Connector = import_module(f"{registry.packages()[code]}.connector").connect(configuration)
    except Refusal:
        raise
    except Exception as failure:  # noqa: BLE001 - of whatever kind, it may quote what it was given
        text = _("This account cannot be used: something in it is not written as %(place)s needs it (%(fault)s).")
        raise Invalid(text % {"place": registry.name_of(code), "fault": type(failure).__name__}) from None
    return connector


def asked_once(connector: Connector, not_answered: Text) -> CheckedFact | None:
    """What the account answers to a first question, which only reads; None where its connector asks none.

    Raises MarketplaceRefused, and NotAnswered with the text, which has places for `place` and `why`.
    """
    if not isinstance(connector, ChecksFacts):
        return None
    seen = next(connector.check_facts(changed_at=(), keep=lambda _sample: None), None)
    if seen and seen.state == "unavailable":
        raise NotAnswered(not_answered % {"place": registry.name_of(connector.code), "why": seen.seen})
    return seen


def _is_of(code: str, before: Any, connector: Connector) -> bool:
    """Whether what was kept before is the same account, at the same gateway: a simulated one is among the hosts."""
    try:
        known = connector_of(code, before)
    except Refusal:
        return False
    return known.account == connector.account and known.manifest.hosts == connector.manifest.hosts
