"""Orders of a marketplace whose package is gone stop no other, are shown, are proved, and are confirmed by no guess."""

import json
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from joey.cli.cli import main
from joey.commissions.confirm_due import Confirmed, confirm_due
from joey.commissions.earn_due import earn_due
from joey.commissions.models import Commission
from joey.insight.health import health
from joey.insight.prove import all_checks, prove
from joey.insight.trace import order_trace
from joey.instance.doctor import _marketplaces
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit import sql
from joey.marketplaces.find_packages import find_packages
from joey.marketplaces.port import AnyReport
from joey.orders.models import OrderLine
from joey.orders.retry_suspense import retry_all_suspense
from joey.orders.retry_unread import retry_all_unread
from joey.sharing.models import PositionLease
from joey.sharing.rest_positions import LONGEST_REST
from tests.cast import DAY, NOW, ada, leased, mei, meis_shop, report, settled
from tests.commissions.stage import take_in
from tests.marketplaces.replaced import remove_package
from tests.mutations.corruption import rolled_back
from tests.orders.polled import take_order_reports

GONE = "jd"
THERE = "110000000002"


def take_in_there(*reports: AnyReport) -> None:
    take_order_reports(GONE, reports, now=NOW)
    earn_due(now=NOW)


@pytest.fixture
def sold(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    sell(monkeypatch)


def sell(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line at Taobao that is due. At JD one that was confirmed, one that is due, one that is on its way, one
    without a shop, and one that came in when its package was gone.
    """
    leased(meis_shop())
    leased(meis_shop(), THERE, marketplace=GONE)
    take_in_there(settled("71", position=THERE))
    assert confirm_due(now=NOW).commissions == 1
    take_in(settled("1001"))
    take_in_there(settled("72", position=THERE), report("73", position=THERE), report("74", position="999"))
    take_order_reports(GONE, [report("75", position=THERE)], now=NOW)
    remove_package(monkeypatch, GONE)


@pytest.fixture
def joey(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """The command, in this process."""
    monkeypatch.setattr("joey.instance.open_instance.instance", lambda *_: nullcontext())
    return lambda *given: CliRunner().invoke(main, given)


def pending() -> dict[str, int]:
    found = Commission.objects.order_by("order_line__external_order")
    return dict(found.values_list("order_line__external_order", "pending_minor"))


@pytest.mark.usefixtures("sold")
def test_settle_goes_on_with_the_others_and_says_which_is_gone(joey: Callable[..., Result]) -> None:
    before = pending()
    said = "jd: its package is not installed, so nothing of it is booked or confirmed. Install it again.\n"

    done = joey("settle")
    again = joey("settle")

    assert done.output == "0 order lines checked, 1 commissions became available.\n" + said
    assert again.output == "0 order lines checked, 0 commissions became available.\n" + said
    assert (done.exit_code, again.exit_code) == (1, 1)
    assert pending() == before | {"1001": 0}
    assert said in joey("sync").output


@pytest.mark.usefixtures("sold")
def test_every_rule_is_judged_and_holds_and_the_proof_says_what_it_does_not_know(joey: Callable[..., Result]) -> None:
    as_json, in_words = joey("prove", "--json"), joey("prove")

    found = json.loads(as_json.stdout)
    assert (found["holds"], found["not_installed"], len(found["rules"])) == (True, [GONE], len(all_checks()))
    assert in_words.output.startswith("jd: its package is not installed, so its zone is not known. Its days are judged")
    assert (as_json.exit_code, in_words.exit_code) == (0, 0)


LATE = "interval '5 days'"
CORRUPTIONS = {
    "17. What was released was settled, due and not held when it was": (
        f"UPDATE commissions_revision r SET recorded_at = r.recorded_at - {LATE} FROM commissions_commission c"
        " WHERE c.id = r.commission_id AND c.marketplace = 'jd' AND r.because = 'commission.confirmed'"
    ),
    "18. The day a commission is payable follows from its reports and plan": (
        f"UPDATE commissions_revision r SET payable_on = r.payable_on - {LATE} FROM commissions_commission c"
        " WHERE c.id = r.commission_id AND c.marketplace = 'jd' AND r.because = 'commission.earned' AND r.settled"
    ),
    "12. Each attributed order line has one commission, its shop's, at its newest revision, or is in quarantine": (
        "UPDATE orders_orderline SET revision = revision - 1 WHERE external_order = '73'"
    ),
}


def test_what_its_rows_say_is_still_judged(committed_db: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch) -> None:
    sell(monkeypatch)
    rules = {check.rule: check for check in all_checks()}
    for rule, corruption in CORRUPTIONS.items():
        with rolled_back(owner=True):
            assert sql.execute(corruption)
            assert rules[rule].first_offender(), rule


@pytest.mark.usefixtures("sold")
def test_installed_again_it_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()

    assert earn_due(now=NOW).lines == 1
    assert confirm_due(now=NOW) == Confirmed(2)
    assert all(verdict.offender is None for verdict in prove())


@pytest.mark.usefixtures("sold")
def test_a_marketplace_of_which_nothing_waits_is_no_trouble(
    joey: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    earn_due(now=NOW)
    confirm_due(now=NOW)
    remove_package(monkeypatch, GONE)
    monkeypatch.setattr("joey.instance.open_instance.instance", lambda *_: nullcontext())

    assert joey("settle").exit_code == 0
    assert not [each for each in health(now=NOW + DAY).troubles if "package" in each]


@pytest.mark.usefixtures("sold")
def test_pages_and_readyz_say_that_it_waits_for_its_package() -> None:
    office, studio = Client(headers={"Accept-Language": "en"}), Client(headers={"Accept-Language": "en"})
    office.force_login(ada())
    studio.force_login(mei())
    there = OrderLine.objects.filter(marketplace=GONE)

    for order, reason in {
        "71": "available",
        "72": "not_installed",
        "73": "not_installed",
        "75": "not_installed",
    }.items():
        line = there.get(external_order=order)
        assert order_trace(meis_shop(), line.pk, now=NOW).reason == reason
        shown = studio.get(f"/studio/mei/orders/{line.pk}").content.decode()
        assert ("not set up on this site" in shown) == (reason == "not_installed")
    for page in (
        "/studio/mei/",
        "/studio/mei/orders",
        "/studio/mei/earnings",
        "/studio/mei/visits",
        "/studio/mei/payout",
    ):
        assert studio.get(page, follow=True).status_code == 200
    for name in ("waiting", "orders_orderline_changelist", "commissions_commission_changelist",
                 "sharing_position_changelist", "sharing_positionlease_changelist"):  # fmt: skip
        assert office.get(reverse(f"admin:{name}")).status_code == 200
    for line in there:
        assert office.get(reverse("admin:orders_orderline_change", args=[line.pk])).status_code == 200
    assert Client().get("/metrics").status_code == 200
    troubles = health(now=NOW + timedelta(days=9)).troubles
    assert [each for each in troubles if each.startswith("The package of jd is not installed")]


@pytest.fixture
def broken(db: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Settings) -> Iterator[None]:
    """A package of which only its registration was left, one that serves what another serves, and a wrong account."""
    for name, path in {"moon": "moon_marketplace", "again": "joey.marketplaces.jd"}.items():
        info = tmp_path / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[joey.marketplaces]\n{name} = {path}\n")
    monkeypatch.syspath_prepend(tmp_path)
    settings.JOEY_MARKETPLACES = {"taobao": {"credentials": {"app_key": "k"}}}
    find_packages.cache_clear()
    yield
    find_packages.cache_clear()


@pytest.mark.usefixtures("broken")
def test_a_registration_without_its_package_and_a_wrong_account_stop_no_other_and_are_named(
    joey: Callable[..., Result],
) -> None:
    leased(meis_shop())
    take_in(settled("1001"))
    unusable = "The package of %s cannot be used, so it counts as not installed: %s. The others went on."
    names = [unusable % ("moon", "No module named 'moon_marketplace'"),
             unusable % ("again", "joey.marketplaces.jd has the code jd already"),
             "taobao is configured and not connected: The configuration of taobao lacks “app_secret”. The others went"
             " on.",
             ]  # fmt: skip

    done, asked, proved = joey("settle"), joey("sync"), joey("prove")

    assert "1 commissions became available" in done.output
    assert "All " in proved.output
    for said in (done, asked, proved):
        assert [name for name in names if name not in said.output] == []
    assert (done.exit_code, asked.exit_code, proved.exit_code) == (0, 1, 0)
    assert json.loads(joey("prove", "--json").stdout)["faults"] == [names[1], names[0], names[2]]
    for troubles in (health(now=NOW).troubles, [each.text for each in _marketplaces() if not each.good]):
        assert [name for name in ("moon", "again", "taobao") if not any(name in each for each in troubles)] == []
    for page in ("/s/mei", "/pick", "/studio/mei/orders"):
        assert Client().get(page, follow=True).status_code in (200, 404)


@pytest.mark.usefixtures("sold")
def test_the_lease_of_a_package_that_is_gone_can_be_ended(joey: Callable[..., Result]) -> None:
    lease = PositionLease.objects.get(marketplace=GONE)

    done = joey("positions", "end", str(lease.pk), "--reason", "Their package was removed")

    assert done.exit_code == 0, done.output
    lease.refresh_from_db()
    assert lease.ended_at
    assert lease.until
    assert lease.until - lease.ended_at > LONGEST_REST - timedelta(seconds=1)
    assert all(verdict.offender is None for verdict in prove())


@pytest.mark.usefixtures("sold")
def test_jobs_go_on_with_the_others() -> None:
    assert retry_all_suspense(now=NOW) == 0
    assert retry_all_unread(now=NOW).tried == 0
