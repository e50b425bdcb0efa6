"""Whether an offer can be had, as shops, feeds and consoles say it."""

import re
from functools import cache
from typing import Any

from django.utils.translation import gettext_lazy as _

from joey.catalog.intake.files import values
from joey.catalog.search.fold import fold
from joey.kit.refusals import Invalid

# As `_plain` leaves them. Google Merchant and Meta: in_stock, out_of_stock, preorder, backorder, "available for order",
# discontinued; schema.org's ItemAvailability; WooCommerce: instock, outofstock, onbackorder.
_YES = """
1 true yes y t on available availablenow instock onstock preorder presale backorder onbackorder backordered
availablefororder limitedavailability limitedstock lowstock lowinstock fewleft onlineonly madetoorder ja oui si да есть
是 有 有货 现货 有现货 现货供应 现货发售 在售 销售中 出售中 热销中 上架 已上架 上架中 在架 充足 大量 少量 少量库存
库存充足 库存紧张 紧张 有库存 有存货 仅剩少量 预售 预定 预订 预购 可预订 可预购 可订购 可购买 ✓ ✔ ☑ ✅ √
auflager vorrätig lieferbar verfügbar enstock disponible disponibile disponivel emestoque opvoorraad ilager pålager
skladem dostępny wmagazynie stokta вналичии наскладе имеется подзаказ 在庫あり 在庫有り 在庫有 재고있음 있음
"""
_NO = """
0 false no n f off outofstock outstock nostock soldout sold discontinued unavailable notavailable oos instoreonly nein
non нет ✗ ✘ ✕ ✖ × ☒ ❌
否 无 无货 无现货 暂无 暂无货 暂无库存 缺货 暂时缺货 断货 售罄 已售罄 售完 已售完 卖完 下架 已下架 未上架
停产 已停产 停售 补货中 无库存
nichtauflager ausverkauft nichtverfügbar rupturedestock épuisé agotado sinstock nodisponible esaurito nondisponibile
esgotado nietopvoorraad uitverkocht slutsåld udsolgt vyprodáno niedostępny brak tükendi нетвналичии нетнаскладе
отсутствует продано 在庫なし 在庫無し 売り切れ 품절 없음
"""
_SCHEMA = re.compile(r"(?:https?://)?(?:www\.)?schema(?:\.org/|:)", re.IGNORECASE)
_UNIT = r"(?:件|个|台|套|箱|盒|只|瓶|本|双|pcs?|pieces?|units?|instock|stuck|шт)?"
_COUNT = re.compile(rf"(?:库存|仅剩|剩余|余)?:?[>≥]?(?P<count>[+-]?\d{{1,12}})(?:\.(?P<part>\d+))?\+?{_UNIT}", re.ASCII)
_RANGE = re.compile(rf"([1-9]\d{{0,11}})[-~–—至到]\d{{1,12}}{_UNIT}", re.ASCII)


def flag_of(value: Any) -> bool:
    """Yes or no, or a number in stock. Raises Invalid, also for half a piece, which is neither."""
    if isinstance(value, bool):
        return value
    plain = _plain(str(value) if isinstance(value, float) else values.text_of(value))
    word = re.sub(r"[_-]", "", plain)
    has, lacks = _words()
    if word in has or word in lacks:
        return word in has
    number = plain.replace(",", "").replace("_", "")
    if _RANGE.fullmatch(number):
        return True
    if (found := _COUNT.fullmatch(number)) and (int(found["count"]) or not (found["part"] or "").strip("0")):
        return int(found["count"]) > 0
    raise Invalid(
        _(
            "This is neither yes nor no, nor a number in stock. Say what it means in the mapping, under"
            " [words.in_stock]."
        )
    )


def _plain(text: str) -> str:
    """Folded as for a search (width, capitals, accents, traditional characters), without blanks and what closes it."""
    return re.sub(r"\s", "", fold(_SCHEMA.sub("", text.strip()))).rstrip(".!。…;,:、")


@cache
def _words() -> tuple[frozenset[str], frozenset[str]]:
    """(what says yes, what says no)."""
    return frozenset(map(_plain, _YES.split())), frozenset(map(_plain, _NO.split()))
