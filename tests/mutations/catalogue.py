"""All corruptions: seven that the first proof saw, twenty-three that it did not, and more of our own."""

from tests.mutations.of_commissions import OF_COMMISSIONS
from tests.mutations.of_holds import OF_HOLDS
from tests.mutations.of_our_own import OF_OUR_OWN, UNSEEN
from tests.mutations.of_payouts import OF_PAYOUTS
from tests.mutations.of_positions import OF_POSITIONS
from tests.mutations.of_reports import OF_REPORTS

# The owner rewrote the evidence with the books, so only what was outside at the time shows it: a backup's manifest, the
# marketplace's own list of orders, the bank's statement. Rules 3 and 34 (chains, an event for each change) will see a
# part of these; then they move up.
ONLY_OUTSIDE_EVIDENCE = UNSEEN

CATALOGUE = [*OF_REPORTS, *OF_POSITIONS, *OF_COMMISSIONS, *OF_PAYOUTS, *OF_HOLDS, *OF_OUR_OWN]

# What someone with the app's password can write: PostgreSQL does not refuse it, and only `prove` finds it.
OPEN_TO_THE_APP_ROLE = {
    "an order line that came in a second time, by a keeper's own account",
    "a commission of a line that its marketplace pays itself",
    "the sync cursor a month ahead",
    "the cursors a month ahead with an invented poll that found nothing",
    "a poll of the month to come, written down in that month",
    "an unreadable report listed again, for no line",
    "an unreadable report replaced by a later one of another line",
    "an unreadable report given up by an operator who never did",
    "an unreadable report taken off the list as one of others, which no reading showed",
    "a frozen trade released here with its line, and not by its marketplace",
    "a frozen trade said to be frozen in one part, though its marketplace named none",
    "a marketplace said to have answered since it was last asked",
    "days of 2099 said to be asked again",
    "an unreadable report tried in 2099",
    "an unbooked line seen first in 2099",
    "a booking that caught up in 2099",
    "a lease used in 2099",
    "offers read in 2099",
    "a payout that the bank has booked back, its receipt kept once more as a refusal",
    "the same with the words of a refusal",
    *(each.name for each in OF_PAYOUTS if each.name.startswith("an answer about a whole file whose bytes do not say")),
    "a paid payout's file asked about in 2099, so that it is asked about no more",
    "who decided about 12,000.00 forgotten",
    "the approvals that a payout needs forgotten",
    "a shop given to another person",
    "a leased position marked free",
    "a lease invented in the past, and a line that is its shop's then",
    "a position withdrawn past the verb",
    "a withdrawn position given to shops again",
    "a lease ended past the verb",
    "a position given back to its shop past the verb",
    "the rest of a position cut short, so that the next shop gets it",
    "the earn cursor beyond an unbooked line",
    "shop to shop through receivable",
    "shop to shop by entries in another currency",
    "our revenue gone by an entry in another currency",
    "dollars of a line booked to another shop",
    "dollars of a line given to its shop, without our part",
    "dollars said to be taken back, and booked",
    "dollars that no refund took given by one change and taken by the next",
    "unsettled, as an earlier report has it, and settled again a month earlier",
    "made available a day later than it was",
    "two cached balances changed",
    "confirmed though unsettled",
    "available to reserved without a payout",
    "an invented paid payout, fully booked",
    "a suspense line given to a shop without an operator",
    "a suspense line given to a shop by an operator who never decided",
    "a bank file erased past the verb",
    "a paid payout's file answered years ago, so that it is asked about no more",
    "a commission that waits again though it never was closed",
    "dollars said to be taken back already",
    "the rates that commissions were earned at, changed",
    "all that was kept erased past the verb",
    "two forged findings that a settled payout was not paid, its money available again",
    "the same with events, though the question was about another transfer",
    "a hold of a commission closed past the verb",
    "made available before its day, with revision and journals",
    "money put on hold without a hold",
    "a debt written off without a decision",
    "a line hidden in quarantine",
    "a line hidden in quarantine, with the event that says so",
    "the booking ahead of every line to come",
    "the platform's part made revenue before the shop's part was available",
    "made available while it was on hold",
    "a better price in between, taken back by the next change",
    "a payout approved under limits of another day",
    "a payout requested during the pause of its payee, dated after it",
    "a plan chosen by the day of the report instead of the click's",
    "the moment that chose a plan moved by a day",
    "the rates that an offer showed rewritten",
    "evidence of two shops decided for one of them",
    "a link made for a sub-id that was reported before",
    "a line given to the shop that has the position now, which had no link to the item",
    "the same, with a link to something and the line's item changed to it",
    "a line's item and title changed",
    "a line's click moved to the days of another plan",
    "a line said to be decided by the later of two clicks",
    "another reason for suspense",
    "what a piece of evidence in suspense lacks, changed",
}
