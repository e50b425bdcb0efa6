"""Why a bank rejected a transfer or it came back, in words for the shopkeeper who was waiting for it, with what to do.

Codes: ISO 20022 external code set, ExternalStatusReason1Code.
"""

from django.utils.translation import gettext_noop as _

from joey.kit.sentences import Sentence
from joey.payouts.rails.port import RETURNED, TransferAnswer

_CHECK = _("Check your payout details, then request the payout again.")
_ASK_BANK = _("Ask your bank, or add another account.")
_OURS = _("This is not your fault: request the payout again. An operator is looking into it.")

SAID_MOST = 120  # characters of the bank's own words
WORDS: dict[str, tuple[str, str]] = {
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


def reason_for_people(answer: TransferAnswer) -> tuple[Sentence, ...]:
    """Why and what to do; with the bank's own words when the code is not in the table."""
    known = WORDS.get(answer.reason_code)
    if known:
        return tuple(Sentence(each) for each in known)
    came_back = answer.outcome == RETURNED
    said = (answer.reason or answer.reason_code).rstrip(".")[:SAID_MOST]
    if said:
        what = _("The money came back: %(said)s.") if came_back else _("The bank rejected it: %(said)s.")
        return Sentence(what, {"said": said}), Sentence(_CHECK)
    what = _("The money came back, without a reason.") if came_back else _("The bank rejected it, without a reason.")
    return Sentence(what), Sentence(_CHECK)
