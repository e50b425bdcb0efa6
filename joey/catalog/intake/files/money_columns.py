"""Read the amounts of a file's rows: prices, sales and coupons, each row in one currency."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from joey.catalog.intake.files import values
from joey.catalog.intake.files.mapping import MONEY, Source
from joey.catalog.intake.files.reading_plan import Plan
from joey.catalog.intake.files.rows import FileRows
from joey.catalog.intake.files.source_columns import SourceColumns, text_of_one
from joey.money.money import EXPONENTS


class MoneyColumns(SourceColumns):
    """The columns of one chunk that hold amounts."""

    def __init__(self, rows: FileRows, plan: Plan) -> None:
        super().__init__(rows, plan.mapping)
        self.plan = plan

    def money(self) -> tuple[list[str], dict[str, list[int | None]]]:
        """(currency, amounts by field). A currency written beside an amount is the row's."""
        given = self._each("currency", lambda value, _how: text_of_one(value).upper(), self.mapping.currency)
        amounts: dict[str, list[int | None]] = {}
        beside: dict[str, list[str]] = {}  # by field whose amounts are not all in the given currencies
        for name in MONEY:
            layers = self._layers(name)
            if not layers:
                amounts[name] = [None] * self.size
            elif len(layers) == 1 and self._are_plain(given, *layers[0]):
                amounts[name] = list(map(int, "\n".join(layers[0][1]).replace(".", "").split("\n")))
            else:
                found = self._priced(name, layers, given)
                amounts[name] = [each and each[0] for each in found]
                currencies = [each[1] if each else own for each, own in zip(found, given, strict=True)]
                if currencies != given:
                    beside[name] = currencies
        if beside:
            given = [self._one_currency(place, own, amounts, beside) for place, own in enumerate(given)]
        return self._needed("currency", given, values.NO_CURRENCY), amounts

    def _are_plain(self, currencies: list[str], how: Source, column: list[Any]) -> bool:
        """Whether all are amounts with two decimals, in a currency that has two, and none of them means nothing."""
        return (
            how.unit != "minor"
            and self.mapping.decimal != ","
            and currencies.count(currencies[0]) == self.size
            and EXPONENTS.get(currencies[0]) == 2
            and values.are_amounts(column)
            and self.mapping.none.isdisjoint(column)
        )

    def _priced(
        self, name: str, layers: list[tuple[Source, list[Any]]], given: list[str]
    ) -> list[tuple[int, str] | None]:
        """(amount, currency) of every row, its own currency or the one beside the amount."""
        first: list[Any] = [None] * self.size
        for how, column in layers:
            for place, value in enumerate(column):
                if first[place] is None and not self._is_nothing(value):
                    first[place] = (_plain(value), given[place], how.unit)
        decimal = self.mapping.decimal
        return self._read(name, first, lambda each: values.price_of(each[0], each[1], each[2], decimal), None)

    def _one_currency(
        self, place: int, own: str, amounts: dict[str, list[int | None]], beside: dict[str, list[str]]
    ) -> str:
        """The currency of all amounts in a row: the price's; an amount in another one is lost."""
        said = {
            name: beside[name][place] if name in beside else own
            for name, column in amounts.items()
            if column[place] is not None
        }
        rows = said.get("price") or next(iter(said.values()), own)
        for name, currency in said.items():
            if currency != rows:
                amounts[name][place] = None
                self._refuse(place, name, str(_("in another currency than the price")))
        return rows

    def sale(self, money: dict[str, list[int | None]]) -> tuple[list[int | None], list[int | None]]:
        """(before, now). While a sale makes it cheaper, the price column is what it cost before."""
        lists, prices = money["list_price"], money["price"]
        if not self._layers("sale_price"):
            return lists, prices
        running = self._each(
            "sale_dates", lambda value, _how: values.runs(text_of_one(value), self.plan.zone, self.plan.now), True
        )
        both = [
            (price if listed is None else listed, sale)
            if sale and running[place] and (place, "sale_dates") not in self.lost and (price is None or sale < price)
            else (listed, price)
            for place, (listed, price, sale) in enumerate(zip(lists, prices, money["sale_price"], strict=True))
        ]
        return [listed for listed, _price in both], [price for _listed, price in both]

    def with_coupon(self, prices: list[int | None], money: dict[str, list[int | None]]) -> list[int | None]:
        """The price with the coupon: as the file says, or the price less what the coupon takes off.

        None where it is not known from which price on, or until when.
        """
        found = [
            price - off if coupon is None and price and off and price >= (least or 0) else coupon
            for price, coupon, off, least in zip(
                prices, money["coupon_price"], money["coupon_off"], money["coupon_from"], strict=True
            )
        ]
        for place, name in self.lost:
            if name in ("coupon_from", "coupon_until"):
                found[place] = None
        return found


def _plain(value: Any) -> str:
    """A possible amount as text; anything else will not be read as one."""
    return value.strip() if isinstance(value, str) else str(value)
