"""Whether an offer can be had, as shops, feeds and consoles say it."""

import re
from typing import Any

from django.utils.translation import gettext_lazy as _

from joey.catalog.intake.files import values
from joey.kit.refusals import Invalid

# Written without blanks, hyphens and capitals. Google Merchant and Meta: in_stock, out_of_stock, preorder, backorder,
# "available for order", discontinued; schema.org's ItemAvailability; WooCommerce: instock, outofstock, onbackorder.
_YES = """
1 true yes y t on available availablenow instock onstock preorder presale backorder onbackorder backordered
availablefororder limitedavailability limitedstock lowstock onlineonly madetoorder ja oui si sí
是 有 有货 有貨 现货 現貨 现货供应 在售 销售中 出售中 充足 库存充足 库存紧张 有库存 预售 預售 预定 预订 可预订
auflager vorrätig lieferbar verfügbar enstock disponible disponibile 在庫あり 在庫有り 在庫有 재고있음 있음
"""
_NO = """
0 false no n f off outofstock outstock soldout sold discontinued unavailable notavailable oos instoreonly nein non
否 无 無 无货 無貨 缺货 缺貨 断货 斷貨 售罄 已售罄 售完 已售完 卖完 下架 已下架 停产 停售 补货中 無庫存 无库存
nichtauflager ausverkauft nichtverfügbar rupturedestock épuisé agotado esaurito 在庫なし 在庫無し 売り切れ 품절 없음
"""
_HAS, _LACKS = frozenset(_YES.split()), frozenset(_NO.split())
_SCHEMA = re.compile(r"(?:https?://)?(?:www\.)?schema(?:\.org/|:)", re.IGNORECASE)
_COUNT = re.compile(
    r"[>≥]?([+-]?\d{1,12})(?:\.\d+)?\+?(?:件|个|個|台|套|箱|盒|pcs?|pieces?|units?|instock|stück)?", re.ASCII
)


def flag_of(value: Any) -> bool:
    """Yes or no, or a number in stock. Raises Invalid."""
    if isinstance(value, bool):
        return value
    if isinstance(value, float):
        return value > 0
    text = re.sub(r"[\s_\-]", "", _SCHEMA.sub("", values.text_of(value).strip()).casefold())
    if text in _HAS:
        return True
    if text in _LACKS:
        return False
    count = _COUNT.fullmatch(re.sub(r"[\s_,]", "", values.text_of(value).casefold()))
    if count:
        return int(count[1]) > 0
    raise Invalid(
        _(
            "This is neither yes nor no, nor a number in stock. Say what it means in the mapping, under"
            " [words.in_stock]."
        )
    )
