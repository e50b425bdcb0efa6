"""However a marketplace reports, and whenever it or Joey fails, Joey's order lines end as the marketplace's truth.

Hypothesis makes up purchases, what becomes of them, how they are reported, exports beside that, outages and faults, and
two syncs at once. The simulated union is driven by its control calls alone, and Joey reads its reports through its real
connector, on a clock that begins twenty hours ago. At the end Joey's lines, read through its API, have to be those of
`GET /control/orders`. In a prompt world every change is visible at once and nothing but the cursor brings it: no day is
asked for again, save for what is frozen, which has no time of change.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import stamina
from django.db import OperationalError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.internal.conjecture import engine as hypothesis_engine
from pytest_django import Settings

from joey.commissions.earn_due import earn_due
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit.clock import now
from joey.marketplaces import registry
from joey.marketplaces.manifest_shape import Question
from joey.marketplaces.port import Tracking
from joey.marketplaces.taobao.manifest import FROZEN_ORDERS, MANIFEST
from joey.orders import sync as engine
from joey.orders.intake.import_orders import import_orders
from joey.orders.take_order_reports import take_order_reports
from joey.people.models import Person
from joey.sandbox.dialects.taobao.sale_days import longest_window
from tests.api.live import running_server
from tests.at_once import outcomes
from tests.cast import leased, lulus_shop, meis_shop, token_of
from tests.database import empty_again
from tests.orders.intake.exports import mapped, text_of, written
from tests.proof import prove
from tests.sandbox.conftest import Sandbox, own_sandbox
from tests.slow import slow
from tests.truth import shown_lines, true_lines

__all__ = ["own_sandbox"]

SHRINKING_SECONDS = 60
BEGAN = timedelta(hours=20)  # how long ago the clock begins; the last 25 hours are asked for again
Style = dict[str, Any]
PROMPT: tuple[Style, ...] = (
    {}, {"same_second": True}, {"shuffle": True, "duplicate": True}, {"extra_field": True, "same_second": True},
)  # fmt: skip
HIDDEN = {"late_minutes": 24 * 60}  # until a round that reports in another way
LATE: tuple[Style, ...] = (
    HIDDEN, {"unknown_state": True}, {"late_minutes": 8 * 60, "uneven": True}, HIDDEN, *PROMPT,
)  # fmt: skip
MOVES = (
    "receive", "settle", "close", "return", "return all", "reopen", "unsettle", "correct", "repeat", "freeze",
    "release",
)  # fmt: skip
ORDER_CALL, REFUND_CALL, FROZEN_CALL = (
    "taobao.tbk.order.details.get", "taobao.tbk.order.refund.get", "taobao.tbk.dg.punish.order.get",
)  # fmt: skip
# What Joey's first attempt meets: a fault of its own, or an outage of the whole union or of one call.
TROUBLES = (
    "fault", "", "500", "garbage", "later fault", "", "throttle",
    f"500 {ORDER_CALL}", f"garbage {REFUND_CALL}", f"500 {FROZEN_CALL}",
)  # fmt: skip
EXPORT = """
none = ["--"]
optional = ["pay_price", "tk_earning_time"]
[numbers]
trade_parent_id = "trade_parent_id"
trade_id = "trade_id"
item_num = "item_num"
adzone_id = "adzone_id"
[texts]
tk_status = "tk_status"
tk_order_role = "tk_order_role"
refund_tag = "refund_tag"
item_title = "item_title"
item_id = "item_id"
[amounts]
alipay_total_price = "alipay_total_price"
pay_price = "pay_price"
pub_share_pre_fee = "pub_share_pre_fee"
pub_share_fee = "pub_share_fee"
alimama_share_fee = "alimama_share_fee"
[rates]
tk_total_rate = "tk_total_rate"
[times]
tk_create_time = "tk_create_time"
tb_paid_time = "tb_paid_time"
click_time = "click_time"
tk_earning_time = "tk_earning_time"
modified_time = "modified_time"
"""


@dataclass(frozen=True)
class Bought:
    """A purchase in one of the shops; in a world that is not prompt it is known so many minutes late."""

    shop: int
    quantity: int
    minutes_ago: int


@dataclass(frozen=True)
class Moved:
    """A step of an order, so long after the clock, or the step before: often within one second."""

    order: int
    do: str
    minutes: int


@dataclass(frozen=True)
class Round:
    """What happens, in this order, until Joey asks again: its first attempt meets the trouble, the next does not."""

    bought: list[Bought]
    moved: list[Moved]
    style: Style
    minutes: int  # by which the clock moves on
    export: bool  # whether what the union shows just then is imported, too
    trouble: str
    syncs: int  # how often Joey asks once more before the next round, at once


@dataclass(frozen=True)
class World:
    """One run."""

    prompt: bool
    rounds: list[Round]


def worlds(*, prompt: bool, rounds: int) -> st.SearchStrategy[World]:
    """The first example is always the simplest: what is listed first, so few minutes, one fault."""
    bought = st.builds(Bought, shop=st.integers(0, 1), quantity=st.integers(1, 3), minutes_ago=st.integers(0, 600))
    moved = st.builds(Moved, order=st.integers(0, 9), do=st.sampled_from(MOVES), minutes=st.sampled_from([0, 0, 1, 40]))
    one = st.builds(
        Round,
        bought=st.lists(bought, min_size=1, max_size=3),
        moved=st.lists(moved, min_size=1, max_size=5),
        style=st.sampled_from(PROMPT if prompt else LATE),
        minutes=st.integers(40, 200),
        export=st.booleans(),
        trouble=st.sampled_from(TROUBLES),
        syncs=st.integers(0, 2),
    )
    return st.builds(World, prompt=st.just(prompt), rounds=st.lists(one, min_size=2, max_size=rounds))


class Fault:
    """After so many sets of reports that were taken in, the next one fails, once."""

    def __init__(self, take: Callable[..., Any]) -> None:
        self.after = 0
        self._take = take

    def __call__(self, *given: Any, **named: Any) -> Any:
        self.after -= 1
        if self.after == 0:
            raise OperationalError("deadlock detected")
        return self._take(*given, **named)


class Run:
    """One world: two shops on positions that no run before had."""

    def __init__(self, union: Sandbox, fault: Fault, folder: Path, *, prompt: bool) -> None:
        self.union, self.fault, self.folder, self.prompt = union, fault, folder, prompt
        connector: Any = registry.connector("taobao")
        questions = tuple(map(_asked_by_its_cursor, MANIFEST.questions)) if prompt else MANIFEST.questions
        connector.manifest = replace(connector.manifest, questions=questions)
        self.clock = now().replace(microsecond=0) - BEGAN
        self.orders: list[str] = []
        self.positions = [connector.register_position(f"run-{shop}") for shop in range(2)]
        for shop, position in zip((meis_shop(), lulus_shop()), self.positions, strict=True):
            leased(shop, position, since=self.clock - timedelta(hours=1))
        item = next(each for each in connector.search("锅").offers if each.commission_ppm)
        links = [connector.tracked_link(item.external_id, Tracking(position=each)) for each in self.positions]
        self._links = [link.url for link in links]

    def take(self, happens: Round) -> None:
        for each in happens.bought:
            self._buy(each)
        for step in happens.moved:
            self._move(step)
        self._report(happens.style)
        self.clock += timedelta(minutes=happens.minutes)
        if happens.export:
            self._import(are_readable="unknown_state" not in happens.style)
        if happens.trouble in ("fault", "later fault"):
            self.fault.after = 1 + (happens.trouble == "later fault")
        elif happens.trouble:
            self._break(*happens.trouble.split())
        if happens.trouble:
            self.sync()
            self.recover()
        done = outcomes(*[self.sync] * happens.syncs)
        assert [each for each in done if isinstance(each, BaseException)] == []

    def end(self) -> None:
        """All is well and visible, and Joey asks once more."""
        self._report({})
        self.clock = now()
        assert self.sync(recheck=not self.prompt) == [""]

    def sync(self, *, recheck: bool = False) -> list[str]:
        """Why Joey stopped; what it read is booked."""
        done = engine.sync(now=self.clock, recheck=recheck)
        earn_due(now=now())
        return [each.trouble for each in done]

    def recover(self) -> None:
        self.fault.after = 0
        for call in (None, ORDER_CALL, REFUND_CALL, FROZEN_CALL):
            self._break("500", call, seconds=0)

    def _buy(self, bought: Bought) -> None:
        late = timedelta(0) if self.prompt else timedelta(minutes=bought.minutes_ago)
        paid = max(self.clock - late, now() - BEGAN)
        times = {"click_time": _text(paid - timedelta(minutes=1)), "paid_at": _text(paid)}
        self.orders.append(self.union.buy(self._links[bought.shop], quantity=bought.quantity, **times))

    def _move(self, step: Moved) -> None:
        """It changes nothing where it cannot follow."""
        order = self.orders[step.order % len(self.orders)]
        before = datetime.fromisoformat(self.union.get(f"/control/orders/{order}").json()["modified_at"])
        at = max(before, self.clock) + timedelta(minutes=step.minutes)
        body: dict[str, Any] = {"do": step.do.split()[0], "at": _text(at)}
        if step.do == "return":
            body["quantity"] = 1
        if step.do == "correct":
            body["commission"] = 100 + step.minutes
        assert self.union.post(f"/control/orders/{order}", body).status_code in (200, 409)

    def _import(self, *, are_readable: bool) -> None:
        """An export of what changed until now and is visible. A row with a state that Joey does not know is refused."""
        rows: list[dict[str, Any]] = []
        since, until = int((now() - BEGAN).timestamp()) - 60, int(self.clock.timestamp())
        while since < until:
            end = min(since + longest_window(since, until), until)
            rows += self.union.all_orders(since, end)
            since = end
        if not rows:
            return
        columns = list(dict.fromkeys(name for row in rows for name in row))
        body = text_of([{name: str(value) for name, value in row.items()} for row in rows], columns=columns)
        done = import_orders(written(self.folder, body), "taobao", mapping=mapped(self.folder, EXPORT), now=self.clock)
        assert not (are_readable and done.refused)

    def _report(self, style: Style) -> None:
        assert self.union.post("/control/reports", {"marketplace": "taobao"} | style).status_code == 200

    def _break(self, kind: str, call: str | None = None, *, seconds: int = 3600) -> None:
        body = {"kind": kind, "seconds": seconds, "where": "taobao"} | ({"call": call} if call else {})
        assert self.union.post("/control/outage", body).status_code == 200


def _asked_by_its_cursor(question: Question) -> Question:
    """The question without looks at old days; that for what is frozen, which is nothing else, at every sync."""
    if question.code == FROZEN_ORDERS.code:
        return replace(question, every=timedelta(0), recheck_every=timedelta(0))
    return replace(question, recheck_back=timedelta(0), rescan_after=())


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture
def union(own_sandbox: Callable[..., Sandbox], settings: Settings) -> Sandbox:
    sandbox = own_sandbox()
    settings.JOEY_MARKETPLACES = {"taobao": sandbox.get("/control/marketplaces").json()["taobao"]}
    return sandbox


@pytest.fixture
def joey(committed_db: EmbeddedPostgres) -> Iterator[Callable[[Person], Callable[..., httpx.Response]]]:
    """How a keeper asks a running server's API."""
    with running_server() as address:

        def as_keeper(keeper: Person) -> Callable[..., httpx.Response]:
            headers = {"Authorization": f"Bearer {token_of(keeper)}"}
            return lambda path, **query: httpx.get(f"{address}/api/v1{path}", params=query, headers=headers)

        yield as_keeper


@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("examples", "rounds"), [(2, 4), slow(24, 5)])
def test_the_lines_end_as_the_truth(
    union: Sandbox,
    joey: Callable[[Person], Callable[..., httpx.Response]],
    committed_db: EmbeddedPostgres,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    examples: int,
    rounds: int,
) -> None:
    monkeypatch.setattr(hypothesis_engine, "MAX_SHRINKING_SECONDS", SHRINKING_SECONDS)
    fault = Fault(take_order_reports)
    monkeypatch.setattr(engine, "take_order_reports", fault)

    def ends_as_the_truth(world: World) -> None:
        run = Run(union, fault, tmp_path, prompt=world.prompt)
        try:
            for each in world.rounds:
                run.take(each)
            run.end()

            for shop, position in zip((meis_shop(), lulus_shop()), run.positions, strict=True):
                assert shown_lines(joey(shop.owner), shop.slug) == true_lines(union, position)
            prove()
        finally:
            run.recover()
            empty_again(committed_db)

    # An outage that lasts is not waited for. This is said once: two threads that said it would not take it back.
    with stamina.set_testing(True, attempts=1):
        for prompt in (True, False):
            check = given(world=worlds(prompt=prompt, rounds=rounds))(ends_as_the_truth)
            settings(max_examples=examples, suppress_health_check=list(HealthCheck), print_blob=True)(check)()
