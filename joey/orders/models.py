"""What marketplaces report: every report as it came, and the order lines that they add up to."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from joey.kit.ids import RowId, new_id
from joey.orders.dispute_model import Dispute as Dispute  # Django finds models here
from joey.shops.models import Shop


class Poll(models.Model):
    """One stretch of time that one question was asked for, and what the answer brought. Never changed.

    `id` is taken from `orders_poll_number` before the question is asked, so the larger one was asked later, whatever
    the clock says. `reports` and `digest` are of the reports that were kept because of it: what it repeats names the
    poll that brought it first.
    """

    id = models.BigIntegerField(primary_key=True)
    marketplace = models.CharField(max_length=64)
    account = models.CharField(max_length=128)
    question = models.CharField(max_length=40)
    since = models.DateTimeField()
    until = models.DateTimeField()
    asked_at = models.DateTimeField()
    reports = models.IntegerField()
    digest = models.BinaryField(max_length=32)  # SHA-256 over the digests of its reports, in their order
    recorded_at = models.DateTimeField(db_default=Now())  # when that was written down, before anything followed from it

    class Meta:
        indexes = [models.Index(fields=["marketplace", "account", "question", "-until"], name="orders_poll_reached")]


class Report(models.Model):
    """One report of one order line, whatever it says. Never overwritten; the same report twice is one row.

    `payload` is the JSON as it came, without the buyer; the other columns are what the connector read in it, but for
    the order of a trade that is known under another one (joey/orders/name_one_order.py). `digest` is over all of them
    (joey/orders/report_digest.py), and `problem` says why one could not be read; its line and case are "" where they
    could not be made out. One of a hold has the trade as its line, names no order, and has no time of change
    (storable.NO_TIME). A report that is read again, by a connector that has learnt to, is another row of the same poll
    that names the first in `rereads`. A report that a marketplace goes back to within one second is kept once more,
    `again`.

    A partitioned table: what makes a report the same one is in ReportDigest.
    """

    id = models.UUIDField(primary_key=True, db_default=RowId(), editable=False)
    marketplace = models.CharField(max_length=64)
    kind = models.CharField(max_length=8, choices=[(kind, kind) for kind in ("order", "refund", "hold")])
    external_order = models.CharField(max_length=64)
    external_line = models.CharField(max_length=64)
    external_part = models.CharField(max_length=64, db_default="")  # of an order report, as its line has it
    stamped_at = models.DateTimeField()  # the marketplace's time of change, as it came
    reported_at = models.DateTimeField()  # the same, but no later than its poll asked
    poll_id = models.BigIntegerField()  # what brought it: of a new reading, what brought the first
    rereads = models.UUIDField(null=True)
    again = models.BooleanField(default=False)
    received_at = models.DateTimeField(db_default=Now())
    digest = models.BinaryField(max_length=32)
    payload = models.TextField()
    payload_sha256 = models.BinaryField(max_length=32)
    problem = models.CharField(max_length=200, default="")
    currency = models.CharField(max_length=3, default="")  # of a refund: "" is the line's
    state = models.CharField(max_length=10, default="")
    held = models.CharField(max_length=16, default="")
    reason = models.CharField(max_length=40, default="")
    evidence = models.JSONField(null=True)  # [{"kind", "key", "to_the_minute" if it is}], most believed first
    title = models.CharField(max_length=300, default="")
    external_item = models.CharField(max_length=120, default="")
    quantity = models.IntegerField(null=True)
    paid_minor = models.BigIntegerField(null=True)
    commission_minor = models.BigIntegerField(null=True)
    service_fee_minor = models.BigIntegerField(null=True)
    rate_ppm = models.IntegerField(null=True)
    clicked_at = models.DateTimeField(null=True)
    placed_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    case_id = models.CharField(max_length=64, default="")
    counts = models.BooleanField(null=True)
    refund_minor = models.BigIntegerField(null=True)
    commission_back_minor = models.BigIntegerField(null=True)
    protected_minor = models.BigIntegerField(null=True)
    refunded_at = models.DateTimeField(null=True)
    refunded_by = models.DateTimeField(null=True)  # the last second that it may be; of most the same

    class Meta:
        indexes = [
            models.Index(fields=["marketplace", "external_order", "external_line"], name="orders_report_of_line")
        ]


class ReportDigest(models.Model):
    """The digest of each report: each is kept once, on whatever day it is repeated."""

    digest = models.BinaryField(primary_key=True, max_length=32)
    report_id = models.UUIDField()


class UnreadReport(models.Model):
    """A report that could not be read yet, with the reason. A job tries it again; once it is read, or dismissed, the
    row is gone. A payload is listed once, under the last poll that brought it.
    """

    report_id = models.UUIDField(primary_key=True)
    marketplace = models.CharField(max_length=64)
    kind = models.CharField(max_length=8)
    # Of the report, as are the next six; the app's role can only change what an attempt changes.
    external_order = models.CharField(max_length=64)  # a hint
    external_line = models.CharField(max_length=64, blank=True, default="")  # "" where it could not be made out
    external_part = models.CharField(max_length=64, blank=True, db_default="")
    case_id = models.CharField(max_length=64, blank=True, default="")  # the same, of a refund report
    reported_at = models.DateTimeField()
    poll = models.BigIntegerField()
    payload_sha256 = models.BinaryField(max_length=32)
    problem = models.CharField(max_length=200)  # at the last attempt
    received_at = models.DateTimeField(db_default=Now())
    tried_at = models.DateTimeField(db_default=Now())
    tries = models.IntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["tried_at"], name="orders_unread_next"),
            models.Index(fields=["payload_sha256"], name="orders_unread_by_payload"),
            models.Index(fields=["marketplace", "external_order", "external_line"], name="orders_unread_of_line"),
            models.Index(
                models.Func("external_line", models.Value("/"), models.Value(1), function="split_part"),
                name="orders_unread_of_trade",
            ),
        ]


class OtherNumber(models.Model):
    """A number under which a trade was reported, where another is, or may become, that of its order
    (joey/orders/name_one_order.py).
    """

    id = models.BigAutoField(primary_key=True)
    marketplace = models.CharField(max_length=64)
    number = models.CharField(max_length=64)
    trade = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number", "trade", "marketplace"], name="orders_other_number_once")
        ]
        indexes = [models.Index(fields=["trade"], name="orders_other_number_of_trade")]


class ReportDismissal(models.Model):
    """An unreadable report is not tried again: a later report of its line or refund case was read, an operator gave it
    up, or, where neither is named, its order turned out to be one of others. Never changed. The payload is found again
    here, when it is reported once more, without reading any report.
    """

    report_id = models.UUIDField(primary_key=True)
    marketplace = models.CharField(max_length=64)  # of the report, as are the next three
    kind = models.CharField(max_length=8)
    external_order = models.CharField(max_length=64)
    payload_sha256 = models.BinaryField(max_length=32)
    replaced_by = models.UUIDField(null=True)  # the later report
    by = models.UUIDField(null=True)  # the operator
    reason_id = models.UUIDField(null=True)
    reason_sha256 = models.BinaryField(max_length=32, null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(by=None, reason_id=None) | Q(replaced_by=None, by__isnull=False, reason_id__isnull=False),
                name="orders_dismissed_for_a_reason",
            )
        ]


class OrderLine(models.Model):
    """One line of one order at one marketplace, as its most recent report has it, with the amounts it reports.

    `commission_minor` is what the marketplace says we get for the line (estimated until it settles),
    `service_fee_minor` what it will keep of that, `returned_commission_minor` what it took back after settling
    (net of the fee's own return), which may be more than it gave. `returned_elsewhere` is the same in other currencies,
    by currency. A `held` line is kept and estimated, and never confirmed; joey/orders/claim_lines.py says
    which class its most recent report leads to. One that `has_unread` is held as well, whatever `held` says: a report
    newer than what it shows cannot be read. So is one that `has_unclear_refund`: other lines differ from it in
    `external_part` alone, and a refund may be of any of them (joey/orders/taken_back.py); one that `is_frozen`, by its
    trade's hold report; one of which an export that was made later says something else (`export_differs`); and one that
    `has_violation`, until an operator answers the dispute about it.
    `evidence_*` is the piece of evidence that decided the shop; a line in suspense has all pieces of its most recent
    report in `failed_evidence`, each with its problem or the shop it names.
    """

    class State(models.TextChoices):
        """In the order in which a line goes through them."""

        PLACED = "placed"
        PAID = "paid"
        RECEIVED = "received"
        SETTLED = "settled"
        CLOSED = "closed"
        UNKNOWN = "unknown"  # only codes that are new to us were reported; estimated like a paid one, and held

    class Suspense(models.TextChoices):
        NONE = ""
        UNKNOWN_POSITION = "unknown_position"
        NOT_LEASED_AT_CLICK = "not_leased_at_click"
        NOT_LEASED_AT_ORDER = "not_leased_at_order"
        NOT_LINKED = "not_linked"  # the position changed hands, and its tenant had no link to this item by then
        CHANGED_HANDS = "changed_hands"  # two shops had the position within the minute that the report names
        NO_CLICK_TIME = "no_click_time"
        NO_ORDER_TIME = "no_order_time"
        UNKNOWN_SUB_ID = "unknown_sub_id"
        CONFLICTING_EVIDENCE = "conflicting_evidence"
        NO_EVIDENCE = "no_evidence"

    class Held(models.TextChoices):
        """From the lightest to the weightiest: of two that one moment brings, the line has the weightier one."""

        NO = ""
        REFUNDS_UNREAD = "refunds_unread"  # no report that is asked for would bring a refund of it
        FROZEN = "frozen"
        RISK = "risk"
        CONTRADICTION = "contradiction"  # the report names another shop
        UNKNOWN_CODE = "unknown_code"
        CURRENCY = "currency"  # the report is in another currency

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    marketplace = models.CharField(max_length=64)
    external_order = models.CharField(max_length=64)
    external_line = models.CharField(max_length=64)  # as the marketplace calls it, also in its refund reports
    external_part = models.CharField(max_length=64, blank=True, db_default="")  # tells lines of that name apart
    shop = models.ForeignKey(Shop, models.PROTECT, null=True, related_name="+")
    suspense = models.CharField(max_length=24, choices=Suspense.choices, blank=True, default="")
    # While in suspense: [{"kind", "key", "at", "problem", "shop", "earlier_shop"}]
    failed_evidence = models.JSONField(default=list)
    lease_id = models.UUIDField(null=True)
    evidence_kind = models.CharField(max_length=20, blank=True, default="")  # one of sharing.attribute.KINDS
    evidence_key = models.CharField(max_length=120, blank=True, default="")
    evidence_at = models.DateTimeField(null=True)  # the time of the click or order that decided who held the position
    state = models.CharField(max_length=10, choices=State.choices)
    reason = models.CharField(max_length=40, blank=True, default="")
    held = models.CharField(max_length=16, choices=Held.choices, blank=True, default="")
    # The most recent report of all, which `held` is from: also one that moves nothing else.
    held_at = models.DateTimeField()
    held_poll = models.BigIntegerField(default=0)
    held_digest = models.BinaryField(max_length=32)
    has_unread = models.BooleanField(db_default=False)  # joey/orders/mark_unread.py
    has_unclear_refund = models.BooleanField(db_default=False)  # joey/orders/taken_back.py
    is_frozen = models.BooleanField(db_default=False)  # joey/orders/mark_frozen.py
    export_differs = models.BooleanField(db_default=False)  # joey/orders/mark_differing.py
    has_violation = models.BooleanField(db_default=False)  # joey/orders/mark_violations.py
    title = models.CharField(max_length=300, blank=True)
    external_item = models.CharField(max_length=120, blank=True)
    quantity = models.IntegerField()
    currency = models.CharField(max_length=3)
    paid_minor = models.BigIntegerField()
    commission_minor = models.BigIntegerField()
    service_fee_minor = models.BigIntegerField()
    protected_minor = models.BigIntegerField(default=0)  # price protection that the amounts are without
    returned_paid_minor = models.BigIntegerField(default=0)
    returned_protected_minor = models.BigIntegerField(default=0)  # price protection among what was returned
    returned_commission_minor = models.BigIntegerField(default=0)
    returned_elsewhere = models.JSONField(default=dict)  # {"USD": 2}, in minor units
    rate_ppm = models.IntegerField(null=True)  # an export may have none
    clicked_at = models.DateTimeField(null=True)
    placed_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    # The most recent report with a known code that can move the line (joey/orders/other_currency.py): its time of
    # change, the poll that brought it and the digest of its payload, which breaks a last tie the same way always.
    reported_at = models.DateTimeField()
    reported_poll = models.BigIntegerField(default=0)
    report_digest = models.BinaryField(max_length=32)
    first_seen_at = models.DateTimeField(db_default=Now())
    revision = models.BigIntegerField()  # from one sequence; a follower reads what is newer

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["marketplace", "external_order", "external_line", "external_part"], name="orders_line_once"
            ),
            models.CheckConstraint(
                condition=Q(paid_minor__gte=0)
                & Q(commission_minor__gte=0)
                & Q(service_fee_minor__gte=0)
                & Q(returned_paid_minor__gte=0)
                & Q(returned_commission_minor__gte=0)
                & Q(quantity__gte=0),
                name="orders_amounts_not_negative",
            ),
            models.CheckConstraint(
                condition=(Q(shop__isnull=True) & ~Q(suspense="")) | (Q(shop__isnull=False) & Q(suspense="")),
                name="orders_shop_or_suspense",
            ),
        ]
        indexes = [
            models.Index(fields=["marketplace", "revision"], name="orders_line_by_revision"),
            models.Index(fields=["shop", "-first_seen_at"], name="orders_line_of_shop"),
            models.Index(fields=["suspense"], condition=~Q(suspense=""), name="orders_in_suspense"),
            models.Index(fields=["held"], condition=~Q(held=""), name="orders_held"),
            models.Index(fields=["marketplace"], condition=Q(has_unread=True), name="orders_with_unread"),
            models.Index(
                "marketplace",
                models.Func("external_line", models.Value("/"), models.Value(1), function="split_part"),
                name="orders_line_of_trade",
            ),
        ]


class RefundCase(models.Model):
    """One after-sale case of an order line, as its most recent report has it. A case of several lines is a row for each
    of them. joey/orders/taken_back.py says whether it is part of what the line has back, and what if several lines have
    the name that it says.
    """

    id = models.BigAutoField(primary_key=True)
    marketplace = models.CharField(max_length=64)
    case_id = models.CharField(max_length=64)
    external_order = models.CharField(max_length=64)
    external_line = models.CharField(max_length=64)
    counts = models.BooleanField()  # whether the marketplace gives commission back for it now
    refund_minor = models.BigIntegerField()
    commission_back_minor = models.BigIntegerField()
    protected_minor = models.BigIntegerField(default=0)  # of the refund, because the price fell
    currency = models.CharField(max_length=3, default="")  # "": the line's
    # When the refund happened: as its newest report says, else the time of change of the earliest report that counts.
    refunded_at = models.DateTimeField(null=True)
    refunded_by = models.DateTimeField(null=True)  # the last second that it may be: a minute, where that has none
    counted_from = models.DateTimeField(null=True)
    reported_at = models.DateTimeField()
    reported_poll = models.BigIntegerField(default=0)
    report_digest = models.BinaryField(max_length=32, default=b"")  # breaks a tie of two reports of one moment

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["marketplace", "external_order", "external_line", "case_id"], name="orders_refund_case_once"
            )
        ]
        indexes = [
            models.Index(
                "marketplace",
                models.Func("external_line", models.Value("/"), models.Value(1), function="split_part"),
                name="orders_refund_case_of_trade",
            )
        ]


class TradeHold(models.Model):
    """Whether a marketplace keeps the commission of a trade, or of a part of it, back: as its newest hold report says.

    Also of a trade of which no line is here yet. joey/orders/mark_frozen.py says which lines it is about.
    """

    id = models.BigAutoField(primary_key=True)
    marketplace = models.CharField(max_length=64)
    trade = models.CharField(max_length=64)
    part = models.CharField(max_length=64, blank=True, db_default="")  # the `external_part` of its lines; "": of all
    frozen = models.BooleanField()
    reported_poll = models.BigIntegerField()
    report_digest = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["marketplace", "trade", "part"], name="orders_trade_hold_once")]


class OrderClaim(models.Model):
    """Which shop an order line belongs to, for ever. A global claim."""

    id = models.BigAutoField(primary_key=True)
    marketplace = models.CharField(max_length=64)
    external_order = models.CharField(max_length=64)
    external_line = models.CharField(max_length=64)
    external_part = models.CharField(max_length=64, db_default="")
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+")
    claimed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["marketplace", "external_order", "external_line", "external_part"], name="orders_claim_once"
            )
        ]


class OperatorAttribution(models.Model):
    """An operator gave a line in suspense to a shop, for a reason that is kept. Never changed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    line_id = models.UUIDField(unique=True)
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+")
    by = models.UUIDField(null=True)  # the operator; null: at the terminal
    reason_id = models.UUIDField()
    reason_sha256 = models.BinaryField(max_length=32)
    at = models.DateTimeField()


# A line is held so for what its connector made of the report, with the code and configuration of then.
HELD_BY_READING = frozenset({OrderLine.Held.UNKNOWN_CODE, OrderLine.Held.REFUNDS_UNREAD})


class SyncCursor(models.Model):
    """Up to when one question has been answered for one account at a marketplace, without a gap.

    One that is asked no more, as of an account that was given up, keeps its place and decides nothing.
    """

    id = models.BigAutoField(primary_key=True)
    marketplace = models.CharField(max_length=64)
    account = models.CharField(max_length=128)  # the connector's name for our account there
    question = models.CharField(max_length=40)
    read_until = models.DateTimeField()
    rescanned_on = models.DateField(null=True)  # the marketplace's day on which older days were last asked again
    rechecked_at = models.DateTimeField(null=True)  # when the last day or so was last asked again
    last_success_at = models.DateTimeField(null=True)
    trouble = models.TextField(blank=True, default="")  # as it is kept: kit/sentences.py
    is_second_look = models.BooleanField(db_default=False)  # of its question, as the manifest has it
    # Why a second look, or older days that were asked for again, got no answer, and when they are asked again.
    notice = models.TextField(blank=True, db_default="")  # as it is kept: kit/sentences.py
    again_at = models.DateTimeField(null=True)
    # What was not asked for until the marketplace answered for it no more, and when an operator said that it has been
    # imported. Until then money waits as if nothing after its beginning were read.
    gap_since = models.DateTimeField(null=True)
    gap_until = models.DateTimeField(null=True)
    gap_ended_at = models.DateTimeField(null=True)
    asked_since = models.DateTimeField(null=True, db_default=Now())  # without a pause; null while it is not asked

    class Meta:
        constraints = [models.UniqueConstraint(fields=["marketplace", "account", "question"], name="orders_one_cursor")]

    @property
    def open_gap(self) -> tuple[datetime, datetime] | None:
        """From when until when the reports are missing, where money still waits for them."""
        if self.gap_since is None or self.gap_until is None or self.gap_ended_at is not None:
            return None
        return self.gap_since, self.gap_until


class LostOrder(models.Model):
    """An order that a shop misses, by the number that its buyer sees, and what the marketplace answers for it.

    The marketplace is asked until it knows the order, for seven days. `answer_by` and `ask_until` move by the time in
    which it answered nothing or was not asked (joey/orders/answer_clock.py), the first until there is an answer, and by
    `stops`: in which it could not be asked for this order, whatever else it answered. The last one goes on while there
    is a `trouble`.
    """

    class State(models.TextChoices):
        ASKING = "asking"  # no answer yet
        FOUND = "found"  # an order line of the shop
        OTHER_ID = "other_id"  # its position or sub-id is another shop's, or none of ours
        UNDECIDED = "undecided"  # reported, and it is not clear whose it is, or a report of it cannot be read
        UNKNOWN = "unknown"  # not reported so far, still asked for
        NOT_FOUND = "not_found"  # not reported in seven days
        NOT_ASKED = "not_asked"  # not reported, and it cannot be asked for; a report of it that comes is the answer

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+")
    marketplace = models.CharField(max_length=64)  # as orders carry it
    number = models.CharField(max_length=64)  # as the shop gave it: of the order, or of one of its lines
    ordered_at = models.DateTimeField(null=True)  # as the buyer sees it; null where no time is needed
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKING)
    requested_at = models.DateTimeField()
    answer_by = models.DateTimeField()
    ask_until = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)  # when the first answer was there
    asked_at = models.DateTimeField(null=True)  # when the marketplace last answered for it
    stops = ArrayField(models.DateTimeField(), default=list)  # begin and end of each, in turn
    ask_next_at = models.DateTimeField()
    trouble = models.TextField(blank=True, default="")  # of the last attempt to ask, as it is kept: kit/sentences.py

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop", "marketplace", "number"], name="orders_lost_order_once"),
            models.CheckConstraint(
                condition=Q(state="asking", answered_at=None) | ~Q(state="asking") & Q(answered_at__isnull=False),
                name="orders_lost_order_answered",
            ),
        ]
        indexes = [
            models.Index(
                fields=["marketplace", "requested_at"],
                condition=~Q(state="found"),
                name="orders_lost_open",
            ),
            models.Index(fields=["shop", "-id"], name="orders_lost_of_shop"),
        ]
