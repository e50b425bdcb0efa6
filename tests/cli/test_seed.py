"""`joey seed`: so much synthetic load as was asked for, the same for the same seed, and never beside real shops."""

import pytest
from click.testing import CliRunner, Result
from django.test import Client

from joey.catalog.models import Offer, PricePoint
from joey.cli.cli import main
from joey.commissions.models import Commission
from joey.demo.shops import SHOPS
from joey.insight.prove import all_checks
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.orders.models import OrderLine
from joey.people.models import Person
from joey.shops.models import Listing, Shelf, Shop
from joey.synthetic import fill_instance as synthetic
from joey.synthetic.queries import MARKETPLACE, open_shops, slug_of
from tests import cast
from tests.database import empty_again


def seed(*options: str) -> Result:
    return CliRunner().invoke(main, ["seed", *options])


def offenders() -> list[str]:
    return [check.rule for check in all_checks() if check.first_offender()]


def test_it_makes_what_was_asked_for_and_the_books_are_clean(committed_db: EmbeddedPostgres) -> None:
    said = seed("--shops", "12", "--listings", "360", "--orders", "60")

    assert said.exit_code == 0, said.output
    assert "12 synthetic shops with 30 listings each, 60 synthetic orders" in said.output
    assert Shop.objects.count() == 12
    assert {Listing.objects.filter(shop=shop).count() for shop in Shop.objects.all()} == {30}
    assert Shelf.objects.count() == 36
    assert OrderLine.objects.filter(shop_id__isnull=False).count() == 60
    assert set(OrderLine.objects.values_list("state", flat=True)) == {"paid", "settled", "closed"}
    assert Commission.objects.filter(state="confirmed").exists()
    assert PricePoint.objects.count() > Offer.objects.count()
    assert offenders() == []


def test_everything_says_that_it_is_synthetic(committed_db: EmbeddedPostgres, client: Client) -> None:
    seed("--shops", "2", "--listings", "20")

    assert all("合成" in shop.name and "Synthetic" in shop.intro for shop in Shop.objects.all())
    assert all((person.email or "").endswith("@example.invalid") for person in Person.objects.all())
    assert set(Offer.objects.values_list("marketplace", flat=True)) == {MARKETPLACE}
    assert all("合成" in offer.title and ".invalid/" in offer.url for offer in Offer.objects.all())
    page = client.get(f"/s/{slug_of(1)}", headers={"accept-language": "zh"}).content.decode()
    assert page.count('<li class="card">') == 10
    assert "合成数据，只为测量" in page
    assert page.count(">synthetic</span>") == 10


def test_a_second_run_changes_nothing_and_a_larger_one_adds(committed_db: EmbeddedPostgres) -> None:
    seed("--shops", "3", "--listings", "30", "--orders", "9")
    before = set(Listing.objects.values_list("id", flat=True))
    lines = OrderLine.objects.count()

    seed("--shops", "3", "--listings", "30", "--orders", "9")
    assert set(Listing.objects.values_list("id", flat=True)) == before
    assert OrderLine.objects.count() == lines

    seed("--shops", "5", "--listings", "50", "--orders", "14")
    assert (Shop.objects.count(), OrderLine.objects.count()) == (5, 14)
    assert before < set(Listing.objects.values_list("id", flat=True))
    assert offenders() == []


def test_the_same_seed_makes_the_same_goods_and_another_one_others(committed_db: EmbeddedPostgres) -> None:
    def made(number: str) -> list[object]:
        seed("--shops", "3", "--listings", "15", "--seed", number)
        rows = Listing.objects.order_by("shop__slug", "shelf__position", "position")
        found: list[object] = list(rows.values_list("shop__slug", "position", "offer__title", "offer__now_minor"))
        empty_again(committed_db)
        return found

    first, again = made("1"), made("1")
    other = made("2")

    assert len(first) == 15
    assert first == again
    assert other != first


def test_beside_a_real_shop_it_refuses_and_changes_nothing(committed_db: EmbeddedPostgres) -> None:
    cast.lulus_shop()
    Shop.objects.filter(slug="lulu").update(slug="lulus-own")

    said = seed("--shops", "1", "--listings", "5")

    assert said.exit_code == 1
    assert "lulus-own" in said.output
    assert "Nothing was changed" in said.output
    assert (Shop.objects.count(), Offer.objects.count(), Person.objects.count()) == (1, 0, 1)
    assert seed("--shops", "1", "--listings", "5", "--yes").exit_code == 0
    assert Shop.objects.count() == 2


def test_beside_the_demos_shops_it_does_not_ask(committed_db: EmbeddedPostgres) -> None:
    for demo in SHOPS:
        Shop.objects.create(slug=demo.slug, owner=cast.mei(), name="Demo")

    assert seed("--shops", "1", "--listings", "5").exit_code == 0


@pytest.mark.parametrize("options", [("--listings", "5"), ("--orders", "5"), ("--shops", "5", "--listings", "3")])
def test_totals_that_do_not_fit_are_refused_in_a_sentence(options: tuple[str, ...]) -> None:
    said = seed(*options)

    assert said.exit_code == 1
    assert "--listings" in said.output


def test_what_a_cut_off_run_left_out_is_made_by_the_next(
    committed_db: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(synthetic, "LISTINGS_AT_ONCE", 10)
    calls = iter(range(3))

    def open_two(*arguments: object, **options: object) -> int:
        if next(calls) == 2:
            raise KeyboardInterrupt
        return open_shops(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(synthetic, "open_shops", open_two)
    seed("--shops", "6", "--listings", "60")
    assert Shop.objects.count() == 2
    monkeypatch.setattr(synthetic, "open_shops", open_shops)

    assert seed("--shops", "6", "--listings", "60").exit_code == 0
    assert (Shop.objects.count(), Listing.objects.count()) == (6, 60)
    assert offenders() == []
