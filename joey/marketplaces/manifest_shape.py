"""What a marketplace says about itself, as data: `manifest.py` in its folder fills in a `Manifest`.

A rule that differs between marketplaces is a field here, never an `if` on a marketplace's code elsewhere.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Literal

from django.utils.functional import Promise, lazy
from django.utils.translation import get_language

from joey.money.split import PPM

Text = str | Promise

Way = Literal["api", "file", "none"]  # how something is done: by a call, by reading a product file, or not at all
Content = Literal["title", "price", "picture"]
EVERYTHING: frozenset[Content] = frozenset({"title", "price", "picture"})
EventTime = Literal["changed", "placed", "paid", "received", "settled", "refunded"]


@dataclass(frozen=True)
class Wording:
    """A text in both of Joey's languages."""

    en: str
    zh: str

    @property
    def text(self) -> Text:
        """The text in the language that is active when it is shown; English for every language but Chinese."""
        return _in_active_language(self)


def _choose(wording: Wording) -> str:
    return wording.zh if (get_language() or "").lower().startswith("zh") else wording.en


_in_active_language = lazy(_choose, str)


@dataclass(frozen=True)
class ClosingReason(Wording):
    """Why a marketplace closes an order, in words."""

    to_do: Wording | None = None  # what the shop can do about it, so that the next order counts
    is_violation: bool = False  # a finding against the account that promoted the order
    is_routine: bool = False  # nothing was found wrong, so there is nothing to appeal
    is_split: bool = False  # other orders count in its place


@dataclass(frozen=True)
class KeyForm:
    """How order reports write the key of a position: one written otherwise may be linked on, and no order names it."""

    pattern: str = "[!-~]{1,80}"
    says: Wording = Wording(en="1 to 80 visible characters without blanks", zh="1 到 80 个可见字符，不含空格")

    def fits(self, key: str) -> bool:
        """Whether a report can name this key."""
        return re.fullmatch(self.pattern, key) is not None


@dataclass(frozen=True)
class Positions:
    """The places (ad zone, pid, tag, tracking id) that order reports may name."""

    granted: Literal["api", "manual", "none"] = "none"  # how an operator gets one more
    # False: free-form. `register_position` then makes a key without asking the marketplace, so `granted` is "api".
    registered: bool = True
    at_most: int | None = None  # per account; None: no known limit
    keys: KeyForm = KeyForm()
    filed: bool = (
        False  # a person opens a link of each once, before links can be made on it (FilesPositions in port.py)
    )


@dataclass(frozen=True)
class SubIds:
    """The free text that a tracked link may carry."""

    max_length: int = 0  # 0: a link carries none
    alphabet: str = ""  # every character that is allowed
    reported: bool = False  # whether order reports give it back


@dataclass(frozen=True)
class Capabilities:
    """What the connector can do. A method of something that is "none" raises MarketplaceRefused."""

    search: Way = "none"
    look_up: Way = "none"
    recognise: bool = False  # whether it finds the item behind a pasted link or copy-code
    track: Literal["api", "none"] = "none"
    copy_codes: bool = False  # whether a tracked link comes with a copy-code
    report: Way = "none"
    positions: Positions = Positions()
    sub_ids: SubIds = SubIds()
    found_at_once: int = 100  # offers per page of a search at most
    look_up_at_once: int = 1  # offers per look-up call


@dataclass(frozen=True)
class Question:
    """One question that a marketplace's reports answer. The sync keeps a cursor per account and question."""

    code: str  # unique in the manifest and stored with the cursor: "orders", "refunds", "orders_by_settlement" …
    asked_by: EventTime  # the time that the asked window refers to
    window: timedelta  # the longest stretch of time that one call may ask for
    overlap: timedelta  # how much of the time already read is asked again, because rows appear late
    furthest_back: timedelta  # what is older is not answered
    page_size: int
    # Once in a while so much before the cursor is asked again, for what becomes visible hours after its time.
    recheck_back: timedelta = timedelta(0)  # 0: never
    recheck_every: timedelta = timedelta(hours=1)
    # Ages at which a day is asked again as a whole, for what becomes visible long after the time it is asked by.
    rescan_after: tuple[timedelta, ...] = ()
    every: timedelta = timedelta(0)  # the least time between two times that it is asked; 0: at each sync
    # It is asked for what is at least so old, and for all of it in its turn: a call that stops midway is resumed there.
    behind: timedelta = timedelta(0)
    # Other questions read all of the past of a new account as it is now, so this one begins today.
    begins_today: bool = False
    # Questions of an account that works in another way which read all that this one reads: what they read is no gap.
    also_read_by: tuple[str, ...] = ()

    @property
    def is_second_look(self) -> bool:
        """Whether it only makes sure, now and then, of what other questions are asked for all the time.

        No money waits until such a question is answered: it may be one that an account is not granted.
        """
        return bool(self.every)


@dataclass(frozen=True)
class Quota:
    """How many calls an account makes in a second at most, all processes of an instance together (pace.py)."""

    calls_per_second: int
    # Of these, for calls that a person waits for; the others are for work in bulk. 0: both take the same turns.
    kept_for_people: int

    def at(self, calls_per_second: int) -> "Quota":
        """The same for an account that may make more calls, or fewer. One call a second cannot be shared out."""
        kept = max(1, self.kept_for_people * calls_per_second // self.calls_per_second)
        return Quota(calls_per_second, min(kept, calls_per_second - 1))


@dataclass(frozen=True)
class RowFields:
    """Which fields of a report's rows say what a row is about, under the names that the marketplace has for them.

    A file has to give all that is `needed`: a row without one of these would be another line, or another refund case.
    """

    key: tuple[str, ...]  # what tells a line from all others; `Connector.read` refuses a row that lacks one
    changed: str = ""  # the time of change; "": rows name none
    # Times that decide whose an order is, or whether a refund is inside the settled amount: a day alone says neither.
    # One without seconds comes as "2026-11-13 17:50", and `read` has to say that it is a minute (port.py).
    decide: tuple[str, ...] = ()
    # The order's number where it is no part of the key, because no two orders have a line of one number: what is
    # reported under another order is then of the same line.
    order: str = ""

    @property
    def needed(self) -> tuple[str, ...]:
        """The fields that every row has to have."""
        return (self.order, *self.key) if self.order else self.key


@dataclass(frozen=True)
class OrderLookUp:
    """How the reports are asked for one order that a shop misses.

    "number": by the order's number, with `Connector.rows_of_order`. "time": they cannot be asked by number, so the
    answer to `question` is read again from `around` before the time of the order, as the buyer sees it, to `around`
    after it.
    """

    by: Literal["number", "time"]
    question: Question  # of "time" one that is asked by "placed"; of both how far back orders are known, and its code
    around: timedelta = timedelta(0)
    numbers: Literal["any", "digits"] = "any"  # what the order numbers are made of; "any": not known
    longest: int = 64  # characters of such a number


@dataclass(frozen=True)
class CredentialField:
    """What a keeper types of an account of their own. `name` is that of the credentials in its configuration."""

    name: str
    label: Wording
    hint: Wording  # what it is and where the keeper has it from
    is_secret: bool = False
    is_needed: bool = True


@dataclass(frozen=True)
class InApp:
    """An app whose built-in browser does not open the marketplace's links."""

    app: str  # "wechat", "qq" …, as the storefront names the apps
    marketplaces: frozenset[str]  # those whose links it refuses
    offer_instead: Literal["copy_code", "open_in_browser"]


@dataclass(frozen=True)
class Allowed:
    """What the marketplace's terms let an instance do with its content.

    A title has to be stored and shown: without one there is nothing to list. A price or picture that may not be stored
    cannot be shown either, since pages show only what this instance has.
    """

    stored: frozenset[Content] = EVERYTHING
    printed: frozenset[Content] = EVERYTHING  # on posters and other copies that stay
    kept_as_history: frozenset[Content] = frozenset({"price"})  # no other content has a history
    shown: frozenset[Content] = EVERYTHING  # to anyone, buyers and keepers alike

    @property
    def left_out(self) -> frozenset[Content]:
        """What is dropped from an offer before it is stored."""
        return EVERYTHING - (self.stored & self.shown)


@dataclass(frozen=True)
class Manifest:
    """Everything about one connector that is not code."""

    code: str  # its positions, reports, order lines and accounts carry it
    marketplaces: Mapping[str, Wording]  # the marketplaces whose offers it brings, by code, with their names
    reported_name: Wording  # who reported an order: one code may report for several marketplaces
    zone: str  # dates are in this zone
    currency: str  # what its prices are usually in
    hosts: frozenset[str]  # where an outbound click may lead
    picture_hosts: frozenset[str] = frozenset()  # where pictures may come from; no outbound click may lead there
    # "seller_and_picture": ids differ per publisher and rotate over time (see identity.py).
    identity: Literal["external_id", "seller_and_picture"] = "external_id"
    price_life: timedelta = timedelta(hours=24)  # how long a price may be shown after it was read
    allowed: Allowed = Allowed()
    # Who pays a shop's share. What a marketplace pays shops itself is theirs alone, and never in this ledger.
    paid_by: Literal["operator", "marketplace"] = "operator"
    reported_commission: Literal["before_fee", "after_fee"] = "after_fee"  # of the marketplace's service fee
    service_fee_ppm: int = 0  # what the marketplace keeps of a commission before it pays it
    # Whether what keepers buy by their own links earns like any other sale; None: not known
    own_purchases_count: bool | None = None
    reports_clicks: bool = False  # order reports name the time of the click, so a keeper's own purchase can be known
    locks_rate: bool = False  # an order is paid at the rate of its click, whatever the rate is by then
    labels: tuple[Wording, ...] = ()  # what has to be said beside its offers, besides that they are advertisements
    refused_in_apps: tuple[InApp, ...] = ()
    capabilities: Capabilities = Capabilities()
    quota: Quota | None = None  # None: its calls are not paced
    questions: tuple[Question, ...] = ()
    order_look_up: OrderLookUp | None = None  # None: the reports cannot be asked for one order
    refunds_only_of: Wording | None = None  # orders whose refunds are reported, where not of all; others are held
    row_fields: Mapping[Literal["order", "refund"], RowFields] = field(default_factory=dict)
    # Every field that its reports are known to have, at whatever depth. Of any other, words and long numbers are not
    # kept: they may name the buyer (without_buyer.py).
    report_fields: frozenset[str] = frozenset()
    # What the codes mean that its reports give as the reason why an order is closed; another reason is its own words.
    closed_because: Mapping[str, ClosingReason] = field(default_factory=dict)
    earns_less_because: Mapping[str, Wording] = field(default_factory=dict)  # the same, of one that earns less
    evidence: tuple[Literal["position", "sub_id"], ...] = ()  # what an order report may carry, most believed first
    window_days: int = 0  # how long after a click an order still counts
    refund_days: int = 0  # how long after that the commission may still be taken back
    usual_settle_days: int = 0  # from payment to settlement, for the estimate only
    reserved_names: frozenset[str] = frozenset()  # addresses that no shop may take: they pass for the marketplace
    # What a keeper types who connects an account of their own (own_accounts.py); (): none can be connected.
    own_account: tuple[CredentialField, ...] = ()

    @property
    def routine(self) -> frozenset[str]:
        """The reasons that nothing was wrong about."""
        return frozenset(code for code, reason in self.closed_because.items() if reason.is_routine)

    @property
    def violations(self) -> frozenset[str]:
        """The reasons that are a finding against the account."""
        return frozenset(code for code, reason in self.closed_because.items() if reason.is_violation)

    @property
    def reports_orders(self) -> bool:
        """False: nothing comes back, and a share earns nothing."""
        return self.capabilities.report != "none"

    @property
    def lines_are_of_one_order(self) -> bool:
        """Whether the number of a line is that of no other order's, so that it is one line under whichever order."""
        return any(fields.order for fields in self.row_fields.values())

    @property
    def fee_to_come_ppm(self) -> int:
        """The part of a reported commission that the marketplace still keeps; none where it reports the rest."""
        return self.service_fee_ppm if self.reported_commission == "before_fee" else 0

    def with_stand_in(self, host: str) -> "Manifest":
        """The manifest for a simulated gateway at `host`: its links and pictures are on that host as well."""
        return replace(self, hosts=self.hosts | {host}, picture_hosts=self.picture_hosts | {host})

    def shares_ppm(self, plan: tuple[int, int]) -> tuple[int, int]:
        """The shares of keeper and platform in a sale: the plan's, unless the marketplace pays the shop itself."""
        return (PPM, 0) if self.paid_by == "marketplace" else plan

    def worth(self, price_minor: int, commission_ppm: int) -> int:
        """What one sale at this price leaves of its commission after the service fee, in minor units.

        The commission is floored and the fee rounded up, so that a page never promises more than will be booked.
        """
        commission = price_minor * commission_ppm // PPM
        return commission - -(-commission * self.fee_to_come_ppm // PPM)
