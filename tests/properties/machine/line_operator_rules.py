"""Rules of operators who hold, release, retry and attribute lines."""

import json
from functools import partial
from uuid import UUID

from django.db.models import Exists, OuterRef
from hypothesis import strategies as st
from hypothesis.stateful import rule

from joey.commissions.holds import place_hold, release_hold
from joey.commissions.models import Commission, Hold, HoldClosing
from joey.commissions.retry_quarantined import StillUnbookable, retry_quarantined
from joey.kit.refusals import Conflict, NotFound
from joey.orders.attribute_line import attribute_line
from joey.orders.dismiss_unread import dismiss_unreadable
from joey.orders.models import OrderLine
from joey.orders.queries import UnreadShown, report_payload, unread_reports
from joey.orders.retry_suspense import retry_suspense
from tests.properties.machine.crash import run_with_crash
from tests.properties.machine.market import MARKETS, step
from tests.properties.machine.market_rules import CRASH, WHICH
from tests.properties.machine.model_line import CAP, UNREADABLE
from tests.properties.machine.position_rules import SHOPS, PositionRules


class LineOperatorRules(PositionRules):
    """What people decide about lines."""

    def __init__(self) -> None:
        super().__init__()
        self.attributed: set[str] = set()  # lines whose shop an operator named

    # ── holds and quarantine ──────────────────────────────────────────────────────────────────────────────

    @rule(which=WHICH, amount=st.sampled_from([None, None, 1, 500, 10_000, 10**9]))
    def hold_line(self, which: int, amount: int | None) -> None:
        """A hold on all of a line's commission, or on so much of it."""
        booked = [row.name for row in self.rows if row.name in self.books.lines and self.books.lines[row.name].base]
        if not booked:
            return
        line = self.books.lines[name := booked[which % len(booked)]]
        commission = Commission.objects.get(order_line__external_line=name)
        if amount is not None:
            amount = min(amount, commission.amount_minor)  # no more of it can be held
        if amount == 0:
            return
        place_hold(commission, reason="Looking into it", now=self.now, amount_minor=amount)
        line.holds, line.hold_minor = line.holds + (amount is None), line.hold_minor + (amount or 0)
        self.books.hold([line])
        self.seen["holds on a part"] += amount is not None

    @rule(which=WHICH, crash=CRASH)
    def release_line(self, which: int, crash: int) -> None:
        """The end of any hold, also of one that reports opened: the marketplace may have fallen silent."""
        closed = Exists(HoldClosing.objects.filter(hold=OuterRef("pk")))
        holds = list(Hold.objects.exclude(closed).select_related("commission__order_line").order_by("-id"))
        if not holds:
            return
        hold = holds[which % len(holds)]
        run_with_crash(lambda: release_hold(hold, now=self.now, reason="Looked into it"), "hold", crash)
        line = self.books.lines[hold.commission.order_line.external_line]
        if hold.opened_by == "report":
            line.decide(hold.hold_class)
        if hold.hold_class == UNREADABLE:
            line.unread_hold = False
            self.seen["holds of unreadable reports released"] += 1
        elif hold.opened_by == "report":
            line.report_hold = ""
            self.seen["holds of reports released"] += 1
        elif hold.opened_by == "quarantine":
            line.quarantine_holds = False
        elif hold.amount_minor is None:
            line.holds -= 1
        else:
            line.hold_minor -= hold.amount_minor
        self.books.hold([line])

    @rule(which=WHICH, crash=CRASH)
    def give_report_up(self, which: int, crash: int) -> None:
        """A report that cannot be read is not waited for any more."""
        listed = unread_reports() or self.cannot_be_read(which)
        if not listed:  # a newer one of its line was read already
            return
        key = listed[which % len(listed)].report_id
        payload = json.loads(report_payload(key) or "")
        give_up = partial(dismiss_unreadable, key, by=self.operators[0], reason="A test of theirs", now=self.now)
        try:
            run_with_crash(give_up, "give up", crash)
        except NotFound:  # the process that died had done it
            assert crash
        self.books.give_up(payload)
        self.seen["reports given up"] += 1

    def cannot_be_read(self, which: int) -> list[UnreadShown]:
        """Let the marketplace report an amount that no order has; nothing of what its line earned is paid out then."""
        row = self.touched(which)
        step(row, "correct", CAP + 1, self.now)
        self.deliver(row.marketplace, row.reports())
        self.earn()
        return unread_reports()

    @rule(which=WHICH, fixed=st.booleans(), crash=CRASH)
    def retry_line(self, which: int, fixed: bool, crash: int) -> None:
        """An operator books a quarantined line; often the marketplace has taken back what was wrong with it."""
        names = [name for name, line in self.books.lines.items() if line.quarantined] or self.cannot_be_booked(which)
        if not names:
            return
        line = self.books.lines[name := names[which % len(names)]]
        if fixed:
            row = next(row for row in self.rows if row.name == name)
            for case in list(row.cases):
                row.take_back(self.now, case, 0, counts=False, currency=row.cases[case].currency)
            self.deliver(row.marketplace, row.reports())
        key = id_of(name)
        try:
            run_with_crash(lambda: retry_quarantined(key, by="ada", now=self.now), "earn", crash)
        except StillUnbookable:
            assert line.is_too_large, f"{name} could be booked"
            return
        except NotFound:  # the process that died had booked it, or a retry whose end was not heard
            assert crash, name
        assert not line.is_too_large, f"{name} was booked"
        self.books.book(line)
        self.books.hold([line])
        line.retried = True
        self.seen["retried from quarantine"] += 1

    def cannot_be_booked(self, which: int) -> list[str]:
        """Let more be taken back of a settled line than anything is worth."""
        settled = [row for row in self.rows if row.state == "settled" and row.name in self.books.lines]
        for row in settled[which % len(settled) :][:1] if settled else ():
            step(row, "back beyond", 0, self.now)
            self.deliver(row.marketplace, row.reports())
            self.earn()
            return [row.name] if self.books.lines[row.name].quarantined else []
        return []

    # ── whose a line is ───────────────────────────────────────────────────────────────────────────────────

    @rule(shop=SHOPS, which=WHICH, by=st.booleans())
    def attribute(self, shop: str, which: int, by: bool) -> None:
        """What waits in suspense is tried again, which names no shop; then an operator does, for ever."""
        for marketplace in MARKETS:
            assert retry_suspense(marketplace, now=self.now) == 0
        waiting = [name for name, line in self.books.lines.items() if not line.shop]
        known = [name for name, line in self.books.lines.items() if line.shop]
        if not by or not (waiting or known):
            return
        name = (waiting or known)[which % len(waiting or known)]
        operator = self.operators[0]
        try:
            attribute_line(id_of(name), self.shops[shop], reason="The buyer says so", by=operator, now=self.now)
        except Conflict:
            assert not waiting, f"{name} waits in suspense"
            return
        assert waiting, f"{name} belongs to another shop"
        self.attributed.add(name)
        line = self.books.lines[name]
        line.shop, line.given, line.changed = shop, True, True
        self.seen["attributed by operators"] += 1


def id_of(name: str) -> UUID:
    found: UUID = OrderLine.objects.values_list("pk", flat=True).get(external_line=name)
    return found
