"""A file fills a shop as the form does: a price of one's own is refused by name, and nothing is stored."""

import pytest

from joey.kit.refusals import Invalid
from joey.shops.list_from_file import list_from_file
from joey.shops.models import Listing
from tests.cast import NOW, flask, meis_shop

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("column", ["price", "markup", "fee", "stock", "inviter", "shelf,shelf"])
def test_a_column_that_does_not_exist_is_refused_by_name_and_nothing_is_stored(column: str) -> None:
    offer = flask()

    with pytest.raises(Invalid) as refused:
        list_from_file(meis_shop(), [f"link,{column}\n", f"{offer.url},220\n"], now=NOW)

    assert refused.value.field == column.partition(",")[0]
    assert not Listing.objects.exists()


def test_a_row_that_cannot_be_listed_is_reported_with_its_number_and_field() -> None:
    done = list_from_file(meis_shop(), ["link,shelf,note\n", "no link at all,,\n", "\n", "too,few\n"], now=NOW)

    assert [row.row for row in done.refused] == [2, 4]
    assert all(row.field and row.reason for row in done.refused)
    assert (done.added, Listing.objects.count()) == (0, 0)


def test_a_file_without_a_header_or_that_is_not_csv_is_refused() -> None:
    for lines in ([], ["shelf\n"], ['link\n"open quote\n']):
        with pytest.raises(Invalid):
            list_from_file(meis_shop(), lines, now=NOW)
