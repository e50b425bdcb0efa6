"""Why a bank rejected a transfer or it came back, in words for the shopkeeper who was waiting for it, with what to do.

Codes: ISO 20022 external code set, ExternalStatusReason1Code.
"""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from joey.kit.refusals import Text
from joey.kit.text import sentences
from joey.payouts.rails.port import RETURNED, TransferAnswer

_CHECK = _("Check your payout details, then request the payout again.")
_ASK_BANK = _("Ask your bank, or add another account.")
_OURS = _("This is not your fault: request the payout again. An operator is looking into it.")

WORDS: dict[str, tuple[Text, Text]] = {
    "AC01": (_("The bank does not know this account number."), _CHECK),
    "AC04": (_("The bank says that this account is closed."), _ASK_BANK),
    "AC06": (_("The bank says that this account is blocked."), _ASK_BANK),
    "AG01": (_("The bank does not accept transfers to this account."), _ASK_BANK),
    "AM04": (_("The paying account did not have enough funds."), _OURS),
    "AM05": (_("The bank took it for a duplicate."), _OURS),
    "BE01": (_("The account holder's name does not match the account."), _CHECK),
    "BE04": (_("The bank needs the account holder's address."), _ASK_BANK),
    "RC01": (_("The bank code is wrong."), _CHECK),
    "RR04": (_("The bank stopped it for a legal reason."), _ASK_BANK),
}


def reason_for_people(answer: TransferAnswer, language: str) -> str:
    """At most 200 characters, in `language`; the bank's own words when the code is not in the table."""
    with override(language):
        known = WORDS.get(answer.reason_code)
        if known:
            return sentences(*known)[:200]
        said = answer.reason or answer.reason_code or str(_("no reason given"))
        what = _("The money came back: %s.") if answer.outcome == RETURNED else _("The bank rejected it: %s.")
        return sentences(str(what) % said.rstrip("."), _CHECK)[:200]
