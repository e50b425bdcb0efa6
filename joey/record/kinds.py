"""Every kind of event: its version, its facts and their types, and whether it may be shown to the public.

Code that appends an event of another shape fails at once. A kind whose facts change gets the next version here, and its
readers learn it; events keep the version they were written with. No prose is a fact: a text that a person wrote is kept
in `erasable.py`, where it can be erased, and the event holds a reference to it (TEXT). So every string among the facts
has the characters of a code, an identifier of another system too (`identifier`).
"""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

CODE_CHARS = "!-~"  # visible ASCII without blanks; understood by PostgreSQL and Python alike
CODE_MOST = 120
CODE_PATTERN = f"^[{CODE_CHARS}]{{1,{CODE_MOST}}}$"
SAMPLE = 500  # events of each kind in a set whose facts are checked
_DIGEST = "sha256:"


class NotAsDeclared(Exception):
    """An event was written whose kind or facts kinds.py does not declare: a programmer's error."""


@dataclass(frozen=True)
class FactType:
    """`json` as jsonb_typeof says; `fits` decides on one value; `is_code` values match CODE_PATTERN."""

    name: str
    json: str
    fits: Callable[[Any], bool]
    is_code: bool = False
    required: bool = True
    private: bool = False  # the public log leaves it out

    @property
    def is_text(self) -> bool:
        """Whether the value refers to a kept text (erasable.py)."""
        return self.name == "text"


def optional(fact: FactType) -> FactType:
    """A fact that may be left out; it is never null."""
    return replace(fact, required=False)


def private(fact: FactType) -> FactType:
    """A fact of a public event that is not public: who did it, say."""
    return replace(fact, private=True)


def _is_code(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(CODE_PATTERN, value) is not None


def _parses(read: Callable[[str], object]) -> Callable[[Any], bool]:
    def fits(value: Any) -> bool:
        try:
            return _is_code(value) and read(value) is not None
        except ValueError:
            return False

    return fits


def _is_by_currency(value: Any) -> bool:
    return isinstance(value, dict) and all(_is_code(key) and type(minor) is int for key, minor in value.items())


INTEGER = FactType("integer", "number", lambda value: type(value) is int)
FLAG = FactType("flag", "boolean", lambda value: type(value) is bool)
CODE = FactType("code", "string", _is_code, is_code=True)  # one of our own words: a state, a currency, a rule, a slug
ID = FactType("id", "string", _parses(UUID), is_code=True)
TIME = FactType("time", "string", _parses(datetime.fromisoformat), is_code=True)
DAY = FactType("day", "string", _parses(date.fromisoformat), is_code=True)
TEXT = FactType("text", "string", re.compile("[0-9a-f-]{36}:[0-9a-f]{64}").fullmatch, is_code=True)  # type: ignore[arg-type]
ELSEWHERE = FactType("elsewhere", "string", _is_code, is_code=True)  # an identifier of another system: `identifier`
BY_CURRENCY = FactType("by currency", "object", _is_by_currency)  # minor units: {"USD": 2}


@dataclass(frozen=True)
class Kind:
    """What events of one name hold. `public`: the public log may show them with their facts, of a text the digest,
    and without what is private. `security`: the security log has them, too.
    """

    name: str
    facts: Mapping[str, FactType]
    version: int = 1
    public: bool = False
    security: bool = False


_BY_PERSON = {"by": CODE}  # a person's id, or "rule" or "terminal"
_LINE = {
    "state": CODE, "reason": optional(CODE), "held": optional(CODE), "suspense": optional(CODE),
    "evidence": optional(CODE), "evidence_key": optional(ELSEWHERE), "evidence_at": optional(TIME),
    "paid_minor": INTEGER, "commission_minor": INTEGER, "service_fee_minor": INTEGER,
    "returned_commission_minor": optional(INTEGER), "returned_paid_minor": optional(INTEGER),
    "returned_protected_minor": optional(INTEGER), "returned_elsewhere": optional(BY_CURRENCY),
    "unclear_refund": optional(FLAG),
    "settled_at": optional(TIME), "quantity": INTEGER, "rate_ppm": optional(INTEGER), "currency": CODE,
}  # fmt: skip
_EARNED = {
    "amount_minor": INTEGER, "before_minor": INTEGER, "base_minor": INTEGER, "before_base_minor": INTEGER,
    "given_minor": INTEGER, "share_ppm": INTEGER, "rate_ppm": optional(INTEGER), "plan": INTEGER, "plan_moment": TIME,
    "plan_moment_kind": CODE, "currency": CODE, "settled": FLAG, "line_state": CODE, "payable_on": DAY,
    "line_state_before": optional(CODE), "penalty_minor": optional(INTEGER), "penalty_before_minor": optional(INTEGER),
    "from_available_minor": optional(INTEGER), "below_zero_minor": optional(INTEGER), "quantity": INTEGER,
    "quantity_before": optional(INTEGER),
    "buyer_paid_minor": INTEGER, "buyer_paid_before_minor": optional(INTEGER),
    "buyer_paid_first_minor": optional(INTEGER), "refunded_minor": optional(INTEGER),
    "refunded_sum_minor": optional(INTEGER), "unclear_refund": optional(FLAG),
    "protected_minor": optional(INTEGER), "protected_sum_minor": optional(INTEGER),
}  # fmt: skip
_MONEY = {"amount_minor": INTEGER, "currency": CODE}
_IN_FILE = {"rail_key": CODE, "message_id": CODE, "number": INTEGER}
_JUDGED = {"offer": ID, "marketplace": optional(CODE), "rule": optional(CODE)}

_DECLARED = (
    # people
    Kind("person.joined", _BY_PERSON),
    Kind("person.made_operator", {}, security=True),
    Kind("person.operator_ended", _BY_PERSON, security=True),
    # shops
    Kind("shop.opened", {**_BY_PERSON, "slug": CODE, "name": optional(TEXT), "synthetic": optional(FLAG)}),
    Kind("shop.described", {"name": TEXT, "intro": optional(TEXT)}),
    Kind("shop.front_decided", {**_BY_PERSON, "front": CODE, "reason": TEXT}, security=True),
    Kind("listing.published", _JUDGED, public=True),
    Kind("listing.refused", _JUDGED, public=True),
    Kind("listing.hidden", {"offer": ID, "reason": optional(TEXT)}, public=True),
    Kind("listing.removed", {"offer": ID}, public=True),
    Kind("listing.noted", {"offer": ID}),
    Kind("shop.reported", {"reason": CODE, "words": optional(TEXT)}),
    Kind("listing.reported", {"listing": ID, "reason": CODE, "words": optional(TEXT)}),
    Kind("report.answered", {**_BY_PERSON, "outcome": CODE, "answer": TEXT}, security=True),
    # lists of goods that are fetched from an address
    Kind("feed.added", {**_BY_PERSON, "every_hours": INTEGER, "complete": FLAG}, security=True),
    Kind("feed.paused", _BY_PERSON, security=True),
    Kind("feed.resumed", _BY_PERSON, security=True),
    Kind("feed.removed", _BY_PERSON, security=True),
    Kind(
        "feed.imported",
        {"answer": CODE} | dict.fromkeys(("bytes", "taken", "refused", "changed", "withdrawn"), INTEGER),
    ),
    Kind("feed.held", {"missing": INTEGER, "live": INTEGER}),
    Kind("feed.released", _BY_PERSON, security=True),
    # sharing
    Kind("link.made", {"code": CODE, "channel": CODE}),
    # A visitor wanted to go on, and no link would have counted.
    Kind("outbound_click.stopped", {"marketplace": CODE, "why": CODE}),
    Kind("position.registered", {**_BY_PERSON, "marketplace": CODE, "position": ELSEWHERE}, security=True),
    Kind("position.leased", {"marketplace": CODE, "position": ELSEWHERE}),
    Kind("position.resumed", {"marketplace": CODE, "position": ELSEWHERE}),
    Kind("position.ended", {**_BY_PERSON, "marketplace": CODE, "position": ELSEWHERE, "reason": optional(TEXT)}),
    Kind(
        "position.withdrawn", {**_BY_PERSON, "marketplace": CODE, "position": ELSEWHERE, "reason": TEXT}, security=True
    ),
    Kind(  # a restore brought this lease, or changed its end, and it is now as these say
        "position.carried_over",
        {
            "marketplace": CODE,
            "position": ELSEWHERE,
            "leased_from": TIME,
            "ended_at": optional(TIME),
            "until": optional(TIME),
        },
    ),
    Kind("own_account.connected", {**_BY_PERSON, "marketplace": CODE, "again": optional(FLAG)}, security=True),
    Kind("own_account.removed", {**_BY_PERSON, "marketplace": CODE}, security=True),
    # orders
    Kind("order_line.reported", _LINE),
    Kind("order_line.returned", _LINE),
    Kind("order_line.contradicted", _LINE),
    Kind(
        "order_line.attributed",
        {name: CODE if name == "evidence" else optional(fact) for name, fact in _LINE.items()},
    ),
    Kind("order_line.given", {**_BY_PERSON, "reason": TEXT, "suspense": CODE}, security=True),
    Kind("lost_order.requested", {"marketplace": CODE, "order": ELSEWHERE, "ordered_at": optional(TIME)}),
    Kind("lost_order.answered", {"state": CODE}),
    Kind("lost_order.asked_again", _BY_PERSON),
    Kind("lost_order.resumed", {}),
    Kind(
        "dispute.opened",
        {"cause": CODE, "marketplace": CODE, "reason": optional(CODE), "text": optional(TEXT)},
    ),
    Kind("dispute.appealed", {"text": optional(TEXT)}),
    Kind("dispute.closed", {**_BY_PERSON, "cause": CODE, "answer": TEXT}, security=True),
    Kind("report.retried", {**_BY_PERSON, "marketplace": CODE, "read": FLAG}),
    Kind("report.replaced", {"marketplace": CODE, "report": ID}),
    Kind("report.of_others", {"marketplace": CODE}),
    Kind("report.dismissed", {**_BY_PERSON, "marketplace": CODE, "reason": TEXT}, security=True),
    Kind("gap.ended", {**_BY_PERSON, "marketplace": CODE, "since": TIME, "until": TIME, "reason": TEXT}, security=True),
    # commissions
    Kind(
        "plan.published",
        {
            "by": private(CODE),
            "shopkeeper_ppm": INTEGER,
            "platform_ppm": INTEGER,
            "waiting_days": INTEGER,
            "from_at": TIME,
        },
        public=True,
        security=True,
    ),
    Kind("plan.refused", {**_BY_PERSON, "field": ELSEWHERE, "rule": optional(CODE)}, security=True),
    Kind("commission.earned", _EARNED | {"shown_rate_ppm": optional(INTEGER)}),
    Kind("commission.adjusted", _EARNED),
    Kind("commission.settled", _EARNED),
    Kind("commission.unsettled", _EARNED),
    Kind("commission.confirmed", _MONEY | {"on_hold_minor": optional(INTEGER)}),
    Kind("commission.other_currency", {**_MONEY, "held": optional(CODE)}),
    Kind(
        "commission.held",  # `part_minor`: as it was asked for, of a hold of a part
        {**_MONEY, "class": CODE, "part_minor": optional(INTEGER), "reason": optional(TEXT), "by": optional(CODE)},
    ),
    Kind(
        "commission.released",
        {"class": CODE, "reason": optional(TEXT), "by": optional(CODE), "nothing_left": optional(FLAG)},
    ),
    Kind("order_line.quarantined", {"reason": CODE}),
    Kind("order_line.bookable", {}),
    Kind("order_line.retried", _BY_PERSON),
    # payouts
    Kind(
        "payout_limits.published",
        {
            **_BY_PERSON,
            "currency": CODE,
            "version": INTEGER,
            "from_at": TIME,
            "floor_minor": INTEGER,
            "by_rule_below_minor": INTEGER,
            "two_from_minor": INTEGER,
            "per_operator_day_minor": INTEGER,
            "reason": TEXT,
        },
        security=True,
    ),
    Kind(
        "payee.changed",
        {"rail": CODE, "account": CODE, "usable_from": TIME, "first": FLAG, "version": INTEGER, "details": TEXT},
        security=True,
    ),
    Kind("payout.requested", {**_MONEY, "rail": CODE, "account": CODE, "payee": ID, "details": TEXT, "key": CODE}),
    Kind("payout.approved_once", _BY_PERSON, security=True),
    Kind(
        "payout.approved", {**_BY_PERSON, "amount_minor": optional(INTEGER), "currency": optional(CODE)}, security=True
    ),
    Kind("payout.refused", {**_BY_PERSON, "reason": TEXT}, security=True),
    Kind("payout.held", {**_BY_PERSON, "hold": ID, "reason": TEXT, "cause": CODE}, security=True),
    Kind("payout.hold_released", {**_BY_PERSON, "hold": ID, "reason": optional(TEXT)}, security=True),
    Kind("payout.prepared", _IN_FILE),
    Kind("payout.withdrawn", {**_IN_FILE, **_BY_PERSON}),
    Kind("payout_file.sent_through", {"channel": TEXT}),
    Kind("payout_file.withdrawn", {**_BY_PERSON, "reason": TEXT}, security=True),
    Kind("payout_file.given_up", {**_BY_PERSON, "reason": TEXT, "transfers": INTEGER}, security=True),
    Kind("payout_file.strangers_dismissed", {**_BY_PERSON, "reason": TEXT, "answers": INTEGER}, security=True),
    Kind("payout.sent", _IN_FILE),
    Kind("payout.accepted", {"number": INTEGER}),
    Kind("payout.unknown", {"number": INTEGER}),
    Kind("payout.contradicted", {"number": INTEGER, "hold": ID}),
    Kind("payout.paid", {"number": INTEGER}),
    Kind("payout.failed", {"number": INTEGER, "bank_reason": TEXT, "reason": TEXT}),
    Kind("payout.returned", {"number": INTEGER, "bank_reason": TEXT, "reason": TEXT}),
    Kind(
        "payout.decided",
        {
            **_BY_PERSON,
            "number": INTEGER,
            "outcome": CODE,
            "borne_by": CODE,
            "hold": ID,
            "reason": TEXT,
            "carried_out": FLAG,
        },
        security=True,
    ),
    Kind("payout.carried_over", {**_MONEY, "state": CODE, "payee": ID, "details": TEXT, "key": CODE}),
    Kind(  # `stopped_by`: the hold or the pause that it placed, where no transfer here asks what became of it
        "payout.left_out",
        {
            **_MONEY,
            "transfer": CODE,
            "state": CODE,
            "shop": ID,
            "rail": optional(CODE),
            "rail_account": optional(CODE),
            "stopped_by": optional(ID),
        },
    ),
    Kind(  # `booked`: its rail account, where something was booked; `stopped_by`: where it contradicts what was found
        "payout.left_out_found",
        {
            **_BY_PERSON,
            "outcome": CODE,
            "reason": TEXT,
            "carried_out": FLAG,
            "booked": optional(CODE),
            "stopped_by": optional(ID),
        },
        security=True,
    ),
    Kind("payouts.paused", {**_BY_PERSON, "reason": TEXT}, security=True),
    Kind("payouts.resumed", {**_BY_PERSON, "reason": TEXT}, security=True),
    # record
    Kind("texts.erased", {**_BY_PERSON, "texts": INTEGER, "erasure": ID}),
    Kind("texts.carried_over", {"texts": INTEGER}),  # a restore copied them as they are since `happened_at`: erased
    Kind("erasure.made", {**_BY_PERSON, "subject": CODE, "reason": TEXT}, security=True),
)
KINDS: Mapping[str, Kind] = MappingProxyType({kind.name: kind for kind in _DECLARED})
SECURITY = tuple(kind.name for kind in _DECLARED if kind.security)

# The version of each kind as an SQL expression over the column `kind`.
VERSION_SQL = "CASE kind {} ELSE 1 END".format(
    " ".join(f"WHEN '{kind.name}' THEN {kind.version}" for kind in _DECLARED if kind.version != 1) or "WHEN '' THEN 1"
)


def identifier(spelt: str) -> str:
    """An identifier of another system as a fact (ELSEWHERE): as it is spelt, or a digest of one with blanks, say.

    A marketplace may name its things by anything, and no odd name may stop what the event is about.
    """
    return spelt if _is_code(spelt) else _DIGEST + hashlib.sha256(spelt.encode()).hexdigest()


def identifier_sql(spelt: str) -> str:
    """The same for an SQL expression, written out three times; NULL stays NULL."""
    is_code = f"{spelt} !~ '[^{CODE_CHARS}]' AND octet_length({spelt}) BETWEEN 1 AND {CODE_MOST}"
    digest = f"'{_DIGEST}' || encode(sha256(convert_to({spelt}, 'UTF8')), 'hex')"
    return f"CASE WHEN {is_code} THEN {spelt} ELSE {digest} END"


def is_spelt(fact: str) -> bool:
    """Whether a fact from `identifier` can be shown: it is no digest."""
    return not fact.startswith(_DIGEST)


def version_of(kind: str) -> int:
    """The version that events of this kind are written with. Raises NotAsDeclared for an unknown kind."""
    return _declared(kind).version


def check_facts(kind: str, facts: Mapping[str, object]) -> None:
    """Raise NotAsDeclared unless these are the facts of the kind, each of its type."""
    declared = _declared(kind).facts
    missing = [name for name, fact in declared.items() if fact.required and name not in facts]
    wrong = [name for name, value in facts.items() if name not in declared or not declared[name].fits(value)]
    if missing or wrong:
        raise NotAsDeclared(f"{kind}: missing facts {missing}, undeclared or of another type {wrong}")


def check_shapes(shapes: Sequence[tuple[Any, ...]]) -> int:
    """The same for a set, from (kind, fact, JSON type, how many, how many looked at, all codes); how many events.

    A row without a fact counts the events of its kind.
    """
    seen: dict[str, dict[str, int]] = {}
    looked_at: dict[str, int] = {}
    events = 0
    for kind, name, json_type, count, sampled, all_codes in sorted(shapes, key=lambda row: row[1] is not None):
        declared = _declared(kind).facts
        if name is None:
            events, looked_at[kind], seen[kind] = events + count, sampled, {}
            continue
        fact = declared.get(name)
        if fact is None or json_type != fact.json or (fact.is_code and not all_codes):
            raise NotAsDeclared(f"{kind}: the fact {name!r} is undeclared or of another type ({json_type})")
        seen[kind][name] = count
    for kind, found in seen.items():
        missing = [
            n for n, fact in _declared(kind).facts.items() if fact.required and found.get(n, 0) < looked_at[kind]
        ]
        if missing:
            raise NotAsDeclared(f"{kind}: missing facts {missing}")
    return events


def _declared(kind: str) -> Kind:
    if kind not in KINDS:
        raise NotAsDeclared(f"{kind!r} is not declared in joey/record/kinds.py")
    return KINDS[kind]
