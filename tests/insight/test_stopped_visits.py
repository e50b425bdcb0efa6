"""A visitor who wanted to go on and was stopped: the trace says so and why, and never that they only looked."""

import pytest

from joey.edge.ask_marketplace import Untracked
from joey.insight.trace import click_trace
from joey.sharing.models import Click
from joey.sharing.note_stopped import note_stopped
from tests.cast import NOW, leased, meis_shop
from tests.insight.test_trace import clicked
from tests.proof import prove

pytestmark = pytest.mark.django_db
STOPS = [each.value for each in Untracked if each not in (Untracked.NO_PERSON, Untracked.NOT_HERE)]


@pytest.mark.parametrize("went_on", [False, True])
@pytest.mark.parametrize("why", STOPS)
def test_every_reason_is_explained_once_however_often_the_visitor_tried(why: str, went_on: bool) -> None:
    click = clicked(went_on=went_on)
    for _time in range(2):
        note_stopped(click, shop_id=meis_shop().pk, marketplace="taobao", why=why, now=NOW)

    trace = click_trace(meis_shop(), click, now=NOW)

    assert trace.reason == "stopped"
    assert ("plain link" in trace.answer) is went_on
    assert [step.code for step in trace.steps].count("outbound_click.stopped") == 1
    assert (trace.step_left_at is not None) is (why == "not_filed")
    if trace.step_left_at:
        assert trace.step_left_at == Click.objects.get().listing_id
    prove()


def test_who_went_on_by_a_link_that_counts_was_not_stopped_in_the_end() -> None:
    click = clicked(lease=leased(meis_shop()))
    note_stopped(click, shop_id=meis_shop().pk, marketplace="taobao", why="late", now=NOW)

    assert click_trace(meis_shop(), click, now=NOW).reason == "no_order"
