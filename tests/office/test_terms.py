"""The office page of plan and limits: what is in use first, the many other currencies behind one line."""

import pytest

from joey.kit import clock
from joey.payouts.limits import LimitAmounts, publish_limits
from tests.cast import ada
from tests.office.test_office import signed_in
from tests.payouts.stage import ready_shop

pytestmark = pytest.mark.django_db


def test_currencies_in_use_come_first_and_the_others_behind_one_line() -> None:
    ready_shop()  # earned in CNY
    now = clock.now()
    publish_limits(
        "JPY", LimitAmounts(100, 1_000, 9_000, 90_000), from_at=now, by=ada(), now=now, reason="As the bank asks"
    )

    page = signed_in(ada()).get("/office/terms/").content.decode()
    in_use, others, behind = page.partition("other currencies, not in use here")

    assert others
    assert all(f"{currency} ·" in in_use for currency in ("CNY", "JPY"))
    assert "KWD ·" not in in_use
    assert "KWD ·" in behind
