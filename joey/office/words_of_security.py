"""What the office calls the events of the security log, and their facts."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from joey.kit import limits
from joey.office.columns import time_text
from joey.office.words import VALUES

REASONS: Mapping[str, Any] = {
    "wrong_code": _("wrong code"),
    "code_over": _("no code that works"),
    "closed": _("the account is closed"),
}
ACTORS: Mapping[Any, Any] = {"terminal": _("Someone at the terminal"), "rule": _("A rule")}
KINDS: Mapping[str, Any] = {
    "sign_in.succeeded": _("Signed in"),
    "sign_in.failed": _("Sign-in failed"),
    "confirm.succeeded": _("Confirmed with a code"),
    "confirm.failed": _("Confirming failed"),
    "session.ended": _("Session ended"),
    "token.made": _("API token made"),
    "token.ended": _("API token ended"),
    "token.unknown": _("Call with a token that is none"),
    "token.scope_missing": _("Token used for something it was not made for"),
    "office.refused": _("Someone who is no operator tried the office"),
    "form.refused": _("Form refused that was not sent from our page"),
    "limit.reached": _("Limit reached"),
    "settings.changed": _("Started with other settings"),
    # of the record
    "person.made_operator": _("Made an operator"),
    "person.operator_ended": _("Operator’s right ended"),
    "shop.front_decided": _("Front page decided for a shop"),
    "report.answered": _("Report answered"),
    "feed.added": _("Feed added"),
    "feed.paused": _("Feed paused"),
    "feed.resumed": _("Feed resumed"),
    "feed.removed": _("Feed removed"),
    "feed.released": _("Shrunk feed taken"),
    "position.registered": _("Position registered"),
    "position.withdrawn": _("Position withdrawn"),
    "own_account.connected": _("Keeper’s own account connected"),
    "own_account.removed": _("Keeper’s own account removed"),
    "order_line.given": _("Order line given to a shop"),
    "dispute.closed": _("Dispute answered"),
    "report.dismissed": _("Unreadable report dismissed"),
    "gap.ended": _("Gap in the reports ended"),
    "plan.published": _("Commission plan published"),
    "plan.refused": _("Commission plan refused"),
    "payout_limits.published": _("Payout limits published"),
    "payee.changed": _("Payout details changed"),
    "payout.approved_once": _("Payout approved by the first of two"),
    "payout.approved": _("Payout approved"),
    "payout.refused": _("Payout refused"),
    "payout.held": _("Payout held"),
    "payout.hold_released": _("Hold on a payout released"),
    "payout_file.withdrawn": _("Payout file withdrawn"),
    "payout_file.given_up": _("Payout file given up"),
    "payout_file.strangers_dismissed": _("Answers about other transfers dismissed"),
    "payout.decided": _("Outcome of a payout decided"),
    "payout.left_out_found": _("Outcome decided of a payout that a restore left out"),
    "payouts.paused": _("All payouts paused"),
    "payouts.resumed": _("Payouts resumed"),
    "erasure.made": _("Texts erased"),
}

LIMITS: Mapping[str, Any] = {
    limits.CODES_OF_BROWSER.name: _("codes of one browser"),
    limits.CODES_OF_CALLER.name: _("codes of one caller"),
    limits.CODES_OF_NETWORK.name: _("codes of one network"),
    limits.CODES_OF_NETWORK_TO_CONTACT.name: _("codes of one network to one contact"),
    limits.CODES_TO_CONTACT.name: _("codes of strangers to one contact"),
    limits.CODES_TO_COUNTRY.name: _("codes to one country"),
    limits.CODES_TO_NEW_CONTACTS.name: _("all codes to new contacts"),
    limits.CODES_TO_ACCOUNTS.name: _("all codes to accounts"),
    limits.CODES_TO_KNOWN_BROWSERS.name: _("all codes to known browsers"),
    limits.CODES_TO_CONFIRM.name: _("all codes to confirm"),
    limits.CODE_ENTRIES.name: _("codes entered by one caller"),
    limits.SHOPS_OPENED.name: _("shops opened by one caller"),
    limits.POSTERS.name: _("posters for one caller"),
    limits.CARDS.name: _("cards for one caller"),
    limits.BAD_TOKENS.name: _("tokens that are none, of one caller"),
    limits.WRITES.name: _("changes by one caller"),
    limits.SHOPS_OF_PERSON.name: _("shops of one person"),
    limits.PASTES.name: _("links pasted by one person"),
    limits.SEARCHES_OF_PERSON.name: _("searches at marketplaces by one person"),
    limits.REPORTS.name: _("reports of one caller"),
    limits.REPORTS_OF_ITEM.name: _("reports of one caller about one item"),
    limits.LOST_ORDERS_OF_SHOP.name: _("lost orders of one shop"),
    limits.APPEALS_OF_SHOP.name: _("appeals of one shop"),
    limits.OWN_ACCOUNTS_OF_PERSON.name: _("own accounts of one person"),
}
FACTS: Mapping[str, tuple[Any, Callable[[Any], Any]]] = {
    "limit": (_("Limit"), lambda name: LIMITS.get(name, name)),
    "until": (_("Until"), lambda text: time_text(datetime.fromisoformat(text))),
    "scopes": (_("What it may do"), lambda scopes: " · ".join(str(VALUES["apitoken.scopes"][each]) for each in scopes)),
    "scope": (_("It may not"), lambda scope: VALUES["apitoken.scopes"][scope]),
    "days": (_("Days"), str),
    "reason": (_("Why"), REASONS.get),
    "changed": (_("Changed"), ", ".join),
}


def facts_in_words(facts: Mapping[str, Any]) -> str:
    """What an operator reads of an event's facts; the rest is in the record, at what it is about."""
    known = ((title, say(facts[name])) for name, (title, say) in FACTS.items() if name in facts)
    form = gettext("%(title)s: %(said)s")
    return " · ".join(
        form % {"title": title, "said": said} for title, said in known if said
    )  # None: a text of the record
