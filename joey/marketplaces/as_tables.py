"""What each marketplace is like, as the tables of docs/marketplaces.md: made from the manifests and unverified facts.

`joey marketplaces list --tables` prints them.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal

from django.utils.translation import override

from joey.marketplaces import registry
from joey.marketplaces.check_account import facts_of
from joey.marketplaces.list_accounts import names_of
from joey.marketplaces.manifest_shape import EVERYTHING, Content, KeyForm, Manifest, Positions, Question, SubIds

NONE = "–"
Rows = Iterator[Sequence[str]]


def as_markdown() -> str:
    """All tables, each under its heading, in English."""
    manifests = registry.manifests()
    with override("en"):
        tables = [
            _table("What each can do", _CAN, (row for each in manifests for row in _can(each))),
            _table("How its orders come back", _ORDERS, (row for each in manifests for row in _orders(each))),
            _table(
                "Which questions its reports answer", _QUESTIONS, (row for each in manifests for row in _asked(each))
            ),
            _table("Its offers", _OFFERS, (row for each in manifests for row in _offers(each))),
            _table("What is unverified", _UNVERIFIED, (row for each in manifests for row in _unverified(each))),
        ]
    return "\n".join(tables)


def _table(heading: str, columns: Sequence[str], rows: Rows) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return f"## {heading}\n\n" + "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


_CAN = ("code", "marketplaces", "search", "look up", "at once", "recognise", "track", "report", "shops are paid by")


def _can(manifest: Manifest) -> Rows:
    can = manifest.capabilities
    track = f"{can.track} with copy-codes" if can.copy_codes else can.track
    ways = (can.search, can.look_up, str(can.look_up_at_once), "yes" if can.recognise else NONE, track, can.report)
    paid_by = manifest.paid_by if manifest.reports_orders else NONE
    yield (f"`{manifest.code}`", names_of(manifest), *(NONE if way == "none" else way for way in ways), paid_by)


_ORDERS = (
    "code", "positions", "sub-ids", "believed first", "a click counts", "taken back for", "usually settles after",
    "its fee", "the commission is reported", "the rate is that of",
    "own purchases",
)  # fmt: skip


def _orders(manifest: Manifest) -> Rows:
    if not manifest.reports_orders:
        return
    fee = f"{Decimal(manifest.service_fee_ppm).scaleb(-4).normalize():f} %" if manifest.service_fee_ppm else NONE
    yield (
        f"`{manifest.code}`",
        _positions(manifest.capabilities.positions),
        _sub_ids(manifest.capabilities.sub_ids),
        ", then ".join(each.replace("_", "-") for each in manifest.evidence),
        _days(manifest.window_days),
        _days(manifest.refund_days),
        _days(manifest.usual_settle_days),
        fee,
        manifest.reported_commission.replace("_", " "),
        "the click" if manifest.locks_rate else "the order",
        {True: "earn", False: "earn nothing", None: "not known"}[manifest.own_purchases_count],
    )


_QUESTIONS = (
    "code", "question", "asked by", "window", "overlap", "rows a page", "furthest back", "asked again",
)  # fmt: skip


def _asked(manifest: Manifest) -> Rows:
    for each in manifest.questions:
        yield (
            f"`{manifest.code}`", f"`{each.code}`", each.asked_by, _span(each.window), _span(each.overlap),
            str(each.page_size), _span(each.furthest_back), _again(each),
        )  # fmt: skip


_OFFERS = (
    "code", "stays the same", "zone", "currency", "a price is shown for", "not stored", "not shown", "not printed",
    "price history", "said beside it", "apps that refuse its links",
)  # fmt: skip


def _offers(manifest: Manifest) -> Rows:
    allowed = manifest.allowed
    yield (
        f"`{manifest.code}`",
        "its id" if manifest.identity == "external_id" else "seller and main picture",
        manifest.zone,
        manifest.currency,
        _span(manifest.price_life),
        _lacking(allowed.stored),
        _lacking(allowed.shown),
        _lacking(allowed.printed),
        "kept" if "price" in allowed.kept_as_history else "not kept",
        "; ".join(str(label.text) for label in manifest.labels) or NONE,
        "; ".join(f"{each.app} ({each.offer_instead.replace('_', '-')})" for each in manifest.refused_in_apps) or NONE,
    )


_UNVERIFIED = ("code", "fact", "what Joey takes for granted", "relied on in", "`joey marketplaces check`")


def _unverified(manifest: Manifest) -> Rows:
    for fact in facts_of(manifest.code):
        why_not = fact.why_not_asked
        asked = f"cannot ask: {why_not.text}" if why_not else "asks"
        yield (f"`{manifest.code}`", f"`{fact.name}`", str(fact.says.text), f"`{fact.relied_on_in}`", asked)


def _positions(positions: Positions) -> str:
    if positions.granted == "none":
        return NONE
    how = {"api": "registered by a call", "manual": "registered by hand"}[positions.granted]
    most = f", {positions.at_most:,} at most" if positions.at_most else ""
    filed = ", each filed once" if positions.filed else ""
    keys = "" if positions.keys == KeyForm() else f"; a key is {positions.keys.says.text}"
    return (how if positions.registered else "any key") + most + filed + keys


def _sub_ids(sub_ids: SubIds) -> str:
    if not sub_ids.max_length:
        return NONE
    return f"{sub_ids.max_length} characters, {'reported' if sub_ids.reported else 'not reported'}"


def _again(question: Question) -> str:
    recheck = f"{_span(question.recheck_back)} every {_span(question.recheck_every)}" if question.recheck_back else ""
    days = [str(age.days) for age in question.rescan_after]
    rescan = f"days at an age of {', '.join(days)}" if days else ""
    behind = f"first at an age of {_span(question.behind)}" if question.behind else ""
    return "; ".join(part for part in (behind, recheck, rescan) if part) or NONE


def _lacking(allowed: frozenset[Content]) -> str:
    return ", ".join(sorted(EVERYTHING - allowed)) or NONE


def _days(days: int) -> str:
    return f"{days} d" if days else NONE


def _span(span: timedelta) -> str:
    """`90 d`, `3 h`, `20 min`: as many of them as it needs."""
    minutes = span // timedelta(minutes=1)
    parts = ((minutes // 1440, "d"), (minutes % 1440 // 60, "h"), (minutes % 60, "min"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "0"
