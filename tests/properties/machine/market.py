"""Two marketplaces as state APIs are: rows with the time of their last change in whole seconds, as they are now.

What a row was in an earlier second may still arrive late; what it was earlier in its present second never does.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from joey.marketplaces.port import ByPosition, BySubId, Evidence, HeldReason, OrderReport, OrderState, RefundReport

Reported = OrderReport | RefundReport  # what these marketplaces report
CURRENCIES = {"CNY": 2, "JPY": 0, "KWD": 3}
ELSEWHERE = {"CNY": "JPY", "JPY": "KWD", "KWD": "CNY"}


@dataclass(frozen=True)
class Marketplace:
    """What differs between them. The positions are leased to the shops in their order."""

    code: str
    zone: ZoneInfo
    fee_comes_off: bool  # it reports the commission before its service fee
    rest: timedelta  # of a position, after its last use
    positions: tuple[str, ...]


MARKETS = {
    each.code: each
    for each in (
        Marketplace("amazon", ZoneInfo("America/Los_Angeles"), False, timedelta(0), ("mei-20", "lulu-20")),
        Marketplace(
            "taobao",
            ZoneInfo("Asia/Shanghai"),
            True,
            timedelta(days=45),
            ("110000000001", "110000000002"),
        ),
    )
}
NONE_OF_OURS = "none of ours"
LINKS = {"mei": "meis2share", "lulu": "lulus2share"}  # the code of a link of each shop, which may come back as a sub-id


@dataclass
class Row:
    """The truth of one order line. `past` is what it was in earlier seconds, `step` counts its changes."""

    name: str
    marketplace: str
    position: str  # the one that it names; "thaw" brings back the first
    currency: str
    commission: int
    made_at: datetime
    changed_at: datetime
    clicked_at: datetime
    state: OrderState = "placed"
    fee: int = 0
    quantity: int = 3
    protected: int = 0  # given back to the buyer because the price fell, before it settled
    settled_at: datetime | None = None
    item: str = ""
    held: HeldReason = ""
    says: tuple[Evidence, ...] | None = None  # evidence in place of its position at the click
    tells_click: bool = True
    says_currency: str = ""
    step: int = 0
    cases: dict[str, RefundReport] = field(default_factory=dict)
    past: list[OrderReport] = field(default_factory=list)

    @property
    def order(self) -> str:
        """Two lines share one, also where two shops sold them: what is said of one says nothing of the other."""
        return f"O{int(self.name[1:]) // 2}"

    def change(self, now: datetime, **changes: object) -> None:
        """The row is another one from now on."""
        if now.replace(microsecond=0) > self.changed_at:
            self.past.append(self.report())
        for name, value in changes.items():
            setattr(self, name, value)
        self.changed_at, self.step = now.replace(microsecond=0), self.step + 1

    @property
    def paid(self) -> int:
        return min(self.commission * 20, 10**15) if self.commission > 0 else 0

    def take_back(
        self, now: datetime, case: str, back: int, *, counts: bool, currency: str = "", refund: int = -1,
        protected: int = 0,
    ) -> None:  # fmt: skip
        """Open a refund case, or change it. Each line numbers its own cases from one."""
        at = now.replace(microsecond=0)
        known = self.cases.get(case)
        payload = {"line": self.name, "case": case, "step": 0 if known is None else int(str(known.payload["step"])) + 1}
        refunded_at = known.refunded_at if known else at if back % 2 else None  # some cases do not say it
        self.cases[case] = RefundReport(
            case, self.order, self.name, at, payload, counts, back if refund < 0 else refund, back, currency,
            protected_minor=protected, refunded_at=refunded_at,
        )  # fmt: skip

    def reports(self) -> list[OrderReport | RefundReport]:
        """As a poll brings it now, with its refund cases."""
        return [self.report(), *self.cases.values()]

    def report(self) -> OrderReport:
        return OrderReport(
            external_order=self.order,
            external_line=self.name,
            reported_at=self.changed_at,
            payload={"line": self.name, "step": self.step},
            state=self.state,
            evidence=(ByPosition(self.position, "clicked"),) if self.says is None else self.says,
            clicked_at=self.clicked_at if self.tells_click else None,
            external_item=self.item,
            quantity=self.quantity,
            currency=self.says_currency or self.currency,
            paid_minor=self.paid,
            protected_minor=self.protected,
            commission_minor=self.commission,
            service_fee_minor=self.fee,
            rate_ppm=50_000,
            held="unknown_code" if self.state == "unknown" else self.held,
            placed_at=self.made_at,
            paid_at=self.made_at,
            settled_at=self.settled_at,
        )


STEPS = ("pay", "receive", "settle", "settle", "close", "unsettle", "correct", "freeze", "thaw", "unknown",
         "other shop", "evidence", "evidence", "currency", "currency", "own currency", "back", "back more",
         "back beyond", "back elsewhere", "back elsewhere", "no back", "back again", "other back", "piece back",
         "price falls")  # fmt: skip
# What a line does next that is worth a look, by its state.
NEXT_STEPS = {
    "placed": ("pay", "settle", "close", "correct", "evidence"),
    "paid": (
        "settle",
        "settle",
        "receive",
        "back",
        "close",
        "unknown",
        "other shop",
        "evidence",
        "freeze",
        "piece back",
        "price falls",
    ),
    "received": ("settle", "settle", "settle", "back more", "correct", "close"),
    "settled": (
        "back",
        "back more",
        "unsettle",
        "correct",
        "close",
        "back beyond",
        "back beyond",
        "back elsewhere",
        "currency",
        "freeze",
        "thaw",
        "other back",
        "other back",
        "other shop",
        "evidence",
        "piece back",
        "piece back",
        "price falls",
    ),
    "closed": ("settle", "pay", "thaw", "no back", "back again", "other back"),
    "unknown": ("pay", "settle", "thaw"),
}
LESS = ("piece back", "price falls")
CASE_STEPS = ("other back", "other back", "no back", "back again")  # what a refund case does next


def _settlement(at: datetime, amount: int) -> datetime | None:
    """Mostly the moment of the change; some are named later, as far as can be true, and some not at all."""
    return {0: at + timedelta(hours=20), 1: None}.get(amount % 4, at)


def _evidence(positions: Sequence[str], number: int) -> tuple[Evidence, ...]:
    """Up to three pieces, the one to believe first: positions at the click or at the order, and sub-ids."""
    pieces: list[Evidence] = [
        ByPosition(positions[0], "clicked"),
        ByPosition(positions[1], "clicked"),
        ByPosition(positions[1], "ordered"),
        ByPosition(NONE_OF_OURS, "clicked"),
        BySubId(LINKS["mei"]),
        BySubId(LINKS["lulu"]),
        BySubId("no link"),
    ]
    drawn = [pieces[number // divisor % len(pieces)] for divisor in (1, 7, 49)]
    return tuple(dict.fromkeys(drawn[: number % 4]))


def step(row: Row, what: str, amount: int, now: datetime) -> None:
    """One thing that a marketplace does to an order, in whatever state it is: they do it all."""
    positions = MARKETS[row.marketplace].positions
    known: dict[str, dict[str, object]] = {
        "pay": {"state": "paid", "settled_at": None},
        "receive": {"state": "received", "settled_at": None},
        "settle": {"state": "settled", "settled_at": _settlement(now.replace(microsecond=0), amount)},
        "close": {"state": "closed"},
        "unsettle": {"state": "received", "settled_at": None},
        "correct": {"commission": amount, "fee": amount // 10 if amount % 2 else 0},
        "freeze": {"held": "frozen"},
        "thaw": {"held": "", "says": None, "tells_click": True, "says_currency": ""},
        "unknown": {"state": "unknown"},
        "other shop": {"says": (ByPosition(positions[row.position == positions[0]], "clicked"),)},
        "evidence": {"says": _evidence(positions, amount), "tells_click": amount % 5 > 0},
        "currency": {"says_currency": ELSEWHERE[row.currency]},
        "own currency": {"says_currency": ""},
    }
    if what in known:
        row.change(now, **known[what])
    elif what == "no back":
        for case in list(row.cases):
            row.take_back(now, case, 0, counts=False, currency=row.cases[case].currency)
    elif what == "back again":  # a case changes, and nothing that counts in it
        for case, known_case in list(row.cases.items()):
            row.take_back(now, case, known_case.commission_back_minor, counts=known_case.counts,
                          currency=known_case.currency)  # fmt: skip
    elif what == "other back":  # the newest case comes to another amount
        for case in list(row.cases)[-1:]:
            row.take_back(now, case, amount, counts=True, currency=row.cases[case].currency)
    elif what in LESS:
        _less(row, what, now)
    elif what == "back elsewhere":  # one of two cases, of which each happens once and may come to another amount
        row.take_back(now, f"e{amount % 2}", amount, counts=True, currency=ELSEWHERE[row.currency])
    elif what == "back beyond":  # each case is possible, their sum is not
        for half in ("a", "b"):
            row.take_back(now, half, 10**15, counts=True)
    else:
        row.take_back(now, str(len(row.cases)), amount + (row.commission if what == "back more" else 0),
                      counts=True)  # fmt: skip


def _less(row: Row, what: str, now: datetime) -> None:
    """One of the pieces comes back, or a tenth of the price: inside the amounts until it settles, a case of its own
    from then on.
    """
    is_piece = what == "piece back"
    if is_piece and not row.quantity:
        return
    share = row.quantity if is_piece else 10
    refund, back, left = row.paid // share, max(0, row.commission - row.fee) // share, row.commission // share
    protected = 0 if is_piece else refund
    if row.state == "settled":
        row.take_back(now, str(len(row.cases)), back, counts=True, refund=refund, protected=protected)
    else:
        row.change(now, quantity=row.quantity - is_piece, commission=row.commission - left,
                   protected=row.protected + protected)  # fmt: skip


def stale(row: Row) -> OrderReport | None:
    """What it last was in the second before its present one, if it was anything then."""
    return replace(row.past[-1]) if row.past and row.past[-1].reported_at < row.changed_at else None
