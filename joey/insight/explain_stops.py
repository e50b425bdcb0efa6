"""Why a visitor who wanted to go on to the marketplace was stopped, in words for the shop's keeper."""

from django.utils.translation import gettext as _

from joey.kit.text import sentences
from joey.marketplaces import registry
from joey.sharing.note_stopped import Stopped


def stopped_because(stopped: Stopped) -> str:
    """The reason in a sentence."""
    reasons = {
        "not_filed": _("Your shop has one step left at %(place)s; until then no order there counts for it."),
        "no_position": _("No position was free for your shop at %(place)s."),
        "position_refused": _("%(place)s did not accept your shop's position. The operator of this site sees that."),
        "refused": _("%(place)s gave no link to this item that would have counted for your shop."),
        "own_account": _("Your own account at %(place)s cannot be used as it is. Its page in the settings says why."),
        "late": _("%(place)s did not answer in time."),
    }
    return reasons[stopped.why] % {"place": registry.name_of(stopped.marketplace)}


def stopped_answer(stopped: Stopped, *, went_on: bool) -> str:
    """What came of the visit. `went_on`: by the plain link that was offered then."""
    if went_on:
        return sentences(
            _("The visitor went on by a plain link, from which nothing can be earned."), stopped_because(stopped)
        )
    return sentences(_("The visitor wanted to go on to the marketplace and could not."), stopped_because(stopped))
