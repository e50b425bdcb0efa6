"""One run of earn, return, payout and answer by the verbs, as a real process that can be killed at any of its points.

A point is what the process does to the outside: a statement, a commit, a call of the bank before and after. Started
as a program it loads Joey once, then reads numbers from its standard input: for each it forks a process that makes the
run and kills itself (SIGKILL) before that point, or at none for 0. It prints how the process ended.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx

BANK = "/bank/"  # what Joey calls; the rest is the world's own doing
DAY = timedelta(days=1)
MEI_GETS, LULU_GETS = 1_200_000, 40_000  # fen that are requested: two operators decide on one, a rule on the other


@dataclass
class Points:
    """Counts the points and dies before number `deadly`. `calls` are the numbers of those before and after a call."""

    deadly: int
    count: int = 0
    calls: list[int] = field(default_factory=list)

    def reach(self, *, call: bool = False) -> None:
        self.count += 1
        if call:
            self.calls.append(self.count)
        if self.count == self.deadly:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self) -> None:
        """From now on every statement, commit and call of the bank in this process is a point."""
        from django.db import connection

        def statement(execute: Callable[..., Any], *given: Any) -> Any:
            self.reach()
            return execute(*given)

        def commit(first: Callable[[], None] = connection._commit) -> None:  # type: ignore[attr-defined]
            self.reach()
            first()

        def call(
            sender: httpx.HTTPTransport,
            request: httpx.Request,
            first: Callable[..., httpx.Response] = httpx.HTTPTransport.handle_request,
        ) -> httpx.Response:
            if not request.url.path.startswith(BANK):
                return first(sender, request)
            self.reach(call=True)
            answer = first(sender, request)
            self.reach(call=True)
            return answer

        connection.execute_wrappers.append(statement)
        connection._commit = commit  # type: ignore[attr-defined]
        httpx.HTTPTransport.handle_request = call  # type: ignore[method-assign, assignment]


def make_the_run(bank: str) -> None:
    """Earn, return, payout, answer: from the beginning each time, since a process does not know how far another got."""
    from joey.commissions.confirm_due import confirm_due
    from joey.commissions.earn_due import earn_due
    from tests.cast import NOW, refund, report, settled
    from tests.orders.polled import take_order_reports

    mei: dict[str, Any] = {"commission_minor": 1_000_000, "service_fee_minor": 0, "paid_minor": 20_000_000}
    lulu = mei | {"commission_minor": 60_001, "position": "110000000002"}
    take_order_reports("taobao", [report("1", **mei), report("2", **mei), report("3", **lulu)], now=NOW - 10 * DAY)
    earn_due(now=NOW - 10 * DAY)
    take_order_reports("taobao", [settled("1", **mei), settled("2", **mei), settled("3", **lulu)], now=NOW - 9 * DAY)
    earn_due(now=NOW - 9 * DAY)
    confirm_due(now=NOW)
    take_order_reports("taobao", [refund("1", back=100_001)], now=NOW)
    earn_due(now=NOW)
    _pay(NOW)
    _run_payouts(NOW + DAY)
    take_order_reports("taobao", [refund("2", back=900_000, case="2")], now=NOW + DAY)  # more than is left
    earn_due(now=NOW + DAY)
    _answer(bank, {MEI_GETS: "returned"})
    _run_payouts(NOW + 2 * DAY)


def _pay(now: Any) -> None:
    from joey.kit.refusals import Refusal
    from joey.payouts.decide import approve
    from joey.payouts.request_payout import request_payout
    from tests.cast import ada, lulus_shop, meis_shop
    from tests.payouts.stage import cny, second_operator

    large = request_payout(meis_shop(), amount=cny(MEI_GETS), idempotency_key="large", now=now)
    request_payout(lulus_shop(), amount=cny(LULU_GETS), idempotency_key="small", now=now)
    for operator in (ada(), second_operator()):
        try:
            approve(large, by=operator, now=now)
        except Refusal as refusal:  # a run before this one approved it
            if refusal.code not in ("wrong_state", "second_operator_needed"):
                raise
    _run_payouts(now)


def _run_payouts(now: Any) -> None:
    """The minute job, until a file that was handed over by a killed process is answered too."""
    from joey.payouts.pay_due import pay_due

    for minute in range(3):
        pay_due(now=now + timedelta(minutes=minute))


def _answer(bank: str, said: dict[int, str]) -> None:
    """The bank decides on the transfers of these amounts. This is the world's doing, so no point of the run."""
    from joey.kit import sql

    for key, minor in sql.tuples("SELECT a.rail_key, p.amount_minor FROM payouts_payoutattempt a"
                                 " JOIN payouts_payout p ON p.id = a.payout_id"):  # fmt: skip
        if minor in said:
            with httpx.Client() as world:
                body = {"do": "say", "transfer": key, "state": said[minor]}
                answer = world.post(f"{bank}/control/bank", json=body)
                assert answer.status_code in (200, 404, 409), answer.text


def main() -> None:
    os.environ["JOEY_NO_POOL"] = "1"  # a pool's threads do not survive a fork
    import django

    django.setup()
    import joey.payouts.pay_due  # noqa: F401 -- loaded once, not in each process
    import tests.payouts.stage  # noqa: F401
    from joey.payouts import sending_lock
    from joey.payouts.rails.bank.write_pain001 import _schema

    _schema()  # takes a second to load
    sending_lock.LEAVES_FOR = timedelta(0)  # a minute of the job is a moment here; each killed process's call is over

    bank = sys.argv[1]
    for line in sys.stdin:
        points = Points(int(line))
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            points.watch()
            make_the_run(bank)
            print(json.dumps({"count": points.count, "calls": points.calls}), flush=True)
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        print(json.dumps({"signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0,
                          "code": os.WEXITSTATUS(status) if os.WIFEXITED(status) else 0}), flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
