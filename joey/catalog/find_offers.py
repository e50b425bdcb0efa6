"""Search the catalogue in PostgreSQL: every word must stand in a title; a page continues exactly where one ended."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core import signing
from django.utils.translation import gettext_lazy as _

from joey.catalog.cards import earning_marketplaces
from joey.catalog.search_text import contains, fold
from joey.kit import sql
from joey.kit.refusals import Invalid
from joey.marketplaces.registry import is_known

LONGEST_QUESTION = 100
MOST_WORDS = 8
MOST_PER_PAGE = 100
SALT = "catalog.search"

# What one piece costs now, with its coupon while that runs.
PAYS = """CASE WHEN coupon_minor IS NOT NULL AND (coupon_until IS NULL OR coupon_until > %(moment)s)
               THEN coupon_minor ELSE now_minor END"""
EARNS = f"CASE WHEN marketplace = ANY(%(earning)s) THEN ({PAYS})::numeric * commission_ppm ELSE 0 END"
# Per sort: (expression, type), all ascending; the id decides between equals.
SORTS: dict[str, tuple[tuple[str, str], ...]] = {
    "relevance": (
        ("CASE WHEN search_text LIKE %(phrase)s THEN 0 ELSE 1 END", "int"),
        ("-coalesce(volume, 0)", "bigint"),
    ),
    "price": (("currency::text", "text"), (PAYS, "bigint")),
    "earning": (("currency::text", "text"), (f"-({EARNS})", "numeric")),
    "newest": (),
}


@dataclass(frozen=True)
class FindOffers:
    """A question to the catalogue, checked."""

    words: tuple[str, ...]
    marketplace: str | None
    category: str | None
    sort: str
    in_stock: bool
    coupon: bool
    limit: int

    @staticmethod
    def read(
        *, q: str, marketplace: str | None, category: str | None, sort: str, in_stock: bool, coupon: bool, limit: int
    ) -> "FindOffers":
        """Raises Invalid naming the field."""
        if len(q) > LONGEST_QUESTION:
            raise Invalid(_("Search for at most 100 letters."), field="q")
        words = tuple(dict.fromkeys(fold(q.replace("\x00", " ")).split()))
        if len(words) > MOST_WORDS:
            raise Invalid(_("Search for at most eight words at once."), field="q")
        if marketplace and not is_known(marketplace):
            raise Invalid(_("Joey does not know this marketplace."), field="marketplace")
        if sort not in SORTS:
            raise Invalid(_("Sort by relevance, price, earning or newest."), field="sort")
        if not 1 <= limit <= MOST_PER_PAGE:
            raise Invalid(_("A page holds between 1 and 100 offers."), field="limit")
        return FindOffers(words, marketplace or None, (category or "")[:60] or None, sort, in_stock, coupon, limit)

    def run(self, cursor: str | None, *, now: datetime) -> tuple[list[UUID], str | None]:
        """The ids of one page and the cursor of the next. Raises Invalid (field cursor). One query.

        Coupons are judged as of the first page all the way, so that one that ends meanwhile moves nothing.
        """
        moment, after = self._read_cursor(cursor) if cursor else (now, [])
        keys = SORTS[self.sort]
        newest = self.sort == "newest"
        columns = "".join(f", ({expression})::text AS key_{at}" for at, (expression, _type) in enumerate(keys))
        parameters: dict[str, Any] = {
            "moment": moment,
            "earning": sorted(earning_marketplaces()),
            "phrase": contains(" ".join(self.words)),
        }
        conditions = self._conditions(parameters)
        if after:
            left = ", ".join([f"({expression})" for expression, _type in keys] + ["id"])
            right = ", ".join(
                [f"%(after_{at})s::{type_}" for at, (_e, type_) in enumerate(keys)] + ["%(after_id)s::uuid"]
            )
            parameters |= {f"after_{at}": value for at, value in enumerate(after[:-1])} | {"after_id": after[-1]}
            conditions.append(f"({left}) {'<' if newest else '>'} ({right})")
        order = ", ".join([f"({expression})" for expression, _type in keys] + ["id DESC" if newest else "id"])
        found = sql.rows(
            f"""
            SELECT id{columns} FROM catalog_offer WHERE {" AND ".join(conditions)}
            ORDER BY {order} LIMIT {self.limit + 1}
            """,
            parameters,
        )
        shown = found[: self.limit]
        following = None
        if len(found) > self.limit:
            last = shown[-1]
            values = [last[f"key_{at}"] for at in range(len(keys))]
            following = self._write_cursor(moment, [*values, str(last["id"])])
        return [row["id"] for row in shown], following

    def _conditions(self, parameters: dict[str, Any]) -> list[str]:
        conditions = ["withdrawn_at IS NULL", "now_minor IS NOT NULL"]
        for at, word in enumerate(self.words):
            conditions.append(f"search_text LIKE %(word_{at})s")
            parameters[f"word_{at}"] = contains(word)
        if self.marketplace:
            conditions.append("marketplace = %(marketplace)s")
            parameters["marketplace"] = self.marketplace
        if self.category:
            conditions.append("category = %(category)s")
            parameters["category"] = self.category
        if self.in_stock:
            conditions.append("in_stock")
        if self.coupon:
            conditions.append("coupon_minor IS NOT NULL AND (coupon_until IS NULL OR coupon_until > %(moment)s)")
        return conditions

    def _same_question(self) -> str:
        """A cursor belongs to the question that it came from; the page size may change."""
        question = (self.words, self.marketplace, self.category, self.sort, self.in_stock, self.coupon)
        return hashlib.sha256(repr(question).encode()).hexdigest()[:16]

    def _write_cursor(self, moment: datetime, values: list[str]) -> str:
        return signing.dumps([self._same_question(), moment.isoformat(), values], salt=SALT, compress=True)

    def _read_cursor(self, cursor: str) -> tuple[datetime, list[str]]:
        refusal = Invalid(_("This cursor does not belong to this list. Start again without one."), field="cursor")
        try:
            question, moment, values = signing.loads(cursor[:2000], salt=SALT)
        except (signing.BadSignature, ValueError, UnicodeError):
            raise refusal from None
        if question != self._same_question():
            raise refusal
        return datetime.fromisoformat(moment), values
