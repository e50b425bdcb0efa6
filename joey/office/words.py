"""What the office calls columns and their values: the database's own names are no words that an operator reads.

A test finds a column or a value of a table that has no words here.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from joey.insight.explain_evidence import held_because
from joey.insight.explain_holds import unbookable_because
from joey.marketplaces import registry
from joey.marketplaces.own_codes import is_own
from joey.money.rate import rate_text
from joey.payouts.rails.registry import rail_name
from joey.people.models import Person
from joey.people.queries import contact_of
from joey.shops.names import REASONS
from joey.shops.report_listing import APPEAL


def in_words(column: str, value: Any) -> Any:
    """A value as an operator reads it; `column` is "model.column". What needs no words is returned as it is."""
    name = column.partition(".")[2]
    if isinstance(value, Person):
        return value.contact
    if value is None or value == "":
        return None
    if name == "marketplace":
        place = registry.reporter_name(value)
        return gettext("%s, by a keeper’s own account") % place if is_own(value) else place
    if name == "rail":
        return capfirst(str(rail_name(value)))
    if name in ("rate_ppm", "shown_rate_ppm"):
        return rate_text(value)
    if column in SENTENCES:
        return capfirst(SENTENCES[column](value))
    return VALUES[column].get(value, value) if column in VALUES else value


def heading_of(model: Any, name: str) -> Any:
    """What a column of this model is called."""
    own = f"{model._meta.model_name}.{name}"
    return COLUMNS[own] if own in COLUMNS else COLUMNS[name]


def actor_in_words(by: str) -> str:
    """Who did something, from a column with a person's id, "terminal", "report" or "quarantine"."""
    if by == "report":
        return gettext("The marketplace’s report")
    if by == "quarantine":
        return gettext("Booking, which failed")
    if by == "terminal":
        return gettext("Someone at the terminal")
    return contact_of(by) or by


COLUMNS: Mapping[str, Any] = {
    "account": _("Account"),
    "added_at": _("Added at"),
    "answer_by": _("Answer due by"),
    "answered_at": _("All answered at"),
    "args": _("Arguments"),
    "ask_next_at": _("Asked for next at"),
    "ask_until": _("Asked for until"),
    "asked_at": _("Last asked at"),
    "at": _("At"),
    "attempts": _("Attempts"),
    "cause": _("Cause"),
    "clicked_at": _("Clicked at"),
    "closed_at": _("Closed at"),
    "confirmed_at": _("Made available at"),
    "contact": _("E-mail or phone"),
    "currency": _("Currency"),
    "appealed_at": _("Appealed at"),
    "dispute.closed_at": _("Answered at"),
    "decided_at": _("Decided at"),
    "decided_by": _("Decided by"),
    "detail": _("Details"),
    "earned_at": _("Earned at"),
    "email": _("E-mail"),
    "ended_at": _("Ended at"),
    "ends_at": _("Works until"),
    "external_item": _("Item at the marketplace"),
    "external_line": _("Line of the order"),
    "external_order": _("Order"),
    "external_part": _("Part of the line"),
    "finished_at": _("Finished at"),
    "first_seen_at": _("First reported at"),
    "free_from": _("Free from"),
    "gap_since": _("Missing from"),
    "gap_until": _("Missing until"),
    "held": _("Held by its reports"),
    "hold_class": _("Cause"),
    "host": _("Host"),
    "id": _("Number"),
    "intro": _("Introduction"),
    "is_active": _("May sign in"),
    "is_reuse": _("Leased before by others"),
    "is_staff": _("Operator"),
    "joined_at": _("Joined at"),
    "key": _("Position"),
    "kind": _("Kind"),
    "language": _("Language"),
    "last_used_at": _("Last used at"),
    "lease_id": _("Lease"),
    "leased_from": _("Leased from"),
    "lock": _("Lock"),
    "lostorder.answered_at": _("Answered at"),
    "made_at": _("Made at"),
    "marketplace": _("Marketplace"),
    "message_id": _("File"),
    "name": _("Name"),
    "number": _("Order number"),
    "opened_at": _("Opened at"),
    "ordered_at": _("Ordered at"),
    "paid_at": _("Paid by the buyer at"),
    "payable_on": _("Payable on"),
    "phone": _("Phone"),
    "placed_at": _("Ordered at"),
    "payouthold.placed_at": _("Since"),
    "shop_id": _("For this shop only"),
    "shop.closed_at": _("Shop closed at"),
    "shop.opened_at": _("Shop opened at"),
    "payoutpause.placed_at": _("Since"),
    "placed_by": _("Placed by"),
    "plan_id": _("Plan"),
    "poll": _("Poll"),
    "problem": _("Problem"),
    "problems": _("Problems"),
    "quantity": _("Pieces"),
    "queue_name": _("Queue"),
    "question": _("Kind"),
    "rail": _("Payment rail"),
    "rate_ppm": _("Rate"),
    "shown_rate_ppm": _("Rate shown at the click"),
    "read_until": _("Read until"),
    "reason": _("Reason"),
    "reference": _("Reference"),
    "buyerreport.reported_at": _("Reported at"),
    "buyerreport.answered_at": _("Answered at"),
    "front": _("Front page"),
    "outcome": _("What became of it"),
    "received_at": _("Received at"),
    "refused_at": _("Refused since"),
    "registered_at": _("Registered at"),
    "report_id": _("Report"),
    "reported_at": _("Last change at the marketplace"),
    "requested_at": _("Requested at"),
    "revision": _("Revision"),
    "revoked_at": _("Ended at"),
    "scheduled_at": _("Planned for"),
    "settled": _("Settled"),
    "settled_at": _("Settled at"),
    "since": _("Since"),
    "slug": _("Short address"),
    "state": _("State"),
    "status": _("State"),
    "suspense": _("Why it has no shop"),
    "task_name": _("Task"),
    "title": _("Title"),
    "tried_at": _("Last tried at"),
    "tries": _("Tries"),
    "until": _("Orders count until"),
    "used_at": _("Last used at"),
    "was_leased": _("Leased before"),
    "withdrawn_at": _("Withdrawn at"),
}

# what the shopkeeper reads as well
SENTENCES: Mapping[str, Callable[[str], str]] = {
    "orderline.held": held_because,
    "hold.hold_class": held_because,
    "quarantinedline.reason": unbookable_because,
}

VALUES: Mapping[str, Mapping[str, Any]] = {
    "buyerreport.reason": {**dict(REASONS), APPEAL: _("The keeper asks for another look")},
    "buyerreport.outcome": {
        "nothing": _("Leave it as it is"),
        "hidden": _("Hide it from buyers"),
        "shown": _("Show it again"),
    },
    "apitoken.scopes": {
        "read": _("Read"),
        "list": _("Change the shop"),
        "share": _("Make links"),
        "money": _("Money"),
    },
    "shop.front": {
        "by_rule": _("By the rule"),
        "shown": _("Shown"),
        "kept_off": _("Kept off"),
    },
    "evidence.kind": {
        "position_at_click": _("Position at the time of the click"),
        "position_at_order": _("Position at the time of the order"),
        "sub_id": _("Code of a link"),
        "operator": _("Given by an operator"),
    },
    "synccursor.question": {
        "orders": _("Orders"),
        "orders_by_relation": _("Orders"),
        "orders_of_relations": _("Orders"),
        "orders_placed": _("Orders, once more by when they were placed"),
        "orders_paid": _("Orders, once more by when they were paid"),
        "orders_settled": _("Orders, once more by when they settled"),
        "orders_completed": _("Orders, once more until they settle"),
        "after_sales_0": _("After-sales of orders, as they change"),
        "after_sales_3": _("After-sales of orders that changed 3 days before"),
        "after_sales_7": _("After-sales of orders that changed 7 days before"),
        "after_sales_15": _("After-sales of orders that changed 15 days before"),
        "after_sales_30": _("After-sales of orders that changed 30 days before"),
        "after_sales_45": _("After-sales of orders that changed 45 days before"),
        "frozen_orders": _("Frozen orders"),
        "refunds": _("Returns and refunds"),
        "channel_refunds": _("Returns and refunds of channel orders"),
    },
    "commission.state": {"earned": _("Waiting"), "confirmed": _("Made available")},
    "dispute.cause": {"violation": _("The marketplace found a violation"), "appeal": _("The shop appealed")},
    "lostorder.state": {
        "asking": _("No answer yet"),
        "found": _("Found"),
        "other_id": _("With another id"),
        "undecided": _("Not decided whose it is"),
        "unknown": _("Not known so far"),
        "not_found": _("Not found in seven days"),
        "not_asked": _("Cannot be asked for"),
    },
    "orderline.state": {
        "placed": _("Placed, not paid"),
        "paid": _("Paid by the buyer"),
        "received": _("Received"),
        "settled": _("Settled"),
        "closed": _("Closed"),
        "unknown": _("A state that is new to us"),
    },
    "orderline.suspense": {
        "unknown_position": _("Its position is not registered"),
        "not_leased_at_click": _("No shop had the position at the click"),
        "not_leased_at_order": _("No shop had the position at the order"),
        "not_linked": _("The shop had no link to the item"),
        "changed_hands": _("Two shops had the position in that minute"),
        "no_click_time": _("The report has no time of the click"),
        "no_order_time": _("The report has no time of the order"),
        "unknown_sub_id": _("Its link code is not known"),
        "conflicting_evidence": _("Its evidence names different shops"),
        "no_evidence": _("It names neither position nor link"),
    },
    "payout.state": {
        "requested": _("Requested"),
        "approved": _("Approved, goes out next"),
        "sent": _("With the bank"),
        "paid": _("Paid"),
        "failed": _("Not paid"),
        "returned": _("Came back"),
        "refused": _("Not sent"),
    },
    "payoutattempt.state": {
        "prepared": _("In a file that has not left"),
        "withdrawn": _("Withdrawn before it left"),
        "submitted": _("Submitted, not confirmed yet"),
        "accepted": _("Accepted by the bank"),
        "unknown": _("Outcome unknown"),
        "settled": _("Paid"),
        "rejected": _("Rejected by the bank"),
        "returned": _("Paid, and came back"),
        "not_paid": _("Booked as paid, never left"),
    },
    "payoutanswer.outcome": {
        "receipt": _("The bank has the file"),
        "not_known": _("The bank does not know the file"),
        "refused": _("The bank refused the file"),
        "accepted": _("Accepted by the bank"),
        "settled": _("Paid"),
        "rejected": _("Rejected by the bank"),
        "returned": _("Paid, and came back"),
        "unreadable": _("The answer cannot be read"),
        "not_ours": _("The answer is about another transfer"),
        "overpaid": _("Paid although it was booked back, or paid twice"),
        "not_paid": _("Booked as paid, never left"),
    },
    "payouthold.cause": {
        "operator": _("An operator placed it"),
        "unknown": _("Outcome unknown"),
        "contradiction": _("The answers contradict each other"),
        "returned": _("The money came back"),
    },
    "procrastinatejob.status": {
        "todo": _("Waiting"),
        "doing": _("In progress"),
        "succeeded": _("Done"),
        "failed": _("Failed"),
        "cancelled": _("Cancelled"),
        "aborted": _("Stopped"),
    },
    "procrastinateevent.type": {
        "deferred": _("Waiting"),
        "scheduled": _("Waiting for its time"),
        "started": _("Started"),
        "deferred_for_retry": _("Waiting to be tried again"),
        "retried": _("Tried again"),
        "succeeded": _("Done"),
        "failed": _("Failed"),
        "cancelled": _("Cancelled"),
        "abort_requested": _("Asked to stop"),
        "aborted": _("Stopped"),
    },
    "unreadreport.kind": {"order": _("Order"), "refund": _("Return or refund"), "hold": _("Frozen order")},
    "person.language": {"zh-hans": "中文", "en": "English"},
}

# Whose texts a rule of the books is about, by the column that refers to them.
TEXTS_OF: Mapping[str, Any] = {
    "commissions_hold.reason_id": _("a hold on a commission"),
    "commissions_holdclosing.reason_id": _("the release of a hold on a commission"),
    "orders_operatorattribution.reason_id": _("the giving of an order line to a shop"),
    "orders_reportdismissal.reason_id": _("the dismissal of an unreadable report"),
    "orders_dispute.text_id": _("a dispute, for what the shop says,"),
    "orders_dispute.answer_id": _("a dispute, for its answer,"),
    "payouts_payee.details_id": _("a shop’s payout details"),
    "payouts_payout.details_id": _("a payout, for its account,"),
    "payouts_payout.reason_id": _("a payout, for its reason,"),
    "payouts_payoutattempt.reason_id": _("an attempt at a payout"),
    "payouts_payouthold.reason_id": _("a hold on payouts"),
    "payouts_payoutholdclosing.reason_id": _("the release of a hold on payouts"),
    "payouts_payoutpause.reason_id": _("a pause of all payouts"),
    "payouts_payoutpauseending.reason_id": _("the end of a pause of all payouts"),
    "payouts_decision.reason_id": _("a finding about a transfer"),
    "payouts_payoutfile.content_id": _("a payout file"),
    "payouts_answer.content_id": _("an answer of the bank"),
    "payouts_answer.words_id": _("an answer of the bank, for what it calls a transfer,"),
}

# Said by the templates of the library that draws the office, which brings no translations, or others.
OF_THE_LIBRARY = (
    _("Run"), _("Run the selected action"), _("Select action"), _("Select action to run"), _("Select all rows"),
    _("Select record"), _("Light"), _("Dark"), _("System"), _("Log out"),
)  # fmt: skip
