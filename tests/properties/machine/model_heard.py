"""What the model has heard: of each line and refund case the newest report, and whose line it is."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from joey.marketplaces.port import ByPosition, Evidence, OrderReport, RefundReport
from tests.properties.machine.market import LINKS, MARKETS, Reported
from tests.properties.machine.model_line import (
    Case,
    Cases,
    Line,
    Named,
    Plan,
    Tenancy,
    Unread,
    moment_of,
    second,
    still_open,
    too_large,
)


@dataclass
class Heard:
    """All lines, each with what was reported of it."""

    plans: list[Plan]
    tenancies: list[Tenancy] = field(default_factory=list)  # the earliest first
    lines: dict[str, Line] = field(default_factory=dict)
    cases: dict[str, Cases] = field(default_factory=dict)
    unread: dict[str, list[Unread]] = field(default_factory=dict)
    heard_unread: list[OrderReport | RefundReport] = field(default_factory=list)  # also those that were given up

    def take(self, marketplace: str, reports: Sequence[Reported], poll: int) -> None:
        """A poll's reports. The newest counts, by the second of its change and then by the poll; one that is larger
        than any order can be is only kept, and its line waits until something newer is read.
        """
        waited = {name: line.open_unread for name, line in self.lines.items()}
        for report in sorted(reports, key=lambda each: each.reported_at):
            if too_large(report):
                self._take_unread(report, poll)
            elif isinstance(report, RefundReport):
                self._take_case(report, poll)
            else:
                self._take_order(marketplace, report, poll)
        for name, line in self.lines.items():
            line.changed |= waited.get(name, []) != line.open_unread  # another one may be the reason now

    def _take_unread(self, report: OrderReport | RefundReport, poll: int) -> None:
        """Once, and once more where something newer was read since. What was given up is not waited for again."""
        name, at = report.external_line, (second(report.reported_at), poll)
        mine = self.unread.setdefault(name, [])
        if report in self.heard_unread and not any(each.report == report for each in mine):
            return
        line = self.lines.get(name)
        waiting = still_open(mine, line.newest if line else None, self.cases.get(name, {}))
        if not any(each.report == report for each in waiting):
            self.heard_unread.append(report)
            mine.append(Unread(at, report))

    def give_up(self, payload: object) -> None:
        """The report with this payload is not waited for any more."""
        for name, unread in self.unread.items():
            line = self.lines.get(name)
            waited = line.open_unread if line else []
            unread[:] = [each for each in unread if each.report.payload != payload]
            if line and waited != line.open_unread:
                line.changed = True

    def _take_order(self, marketplace: str, report: OrderReport, poll: int) -> None:
        line = self.lines.get(report.external_line)
        if line is None:
            line = self.lines[report.external_line] = Line(marketplace, report.currency)
            line.cases = self.cases.setdefault(report.external_line, {})
            line.unread = self.unread.setdefault(report.external_line, [])
        at, names = (second(report.reported_at), poll), self.named(marketplace, report)
        was = line.back_and_elsewhere if line.newest else None
        line.said.append((at, report))
        if line.last is None or at > line.last[0]:
            line.changed = line.changed or line.last is None or report != line.last[1]
            line.last, line.last_names = (at, report), names
        if not line.shop and names.shop:
            line.shop, line.changed = names.shop, True
        known, waited = (report.state != "unknown", *at), line.open_unread
        moves = line.in_its_currency(report)
        if moves and (line.newest is None or known > line.newest[0]):
            line.changed = line.changed or line.newest is None or moves != line.newest[1]
            line.newest = (known, moves)
            line.changed |= line.open_unread != waited
        line.changed |= line.back_and_elsewhere != was

    def _take_case(self, report: RefundReport, poll: int) -> None:
        cases = self.cases.setdefault(report.external_line, {})
        at = (second(report.reported_at), poll)
        line = self.lines.get(report.external_line)
        was = line.back_and_elsewhere if line else None
        case = cases.setdefault(report.case_id, Case(at, report))
        if at > case.at:
            case.at, case.report = at, report
        if report.counts:
            case.counted_from = min(case.counted_from or report.reported_at, report.reported_at)
        if line and line.back_and_elsewhere != was:
            line.changed = True

    def named(self, marketplace: str, report: OrderReport) -> Named:
        """Pieces that name two shops decide nothing; else the first that can be checked does, though it names none."""
        found = [self.shop_of(marketplace, piece, report) for piece in report.evidence]
        shops = frozenset(filter(None, found))
        checked = [shop for shop in found if shop is not None]
        return Named(checked[0] if checked and len(shops) < 2 else "", shops)

    def shop_of(self, marketplace: str, piece: Evidence, report: OrderReport) -> str | None:
        """The shop whose link it was, or that had the position then; who has it after another shop needs a link of its
        own by then to what was bought. "" for none, None if the report lacks the time.
        """
        if not isinstance(piece, ByPosition):
            return next((shop for shop, code in LINKS.items() if code == piece.text), "")
        at = moment_of(piece, report)
        if piece.key not in MARKETS[marketplace].positions:
            return ""
        if at is None:
            return None
        had = [each for each in self.tenancies if (each.marketplace, each.position) == (marketplace, piece.key)]
        until_then = [each for each in had if each.since <= at]
        return until_then[-1].shop if until_then and self.is_entitled(until_then[-1], report, at) else ""

    def is_entitled(self, tenancy: Tenancy, report: OrderReport, at: datetime) -> bool:
        linked_at = tenancy.links.get(report.external_item)
        return not self.is_reused(tenancy) or (linked_at is not None and second(linked_at) <= at)

    def is_reused(self, tenancy: Tenancy) -> bool:
        """Whether another shop had its position before."""
        return any(
            (each.marketplace, each.position) == (tenancy.marketplace, tenancy.position)
            for each in self.tenancies if each.shop != tenancy.shop and each.since < tenancy.since
        )  # fmt: skip
