"""Which actions of the office ask for a new code of the sign-in first: by one rule, over every address of it."""

from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, reverse

from joey.office.fresh_code import FREE
from joey.office.site import office
from tests.cast import ada
from tests.office.test_office import everything, signed_in
from tests.test_verbs import office_actions

pytestmark = pytest.mark.django_db

# They stop money until it is released, or do now what a job does anyway.
STOPS = {
    "commissions_commission:hold",
    "payouts_payout:hold",
    "shops_shop:front_page",
    "shops_buyerreport:answer",
    "shops_shop:hold_payouts",
}
FREE_PAGES = {"page:pause_payouts", "page:register_positions"}
REPEATS = {
    "commissions_quarantinedline:retry", "orders_orderline:retry_suspense", "orders_unreadreport:retry",
    "orders_lostorder:ask_again",
    "payouts_payoutfile:ask", "procrastinate_procrastinatejob:retry",
    "catalog_feedaddress:ask", "catalog_feedaddress:pause", "catalog_feedaddress:shrink",
    "shops_shop:front_page", "shops_buyerreport:answer",
}  # fmt: skip
# Pages of the office itself, and those of each table; a row's page takes nothing (test_office.py).
PAGES = {"waiting", "health", "register_positions", "terms", "pause_payouts", "publish_limits"}
OF_THE_LIBRARIES = {"index", "login", "logout", "password_change", "password_change_done", "autocomplete", "jsi18n",
             "view_on_site", "app_list", "search"}  # fmt: skip
OF_A_TABLE = ("changelist", "add", "history", "delete", "change")


def names(patterns: "list[URLPattern | URLResolver]") -> set[str]:
    return {
        name
        for each in patterns
        for name in (names(each.url_patterns) if isinstance(each, URLResolver) else {each.name or ""})
    }


def test_the_office_has_no_other_pages_than_its_tables_and_these() -> None:
    tables = {name.rsplit("_", 1)[0] for name in names(office.get_urls()) if name.endswith("_changelist")}
    of_tables = {f"{table}_{page}" for table in tables for page in OF_A_TABLE}

    assert names(office.get_urls()) - of_tables - OF_THE_LIBRARIES - {""} - PAGES == set()
    assert {action.partition(":")[0] for action in office_actions()} <= tables


def test_every_action_asks_for_a_fresh_code_but_those_that_only_stop_money_or_do_what_a_job_does(settings: Any) -> None:
    everything(settings)
    client = signed_in(ada(), code_seconds_ago=None)
    models = {f"{model._meta.app_label}_{model._meta.model_name}": model for model in office._registry}

    asks = set()
    for each in office_actions():
        table, _colon, action = each.partition(":")
        row = models[table]._default_manager.values_list("pk", flat=True).first()
        data = {"action": action, "_selected_action": [str(row)], "index": "0"}
        answer = client.post(reverse(f"admin:{table}_changelist"), data)
        assert answer.status_code in (200, 302), each
        if answer.headers.get("Location", "").startswith("/studio/confirm"):
            asks.add(each)

    assert office_actions() - asks == STOPS | REPEATS == FREE - FREE_PAGES
